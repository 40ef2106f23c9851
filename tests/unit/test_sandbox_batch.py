"""The stand-in's batch and PHP's reading of query strings."""

from __future__ import annotations

import pytest

from b24sync.sandbox import ConnectionCutError, Fault
from b24sync.sandbox.php import parse_str, php_array, split_command
from tests.support.portals import bare_portal, result

DEAL = 2


def batch(portal, commands, **params):
    return result(portal, "batch", {"cmd": commands, **params})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&b=2&a=3", {"a": "3", "b": "2"}),
        ("a=1+2&b=1%2B2", {"a": "1 2", "b": "1+2"}),
        ("filter[%3E%3Dname]=x&filter[0][logic]=OR", {"filter": {">=name": "x", "0": {"logic": "OR"}}}),
        ("filter[>=name]=x", {"filter_>": "name]=x"}),  # PHP splits at the first "=", wherever it stands
        ("select[]=id&select[]=title", {"select": {"0": "id", "1": "title"}}),
        ("a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        ("a.b=1&c d=2", {"a_b": "1", "c_d": "2"}),
        ("a[x.y]=1", {"a": {"x.y": "1"}}),
        ("filter%5B%3Eid%5D=7", {"filter": {">id": "7"}}),
        ("flag", {"flag": ""}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b=1", {"a_b": "1"}),
        ("=1&&b=2", {"b": "2"}),
    ],
)
def test_query_strings_are_read_as_by_parse_str(query, expected):
    assert parse_str(query) == expected


def test_a_fragment_of_a_command_is_dropped():
    assert split_command("crm.item.get?id=1&name=a%23b#c&id=2") == (
        "crm.item.get",
        {"id": "1", "name": "a#b"},
    )


def test_maps_are_shown_as_php_does():
    assert php_array({}) == []
    assert php_array({"0": "a", "1": "b"}) == ["a", "b"]
    assert php_array({"1": "a"}) == {"1": "a"}


def test_commands_run_in_order_and_see_earlier_answers():
    portal = bare_portal()
    contact = portal.add_contact("Анна", "Иванова", email="a@example.ru")
    deal = portal.add_deal("Сделка", contactId=contact)
    answer = batch(
        portal,
        {
            "deal": f"crm.item.get?entityTypeId=2&id={deal}",
            "contact": "crm.contact.get?id=$result[deal][item][contactId]",
            "update": "crm.item.update?entityTypeId=2&id=$result[deal][item][id]&fields[title]=Новая+сделка",
        },
    )
    assert answer["result"]["contact"]["NAME"] == "Анна"
    assert portal.item(DEAL, deal)["title"] == "Новая сделка"
    assert answer["result_error"] == []


def test_a_number_stays_unreplaced_inside_a_text_and_a_text_is_replaced():
    portal = bare_portal()
    portal.add_deal("Окна")
    answer = batch(
        portal,
        {
            "deal": "crm.item.get?entityTypeId=2&id=1",
            "number": "crm.item.add?entityTypeId=2&fields[title]=D_$result[deal][item][id]",
            "text": "crm.item.add?entityTypeId=2&fields[title]=Снова: $result[deal][item][title] и двери",
        },
    )["result"]
    assert answer["number"]["item"]["title"] == "D_$result[deal][item][id]"
    assert answer["text"]["item"]["title"] == "Снова: Окна и двери"


@pytest.mark.parametrize(("way", "after"), [("error", None), ("rows", [1, 2]), ("nothing", [])])
def test_a_missing_key_leaves_the_last_level_and_a_chain_behind_a_short_page_is_void(way, after):
    portal = bare_portal(array_bound=way)
    portal.add_deal("Окна")
    portal.add_deal("Двери")
    query = "crm.item.list?entityTypeId=2&start=-1&order[id]=ASC"
    answer = batch(portal, {"a": query, "b": f"{query}&filter[>id]=$result[a][items][49][id]"})
    if after is None:
        assert answer["result_error"]["b"]["error"] == "INVALID_ARG_VALUE"
    else:
        assert [row["id"] for row in answer["result"]["b"]["items"]] == after


def test_a_chain_behind_a_full_page_reads_on():
    portal = bare_portal()
    for number in range(70):
        portal.add_deal(f"Сделка {number}")
    query = "crm.item.list?entityTypeId=2&start=-1&order[id]=ASC"
    answer = batch(portal, {"a": query, "b": f"{query}&filter[>id]=$result[a][items][49][id]"})
    assert [row["id"] for row in answer["result"]["b"]["items"]] == list(range(51, 71))


def test_totals_and_errors_may_be_referred_to():
    portal = bare_portal()
    portal.add_deal("Окна")
    answer = batch(
        portal,
        {
            "list": "crm.item.list?entityTypeId=2",
            "total": "crm.item.get?entityTypeId=2&id=$total[list]",
            "bad": "crm.item.get?entityTypeId=2&id=99",
            "told": "crm.item.add?entityTypeId=2&fields[title]=Ошибка: $error[bad][error]",
        },
    )["result"]
    assert answer["total"]["item"]["title"] == "Окна"
    assert answer["told"]["item"]["title"] == "Ошибка: NOT_FOUND"


def test_one_error_leaves_the_others_and_halt_stops():
    portal = bare_portal()
    portal.add_deal("Окна")
    commands = {"a": "crm.item.get?entityTypeId=2&id=9", "b": "crm.item.get?entityTypeId=2&id=1"}
    answer = batch(portal, commands)
    assert answer["result_error"]["a"]["error"] == "NOT_FOUND"
    assert list(answer["result"]) == ["b"]
    halted = batch(portal, commands, halt=1)
    assert (halted["result"], list(halted["result_error"])) == ([], ["a"])


def test_a_batch_in_a_batch_and_the_fifty_first_command_are_refused_one_by_one():
    portal = bare_portal()
    answer = batch(
        portal, {"inner": "batch?cmd[a]=server.time", **{f"c{n}": "server.time" for n in range(50)}}
    )
    assert answer["result_error"]["inner"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert answer["result_error"]["c49"]["error"] == "ERROR_BATCH_LENGTH_EXCEEDED"
    assert len(answer["result"]) == 49


def test_commands_without_names_come_back_as_a_list():
    portal = bare_portal()
    portal.add_deal("Окна")
    answer = batch(portal, ["crm.item.list?entityTypeId=2", "server.time"])
    assert isinstance(answer["result"], list)
    assert answer["result_total"] == [1]
    failing = batch(portal, ["crm.item.get?entityTypeId=2&id=9", "server.time"])
    assert list(failing["result"]) == ["1"]


def test_totals_and_following_pages_are_told_by_command():
    portal = bare_portal()
    for number in range(60):
        portal.add_deal(f"Сделка {number}")
    answer = batch(
        portal, {"a": "crm.item.list?entityTypeId=2", "b": "crm.item.list?entityTypeId=2&start=-1"}
    )
    assert (answer["result_total"], answer["result_next"]) == ({"a": 60}, {"a": 50})


def test_a_plus_in_a_time_is_a_space_unless_it_is_encoded():
    portal = bare_portal()
    portal.add_deal("Окна")
    moment = "filter[%3E%3DupdatedTime]=2026-03-02T10:00:00"
    answer = batch(
        portal,
        {
            "raw": f"crm.item.list?entityTypeId=2&{moment}+03:00",
            "encoded": f"crm.item.list?entityTypeId=2&{moment}%2B03:00",
        },
    )["result"]
    assert (len(answer["raw"]["items"]), len(answer["encoded"]["items"])) == (0, 1)


def test_a_fault_of_one_command_and_a_cut_in_the_middle():
    portal = bare_portal()
    key = portal.add_deal("Окна")
    portal.faults.add(Fault("error", "crm.item.update", where="command", code="ACCESS_DENIED", times=1))
    commands = {
        "a": f"crm.item.update?entityTypeId=2&id={key}&fields[title]=A",
        "b": f"crm.item.update?entityTypeId=2&id={key}&fields[title]=B",
        "c": f"crm.item.update?entityTypeId=2&id={key}&fields[comments]=C",
    }
    assert list(batch(portal, commands)["result_error"]) == ["a"]
    portal.faults.add(Fault("drop_after", "crm.item.update", where="command", after=1))
    with pytest.raises(ConnectionCutError):
        portal.call(
            "batch",
            {"cmd": {"a": commands["a"], "b": commands["b"], "x": "crm.item.delete?entityTypeId=2&id=1"}},
        )
    assert portal.item(DEAL, key)["title"] == "B"


def test_requests_count_batches_once_and_their_commands_by_name():
    portal = bare_portal()
    batch(portal, {"a": "server.time", "b": "profile"})
    portal.call("scope")
    assert len(portal.requests) == 2
    assert portal.requests[0].commands == ("server.time", "profile")
    assert portal.requests.methods() == ["server.time", "profile", "scope"]
    portal.requests.clear()
    assert len(portal.requests) == 0

"""Reads are repeated where that can help, within 20 seconds, and end in one word about what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from b24sync.errors import (
    CredentialsError,
    MethodBlockedError,
    NoMethodError,
    NotFoundError,
    PermanentError,
    ScopeError,
    SlowError,
    TransientError,
    UntriedError,
)
from b24sync.portal.client import PortalClient
from b24sync.portal.pacing import MemoryBucket
from b24sync.portal.webhook import Webhook
from b24sync.ports import Call
from tests.support.scripted_portal import (
    SECRET,
    TIME,
    Cut,
    Raw,
    Request,
    ScriptedPortal,
    batch_reply,
    echo,
    error,
    free_port,
    reply,
)
from tests.support.stepping_clock import SteppingClock

HTML = Raw(502, b"<html><h1>Bad gateway</h1></html>", {"Content-Type": "text/html"})
ITEM = Call("crm.item.get", {"entityTypeId": 31, "id": 5})
DEAL = Call("crm.deal.get", {"id": 7})


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    portal = ScriptedPortal()
    yield portal
    portal.close()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def make(portal: ScriptedPortal, clock: SteppingClock) -> Iterator[Callable[..., PortalClient]]:
    made: list[PortalClient] = []

    def _make(**options: object) -> PortalClient:
        options = {"clock": clock, "bucket": MemoryBucket(None), **options}
        made.append(PortalClient(Webhook.parse(portal.url), **options))  # type: ignore[arg-type]
        return made[-1]

    yield _make
    for client in made:
        client.close()


@pytest.fixture
def client(make: Callable[..., PortalClient]) -> PortalClient:
    return make()


def busy(request: Request) -> Raw:
    return error(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")


def test_calls_share_one_batch_and_are_answered_in_order(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    answers = client.read([ITEM, DEAL])
    assert [answer.value() for answer in answers] == [
        "crm.item.get?entityTypeId=31&id=5",
        "crm.deal.get?id=7",
    ]
    assert [request.method for request in portal.requests] == ["batch"]
    assert portal.requests[0].params["halt"] == 0
    assert client.requests == 1


def test_requests_are_json_with_a_user_agent_over_one_connection(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    for _ in range(3):
        client.read([ITEM])
    assert portal.connections == 1
    assert portal.requests[0].headers["Content-Type"] == "application/json"
    assert portal.requests[0].headers["User-Agent"].startswith("b24sync/")


def test_fifty_one_calls_take_two_requests(client: PortalClient, portal: ScriptedPortal) -> None:
    answers = client.read([Call("crm.deal.get", {"id": number}) for number in range(51)])
    assert [answer.value() for answer in answers] == [f"crm.deal.get?id={number}" for number in range(51)]
    assert [len(request.commands) for request in portal.requests] == [50, 1]


def test_no_calls_make_no_request(client: PortalClient, portal: ScriptedPortal) -> None:
    assert client.read([]) == []
    assert portal.requests == []


@pytest.mark.parametrize(
    "fault",
    [
        busy,
        HTML,
        Raw(200, b"<html>please log in</html>"),
        Raw(200, b'{"result": {"resu', {"Content-Type": "application/json"}),
        Raw(200, b'{"result": {"result": {"c0": 1}}', announce=500),
        Raw(200, b""),
        Raw(200, "Ошибка".encode("cp1251")),
        Raw(200, b"[1, 2]"),
        reply(200, {"time": TIME}),
        reply(200, {"result": "no batch", "time": TIME}),
        Cut(),
        error(500, "INTERNAL_SERVER_ERROR"),
        error(500, "ERROR_UNEXPECTED_ANSWER"),
        error(500, "SOMETHING_NEW"),
        Raw(429, b"slow down"),
        Raw(504, b""),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_read_survives_a_fault_that_comes_twice(
    fault: object, client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    portal.script(fault, fault)  # type: ignore[arg-type]
    answers, _ = client.chain({"a": ITEM})
    assert answers["a"].value() == "crm.item.get?entityTypeId=31&id=5"
    assert len(portal.requests) == 3
    assert 0 < sum(clock.slept) < 20


def test_a_portal_that_stays_busy_is_left_after_twenty_seconds(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    portal.otherwise = busy
    with pytest.raises(TransientError, match="QUERY_LIMIT_EXCEEDED") as caught:
        client.read([ITEM])
    assert caught.value.exit_code == 69
    assert 10 < sum(clock.slept) <= 20
    assert 5 <= len(portal.requests) <= 9


def test_the_twenty_seconds_are_for_the_whole_run_and_begin_run_gives_new_ones(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    portal.otherwise = busy
    for _ in range(3):
        with pytest.raises(TransientError):
            client.read([ITEM])
    assert sum(clock.slept) <= 20
    client.begin_run()
    with pytest.raises(TransientError):
        client.read([ITEM])
    assert 20 < sum(clock.slept) <= 40


def test_a_manual_block_by_the_vendor_is_not_hurried(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    portal.otherwise = lambda _: error(503, "OVERLOAD_LIMIT", "REST API is blocked due to overload")
    with pytest.raises(TransientError) as caught:
        client.read([ITEM])
    assert (len(portal.requests), clock.slept, caught.value.code) == (1, [], "OVERLOAD_LIMIT")


def test_a_redirect_is_not_followed_and_names_where_it_leads(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(Raw(301, b"", {"Location": "https://new.example/rest/1/s3cr3tW0rd/batch"}))
    with pytest.raises(TransientError, match=r"redirects to new\.example") as caught:
        client.read([ITEM])
    assert "s3cr3t" not in str(caught.value)
    assert len(portal.requests) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        error(401, "NO_AUTH_FOUND", "Wrong authorization data"),
        error(403, "INVALID_CREDENTIALS"),
        error(401, "INVALID_CREDENTIALS"),
        error(401, "expired_token"),
        error(403, "user_access_error"),
        error(403, "ACCESS_DENIED", "REST API is available only on commercial plans"),
        error(200, "authorization_error", "Unable to authorize user"),
        error(500, "PORTAL_DELETED"),
        Raw(403, b"<html>Forbidden</html>"),
        Raw(401, b""),
    ],
)
def test_a_refused_webhook_is_fatal_at_once(
    refusal: Raw, client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.otherwise = lambda _: refusal
    with pytest.raises(CredentialsError, match=r"portal\.webhook") as caught:
        client.read([ITEM])
    assert (len(portal.requests), caught.value.exit_code) == (1, 77)


@pytest.mark.parametrize(
    ("command_error", "kind"),
    [
        ({"error": "ACCESS_DENIED", "error_description": "Access denied"}, PermanentError),
        ({"error": "NOT_FOUND", "error_description": "Element not found"}, NotFoundError),
        ({"error": "", "error_description": "Not found"}, NotFoundError),
        ({"error": 0, "error_description": "Document not found"}, PermanentError),
        ({"error": "100", "error_description": "Invalid value"}, PermanentError),
        ({"error": 200040300010, "error_description": "Access Denied"}, PermanentError),
        ({"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}, NoMethodError),
        ({"error": "WRONG_AUTH_TYPE", "error_description": "denied"}, PermanentError),
        ({"error": "insufficient_scope", "error_description": "higher privileges"}, ScopeError),
        (
            {"error": {"code": "BITRIX_REST_V3_EXCEPTION_ENTITYNOTFOUNDEXCEPTION", "message": "no"}},
            NotFoundError,
        ),
        ("plain words", PermanentError),
        ({}, PermanentError),
    ],
)
def test_a_refused_command_is_its_own_answer(
    command_error: object, kind: type, client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(batch_reply({"c1": {"ID": "7"}}, {"c0": command_error}))
    refused, found = client.read([ITEM, DEAL])
    assert type(refused.error) is kind
    assert refused.refused()
    assert str(refused.error).startswith("crm.item.get: ")
    assert found.value() == {"ID": "7"}
    assert len(portal.requests) == 1


def test_a_missing_scope_is_named_for_feeds_and_steps(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(batch_reply({}, {"c0": {"error": "insufficient_scope", "error_description": "no"}}))
    (answer,) = client.read([Call("tasks.task.list")])
    assert isinstance(answer.error, CredentialsError)
    assert answer.error.exit_code == 77
    assert "'task'" in str(answer.error)
    assert "tasks.task.list" in str(answer.error)


@pytest.mark.parametrize("code", ["QUERY_LIMIT_EXCEEDED", "INTERNAL_SERVER_ERROR"])
def test_only_the_commands_that_failed_in_passing_are_asked_again(
    code: str, client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    portal.script(batch_reply({"c0": "item"}, {"c1": {"error": code, "error_description": "x"}}))
    item, deal = client.read([ITEM, DEAL])
    assert (item.value(), deal.value()) == ("item", "crm.deal.get?id=7")
    assert list(portal.requests[1].commands) == ["c1"]
    assert len(clock.slept) == 1


def test_a_command_that_keeps_failing_is_left_as_its_own_transient_error(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    def deal_is_ill(request: Request) -> Raw:
        results = {name: "fine" for name, command in request.commands.items() if "item" in command}
        broken = {
            name: {"error": "INTERNAL_SERVER_ERROR"} for name in request.commands if name not in results
        }
        return batch_reply(results, broken)

    portal.otherwise = deal_is_ill
    item, deal = client.read([ITEM, DEAL])
    assert item.value() == "fine"
    assert type(deal.error) is TransientError
    assert sum(clock.slept) <= 20


def test_a_command_without_result_and_error_is_asked_again(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(batch_reply({"c0": "item"}))
    assert [answer.value() for answer in client.read([ITEM, DEAL])] == ["item", "crm.deal.get?id=7"]
    assert len(portal.requests) == 2


def test_a_null_result_is_an_answer(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(batch_reply({"c0": None}))
    (answer,) = client.read([ITEM])
    assert answer.value() is None
    assert len(portal.requests) == 1


def test_a_blocked_method_rests_and_others_go_on(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    client.read([DEAL])  # from here on the portal's clock is known
    reset = datetime(2026, 3, 2, 9, 3, tzinfo=UTC).timestamp()
    portal.script(
        batch_reply(
            {"c1": "deal"},
            {"c0": {"error": "OPERATION_TIME_LIMIT"}},
            {"c0": {"operating_reset_at": int(reset)}},
        )
    )
    item, deal = client.read([ITEM, DEAL])
    assert isinstance(item.error, MethodBlockedError)
    assert timedelta(seconds=150) < item.error.until - clock.now() < timedelta(seconds=190)
    assert deal.value() == "deal"

    item, deal = client.read([ITEM, DEAL])
    assert isinstance(item.error, MethodBlockedError)
    assert list(portal.requests[-1].commands) == ["c1"]

    clock.step(190)
    assert client.read([ITEM])[0].value() == "crm.item.get?entityTypeId=31&id=5"


def test_a_block_is_remembered_for_other_processes(
    make: Callable[..., PortalClient], portal: ScriptedPortal, clock: SteppingClock
) -> None:
    bucket = MemoryBucket(None)
    reset = int(clock.now().timestamp()) + 300
    portal.script(
        batch_reply({}, {"c0": {"error": "OPERATION_TIME_LIMIT"}}, {"c0": {"operating_reset_at": reset}})
    )
    make(bucket=bucket).read([ITEM])
    (answer,) = make(bucket=bucket).read([ITEM])
    assert isinstance(answer.error, MethodBlockedError)
    assert len(portal.requests) == 1


def test_a_block_without_an_end_lasts_for_this_run(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(batch_reply({}, {"c0": {"error": "OPERATION_TIME_LIMIT"}}))
    assert isinstance(client.read([ITEM])[0].error, MethodBlockedError)
    assert isinstance(client.read([ITEM])[0].error, MethodBlockedError)
    assert len(portal.requests) == 1
    client.begin_run()
    assert client.read([ITEM])[0].error is None


def test_while_batch_itself_is_blocked_calls_are_made_one_by_one(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    reset = datetime(2026, 3, 2, 9, 4, tzinfo=UTC).isoformat()  # as the sample of crm.activity.list has it
    portal.script(error(429, "OPERATION_TIME_LIMIT", operating_reset_at=reset))
    portal.otherwise = lambda request: reply(200, {"result": {"id": request.method}, "time": TIME})
    assert [one.value() for one in client.read([ITEM, DEAL])] == [
        {"id": "crm.item.get"},
        {"id": "crm.deal.get"},
    ]
    assert [one.error for one in client.write([Call("crm.item.update", {"id": 1, "x": 2})] * 2)] == [None] * 2
    assert [request.method for request in portal.requests].count("batch") == 1


def test_a_chain_is_walked_without_batch_and_ends_where_a_page_was_the_last(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    pages = {"0": [{"id": 1}, {"id": 2}], "2": [{"id": 3}], "3": []}
    portal.script(error(429, "OPERATION_TIME_LIMIT", operating_reset_at=1_772_442_240))
    portal.otherwise = lambda request: reply(
        200, {"result": {"items": pages[str(request.params["filter"][">id"])]}, "time": TIME}
    )
    calls = {
        "a": Call("crm.item.list", {"filter": {">id": 0}}),
        "b": Call("crm.item.list", {"filter": {">id": "$result[a][items][1][id]"}}),
        "c": Call("crm.item.list", {"filter": {">id": "$result[b][items][1][id]"}}),
    }
    answers, _ = client.chain(calls)
    assert {name: one.result for name, one in answers.items()} == {
        "a": {"items": [{"id": 1}, {"id": 2}]},
        "b": {"items": [{"id": 3}]},
    }


def test_a_refused_batch_without_an_end_is_tried_again_as_the_method_is_unknown(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(*[error(429, "OPERATION_TIME_LIMIT")] * 2)
    assert client.read([ITEM])[0].error is None
    assert len(portal.requests) == 3


def test_a_chain_keeps_references_and_tells_when_the_portal_began(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    answers, began = client.chain(
        {
            "a": Call("crm.item.list", {"order": {"id": "ASC"}}),
            "b": Call("x.y", {"id": "$result[a][items][49][id]"}),
        }
    )
    assert portal.requests[0].commands["b"] == "x.y?id=$result[a][items][49][id]"
    assert set(answers) == {"a", "b"}
    assert began == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_chain_is_repeated_whole_if_one_command_failed_in_passing(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(batch_reply({"a": 1}, {"b": {"error": "QUERY_LIMIT_EXCEEDED"}}))
    answers, _ = client.chain({"a": ITEM, "b": DEAL})
    assert [set(request.commands) for request in portal.requests] == [{"a", "b"}] * 2
    assert answers["b"].value() == "crm.deal.get?id=7"


def test_a_chain_reports_refused_commands_and_leaves_out_silent_ones(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(batch_reply({"a": []}, {"b": {"error": "100", "error_description": "bad id"}}))
    answers, _ = client.chain({"a": ITEM, "b": DEAL, "c": DEAL})
    assert answers["a"].value() == []
    assert isinstance(answers["b"].error, PermanentError)
    assert "c" not in answers


def test_what_refers_to_a_blocked_method_is_not_asked(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(batch_reply({}, {"c0": {"error": "OPERATION_TIME_LIMIT"}}))
    client.read([ITEM])
    answers, _ = client.chain(
        {
            "a": ITEM,
            "b": Call("crm.contact.get", {"id": "$result[a][item][contactId]"}),
            "c": Call("crm.company.get", {"id": "$result[b][COMPANY_ID]"}),
            "d": DEAL,
        }
    )
    assert list(portal.requests[-1].commands) == ["d"]
    assert isinstance(answers["a"].error, MethodBlockedError)
    assert type(answers["b"].error) is type(answers["c"].error) is UntriedError
    assert answers["d"].error is None


def test_the_portals_clock_goes_on_between_answers(client: PortalClient, clock: SteppingClock) -> None:
    assert client.portal_time is None
    client.read([ITEM])
    clock.step(60)
    assert client.portal_time == datetime(2026, 3, 2, 9, 1, 0, 250_000, tzinfo=UTC)
    assert client.server_utc_offset == "+03:00"
    assert client.user_id == 1


@pytest.mark.parametrize(
    ("block", "began"),
    [
        ({"start": 1772442000.9}, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)),
        ({"date_start": "nonsense", "start": "x"}, datetime(2026, 3, 2, 9, 29, 59, tzinfo=UTC)),
        ({}, datetime(2026, 3, 2, 9, 29, 59, tzinfo=UTC)),
    ],
)
def test_without_its_time_block_the_start_is_told_by_less(
    block: dict[str, object], began: datetime, client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.date = "Mon, 02 Mar 2026 09:30:00 GMT"
    portal.script(batch_reply({"a": 1}, time_block=block))
    assert client.chain({"a": ITEM})[1] == began


def pages(count: int) -> dict[str, Call]:
    calls = {"p0": Call("crm.item.list", {"filter": {">id": 0}})}
    for number in range(1, count):
        calls[f"p{number}"] = Call(
            "crm.item.list", {"filter": {">id": f"$result[p{number - 1}][items][49][id]"}}
        )
    return calls


def test_void_pages_that_break_make_no_chain_be_repeated(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    broken = {name: {"error": "INTERNAL_SERVER_ERROR"} for name in ("p1", "p2")}
    portal.script(batch_reply({"p0": {"items": [{"id": 1}]}}, broken))
    answers, _ = client.chain(pages(3))
    assert len(portal.requests) == 1
    assert [type(answer.error) for answer in answers.values()] == [type(None), TransientError, TransientError]


def test_a_page_behind_a_full_one_that_breaks_makes_the_chain_be_repeated(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    full = {"items": [{"id": number} for number in range(1, 51)]}
    portal.script(batch_reply({"p0": full}, {"p1": {"error": "INTERNAL_SERVER_ERROR"}}))
    client.chain(pages(2))
    assert len(portal.requests) == 2


def test_a_long_chain_that_comes_too_late_is_given_back_to_be_cut(
    make: Callable[..., PortalClient], portal: ScriptedPortal, clock: SteppingClock
) -> None:
    def hang(_: Request) -> Raw:
        clock.step(30)
        return Raw(504, b"")

    portal.otherwise = hang
    client = make(timeout_s=30)
    with pytest.raises(SlowError):
        client.chain(pages(50))
    assert client.batch_size == 25
    with pytest.raises(TransientError) as caught:  # the time for trying again is used up
        client.chain(pages(25))
    assert type(caught.value) is TransientError
    assert (client.batch_size, len(portal.requests)) == (12, 2)


def test_a_client_may_begin_with_the_size_that_did_well_before(
    make: Callable[..., PortalClient], portal: ScriptedPortal
) -> None:
    client = make(batch_size=12)
    client.read([Call("crm.deal.get", {"id": number}) for number in range(20)])
    assert [len(request.commands) for request in portal.requests] == [12, 8]
    assert (make(batch_size=0).batch_size, make(batch_size=99).batch_size) == (1, 50)


def test_a_chain_that_tells_no_time_at_all_cannot_be_used(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.date = "some day"
    portal.script(batch_reply({"a": 1}, time_block={}))
    with pytest.raises(TransientError, match="does not tell the portal's time"):
        client.chain({"a": ITEM})


def test_a_call_alone_that_finds_the_portal_broken_is_everybodys_trouble(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.otherwise = lambda _: HTML
    with pytest.raises(TransientError, match="HTTP 502"):
        client.read([Call("lists.element.get", {"FILTER": {"NAME": "$x[1]"}})])


def test_a_batch_that_is_refused_as_such_refuses_every_call(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(error(400, "ERROR_BATCH_LENGTH_EXCEEDED"))
    item, deal = client.read([ITEM, DEAL])
    assert (type(item.error), type(deal.error)) == (PermanentError, PermanentError)
    assert "crm.deal.get" in str(deal.error)


def test_a_batch_that_took_long_makes_the_next_one_smaller_and_then_they_grow_again(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    slow = {**TIME, "duration": 25.0}
    portal.script(lambda request: batch_reply(request.commands, time_block=slow))
    client.read([Call("crm.deal.get", {"id": number}) for number in range(130)])
    assert [len(request.commands) for request in portal.requests] == [50, 25, 30, 25]
    assert client.batch_size == 40


def test_a_batch_that_came_too_late_is_cut_in_two(
    make: Callable[..., PortalClient], portal: ScriptedPortal
) -> None:
    portal.script(Raw(200, b"{}", wait_s=1.0))
    client = make(timeout_s=0.2)
    answers = client.read([Call("crm.deal.get", {"id": number}) for number in range(10)])
    assert [answer.value() for answer in answers] == [f"crm.deal.get?id={number}" for number in range(10)]
    assert [len(request.commands) for request in portal.requests] == [10, 5, 5]


def test_an_answer_beyond_the_timeout_is_asked_for_again(
    make: Callable[..., PortalClient], portal: ScriptedPortal
) -> None:
    portal.script(Raw(200, b"{}", wait_s=1.0))
    answers, _ = make(timeout_s=0.2).chain({"a": ITEM})
    assert answers["a"].error is None
    assert len(portal.requests) == 2


def test_a_value_that_looks_like_a_reference_goes_alone_as_json(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    trap = Call("crm.item.list", {"filter": {"title": "win $result[c1][ID]"}, "select": []})
    listed, deal = client.read([trap, DEAL])
    assert listed.value() == {"filter": {"title": "win $result[c1][ID]"}, "select": []}
    assert deal.value() == "crm.deal.get?id=7"
    assert sorted(request.method for request in portal.requests) == ["batch", "crm.item.list"]


def test_a_refusal_of_a_call_that_went_alone_is_its_own_answer(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    def refuse_item(request: Request) -> Raw:
        return error(403, "ACCESS_DENIED") if request.method != "batch" else echo(request)

    portal.otherwise = refuse_item
    listed, deal = client.read([Call("lists.element.get", {"FILTER": {"NAME": "$x[1]"}}), DEAL])
    assert type(listed.error) is PermanentError
    assert deal.error is None


def test_a_refused_port_is_no_request() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    client = PortalClient(
        Webhook.parse(f"http://{nobody}/rest/1/{SECRET}/"), clock=SteppingClock(), bucket=MemoryBucket(None)
    )
    with pytest.raises(TransientError, match=f"{nobody} cannot be reached: the connection was refused"):
        client.read([ITEM])
    assert client.requests == 0


def test_more_than_fifty_commands_make_no_chain(client: PortalClient) -> None:
    with pytest.raises(ValueError, match="51 commands"):
        client.chain({f"a{number}": DEAL for number in range(51)})


def test_error_texts_are_cleaned_of_markup_controls_and_secrets(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    text = (
        "Line one<br />line two\x1b[31m &quot;x&quot; https://p.example/rest/1/s3cr3tW0rd/crm.item.get "
        + "y" * 900
    )
    portal.script(batch_reply({}, {"c0": {"error": "ERROR_CORE", "error_description": text}}))
    (answer,) = client.read([ITEM])
    words = str(answer.error)
    assert words.startswith(
        'crm.item.get: Line one; line two[31m "x" https://p.example/rest/1/***/crm.item.get'
    )
    assert "s3cr3tW0rd" not in words
    assert len(words) < 500


def test_importing_the_client_loads_neither_requests_nor_tenacity() -> None:
    script = (
        "import sys, b24sync.portal.client;print(sorted({'requests', 'tenacity', 'urllib3'} & "
        "set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "[]"

from __future__ import annotations

from datetime import UTC, datetime

from b24sync.domain.entity import Key
from b24sync.rest import items, tasks
from b24sync.rest.kinds import STANDARD, kinds_from
from tests.support.data import data


def test_a_task_reads_as_the_contract_says():
    raw = data("rows.json")["tasks.task.list"]["tasks"][0]
    found = items.entity(STANDARD["task"], {**raw, "xmlId": "b24sync:1"}, statuses={}, base_url="https://p")
    assert found.key == Key("task", 8017)
    assert (found["title"], found["status"], found["responsible_id"]) == ("Замер", 2, 547)
    assert found["deadline"] == datetime(2025, 10, 24, 17, tzinfo=UTC)
    assert found["closed_at"] is None
    assert found["tags"] == ("срочно",)
    assert found["url"] == "https://p/company/personal/user/547/tasks/task/view/8017/"
    assert found.fields["xmlId"] == "b24sync:1"


def test_bindings_of_a_task_are_entities_of_known_kinds():
    raw = data("rows.json")["tasks.task.get"]["task"]
    assert tasks.bindings(raw) == [Key("company", 591), Key("contact", 627), Key("deal", 1723)]
    assert Key("object", 3) in tasks.bindings(raw, kinds_from(custom={"object": 0x88}))
    assert tasks.bindings({"ufCrmTask": False}) == []
    assert tasks.bindings({"ufCrmTask": {"1": "D_2"}}) == [Key("deal", 2)]


def test_a_missing_task_is_no_row():
    assert items.row_of([]) is None


def test_only_what_a_person_sets_updates_a_task():
    before = {
        "id": "1",
        "status": "2",
        "deadline": None,
        "subStatus": "2",
        "changedDate": "2026-01-01T00:00:00+03:00",
    }
    time_passed = {
        **before,
        "subStatus": "-1",
        "changedDate": "2026-01-02T00:00:00+03:00",
        "commentsCount": "5",
    }
    assert tasks.diff_values(before) == tasks.diff_values(time_passed)
    assert tasks.diff_values({**before, "status": "5"})["status"] == 5
    assert tasks.diff_values({**before, "ufCrmTask": ["D_1"]})["fields.ufCrmTask"] == ["D_1"]


def test_only_a_five_is_completed():
    assert tasks.is_completed({"status": "5"})
    assert not tasks.is_completed({"status": "4"})


def test_a_task_never_changed_counts_as_changed_when_created():
    created = datetime(2026, 1, 1, tzinfo=UTC)
    assert items.snapshot_times({"createdDate": "2026-01-01T03:00:00+03:00", "changedDate": None})[:2] == (
        created,
        created,
    )


def test_what_is_sent_has_upper_case_codes_and_typed_values():
    call = tasks.add(
        {
            "title": "t",
            "responsible_id": 5,
            "UF_CRM_TASK": ["D_1"],
            "deadline": datetime(2026, 1, 1, tzinfo=UTC),
        }
    )
    assert call.params["fields"] == {
        "TITLE": "t",
        "RESPONSIBLE_ID": 5,
        "UF_CRM_TASK": ["D_1"],
        "DEADLINE": "2026-01-01T00:00:00+00:00",
    }
    assert tasks.bound_to("SI_7", after_id=50).params["filter"] == {"UF_CRM_TASK": "SI_7", ">ID": 50}
    assert "XML_ID" in tasks.get(1).params["select"]

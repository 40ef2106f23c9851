"""The stand-in's activities: what is wanted of one, what it is bound to, and the mail that is none."""

from __future__ import annotations

import pytest

from b24sync.sandbox import seed_company
from tests.support.portals import bare_portal, refusal, result

DEAL, CONTACT, COMPANY, INVOICE = 2, 3, 4, 31
MEETING, CALL, MAIL = 1, 2, 4
ANNA = {"VALUE": "anna@example.ru", "ENTITY_ID": 1, "ENTITY_TYPE_ID": CONTACT, "TYPE": "EMAIL"}


@pytest.fixture
def portal():
    portal = bare_portal()
    seed_company(portal)
    return portal


def fields(kind=MEETING, **changes):
    """A whole activity of a deal with its client."""
    whole = {
        "OWNER_TYPE_ID": DEAL,
        "OWNER_ID": 1,
        "TYPE_ID": kind,
        "SUBJECT": "Встреча",
        "RESPONSIBLE_ID": 3,
        "COMMUNICATIONS": [{"VALUE": "", "ENTITY_ID": 1, "ENTITY_TYPE_ID": CONTACT}],
    }
    if kind == MAIL:
        whole |= {"COMMUNICATIONS": [ANNA], "DIRECTION": 2, "COMPLETED": "Y"}
        whole["SETTINGS"] = {"MESSAGE_FROM": "Счета <billing@example.ru>"}
    return whole | changes


def add(portal, kind=MEETING, **changes):
    """The text of the refusal, or nothing."""
    status, body = portal.call("crm.activity.add", {"fields": fields(kind, **changes)})
    if status == 200:
        return ""
    assert (status, body["error"]) == (400, "")
    return body["error_description"]


def bound(portal, **filters):
    """Ids of the activities of a list."""
    call = {"filter": filters, "order": {"ID": "ASC"}, "select": ["ID"]}
    return [int(row["ID"]) for row in result(portal, "crm.activity.list", call)]


NO_BINDING = (
    "Could not build binding. Please ensure that owner info and communications are defined correctly."
)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"SUBJECT": "  "}, "The field SUBJECT is not defined or empty."),
        ({"RESPONSIBLE_ID": ""}, "The field RESPONSIBLE_ID is not defined or invalid."),
        ({"TYPE_ID": 0}, "The field TYPE_ID is not defined or invalid."),
        ({"TYPE_ID": 3}, 'The activity type "3 is not supported in current context".'),
        ({"TYPE_ID": 6}, "The custom activity without provider is not supported in current context."),
        ({"TYPE_ID": "", "PROVIDER_ID": "REST_APP"}, "Application context required."),
        (
            {"TYPE_ID": 6, "PROVIDER_ID": "CONFIGURABLE_REST_APP"},
            "Use crm.activity.configurable.add for this activity provider",
        ),
        ({"COMMUNICATIONS": []}, "The field COMMUNICATIONS is not defined or invalid."),
        ({"COMMUNICATIONS": "anna@example.ru"}, "The field COMMUNICATIONS is not defined or invalid."),
        ({"COMMUNICATIONS": [{"VALUE": ""}]}, "The field COMMUNICATIONS is not defined or invalid."),
        (
            {"COMMUNICATIONS": [ANNA, ANNA]},
            "The only one communication is allowed for activity of specified type.",
        ),
        ({"OWNER_ID": 999}, "Could not find 'DEAL' with ID: 999"),
        ({"OWNER_TYPE_ID": 777}, "Entity type 'DYNAMIC_777' is not supported in current context"),
        ({"COMMUNICATIONS": [ANNA | {"ENTITY_ID": 999}]}, "Could not find 'CONTACT' with ID: 999"),
    ],
)
def test_an_activity_is_refused_in_the_words_of_its_page(portal, changes, text):
    before = len(portal.activities)
    assert add(portal, **changes) == text
    assert len(portal.activities) == before


def test_a_provider_alone_needs_something_to_be_bound_to(portal):
    alone = {"OWNER_ID": 0, "COMMUNICATIONS": [], "PROVIDER_ID": "CRM_TODO"}
    assert add(portal, 6, **alone) == NO_BINDING
    assert add(portal, 6, COMMUNICATIONS=[], PROVIDER_ID="CRM_TODO") == ""


def test_an_activity_of_a_hidden_deal_is_denied_and_not_shown(portal):
    assert add(portal) == ""
    key = portal.activities[-1]["ID"]
    portal.hide(DEAL, 1)
    assert add(portal) == "Access denied."
    assert key not in bound(portal)
    assert portal.call("crm.activity.get", {"id": key})[1]["error_description"] == "Access denied."
    assert refusal(portal, "crm.activity.binding.list", {"activityId": key}) == (400, "ACCESS_DENIED")


def test_a_call_and_a_mail_need_a_value_of_their_own_channel(portal):
    nothing = "The field COMMUNICATIONS is not defined or invalid."
    nobody = {"VALUE": "", "ENTITY_ID": 1, "ENTITY_TYPE_ID": CONTACT}
    assert add(portal, CALL, COMMUNICATIONS=[nobody]) == nothing
    assert add(portal, CALL, COMMUNICATIONS=[ANNA]) == nothing
    assert add(portal, CALL, COMMUNICATIONS=[nobody | {"VALUE": "+79161234567"}]) == ""
    assert add(portal, MAIL, COMMUNICATIONS=[nobody]) == nothing
    assert add(portal, MAIL, COMMUNICATIONS=[ANNA | {"TYPE": "PHONE"}]) == nothing
    key = portal.activities[-1]["ID"]
    call = {"filter": {"ID": key}, "select": ["COMMUNICATIONS"]}
    (row,) = result(portal, "crm.activity.list", call)
    (talk,) = row["COMMUNICATIONS"]
    assert (talk["TYPE"], talk["VALUE"], talk["ENTITY_ID"]) == ("PHONE", "+79161234567", "1")


def test_an_activity_is_bound_to_its_owner_and_to_whom_it_is_with(portal):
    company = portal.item(DEAL, 1)["companyId"]
    with_company = [{"VALUE": "", "ENTITY_ID": company, "ENTITY_TYPE_ID": COMPANY}]
    assert add(portal, COMMUNICATIONS=with_company, BINDINGS=[{"OWNER_TYPE_ID": DEAL, "OWNER_ID": 2}]) == ""
    key = portal.activities[-1]["ID"]
    assert result(portal, "crm.activity.binding.list", {"activityId": key}) == [
        {"entityTypeId": DEAL, "entityId": 1},
        {"entityTypeId": COMPANY, "entityId": company},
    ]
    assert key in bound(portal, BINDINGS=[{"OWNER_TYPE_ID": COMPANY, "OWNER_ID": company}])
    assert key in bound(portal, BINDINGS=[{"OWNER_TYPE_ID": 7}, {"OWNER_TYPE_ID": COMPANY}])
    assert key in bound(portal, BINDINGS=[{"OWNER_ID": company}], TYPE_ID=MEETING)
    assert key not in bound(portal, BINDINGS=[{"OWNER_TYPE_ID": DEAL, "OWNER_ID": 2}])
    assert key not in bound(portal, OWNER_TYPE_ID=COMPANY, OWNER_ID=company)
    assert "BINDINGS" not in result(portal, "crm.activity.get", {"id": key})


def test_an_activity_without_an_owner_belongs_to_whom_it_is_with(portal):
    assert add(portal, MAIL, OWNER_TYPE_ID=0, OWNER_ID=0) == ""
    assert portal.mails[-1]["owner"] == (CONTACT, 1)


def test_a_task_bound_to_two_entities_is_one_activity_of_both(portal):
    task = {"TITLE": "Замер", "RESPONSIBLE_ID": 5, "UF_CRM_TASK": ["SI_1", "D_1", "X_9"]}
    result(portal, "tasks.task.add", {"fields": task})
    key = portal.activities[-1]["ID"]
    found = result(portal, "crm.activity.binding.list", {"activityId": key})
    assert [(one["entityTypeId"], one["entityId"]) for one in found] == [(INVOICE, 1), (DEAL, 1)]


FROM = {"SETTINGS": {"MESSAGE_FROM": "Счета <billing@example.ru>"}}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"SETTINGS": {}}, '"From" is not found.'),
        ({"SETTINGS": {"MESSAGE_FROM": "Счета <billing>"}}, "Invalid email is specified."),
        ({"SETTINGS": {"MESSAGE_FROM": "x@y.example"}}, "Failed to add posting. Please see details below."),
        ({"COMMUNICATIONS": [ANNA | {"VALUE": "anna"}]}, "Invalid email is specified."),
        ({"COMMUNICATIONS": [ANNA | {"VALUE": "anna@localhost"}]}, "Invalid email is specified."),
        ({"COMMUNICATIONS": [ANNA | {"VALUE": "a b@example.ru"}]}, "Invalid email is specified."),
        ({"COMMUNICATIONS": [ANNA | {"VALUE": "a@x.ru, b@x.ru"}]}, "Invalid email is specified."),
        ({"COMMUNICATIONS": [ANNA, ANNA | {"VALUE": "анна@почта.рф"}]}, "Invalid email is specified."),
    ],
)
def test_a_mail_that_cannot_go_leaves_its_activity_behind(portal, changes, text):
    before = len(portal.activities)
    assert add(portal, MAIL, **changes) == f"Email send error. {text}"
    assert portal.mails == []
    assert len(portal.activities) == before + 1


def test_a_mail_goes_to_all_of_its_addresses_and_shows_its_files_by_name(portal):
    two = [ANNA, ANNA | {"VALUE": "Пётр <petr@example.ru>"}]
    assert add(portal, MAIL, COMMUNICATIONS=two, FILES=[{"fileData": ["счёт.pdf", "JVBERi0="]}]) == ""
    assert portal.mails[0]["to"] == ["anna@example.ru", "Пётр <petr@example.ru>"]
    call = {"filter": {"ID": portal.activities[-1]["ID"]}, "select": ["*", "FILES"]}
    (row,) = result(portal, "crm.activity.list", call)
    assert [set(one) for one in row["FILES"]] == [{"id", "url"}]
    assert "COMMUNICATIONS" not in row


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ownerId": 0}, "OWNER_NOT_FOUND"),
        ({"ownerTypeId": 777}, "OWNER_NOT_FOUND"),
        ({"ownerId": 999}, "NOT_FOUND"),
        ({"deadline": "когда-нибудь"}, "WRONG_DATETIME_FORMAT"),
    ],
)
def test_a_to_do_is_refused_with_the_code_of_its_page(portal, changes, code):
    call = {"ownerTypeId": DEAL, "ownerId": 1, "deadline": "2026-03-10T10:00:00+03:00"} | changes
    assert refusal(portal, "crm.activity.todo.add", call) == (400, code)
    portal.hide(DEAL, 1)
    assert refusal(portal, "crm.activity.todo.add", call | {"ownerId": 1, "ownerTypeId": DEAL}) == (
        400,
        "ACCESS_DENIED",
    )


def test_an_activity_is_named_by_its_number(portal):
    for method in ("get", "delete"):
        body = portal.call(f"crm.activity.{method}", {})[1]
        assert (body["error"], body["error_description"]) == ("", "ID is not defined or invalid.")
        body = portal.call(f"crm.activity.{method}", {"id": 999})[1]
        assert (body["error"], body["error_description"]) == ("", "Activity is not found.")
    assert refusal(portal, "crm.activity.binding.list", {"activityId": 999}) == (400, "NOT_FOUND")

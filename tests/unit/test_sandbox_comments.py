"""The stand-in's comments of timelines: the codes of their page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24sync.sandbox import seed_company
from tests.support.portals import bare_portal, result

DEAL, INVOICE = 2, 31


@pytest.fixture
def portal():
    portal = bare_portal()
    seed_company(portal)
    return portal


def add(portal, **changes):
    """Status and code of a comment."""
    fields = {"ENTITY_TYPE": "deal", "ENTITY_ID": 1, "COMMENT": "Отправлено"} | changes
    status, body = portal.call("crm.timeline.comment.add", {"fields": fields})
    return status, body.get("error")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ENTITY_TYPE": "nobody"}, "OWNER_NOT_FOUND"),
        ({"ENTITY_TYPE": ""}, "OWNER_NOT_FOUND"),
        ({"ENTITY_TYPE": "dynamic_777"}, "OWNER_NOT_FOUND"),
        ({"ENTITY_ID": 0}, "OWNER_NOT_FOUND"),
        ({"ENTITY_ID": "нет"}, "OWNER_NOT_FOUND"),
        ({"ENTITY_ID": 999}, "NOT_FOUND"),
        ({"COMMENT": ""}, "INVALID_ARG_VALUE"),
        ({"COMMENT": " \n "}, "INVALID_ARG_VALUE"),
        ({"COMMENT": None}, "INVALID_ARG_VALUE"),
    ],
)
def test_a_comment_is_refused_with_the_code_of_its_page(portal, changes, code):
    assert add(portal, **changes) == (400, code)
    assert portal.comments == []


def test_a_comment_on_what_may_not_be_seen_or_written_is_denied(portal):
    portal.hide(DEAL, 1)
    assert add(portal) == (400, "ACCESS_DENIED")
    portal.reveal(DEAL, 1)
    portal.settings = replace(portal.settings, timeline=False)
    assert add(portal) == (400, "ACCESS_DENIED")


def test_names_of_fields_are_in_upper_case(portal):
    fields = {"entity_type": "deal", "entity_id": 1, "comment": "Отправлено"}
    status, body = portal.call("crm.timeline.comment.add", {"fields": fields})
    assert (status, body["error"]) == (400, "OWNER_NOT_FOUND")


def test_a_comment_is_kept_without_the_space_around_it(portal):
    assert add(portal, COMMENT="  Отправлено\n") == (200, None)
    assert [row["COMMENT"] for row in portal.comments] == ["Отправлено"]


def test_comments_are_listed_in_an_order_and_by_selected_fields(portal):
    for text in ("Первый", "Второй"):
        add(portal, COMMENT=text)
    add(portal, ENTITY_TYPE="dynamic_31", COMMENT="О счёте")
    call = {"filter": {"ENTITY_TYPE": "deal", "ENTITY_ID": 1}, "order": {"ID": "DESC"}, "select": ["COMMENT"]}
    assert result(portal, "crm.timeline.comment.list", call) == [{"COMMENT": "Второй"}, {"COMMENT": "Первый"}]
    whole = result(portal, "crm.timeline.comment.list", {"filter": call["filter"]})[0]
    assert (whole["ENTITY_ID"], whole["AUTHOR_ID"], whole["CREATED"]) == (
        "1",
        "1",
        "2026-03-02T12:00:00+03:00",
    )


def test_a_list_names_its_timeline(portal):
    status, body = portal.call("crm.timeline.comment.list", {"filter": {"ENTITY_ID": 1}})
    assert (status, body["error"]) == (400, "")

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from b24sync.domain.entity import Key
from b24sync.rest.kinds import kinds_from
from b24sync.rules.links import Linker
from b24sync.rules.selectors import Selector, parse_selector, user_ids
from b24sync.rules.text_errors import TextError
from b24sync.sandbox import Sandbox, seed_company
from tests.support.generators import GeneratorRunner

PEOPLE = {"accountant": "user:7", "project_lead": "deal.fields.UF_CRM_PROJECT_LEAD", "boss": "accountant"}


class World:
    """A seeded portal with a question to it: who is behind these selectors?"""

    def __init__(self):
        self.sandbox = Sandbox()
        self.company = seed_company(self.sandbox)
        self.runner = GeneratorRunner(self.sandbox)
        self.invoice = Key("invoice", self.company.invoices[0])

    def who(self, *selectors, subject=None, several=True):
        linker = Linker(
            kinds=kinds_from(),
            statuses={},
            base_url="https://p",
            tz=UTC,
            now=datetime(2026, 3, 6, tzinfo=UTC),
            people=PEOPLE,
        )
        return self.runner.run(linker.resolve(selectors, subject or self.invoice, several=several))

    def ids(self, *selectors, **more):
        return [user.id for user in self.who(*selectors, **more).users]


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("responsible", Selector("responsible", "responsible")),
        ("deal.responsible", Selector("deal.responsible", "responsible", "deal")),
        ("contact.responsible_id", Selector("contact.responsible_id", "responsible", "contact")),
        ("creator", Selector("creator", "creator")),
        ("deal.creator", Selector("deal.creator", "creator", "deal")),
        ("department_head", Selector("department_head", "head")),
        ("user:12", Selector("user:12", "user", number=12)),
        ("department:5", Selector("department:5", "department", number=5)),
        ("accountant", Selector("accountant", "user", number=7)),
        ("boss", Selector("boss", "user", number=7)),
        ("project_lead", Selector("project_lead", "field", "deal", "UF_CRM_PROJECT_LEAD")),
    ],
)
def test_selectors_are_read(text, selector):
    assert parse_selector(text, PEOPLE) == selector


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("acountant", "did you mean accountant?"),
        ("departmenthead", "did you mean department_head?"),
        ("somebody", "known: accountant, boss, project_lead; or user:ID"),
        ("user:x", "write user:ID or department:ID"),
        ("role:5", "write user:ID or department:ID"),
        ("deal.UF_CRM_X", "write deal.responsible"),
        ("deal.fields.", "is no path"),
        ("responsible_id", "no person called"),
    ],
)
def test_what_is_no_selector_is_said_with_advice(text, said):
    with pytest.raises(TextError) as caught:
        parse_selector(text, PEOPLE)
    assert said in caught.value.message


def test_names_that_lead_round_are_an_error():
    with pytest.raises(TextError, match="circle"):
        parse_selector("a", {"a": "b", "b": "a"})


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (12, [12]),
        ("12", [12]),
        ("user_12", [12]),
        (["12", "user_12", 5], [12, 5]),
        ("", []),
        (None, []),
        (False, []),
        (0, []),
    ],
)
def test_user_fields_are_read_in_every_form(value, ids):
    assert user_ids(value) == ids


def test_the_people_of_an_invoice_are_found(world):
    assert world.ids("responsible") == [3]
    assert world.ids("invoice.responsible", "deal.responsible") == [3]
    assert world.ids("contact.responsible") == [3]
    assert world.ids("creator") == [3]
    assert world.ids("project_lead", "accountant") == [5, 7]
    assert world.ids("deal.fields.UF_CRM_PROJECT_LEAD") == [5]


def test_the_head_is_someone_else_and_active_and_the_top_one_has_none(world):
    assert world.ids("department_head") == [2]
    world.sandbox.update_item(31, world.invoice.id, assignedById=2)
    assert world.ids("department_head") == [1]
    world.sandbox.update_item(31, world.invoice.id, assignedById=1)
    assert world.ids("department_head") == []
    assert world.who("department_head").nobody == ("department_head: nobody",)
    world.sandbox.update_item(31, world.invoice.id, assignedById=3)
    world.sandbox.dismiss(2)
    assert world.ids("department_head") == [1]
    world.sandbox.update_item(31, world.invoice.id, assignedById=7)
    assert world.ids("department_head") == [1]


def test_a_department_is_its_active_members_or_its_head(world):
    assert world.ids("department:2") == [2, 3, 4]
    assert world.ids("department:2", several=False) == [2]
    assert world.ids("department:4", several=False) == []
    assert world.ids("department:99", several=False) == []
    assert world.ids("department:99") == []


def test_a_large_department_is_read_to_the_last_member(world):
    for number in range(100, 201):
        world.sandbox.add_user(number, NAME=str(number), UF_DEPARTMENT=[3])
    assert len(world.ids("department:3")) == 102


def test_dismissed_users_are_left_out_and_that_is_said(world):
    found = world.who("user:8", "user:7", "user:99")
    assert [user.id for user in found.users] == [7]
    assert found.left_out == ("Глеб Захаров (user:8) is dismissed",)
    assert found.nobody == ("user:99: nobody",)


def test_everyone_is_found_once(world):
    assert world.ids("responsible", "user:3", "department:2") == [3, 2, 4]


def test_who_needs_no_event_is_found_without_reading_it(world):
    assert world.ids("user:1", "accountant") == [1, 7]
    assert [call.method for call in world.runner.calls] == ["user.get", "user.get"]


def test_a_missing_link_has_nobody(world):
    invoice = world.sandbox.add_invoice("x")
    assert world.ids("deal.responsible", "project_lead", subject=Key("invoice", invoice)) == []
    assert world.ids("responsible", subject=Key("invoice", 99999)) == []


def test_independent_selectors_are_asked_side_by_side(world):
    world.who("department_head", "project_lead", "user:7", "department:3")
    assert len(world.runner.rounds) == 3


def test_departments_that_lead_round_end(world):
    world.sandbox.add_department("a", parent=51, key=50)
    world.sandbox.add_department("b", parent=50, key=51)
    user = world.sandbox.add_user(300, NAME="x", UF_DEPARTMENT=[50])
    world.sandbox.update_item(31, world.invoice.id, assignedById=user)
    assert world.ids("department_head") == []
    world.sandbox.add_user(301, NAME="y", UF_DEPARTMENT=[])
    world.sandbox.update_item(31, world.invoice.id, assignedById=301)
    assert world.ids("department_head") == []


def test_nobody_made_what_is_not_there(world):
    assert world.ids("creator", "deal.creator", subject=Key("invoice", 99999)) == []

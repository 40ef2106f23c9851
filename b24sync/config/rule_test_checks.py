"""Checks of ``[[tests]]``: their events, times, and the names of what they give and expect.

Whether the expected actions come about is no matter of the configuration: ``b24sync test`` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any

from b24sync.config.given_values import number_fault, person_fault, value_fault
from b24sync.config.problems import Path, Problem
from b24sync.config.rules import event_fault, place_fault
from b24sync.domain.event import moved_name, stuck_name, written_out
from b24sync.domain.rule_test import RuleTest, moment
from b24sync.domain.wording import hint, quoted
from b24sync.rules.root_names import CUSTOM, ENTITIES
from b24sync.words import config_rules as words

if TYPE_CHECKING:
    from b24sync.domain.settings import Settings
    from b24sync.words import Both

USER = ("id", "name", "email", "active", "department", "head_of")
ROW = ("product_id", "name", "price", "quantity", "section_id")
EXPECTED = (
    *("rule", "step", "position", "state", "reason", "error", "changed"),
    *("to", "cc", "bcc", "text", "subject", "title", "description", "deadline", "start", "tags", "group"),
    *("names", "texts", "attachment", "from", "left_out", "duration", "targets"),
    *("set", "amount", "currency", "rows", "tasks", "entity", "entities", "stage", "due_date", "kind"),
)
"""What an expected action may say."""
_STAGE_TITLES = ("status_title", "stage_title")


def faults_of_tests(settings: Settings) -> Iterator[Problem]:
    """All faults of the tests."""
    first: dict[str, int] = {}
    for n, test in enumerate(settings.tests):
        if test.name and first.setdefault(test.name, n) != n:
            told = words.SAME_TEST.both(other=first[test.name], name=quoted(test.name))
            yield Problem(("tests", n, "name"), told)
        for fault in _faults_of(test, settings):
            yield fault.under("tests", n)


def _faults_of(test: RuleTest, settings: Settings) -> Iterator[Problem]:
    if test.event and (message := event_fault(test.event, settings)):
        yield Problem(("event",), message)
    else:
        yield from _move_faults(test, settings)
    if test.at is not None:
        try:
            moment(test.at, UTC)
        except (TypeError, ValueError):
            yield Problem(("at",), words.NO_TIME.both(text=quoted(str(test.at))))
    yield from _value_faults(test)
    for n, expected in enumerate(test.expect):
        yield from _table_faults(("expect", n), expected, EXPECTED)


def _move_faults(test: RuleTest, settings: Settings) -> Iterator[Problem]:
    kind, event, short = written_out(test.event)
    is_move = event in {moved_name(kind), stuck_name(kind)}
    for key, value in (("from", test.from_), ("to", test.to)):
        if not value:
            continue
        if short and key == "to":
            yield Problem((key,), words.SAYS_IT.both(event=test.event, moved=moved_name(kind)))
        elif not is_move:
            yield Problem((key,), words.NOT_WITH.both(event=test.event))
        elif message := place_fault(value, kind, settings):
            yield Problem((key,), message)


def _value_faults(test: RuleTest) -> Iterator[Problem]:
    for kind, values in test.given().items():
        where = ("kinds", kind) if kind in test.kinds else (kind,)
        known = [*ENTITIES.get(kind, CUSTOM).attributes, *_STAGE_TITLES, *_links(kind)]
        yield from _table_faults(where, values, known, value_fault)
    for n, row in enumerate(test.rows):
        yield from _table_faults(("rows", n), row, ROW, value_fault)
    for role, amount in (test.commission or {}).items():
        if message := number_fault(amount):
            yield Problem(("commission", role), message)
    yield from _people_faults(test)


def _people_faults(test: RuleTest) -> Iterator[Problem]:
    for n, user in enumerate(test.users):
        yield from _table_faults(("users", n), user, USER, value_fault)
        if "id" not in user:
            yield Problem(("users", n, "id"), words.NO_USER_ID.both())
    for key, person in (("responsible", test.responsible), ("department_head", test.department_head)):
        yield from _table_faults((key,), person or {}, USER, value_fault)
    for name, person in test.people.items():
        if isinstance(person, Mapping):
            yield from _table_faults(("people", name), person, USER, value_fault)
        elif message := person_fault(person):
            yield Problem(("people", name), message)


def _links(kind: str) -> tuple[str, ...]:
    """What a table may say of its links besides the contract's fields."""
    return ("deal_id", "invoice_id") if kind == "task" else ()


def _table_faults(
    where: Path,
    values: Any,
    known: Any,
    check: Callable[[str, Any], Both | None] = lambda _name, _value: None,
) -> Iterator[Problem]:
    if not isinstance(values, Mapping):
        yield Problem(where, words.NO_TABLE.both())
        return
    names = list(known)
    for key in values:
        if key not in names:
            yield Problem((*where, key), words.UNKNOWN_VALUE.both(hint=hint(key, names)))
        elif message := check(key, values[key]):
            yield Problem((*where, key), message)

"""The people of a test: those it names, and somebody for everybody whom it leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from b24sync.domain.rule_test import RuleTest, Table
    from b24sync.domain.settings import Settings

_FIRST_PLACEHOLDER = 900_001
_DEPARTMENT = re.compile(r"department:(\d+)")
_OWN_DEPARTMENT = 900_001


@dataclass(slots=True)
class Staff:
    """Users and departments as the portal would show them.

    Attributes:
        users: Id → its table.
        people: ``[people]`` with what the test puts in place.
        departments: Numbers that the configuration mentions.
    """

    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    departments: set[int] = field(default_factory=set)

    def add(self, table: Table | None, *, name: str) -> int:
        """A user by its table, which may lack everything; returns the id."""
        given = dict(table or {})
        number = given.get("id")
        known = next((n for n, one in self.users.items() if not table and one["name"] == name), None)
        if known is not None:
            return known
        if not isinstance(number, int):
            number = _FIRST_PLACEHOLDER + len(self.users)
        word = re.sub(r"[^a-z0-9_.]", "", name.lower()) or f"user{number}"
        old = self.users.get(number) or {"name": name, "email": f"{word}@example.invalid", "active": True}
        self.users[number] = {**old, **given, "id": number}
        return int(number)

    def user(self, number: int) -> dict[str, Any]:
        """A user by id; one that the test does not name is somebody active."""
        if number not in self.users:
            self.add({"id": number}, name=f"user:{number}")
        return self.users[number]

    def word(self, person: str) -> str:
        """Somebody whom nothing names but a word of the rule, by that word; others as they are."""
        number = person.removeprefix("user:")
        known = self.users.get(int(number)) if number.isdigit() else None
        return str(known["name"]) if known and int(number) >= _FIRST_PLACEHOLDER else person

    def behind(self, address: str) -> str:
        """Who has a mail address, as ``user:5``; an address that nobody here has as it is."""
        number = next((number for number, one in self.users.items() if one.get("email") == address), None)
        return address if number is None else f"user:{number}"

    def known(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """Users by id, each with the department that it is in."""
        return [{**one, "department": _department(one)} for one in map(self.user, numbers)]

    def members(self, department: int) -> list[dict[str, Any]]:
        """The members of a department; somebody if the test names none."""
        found = [number for number, one in self.users.items() if _department(one) == department]
        if not found:
            found = [self.add({"department": department}, name=f"department:{department}")]
        return self.known(found)

    def heads(self) -> dict[int, int]:
        """The departments, each with its head."""
        own = {_department(one) for one in self.users.values()} | self.departments
        heads = {one["head_of"]: number for number, one in self.users.items() if one.get("head_of")}
        head = self.add(None, name="department_head")
        return {number: heads.get(number, self._head(number, head)) for number in sorted({*own, *heads})}

    def _head(self, department: int, head: int) -> int:
        if department in self.departments:
            return self.add(None, name=f"department:{department}")
        return head


def _department(one: Mapping[str, Any]) -> int:
    return int(one.get("department") or one.get("head_of") or _OWN_DEPARTMENT)


def mentioned_staff(settings: Settings) -> Staff:
    """The people whom a configuration speaks of."""
    staff = Staff(people=dict(settings.people))
    staff.departments.update(
        int(number) for number in _DEPARTMENT.findall(repr((settings.rules, settings.people)))
    )
    return staff


def staff_of(test: RuleTest, settings: Settings) -> Staff:
    """The people whom a test and its configuration speak of."""
    staff = mentioned_staff(settings)
    for table in test.users:
        staff.add(table, name=f"user:{table.get('id')}")
    for name, person in test.people.items():
        table = person if isinstance(person, Mapping) else {"id": int(str(person).removeprefix("user:"))}
        staff.people[name] = f"user:{staff.add(table, name=name)}"
    head = dict(test.department_head or {})
    if head:
        number = staff.add(head, name="department_head")
        if staff.users[number].get("head_of") is None:
            staff.users[number]["head_of"] = int(
                (test.responsible or {}).get("department") or _OWN_DEPARTMENT
            )
    return staff

"""Users and departments (portal.md §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call
from b24sync.rest import json_values

if TYPE_CHECKING:
    from b24sync.domain.values_of_test import ValuesOfTest

PAGE = 50


@dataclass(frozen=True, slots=True)
class User:
    """One employee.

    Attributes:
        name: First and last name, or the e-mail address, or the id, whichever is there first.
        email: Empty if there is none or the webhook's scope hides it.
        active: False for a dismissed one.
        department_ids: Departments, the main one first.
    """

    id: int
    name: str
    email: str = ""
    active: bool = True
    department_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """One department; ``parent_id`` is ``None`` at the top, ``head_id`` where nobody heads it."""

    id: int
    name: str
    parent_id: int | None = None
    head_id: int | None = None


def user(user_id: int) -> Call:
    """One user by id, dismissed or not; the result is a list of at most one."""
    return Call(
        "user.get", {"FILTER": {"ID": user_id}}, lambda test: [_row(one) for one in test.users((user_id,))]
    )


def users(ids: Sequence[int]) -> Call:
    """At most 50 users by ids."""
    params = {"FILTER": {"ID": list(ids)}, "sort": "ID", "order": "ASC"}
    return Call("user.get", params, lambda test: [_row(one) for one in test.users(ids)])


def users_page(*, start: int = 0, filter: Mapping[str, Any] | None = None) -> Call:
    """One page of at most 50 users, by id; a page of 50 has a next one."""
    return Call(
        "user.get",
        {**({"FILTER": dict(filter)} if filter else {}), "sort": "ID", "order": "ASC", "start": start},
    )


def users_of_department(department_id: int, *, start: int = 0) -> Call:
    """One page of the active members of a department (not of those below it)."""
    page = users_page(start=start, filter={"UF_DEPARTMENT": department_id, "ACTIVE": True})
    return replace(
        page, in_tests=lambda test: [] if start else [_row(one) for one in test.members(department_id)]
    )


def departments(*, start: int = 0) -> Call:
    """One page of at most 50 departments, in the portal's own order.

    ``SORT`` is also a filter of this method.
    """
    return Call("department.get", {"start": start}, lambda test: [] if start else _departments(test))


def _row(user: Mapping[str, Any]) -> dict[str, Any]:
    """A user of a test as the portal shows one."""
    return {
        "ID": user["id"],
        "NAME": user.get("name") or "",
        "EMAIL": user.get("email") or "",
        "ACTIVE": user.get("active", True),
        "UF_DEPARTMENT": [user["department"]],
    }


def _departments(test: ValuesOfTest) -> list[dict[str, Any]]:
    return [
        {"ID": number, "NAME": f"department:{number}", "UF_HEAD": head}
        for number, head in test.departments().items()
    ]


def profile() -> Call:
    """The webhook's owner: id, whether an administrator, time zone; needs no scope."""
    return Call("profile")


def read_users(result: Any) -> list[User]:
    """The users of an answer; rows without an id are no users."""
    return [found for row in json_values.rows(result) if (found := read_user(row)) is not None]


def read_user(row: Mapping[str, Any]) -> User | None:
    """One user; ``None`` if the row has no id."""
    user_id = json_values.id_or_none(row.get("ID"))
    if user_id is None:
        return None
    names = (json_values.text(row.get("NAME")).strip(), json_values.text(row.get("LAST_NAME")).strip())
    email = json_values.text(row.get("EMAIL")).strip()
    name = " ".join(part for part in names if part) or email or str(user_id)
    listed = row.get("UF_DEPARTMENT") or ()
    found = (
        listed.values() if isinstance(listed, Mapping) else listed if isinstance(listed, list) else (listed,)
    )
    ids = tuple(number for one in found if (number := json_values.id_or_none(one)) is not None)
    return User(user_id, name, email, row.get("ACTIVE", True) in {True, "Y", "1", "true"}, ids)


def read_departments(result: Any) -> list[Department]:
    """The departments of an answer."""
    found = []
    for row in json_values.rows(result):
        number = json_values.id_or_none(row.get("ID"))
        if number is not None:
            parent, head = (
                json_values.id_or_none(row.get("PARENT")),
                json_values.id_or_none(row.get("UF_HEAD")),
            )
            found.append(Department(number, json_values.text(row.get("NAME")), parent, head))
    return found

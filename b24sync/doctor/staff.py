"""Whether the people that the configuration names are there (portal.md §7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn

if TYPE_CHECKING:
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.rest.people import Department, User

_DEEPEST = 50


def people(uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Users by id, departments, and the heads of departments."""
    found = [*_users(uses, survey), *_departments(uses, survey)]
    yield from found
    if not found:
        parts = [
            f"{len(uses.users)} users" if uses.users else "",
            f"{len(survey.departments or {})} departments" if survey.departments else "",
        ]
        said = " and ".join(part for part in parts if part)
        yield ok("people", f"{said}: there and active" if said else "nobody is named by id")


def _users(uses: Uses, survey: Survey) -> Iterator[Finding]:
    if uses.users and survey.users is None:
        answer = survey.answer("users.0")
        yield unchecked("people", answer.error if answer and answer.error else "user.get gave nothing")
        return
    for number, where in uses.users.items():
        user = (survey.users or {}).get(number)
        if user is None:
            yield fail(
                "people",
                f"{where}: there is no user:{number} (user.get)",
                "write the number that the address of the profile ends with",
            )
        elif not user.active:
            yield fail("people", f"{where}: user:{number} ({user.name}) is dismissed", "name somebody else")


def _departments(uses: Uses, survey: Survey) -> Iterator[Finding]:
    if not (uses.heads or uses.departments or uses.headed):
        return
    known = survey.departments
    if known is None:
        answer = survey.answer("departments")
        yield unchecked("people", answer.error if answer and answer.error else "department.get gave nothing")
        return
    for number, where in {**uses.departments, **uses.headed}.items():
        if number not in known:
            listed = ", ".join(f"{one.id} ({one.name})" for one in list(known.values())[:12])
            yield fail(
                "people", f"{where}: there is no department:{number} (department.get)", f"known: {listed}"
            )
    for number, where in uses.headed.items():
        if number in known and not _head(known[number], survey.users or {}):
            yield fail(
                "people",
                f"{where}: department:{number} ({known[number].name}) has no active head",
                _NAME_A_HEAD,
            )
    if uses.heads:
        yield from _headless(uses.heads, known, survey.users or {})


_NAME_A_HEAD = "name a head in the company structure of the portal"


def _head(department: Department, users: Mapping[int, User]) -> User | None:
    user = users.get(department.head_id or 0)
    return user if user is not None and user.active else None


def _headless(where: str, known: Mapping[int, Department], users: Mapping[int, User]) -> Iterator[Finding]:
    """Departments from which climbing finds no head at all."""
    if not known:
        yield fail("people", f"{where}: the portal has no departments (department.get)", _NAME_A_HEAD)
    bad = [one for one in known.values() if not _climbs_to_head(one, known, users)]
    if bad:
        names = ", ".join(f"{one.name} ({one.id})" for one in bad[:8])
        yield warn("people", f"{where}: no active head over {names}: nobody is told there", _NAME_A_HEAD)


def _climbs_to_head(
    department: Department, known: Mapping[int, Department], users: Mapping[int, User]
) -> bool:
    current: Department | None = department
    for _ in range(_DEEPEST):
        if current is None:
            return False
        if _head(current, users):
            return True
        current = known.get(current.parent_id or 0)
    return False

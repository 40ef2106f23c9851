"""Whether the people that the configuration names are there (portal.md §7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.words import doctor_names as words
from b24sync.words import joined

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
            *([words.USERS.both(count=len(uses.users))] if uses.users else []),
            *([words.DEPARTMENTS.both(count=len(survey.departments))] if survey.departments else []),
        ]
        said = words.ACTIVE.both(who=joined(parts)) if parts else words.NOBODY_BY_ID.both()
        yield ok("people", said)


def _users(uses: Uses, survey: Survey) -> Iterator[Finding]:
    if uses.users and survey.users is None:
        answer = survey.answer("users.0")
        yield unchecked("people", answer.error if answer and answer.error else words.NO_USERS_TOLD.both())
        return
    for number, where in uses.users.items():
        user = (survey.users or {}).get(number)
        if user is None:
            yield fail("people", words.NO_USER.both(where=where, id=number), words.PROFILE_NUMBER.both())
        elif not user.active:
            told = words.DISMISSED.both(where=where, id=number, name=user.name)
            yield fail("people", told, words.NAME_OTHER.both())


def _departments(uses: Uses, survey: Survey) -> Iterator[Finding]:
    if not (uses.heads or uses.departments or uses.headed):
        return
    known = survey.departments
    if known is None:
        answer = survey.answer("departments")
        why = answer.error if answer and answer.error else words.NO_DEPARTMENTS_TOLD.both()
        yield unchecked("people", why)
        return
    for number, where in {**uses.departments, **uses.headed}.items():
        if number not in known:
            listed = ", ".join(f"{one.id} ({one.name})" for one in list(known.values())[:12])
            told = words.NO_DEPARTMENT.both(where=where, id=number)
            yield fail("people", told, words.KNOWN.both(words=listed))
    for number, where in uses.headed.items():
        if number in known and not _head(known[number], survey.users or {}):
            told = words.HEADLESS.both(where=where, id=number, name=known[number].name)
            yield fail("people", told, words.NAME_HEAD.both())
    if uses.heads:
        yield from _headless(uses.heads, known, survey.users or {})


def _head(department: Department, users: Mapping[int, User]) -> User | None:
    user = users.get(department.head_id or 0)
    return user if user is not None and user.active else None


def _headless(where: str, known: Mapping[int, Department], users: Mapping[int, User]) -> Iterator[Finding]:
    """Departments from which climbing finds no head at all."""
    if not known:
        yield fail("people", words.NO_DEPARTMENTS.both(where=where), words.NAME_HEAD.both())
    bad = [one for one in known.values() if not _climbs_to_head(one, known, users)]
    if bad:
        names = ", ".join(f"{one.name} ({one.id})" for one in bad[:8])
        told = words.NO_HEAD_OVER.both(where=where, names=names)
        yield warn("people", told, words.NAME_HEAD.both())


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

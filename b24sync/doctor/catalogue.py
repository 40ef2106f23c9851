"""Whether the catalogue sections that tasks go by are there (portal.md §6.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked
from b24sync.errors import ScopeError
from b24sync.rest import catalog
from b24sync.words import doctor_names as words

if TYPE_CHECKING:
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses


def sections(uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Each section that a rule names by its id."""
    found = 0
    for number, where in uses.section_ids.items():
        answer = survey.answer(f"section.{number}")
        if answer is None or answer.error is None:
            found += answer is not None
        elif catalog.is_gone(answer.error):
            told = words.NO_SECTION.both(where=where, id=number)
            yield fail("sections", told, words.SECTION_NUMBER.both())
        elif not isinstance(answer.error, ScopeError):  # a missing scope is told among the scopes
            yield unchecked("sections", words.SECTION_UNREAD.both(where=where, id=number, why=answer.error))
    if found and found == len(uses.section_ids):
        yield ok("sections", words.ALL_THERE.both(count=found))

"""What a calendar file says, before it is checked and completed: the common shape of all formats."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from b24sync.domain.calendar.days import CalendarError
from b24sync.words import calendar_files as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from b24sync.words import Both


class CalendarFileError(CalendarError):
    """A calendar file cannot be used.

    Attributes:
        source: The file.
        faults: What is wrong with it, one line each.
    """

    def __init__(self, source: str, faults: Sequence[Both]) -> None:
        count = words.PROBLEMS(len(faults))
        super().__init__("\n".join([f"{source}: {count}", *(f"  {fault.said()}" for fault in faults)]))
        self.source = source
        self.faults = tuple(faults)


@dataclass(slots=True)
class Draft:
    """Filled by the reader of one format; Saturdays and Sundays that it does not name are days off.

    Attributes:
        country: Code in capitals, or empty if the file does not say.
        off: Days off that it names, each with the holiday's name if it has one.
        short: Working days that are shorter, weekend days among them.
        working: Weekend days that are worked.
        decrees: Days called non-working by presidential decree, each with its title.
        moved: (from, to) of each rest that was moved.
        named: Every day that the file names.
        stated_working_days: How many working days the file itself counts.
        faults: What makes the file unusable.
        warnings: What the user should know although the file is used.
    """

    year: int
    country: str = ""
    off: dict[date, str] = field(default_factory=dict)
    short: set[date] = field(default_factory=set)
    working: set[date] = field(default_factory=set)
    decrees: dict[date, str] = field(default_factory=dict)
    moved: list[tuple[date, date]] = field(default_factory=list)
    named: set[date] = field(default_factory=set)
    stated_working_days: int | None = None
    faults: list[Both] = field(default_factory=list)
    warnings: list[Both] = field(default_factory=list)

    def claim(self, day: date, where: Both | str) -> None:
        """Note that the file names this day, which it may do once."""
        if day in self.named:
            self.faults.append(words.TWICE.both(where=where, day=day))
        self.named.add(day)

    def date(self, month: int | str, day: int | str, where: Both | str) -> date | None:
        """A date of this year; None, with a fault noted, if there is no such day."""
        try:
            return date(self.year, int(month), int(day))
        except ValueError:
            self.faults.append(words.NO_SUCH_DAY.both(where=where, year=self.year))
            return None

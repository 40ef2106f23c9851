"""A day, a year of days, and what can go wrong with them.

A year is kept as a short JSON text (about 1 kB): one letter a day and the names of the holidays. So a run
need not import ``holidays``, which costs more than 100 ms.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, Protocol, get_args

from b24sync.errors import UsageError
from b24sync.words import calendar as words

Status = Literal["published", "unpublished", "preliminary"]
WEEKEND = frozenset({5, 6})
FORMAT = 1

_WORKING, _SHORT, _OFF, _WEEKEND = "w", "s", "h", "e"


class CalendarError(UsageError):
    """The calendar cannot answer: its settings or its files must be changed."""


class UnpublishedYearError(CalendarError):
    """A year without a published calendar was met, and ``on_unpublished = "error"``."""

    def __init__(self, country: str, year: int) -> None:
        super().__init__(words.UNPUBLISHED(country=country, year=year), remedy=words.IMPORT_OR_SKIP())
        self.country = country
        self.year = year


@dataclass(frozen=True, slots=True)
class Day:
    """One day.

    Attributes:
        working: Whether it is worked.
        short: A working day that is an hour shorter; always False for a day off.
        name: The holiday or the reason; empty for a usual day.
        layer: Which layer decided: weekend, official, statutory (the library's days of a year that is not
            published), presidential, file, portal or company.
        source: Where that layer has it from.
    """

    date: date
    working: bool
    short: bool
    name: str
    layer: str
    source: str = ""

    def as_json(self) -> dict[str, Any]:
        """The public shape of a calendar day (contract.md section 4)."""
        return {
            "date": self.date.isoformat(),
            "working": self.working,
            "short": self.short,
            "name": self.name,
            "layer": self.layer,
        }


@dataclass(frozen=True, slots=True)
class Year:
    """All days of one year of one country.

    Attributes:
        status: Whether the official calendar is known; ``preliminary``: it is not, and the statutory days
            are used instead.
        source: Where the days are from.
        weekend: Weekdays off in that country, Monday 0.
    """

    country: str
    year: int
    days: tuple[Day, ...]
    status: Status
    source: str
    weekend: frozenset[int] = field(default=WEEKEND)

    def day(self, day: date) -> Day:
        """One day of this year."""
        return self.days[day.timetuple().tm_yday - 1]

    @property
    def working_days(self) -> int:
        """How many days are worked."""
        return sum(day.working for day in self.days)

    def to_json(self) -> str:
        """A compact text, from which ``from_json`` gives an equal year."""
        return json.dumps(self.as_dict(), ensure_ascii=False, separators=(",", ":"))

    def as_dict(self) -> dict[str, Any]:
        """What ``to_json`` writes, for a text that holds more than the year."""
        layers = {day.layer for day in self.days} - {"weekend"}
        return {
            "format": FORMAT,
            "country": self.country,
            "year": self.year,
            "status": self.status,
            "source": self.source,
            "layer": next(iter(layers), "official"),
            "weekend": sorted(self.weekend),
            "kinds": "".join(map(_letter, self.days)),
            "names": {str(n): day.name for n, day in enumerate(self.days) if day.name},
        }

    @classmethod
    def from_json(cls, text: str) -> Year:
        """Read what ``to_json`` wrote.

        Raises:
            ValueError: Another text, or one of another version of this format.
        """
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, data: Any) -> Year:
        """Read what ``as_dict`` gave.

        Raises:
            ValueError: Something else.
        """
        try:
            if data["format"] != FORMAT or data["status"] not in get_args(Status):
                raise ValueError("a year of another format")
            country, year, source = str(data["country"]), int(data["year"]), str(data["source"])
            days = _days_of(year, data["kinds"], data["names"], layer=str(data["layer"]), source=source)
            return cls(
                country=country,
                year=year,
                days=days,
                status=data["status"],
                source=source,
                weekend=frozenset(map(int, data["weekend"])),
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise ValueError(f"no year of a calendar: {fault!r}") from fault


class YearCache(Protocol):
    """Keeps texts by key; both sides may forget at any time."""

    def get(self, key: str) -> str | None:
        """The text kept under ``key``, or None."""
        ...

    def put(self, key: str, text: str) -> None:
        """Keep ``text`` under ``key``, replacing an older one."""
        ...


def dates_in(year: int) -> list[date]:
    """Every date of the year, in order."""
    first = date(year, 1, 1)
    length = (date(year, 12, 31) - first).days + 1
    return [first + timedelta(days=n) for n in range(length)]


def _letter(day: Day) -> str:
    if day.working:
        return _SHORT if day.short else _WORKING
    return _WEEKEND if day.layer == "weekend" else _OFF


def _days_of(year: int, kinds: str, names: dict[str, str], *, layer: str, source: str) -> tuple[Day, ...]:
    dates = dates_in(year)
    if len(kinds) != len(dates) or set(kinds) - {_WORKING, _SHORT, _OFF, _WEEKEND}:
        raise ValueError(f"the days of {year} are {len(kinds)} letters, or unknown ones")
    return tuple(
        Day(
            day,
            working=kind in {_WORKING, _SHORT},
            short=kind == _SHORT,
            name=names.get(str(n), ""),
            layer="weekend" if kind == _WEEKEND else layer,
            source=source,
        )
        for n, (day, kind) in enumerate(zip(dates, kinds, strict=True))
    )

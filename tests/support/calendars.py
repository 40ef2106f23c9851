"""Calendars as governments decreed them (tests/data/calendars.json)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.support.data import data

YEARS = data("calendars.json")["years"]
SHIFTS = data("calendars.json")["shifts of Russia (date, worked, next, previous, nearest)"]


@dataclass(frozen=True)
class Decreed:
    """One country and year; days as ISO texts, in order."""

    country: str
    year: int
    nonworking: list[str]
    short: list[str]
    decreed: list[str]
    published: bool


def decreed(name: str) -> Decreed:
    """A year by its name, as ``ru-2026``."""
    country, year = name[:2].upper(), int(name[3:])
    row = YEARS[name]
    off, worked = set(_days(year, row["off"])), set(_days(year, row["worked"]))
    first = date(year, 1, 1)
    days = [first + timedelta(number) for number in range((date(year + 1, 1, 1) - first).days)]
    nonworking = [
        str(day) for day in days if str(day) in off or (day.weekday() >= 5 and str(day) not in worked)
    ]
    return Decreed(
        country,
        year,
        nonworking,
        _days(year, row["short"]),
        _days(year, row.get("decreed", "")),
        row["published"],
    )


def _days(year: int, text: str) -> list[str]:
    return [f"{year}-{day}" for day in text.split()]

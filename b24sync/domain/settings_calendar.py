"""The ``[calendar]`` table of the configuration: its keys, their defaults, and what is wrong with them.

Values are kept as they are written in TOML (texts and lists of texts); the methods give them as dates and
weekdays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from b24sync.domain.wording import did_you_mean
from b24sync.errors import WrongValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.words import Both, Message

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DIRECTIONS = ("next", "previous", "nearest", "none")
ON_UNPUBLISHED = ("skip", "statutory", "error")
PORTAL = ("no", "add")

# The countries of holidays 0.107, so that a configuration is checked without importing that package (100 ms).
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UK UM US UY UZ VA VC VE VG VI VN VU WF WS
XK YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())

_DATE = r"\d{4}-\d{2}-\d{2}"
_MONTH_DAY = r"(\d{2})-(\d{2})"
_LEAP_YEAR = 2000
_LONGEST_RANGE = timedelta(days=366)


def dates_of(text: str) -> tuple[date, ...]:
    """The days of ``"2026-06-15"`` or of an inclusive range ``"2026-12-28..2026-12-30"``.

    Raises:
        WrongValueError: No such day, a range that runs backwards, or one of more than a year.
    """
    ends = [part.strip() for part in text.split("..")]
    if len(ends) > 2 or not all(re.fullmatch(_DATE, end) for end in ends):
        raise _wrong("date", text)
    try:
        first, last = date.fromisoformat(ends[0]), date.fromisoformat(ends[-1])
    except ValueError:
        raise _wrong("day", text) from None
    if last < first:
        raise _wrong("order", text)
    if last - first > _LONGEST_RANGE:
        raise _wrong("length", text)
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def month_day_of(text: str) -> tuple[int, int]:
    """Month and day of ``"08-30"``; ``"02-29"`` is a day of leap years only.

    Raises:
        WrongValueError: No such day.
    """
    found = re.fullmatch(_MONTH_DAY, text.strip())
    if found is None:
        raise _wrong("month_day", text)
    month, day = int(found[1]), int(found[2])
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        raise _wrong("day_of_year", text) from None
    return month, day


_Wrong: TypeAlias = Literal["date", "day", "order", "length", "month_day", "day_of_year"]


def _wrong(what: _Wrong, text: str) -> WrongValueError:
    from b24sync.words import config_calendar as words

    told: dict[_Wrong, Message] = {
        "date": words.NO_DATE,
        "day": words.NO_SUCH_DAY,
        "order": words.BACKWARDS,
        "length": words.LONGER_THAN_YEAR,
        "month_day": words.NO_YEARLY_DAY,
        "day_of_year": words.NO_SUCH_YEARLY_DAY,
    }
    return WrongValueError(told[what].both(text=text))


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """What ``[calendar]`` may say (contract.md section 5, calendar.md §3).

    Attributes:
        country: Two-letter code of the official calendar.
        direction: Where a day off is shifted to: next, previous, nearest (a tie goes to the next) or none.
        weekend: Two-letter weekdays on which the company does not work.
        days_off: Days or ranges on which the company does not work.
        yearly_days_off: ``"08-30"``: days off of every year, for regional holidays.
        working_days: Days or ranges on which the company works all the same; the last word.
        presidential_days: Whether days called non-working by decree of the President of Russia are days off.
            They do not move terms of civil law (Supreme Court, review of 2020-04-21, question 5), hence off
            by default.
        file: Official calendars to read, each replacing its country and year.
        on_unpublished: What shifting does in a year without a published calendar: skip, statutory or error.
        keep_month: With ``previous`` and ``nearest``: a shift that would go back into an earlier month goes
            forward instead.
        portal: ``"add"``: days off of the portal's calendar settings count too.
    """

    country: str = "RU"
    direction: str = "next"
    weekend: tuple[str, ...] = ("SA", "SU")
    days_off: tuple[str, ...] = ()
    yearly_days_off: tuple[str, ...] = ()
    working_days: tuple[str, ...] = ()
    presidential_days: bool = False
    file: tuple[str, ...] = ()
    on_unpublished: str = "skip"
    keep_month: bool = False
    portal: str = "no"

    def check(self) -> list[tuple[str, Both]]:
        """All faults: the path of the setting (``calendar.days_off[1]``), and what is wrong with it."""
        faults = [*self._choice_faults(), *self._week_faults(), *self._date_faults()]
        return [(f"calendar.{path}", message) for path, message in faults]

    def weekdays_off(self) -> frozenset[int]:
        """The weekend as ``date.weekday()`` numbers, Monday 0. Call it on checked settings."""
        return frozenset(WEEKDAYS.index(name.upper()) for name in self.weekend)

    def dates_off(self) -> frozenset[date]:
        """Every day of ``days_off``. Call it on checked settings."""
        return frozenset(day for text in self.days_off for day in dates_of(text))

    def dates_working(self) -> frozenset[date]:
        """Every day of ``working_days``. Call it on checked settings."""
        return frozenset(day for text in self.working_days for day in dates_of(text))

    def month_days_off(self) -> frozenset[tuple[int, int]]:
        """Every (month, day) of ``yearly_days_off``. Call it on checked settings."""
        return frozenset(month_day_of(text) for text in self.yearly_days_off)

    def _choice_faults(self) -> Iterator[tuple[str, Both]]:
        from b24sync.words import advice
        from b24sync.words import config_calendar as words

        if self.country.upper() not in COUNTRIES:
            yield "country", words.NO_COUNTRY.both(country=self.country)
        for path, value, known in (
            ("direction", self.direction, DIRECTIONS),
            ("on_unpublished", self.on_unpublished, ON_UNPUBLISHED),
            ("portal", self.portal, PORTAL),
        ):
            if value not in known:
                near = did_you_mean(value, known)
                hint = advice.meant(near) if near else advice.NOTHING
                yield path, words.NONE_OF.both(value=value, known=", ".join(known), hint=hint)

    def _week_faults(self) -> Iterator[tuple[str, Both]]:
        from b24sync.words import advice
        from b24sync.words import config_calendar as words

        for n, name in enumerate(self.weekend):
            if name.upper() not in WEEKDAYS:
                yield f"weekend[{n}]", words.NO_WEEKDAY.both(name=name, hint=advice.known(WEEKDAYS))
        if {name.upper() for name in self.weekend} >= set(WEEKDAYS):
            yield "weekend", words.NO_WORKING_DAY.both()

    def _date_faults(self) -> Iterator[tuple[str, Both]]:
        from b24sync.words import config_calendar as words

        off: dict[date, int] = {}
        for n, text in enumerate(self.days_off):
            try:
                off.update(dict.fromkeys(dates_of(text), n))
            except WrongValueError as fault:
                yield f"days_off[{n}]", fault.told
        for n, text in enumerate(self.working_days):
            try:
                both = [day for day in dates_of(text) if day in off]
            except WrongValueError as fault:
                yield f"working_days[{n}]", fault.told
                continue
            if both:
                yield f"working_days[{n}]", words.BOTH_WAYS.both(day=both[0], other=off[both[0]])
        for n, text in enumerate(self.yearly_days_off):
            try:
                month_day_of(text)
            except WrongValueError as fault:
                yield f"yearly_days_off[{n}]", fault.told

"""Days called non-working by decrees of the President of Russia.

They are no days off in the sense of article 193 of the Civil Code (Supreme Court, review of 2020-04-21,
question 5, and answer of 2021-04-28), so they count only with ``presidential_days = true``.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

# First day, last day, the decree. Days off by themselves within these spans stay what they are.
_DECREES = (
    (date(2020, 3, 30), date(2020, 4, 3), "25.03.2020 № 206"),
    (date(2020, 4, 4), date(2020, 4, 30), "02.04.2020 № 239"),
    (date(2020, 5, 6), date(2020, 5, 8), "28.04.2020 № 294"),
    (date(2020, 6, 24), date(2020, 6, 24), "29.05.2020 № 345"),
    (date(2020, 7, 1), date(2020, 7, 1), "01.06.2020 № 354"),
    (date(2021, 5, 4), date(2021, 5, 7), "23.04.2021 № 242"),
    (date(2021, 10, 30), date(2021, 11, 7), "20.10.2021 № 595"),
)
_COUNTRY = "RU"


def decree_of(country: str, day: date) -> str | None:
    """Date and number of the decree that called ``day`` non-working (``"25.03.2020 № 206"``), or None.

    Weekends and holidays within the decree's span have one too; they are off without it.
    """
    return _by_day().get(day) if country == _COUNTRY else None


@cache
def _by_day() -> dict[date, str]:
    return {
        first + timedelta(days=n): decree
        for first, last, decree in _DECREES
        for n in range((last - first).days + 1)
    }

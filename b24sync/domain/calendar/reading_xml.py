"""Reads the XML of xmlcalendar.

```
<calendar year="2026" lang="ru" date="2025.09.30" country="ru">
  <holidays><holiday id="1" title="Новогодние каникулы"/></holidays>
  <days><day d="01.09" t="1" h="1" f="01.03"/></days>
</calendar>
```
``d`` is MM.DD; ``t``: 1 off, 2 short (worked, on a Saturday too), 3 a working weekend day; ``h`` the
holiday; ``f`` the day that the rest was moved from. ``lang`` is the language of the titles, not the country.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from b24sync.domain.calendar.days import WEEKEND
from b24sync.domain.calendar.draft import CalendarFileError, Draft
from b24sync.words import calendar_files as words

if TYPE_CHECKING:
    from datetime import date

    from b24sync.words import Both

_MONTH_DAY = re.compile(r"(\d{2})\.(\d{2})", re.ASCII)
_DECREE = re.compile(r"указ\w* президента|presidential decree|decree of the president", re.IGNORECASE)
_OFF, _SHORT, _WORKING = "1", "2", "3"


def read_xml(data: bytes, source: str) -> Draft:
    """What the file says.

    Raises:
        CalendarFileError: It is no such XML, or it declares a document type (entities are not expanded).
    """
    elements = _elements(data, source)
    if not elements or elements[0][0] != "calendar":
        raise CalendarFileError(source, [words.NO_XML_CALENDAR.both()])
    head = elements[0][1]
    if not re.fullmatch(r"\d{4}", head.get("year", "")):
        raise CalendarFileError(source, [words.XML_YEAR.both(text=head.get("year", ""))])
    draft = Draft(int(head["year"]), country=head.get("country", "").upper())
    titles = {attrs.get("id", ""): attrs.get("title", "") for name, attrs in elements if name == "holiday"}
    for attrs in (attrs for name, attrs in elements if name == "day"):
        _read_day(draft, attrs, titles)
    _warn_of_unlisted(draft)
    return draft


def _elements(data: bytes, source: str) -> list[tuple[str, dict[str, str]]]:
    from xml.parsers import expat

    elements: list[tuple[str, dict[str, str]]] = []

    def refuse(*_: object) -> None:
        raise CalendarFileError(source, [words.DOCTYPE.both()])

    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attrs: elements.append((name, attrs))
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        where = words.BROKEN_XML.both(line=fault.lineno, column=fault.offset + 1)
        raise CalendarFileError(source, [where]) from fault
    except (ValueError, LookupError) as fault:  # of encodings that it cannot have
        raise CalendarFileError(source, [words.NO_XML_TEXT.both()]) from fault
    return elements


def _read_day(draft: Draft, attrs: dict[str, str], titles: dict[str, str]) -> None:
    text, kind, moved_from = attrs.get("d", ""), attrs.get("t", ""), attrs.get("f", "")
    where = words.XML_DAY.both(text=text)
    day = _date(draft, text, where)
    if day is None:
        return
    draft.claim(day, where)
    title = titles.get(attrs.get("h", ""), "")
    if kind == _OFF:
        (draft.decrees if _DECREE.search(title) else draft.off)[day] = title
    elif kind in {_SHORT, _WORKING}:
        (draft.short if kind == _SHORT else draft.working).add(day)
    else:
        draft.faults.append(words.XML_KIND.both(text=text, kind=kind))
    place = words.XML_ORIGIN.both(text=text, origin=moved_from)
    origin = _date(draft, moved_from, place) if moved_from else None
    if origin is not None:
        draft.moved.append((origin, day))


def _date(draft: Draft, text: str, where: Both) -> date | None:
    found = _MONTH_DAY.fullmatch(text)
    if found is None:
        draft.faults.append(words.NO_DOTTED_DAY.both(where=where))
        return None
    return draft.date(found[1], found[2], where)


def _warn_of_unlisted(draft: Draft) -> None:
    """Warn of weekend days named only as the origin of a move: some files (KZ, UZ) leave out worked ones."""
    for origin, day in draft.moved:
        if origin.weekday() in WEEKEND and origin not in draft.named:
            draft.warnings.append(words.ORIGIN_ABSENT.both(day=origin, target=day))

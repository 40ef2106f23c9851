"""``b24sync commission``: the ledger as a table of sums, as CSV, or as JSON Lines.

CSV is RFC 4180 in UTF-8: commas, a point in decimals, one header line, so that every program reads it the
same; with ``--excel`` as Russian Excel opens it by a double click: a byte order mark, semicolons, a comma in
decimals, headings in the configuration's language, totals. Without ``--by`` it has a line for each row of the
ledger, with it a line for each sum. Texts that a spreadsheet would take for a formula get an apostrophe
before them; amounts stay numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TextIO

from b24sync.cli.cells import defused
from b24sync.domain.commission_sums import Sums
from b24sync.domain.entity import INVOICE, Key
from b24sync.domain.money import minor_places
from b24sync.errors import UsageError
from b24sync.log import json_line, printable
from b24sync.rules.formats import as_written
from b24sync.words import Language
from b24sync.words import commands as said
from b24sync.words.commission import TITLES
from b24sync.words.vocabulary import person_word

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.domain.commission_ledger import BookedRow

Format = Literal["table", "csv", "json"]
By = Literal["person", "invoice"]
_DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_SUMS = ("expected", "earned", "reversed", "payable")
_ROW_COLUMNS = (
    "id",
    "at",
    "entity",
    "user",
    "name",
    "role",
    "percent",
    "state",
    "amount",
    "currency",
    "reverses",
    "number",
)


@dataclass(frozen=True, slots=True)
class Look:
    """How it is shown.

    Attributes:
        names: User id → name as it is now; others are shown as they were when booked.
        numbers: Invoice id → the number that people know it by; asked for when one is shown.
        excel: CSV as Excel opens it by a double click where decimals have a comma.
    """

    lang: Language = "ru"
    names: Mapping[int, str] = field(default_factory=dict)
    numbers: Callable[[int], str] = lambda _id: ""
    excel: bool = False

    def title(self, name: str) -> str:
        """The heading of a column."""
        found = TITLES.get(name)
        return name if found is None else found.of(self.lang)


def commission(
    session: Session, *, month: str | None, by: str | None, as_csv: bool, as_json: bool, excel: bool
) -> int:
    """The body of the command.

    Raises:
        UsageError: An option is wrong.
    """
    import sys

    fmt: Format = "csv" if as_csv else "json" if as_json else "table"
    with session.app(offline=True) as app:  # read first: it says in which language faults are told
        if as_csv and as_json:
            raise UsageError(said.CSV_OR_JSON())
        if excel and not as_csv:
            raise UsageError(said.EXCEL_IS_CSV(), remedy=said.SAY_BOTH())
        since, until = month_bounds(month, app.tz) if month else (None, None)
        rows = app.open_store(create=False).ledger.between(since, until)
        look = Look(app.settings.language, {}, app.store.figures.invoice_number, excel)
        return show(rows, month=month, by=by, fmt=fmt, out=sys.stdout, tz=app.tz, look=look)


def month_bounds(text: str, tz: tzinfo) -> tuple[int, int]:
    """The first moment of a month in the company's zone, and that of the next one; Unix seconds.

    Raises:
        UsageError: It is no month.
    """
    found = _MONTH.fullmatch(text)
    if found is None or not MINYEAR < int(found[1]) < MAXYEAR:
        raise UsageError(said.NO_MONTH(text=text))
    year, month = int(found[1]), int(found[2])
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    first, last = (datetime(*one, 1, tzinfo=tz) for one in ((year, month), following))
    return int(first.timestamp()), int(last.timestamp())


def show(
    rows: Iterable[BookedRow],
    *,
    month: str | None,
    by: str | None,
    fmt: Format,
    out: TextIO,
    tz: tzinfo,
    look: Look | None = None,
) -> int:
    """Write the ledger.

    Args:
        rows: Booked rows, oldest first; those of other months are passed over.
        month: As ``2026-11``, by the company's clock; ``None``: all.
        by: ``person`` or ``invoice``: what sums are for. A table is by person if nothing is said.
        fmt: ``json`` gives rows whatever ``by`` says.
        out: Where to write.
        tz: The company's zone.
        look: Language, names, numbers.

    Raises:
        UsageError: An option is wrong.
    """
    if by not in {None, "person", "invoice"}:
        raise UsageError(said.NO_BY(text=by))
    wanted, look = _of_month(rows, month, tz), look or Look()
    if fmt == "json":
        out.writelines(json_line(row_json(booked, tz)) + "\n" for booked in wanted)
    elif fmt == "csv" and by is None:
        _write_csv(out, _ROW_COLUMNS, _row_lines(wanted, tz, look), look)
    else:
        _write_sums(wanted, by or "person", fmt, out, look)
    return 0


def row_json(booked: BookedRow, tz: tzinfo) -> dict[str, Any]:
    """A row as the contract shows it (contract.md §4)."""
    row = booked.row
    return {
        "id": booked.id,
        "at": _time(booked.at, tz),
        "entity": str(row.entity),
        "user": row.user,
        "role": row.role,
        "state": row.state,
        "amount": f"{row.amount:f}",
        "currency": row.currency,
        "reverses": row.reverses,
    }


def _of_month(rows: Iterable[BookedRow], month: str | None, tz: tzinfo) -> Iterator[BookedRow]:
    if month is None:
        yield from rows
        return
    since, until = month_bounds(month, tz)
    for booked in rows:
        if since <= booked.at < until:
            yield booked


def _write_sums(rows: Iterable[BookedRow], by: str, fmt: Format, out: TextIO, look: Look) -> None:
    sums: dict[tuple[Any, str], Sums] = {}
    totals: dict[str, Sums] = {}
    shown: dict[Any, str] = {}
    for booked in rows:
        who = booked.row.user if by == "person" else booked.row.entity
        sums.setdefault((who, booked.row.currency), Sums()).add(booked)
        totals.setdefault(booked.row.currency, Sums()).add(booked)
        shown[who] = _person(booked, look.names) if by == "person" else str(who)
    write = _amounts if fmt == "csv" else partial(_told_amounts, look)
    order = sorted(sums, key=lambda key: (shown[key[0]], key[1]))
    lines = [
        [*_first_cells(who, shown[who], by, fmt, look), *write(sums[who, currency], currency), currency]
        for who, currency in order
    ]
    if fmt == "csv":
        head = ("user", "name") if by == "person" else ("entity", "number")
        if look.excel:
            lines += [[look.title("total"), "", *write(one, code), code] for code, one in totals.items()]
        _write_csv(out, (*head, *_SUMS, "currency"), lines, look)
        return
    if not lines:
        out.write(f"{look.title('none')}\n")
        return
    if len(lines) > len(totals):
        lines += [[look.title("total"), *write(one, code), code] for code, one in sorted(totals.items())]
    titles = [look.title(by), *(look.title(name) for name in _SUMS), look.title("currency")]
    _write_table(out, titles, lines)


def _first_cells(who: Any, shown: str, by: str, fmt: Format, look: Look) -> list[Any]:
    """Who or which invoice: in CSV the id and the name, in a table the name (with the id of an invoice)."""
    name = shown if by == "person" else _number(who, look)
    if fmt == "csv":
        return [who, name]
    return [printable(name if by == "person" or not name else f"№{name} ({who})") or shown]


def _number(entity: Key, look: Look) -> str:
    return look.numbers(entity.id) if entity.kind == INVOICE else ""


def _write_table(out: TextIO, head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[n]) for line in (head, *lines)) for n in range(len(head))]
    last = len(head) - 1
    for line in (head, *lines):
        cells = [
            cell.ljust(widths[n]) if n in {0, last} else cell.rjust(widths[n]) for n, cell in enumerate(line)
        ]
        out.write("  ".join(cells).rstrip() + "\n")


def _write_csv(out: TextIO, head: Sequence[str], lines: Iterable[Sequence[Any]], look: Look) -> None:
    if look.excel:
        out.write("\ufeff")  # by which Excel knows UTF-8
    writer = csv.writer(out, delimiter=";" if look.excel else ",", lineterminator="\n")
    writer.writerow([look.title(name) for name in head] if look.excel else head)
    for line in lines:
        cells = [defused(cell) for cell in line]
        writer.writerow([_with_comma(cell) for cell in cells] if look.excel else cells)


def _with_comma(cell: str) -> str:
    """A number as Russian spreadsheets write it; other texts, times too, as they are."""
    return cell.replace(".", ",") if _DECIMAL.fullmatch(cell) else cell


def _row_lines(rows: Iterable[BookedRow], tz: tzinfo, look: Look) -> Iterator[list[Any]]:
    totals: dict[str, Sums] = {}
    for booked in rows:
        totals.setdefault(booked.row.currency, Sums()).add(booked)
        yield _row_cells(booked, tz, look)
    if look.excel:
        for currency, one in totals.items():
            for name in ("expected", "payable"):
                amount = f"{getattr(one, name):.{minor_places(currency)}f}"
                cells = {"id": look.title("total"), "state": look.title(name), "amount": amount}
                yield [{**cells, "currency": currency}.get(column, "") for column in _ROW_COLUMNS]


def _row_cells(booked: BookedRow, tz: tzinfo, look: Look) -> list[Any]:
    row = booked.row
    moment = datetime.fromtimestamp(booked.at, UTC).astimezone(tz)
    return [
        booked.id,
        f"{moment:%d.%m.%Y %H:%M}" if look.excel else moment.isoformat(timespec="seconds"),
        str(row.entity),
        row.user,
        _person(booked, look.names),
        person_word(row.role) if look.excel else row.role,
        row.percent,
        look.title(row.state) if look.excel else row.state,
        row.amount,
        row.currency,
        row.reverses,
        _number(row.entity, look),
    ]


def _amounts(one: Sums, currency: str) -> list[str]:
    return [f"{getattr(one, name):.{minor_places(currency)}f}" for name in _SUMS]


def _told_amounts(look: Look, one: Sums, currency: str) -> list[str]:
    """The sums as people read them: the currency has a column of its own, but decides on the decimals."""
    places = minor_places(currency)
    numbers = [f"{getattr(one, name):,.{places}f}" for name in _SUMS]
    return [as_written(number, look.lang) for number in numbers]


def _person(booked: BookedRow, names: Mapping[int, str]) -> str:
    return names.get(booked.row.user) or booked.row.user_name or f"user:{booked.row.user}"


def _time(second: int, tz: tzinfo) -> str:
    return datetime.fromtimestamp(second, UTC).astimezone(tz).isoformat(timespec="seconds")

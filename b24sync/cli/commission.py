"""``b24sync commission``: the ledger as a table of sums, as CSV, or as JSON Lines.

CSV is RFC 4180 in UTF-8: commas, a point in decimals, one header line, so that every program reads it the
same (in Excel: Data, From Text/CSV). Without ``--by`` it has a line for each row of the ledger, with it a
line for each sum. Texts that a spreadsheet would take for a formula get an apostrophe before them; amounts
stay numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TextIO

from b24sync.cli.cells import defused
from b24sync.domain.money import minor_places
from b24sync.errors import UsageError
from b24sync.log import json_line, printable

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.domain.commission_ledger import BookedRow

Format = Literal["table", "csv", "json"]
By = Literal["person", "invoice"]
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
)
_TITLES = {
    "ru": {
        "person": "Сотрудник",
        "invoice": "Счёт",
        "expected": "Ожидается",
        "earned": "Начислено",
        "reversed": "Отменено",
        "payable": "К выплате",
        "currency": "Валюта",
        "none": "в ведомости нет строк",
    },
    "en": {
        "person": "Person",
        "invoice": "Invoice",
        "expected": "Expected",
        "earned": "Earned",
        "reversed": "Reversed",
        "payable": "Payable",
        "currency": "Currency",
        "none": "the ledger has no rows",
    },
}


@dataclass(slots=True)
class Sum:
    """What one person got (or one invoice gave) in one currency.

    Attributes:
        expected: Expected rows, without what was taken back of them.
        earned: Earned rows.
        reversed: What was taken back of earned rows; not above 0.
    """

    expected: Decimal = Decimal(0)
    earned: Decimal = Decimal(0)
    reversed: Decimal = Decimal(0)

    @property
    def payable(self) -> Decimal:
        """Earned and not taken back."""
        return self.earned + self.reversed

    def add(self, booked: BookedRow) -> None:
        """Count a row."""
        if booked.counts_with == "expected":
            self.expected += booked.row.amount
        elif booked.row.state == "reversed":
            self.reversed += booked.row.amount
        else:
            self.earned += booked.row.amount


def commission(session: Session, *, month: str | None, by: str | None, as_csv: bool, as_json: bool) -> int:
    """The body of the command.

    Raises:
        UsageError: An option is wrong.
    """
    import sys

    if as_csv and as_json:
        raise UsageError("--csv and --json exclude each other")
    fmt: Format = "csv" if as_csv else "json" if as_json else "table"
    with session.app(offline=True) as app:
        since, until = month_bounds(month, app.tz) if month else (None, None)
        rows = app.open_store(create=False).ledger.between(since, until)
        return show(
            rows, month=month, by=by, fmt=fmt, out=sys.stdout, tz=app.tz, names={}, lang=app.settings.language
        )


def month_bounds(text: str, tz: tzinfo) -> tuple[int, int]:
    """The first moment of a month in the company's zone, and that of the next one; Unix seconds.

    Raises:
        UsageError: It is no month.
    """
    found = _MONTH.fullmatch(text)
    if found is None or not MINYEAR < int(found[1]) < MAXYEAR:
        raise UsageError(f"--month: found {text!r}, write a year and a month as 2026-11")
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
    names: Mapping[int, str],
    lang: str = "ru",
) -> int:
    """Write the ledger.

    Args:
        rows: Booked rows, oldest first; those of other months are passed over.
        month: As ``2026-11``, by the company's clock; ``None``: all.
        by: ``person`` or ``invoice``: what sums are for. A table is by person if nothing is said.
        fmt: ``json`` gives rows whatever ``by`` says.
        out: Where to write.
        tz: The company's zone.
        names: User id → name as it is now; others are shown as they were when booked.
        lang: ``ru`` or ``en``, of the table.

    Raises:
        UsageError: An option is wrong.
    """
    if by not in {None, "person", "invoice"}:
        raise UsageError(f"--by: found {by!r}, write person or invoice")
    wanted = _of_month(rows, month, tz)
    if fmt == "json":
        out.writelines(json_line(row_json(booked, tz)) + "\n" for booked in wanted)
    elif fmt == "csv" and by is None:
        _write_csv(out, _ROW_COLUMNS, (_row_cells(booked, tz, names) for booked in wanted))
    else:
        _write_sums(rows=wanted, by=by or "person", fmt=fmt, out=out, names=names, lang=lang)
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


def _write_sums(
    rows: Iterable[BookedRow], by: str, fmt: Format, out: TextIO, names: Mapping[int, str], lang: str
) -> None:
    sums: dict[tuple[Any, str], Sum] = {}
    shown: dict[Any, str] = {}
    for booked in rows:
        who = booked.row.user if by == "person" else booked.row.entity
        sums.setdefault((who, booked.row.currency), Sum()).add(booked)
        shown[who] = _person(booked, names) if by == "person" else str(who)
    order = sorted(sums, key=lambda key: (shown[key[0]], key[1]))
    lines = [(key[0], shown[key[0]], key[1], sums[key]) for key in order]
    if fmt == "csv":
        head = ("user", "name") if by == "person" else ("entity",)
        cells = (
            [*([who, name] if by == "person" else [who]), *_amounts(one, currency), currency]
            for who, name, currency, one in lines
        )
        _write_csv(out, (*head, *_SUMS, "currency"), cells)
        return
    titles = _TITLES.get(lang, _TITLES["en"])
    if not lines:
        out.write(f"{titles['none']}\n")
        return
    table = [[printable(name), *_amounts(one, currency), currency] for _, name, currency, one in lines]
    _write_table(out, [titles[by], *(titles[name] for name in _SUMS), titles["currency"]], table)


def _write_table(out: TextIO, head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[n]) for line in (head, *lines)) for n in range(len(head))]
    last = len(head) - 1
    for line in (head, *lines):
        cells = [
            cell.ljust(widths[n]) if n in {0, last} else cell.rjust(widths[n]) for n, cell in enumerate(line)
        ]
        out.write("  ".join(cells).rstrip() + "\n")


def _write_csv(out: TextIO, head: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    for line in lines:
        writer.writerow([defused(cell) for cell in line])


def _row_cells(booked: BookedRow, tz: tzinfo, names: Mapping[int, str]) -> list[Any]:
    row = booked.row
    return [
        booked.id,
        _time(booked.at, tz),
        str(row.entity),
        row.user,
        _person(booked, names),
        row.role,
        row.percent,
        row.state,
        row.amount,
        row.currency,
        row.reverses,
    ]


def _amounts(one: Sum, currency: str) -> list[str]:
    return [f"{getattr(one, name):.{minor_places(currency)}f}" for name in _SUMS]


def _person(booked: BookedRow, names: Mapping[int, str]) -> str:
    return names.get(booked.row.user) or booked.row.user_name or f"user:{booked.row.user}"


def _time(second: int, tz: tzinfo) -> str:
    return datetime.fromtimestamp(second, UTC).astimezone(tz).isoformat(timespec="seconds")

"""Values of fields: what the portal makes of an input, and how it shows what it keeps."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from .envelope import Refusal
from .php import as_list, is_array, to_int
from .portal_dates import show_date, show_time, strtotime, to_day
from .schema import Field

IGNORED = object()
"""An input that cannot be read: the portal keeps the former value and says nothing."""

_INTEGERS = {
    "integer",
    "user",
    "employee",
    "crm_company",
    "crm_contact",
    "crm_category",
    "crm_entity",
    "crm_lead",
    "crm_quote",
    "enumeration",
    "iblock_element",
    "iblock_section",
}


def read_value(spec: Field, raw: Any, server: ZoneInfo, now: datetime) -> Any:
    """What a field becomes by an input, or ``IGNORED``.

    Raises:
        Refusal: 100, a scalar was given for a field of several values.
    """
    if not spec.multiple:
        return _single(spec, raw, server, now) if not is_array(raw) else IGNORED
    if raw is None or raw == "" or raw is False:
        return []
    if not is_array(raw):
        raise Refusal(
            "100",
            f"Invalid value {{{raw}}} to match with parameter {{{spec.name}}}. "
            "Should be value of type array.",
        )
    values = [_single(spec, item, server, now) for item in as_list(raw)]
    return [item for item in values if item is not IGNORED and item is not None]


def _single(spec: Field, raw: Any, server: ZoneInfo, now: datetime) -> Any:
    if raw is None or raw == "":
        return 0 if spec.type in {"crm_company", "crm_contact"} else None
    if spec.type in _INTEGERS:
        return _integer(spec, raw)
    if spec.type in {"double", "boolean"}:
        return _number(raw) if spec.type == "double" else _flag(raw)
    if spec.type == "datetime":
        return strtotime(raw, server, now) or IGNORED
    if spec.type == "date":
        return to_day(raw, server, now) or IGNORED
    return str(raw) if isinstance(raw, str | int | float | Decimal) else IGNORED


def _integer(spec: Field, raw: Any) -> Any:
    number = to_int(raw)
    if number is None or (spec.items and number not in dict(spec.items)):
        return IGNORED
    return number


def _number(raw: Any) -> Any:
    if isinstance(raw, bool):
        return IGNORED
    try:
        return round(float(raw), 4)
    except (TypeError, ValueError):
        return IGNORED


def _flag(raw: Any) -> bool:
    """Whether an input means yes; whatever is none of these means no, a 1 as well (*source*)."""
    return raw is True or raw in {"true", "y", "Y"}


def shown_number(value: float) -> int | float:
    """A number as JSON of PHP has it: whole ones without a fraction."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def show(spec: Field, value: Any, server: ZoneInfo) -> Any:
    """A value as crm.item.* shows it (typed JSON)."""
    if spec.multiple:
        return [_show_one(spec, item, server) for item in value or []]
    return _show_one(spec, value, server)


def _show_one(spec: Field, value: Any, server: ZoneInfo) -> Any:
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, float):
        return shown_number(value)
    if isinstance(value, datetime):
        return show_time(value, server)
    if isinstance(value, date):
        return show_date(value, server)
    if value is None and spec.type == "boolean" and not spec.is_uf:
        return "N"
    return value


def show_classic(spec: Field, value: Any, server: ZoneInfo) -> Any:
    """A value as the classic methods show it: scalars are text, sums have two digits after the point."""
    if spec.multiple:
        return [_show_one(spec, item, server) for item in value or []]
    if spec.type == "double" and value is not None and not spec.is_uf:
        return f"{value:.2f}"
    shown = _show_one(spec, value, server)
    if shown is None:
        return "" if spec.is_uf else None
    return shown if isinstance(shown, str) else str(shown)

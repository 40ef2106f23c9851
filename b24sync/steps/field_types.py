"""Values of fields by the portal's types.

What a rule gives, what is sent, what comes back (portal.md §11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from b24sync.rest import json_values
from b24sync.rest.dates import parse_date, parse_site_date, parse_time
from b24sync.rest.kinds import Kind
from b24sync.rules.scope import EntityView, RecordView, UserView
from b24sync.rules.text_values import is_none
from b24sync.steps.amounts import currency_of, decimal_of
from b24sync.words import field_faults as words

if TYPE_CHECKING:
    from b24sync.rest.fields import FieldSpec

_IDS = frozenset(
    (
        *("user", "employee", "iblock_element", "iblock_section"),
        *("crm_company", "crm_contact", "crm_lead", "crm_quote", "crm_entity", "crm_category"),
    )
)
_UNWRITABLE = frozenset(("file", "disk_file", "crm_multifield"))
_YES, _NO = frozenset(("y", "yes", "1", "true", "да")), frozenset(("n", "no", "0", "false", "нет"))
_SITE_TIMES = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%d %H:%M:%S",
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What values are read by.

    The company's zone, the currency of the entity, the kinds of the installation.
    """

    tz: tzinfo
    currency: str
    kinds: Mapping[str, Kind]


def is_empty(value: Any) -> bool:
    """Whether a rule gives nothing: none, a missing link, an empty text or list."""
    return (
        is_none(value)
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, list | tuple) and not value)
    )


def typed(spec: FieldSpec, value: Any, frame: Frame) -> Any:
    """What a field will hold.

    ``None`` (a tuple in a multiple field) to empty it, else a value of the field's type.

    Raises:
        ValueError: The field cannot hold this; says why.
    """
    if spec.is_read_only:
        raise ValueError(words.READ_ONLY())
    if spec.type in _UNWRITABLE:
        raise ValueError(words.NOT_BY_RULES(type=spec.type))
    several = list(value) if isinstance(value, list | tuple) else [value]
    held = [one for one in several if not is_empty(one)]
    if spec.is_multiple:
        return tuple(_one(spec, one, frame) for one in held)
    if len(held) > 1:
        raise ValueError(words.ONE_VALUE(count=len(held)))
    return _one(spec, held[0], frame) if held else None


def _one(spec: FieldSpec, value: Any, frame: Frame) -> Any:
    if spec.choices:
        return _choice(spec, value)
    if spec.type in _IDS:
        return _id(value)
    make = _MAKERS.get(spec.type)
    return make(value, frame) if make else _text(value, frame)


def _id(value: Any) -> int:
    inner = value
    if isinstance(value, EntityView):
        inner = value.entity.key.id
    elif isinstance(value, UserView):
        inner = value.user.id
    elif isinstance(value, RecordView):
        inner = value.values.get("id")
    elif isinstance(value, str):
        inner = value.strip().lower().removeprefix("user:").removeprefix("user_").rpartition("_")[2]
    found = json_values.id_or_none(
        int(inner) if isinstance(inner, Decimal) and inner == int(inner) else inner
    )
    if found is None:
        raise ValueError(words.NO_ID(text=str(value)))
    return found


def _choice(spec: FieldSpec, value: Any) -> int | str:
    """The id of a list's value, given by its text or by its id."""
    text = str(value).strip()
    ids = {shown.strip().casefold(): number for number, shown in spec.choices.items()}
    found = ids.get(text.casefold()) or (text if text in spec.choices else None)
    if found is None:
        close = get_close_matches(text.casefold(), ids, n=1)
        shown = [spec.choices[ids[close[0]]]] if close else list(spec.choices.values())[:10]
        advice = words.DID_YOU_MEAN(name=shown[0]) if close else words.KNOWN(names=", ".join(shown))
        raise ValueError(words.NO_CHOICE(text=text, advice=advice))
    return int(found) if found.isdigit() else found


def _integer(value: Any, _: Frame) -> int:
    number = decimal_of(value)
    if number != number.to_integral_value():
        raise ValueError(words.NOT_WHOLE(text=value))
    return int(number)


def _double(value: Any, _: Frame) -> Decimal:
    return decimal_of(value)


def _money(value: Any, frame: Frame) -> str:
    currency = currency_of(value) or frame.currency
    if not currency:
        raise ValueError(words.NO_CURRENCY(text=value))
    return f"{json_values.plain_number(decimal_of(value))}|{currency}"


def _boolean(value: Any, _: Frame) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word not in _YES | _NO:
        raise ValueError(words.NOT_YES_NO(text=str(value)))
    return word in _YES


def _date(value: Any, frame: Frame) -> date:
    if isinstance(value, datetime):
        return value.astimezone(frame.tz).date()
    if isinstance(value, date):
        return value
    found = parse_date(value) or parse_site_date(value)
    if found is None:
        raise ValueError(words.NO_DATE(text=str(value)))
    return found


def _moment(value: Any, frame: Frame) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=frame.tz).astimezone(UTC)
    text = str(value).strip()
    for form in _SITE_TIMES:
        try:
            return datetime.strptime(text.upper(), form).replace(tzinfo=frame.tz).astimezone(UTC)
        except ValueError:
            continue
    found = parse_time(text) if len(text) > 10 else None
    if found is not None:
        naive = datetime.fromisoformat(text)
        return (naive.replace(tzinfo=frame.tz).astimezone(UTC) if naive.tzinfo is None else found).replace(
            microsecond=0
        )
    return _moment(_date(text, frame), frame)


def _binding(value: Any, frame: Frame) -> str:
    if isinstance(value, EntityView) and value.entity.key.kind in frame.kinds:
        return frame.kinds[value.entity.key.kind].binding(value.entity.key.id)
    return _text(value, frame)


def _text(value: Any, frame: Frame) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Decimal | float):
        return f"{decimal_of(value):f}"
    if isinstance(value, datetime):
        return value.astimezone(frame.tz).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


_MAKERS: Mapping[str, Callable[[Any, Frame], Any]] = {
    "integer": _integer,
    "double": _double,
    "money": _money,
    "boolean": _boolean,
    "char": _boolean,
    "date": _date,
    "datetime": _moment,
    "crm": _binding,
}


def held(spec: FieldSpec, raw: Any) -> Any:
    """What a field of a row holds, as ``typed`` gives it; ``None`` or an empty tuple if nothing."""
    if spec.is_multiple:
        listed = raw.values() if isinstance(raw, Mapping) else raw if isinstance(raw, list | tuple) else [raw]
        texts = [one.get("title") if isinstance(one, Mapping) else one for one in listed]
        return tuple(found for one in texts if (found := _held_one(spec, one)) is not None)
    return _held_one(spec, raw)


def _held_one(spec: FieldSpec, raw: Any) -> Any:
    if raw is None or raw == "" or (raw is False and spec.type != "boolean"):
        return None
    if spec.choices:
        text = json_values.text(raw)
        return (int(text) or None) if text.isdigit() else text
    if spec.type in _IDS:
        return json_values.id_or_none(raw)
    read = _READERS.get(spec.type)
    return read(raw) if read else str(raw)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "integer": json_values.int_or_none,
    "double": json_values.money,
    "money": lambda raw: f"{json_values.plain_number(json_values.money(raw))}|{str(raw).partition('|')[2]}",
    "boolean": lambda raw: raw in {True, "Y", "1"},
    "char": lambda raw: raw in {True, "Y", "1"},
    "date": parse_date,
    "datetime": parse_time,
}


def same(wanted: Any, found: Any, *, rounded: bool = False) -> bool:
    """Whether a field holds what was wanted.

    ``rounded``: as far as the portal keeps digits (two at least).
    """
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        return sorted(map(str, wanted)) == sorted(map(str, found))
    if isinstance(wanted, str) and isinstance(found, str):
        return _plain(wanted) == _plain(found)
    if rounded and isinstance(wanted, Decimal) and isinstance(found, Decimal):
        exponent = found.normalize().as_tuple().exponent
        places = max(2, -exponent if isinstance(exponent, int) else 2)
        return abs(wanted - found) < Decimal(1).scaleb(-places)
    return (
        bool((wanted or None) == (found or None)) if not isinstance(wanted, bool) else wanted is bool(found)
    )


def _plain(text: str) -> str:
    """A text without what the portal may change when it saves one."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def sent(value: Any) -> Any:
    """A typed value as it is written to the portal."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, tuple):
        return [sent(one) for one in value]
    return json_values.to_portal(value)


def shown(value: Any) -> Any:
    """A typed value as the portal will show it in a row."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, tuple):
        return [shown(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return f"{value.isoformat()}T00:00:00+00:00" if isinstance(value, date) else value

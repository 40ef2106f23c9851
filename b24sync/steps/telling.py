"""How what an action would do, or did, is said to people (``result.would``, ``result.intent``).

The words of a listing are made of what the step said by `Intend`, as it was recorded: JSON values by the
contract's keys (contract.md §4). A step's class may say its own line (`StepSettings.brief`) and its own facts
(`StepSettings.facts`); what it leaves open is said here, by the keys that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from b24sync.rules.formats import money
from b24sync.words import language
from b24sync.words.intents import EMPTIED
from b24sync.words.vocabulary import FIELDS, word

_DAY = len("2026-11-24")


def present(**values: Any) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in (None, "", [], ())}


def line(told: Mapping[str, Any]) -> str:
    """Whom, and the first of what is there: subject, title, text, fields that are set, a sum."""
    what = (str(told.get(key) or "").strip() for key in ("subject", "title"))
    known = [*what, text(told), "; ".join(changes(told)), amount(told)]
    return joined(people(told), next((one for one in known if one), ""))


def joined(*parts: str) -> str:
    """The parts that say something, with colons between them."""
    return ": ".join(part for part in parts if part)


def facts(told: Mapping[str, Any], tz: tzinfo) -> dict[str, str]:
    """Code of a label (`b24sync.words.intents.LABELS`) → text, in the order in which they are shown."""
    return {
        "responsible": "",
        "to": people(told),
        **{name: ", ".join(map(str, told.get(name, ()))) for name in ("cc", "bcc", "left_out", "targets")},
        **{name: str(told.get(name, "")) for name in ("redirect_to", "entity", "title", "subject")},
        "stage": "",
        "due_date": due(told, tz),
        "amount": amount(told),
        "rows": str(told["rows"]) if isinstance(told.get("rows"), int) else "",
        "commission": "",
        **{name: moment(told.get(name), tz) for name in ("start", "deadline")},
        "tags": ", ".join(told.get("tags", ())),
        "attachment": str(told.get("attachment", "")),
        "text": text(told) or "\n".join(changes(told)),
    }


def in_charge(told: Mapping[str, Any]) -> dict[str, str]:
    """The people as those who are responsible, not as recipients."""
    return {"responsible": people(told), "to": ""}


def tasks(told: Mapping[str, Any], tz: tzinfo) -> str:
    """Each task: who, what, until when."""

    def one(task: Mapping[str, Any]) -> str:
        deadline = moment(task.get("deadline"), tz)
        return joined(people(task), f"{task.get('title', '')}{f' ({deadline})' if deadline else ''}")

    return "; ".join(one(task) for task in told.get("tasks", [told]))


def text(told: Mapping[str, Any]) -> str:
    """The text; where each recipient gets another one, all of them with their names."""
    texts = told.get("texts")
    if not texts:
        return str(told.get("text", "")).strip()
    return "\n".join(f"{one.get('name') or one.get('to')}: {one['text'].strip()}" for one in texts)


def people(told: Mapping[str, Any]) -> str:
    """Names and addresses, each address once."""
    to = told.get("to")
    names, to = list(told.get("names", ())), list(to) if isinstance(to, list | tuple) else []
    addresses = [str(one) for one in to if isinstance(one, str)]
    if not addresses:
        return ", ".join(names or [f"user:{one}" for one in to])
    if len(names) == len(addresses):
        return ", ".join(f"{name} <{address}>" for name, address in zip(names, addresses, strict=True))
    return ", ".join(addresses)


def due(told: Mapping[str, Any], tz: tzinfo) -> str:
    """The due date, and where it was before if it is moved."""
    if not told.get("due_date"):
        return ""
    return " → ".join(moment(told[name], tz) for name in ("from", "due_date") if told.get(name))


def amount(told: Mapping[str, Any]) -> str:
    """The sum with its currency."""
    found = told.get("amount")
    return money(exact(found), language=language(), currency=told.get("currency", "")) if found else ""


def exact(found: Any) -> Decimal:
    """A recorded amount."""
    return Decimal(str(found))


def changes(told: Mapping[str, Any]) -> Iterator[str]:
    """Each field that is set, with its value."""
    for name, value in told.get("set", {}).items():
        shown = EMPTIED() if value in (None, "", []) else value
        yield f"{word(FIELDS, name)} = {', '.join(map(str, shown)) if isinstance(shown, list) else shown}"


def moment(found: Any, tz: tzinfo) -> str:
    """A day, or a moment in the company's zone, as people write it."""
    if not found:
        return ""
    if len(str(found)) == _DAY:
        day = date.fromisoformat(str(found))
        return f"{day:%d.%m.%Y}" if language() == "ru" else day.isoformat()
    at = datetime.fromisoformat(str(found)).astimezone(tz)
    return f"{at:%d.%m.%Y %H:%M}" if language() == "ru" else f"{at:%Y-%m-%d %H:%M}"

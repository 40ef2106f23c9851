"""What an action would do or did, in words: from ``result.would`` of a dry run, or ``result.intent``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from b24sync.cli.layout import wrapped
from b24sync.rules.formats import money
from b24sync.words import language
from b24sync.words.intents import EMPTIED, LABELS, MOVE, NO_CHANGE
from b24sync.words.vocabulary import ACTIVITIES, FIELDS, LEDGER, REASONS, STEPS, word

Facts = list[tuple[str, str]]
"""Labels and texts, in the order in which they are shown."""

_BRIEF = 180


def brief(step: str, told: Mapping[str, Any], tz: tzinfo) -> str:
    """One line: whom, what, how much."""
    stopped = _stopped(told)
    if stopped:
        return ": ".join(part for part in stopped if part)
    make = _BRIEFS.get(step)
    text = " ".join((make(told, tz) if make else "").split("\n"))
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF].rpartition(' ')[0]} …"


def facts(step: str, told: Mapping[str, Any], tz: tzinfo) -> Facts:
    """Everything, label by label; a text may have several lines."""
    stopped = _stopped(told)
    if stopped:
        return [stopped]
    if "tasks" in told and len(told["tasks"]) != 1:
        return [pair for task in told["tasks"] for pair in facts(step, task, tz)]
    return [(LABELS[name](), text) for name, text in _facts(step, told, tz) if text]


def told_lines(
    before: str, step: str, told: Mapping[str, Any], tz: tzinfo, *, indent: str = ""
) -> Iterator[str]:
    """A step and everything that it would do, one thing a line, texts in lines of their own."""
    yield f"{before}{word(STEPS, step)}"
    indent = indent or " " * len(before)
    for label, text in facts(step, told, tz):
        first, *rest = text.splitlines() or [""]
        head = f"{indent}  {label}: " if label else f"{indent}  "
        yield from wrapped(first, first=head, rest=f"{indent}    ")
        for line in rest:
            yield from wrapped(line, first=f"{indent}    ", rest=f"{indent}    ")


def booked_sums(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a commission step comes to, by currency."""
    sums: dict[str, Any] = {}
    for row in told.get("rows", ()):
        sums[row["currency"]] = sums.get(row["currency"], 0) + _exact(row["amount"])
    return sums


def _stopped(told: Mapping[str, Any]) -> tuple[str, str] | None:
    """How it would end without doing anything; ``None`` if it does something."""
    if "failed" in told:
        return LABELS["failed"](), str(told["failed"])
    if "skipped" in told:
        return LABELS["skipped"](), str(told.get("message") or word(REASONS, str(told["skipped"])))
    if "waits_for" in told:
        return LABELS["waits_for"](), str(told["waits_for"])
    if told.get("changed") is False:
        return "", NO_CHANGE()
    return None


def _facts(step: str, told: Mapping[str, Any], tz: tzinfo) -> Iterator[tuple[str, str]]:
    who = "responsible" if step in {"create_task", "create_tasks", "create_activity", "assign"} else "to"
    yield who, _people(told)
    for name in ("cc", "bcc", "left_out", "targets"):
        yield name, ", ".join(map(str, told.get(name, ())))
    yield "redirect_to", str(told.get("redirect_to", ""))
    yield "entity", str(told.get("entity", ""))
    yield "title", str(told.get("title", ""))
    yield "subject", str(told.get("subject", ""))
    yield "stage", _stages(told) if step == "move_deal" else ""
    yield "due_date", _due(told, tz)
    yield "amount", "" if step == "commission" else _amount(told)
    yield "rows", str(told["rows"]) if isinstance(told.get("rows"), int) else ""
    if step == "commission":
        yield "commission", "\n".join(_booked(row) for row in told.get("rows", ()))
    for name in ("start", "deadline"):
        yield name, _moment(told.get(name), tz)
    yield "tags", ", ".join(told.get("tags", ()))
    yield "attachment", str(told.get("attachment", ""))
    yield "text", "\n".join(_set(told)) if step in {"fill_fields", "update_fields"} else _text(told)


def _text(told: Mapping[str, Any]) -> str:
    """The text; where each recipient gets another one, all of them with their names."""
    texts = told.get("texts")
    if not texts:
        return str(told.get("text", "")).strip()
    return "\n".join(f"{one.get('name') or one.get('to')}: {one['text'].strip()}" for one in texts)


def _people(told: Mapping[str, Any]) -> str:
    """Names and addresses, each address once."""
    to = told.get("to")
    names, to = list(told.get("names", ())), list(to) if isinstance(to, list | tuple) else []
    addresses = [str(one) for one in to if isinstance(one, str)]
    if not addresses:
        return ", ".join(names or [f"user:{one}" for one in to])
    if len(names) == len(addresses):
        return ", ".join(f"{name} <{address}>" for name, address in zip(names, addresses, strict=True))
    return ", ".join(addresses)


def _stages(told: Mapping[str, Any]) -> str:
    before, after = (told.get(f"{end}_title") or told.get(end) or "" for end in ("from", "to"))
    return MOVE(before=before, after=after)


def _due(told: Mapping[str, Any], tz: tzinfo) -> str:
    if not told.get("due_date"):
        return ""
    return " → ".join(_moment(told[name], tz) for name in ("from", "due_date") if told.get(name))


def _amount(told: Mapping[str, Any]) -> str:
    amount = told.get("amount")
    return money(_exact(amount), language=language(), currency=told.get("currency", "")) if amount else ""


def _exact(amount: Any) -> Any:
    from decimal import Decimal

    return Decimal(str(amount))


def _booked(row: Mapping[str, Any]) -> str:
    shown = money(_exact(row["amount"]), language=language(), currency=row["currency"])
    return f"{row.get('name') or row.get('user')}: {shown} ({word(LEDGER, row['state'])})"


def _set(told: Mapping[str, Any]) -> Iterator[str]:
    for name, value in told.get("set", {}).items():
        shown = EMPTIED() if value in (None, "", []) else value
        yield f"{word(FIELDS, name)} = {', '.join(map(str, shown)) if isinstance(shown, list) else shown}"


def _moment(text: Any, tz: tzinfo) -> str:
    """A day, or a moment in the company's zone, as people write it."""
    if not text:
        return ""
    if len(str(text)) == len("2026-11-24"):
        day = date.fromisoformat(str(text))
        return f"{day:%d.%m.%Y}" if language() == "ru" else day.isoformat()
    moment = datetime.fromisoformat(str(text)).astimezone(tz)
    return f"{moment:%d.%m.%Y %H:%M}" if language() == "ru" else f"{moment:%Y-%m-%d %H:%M}"


def _notice(told: Mapping[str, Any], _: tzinfo) -> str:
    return _text(told) if told.get("texts") else f"{_people(told)}: {_text(told)}"


def _mail(told: Mapping[str, Any], _: tzinfo) -> str:
    attachment = told.get("attachment")
    return f"{_people(told)}: {told.get('subject', '')}{f' [{attachment}]' if attachment else ''}"


def _task(told: Mapping[str, Any], tz: tzinfo) -> str:
    def one(task: Mapping[str, Any]) -> str:
        deadline = _moment(task.get("deadline"), tz)
        return f"{_people(task)}: {task.get('title', '')}{f' ({deadline})' if deadline else ''}"

    return "; ".join(one(task) for task in told.get("tasks", [told]))


def _activity(told: Mapping[str, Any], tz: tzinfo) -> str:
    kind = word(ACTIVITIES, str(told.get("kind", "")))
    return f"{kind}, {_people(told)}: {told.get('subject', '')} ({_moment(told.get('start'), tz)})"


def _responsible(told: Mapping[str, Any], _: tzinfo) -> str:
    return f"{_people(told)}: {', '.join(told.get('targets', ()))}"


def _invoice(told: Mapping[str, Any], _: tzinfo) -> str:
    return f"{told.get('title', '')}: {_amount(told)}"


_BRIEFS: Mapping[str, Callable[[Mapping[str, Any], tzinfo], str]] = {
    "notify": _notice,
    "send_invoice": _mail,
    "send_reminder": _mail,
    "shift_due_date": _due,
    "commission": lambda told, _: "; ".join(_booked(row) for row in told.get("rows", ())),
    "move_deal": lambda told, _: _stages(told),
    "create_task": _task,
    "create_tasks": _task,
    "create_activity": _activity,
    "fill_fields": lambda told, _: "; ".join(_set(told)),
    "update_fields": lambda told, _: "; ".join(_set(told)),
    "assign": _responsible,
    "create_invoice": _invoice,
    "comment": lambda told, _: _text(told),
}

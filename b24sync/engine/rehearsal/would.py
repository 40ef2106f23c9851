"""What an action of a test comes to: the effects of its step in the words of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from b24sync.ports import Done, Failed, Skipped, Waiting
from b24sync.rest.json_values import plain_number, to_json
from b24sync.steps.telling import present

if TYPE_CHECKING:
    from b24sync.engine.rehearsal.portal_of_test import StandIn
    from b24sync.ports import Mail, StepResult, Write


@dataclass(frozen=True, slots=True)
class Tried:
    """One action of a test.

    Attributes:
        state: ``done``, ``skipped`` or ``failed``, as it would end.
        changed: False if the step would find its work done.
        values: What it would do: ``to``, ``text``, ``subject``, ``set``, ``amount``, … by step.
        aliases: Other ways to name who is in ``to``: words of the rule, names, addresses → users' numbers.
    """

    rule: str
    step: str
    position: int
    state: str
    changed: bool
    values: Mapping[str, Any]
    aliases: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        head = {"rule": self.rule, "step": self.step, "position": self.position, "state": self.state}
        return {**head, "changed": self.changed, **self.values}


def outcome(result: StepResult) -> tuple[str, bool, dict[str, Any]]:
    """How an action ends: state, whether anything changes, and why not."""
    match result:
        case Done(changed=changed):
            return "done", changed, {}
        case Skipped(reason, details):
            said = {"message": details["message"]} if "message" in details else {}
            return "skipped", False, {"reason": reason, **said}
        case Failed(message):
            return "failed", False, {"error": message}
        case Waiting(reason=reason):
            return "waiting", False, {"reason": reason}


def values_of(portal: StandIn, result: StepResult) -> dict[str, Any]:
    """What the step would do, by what it wrote and mailed."""
    found: dict[str, Any] = {}
    for write in portal.writes:
        _add(found, _of_write(write))
    for outgoing in portal.mails:
        _add(found, _of_mail(outgoing))
    if isinstance(result, Done):
        _add(found, _of_details(result))
    return {**{key: value for key, value in portal.intended.items() if key not in found}, **found}


def _add(found: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Join what several writes of one step say: lists grow, tables are merged, the first text stays."""
    for key, value in more.items():
        if key not in found:
            found[key] = value
        elif isinstance(value, list):
            found[key] = [*found[key], *(one for one in value if one not in found[key])]
        elif isinstance(value, dict):
            found[key] = {**found[key], **value}


def _of_write(write: Write) -> dict[str, Any]:
    """What its step shows of a write, else what it sets."""
    return {**(_of_update(write) if write.entity is not None or write.sets else {}), **write.shows}


def _of_update(write: Write) -> dict[str, Any]:
    found: dict[str, Any] = {"set": {name: to_json(value) for name, value in write.sets.items()}}
    if write.entity is not None:
        found["entities"] = [str(write.entity)]
    sets = write.sets
    if "responsible_id" in sets:
        found["to"] = [f"user:{sets['responsible_id']}"]
    if "stage_id" in sets:
        found["stage"] = str(sets["stage_id"])
    if "due_date" in sets:
        found["due_date"] = str(sets["due_date"])
    return found


def _of_mail(outgoing: Mail) -> dict[str, Any]:
    copies = present(cc=list(outgoing.cc), bcc=list(outgoing.bcc))
    text = outgoing.text or outgoing.html
    return {"to": list(outgoing.to), **copies, "subject": outgoing.subject, "text": text}


def _of_details(result: Done) -> dict[str, Any]:
    details = result.details
    found = {key: details[key] for key in ("due_date", "rows") if key in details}
    if result.ledger:
        total = sum((row.amount for row in result.ledger), Decimal(0))
        found |= {"amount": plain_number(total), "currency": result.ledger[0].currency}
    return found


def people_in(values: Mapping[str, Any]) -> Iterator[str]:
    """Everybody whom an action's values name."""
    for key in ("to", "cc", "bcc"):
        listed: Sequence[str] = values.get(key) or ()
        yield from listed

"""Whether an event fires a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.domain.event import Event
    from b24sync.domain.rule_settings import RuleSettings, Trigger


@dataclass(frozen=True, slots=True)
class Listener:
    """A rule, and those of its triggers that listen to events of one name."""

    rule: RuleSettings
    triggers: tuple[Trigger, ...]

    def mismatch(self, event: Event) -> str:
        """Why the rule does not match, before its condition is looked at; empty if it does."""
        if self.rule.name in event.spared:
            return "the time was over when the rule was new"
        reason = ""
        for trigger in self.triggers:
            said = _mismatch(trigger, event)
            if not said:
                return ""
            reason = reason or said
        return reason


def listeners(rules: Iterable[RuleSettings], name: str) -> list[Listener]:
    """The rules that listen to events of a name, in their order."""
    found = [Listener(rule, tuple(one for one in rule.triggers() if one.event == name)) for rule in rules]
    return [one for one in found if one.triggers]


def concerns(rule: RuleSettings, event: Event) -> bool:
    """Whether a rule listens to this event at all."""
    return bool(listeners((rule,), event.name))


def mismatch(rule: RuleSettings, event: Event) -> str:
    """Why a rule does not match, before its condition is looked at; empty if it does."""
    found = listeners((rule,), event.name)
    return found[0].mismatch(event) if found else f"listens to {', '.join(rule.on)}"


def _mismatch(trigger: Trigger, event: Event) -> str:
    if trigger.from_ and not _names(trigger.from_, event.from_, event.from_stage):
        return f"from is {event.from_ or 'none'}, wanted {' or '.join(trigger.from_)}"
    if trigger.after and event.after and trigger.after != event.after:
        return f"after is {event.after}, wanted {trigger.after}"
    if trigger.to and not _enters(trigger.to, event):
        return f"to is {event.to or 'none'}, wanted {' or '.join(trigger.to)}"
    return ""


def _names(wanted: Sequence[str], status: str | None, stage: str | None) -> bool:
    return status in wanted or stage in wanted


def _enters(wanted: Sequence[str], event: Event) -> bool:
    """A stage id matches whenever it is entered; a status name only if the one before had another name."""
    return event.to_stage in wanted or (event.to in wanted and event.from_ != event.to)

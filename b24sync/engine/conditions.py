"""Deciding a rule's ``when`` from what a poll has asked the portal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from b24sync.engine.plan import Verdict
from b24sync.rest import json_values
from b24sync.rules.loader import settled
from b24sync.rules.scope import View
from b24sync.rules.text_errors import TextError
from b24sync.rules.text_values import MISSING

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.domain.entity import Entity
    from b24sync.domain.event import Event
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.rules.language import Condition, Language
    from b24sync.rules.links import Linker, Near
    from b24sync.rules.loader import Loader
    from b24sync.rules.root_names import Path

HERE = "; here "  # what comes behind it are values of the CRM
LONGEST = 60


class _AtHand(NamedTuple):
    """What many rules are judged on, one after the other; ``shown``: values in words, as far as asked."""

    event: Event
    entity: Entity
    scope: dict[str, Any]
    shown: dict[Path, str | None]


@dataclass(slots=True)
class RuleJudge:
    """Judges conditions on this poll's state: entities as it has read them, linked ones included.

    Attributes:
        linker: Makes a linker for one event, over ``loader``.
        loader: The answers of this poll.
    """

    language: Language
    linker: Callable[[], Linker]
    loader: Loader
    _near: Near | None = None
    _at_hand: _AtHand | None = None

    def holds(self, rule: RuleSettings, event: Event, entity: Entity) -> Verdict:
        """Whether the condition holds.

        Raises:
            PendingError: A linked entity must be asked for first.
            TransientError: A linked entity was asked for in vain.
        """
        try:
            condition = self.language.compile_condition(rule.when)
            self.loader.heard.clear()
            scope = self._scope(condition, event, entity)
            holds = condition.holds(scope)
        except TextError as error:
            return Verdict(False, f"when cannot be judged: {error}", fault=str(error))
        reason = "" if holds else f"when is false: {rule.when}{self._here(condition, scope)}"
        return Verdict(
            holds, reason, seen={name: _to_keep(answer) for name, answer in self.loader.heard.items()}
        )

    def _scope(self, condition: Condition, event: Event, entity: Entity) -> Mapping[str, Any]:
        """The values that a condition uses; most use none that the portal must be asked for."""
        near = self._near_scope(event, entity)
        if condition.roots <= near.keys():
            return near
        linker = self.linker()
        linker.know(entity)
        return settled(linker.scope(condition.names, entity, event=event))

    def _near_scope(self, event: Event, entity: Entity) -> dict[str, Any]:
        at_hand = self._at_hand
        if at_hand is None or at_hand.event is not event or at_hand.entity is not entity:
            if self._near is None:
                self._near = self.linker().near
            at_hand = self._at_hand = _AtHand(event, entity, self._near.scope(entity, event), {})
        return at_hand.scope

    def _here(self, condition: Condition, scope: Mapping[str, Any]) -> str:
        """The values that a condition was judged by; nothing if it uses none that can be shown."""
        at_hand = self._at_hand
        known = at_hand.shown if at_hand is not None and scope is at_hand.scope else {}
        for path in condition.paths:
            if path not in known:
                value = _value(path, scope)
                known[path] = None if value is None else f"{'.'.join(path)} = {value}"
        told = [said for path in condition.paths if (said := known[path]) is not None]
        return f"{HERE}{', '.join(told)}" if told else ""


def _to_keep(answer: Answer) -> Any:
    """A result as it may be recorded: without the links of files, which hold the webhook's secret.

    What was refused is ``None``: a condition that goes on from there takes it for missing.
    """
    return None if answer.error is not None else json_values.scrubbed({"": answer.result})[""]


def _value(path: Path, scope: Mapping[str, Any]) -> str | None:
    """A value as text; ``None`` for lists and for what holds values of its own."""
    found: Any = scope.get(path[0])
    for name in path[1:]:
        if isinstance(found, View):
            try:
                found = found.attribute(name)
            except KeyError:
                return None
        elif found is MISSING or found is None:
            return "none"
        else:
            return None
    if found is None or found is MISSING:
        return "none"
    if isinstance(found, View) or callable(found):
        return None
    text = f"{found:f}" if isinstance(found, Decimal) else " ".join(str(found).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

"""Deciding a rule's ``when`` from what a poll has asked the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
    _seen: tuple[Event, Entity, dict[str, Any]] | None = None  # what several rules are judged on

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
        reason = "" if holds else f"when is false: {rule.when}{_here(condition.paths, scope)}"
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
        if self._seen is None or self._seen[0] is not event or self._seen[1] is not entity:
            if self._near is None:
                self._near = self.linker().near
            self._seen = (event, entity, self._near.scope(entity, event))
        return self._seen[2]


def _to_keep(answer: Answer) -> Any:
    """A result as it may be recorded: without the links of files, which hold the webhook's secret.

    What was refused is ``None``: a condition that goes on from there takes it for missing.
    """
    return None if answer.error is not None else json_values.scrubbed({"": answer.result})[""]


def _here(paths: Iterable[Path], scope: Mapping[str, Any]) -> str:
    """The values that a condition was judged by; nothing if it uses none that can be shown."""
    told = []
    for path in paths:
        value = _value(path, scope)
        if value is not None:
            told.append(f"{'.'.join(path)} = {value}")
    return f"{HERE}{', '.join(told)}" if told else ""


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

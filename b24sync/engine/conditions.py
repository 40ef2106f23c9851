"""Deciding a rule's ``when`` from remembered answers of the portal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.engine.plan import Verdict
from b24sync.rules.text_errors import TextError

if TYPE_CHECKING:
    from b24sync.domain.entity import Entity
    from b24sync.domain.event import Event
    from b24sync.domain.settings import RuleSettings
    from b24sync.engine.remembered import Remembered
    from b24sync.rules.language import Language
    from b24sync.rules.links import Linker


@dataclass(slots=True)
class RuleJudge:
    """Judges conditions on this poll's state: the entity as it was just read, linked ones as remembered.

    Attributes:
        linker: Makes a linker for one event.
    """

    language: Language
    linker: Callable[[], Linker]
    remembered: Remembered

    def holds(self, rule: RuleSettings, event: Event, entity: Entity) -> Verdict:
        """Whether the condition holds.

        Raises:
            NotRememberedError: A linked entity must be asked for first.
        """
        try:
            condition = self.language.compile_condition(rule.when)
            linker = self.linker()
            linker.know(entity)
            scope = self.remembered.run(linker.scope(condition.names, entity, event=event))
            holds = condition.holds(scope)
        except TextError as error:
            return Verdict(False, f"when cannot be judged: {error}", fault=str(error))
        return Verdict(holds, "" if holds else f"when is false: {rule.when}", seen=dict(self.remembered.used))

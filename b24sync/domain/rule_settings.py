"""``[[rules]]``: which events fire a rule, and what it does."""

from __future__ import annotations

from dataclasses import dataclass

from b24sync.domain.event import moved_name, stuck_name, written_out
from b24sync.domain.step_settings import StepSettings
from b24sync.domain.values import Condition, Stay


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event that fires a rule, with the moves that it must be (empty: any)."""

    event: str
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    after: str = ""

    @property
    def kind(self) -> str:
        """The kind whose event it is."""
        return self.event.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """One of ``[[rules]]``.

    Attributes:
        name: As commands and lists show it; every rule has another.
        on: Event names; ``invoice.paid`` is short for a move to that status.
        from_: Status names or stage ids that a move must come from; empty: any.
        to: Those that it must lead to; empty: any.
        after: Of ``*.stuck``: how long in one stage.
        stage: Of ``*.stuck``: the status names or stage ids that are meant; empty: all that are not final.
        when: Condition; empty: always.
        steps: What is done, in this order.
    """

    name: str
    on: tuple[str, ...]
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    after: Stay | None = None
    stage: tuple[str, ...] = ()
    when: Condition = ""
    steps: tuple[StepSettings, ...]

    def triggers(self) -> tuple[Trigger, ...]:
        """What fires the rule, short forms written out."""
        return tuple(self._trigger(name) for name in self.on)

    def _trigger(self, name: str) -> Trigger:
        kind, event, to = written_out(name)
        if to:
            return Trigger(event, self.from_, (to,))
        if name == stuck_name(kind):
            return Trigger(name, (), self.stage, str(self.after or ""))
        moves = name == moved_name(kind)
        return Trigger(name, self.from_ if moves else (), self.to if moves else ())

"""One action's generator and where it stands."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from b24sync.engine.turn_ends import Outcome, Postponed, Uncertain
from b24sync.errors import B24SyncError, MailInDoubtError
from b24sync.ports import Done, Effect, Failed, Intend, Read, Skipped, Waiting
from b24sync.words import outside as words

if TYPE_CHECKING:
    from b24sync.domain.entity import Key
    from b24sync.ports import Effects, StepResult
    from b24sync.store.action_rows import Action

log = logging.getLogger(__name__)


@dataclass(slots=True)
class RunningAction:
    """One action's talk and where it stands; a result instead of a generator has ended before it began.

    Attributes:
        intent: What it said that it is about to do.
        dry: A dry run: it ends where it would do something.
        noted: Echoes that its write in hand will have and that no other has.
        has_written: Whether anything of it has gone out.
    """

    action: Action
    effects: Effects[StepResult] | StepResult
    effect: Effect | None = None
    outcome: Outcome | None = None
    inner: Effects[Any] | None = field(default=None)
    intent: Mapping[str, Any] | None = None
    dry: bool = False
    noted: list[tuple[Key, str, Any]] = field(default_factory=list)
    has_written: bool = False

    def start(self) -> None:
        """Let it say its first effect."""
        if isinstance(self.effects, Done | Skipped | Waiting | Failed):
            self.end(self.effects)
        else:
            self.go(None)

    def go(self, value: Any) -> None:
        """Send an answer and take the next effect, or the result."""
        if not isinstance(self.effects, Done | Skipped | Waiting | Failed):
            self._step((self.inner or self.effects).send, value)

    def throw(self, error: Exception) -> None:
        """Throw an error into the generator."""
        if not isinstance(self.effects, Done | Skipped | Waiting | Failed):
            self._step((self.inner or self.effects).throw, error)

    def _step(self, move: Callable[[Any], Effect], given: Any) -> None:
        """Move the generator on."""
        try:
            self.effect = self._heard_out(move(given))
        except StopIteration as stop:
            self._returned(stop.value)
        except MailInDoubtError as error:
            self.end(Uncertain(str(error)))
        except B24SyncError as error:
            self.end(Failed(str(error)))
        except Exception as error:
            log.exception("action %s (%s) failed inside", self.action.id, self.action.step)
            self.end(
                Failed(words.PROGRAM_FAULT(step=self.action.step, error=f"{type(error).__name__}: {error}"))
            )

    def _heard_out(self, effect: Effect) -> Effect | None:
        """The effect after what it intends; ``None`` if a dry run ends here."""
        if isinstance(effect, Intend) and self.intent is None:
            self.intent = effect.would
        if self.dry and not isinstance(effect, Read):
            self.end(Skipped("dry_run"))
            return None
        if isinstance(effect, Intend):
            return self._heard_out((self.inner or self.effects).send(None))  # type: ignore[union-attr]
        return effect

    def _returned(self, value: Any) -> None:
        if self.inner is not None:
            self.inner = None
            self.go(value)
        else:
            self.end(value)

    def end(self, result: StepResult | Postponed | Uncertain, *, mail_unreachable: str = "") -> None:
        """It is over for this turn."""
        self.effect = None
        self.outcome = Outcome(self.action, result, mail_unreachable, self.intent)
        if not isinstance(self.effects, Done | Skipped | Waiting | Failed):
            self.effects.close()

"""What conditions need to know of linked entities: asked before the transaction, waited for if need be.

The smallest unit waits (contract.md G13): an entity whose event needs a link that cannot be read now, with
its news kept in the database. After a few polls that event goes without the rule, which is said, and the rest
of the entity's news goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from b24sync.calls import Answer
from b24sync.errors import TransientError, UntriedError
from b24sync.rules.loader import Loader
from b24sync.words import connection as said
from b24sync.words import polling as words

if TYPE_CHECKING:
    from b24sync.calls import Call, Portal
    from b24sync.domain.entity import Key
    from b24sync.engine.poll_report import Report
    from b24sync.store import Store

PATIENT_POLLS: Final = 5  # after so many polls in vain a condition counts as one that cannot be judged
PORTION: Final = 50  # calls asked at once
DEAD_PORTIONS: Final = 3  # after so many portions of a method in vain it is not asked any more in this poll


@dataclass(slots=True)
class AwaitedLinks:
    """The links of one poll.

    Attributes:
        loader: What was asked, what was asked in vain included.
        waiting: Entities that wait, with the error that they wait for.
    """

    store: Store
    portal: Portal
    loader: Loader = field(default_factory=lambda: Loader(as_text=True))
    waiting: dict[Key, TransientError] = field(default_factory=dict)
    given_up: frozenset[Key] = frozenset()

    def __post_init__(self) -> None:
        self.given_up = frozenset(self.store.held.long_waiting(PATIENT_POLLS))

    def read(self, calls: Sequence[Call]) -> list[Answer]:
        """Ask in portions, so that neither requests nor memory grow with what is refused.

        Returns:
            An answer to each call; what was asked in vain, or not any more, holds a TransientError.
        """
        vain: dict[str, int] = {}
        answers: list[Answer] = []
        for start in range(0, len(calls), PORTION):
            portion = calls[start : start + PORTION]
            hopeful = [call for call in portion if vain.get(call.method, 0) < DEAD_PORTIONS]
            heard = dict(zip(map(id, hopeful), self._read_portion(hopeful), strict=True))
            for method in {call.method for call in hopeful}:
                tried = [heard[id(call)].error for call in hopeful if call.method == method]
                vain[method] = vain.get(method, 0) + all(isinstance(one, TransientError) for one in tried)
            answers += [heard.get(id(call)) or _not_asked(call) for call in portion]
        return answers

    def _read_portion(self, calls: Sequence[Call]) -> list[Answer]:
        try:
            return self.portal.read(calls) if calls else []
        except TransientError as error:
            return [Answer(call, error=_untried(error)) for call in calls]

    def must_wait(self, blocked: Mapping[Key, TransientError]) -> bool:
        """Whether some of those who are found to wait now were not known to."""
        new = blocked.keys() - self.waiting.keys()
        self.waiting.update(blocked)
        return bool(new)

    def keep(self, at: int) -> None:
        """Remember who waits, within the transaction: tries count only where the portal was asked."""
        for key, error in self.waiting.items():
            self.store.held.wait(key.kind, key.id, str(error), at=at, counted=not error.unattempted)

    def end(self) -> None:
        """Those who wait no more are forgotten, within the transaction, after what was kept was applied."""
        self.store.held.end_waiting(self.waiting.keys())

    def tell(self, report: Report) -> None:
        """Say what waits, once for every reason."""
        reasons: dict[str, int] = {}
        for error in self.waiting.values():
            reasons[str(error)] = reasons.get(str(error), 0) + 1
        for reason, count in list(reasons.items())[:PATIENT_POLLS]:
            report.worsen(69, words.LINKS_WAIT(count=count, why=reason))


def _not_asked(call: Call) -> Answer:
    return Answer(call, error=UntriedError(said.NOT_ASKED(), method=call.method))


def _untried(error: TransientError) -> TransientError:
    """The trouble of a whole request says nothing of one of its calls."""
    return error if error.unattempted else UntriedError(error.reason, method=error.method, code=error.code)

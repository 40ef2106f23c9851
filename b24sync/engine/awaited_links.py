"""What conditions need to know of linked entities: asked before the transaction, waited for if need be.

The smallest unit waits (contract.md G13): an entity whose event needs a link that cannot be read now, with
its news kept in the database. After a few polls that event goes without the rule, which is said, and the rest
of the entity's news goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from b24sync.engine.remembered import Remembered, identity
from b24sync.errors import TransientError, UntriedError
from b24sync.words import polling as words

if TYPE_CHECKING:
    from b24sync.calls import Call, Portal
    from b24sync.domain.entity import Key
    from b24sync.engine.plan import Planner
    from b24sync.engine.poll_report import Report
    from b24sync.store import Store

PATIENT_POLLS: Final = 5  # after so many polls in vain a condition counts as one that cannot be judged
PORTION: Final = 50  # calls asked at once
DEAD_PORTIONS: Final = 3  # after so many portions of a method in vain it is not asked any more in this poll


@dataclass(slots=True)
class AwaitedLinks:
    """The links of one poll.

    Attributes:
        unreadable: Calls that failed in passing, by identity.
        waiting: Entities that wait, with the error that they wait for.
    """

    store: Store
    portal: Portal
    remembered: Remembered
    unreadable: dict[str, TransientError] = field(default_factory=dict)
    waiting: dict[Key, TransientError] = field(default_factory=dict)
    given_up: frozenset[Key] = frozenset()

    def __post_init__(self) -> None:
        self.given_up = frozenset(self.store.held.long_waiting(PATIENT_POLLS))

    def settle(self, planner: Planner) -> None:
        """Ask for what conditions lacked, and let those wait who cannot be told."""
        self.waiting.update(planner.blocked)
        self._ask(planner.wanted)

    def _ask(self, wanted: Mapping[str, Call]) -> None:
        """Ask in portions, so that neither requests nor memory grow with what is refused."""
        vain: dict[str, int] = {}
        calls = list(wanted.values())
        for start in range(0, len(calls), PORTION):
            portion: list[Call] = []
            for call in calls[start : start + PORTION]:
                if vain.get(call.method, 0) < DEAD_PORTIONS:
                    portion.append(call)
                else:
                    self.unreadable[identity(call)] = UntriedError("not asked any more", method=call.method)
            self._ask_portion(portion)
            for method in {call.method for call in portion}:
                if all(identity(call) in self.unreadable for call in portion if call.method == method):
                    vain[method] = vain.get(method, 0) + 1

    def _ask_portion(self, calls: list[Call]) -> None:
        try:
            answers = self.remembered.ask(self.portal, calls)
        except TransientError as error:
            self.unreadable.update((identity(call), _untried(error)) for call in calls)
            return
        for answer in answers:
            if isinstance(answer.error, TransientError):
                self.unreadable[identity(answer.call)] = answer.error
        self.remembered.forget([one for one in answers if isinstance(one.error, TransientError)])

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


def _untried(error: TransientError) -> TransientError:
    """The trouble of a whole request says nothing of one of its calls."""
    return error if error.unattempted else UntriedError(error.reason, method=error.method, code=error.code)

"""Running the outbox: claim → run → settle.

Actions are claimed in a transaction of their own before anything leaves the program. What may not be done
twice (a mail, a to-do without marker) is marked in another one right before it is done, so that after a kill
it is known whether it may have happened. Actions run side by side; mails one at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from b24sync.engine.checkpoint import Checkpoint, pass_by
from b24sync.engine.runner import run_together
from b24sync.engine.running_action import RunningAction
from b24sync.engine.settle import Settling, settle
from b24sync.engine.turn_ends import Outcome, Postponed, UnreachableError
from b24sync.errors import B24SyncError
from b24sync.ports import Done, Failed, Waiting
from b24sync.store.lock import any_operator
from b24sync.store.outbox import OPERATOR_CLAIM
from b24sync.words import outside
from b24sync.words import polling as words

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.clock import Clock
    from b24sync.ports import Effects, Mail, Mailer, MailReceipt, StepResult
    from b24sync.store import Store
    from b24sync.store.action_rows import Action

log = logging.getLogger(__name__)
GROUP = 250  # actions side by side, which share their questions; what they write goes 50 at a time
PDF_WAIT_S = 10.0  # contract.md §6 send_invoice: in all per poll
PDF_STEP_S = 0.5

Opener = Callable[["Action"], "Effects[StepResult] | StepResult"]


@dataclass(slots=True)
class Dispatcher:
    """Runs what is due.

    Attributes:
        open: Makes the generator of an action, or says at once how it ends (its rule is gone).
        mail_steps: Names of the steps that send mail.
        run: This run's number, and ``at`` its portal time (Unix seconds), for settled actions.
        deadline: Local monotonic time after which nothing new is begun; ``None``: none.
        claimed_by: Who claims; an interrupted claim of a dead process is taken back.
        troubles: What went wrong beyond single actions, and the exit code that it means.
        ran: Ids of actions that were run.
        post: With the portal transport, the generator that sends a letter; ``None``: ``mailer`` does.
    """

    store: Store
    portal: Portal
    mailer: Mailer | None
    open: Opener
    clock: Clock
    attempts: int
    mail_steps: tuple[str, ...]
    run: int
    at: int
    deadline: float | None = None
    claimed_by: str = "poll"
    post: Callable[[Mail], Effects[MailReceipt]] | None = None
    checkpoint: Checkpoint = pass_by
    stop: Callable[[], bool] = lambda: False
    progress: Callable[[int], None] = lambda _: None
    portal_down: str = ""
    mail_down: str = ""
    warnings: list[str] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)
    ran: set[int] = field(default_factory=set)

    def now(self) -> int:
        """Local time, Unix seconds."""
        return int(self.clock.now().timestamp())

    def run_due(self) -> None:
        """Run everything that is due, in order, each action once, until nothing is or time is up.

        What becomes due because an earlier step ended runs, too. Only a mail that waits for its PDF is looked
        after again, for so long as this run may wait in all.
        """
        with self.store.transaction():
            self.store.outbox.pull_in(now=self.now())
        waiting = list["Action"]()
        left_s = PDF_WAIT_S
        while self._may_go_on():
            if group := self._fresh(GROUP, exclude=self.mail_steps):
                self.run_group(group)
            elif not self.mail_down and (mail := self._fresh(1, steps=self.mail_steps)):
                waiting += self.run_group(mail)
            elif waiting and not self.mail_down and left_s > 0:
                begun = self.clock.monotonic()
                waiting = self._wait_for(waiting, left_s)
                left_s -= self.clock.monotonic() - begun
            else:
                break

    def _may_go_on(self) -> bool:
        return self._time_left() and not self.portal_down

    def _fresh(self, limit: int, *, steps: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[Action]:
        """What is due and was not run yet; with it a run ends, whatever the actions come to."""
        after = 0
        while True:
            found = self.store.actions.due(
                now=self.now(), limit=GROUP, after_id=after, steps=steps, exclude=exclude
            )
            fresh = [action for action in found if action.id not in self.ran]
            if fresh or len(found) < GROUP:
                return fresh[:limit]
            after = found[-1].id

    def _wait_for(self, waiting: Sequence[Action], left_s: float) -> list[Action]:
        """Wait until one of some mails is ready and gone, or for ``left_s``; those that wait still."""
        until = self.clock.monotonic() + left_s
        pause_s = PDF_STEP_S
        still = list(waiting)
        while len(still) == len(waiting) and self._may_go_on() and not self.mail_down:
            pause_s = min(pause_s, until - self.clock.monotonic())
            if pause_s <= 0:
                break
            log.info("waiting %.1f s for %s documents", pause_s, len(still))
            self.clock.sleep(pause_s)
            pause_s *= 2  # many that wait long are not asked about many times
            still = self._looked_after(still, until)
        return still

    def _looked_after(self, waiting: Sequence[Action], until: float) -> list[Action]:
        """Try waiting mails again, one at a time; those that wait still."""
        still = list["Action"]()
        for number, action in enumerate(waiting):
            if self.clock.monotonic() > until or not self._may_go_on() or self.mail_down:
                return still + list(waiting[number:])
            still += self.run_group([action])
        return still

    def _time_left(self) -> bool:
        return not self.stop() and (self.deadline is None or self.clock.monotonic() < self.deadline)

    def run_group(self, group: Sequence[Action], *, states: Sequence[str] = ("pending",)) -> list[Action]:
        """Claim some actions and run them side by side.

        Returns:
            Those that wait for something to be ready.
        """
        with self.store.transaction():
            claimed = [
                action
                for action in group
                if self.store.outbox.claim(action.id, by=self.claimed_by, states=states)
            ]
        self.ran.update(action.id for action in claimed)
        self.checkpoint("dispatch.claimed")
        actions = [found for action in claimed if (found := self.store.actions.one(action.id)) is not None]
        conversations = [RunningAction(action, self._opened(action)) for action in actions]
        waiting = list["Action"]()

        def told(ended: Sequence[Outcome]) -> bool:
            self._settle_all(ended)
            waiting.extend(one.action for one in ended if isinstance(one.result, Waiting))
            return self._may_go_on()

        try:
            told(run_together(conversations, self, told))
        except UnreachableError as error:
            self._portal_away(error.message, error.code)
            told(error.outcomes)
        return waiting

    def _settle_all(self, ended: Sequence[Outcome]) -> None:
        """Write down how some actions ended."""
        if not ended:
            return
        self.checkpoint("dispatch.before_settle")
        with self.store.transaction():
            for outcome in ended:
                self._settle(outcome)
        self.checkpoint("dispatch.settled")
        self.progress(len(ended))

    def _opened(self, action: Action) -> Effects[StepResult] | StepResult:
        try:
            return self.open(action)
        except B24SyncError as error:
            return Failed(str(error))

    def run_alone(self, action: Action) -> None:
        """Run one action now, waiting for its PDF if it needs one."""
        begun = self.clock.monotonic()
        waiting = self.run_group([action])
        while waiting and self.clock.monotonic() - begun < PDF_WAIT_S and not self.stop():
            self.clock.sleep(PDF_STEP_S)
            waiting = self.run_group(waiting)

    # ends

    def _settle(self, outcome: Outcome) -> None:
        settling = Settling(self.store, run=self.run, at=self.at, now=self.now(), attempts=self.attempts)
        settle(settling, outcome)
        if isinstance(outcome.result, Done):
            self.warnings += [
                words.OF_ACTION(id=outcome.action.id, text=text) for text in outcome.result.warnings
            ]
        if outcome.mail_unreachable:
            self.mail_down = self.mail_down or outcome.mail_unreachable
            self.troubles.setdefault(self.mail_down, 69)
        elif isinstance(outcome.result, Postponed) and outcome.result.exit_code:
            if outcome.result.away:
                self._portal_away(outcome.result.error, outcome.result.exit_code)
            else:
                self.troubles.setdefault(outcome.result.error, outcome.result.exit_code)

    def _portal_away(self, words: str, code: int) -> None:
        self.portal_down = self.portal_down or words
        self.troubles.setdefault(self.portal_down, code)

    def recover(self) -> int:
        """Take back what a killed process left running.

        What may have happened becomes uncertain, the rest is due again.

        What an operator's command runs in this moment is left alone. The claims are read under the write
        lock: whoever claims later is not among them, and whoever claimed before shows a sign of life.
        """
        if not (self.store.actions.interrupted() or self.store.outbox.are_claimed(like=OPERATOR_CLAIM)):
            return 0
        with self.store.transaction():
            left = self.store.actions.interrupted()
            if any_operator(self.store.path):
                left = [action for action in left if not _by_operator(action)]
            else:
                self.store.outbox.give_back(like=OPERATOR_CLAIM, due_at=self.now())
            for action in left:
                self._take_back(action)
                if _by_operator(action):
                    self.store.outbox.give_back(like=action.claimed_by or "", due_at=self.now())
        return len(left)

    def _take_back(self, action: Action) -> None:
        """An attempt that a kill ended counts: the step then looks harder for what it may have made.

        A mail whose step noted that it went out is in no doubt: the step only says so again.
        """
        if action.sending and "sent" not in action.memory:
            error = outside.INTERRUPTED()
            self.store.outbox.settle(
                action.id, "uncertain", run=self.run, at=self.at, error=error, result=action.result
            )
        else:
            self.store.outbox.postpone(action.id, next_attempt_at=self.now(), error=action.error, counts=True)


def _by_operator(action: Action) -> bool:
    return (action.claimed_by or "").startswith(OPERATOR_CLAIM)

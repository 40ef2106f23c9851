"""From what a poll gathered to a committed transaction.

Stages, links that conditions need, and everything together.

Where conditions need linked entities, the transaction is rolled back, they are asked for, and it begins
again; no network call is ever inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.engine.apply import Applied, Applier
from b24sync.engine.awaited_links import AwaitedLinks
from b24sync.engine.capture.staging import seconds
from b24sync.engine.funnel_reading import FunnelReading
from b24sync.engine.plan import Planner
from b24sync.rules.loader import PendingError, read_through
from b24sync.words import polling as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from b24sync.engine.capture import Gathered
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.poll_report import Report
    from b24sync.engine.workshop import Workshop
    from b24sync.rest.kinds import Kind


@dataclass(slots=True)
class Commit:
    """One poll's way from gathered pages to a committed transaction.

    Attributes:
        watched: The kinds that the configuration watches.
        swept: For rows that only a reconcile found, ``kind:id`` → when the reconcile before it was (Unix
            seconds).
    """

    workshop: Workshop
    watched: Sequence[Kind]
    gathered: Gathered
    report: Report
    swept: Mapping[str, int]

    def run(self) -> Applied:
        """Apply in one transaction.

        Where conditions need linked entities, roll back, ask for them, and begin again.
        """
        shop = self.workshop
        shop.settings.rules.load()  # no file is read within the transaction
        funnels = FunnelReading(
            store=shop.store,
            portal=shop.reader(),
            kinds=self.watched,
            settings=shop.settings.invoice,
            gathered=self.gathered,
            report=self.report,
        ).known()
        links = AwaitedLinks(shop.store, shop.reader())
        applied, planner = read_through(links, links.loader.effects(lambda: self._attempt(funnels, links)))
        self._tell(applied, planner, links)
        return applied

    def _tell(self, applied: Applied, planner: Planner, links: AwaitedLinks) -> None:
        links.tell(self.report)
        self.report.warnings += applied.warnings
        for fault in planner.faults:
            self.report.worsen(1, words.FAULT(fault=fault))
        if planner.too_old:
            self.report.warnings.append(words.TOO_OLD(count=planner.too_old))
        for loop in planner.held_loops:
            self.report.worsen(1, loop)

    def _attempt(self, funnels: Funnels, links: AwaitedLinks) -> tuple[Applied, Planner]:
        """The transaction.

        Raises:
            PendingError: It is rolled back: something must be asked first, or more entities must wait than
                it knew of (then there is nothing to ask).
        """
        planner = self._planner(funnels, links)
        with self.workshop.store.transaction():
            applied = self._applied(funnels, planner, links)
            self.workshop.checkpoint("poll.before_commit")
        return applied, planner

    def _applied(self, funnels: Funnels, planner: Planner, links: AwaitedLinks) -> Applied:
        shop, signpost = self.workshop, self.gathered.signpost
        applier = Applier(
            store=shop.store,
            funnels=funnels,
            planner=planner,
            base_url=shop.base_url(),
            overlap=shop.settings.poll.overlap,
            run=self.report.run,
            signpost=signpost,
            swept_before=dict(self.swept),
            waiting=links.waiting.keys(),
        )
        links.keep(seconds(signpost))
        complete = self.gathered.complete()
        applied = applier.apply(complete)
        shop.follow_up(applied, planner, funnels)
        if links.must_wait(planner.blocked) or planner.wanted:
            raise PendingError(planner.wanted.values())
        links.end()
        planner.close()
        shop.store.staged.clear([one.kind.name for one in complete])
        return applied

    def _planner(self, funnels: Funnels, links: AwaitedLinks) -> Planner:
        shop, now = self.workshop, self.gathered.signpost
        return Planner(
            store=shop.store,
            rules=shop.settings.rules,
            safety=shop.settings.safety,
            judge=shop.judge(links.loader, funnels, now),
            run=self.report.run,
            now=now,
            due_at=seconds(shop.clock.now()),
            installation=shop.store.installation(),
            given_up=links.given_up,
            waiting=links.waiting.keys(),
        )

"""From what a poll gathered to a committed transaction.

Stages, links that conditions need, and everything together.

Where conditions need linked entities, the transaction is rolled back, they are asked for, and it begins
again; no network call is ever inside it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from b24sync.engine import funnels as stages
from b24sync.engine.apply import Applied, Applier
from b24sync.engine.awaited_links import AwaitedLinks
from b24sync.engine.capture.staging import seconds
from b24sync.engine.plan import Planner
from b24sync.engine.remembered import Remembered
from b24sync.errors import CredentialsError, TransientError
from b24sync.words import polling as words
from b24sync.words.vocabulary import KINDS, word

if TYPE_CHECKING:
    from b24sync.engine.capture import Gathered
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.poll_report import Report
    from b24sync.engine.poller import Poller
    from b24sync.rest.kinds import Kind


log = logging.getLogger(__name__)


class _MissingError(Exception):
    """Rolls the transaction back: something must be asked first."""


@dataclass(slots=True)
class Commit:
    """One poll's way from gathered pages to a committed transaction.

    Attributes:
        swept: For rows that only a reconcile found, ``kind:id`` → when the reconcile before it was (Unix
            seconds).
    """

    poller: Poller
    gathered: Gathered
    report: Report
    swept: Mapping[str, int]

    def _known_funnels(self) -> Funnels:
        """The stages of the watched kinds.

        Read anew if a kind has none, a stage was seen that is not among them, or a day has passed.
        """
        known = stages.load(self.poller.store.meta, self.poller.kinds, self.poller.settings.invoice)
        readable = [one.kind for one in self.gathered.complete()]
        seen = {
            kind.name: self._unasked(kind, self.poller.store.snapshot.staged_stages(kind.name))
            for kind in readable
        }
        missing = [
            kind
            for kind in stages.missing(known, readable, seen)
            if kind.name in known.by_kind or self._asked(kind) is None
        ]
        if missing and self._learn_stages(missing, seen):
            known = stages.load(self.poller.store.meta, self.poller.kinds, self.poller.settings.invoice)
        return self._renewed([kind for kind in readable if kind not in missing], known)

    def _renewed(self, kinds: Sequence[Kind], known: Funnels) -> Funnels:
        """The stages with those that are older than a day read again.

        People reorder them and give them other meanings.

        What cannot be read serves on for another day as it is known.
        """
        at, keep = self.gathered.signpost, self.poller.store.meta
        young = stages.load(
            keep, kinds, self.poller.settings.invoice, not_before=seconds(at) - stages.MAX_AGE_S
        )
        old = [kind for kind in kinds if kind.name in known.by_kind and kind.name not in young.by_kind]
        if not old:
            return known
        try:
            found = stages.fetch(self.poller.portal, old)
        except (TransientError, CredentialsError) as error:
            log.info("the stages of %s are read again later: %s", ", ".join(kind.name for kind in old), error)
            return known
        with self.poller.store.transaction():
            stages.save(
                keep,
                {kind.name: found.get(kind.name, known.by_kind[kind.name]) for kind in old},
                at=seconds(at),
            )
        return stages.load(keep, self.poller.kinds, self.poller.settings.invoice)

    def _learn_stages(self, kinds: Sequence[Kind], seen: Mapping[str, Sequence[str]]) -> bool:
        """Read stages.

        Kinds whose stages cannot be read now wait, for their events would be named wrongly.
        """
        try:
            found = stages.fetch(self.poller.portal, kinds)
        except (TransientError, CredentialsError) as error:
            for one in self.gathered.complete():
                if one.kind in kinds:
                    one.error, one.complete = error, False
                    code = 77 if isinstance(error, CredentialsError) else 69
                    self.report.worsen(
                        code, words.STAGES_LEFT_OUT(kind=word(KINDS, one.kind.name), why=error)
                    )
            return False
        at, keep = seconds(self.gathered.signpost), self.poller.store.meta
        with self.poller.store.transaction():
            stages.save(keep, found, at=at)
            for kind in kinds:
                keep.cache(
                    f"stages_asked:{kind.name}", sorted({*(self._asked(kind) or ()), *seen[kind.name]}), at=at
                )
                if kind.name not in found:
                    self.report.warnings.append(words.STAGES_BY_ID(kind=word(KINDS, kind.name)))
        return True

    def _unasked(self, kind: Kind, seen: Sequence[str]) -> list[str]:
        """An unknown stage is asked about once an hour.

        A portal that never tells of it would else be asked in every poll.
        """
        asked = self._asked(kind) or ()
        return [stage for stage in seen if stage not in asked]

    def _asked(self, kind: Kind) -> list[str] | None:
        """The stages for whose sake the kind's were read within the last hour.

        ``None`` if they were not read.
        """
        lately = seconds(self.gathered.signpost - timedelta(hours=1))
        asked: list[str] | None = self.poller.store.meta.cached(
            f"stages_asked:{kind.name}", not_before=lately
        )
        return asked

    def run(self) -> Applied:
        """Apply in one transaction.

        Where conditions need linked entities, roll back, ask for them, and begin again.
        """
        funnels = self._known_funnels()
        links = AwaitedLinks(self.poller.store, self.poller.portal, Remembered())
        while True:
            planner = self._planner(funnels, links)
            try:
                with self.poller.store.transaction():
                    applied = self._applied(funnels, planner, links)
                    self.poller.checkpoint("poll.before_commit")
            except _MissingError:
                links.settle(planner)
                continue
            links.tell(self.report)
            self.report.warnings += applied.warnings
            for fault in planner.faults:
                self.report.worsen(1, words.FAULT(fault=fault))
            if planner.too_old:
                self.report.warnings.append(words.TOO_OLD(count=planner.too_old))
            for loop in planner.held_loops:
                self.report.worsen(1, loop)
            return applied

    def _applied(self, funnels: Funnels, planner: Planner, links: AwaitedLinks) -> Applied:
        poller, signpost = self.poller, self.gathered.signpost
        applier = Applier(
            poller.store,
            funnels,
            planner,
            poller.base_url,
            poller.settings.poll.overlap,
            self.report.run,
            signpost,
            dict(self.swept),
            links.waiting.keys(),
        )
        links.keep(seconds(signpost))
        applied = applier.apply(self.gathered.complete())
        self.poller.parts.follow_up(applied, planner, funnels)
        if planner.wanted or planner.blocked.keys() - links.waiting.keys():
            raise _MissingError
        links.end()
        planner.close()
        self.poller.store.snapshot.clear_staged([one.kind.name for one in self.gathered.complete()])
        return applied

    def _planner(self, funnels: Funnels, links: AwaitedLinks) -> Planner:
        return Planner(
            store=self.poller.store,
            rules=self.poller.settings.rules,
            safety=self.poller.settings.safety,
            judge=self.poller.parts.judge(links.remembered, funnels, self.gathered.signpost),
            run=self.report.run,
            now=self.gathered.signpost,
            due_at=seconds(self.poller.clock.now()),
            installation=self.poller.store.installation(),
            unreadable=links.unreadable,
            given_up=links.given_up,
            waiting=links.waiting.keys(),
        )

"""The stages of the watched kinds as one poll needs them: remembered, and read where they are not known."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from b24sync.engine import funnels
from b24sync.engine.capture.staging import seconds
from b24sync.errors import CredentialsError, TransientError
from b24sync.words import polling as words
from b24sync.words.vocabulary import KINDS, word

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.domain.settings import InvoiceSettings
    from b24sync.engine.capture import Gathered
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.poll_report import Report
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store

log = logging.getLogger(__name__)


@dataclass(slots=True)
class FunnelReading:
    """What one poll knows of stages.

    Attributes:
        kinds: The watched kinds.
        settings: ``[invoice]``.
        gathered: What was read; a kind whose stages cannot be learnt is taken out of it.
    """

    store: Store
    portal: Portal
    kinds: Sequence[Kind]
    settings: InvoiceSettings
    gathered: Gathered
    report: Report

    def known(self) -> Funnels:
        """The stages of the watched kinds.

        Read anew if a kind has none, a stage was seen that is not among them, or a day has passed.
        """
        known = funnels.load(self.store.meta, self.kinds, self.settings)
        readable = [one.kind for one in self.gathered.complete()]
        seen = {kind.name: self._unasked(kind, self.store.staged.stages(kind.name)) for kind in readable}
        missing = [
            kind
            for kind in funnels.missing(known, readable, seen)
            if kind.name in known.by_kind or self._asked(kind) is None
        ]
        if missing and self._learn_stages(missing, seen):
            known = funnels.load(self.store.meta, self.kinds, self.settings)
        return self._renewed([kind for kind in readable if kind not in missing], known)

    def _renewed(self, kinds: Sequence[Kind], known: Funnels) -> Funnels:
        """The stages with those that are older than a day read again.

        People reorder them and give them other meanings.

        What cannot be read serves on for another day as it is known.
        """
        at, keep = self.gathered.signpost, self.store.meta
        young = funnels.load(keep, kinds, self.settings, not_before=seconds(at) - funnels.MAX_AGE_S)
        old = [kind for kind in kinds if kind.name in known.by_kind and kind.name not in young.by_kind]
        if not old:
            return known
        try:
            found = funnels.fetch(self.portal, old)
        except (TransientError, CredentialsError) as error:
            log.info("the stages of %s are read again later: %s", ", ".join(kind.name for kind in old), error)
            return known
        with self.store.transaction():
            funnels.save(
                keep,
                {kind.name: found.get(kind.name, known.by_kind[kind.name]) for kind in old},
                at=seconds(at),
            )
        return funnels.load(keep, self.kinds, self.settings)

    def _learn_stages(self, kinds: Sequence[Kind], seen: Mapping[str, Sequence[str]]) -> bool:
        """Read stages.

        Kinds whose stages cannot be read now wait, for their events would be named wrongly.
        """
        try:
            found = funnels.fetch(self.portal, kinds)
        except (TransientError, CredentialsError) as error:
            for one in self.gathered.complete():
                if one.kind in kinds:
                    one.error, one.complete = error, False
                    self.report.unread(
                        error, words.STAGES_LEFT_OUT(kind=word(KINDS, one.kind.name), why=error)
                    )
            return False
        at, keep = seconds(self.gathered.signpost), self.store.meta
        with self.store.transaction():
            funnels.save(keep, found, at=at)
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
        asked: list[str] | None = self.store.meta.cached(f"stages_asked:{kind.name}", not_before=lately)
        return asked

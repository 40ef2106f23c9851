"""Entities as they were after an earlier run: the snapshot with the later revisions taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import Entity, Key
from b24sync.rest import items, row_edits

if TYPE_CHECKING:
    from b24sync.engine.funnels import Funnels
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.snapshot import Stored


_GONE = ("vanished", "deleted")


@dataclass(frozen=True, slots=True)
class Look:
    """A row as it was.

    Attributes:
        raw: By the portal's codes; ``None`` if the portal had no such entity any more, or hid it.
        stage: The recorded stage.
    """

    raw: dict[str, Any] | None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """Reads earlier states.

    Fields that no revision records (when it was last moved, say) are those of the newest state.

    What changed while nobody polled and was then taken over by ``poll --baseline`` is in no revision either.
    """

    store: Store
    kinds: Mapping[str, Kind]
    funnels: Funnels
    base_url: str

    def look(self, key: Key, run: int, *, gone_too: bool = False) -> Look | None:
        """How an entity was when a run had been applied.

        Args:
            key: The entity.
            run: The run.
            gone_too: Also the last row of one that was gone by then.

        Returns:
            ``None`` if the snapshot did not know it then.
        """
        stored, kind = self.store.snapshot.entity(key.kind, key.id), self.kinds.get(key.kind)
        if stored is None or kind is None:
            return None
        after, last = self.store.snapshot.revisions_after(key.kind, key.id, run)
        if any(row["number"] == 1 and row["what"] in {"created", "adopted"} for row in after):
            return None
        gone = (
            last["what"] in _GONE
            if last
            else stored.state != "present" and not any(row["what"] in _GONE for row in after)
        )
        if gone and not gone_too:
            return Look(None)
        return self._taken_back(kind, stored, after, None if last is None else last["updated_at"])

    def _taken_back(
        self, kind: Kind, stored: Stored, after: list[dict[str, Any]], updated: int | None
    ) -> Look:
        raw, stage = self.store.shapes.row(stored.data), stored.stage
        for row in after:
            row_edits.take_back(kind, raw, row["changes"])
            stage = row["changes"].get("stage_id", (stage,))[0]
        if after:
            row_edits.put_time(kind, raw, "updated_at", updated)
        if stage is not None and stage != items.stage_of(raw):
            row_edits.put(kind, raw, "stage_id", stage)
        if stage is not None and stage != stored.stage:
            self._follow_stage(kind, raw, stage)
        return Look(raw, stage)

    def _follow_stage(self, kind: Kind, raw: dict[str, Any], stage_id: str) -> None:
        """Funnel and semantics go with the stage and are in no revision."""
        stage = self.funnels.stage(kind.name, stage_id)
        if "stageSemanticId" in raw:
            raw["stageSemanticId"] = self.funnels.semantic(kind.name, stage_id)
        if stage is not None and "categoryId" in raw:
            raw["categoryId"] = stage.category_id

    def entity(self, key: Key, run: int) -> Entity | None:
        """An entity as rules saw it in a run; ``None`` if the snapshot did not know it."""
        look = self.look(key, run, gone_too=True)
        if look is None or look.raw is None:
            return None
        kind = self.kinds[key.kind]
        return self.funnels.entity(kind, look.raw, stage=look.stage, base_url=self.base_url)

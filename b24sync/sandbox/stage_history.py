"""Stage history (portal.md §4): what rows come, and which ones the portal takes away again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .portal_dates import show_time
from .schema import DEAL, FIRST_DYNAMIC, INVOICE, OLD_INVOICE
from .table import Table

if TYPE_CHECKING:
    from .portal_settings import SandboxSettings

CREATED, MOVED, FINISHED, FUNNEL_CHANGED = 1, 2, 3, 5


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row of the stage history."""

    id: int
    type_id: int
    entity_type_id: int
    owner_id: int
    created: datetime
    category_id: int
    stage_id: str
    semantics: str

    def shown(self, server: ZoneInfo) -> dict[str, Any]:
        """As crm.stagehistory.list shows it; the old invoice has statuses and no funnel."""
        row: dict[str, Any] = {
            "ID": self.id,
            "TYPE_ID": self.type_id,
            "OWNER_ID": self.owner_id,
            "CREATED_TIME": show_time(self.created, server),
        }
        if self.entity_type_id == OLD_INVOICE:
            return row | {"STATUS_SEMANTIC_ID": self.semantics, "STATUS_ID": self.stage_id}
        row |= {"CATEGORY_ID": self.category_id, "STAGE_SEMANTIC_ID": self.semantics}
        return row | {"STAGE_ID": self.stage_id}


class History:
    """Stage histories by entity type; smart invoices and processes share one table, hence its ids."""

    def __init__(self) -> None:
        self._tables: dict[int, Table[HistoryRow]] = {}
        self._owned: dict[tuple[int, int], list[int]] = {}
        self._generated: list[tuple[int, int, int, int]] = []
        self._last: dict[int, int] = {}
        self._late: set[tuple[int, int]] = set()
        self.told_of_hidden: set[tuple[int, int]] = set()

    def table(self, etid: int) -> Table[HistoryRow]:
        """The rows of a type."""
        return self._tables.setdefault(etid, Table())

    def created(self, etid: int, owner: int, at: datetime, category: int, stage: str, semantics: str) -> None:
        """Note a new item; one made straight in a final stage has one row, of type 3."""
        kind = CREATED if semantics == "P" else FINISHED
        self._add(
            etid=etid, owner=owner, kind=kind, at=at, category=category, stage=stage, semantics=semantics
        )

    def moved(
        self,
        settings: SandboxSettings,
        etid: int,
        owner: int,
        at: datetime,
        category: int,
        stage: str,
        semantics: str,
        *,
        funnel_changed: bool,
    ) -> None:
        """Note a move, unless the latest row already shows that stage of that funnel."""
        latest = self.latest(etid, owner)
        if latest is not None and (latest.category_id, latest.stage_id) == (category, stage):
            return
        if funnel_changed and settings.funnel_change_drops_history:
            self.forget(etid, owner)
        elif latest is not None and latest.type_id == FINISHED and _drops_final(settings, etid):
            self._remove(etid, owner, latest.id)
        kind = FUNNEL_CHANGED if funnel_changed else MOVED if semantics == "P" else FINISHED
        self._add(
            etid=etid, owner=owner, kind=kind, at=at, category=category, stage=stage, semantics=semantics
        )

    def withhold(self, etid: int, *ids: int) -> None:
        """Let rows be as of transactions under way: nobody can read them yet."""
        self._late.update((_series(etid), key) for key in ids)

    def release(self, etid: int, *ids: int) -> None:
        """Let withheld rows be read; without ids all of them."""
        self._late -= {(_series(etid), key) for key in ids} if ids else set(self._late)

    def is_late(self, etid: int, key: int) -> bool:
        """Whether a row is withheld."""
        return bool(self._late) and (_series(etid), key) in self._late

    def latest(self, etid: int, owner: int) -> HistoryRow | None:
        """The newest row of an item."""
        ids = self._ids(etid, owner)
        return self.table(etid).get(ids[-1]) if ids else None

    def forget(self, etid: int, owner: int) -> None:
        """Delete all rows of an item."""
        for key in list(self._ids(etid, owner)):
            self._remove(etid, owner, key)

    def generate(self, etid: int, first_owner: int, count: int, make: Callable[[int], HistoryRow]) -> None:
        """One generated row for each of ``count`` items; ``make(owner id)`` gives it, the id is ours."""
        series = _series(etid)
        first = self._last.get(series, 0) + 1
        self._last[series] = first + count - 1
        self._generated.append((etid, first_owner, count, first))

        def row(key: int) -> HistoryRow:
            bare = make(key - first + first_owner)
            return HistoryRow(
                id=key,
                type_id=bare.type_id,
                entity_type_id=etid,
                owner_id=bare.owner_id,
                created=bare.created,
                category_id=bare.category_id,
                stage_id=bare.stage_id,
                semantics=bare.semantics,
            )

        self.table(etid).generate(first, count, row)

    def _ids(self, etid: int, owner: int) -> list[int]:
        ids = self._owned.get((etid, owner))
        if ids is None:
            found = [
                first + owner - start
                for kind, start, count, first in self._generated
                if kind == etid and start <= owner < start + count
            ]
            if not found:
                return []
            ids = self._owned[etid, owner] = found
        return ids

    def _add(
        self, etid: int, owner: int, kind: int, at: datetime, category: int, stage: str, semantics: str
    ) -> None:
        series = _series(etid)
        key = self._last[series] = self._last.get(series, 0) + 1
        self.table(etid).put(
            key,
            HistoryRow(
                id=key,
                type_id=kind,
                entity_type_id=etid,
                owner_id=owner,
                created=at,
                category_id=category,
                stage_id=stage,
                semantics=semantics,
            ),
        )
        self._ids(etid, owner)
        self._owned.setdefault((etid, owner), []).append(key)

    def _remove(self, etid: int, owner: int, key: int) -> None:
        self.table(etid).remove(key)
        self._ids(etid, owner).remove(key)


def _series(etid: int) -> int:
    return INVOICE if etid >= FIRST_DYNAMIC else etid


def _drops_final(settings: SandboxSettings, etid: int) -> bool:
    return settings.deal_history_drops_final if etid == DEAL else settings.history_drops_final

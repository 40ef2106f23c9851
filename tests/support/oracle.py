"""What a portal's history should come to, from the portal and contract.md alone.

The oracle looks at the portal when a poll has ended. It sees the stage history as kept (rows that the portal
has taken away since the poll before could not be seen by anybody) and every item, and writes down which
events the poll owes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.support.world import DEAL, INVOICE, OBJECT, World

OVERLAP = timedelta(minutes=5)
OLD = 5
STATUS = {
    "DT31_1:N": "draft",
    "DT31_1:S": "sent",
    "DT31_1:P": "paid",
    "DT31_1:D": "rejected",
    "N": "draft",
    "S": "sent",
    "P": "paid",
    "D": "rejected",
}
STAGES: dict[int, tuple[str, ...]] = {
    INVOICE: ("DT31_1:N", "DT31_1:S", "DT31_1:UC_7Q2PXA", "DT31_1:P", "DT31_1:D"),
    DEAL: ("NEW", "PREPARATION", "EXECUTING", "WON", "LOSE", "C1:NEW", "C1:EXECUTING", "C1:WON"),
    OBJECT: ("DT1046_11:NEW", "DT1046_11:CLIENT", "DT1046_11:SUCCESS", "DT1046_11:FAIL"),
    OLD: ("N", "S", "P", "D"),
}
FINAL = {"DT31_1:P", "DT31_1:D", "WON", "LOSE", "C1:WON", "DT1046_11:SUCCESS", "DT1046_11:FAIL", "P", "D"}
FIRST = {"DT31_1:N", "NEW", "C1:NEW", "DT1046_11:NEW", "N"}
# contract.md §5: never part of `updated`
SILENT_STARTS = ("updated", "moved", "lastActivity")
SILENT = {
    "id",
    "createdTime",
    "previousStageId",
    "stageId",
    "categoryId",
    "stageSemanticId",
    "closed",
    "isNew",
}
SILENT_OLD = {"ID", "DATE_INSERT", "DATE_UPDATE", "DATE_STATUS", "STATUS_ID"}

Told = tuple[str, str | None, str | None]


@dataclass
class Tale:
    """One entity: what the program must know of it, and the events that it owes."""

    stage: str
    fields: dict[str, Any]
    owed: list[Told] = field(default_factory=list)
    updates: list[dict[str, list[Any]]] = field(default_factory=list)
    gone: bool = False
    awaited: tuple[str, datetime] | None = None


@dataclass
class Oracle:
    """Follows one kind through a world.

    Attributes:
        kind: Contract name.
        etid: The portal's number; 5 for old invoices.
        history: The portal keeps (and shows) its stage history.
        unseen: What was hidden while a poll ran: what happened to it meanwhile may be seen late or not at
            all.
    """

    world: World
    kind: str
    etid: int
    history: bool = True
    tales: dict[int, Tale] = field(default_factory=dict)
    seen_history: frozenset[int] = frozenset()
    last: datetime | None = None
    unseen: set[int] = field(default_factory=set)

    # the portal as it is

    def ids(self) -> list[int]:
        """Everything there is."""
        portal = self.world.portal
        return list(portal.old_invoices.all) if self.etid == OLD else portal.item_ids(self.etid)

    def hidden(self) -> set[int]:
        """What the owner of the webhook cannot see."""
        return set() if self.etid == OLD else set(self.world.portal.items.book(self.etid).hidden)

    def raw(self, number: int) -> dict[str, Any]:
        """An item as kept."""
        portal = self.world.portal
        found = portal.old_invoices.all[number] if self.etid == OLD else portal.items.get(self.etid, number)
        assert found is not None
        return dict(found)

    def _stage(self, raw: dict[str, Any]) -> str:
        return str(raw["STATUS_ID" if self.etid == OLD else "stageId"])

    def _fields(self, raw: dict[str, Any]) -> dict[str, Any]:
        names = [
            n for n in raw if n not in SILENT and n not in SILENT_OLD and not n.startswith(SILENT_STARTS)
        ]
        return {name: raw[name] for name in names if raw[name] not in (None, "", [], 0)}

    def name(self, stage: str | None) -> str | None:
        """What ``from`` and ``to`` show."""
        return STATUS.get(stage, stage) if stage is not None and self.kind == "invoice" else stage

    # a poll has ended

    def polled(self, *, baseline: bool = False) -> None:
        """Write down what a complete poll owes."""
        portal = self.world.portal
        kept = portal.stage_history(self.etid) if self.history else []
        rows = [row for row in kept if not portal.history.is_late(self.etid, row["ID"])]
        fresh = [row for row in rows if row["ID"] not in self.seen_history]
        hidden, present = self.hidden(), self.ids()
        for number in present:
            if number in hidden:
                self.unseen.add(number)
                continue
            raw = self.raw(number)
            stages = [
                row.get("STAGE_ID") or row.get("STATUS_ID") for row in fresh if row["OWNER_ID"] == number
            ]
            self._look(number, raw, [str(stage) for stage in stages], baseline=baseline)
        for number, tale in self.tales.items():
            if number not in present:
                self._overdue(tale)
        self.seen_history |= {row["ID"] for row in rows}
        self.last = self.world.portal.second()

    def clock_has_turned(self) -> bool:
        """Whether the server's offset is another than at the last poll."""
        zone, now = self.world.portal.server_zone, self.world.portal.second()
        last = self.last or now
        return last.astimezone(zone).utcoffset() != now.astimezone(zone).utcoffset()

    def _look(self, number: int, raw: dict[str, Any], stages: list[str], *, baseline: bool) -> None:
        tale = self.tales.get(number)
        if tale is None:
            created = raw["DATE_INSERT" if self.etid == OLD else "createdTime"]
            tale = self.tales[number] = Tale("", self._fields(raw))
            if baseline or (self.last is not None and created < self.last - OVERLAP):
                tale.stage = self._stage(raw)
            else:
                tale.owed.append(("created", None, None))
                self._told(tale, raw, stages)
            return
        self._told(tale, raw, stages)
        after = self._fields(raw)
        if after != tale.fields and not baseline:
            names = sorted(tale.fields.keys() | after.keys())
            changed = {
                n: [tale.fields.get(n), after.get(n)] for n in names if tale.fields.get(n) != after.get(n)
            }
            tale.owed.append(("updated", None, None))
            tale.updates.append(changed)
        tale.fields = after

    def _told(self, tale: Tale, raw: dict[str, Any], stages: list[str]) -> None:
        """The history tells its moves; the row what history has had its chance to tell."""
        self._moves(tale, stages)
        stage, now = self._stage(raw), self.world.portal.second()
        moved = raw["DATE_STATUS" if self.etid == OLD else "movedTime"]
        left = tale.stage in FINAL and raw.get("previousStageId") in {None, "", tale.stage}
        if not self.history or left or moved < now - OVERLAP or (tale.stage == "" and stage in FIRST):
            self._moves(tale, [stage])
        tale.awaited = (stage, moved) if stage != tale.stage else None

    def _overdue(self, tale: Tale) -> None:
        """Of what is gone, unknown to the program, the move that its row showed last is told in time."""
        if tale.awaited and not tale.gone and tale.awaited[1] < self.world.portal.second() - OVERLAP:
            self._moves(tale, [tale.awaited[0]])
            tale.awaited = None

    def _moves(self, tale: Tale, stages: list[str]) -> None:
        moved = f"{'status' if self.kind == 'invoice' else 'stage'}_changed"
        for stage in stages:
            if stage == tale.stage or (tale.stage == "" and stage in FIRST):
                tale.stage = stage
                continue
            tale.owed.append((moved, self.name(tale.stage or None), self.name(stage)))
            tale.stage = stage

    def swept(self) -> None:
        """A reconcile has ended: what is gone is known to be gone."""
        present = set(self.ids())
        for number, tale in self.tales.items():
            if number not in present and not tale.gone:
                tale.gone = True
                tale.owed.append(("deleted", None, None))

    # what the program said

    def check(self) -> None:
        """Every entity's story is the one that is owed; of those once hidden, that it hangs together."""
        told: dict[int, list[Told]] = {}
        updates: dict[int, list[dict[str, Any]]] = {}
        rows = [row for row in self.world.events() if row["kind"] == self.kind]
        for row in rows:
            told.setdefault(row["entity_id"], []).append(
                (row["name"].partition(".")[2], row["from_"], row["to_"])
            )
            if row["name"].endswith(".updated"):
                updates.setdefault(row["entity_id"], []).append(row)
        for number in sorted(told.keys() | self.tales.keys()):
            tale = self.tales.get(number)
            story = told.get(number, [])
            if tale is None or number in self.unseen:
                _hangs_together(story)
                continue
            assert story == tale.owed, f"{self.kind}:{number}\n told {story}\n owed {tale.owed}"
            self._check_updates(tale, updates.get(number, []))
        assert len({row["key"] for row in rows}) == len(rows)

    def _check_updates(self, tale: Tale, rows: list[dict[str, Any]]) -> None:
        import json

        for owed, row in zip(tale.updates, rows, strict=True):
            changes = json.loads(row["changes"])
            for field_name in ("title", "ORDER_TOPIC"):
                if field_name in owed:
                    assert changes["title"] == owed[field_name]
            assert ("title" in changes) == ("title" in owed or "ORDER_TOPIC" in owed)
            assert ("amount" in changes) == ("opportunity" in owed or "PRICE" in owed)


def _hangs_together(story: list[Told]) -> None:
    assert [name for name, _, _ in story].count("created") <= 1
    assert "created" not in [name for name, _, _ in story][1:]
    moves = [(old, new) for name, old, new in story if name.endswith("_changed")]
    for (_, new), (old, _) in pairwise(moves):
        assert old == new, story
    assert all(old != new for old, new in moves), story

"""What a portal would answer that holds the values of a test and nothing else, and what it was told to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.calls import Answer, Call
from b24sync.domain.commission_ledger import BookedRow
from b24sync.domain.entity import Key
from b24sync.errors import NotFoundError
from b24sync.ports import (
    Download,
    Intend,
    MailReceipt,
    Read,
    SaveDueDate,
    SendMail,
    Write,
    WriteAll,
)
from b24sync.rest import stages

if TYPE_CHECKING:
    from b24sync.domain.commission_ledger import LedgerRow, State
    from b24sync.domain.entity import Entity
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.rehearsal.people_of_test import Staff
    from b24sync.ports import Effect, Effects, Mail
    from b24sync.rest.kinds import Kind
    from b24sync.rest.stages import Stage


class Entities(Protocol):
    """Entities by key, as far as they are known."""

    def get(self, key: Key, /) -> Entity | None:
        """One of them."""
        ...


class Values(Protocol):
    """What a stand-in knows: the values of a test, or those of the past."""

    @property
    def entities(self) -> Entities:
        """Every entity."""
        ...

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The product rows of the event's entity."""
        ...

    def write(self, key: Key, sets: Mapping[str, Any]) -> None:
        """Take over what a step wrote."""
        ...


_NEW = 900_000
_PDF = b"%PDF-1.4 test"


@dataclass(slots=True)
class Records:
    """What the program itself keeps, for one rule of one test."""

    booked: list[BookedRow] = field(default_factory=list)
    due: SaveDueDate | None = None

    def due_date(self, entity: Key) -> SaveDueDate | None:
        """The due date that was moved before."""
        return self.due if self.due is not None and self.due.entity == entity else None

    def book(self, rows: Sequence[LedgerRow], at: int) -> None:
        """Put new rows into the ledger."""
        for row in rows:
            counts: State = "expected" if row.state == "expected" else "earned"
            self.booked.append(BookedRow(len(self.booked) + 1, at, row, counts))

    def ledger(self, entity: Key) -> Sequence[BookedRow]:
        """The booked rows."""
        return [one for one in self.booked if one.row.entity == entity]

    def document(self, entity: Key, template_id: int) -> None:
        """No document was made."""


@dataclass(slots=True)
class StandIn:
    """Answers one action.

    Attributes:
        fields: Names of fields that the steps write: the portal has them.
        writes: What was to be written, in order.
        mails: What was to be mailed.
        intended: What the step said that it intends, in words.
    """

    given: Values
    staff: Staff
    kinds: Mapping[str, Kind]
    funnels: Funnels
    records: Records
    fields: Sequence[str] = ()
    writes: list[Write] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    intended: dict[str, Any] = field(default_factory=dict)
    _made: int = 0

    def run(self, effects: Effects[Any]) -> Any:
        """Run a generator to its end, with an answer to each effect."""
        try:
            effect = next(effects)
            while True:
                effect = effects.send(self._effect(effect))
        except StopIteration as stop:
            return stop.value

    def _effect(self, effect: Effect) -> Any:
        match effect:
            case Read(calls):
                return [self._read(call) for call in calls]
            case Write():
                return self._write(effect)
            case WriteAll(writes):
                return [self._write(one) for one in writes]
            case Intend(would):
                self.intended.update(would)
            case SendMail(outgoing):
                self.mails.append(outgoing)
                return MailReceipt("", (*outgoing.to, *outgoing.cc, *outgoing.bcc))
            case Download():
                return _PDF
            case SaveDueDate():
                self.records.due = effect
            case _:
                pass
        return None

    def _read(self, call: Call) -> Answer:
        try:
            return Answer(call, call.in_tests(self) if call.in_tests is not None else {"items": []})
        except NotFoundError as error:
            return Answer(call, error=error)

    def _write(self, write: Write) -> Answer:
        call = write.call
        self._made += 1
        if not write.best_effort and not call.method.startswith("crm.documentgenerator"):
            self.writes.append(write)
        if write.entity is not None:
            self.given.write(write.entity, write.sets)
        return Answer(call, call.in_tests(self) if call.in_tests is not None else self.new_id())

    # what the calls answer by: `domain.values_of_test`

    def row(self, kind: str, number: int) -> dict[str, Any]:
        """An entity of the test."""
        entity = self.given.entities.get(Key(kind, number))
        if entity is None:
            raise NotFoundError("the test gives no such thing", code="NOT_FOUND")
        return dict(entity.fields)

    def product_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows of the test."""
        return self.given.rows

    def users(self, ids: Iterable[int]) -> Sequence[Mapping[str, Any]]:
        """People of the test, and somebody for everybody else."""
        return self.staff.known(number for number in ids if number)

    def members(self, department: int) -> Sequence[Mapping[str, Any]]:
        """Those of a department, or somebody."""
        return self.staff.members(department)

    def departments(self) -> Mapping[int, int]:
        """Those that the test or the configuration mentions."""
        return self.staff.heads()

    def stages(self, entity_id: str) -> Sequence[Stage]:
        """The stages of one funnel."""
        for kind in self.kinds.values():
            for stage in self.funnels.by_kind.get(kind.name, ()):
                if stages.entity_id(kind, stage.category_id) == entity_id:
                    return self.funnels.stages(kind.name, stage.category_id)
        return ()

    def written_fields(self) -> Sequence[str]:
        """What the step writes."""
        return self.fields

    def new_id(self) -> int:
        """Another one for each write."""
        return _NEW + self._made

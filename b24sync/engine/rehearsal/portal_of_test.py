"""What a portal would answer that holds the values of a test and nothing else, and what it was told to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.calls import Answer, Call
from b24sync.domain.commission_ledger import BookedRow
from b24sync.domain.entity import INVOICE
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
from b24sync.rest import contract, row_edits, stages

if TYPE_CHECKING:
    from b24sync.domain.commission_ledger import LedgerRow, State
    from b24sync.domain.entity import Entity, Key
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.rehearsal.people_of_test import Staff
    from b24sync.ports import Effect, Effects, Mail
    from b24sync.rest.kinds import Kind


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


_TYPES = {
    "opportunity": "double",
    "closedate": "date",
    "begindate": "date",
    "assignedById": "user",
    "contactId": "crm_contact",
    "companyId": "crm_company",
}
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

    # reading

    def _read(self, call: Call) -> Answer:
        try:
            return Answer(call, self._answer(call.method, call.params))
        except NotFoundError as error:
            return Answer(call, error=error)

    def _answer(self, method: str, params: Mapping[str, Any]) -> Any:
        key = row_edits.entity_read_by(method, params, self.kinds.values())
        if key is not None and method == "crm.invoice.get":
            return {**self._item(key)["item"], "PRODUCT_ROWS": self._rows()}
        if key is not None:
            return self._item(key)
        answers: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "user.get": self._users,
            "crm.item.productrow.list": lambda p: {"productRows": [] if p.get("start") else self._rows()},
            "department.get": lambda p: [] if p.get("start") else self.staff.department_rows(),
            "crm.item.fields": self._fields,
            "crm.invoice.fields": self._fields,
            "crm.status.list": self._stages,
            "catalog.product.get": self._product,
            "catalog.section.get": lambda p: {"section": {"id": p["id"], "name": str(p["id"])}},
            "crm.invoice.getexternallink": lambda p: f"https://example.invalid/invoice/{p.get('id')}",
        }
        answer = answers.get(method)
        return answer(params) if answer is not None else {"items": []}

    def _item(self, key: Key) -> Any:
        entity = self.given.entities.get(key)
        if entity is None:
            raise NotFoundError("the test gives no such thing", code="NOT_FOUND")
        return {"task" if key.kind == "task" else "item": dict(entity.fields)}

    def _rows(self) -> list[dict[str, Any]]:
        return [
            {
                "productId": row.get("product_id"),
                "productName": row.get("name", ""),
                "price": str(row.get("price", 0)),
                "quantity": str(row.get("quantity", 1)),
            }
            for row in self.given.rows
        ]

    def _users(self, params: Mapping[str, Any]) -> Any:
        chosen = params.get("FILTER") or {}
        if "UF_DEPARTMENT" in chosen:
            return [] if params.get("start") else self.staff.members(int(chosen["UF_DEPARTMENT"]))
        wanted = params.get("ID", chosen.get("ID"))
        numbers = wanted if isinstance(wanted, list) else [wanted]
        return self.staff.rows_of(int(number) for number in numbers if number)

    def _fields(self, params: Mapping[str, Any]) -> Any:
        type_id = params.get("entityTypeId", self.kinds[INVOICE].entity_type_id)
        kind = next((one for one in self.kinds.values() if one.entity_type_id == type_id), None)
        codes = [contract.portal_code(kind, name) for name in self.fields] if kind else []
        return {"fields": {code: {"type": _TYPES.get(code, "string"), "title": code} for code in codes}}

    def _stages(self, params: Mapping[str, Any]) -> Any:
        wanted = (params.get("filter") or {}).get("ENTITY_ID")
        for kind in self.kinds.values():
            for stage in self.funnels.by_kind.get(kind.name, ()):
                if stages.entity_id(kind, stage.category_id) == wanted:
                    return [_stage_row(one) for one in self.funnels.stages(kind.name, stage.category_id)]
        return []

    def _product(self, params: Mapping[str, Any]) -> Any:
        row = next((one for one in self.given.rows if one.get("product_id") == params.get("id")), {})
        return {
            "product": {
                "id": params["id"],
                "name": row.get("name", ""),
                "iblockSectionId": row.get("section_id"),
            }
        }

    # writing

    def _write(self, write: Write) -> Answer:
        call, number = write.call, _NEW + len(self.writes) + 1
        if not write.best_effort and not call.method.startswith("crm.documentgenerator"):
            self.writes.append(write)
        if write.entity is not None:
            self.given.write(write.entity, write.sets)
        return Answer(call, self._written(call, number))

    def _written(self, call: Call, number: int) -> Any:
        sent = dict(call.params.get("fields") or {})
        match call.method:
            case "tasks.task.add":
                found: Any = {"task": {"id": number}}
            case "crm.item.add":
                found = {"item": {**sent, "id": number}}
            case "crm.item.update":
                found = {"item": {**sent, "id": call.params["id"]}}
            case "crm.item.productrow.set":
                found = {"productRows": call.params["productRows"]}
            case "crm.documentgenerator.document.add":
                url = "https://example.invalid/document.pdf"
                found = {"document": {"id": 1, "templateId": 1, "pdfUrlMachine": url}}
            case "crm.activity.todo.add":
                found = {"id": number}
            case _:
                found = number
        return found


def _stage_row(stage: stages.Stage) -> dict[str, Any]:
    return {
        "STATUS_ID": stage.id,
        "NAME": stage.name,
        "SORT": stage.sort,
        "EXTRA": {"SEMANTICS": {"S": "success", "F": "failure"}.get(stage.semantic, "process")},
        "SEMANTICS": None if stage.semantic == "P" else stage.semantic,
    }

"""How ``create_invoice`` makes its invoice: found by its marker or added, then given its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import DEAL, INVOICE, Key
from b24sync.ports import Done, Failed, Intend, OnLostAnswer, Read, Skipped, Write
from b24sync.rest import contract, items, json_values, rows
from b24sync.steps import builtin_texts
from b24sync.steps.amounts import currency_of, decimal_of
from b24sync.steps.linked import linked, needed_person
from b24sync.steps.moments import day_of
from b24sync.steps.outcomes import StepError, required, words_of
from b24sync.steps.side_by_side import together
from b24sync.steps.telling import present
from b24sync.words import Message
from b24sync.words import field_faults as fields_said

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.domain.entity import Entity
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.rows import Row
    from b24sync.steps.context import StepContext
    from b24sync.steps.create_invoice import CreateInvoice

_OF_INVOICE = Message("ответственный за счёт", "responsible of the invoice")
_INVOICE_FOR = Message("счёт для {entity}", "invoice for {entity}")
_INVOICE_UNSEEN = Message(
    "счёт для {entity}: портал ответил без него (посмотрите, есть ли он)",
    "invoice for {entity}: the portal answered without it (look whether it is there)",
)
_TAKEN_WITHOUT = Message(
    "{entity}: портал принял без {fields} (исправьте вручную)",
    "{entity}: the portal took it without {fields} (correct it by hand)",
)
_NOTHING_TO_INVOICE = Message(
    "{entity}: нет ни товарных строк, ни суммы для счёта (добавьте их, затем b24sync retry)",
    "{entity} has neither product rows nor an amount to invoice (add them, then b24sync retry)",
)
_EMPTY_AMOUNT = Message(
    "amount: получилось пусто (см. поле, которое указано)",
    "amount: it comes out empty (see the field that it names)",
)
_OTHER_CURRENCY = Message(
    "amount: {given} не в валюте {entity}, {currency}",
    "amount: {given} is not in the currency of {entity}, {currency}",
)
_NO_SUM = Message(
    "amount: {amount} нельзя выставить (нужно больше 0)",
    "amount: {amount} is no sum to invoice (it must be more than 0)",
)
_NO_CONTACT_ID = Message("contact: «{given}» не ID контакта", "contact: {given!r} is no id of a contact")
_NO_INVOICE_STAGE = Message(
    "status: у счетов нет стадии {stage} (см. [invoice.status])",
    "status: invoices have no stage {stage} (see [invoice.status])",
)
_ROWS_OF = Message("товарные строки {entity}", "product rows of {entity}")
_ROWS_DIFFER = Message(
    "{entity}: товарные строки получились не такими, как у сделки (сравните)",
    "{entity}: its product rows came out otherwise than those of the deal (compare them)",
)

_CENT, _WHOLE = Decimal("0.01"), Decimal(1)
_WITHOUT_CENTS = frozenset(("JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF"))


def make(step: CreateInvoice, ctx: StepContext) -> Effects[StepResult]:
    """Make the invoice unless it is there; a found one gets the rows that it lacks."""
    found = (yield from linked(ctx, DEAL))[DEAL]
    deal = (yield from ctx.entity(DEAL, found.key.id)) if found else None
    if deal is None:
        return Skipped("no_deal")
    there, copied = yield from together([_find(ctx), _rows_of(ctx, deal.key)])
    copied = copied if step.amount == "" else []
    if there is not None:
        return (yield from _complete(ctx, there, copied, is_new=False))
    return (yield from _add(step, ctx, deal, copied))


def _add(step: CreateInvoice, ctx: StepContext, deal: Entity, copied: Sequence[Row]) -> Effects[StepResult]:
    fields = yield from _fields(step, ctx, deal, copied)
    yield Intend(_intended(deal, fields, copied))
    call = items.add(ctx.kinds[INVOICE], fields)
    answer: Answer = yield Write(call, OnLostAnswer.FIND, shows=_shown(fields))
    if answer.error is not None:
        return Failed(words_of(answer.error, _INVOICE_FOR(entity=deal.key)))
    row = items.row_of(answer.result)
    if row is None:
        return Failed(_INVOICE_UNSEEN(entity=deal.key))
    key = Key(INVOICE, items.row_id(row))
    wrong = _ignored(ctx, fields, row)
    if wrong:
        return Failed(
            _TAKEN_WITHOUT(entity=key, fields=", ".join(wrong)),
            {"invoice_id": key.id},
        )
    return (yield from _complete(ctx, key, copied, is_new=True))


def _intended(deal: Entity, fields: Mapping[str, Any], copied: Sequence[Row]) -> dict[str, Any]:
    amount = fields.get("opportunity", sum((row.sum for row in copied), Decimal(0)))
    due = fields.get("closedate")
    said = {"title": fields.get("title", ""), "entity": str(deal.key), "amount": f"{amount:f}"}
    more = {
        "currency": deal["currency"],
        "due_date": due.isoformat() if due else "",
        "contact_id": fields.get("contactId"),
        "responsible_id": fields.get("assignedById"),
        "stage_id": fields.get("stageId"),
        "rows": len(copied),
    }
    return {**said, **{name: value for name, value in more.items() if value}}


def _shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a test of rules compares."""
    amount, due = fields.get("opportunity"), fields.get("closedate")
    return present(
        title=fields.get("title"),
        amount=None if amount is None else f"{amount:f}",
        currency=fields.get("currencyId"),
        due_date=due.isoformat() if due else None,
        stage=fields.get("stageId"),
    )


def _find(ctx: StepContext) -> Effects[Key | None]:
    """The invoice that carries the marker.

    Compared here, since old portals ignore filters that they do not know.
    """
    call = items.list_page(
        ctx.kinds[INVOICE], filter={"=xmlId": ctx.marker}, order={"id": "ASC"}, select=("id", "xmlId")
    )
    answers: list[Answer] = yield Read((call,))
    required(answers[0], fields_said.FORMER_INVOICE())
    own = [row for row in items.page_rows(answers[0].result) if row.get("xmlId") == ctx.marker]
    return Key(INVOICE, items.row_id(own[0])) if own else None


def _rows_of(ctx: StepContext, owner: Key) -> Effects[list[Row]]:
    found = list[rows.Row]()
    while True:
        answers: list[Answer] = yield Read(
            (rows.list_for(ctx.kinds[owner.kind], owner.id, start=len(found)),)
        )
        required(answers[0], _ROWS_OF(entity=owner))
        page = rows.read_rows(answers[0].result)
        found += page
        if len(page) < rows.PAGE:
            return found


def _fields(
    step: CreateInvoice, ctx: StepContext, deal: Entity, copied: Sequence[Row]
) -> Effects[dict[str, Any]]:
    """All fields of the new invoice; empty ones are left to the portal.

    Raises:
        StepError: One of them cannot be what the rule gives.
    """
    title = yield from ctx.text(step.title or builtin_texts.title(ctx, "create_invoice"), mode="line")
    amount = yield from _amount(step, ctx, deal, copied)
    contact = yield from _contact(step, ctx, deal)
    responsible = deal["responsible_id"]
    if step.responsible:
        person = yield from needed_person(ctx, step.responsible, otherwise="", what=_OF_INVOICE())
        responsible = person.id
    wanted: dict[str, Any] = {
        "title": title,
        "parentId2": deal.key.id,
        "contactId": contact,
        "companyId": deal["company_id"],
        "mycompanyId": ctx.settings.invoice.my_company,
        "assignedById": responsible,
        "currencyId": deal["currency"],
        "closedate": day_of(ctx, step.due) if step.due else None,
        "stageId": _stage(ctx, step.status),
        "opportunity": amount,
        "isManualOpportunity": "Y" if amount is not None else "",
        "xmlId": ctx.marker,
    }
    return {code: value for code, value in wanted.items() if value not in {None, "", 0}}


def _amount(
    step: CreateInvoice, ctx: StepContext, deal: Entity, copied: Sequence[Row]
) -> Effects[Decimal | None]:
    """The sum of an invoice without rows; ``None`` if its rows make it.

    A deal without rows is worth its own amount.
    """
    if step.amount == "":
        if not copied and deal["amount"] <= 0:
            raise StepError(_NOTHING_TO_INVOICE(entity=deal.key))
        return None if copied else deal["amount"]
    given = yield from ctx.value(step.amount)
    if given is None or given == "":
        raise StepError(_EMPTY_AMOUNT())
    try:
        exact = decimal_of(given)
    except ValueError as error:
        raise StepError(f"amount: {error}") from None
    currency = str(deal["currency"] or "")
    named = currency_of(given)
    if named and currency and named != currency:
        raise StepError(_OTHER_CURRENCY(given=given, entity=deal.key, currency=currency))
    amount = exact.quantize(_WHOLE if currency in _WITHOUT_CENTS else _CENT, rounding=ROUND_HALF_UP)
    if amount <= 0:
        raise StepError(_NO_SUM(amount=amount))
    return amount


def _contact(step: CreateInvoice, ctx: StepContext, deal: Entity) -> Effects[int | None]:
    if step.contact == "":
        own: int | None = deal["contact_id"]
        return own
    given = yield from ctx.value(step.contact)
    if given is None or given == "":
        return None
    found = json_values.id_or_none(given.rpartition("_")[2] if isinstance(given, str) else given)
    if found is None:
        raise StepError(_NO_CONTACT_ID(given=given))
    return found


def _stage(ctx: StepContext, status: str) -> str:
    """The stage for a status name or stage id.

    Raises:
        StepError: The portal's invoices have no such stage.
    """
    if not status:
        return ""
    stage_id = ctx.funnels.stage_ids(status)[0]
    if ctx.funnels.stage(INVOICE, stage_id) is None:
        raise StepError(_NO_INVOICE_STAGE(stage=stage_id))
    return stage_id


def _ignored(ctx: StepContext, fields: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    """Codes of fields that came out otherwise than they were sent."""
    now = contract.read_contract(ctx.kinds[INVOICE], row)
    read = {"opportunity": now["amount"], "contactId": now["contact_id"], "companyId": now["company_id"]}
    read |= {"parentId2": now["deal_id"], "closedate": now["due_date"], "assignedById": now["responsible_id"]}
    return [code for code, value in read.items() if code in fields and fields[code] != value]


def _complete(ctx: StepContext, key: Key, copied: Sequence[Row], *, is_new: bool) -> Effects[StepResult]:
    """Give the invoice its rows if it has none; rows that people changed stay."""
    details: dict[str, Any] = {"invoice_id": key.id}
    present = [] if is_new or not copied else (yield from _rows_of(ctx, key))
    if not copied or present:
        return Done(changed=is_new, details=details, made=(key,))
    total = sum((row.sum for row in copied), Decimal(0))
    yield Intend({"entity": str(key), "amount": f"{total:f}", "rows": len(copied)})
    written = [rows.copy_of(row) for row in copied]
    sets = {"amount": json_values.plain_number(total)}
    answer: Answer = yield from _rows_set(ctx, key, written, sets)
    if answer.error is None and (again := _repriced(copied, written, rows.read_rows(answer.result))):
        answer = yield from _rows_set(ctx, key, again, sets)
    if answer.error is not None:
        return Failed(words_of(answer.error, _ROWS_OF(entity=key)), details)
    if answer.result and _contents(rows.read_rows(answer.result)) != _contents(copied):
        return Failed(_ROWS_DIFFER(entity=key), details)
    return Done(changed=True, details=details, made=(key,))


def _rows_set(
    ctx: StepContext, key: Key, written: Sequence[Mapping[str, Any]], sets: Mapping[str, Any]
) -> Effects[Answer]:
    call = rows.set_for(ctx.kinds[INVOICE], key.id, written)
    answer: Answer = yield Write(call, OnLostAnswer.REPEAT, entity=key, sets=sets)
    return answer


def _repriced(
    copied: Sequence[Row], written: Sequence[dict[str, Any]], kept: Sequence[Row]
) -> list[dict[str, Any]]:
    """The rows with other prices where the portal added the tax to a price that had it; empty if it did not.

    The price of a row is documented with its tax, whatever ``taxIncluded`` says; a portal that takes it for
    one without tax gets that one, so that the sum stays.
    """
    if len(kept) != len(copied) or all(a.price == b.price for a, b in zip(copied, kept, strict=True)):
        return []
    return [
        row if source.price == now.price else {**row, "price": source.raw.get("priceExclusive", row["price"])}
        for source, row, now in zip(copied, written, kept, strict=True)
    ]


def _contents(found: Sequence[Row]) -> Counter[tuple[Any, ...]]:
    return Counter((row.product_id, row.price, row.quantity) for row in found)

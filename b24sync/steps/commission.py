"""``commission``: book what people will get or got for an invoice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from b24sync.domain.commission_ledger import Claim, LedgerRow, book
from b24sync.domain.entity import DEAL, INVOICE, Entity
from b24sync.domain.settings import CommissionSettings, RateSettings
from b24sync.domain.step_settings import StepSettings
from b24sync.ports import Done, Failed, Skipped
from b24sync.rest.worth import worth_of
from b24sync.rules.scope import view_of
from b24sync.rules.text_values import MISSING
from b24sync.steps import telling
from b24sync.words import Message
from b24sync.words.vocabulary import LEDGER, word

if TYPE_CHECKING:
    from datetime import tzinfo

    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext

_COMMISSION_FOR = Message("вознаграждение для {role}: {why}", "commission for {role}: {why}")
_NO_RATES = Message(
    "ставок вознаграждения нет (добавьте в конфигурацию [commission])",
    "there are no rates (add [commission] to the configuration)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission(StepSettings):
    """Book commissions by ``[[commission.rates]]``; booking the same again books nothing."""

    name: ClassVar[str] = "commission"
    called: ClassVar[Message] = Message("вознаграждение", "commission")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "invoice.created"
[[rules.steps]]
use = "commission"
[[commission.rates]]
for = "invoice.responsible"
percent = "5"
[[commission.rates]]
for = "user:5"
percent = "2.5"
""",
    )
    moves_money: ClassVar[bool] = True
    kinds: ClassVar[tuple[str, ...]] = (INVOICE, DEAL)
    section: ClassVar[Literal["mail", "commission", ""]] = "commission"

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """Who gets what."""
        return "; ".join(_booked(told))

    @classmethod
    def facts(cls, told: Mapping[str, Any], tz: tzinfo) -> Mapping[str, str]:
        """A line for each row."""
        return {"amount": "", "commission": "\n".join(_booked(told))}

    @classmethod
    def sums(cls, told: Mapping[str, Any]) -> Mapping[str, Decimal]:
        """What the rows come to, by currency."""
        found: dict[str, Decimal] = {}
        for row in told.get("rows", ()):
            found[row["currency"]] = found.get(row["currency"], Decimal(0)) + telling.exact(row["amount"])
        return found

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Book expected rows on a created entity, else earned ones if it is paid.

        A deal is paid when it is won; what is not paid gets expected rows.

        Amount and status are those of this poll, by which it also keeps what is booked; a later change is the
        next poll's. What is booked already is looked at last, so that nothing lies between that look and the
        result.
        """
        settings = ctx.settings.commission
        if settings is None:
            return Failed(_NO_RATES())
        fresh = yield from ctx.entity(ctx.event.entity.kind, ctx.event.entity.id)
        if fresh is None:
            return Skipped("gone")
        entity = fresh if ctx.operator else _of_this_poll(ctx, fresh)
        claims, warnings = yield from _claims(ctx, settings, entity)
        earned = _is_paid(ctx, entity) and not ctx.event.name.endswith(".created")
        booked = ctx.records.ledger(entity.key)
        rows = book(booked, entity.key, worth_of(entity), earned=earned, claims=claims)
        details: dict[str, Any] = {"rows": [_shown(row) for row in rows], **_total(rows)}
        return Done(bool(rows), details, ledger=tuple(rows), warnings=tuple(warnings))


def _booked(told: Mapping[str, Any]) -> Iterator[str]:
    for row in told.get("rows", ()):
        state = word(LEDGER, row["state"])
        yield f"{row.get('name') or row.get('user')}: {telling.amount(row)} ({state})"


def _of_this_poll(ctx: StepContext, fresh: Entity) -> Entity:
    """The entity as the poll saw it; what that does not have is taken from the fresh look."""
    values, fields = ctx.planned.values, ctx.planned.fields
    return (
        Entity(fresh.key, {**fresh.values, **values}, {**fresh.fields, **fields})
        if "amount" in values
        else fresh
    )


def _is_paid(ctx: StepContext, entity: Entity) -> bool:
    if entity.key.kind == INVOICE:
        return entity.values.get("status") == "paid"
    return ctx.funnels.semantic(entity.key.kind, str(entity.values.get("stage_id"))) == "S"


def _claims(
    ctx: StepContext, settings: CommissionSettings, entity: Entity
) -> Effects[tuple[list[Claim], list[str]]]:
    """For each role without a row the first rate that holds, with its person.

    The second list is what somebody should know.
    """
    booked = {one.row.role for one in ctx.records.ledger(ctx.event.entity)}
    claims: list[Claim] = []
    warnings: list[str] = []
    for role in dict.fromkeys(rate.for_ for rate in settings.rates):
        if role in booked:
            continue
        rate = yield from _first_that_holds(ctx, entity, (one for one in settings.rates if one.for_ == role))
        if rate is None:
            continue
        found = yield from ctx.people((role,), several=False)
        warnings += [_COMMISSION_FOR(role=role, why=left) for left in found.left_out]
        claims += [Claim(user.id, user.name, role, rate.percent, settings.base) for user in found.users[:1]]
    return claims, warnings


def _first_that_holds(
    ctx: StepContext, entity: Entity, rates: Iterable[RateSettings]
) -> Effects[RateSettings | None]:
    """The first rate whose condition holds; one about an invoice does not where a deal's event has none."""
    seen = {INVOICE: MISSING, entity.key.kind: view_of(entity, tz=ctx.tz)}
    for rate in rates:
        condition = " ".join(rate.when.splitlines()).strip()
        if not condition or (
            yield from ctx.text(f"{{% if {condition} %}}1{{% endif %}}", mode="plain", extra=seen)
        ):
            return rate
    return None


def _total(rows: Sequence[LedgerRow]) -> dict[str, str]:
    """What the rows come to; nothing where currencies differ."""
    currencies = {row.currency for row in rows}
    if len(currencies) != 1:
        return {}
    return {"amount": f"{sum((row.amount for row in rows), Decimal(0)):f}", "currency": currencies.pop()}


def _shown(row: LedgerRow) -> dict[str, Any]:
    shown = {
        "user": row.user,
        "name": row.user_name,
        "role": row.role,
        "percent": f"{row.percent:f}",
        "state": row.state,
    }
    return {**shown, "amount": f"{row.amount:f}", "currency": row.currency}

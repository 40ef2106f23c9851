"""``shift_due_date``: move the planned payment date to a working day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from b24sync.domain.entity import INVOICE
from b24sync.domain.step_settings import StepSettings
from b24sync.ports import Done, Intend, OnLostAnswer, SaveDueDate, Skipped, Write
from b24sync.rest import items
from b24sync.steps import telling
from b24sync.steps.outcomes import StepError, words_of
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, tzinfo

    from b24sync.domain.calendar.working_calendar import Shift
    from b24sync.domain.entity import Entity
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext

_DUE_DATE = Message("{entity}: срок оплаты {day}", "{entity}: due date {day}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDueDate(StepSettings):
    """Move the due date of the event's invoice to a working day.

    Attributes:
        direction: Where it goes; without: as ``[calendar]`` says.
    """

    name: ClassVar[str] = "shift_due_date"
    called: ClassVar[Message] = Message("перенос срока оплаты", "due date")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = ["invoice.created", "invoice.updated"]
[[rules.steps]]
use = "shift_due_date"
""",
    )
    kinds: ClassVar[tuple[str, ...]] = (INVOICE,)
    direction: Literal["next", "previous", "nearest", "none"] | None = None

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """From which day to which."""
        return telling.due(told, tz)

    @classmethod
    def facts(cls, told: Mapping[str, Any], tz: tzinfo) -> Mapping[str, str]:
        """The days, which need no second line."""
        return {"text": ""}

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Shift from the date that people set, which is kept; shifting again gives the same date.

        Raises:
            StepError: The portal refuses the date.
            UnpublishedYearError: A day that had to be looked at is not known, and ``on_unpublished =
                "error"``.
        """
        invoice = yield from ctx.entity(INVOICE, ctx.event.entity.id)
        if invoice is None:
            return Skipped("gone")
        if _is_closed(ctx, invoice):
            return Skipped("closed", {"status": invoice["status"]})
        current: date | None = invoice["due_date"]
        if current is None:
            return Skipped("no_due_date")
        original = _original(ctx, invoice, current)
        shift = ctx.calendar.shift(original, self.direction, not_before=_not_before(ctx, invoice, original))
        if shift.status == "unpublished" or (self.direction or ctx.calendar.settings.direction) == "none":
            return _done(shift, current, changed=False)
        if shift.date != current:
            dates = {"from": current.isoformat(), "due_date": shift.date.isoformat()}
            yield Intend({"set": {"due_date": shift.date.isoformat()}, **dates})
        yield from _kept(ctx, invoice, shift)
        if shift.date == current:
            return _done(shift, current, changed=False)
        call = items.update(ctx.kinds[INVOICE], invoice.key.id, {"due_date": shift.date})
        answer = yield Write(call, OnLostAnswer.REPEAT, invoice.key, {"due_date": shift.date.isoformat()})
        if answer.error is not None:
            raise StepError(words_of(answer.error, _DUE_DATE(entity=invoice.key, day=shift.date)))
        return _done(shift, shift.date, changed=True)


def _is_closed(ctx: StepContext, invoice: Entity) -> bool:
    if invoice.values.get("status") in {"paid", "rejected"}:
        return True
    return ctx.funnels.semantic(INVOICE, str(invoice["stage_id"])) in {"S", "F"}


def _original(ctx: StepContext, invoice: Entity, current: date) -> date:
    """The date that people set: the kept one while the invoice still has the date that it was moved to."""
    kept = ctx.records.due_date(invoice.key)
    return kept.original if kept is not None and kept.shifted == current else current


def _not_before(ctx: StepContext, invoice: Entity, original: date) -> date | None:
    """The day of creation, which going back must not pass; a date that lies before it was meant so.

    It is not today, since then the same invoice would have another date on another day.
    """
    created = invoice.values.get("created_at")
    day: date | None = created.astimezone(ctx.tz).date() if created is not None else None
    return day if day is not None and day <= original else None


def _kept(ctx: StepContext, invoice: Entity, shift: Shift) -> Effects[None]:
    """Keep what the step must know the next time, before anything is written."""
    kept = ctx.records.due_date(invoice.key)
    known = (kept.original, kept.shifted) if kept is not None else None
    wanted = (shift.original, shift.date)
    if known != wanted and (known is not None or shift.moved):
        yield SaveDueDate(invoice.key, *wanted)


def _done(shift: Shift, current: date, *, changed: bool) -> Done:
    details: dict[str, Any] = {
        "original": shift.original.isoformat(),
        "due_date": current.isoformat(),
        "calendar_status": shift.status,
    }
    return Done(changed, details, warnings=(shift.warning,) if shift.warning else ())

"""Deadlines of the configuration as days and moments of the company."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.domain.values import Deadline
    from b24sync.steps.context import StepContext

END_OF_DAY = time(18, 0)


def day_of(ctx: StepContext, deadline: Deadline) -> date:
    """The day that a deadline means, counted from today by the company's clock.

    ``wd`` by the best known calendar.
    """
    if deadline.working:
        return ctx.calendar.add_working_days(ctx.today(), deadline.days)
    return ctx.today() + timedelta(days=deadline.days)


def moment_of(ctx: StepContext, deadline: Deadline, *, at: time = END_OF_DAY) -> datetime:
    """The moment that a deadline means; ``at`` (company time) where it names no time of day."""
    return datetime.combine(day_of(ctx, deadline), deadline.at or at, tzinfo=ctx.tz)

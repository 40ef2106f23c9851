"""How long things stand in each stage, in working time, and how much money waits there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from b24sync.domain.entity import DEAL, INVOICE
from b24sync.domain.working_time import WorkClock
from b24sync.rest.json_values import money
from b24sync.words import report as words

if TYPE_CHECKING:
    from datetime import tzinfo

    from b24sync.domain.calendar import Calendar
    from b24sync.engine.funnels import Funnels
    from b24sync.rest.stages import Stage
    from b24sync.store import Store

KINDS = (INVOICE, DEAL)


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage of a kind that is not final.

    Attributes:
        title: The portal's own.
        stays: How many have ended.
        median: Of those, working time; ``None``: none has ended.
        longest: The longest one, those that last counted as far as they are.
        waiting: How many stand there now.
        money: Currency → what they are worth.
    """

    kind: str
    title: str
    stays: int
    median: timedelta | None
    longest: timedelta
    waiting: int
    money: Mapping[str, Decimal]


@dataclass(slots=True)
class _Stage:
    """What is known of one stage, in seconds of working time."""

    ended: list[float] = field(default_factory=list)
    lasting: list[float] = field(default_factory=list)
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def stage_times(
    store: Store, funnels: Funnels, calendar: Calendar, tz: tzinfo, now: datetime
) -> Sequence[StageTime]:
    """Every stage of invoices and deals that is not final and was ever stood in, in the funnels' order."""
    stages: dict[tuple[str, str], _Stage] = defaultdict(_Stage)
    clock = WorkClock(calendar, tz)
    for kind, stage, since, until in store.figures.stays(KINDS):
        if funnels.semantic(kind, stage) != "P" or until is None:
            continue
        begun = datetime.fromtimestamp(since, UTC)
        stages[kind, stage].ended.append(clock.seconds(begun, datetime.fromtimestamp(until, UTC)))
    for kind, stage, entered_at, amount, currency in store.figures.standing(KINDS):
        if funnels.semantic(kind, stage) != "P":
            continue
        found = stages[kind, stage]
        entered = datetime.fromtimestamp(entered_at, UTC) if entered_at is not None else now
        found.lasting.append(clock.seconds(entered, now))
        found.money[currency or ""] += money(amount)
    return list(_in_order(stages, funnels))


def _in_order(stages: Mapping[tuple[str, str], _Stage], funnels: Funnels) -> Iterator[StageTime]:
    for kind in KINDS:
        known = [stage.id for stage in funnels.by_kind.get(kind, ())]
        own = [stage for one, stage in stages if one == kind]
        ordered = [stage for stage in known if stage in own]
        every = [*ordered, *sorted(set(own) - set(ordered))]
        titles = Counter(funnels.title(kind, stage) for stage in every)
        for stage in every:
            title = funnels.title(kind, stage)
            shown = title if titles[title] == 1 else _of_funnel(title, funnels.stage(kind, stage))
            yield _summed(kind, shown, stages[kind, stage])


def _of_funnel(title: str, stage: Stage | None) -> str:
    """A title that stages of several funnels have, with the funnel's number."""
    return title if stage is None else words.OF_FUNNEL(title=title, number=stage.category_id)


def _summed(kind: str, title: str, found: _Stage) -> StageTime:
    return StageTime(
        kind=kind,
        title=title,
        stays=len(found.ended),
        median=timedelta(seconds=median(found.ended)) if found.ended else None,
        longest=timedelta(seconds=max([*found.ended, *found.lasting])),
        waiting=len(found.lasting),
        money={currency: amount for currency, amount in sorted(found.money.items()) if amount},
    )

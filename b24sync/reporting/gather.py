"""What the report tells, gathered from the database alone."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from heapq import nsmallest
from typing import TYPE_CHECKING

from b24sync.domain.commission_sums import Sums
from b24sync.domain.entity import INVOICE, Key
from b24sync.engine.debtors import client_of, manager_of, unpaid_stages
from b24sync.reporting.names import USER, known_names, shown
from b24sync.reporting.stays import StageTime, stage_times
from b24sync.rest import items

if TYPE_CHECKING:
    from b24sync.domain.calendar import Calendar
    from b24sync.engine.funnels import Funnels
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.action_rows import Action

AGES = ((None, 0), (1, 7), (8, 30), (31, 90), (91, None))
"""Days overdue of each class of unpaid invoices, first and last; the first class is not overdue."""
MONTHS = 12
DAYS = 30
_WORST = 25
_TROUBLES = 100


@dataclass(frozen=True, slots=True)
class Sum:
    """Some invoices of one currency."""

    count: int = 0
    amount: Decimal = Decimal(0)

    def plus(self, amount: Decimal) -> Sum:
        """With one more."""
        return Sum(self.count + 1, self.amount + amount)


@dataclass(frozen=True, slots=True)
class Unpaid:
    """One unpaid invoice; ``days`` overdue are below 1 if it is not."""

    id: int
    number: str
    title: str
    due: date | None
    days: int
    amount: Decimal
    currency: str
    url: str
    client: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Debts:
    """Unpaid invoices.

    Attributes:
        by_age: Currency → a sum for each of `AGES`.
        worst: Those overdue longest.
    """

    by_age: Mapping[str, Sequence[Sum]]
    worst: Sequence[Unpaid]

    def total(self, currency: str, *, overdue: bool = False) -> Sum:
        """All of a currency, or those that are overdue."""
        sums = self.by_age[currency][1 if overdue else 0 :]
        return Sum(sum(one.count for one in sums), sum((one.amount for one in sums), Decimal(0)))


@dataclass(frozen=True, slots=True)
class Pay:
    """The commission of one person in one currency.

    Attributes:
        by_month: ``2026-11`` → earned in that month, without what was taken back in it.
        expected: What is expected and not earned yet, of all time.
    """

    user: int
    name: str
    currency: str
    by_month: Mapping[str, Decimal]
    expected: Decimal


@dataclass(frozen=True, slots=True)
class Day:
    """The polls of one day; ``failed`` ended with an exit code other than 0 and 1."""

    day: date
    polls: int = 0
    failed: int = 0
    total_s: float = 0.0
    longest_s: float = 0.0

    @property
    def average_s(self) -> float:
        """Average duration."""
        return self.total_s / self.polls if self.polls else 0.0


@dataclass(frozen=True, slots=True)
class Health:
    """The polls of the last days.

    Attributes:
        exit_codes: How many ended how.
        last: When the newest finished poll began (portal time) and how it ended; ``None`` if there was none.
    """

    days: Sequence[Day]
    exit_codes: Mapping[int, int]
    last: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """An action that needs a person: how its entity is called, and where it is at the portal (or empty)."""

    action: Action
    called: str
    url: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything on the page."""

    now: datetime
    tz: tzinfo
    months: Sequence[str]
    debts: Debts
    reminders: Mapping[str, int]
    pay: Sequence[Pay]
    health: Health
    troubles: Sequence[Trouble]
    trouble_count: int
    stages: Sequence[StageTime] = ()


@dataclass(slots=True)
class Gatherer:
    """Reads the figures.

    Attributes:
        base_url: ``https://HOST`` of the portal, for links; empty: no links.
        now: Aware.
        calendar: For the time in stages; ``None``: that is left out.
    """

    store: Store
    funnels: Funnels
    kinds: Mapping[str, Kind]
    base_url: str
    tz: tzinfo
    now: datetime
    calendar: Callable[[], Calendar] | None = None

    def facts(self) -> Facts:
        """Everything, of one moment."""
        months = self._months()
        with self.store.reading():
            troubles, count = self.store.figures.open_troubles(_TROUBLES)
            return Facts(
                now=self.now,
                tz=self.tz,
                months=months,
                debts=self._debts(),
                reminders=self._reminders(months),
                pay=self._commissions(months),
                health=self._health(),
                troubles=[self._trouble(action) for action in troubles],
                trouble_count=count,
                stages=self._stages(),
            )

    def _trouble(self, action: Action) -> Trouble:
        called = self.store.figures.called(action.kind, action.entity_id)
        return Trouble(action, called, self._url(action.kind, action.entity_id))

    def _stages(self) -> Sequence[StageTime]:
        if self.calendar is None:
            return ()
        return stage_times(self.store, self.funnels, self.calendar(), self.tz, self.now)

    def _local(self, second: int) -> datetime:
        return datetime.fromtimestamp(second, UTC).astimezone(self.tz)

    def _months(self) -> list[str]:
        """The last twelve, this one included, oldest first."""
        today = self.now.astimezone(self.tz).date()
        number = today.year * 12 + today.month - 1
        return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(number - MONTHS + 1, number + 1)]

    def _first_second(self, month: str) -> int:
        year, number = (int(part) for part in month.split("-"))
        return int(datetime(year, number, 1, tzinfo=self.tz).timestamp())

    def _url(self, kind: str, entity_id: int) -> str:
        known = self.kinds.get(kind)
        return items.url(known, entity_id, base_url=self.base_url) if known and self.base_url else ""

    # unpaid invoices

    def _debts(self) -> Debts:
        today = self.now.astimezone(self.tz).date()
        by_age: dict[str, list[Sum]] = defaultdict(lambda: [Sum()] * len(AGES))
        stages = unpaid_stages(self.store, self.funnels)

        def invoices() -> Iterable[Unpaid]:
            for entity_id, due_on, raw in self.store.figures.invoices_in(stages) if stages else ():
                unpaid = self._unpaid(entity_id, due_on, raw, today)
                sums, place = by_age[unpaid.currency], age_of(unpaid.days)
                sums[place] = sums[place].plus(unpaid.amount)
                if unpaid.days > 0:
                    yield unpaid

        worst = nsmallest(_WORST, invoices(), key=lambda one: (-one.days, -one.amount, one.id))
        return Debts(dict(sorted(by_age.items())), self._named(worst))

    def _named(self, worst: Sequence[Unpaid]) -> list[Unpaid]:
        """With the names of client and manager as far as they are known, else their numbers."""
        names = known_names(self.store, [unpaid.id for unpaid in worst])
        found = []
        for unpaid in worst:
            client = client_of(self.store, self.kinds, unpaid.id)
            manager = manager_of(self.store, self.kinds, unpaid.id)
            found.append(
                replace(
                    unpaid,
                    client=shown(client, names) if client else "",
                    manager=shown(Key(USER, manager), names) if manager else "",
                )
            )
        return found

    def _unpaid(self, entity_id: int, due_on: str | None, raw: Mapping[str, object], today: date) -> Unpaid:
        entity = items.entity(
            self.kinds[INVOICE], raw, statuses={}, base_url=self.base_url or "https://portal.invalid"
        )
        due = date.fromisoformat(due_on) if due_on else None
        values = entity.values
        return Unpaid(
            id=entity_id,
            number=values["number"],
            title=values["title"],
            due=due,
            days=(today - due).days if due else 0,
            amount=values["amount"],
            currency=values["currency"],
            url=self._url(INVOICE, entity_id),
        )

    # reminders and commissions

    def _reminders(self, months: Sequence[str]) -> dict[str, int]:
        times = self.store.figures.done_since("send_reminder", self._first_second(months[0]))
        counts = Counter(f"{self._local(second):%Y-%m}" for second in times)
        return {month: counts[month] for month in months}

    def _commissions(self, months: Sequence[str]) -> list[Pay]:
        accounts: dict[tuple[int, str], _Account] = {}
        for booked in self.store.ledger.between():
            account = accounts.setdefault((booked.row.user, booked.row.currency), _Account())
            account.name = booked.row.user_name or account.name
            account.sums.add(booked)
            if booked.counts_with != "expected":
                account.earned[f"{self._local(booked.at):%Y-%m}"] += booked.row.amount
        found = [account.pay(user, currency, months) for (user, currency), account in accounts.items()]
        return sorted(found, key=lambda one: (one.currency, -sum(one.by_month.values()), one.name, one.user))

    # polls

    def _health(self) -> Health:
        today = self.now.astimezone(self.tz).date()
        days = {
            today - timedelta(days=ago): Day(today - timedelta(days=ago)) for ago in range(DAYS - 1, -1, -1)
        }
        codes = Counter[int]()
        first = datetime.combine(min(days), datetime.min.time(), tzinfo=self.tz)
        last = None
        for run in self.store.figures.runs_since(int(first.timestamp())):
            moment = self._local(run.started_at)
            last = (moment, run.exit_code)
            codes[run.exit_code] += 1
            day = days.get(moment.date())
            if day is not None:
                days[day.day] = Day(
                    day.day,
                    day.polls + 1,
                    day.failed + (run.exit_code not in {0, 1}),
                    day.total_s + run.duration_s,
                    max(day.longest_s, run.duration_s),
                )
        return Health(list(days.values()), dict(sorted(codes.items())), last)


@dataclass(slots=True)
class _Account:
    """One person's rows in one currency, while they are summed up."""

    name: str = ""
    earned: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    sums: Sums = field(default_factory=Sums)

    def pay(self, user: int, currency: str, months: Sequence[str]) -> Pay:
        """The sums; what was earned is not expected any more."""
        return Pay(
            user,
            self.name or shown(Key(USER, user), {}),
            currency,
            {month: self.earned.get(month, Decimal(0)) for month in months},
            self.sums.expected,
        )


def age_of(days: int) -> int:
    """Which of `AGES` so many days overdue are."""
    return next(place for place, (_, last) in enumerate(AGES) if last is None or days <= last)


def details_of(action: Action) -> str:
    """Why an action needs a person."""
    said = action.error or action.result.get("message") or action.result.get("reason")
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False) if said else ""

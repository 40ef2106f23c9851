"""The commission ledger: exact, append-only arithmetic (contract.md §6 "Commission").

A *line* is one person in one role at one percent. What a line stands at is never changed, only added to: the
new amount minus what is booked. *Expected* rows follow the amount until the line is earned, then the earned
ones do. When an earned invoice is unpaid again its earned rows are taken back by a ``reversed`` row, and the
expected ones count again; when it is deleted, everything is taken back.

``reversed`` rows count with the state of the row that they reverse, so that what has to be paid out is the
earned rows plus those that reverse earned ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from b24sync.domain.entity import Key
from b24sync.domain.money import percent_of

State: TypeAlias = Literal["expected", "earned"]
Base: TypeAlias = Literal["amount", "net"]
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the ledger, before it is numbered.

    Attributes:
        entity: The invoice (or deal) it is for.
        user: Portal user id.
        role: The rate's ``for`` as configured, such as ``invoice.responsible``.
        percent: Of the base.
        state: ``expected``, ``earned`` or ``reversed`` (amount negative).
        amount: Rounded half up to the currency's minor unit.
        reverses: Id of the row that this one takes back.
        stands_at: What the line comes to with this row, in its state and currency; with it `still_missing`
            can tell whether another action booked the same in the meantime.
    """

    entity: Key
    user: int
    role: str
    percent: Decimal
    state: Literal["expected", "earned", "reversed"]
    amount: Decimal
    currency: str
    reverses: int | None = None
    user_name: str = ""
    base: Base = "amount"
    stands_at: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BookedRow:
    """A row that is in the ledger: its id, when it was booked (Unix seconds), and what it says.

    Attributes:
        counts_with: The state that the amount counts with: the row's own, for a ``reversed`` one that of the
            row it reverses.
    """

    id: int
    at: int
    row: LedgerRow
    counts_with: State = "expected"


@dataclass(frozen=True, slots=True)
class Worth:
    """What commissions of an entity are reckoned from.

    Attributes:
        amount: With taxes.
        net: Without them.
    """

    amount: Decimal
    net: Decimal
    currency: str

    def base(self, name: Base) -> Decimal:
        """The amount that a rate goes by."""
        return self.net if name == "net" else self.amount


@dataclass(frozen=True, slots=True)
class Claim:
    """A rate that holds, with the person it is for: the first row of a line that is not booked yet."""

    user: int
    user_name: str
    role: str
    percent: Decimal
    base: Base = "amount"


@dataclass(slots=True)
class _Line:
    """What is booked for one person in one role at one percent."""

    first: LedgerRow
    net: dict[tuple[State, str], Decimal] = field(default_factory=dict)
    latest: dict[tuple[State, str], int] = field(default_factory=dict)

    @property
    def key(self) -> tuple[int, str, Decimal]:
        """Person, role and percent."""
        return self.first.user, self.first.role, self.first.percent

    def has(self, state: State) -> bool:
        """Whether it ever had a row of this state."""
        return any(one == state for one, _ in self.net)

    def is_earned(self) -> bool:
        """Whether earned rows stand."""
        return any(amount for (state, _), amount in self.net.items() if state == "earned")


def book(
    rows: Sequence[BookedRow], entity: Key, worth: Worth, *, earned: bool, claims: Iterable[Claim] = ()
) -> list[LedgerRow]:
    """What the ``commission`` step adds to the ledger; booking the same again adds nothing.

    Args:
        rows: The entity's booked rows, oldest first.
        entity: The entity.
        worth: Of the entity, as it is now.
        earned: Whether it is paid (expected rows stay as they are); else expected rows are booked.
        claims: Of roles that have no row yet; those of booked roles are passed over.
    """
    lines = _lines(rows)
    roles = {line.first.role for line in lines}
    state: State = "earned" if earned else "expected"
    found: list[LedgerRow] = []
    for line in lines:
        if earned or not line.is_earned():
            found += _settled(line, state, worth, may_begin=True)
    for claim in claims:
        if claim.role not in roles:
            found.append(_first_row(claim, entity, state, worth))
            roles.add(claim.role)
    return found


def upkeep(rows: Sequence[BookedRow], worth: Worth | None, *, paid: bool, gone: bool) -> list[LedgerRow]:
    """What the poll adds for an invoice that is in the ledger and has news; repeating it adds nothing.

    Lines are earned for the first time by the ``commission`` step only; once they were, they are earned anew
    whenever the invoice is paid again.

    Args:
        rows: The invoice's booked rows, oldest first.
        worth: As this poll saw it; not needed if it is gone.
        paid: Whether it is paid now.
        gone: Whether the portal says that it is deleted.
    """
    found: list[LedgerRow] = []
    for line in _lines(rows):
        if gone or worth is None:
            found += _all_taken_back(line) if gone else []
        elif paid and line.has("earned"):
            found += _settled(line, "earned", worth, may_begin=False)
        else:
            found += _taken_back(line, "earned")
            found += _settled(line, "expected", worth, may_begin=False)
    return found


def still_missing(rows: Sequence[LedgerRow], booked: Sequence[BookedRow]) -> list[LedgerRow]:
    """Of rows that were reckoned a moment ago, what is missing now.

    The rest was booked by somebody else since.

    Args:
        rows: Of one entity.
        booked: What is in the ledger now, in the transaction that adds the rows.
    """
    lines = {line.key: line for line in _lines(booked)}
    states = {one.id: one.counts_with for one in booked}
    found = []
    for row in rows:
        line = lines.get((row.user, row.role, row.percent))
        state: State = states.get(row.reverses or 0, "earned") if row.state == "reversed" else row.state
        if row.stands_at is None or line is None or not line.has(state):
            found.append(row)
            continue
        amount = row.stands_at - line.net.get((state, row.currency), _ZERO)
        if amount and (row.state != "reversed" or amount < 0):
            found.append(replace(row, amount=amount))
    return found


def _lines(rows: Sequence[BookedRow]) -> list[_Line]:
    """The booked lines, in the order of their first rows."""
    states: dict[int, State] = {}
    lines: dict[tuple[int, str, Decimal], _Line] = {}
    for booked in rows:
        row = booked.row
        state: State = (
            row.state if row.state != "reversed" else states.get(row.reverses or 0, booked.counts_with)
        )
        states[booked.id] = state
        line = lines.setdefault((row.user, row.role, row.percent), _Line(row))
        key = (state, row.currency)
        line.net[key] = line.net.get(key, _ZERO) + row.amount
        if row.state != "reversed" and row.amount > 0:
            line.latest[key] = booked.id
    return list(lines.values())


def _first_row(claim: Claim, entity: Key, state: State, worth: Worth) -> LedgerRow:
    """The first row of a line, of 0 too: an invoice whose rows are still to come is then in the ledger."""
    amount = percent_of(worth.base(claim.base), claim.percent, worth.currency)
    row = LedgerRow(
        entity=entity,
        user=claim.user,
        role=claim.role,
        percent=claim.percent,
        state=state,
        amount=amount,
        currency=worth.currency,
    )
    return replace(row, user_name=claim.user_name, base=claim.base, stands_at=amount)


def _settled(line: _Line, state: State, worth: Worth, *, may_begin: bool) -> list[LedgerRow]:
    """What brings a line to its amount in a state: other currencies taken back, then the difference."""
    if not line.has(state) and not may_begin:
        return []
    found = _taken_back(line, state, but=worth.currency)
    first = line.first
    target = percent_of(worth.base(first.base), first.percent, worth.currency)
    difference = target - line.net.get((state, worth.currency), _ZERO)
    if difference or not line.has(state):
        found.append(_row(line, state, difference, worth.currency))
    return found


def _all_taken_back(line: _Line) -> list[LedgerRow]:
    """Everything of a deleted invoice.

    What counts is reversed, the forecast of an earned one brought to 0.
    """
    if not line.is_earned():
        return _taken_back(line, "expected")
    forecast = [
        _row(line, "expected", -amount, currency)
        for (state, currency), amount in line.net.items()
        if state == "expected" and amount
    ]
    return [*_taken_back(line, "earned"), *forecast]


def _taken_back(line: _Line, state: State, *, but: str = "") -> list[LedgerRow]:
    """Rows that bring a state to nothing in every currency but one."""
    found = []
    for (one, currency), amount in line.net.items():
        if one != state or currency == but or not amount:
            continue
        reverses = line.latest.get((one, currency))
        if amount > 0 and reverses is not None:
            found.append(replace(_row(line, state, -amount, currency), state="reversed", reverses=reverses))
        else:  # a credit: nothing positive that could be reversed
            found.append(_row(line, state, -amount, currency))
    return found


def _row(line: _Line, state: State, amount: Decimal, currency: str) -> LedgerRow:
    stands_at = line.net.get((state, currency), _ZERO) + amount
    row = replace(line.first, state=state, amount=amount, currency=currency)
    return replace(row, reverses=None, stands_at=stands_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rows of the current state come to.

    Attributes:
        state: ``earned`` while earned rows stand, else ``expected``.
        currency: Of the sums; the one booked last.
        by_line: User and role → sum.
    """

    state: State
    currency: str
    by_line: Mapping[tuple[int, str], Decimal]

    @property
    def total(self) -> Decimal:
        """All lines together."""
        return sum(self.by_line.values(), _ZERO)

    def of(self, role: str) -> Decimal:
        """What a role gets; 0 if nobody has it."""
        return sum((amount for (_, one), amount in self.by_line.items() if one == role), _ZERO)

    def of_user(self, user: int) -> Decimal:
        """What a person gets in all roles; 0 if nothing."""
        return sum((amount for (one, _), amount in self.by_line.items() if one == user), _ZERO)


def standing(rows: Sequence[BookedRow]) -> Standing:
    """What an entity's booked rows come to, in the state that counts now; currencies are never added."""
    lines = _lines(rows)
    state: State = "earned" if any(line.is_earned() for line in lines) else "expected"
    of_state = [booked.row.currency for booked in rows if booked.row.state == state]
    currency = (of_state or [booked.row.currency for booked in rows] or [""])[-1]
    sums: dict[tuple[int, str], Decimal] = {}
    for line in lines:
        key = (line.first.user, line.first.role)
        sums[key] = sums.get(key, _ZERO) + line.net.get((state, currency), _ZERO)
    return Standing(state, currency, sums)


def as_mapping(booked: BookedRow) -> dict[str, Any]:
    """A row as texts and results show it; the amount stays exact."""
    row = booked.row
    return {
        "id": booked.id,
        "user": row.user,
        "user_name": row.user_name,
        "role": row.role,
        "percent": row.percent,
        "state": row.state,
        "amount": row.amount,
        "currency": row.currency,
        "reverses": row.reverses,
    }

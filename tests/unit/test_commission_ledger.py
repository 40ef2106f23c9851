"""The ledger's arithmetic: differences only, nothing twice, nothing left after it was taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24sync.domain.commission_ledger import (
    BookedRow,
    Claim,
    LedgerRow,
    Worth,
    as_mapping,
    book,
    standing,
    still_missing,
    upkeep,
)
from b24sync.domain.entity import Key
from b24sync.domain.money import minor_places, percent_of, to_minor

INVOICE = Key("invoice", 512)
MANAGER = Claim(5, "Анна", "invoice.responsible", Decimal(5))
LEAD = Claim(7, "Пётр", "project_lead", Decimal("1.5"))


def worth(amount: str | Decimal, currency: str = "RUB", net: str | Decimal | None = None) -> Worth:
    return Worth(Decimal(amount), Decimal(amount if net is None else net), currency)


class Book:
    """The ledger of one invoice, in memory."""

    def __init__(self) -> None:
        self.rows: list[BookedRow] = []

    def add(self, rows: list[LedgerRow]) -> list[LedgerRow]:
        for row in rows:
            state = row.state
            if row.state == "reversed":
                state = next(one.counts_with for one in self.rows if one.id == row.reverses)
            self.rows.append(BookedRow(len(self.rows) + 1, 0, row, state))
        return rows

    def booked(self, amount: Worth, *, earned: bool = False, claims: tuple[Claim, ...] = (MANAGER, LEAD)):
        return self.add(book(self.rows, INVOICE, amount, earned=earned, claims=claims))

    def kept(self, amount: Worth | None, *, paid: bool = False, gone: bool = False):
        return self.add(upkeep(self.rows, amount, paid=paid, gone=gone))

    def total(self, state: str, currency: str = "RUB", user: int | None = None) -> Decimal:
        return sum(
            (
                one.row.amount
                for one in self.rows
                if one.counts_with == state and one.row.currency == currency and user in {None, one.row.user}
            ),
            Decimal(0),
        )

    def said(self) -> list[tuple[str, str]]:
        return [(one.row.state, str(one.row.amount)) for one in self.rows]


@pytest.mark.parametrize(
    ("amount", "percent", "currency", "expected"),
    [
        ("1999.99", "5", "RUB", "100.00"),
        ("1999.99", "1.5", "RUB", "30.00"),
        ("0.30", "5", "RUB", "0.02"),
        ("0.10", "5", "RUB", "0.01"),
        ("-0.10", "5", "RUB", "-0.01"),
        ("1010", "5", "JPY", "51"),
        ("10.01", "5", "KWD", "0.501"),
        ("12345678901234567890.12", "33.333", "RUB", "4115185148148518514.81"),
    ],
)
def test_commissions_are_rounded_half_up_to_the_minor_unit(amount, percent, currency, expected) -> None:
    assert str(percent_of(Decimal(amount), Decimal(percent), currency)) == expected


def test_a_currency_that_is_not_known_has_hundredths() -> None:
    assert [minor_places(one) for one in ("RUB", "KZT", "jpy", "XYZ")] == [2, 2, 0, 2]
    assert str(to_minor(Decimal("2.345"), "XYZ")) == "2.35"


def test_a_created_invoice_gives_expected_rows_and_the_paid_one_earned_rows_beside_them() -> None:
    ledger = Book()
    ledger.booked(worth("1999.99"))
    ledger.booked(worth("1999.99"), earned=True)
    assert ledger.said() == [
        ("expected", "100.00"),
        ("expected", "30.00"),
        ("earned", "100.00"),
        ("earned", "30.00"),
    ]
    assert ledger.booked(worth("1999.99"), earned=True) == []
    assert ledger.booked(worth("1999.99")) == []


def test_expected_rows_follow_the_amount_until_earned_then_the_earned_ones_do() -> None:
    ledger = Book()
    ledger.booked(worth("1000"), claims=(MANAGER,))
    ledger.kept(worth("3000"))
    ledger.booked(worth("3000"), earned=True, claims=(MANAGER,))
    ledger.kept(worth("2000"), paid=True)
    assert ledger.said() == [
        ("expected", "50.00"),
        ("expected", "100.00"),
        ("earned", "150.00"),
        ("earned", "-50.00"),
    ]


def test_an_invoice_without_rows_yet_is_known_to_the_ledger_and_followed() -> None:
    ledger = Book()
    ledger.booked(worth("0"), claims=(MANAGER,))
    assert ledger.said() == [("expected", "0.00")]
    ledger.kept(worth("100"))
    assert ledger.total("expected") == 5


def test_payment_is_booked_as_earned_by_the_step_and_not_by_the_upkeep() -> None:
    ledger = Book()
    ledger.booked(worth("1000"), claims=(MANAGER,))
    assert ledger.kept(worth("1000"), paid=True) == []
    ledger.kept(worth("2000"), paid=True)
    assert ledger.said() == [("expected", "50.00"), ("expected", "50.00")]


def test_an_invoice_unpaid_again_is_reversed_and_earned_anew_when_paid_again() -> None:
    ledger = Book()
    ledger.booked(worth("1000"), claims=(MANAGER,))
    earned = ledger.booked(worth("1000"), earned=True, claims=(MANAGER,))
    assert len(earned) == 1
    (back,) = ledger.kept(worth("1000"))
    assert (back.state, back.amount, back.reverses) == ("reversed", Decimal("-50.00"), 2)
    assert ledger.total("earned") == 0
    assert ledger.kept(worth("1000")) == []
    ledger.kept(worth("1400"))
    ledger.kept(worth("1400"), paid=True)
    assert (ledger.total("earned"), ledger.total("expected")) == (70, 70)
    assert ledger.kept(worth("1400"), paid=True) == []


def test_a_deleted_invoice_leaves_nothing_whether_it_was_paid_or_not() -> None:
    open_, paid = Book(), Book()
    open_.booked(worth("1000"))
    paid.booked(worth("1000"))
    paid.booked(worth("1000"), earned=True)
    taken = open_.kept(None, gone=True)
    assert [(row.state, row.reverses) for row in taken] == [("reversed", 1), ("reversed", 2)]
    paid.kept(None, gone=True)
    for ledger in (open_, paid):
        assert (ledger.total("expected"), ledger.total("earned")) == (0, 0)
        assert standing(ledger.rows).total == 0
        assert ledger.kept(None, gone=True) == []
    due = [row.row.amount for row in paid.rows if row.row.state in {"earned", "reversed"}]
    assert sum(due) == 0


def test_another_currency_is_reversed_in_the_old_one_and_booked_in_the_new_one() -> None:
    ledger = Book()
    ledger.booked(worth("1000"), claims=(MANAGER,))
    ledger.kept(worth("1000", "USD"))
    assert (ledger.total("expected", "RUB"), ledger.total("expected", "USD")) == (0, 50)
    found = standing(ledger.rows)
    assert (found.currency, found.total) == ("USD", 50)


def test_rates_that_changed_never_touch_old_rows() -> None:
    ledger = Book()
    ledger.booked(worth("1000"), claims=(MANAGER,))
    other = Claim(9, "Новый", "invoice.responsible", Decimal(50))
    ledger.booked(worth("1000"), earned=True, claims=(other, LEAD))
    assert [(one.row.user, one.row.state, str(one.row.amount)) for one in ledger.rows] == [
        (5, "expected", "50.00"),
        (5, "earned", "50.00"),
        (7, "earned", "15.00"),
    ]


def test_the_same_person_in_two_roles_gets_both() -> None:
    ledger = Book()
    twice = Claim(5, "Анна", "project_lead", Decimal(5))
    ledger.booked(worth("1000"), claims=(MANAGER, twice))
    found = standing(ledger.rows)
    assert (found.total, found.of("project_lead"), found.of("nobody")) == (100, 50, 0)


def test_a_line_of_the_net_amount_stays_with_the_net_amount() -> None:
    ledger = Book()
    net = Claim(5, "Анна", "invoice.responsible", Decimal(10), "net")
    ledger.booked(worth("120", net="100"), claims=(net,))
    ledger.kept(worth("240", net="200"))
    assert ledger.said() == [("expected", "10.00"), ("expected", "10.00")]


def test_a_lines_total_is_that_of_the_current_state_only() -> None:
    ledger = Book()
    ledger.booked(worth("1000"), claims=(MANAGER,))
    assert (standing(ledger.rows).state, standing(ledger.rows).total) == ("expected", 50)
    ledger.booked(worth("2000"), earned=True, claims=(MANAGER,))
    assert (standing(ledger.rows).state, standing(ledger.rows).total) == ("earned", 100)
    ledger.kept(worth("2000"))
    assert (standing(ledger.rows).state, standing(ledger.rows).total) == ("expected", 100)
    assert standing([]).total == 0
    assert as_mapping(ledger.rows[0])["user_name"] == "Анна"


def test_a_credit_is_taken_back_without_a_positive_reversal() -> None:
    ledger = Book()
    ledger.booked(worth("-1000"), earned=True, claims=(MANAGER,))
    (back,) = ledger.kept(worth("-1000"))
    assert (back.state, str(back.amount)) == ("earned", "50.00")


def test_what_another_action_booked_in_the_meantime_is_not_booked_again() -> None:
    ledger = Book()
    both = [book(ledger.rows, INVOICE, worth("1000"), earned=False, claims=(MANAGER, LEAD)) for _ in range(2)]
    ledger.add(still_missing(both[0], ledger.rows))
    assert still_missing(both[1], ledger.rows) == []
    dearer = book(ledger.rows, INVOICE, worth("3000"), earned=False)
    ledger.kept(worth("2000"))
    ledger.add(still_missing(dearer, ledger.rows))
    assert ledger.total("expected", user=5) == 150
    ledger.booked(worth("3000"), earned=True)
    back = upkeep(ledger.rows, worth("3000"), paid=False, gone=False)
    ledger.add(still_missing(back, ledger.rows))
    assert still_missing(back, ledger.rows) == []
    assert ledger.total("earned") == 0


_AMOUNTS = st.decimals("0", "1000000", places=2)
_CURRENCIES = st.sampled_from(["RUB", "RUB", "RUB", "JPY"])
_MOVES = st.one_of(
    st.tuples(st.just("amount"), _AMOUNTS, _CURRENCIES),
    st.tuples(st.sampled_from(["pay", "pay_with_step", "unpay", "created_step"]), st.none(), st.none()),
)


@settings(max_examples=150, deadline=None)
@given(first=_AMOUNTS, moves=st.lists(_MOVES, max_size=12), delete=st.booleans())
def test_after_any_story_the_ledger_says_what_the_invoice_is_now(first, moves, delete) -> None:
    ledger, now, paid, was_earned = Book(), worth(first), False, False
    ledger.booked(now)
    for what, amount, currency in moves:
        if what == "amount":
            now = worth(amount, currency)
        elif what == "created_step":
            ledger.booked(now)
        else:
            paid = what != "unpay"
        ledger.kept(now, paid=paid)
        if what == "pay_with_step":
            ledger.booked(now, earned=True)
            was_earned = True
        assert ledger.kept(now, paid=paid) == [], "repeating adds nothing"
        _check(ledger, now, is_earned=paid and was_earned)
    if delete:
        ledger.kept(None, gone=True)
        for currency in ("RUB", "JPY"):
            assert (ledger.total("expected", currency), ledger.total("earned", currency)) == (0, 0)
        assert ledger.kept(None, gone=True) == []
    assert all(one.row.amount < 0 and one.row.reverses for one in ledger.rows if one.row.state == "reversed")


def _check(ledger: Book, now: Worth, *, is_earned: bool) -> None:
    """Each person's sums are those of the state and amount that the invoice has."""
    other = ({"RUB", "JPY"} - {now.currency}).pop()
    for claim in (MANAGER, LEAD):
        right = percent_of(now.amount, claim.percent, now.currency)
        assert ledger.total("earned", now.currency, claim.user) == (right if is_earned else 0)
        assert ledger.total("earned", other, claim.user) == 0
        if not is_earned:
            assert ledger.total("expected", now.currency, claim.user) == right
            assert ledger.total("expected", other, claim.user) == 0

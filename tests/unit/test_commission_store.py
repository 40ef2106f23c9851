"""The ledger in the database: exact, in order, never changed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal

import pytest

from b24sync.domain.commission_ledger import Claim, Worth, book, upkeep
from b24sync.domain.entity import Key
from b24sync.store.db import open_database
from b24sync.store.ledger import Ledger

INVOICE, DEAL = Key("invoice", 512), Key("deal", 512)
MANAGER = Claim(5, "Анна", "invoice.responsible", Decimal("2.5"), "net")


def worth(amount: str) -> Worth:
    return Worth(Decimal(amount), Decimal(amount), "RUB")


@pytest.fixture
def connection(tmp_path):
    found = open_database(tmp_path / "b24sync.db")
    yield found
    found.close()


@pytest.fixture
def ledger(connection) -> Ledger:
    return Ledger(connection)


def booked(ledger: Ledger, amount: str, *, earned: bool = False, at: int = 1000) -> list[int]:
    rows = book(ledger.rows(INVOICE), INVOICE, worth(amount), earned=earned, claims=(MANAGER,))
    return ledger.add(rows, action_id=1, run=1, at=at)


def test_rows_come_back_as_they_were_booked(ledger) -> None:
    rows = book([], INVOICE, worth("1999.99"), earned=False, claims=(MANAGER,))
    assert ledger.add(rows, action_id=7, run=3, at=1000) == [1]
    (found,) = ledger.rows(INVOICE)
    assert (found.id, found.at, found.counts_with) == (1, 1000, "expected")
    assert found.row == replace(rows[0], stands_at=None)
    assert str(found.row.amount) == "50.00"
    assert ledger.rows(DEAL) == []


def test_a_reversal_counts_with_the_state_that_it_takes_back(ledger) -> None:
    booked(ledger, "1000")
    booked(ledger, "1000", earned=True)
    back = upkeep(ledger.rows(INVOICE), worth("1000"), paid=False, gone=False)
    ledger.add(back, action_id=None, run=2, at=2000)
    rows = ledger.rows(INVOICE)
    assert [(one.row.state, one.counts_with) for one in rows] == [
        ("expected", "expected"),
        ("earned", "earned"),
        ("reversed", "earned"),
    ]
    assert (rows[-1].row.reverses, rows[-1].row.amount) == (2, Decimal("-25.00"))


def test_two_actions_that_reckoned_side_by_side_book_once(ledger) -> None:
    rows = book([], INVOICE, worth("1000"), earned=False, claims=(MANAGER,))
    assert ledger.add(rows, action_id=1, run=1, at=1) == [1]
    assert ledger.add(rows, action_id=2, run=1, at=1) == []


def test_rows_of_a_time_are_given_one_after_the_other(ledger) -> None:
    booked(ledger, "1000", at=1000)
    booked(ledger, "2000", at=2000)
    booked(ledger, "3000", at=3000)
    assert [one.at for one in ledger.between(2000, 3000)] == [2000]
    assert [one.at for one in ledger.between(until=2000)] == [1000]
    assert sum(one.row.amount for one in ledger.between()) == 75


def test_a_booked_row_cannot_be_changed(ledger, connection) -> None:
    booked(ledger, "1000")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE ledger SET amount = '1'")

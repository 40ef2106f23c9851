"""Own writes are known again in whatever form a portal shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from b24sync.domain.entity import Key
from b24sync.store import Store

DEAL = Key("deal", 5)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("5", 5),
        ("5", "5.0000"),
        (5, 5.0),
        (Decimal("5.10"), "5.1"),
        (0.333333, "0.33"),
        ("100|RUB", "100.00|RUB"),
        (True, "Y"),
        ("N", 0),
        ("", None),
        (["1", 2], [1, "2"]),
        ("2026-03-10", "2026-03-10T03:00:00+03:00"),
        ("2026-03-10T10:00:00+03:00", "2026-03-10T07:00:00+00:00"),
    ],
)
def test_a_value_is_own_whatever_form_it_comes_back_in(written: Any, read: Any) -> None:
    store = Store.in_memory()
    with store.transaction():
        assert store.echoes.wrote(DEAL, "fields.UF_CRM_COUNT", written)
        assert not store.echoes.wrote(DEAL, "fields.UF_CRM_COUNT", read)
    assert store.echoes.is_own(DEAL, "fields.UF_CRM_COUNT", read)
    store.close()


@pytest.mark.parametrize(
    ("written", "read"),
    [("5", 6), ("5", "5.02"), ("a", "A"), ("2026-03-10", "2026-03-11"), ("5", None), ([1], [1, 2])],
)
def test_another_value_is_not(written: Any, read: Any) -> None:
    store = Store.in_memory()
    with store.transaction():
        store.echoes.wrote(DEAL, "title", written)
    assert not store.echoes.is_own(DEAL, "title", read)
    store.close()

"""A mail whose sending was noted before a kill is in no doubt; one that was only begun is."""

from __future__ import annotations

from typing import Any

import pytest

from b24sync.clock import SystemClock
from b24sync.engine.dispatch import Dispatcher
from b24sync.store import Store
from b24sync.store.action_rows import Planned


@pytest.fixture
def store(tmp_path):
    found = Store.open(tmp_path / "b24sync.db")
    yield found
    found.close()


def killed_while_sending(store: Store, memory: dict[str, Any]) -> int:
    with store.transaction():
        planned = Planned("1/mail/0", None, "mail", "send_invoice", 0, "invoice", 512)
        number = store.outbox.plan(planned, run=1, at=1, due_at=1)
        assert number is not None
        assert store.outbox.claim(number, by="poll")
        store.outbox.mark_sending(number)
        store.outbox.remember(number, memory)
    return number


def recovered(store: Store, number: int) -> str:
    dispatcher = Dispatcher(
        store=store,
        portal=None,
        mailer=None,
        open=lambda _: None,
        clock=SystemClock(),
        attempts=8,
        mail_steps=("send_invoice",),
        run=2,
        at=2,
    )  # type: ignore[arg-type]
    assert dispatcher.recover() == 1
    found = store.actions.one(number)
    assert found is not None
    return found.state


def test_a_mail_that_was_noted_as_sent_is_settled_by_its_step(store) -> None:
    number = killed_while_sending(store, {"sent": {"to": ["a@example.ru"]}})
    assert recovered(store, number) == "pending"


def test_a_mail_that_was_begun_is_uncertain(store) -> None:
    number = killed_while_sending(store, {"document_id": 1})
    assert recovered(store, number) == "uncertain"

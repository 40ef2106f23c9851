"""The client against the stand-in portal: encoding, references, faults, blocks, as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from b24sync.clock import SystemClock
from b24sync.errors import (
    CredentialsError,
    InDoubtError,
    MethodBlockedError,
    NotFoundError,
    ScopeError,
    TransientError,
)
from b24sync.portal.client import PortalClient
from b24sync.portal.pacing import MemoryBucket
from b24sync.portal.webhook import Webhook
from b24sync.ports import Call
from b24sync.sandbox import Company, Fault, Sandbox, SandboxServer, seed_company

TRICKY = 'ООО "Ромашка & Ко" +7 (495) 100%\n#1; a=b?c [x] \\ 😀'


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def company(sandbox: Sandbox) -> Company:
    return seed_company(sandbox)


@pytest.fixture
def client(sandbox: Sandbox, company: Company) -> Iterator[PortalClient]:
    server = SandboxServer(sandbox).start()
    client = PortalClient(
        Webhook.parse(server.webhook), clock=SystemClock(), bucket=MemoryBucket(None), budget_s=3
    )
    yield client
    client.close()
    server.stop()


def get(invoice: int) -> Call:
    return Call("crm.item.get", {"entityTypeId": 31, "id": invoice})


def test_a_tricky_text_is_stored_as_it_was_written(client: PortalClient, company: Company) -> None:
    texts = [TRICKY, "costs $result[c0][item][id]", "plain"]
    calls = [
        Call("crm.item.update", {"entityTypeId": 31, "id": invoice, "fields": {"title": text}})
        for invoice, text in zip(company.invoices, texts, strict=False)
    ]
    assert all(answer.error is None for answer in client.write(calls))
    read = client.read([get(invoice) for invoice in company.invoices[: len(calls)]])
    assert [answer.value()["item"]["title"] for answer in read] == texts[: len(calls)]


def test_a_filter_by_time_and_a_chain_by_reference_find_what_they_should(
    client: PortalClient, company: Company
) -> None:
    listed = Call(
        "crm.item.list",
        {
            "entityTypeId": 31,
            "select": ["id", "title"],
            "order": {"id": "ASC"},
            "filter": {">=updatedTime": "2001-01-01T00:00:00+03:00", "@id": company.invoices},
            "start": -1,
        },
    )
    first = Call("crm.item.get", {"entityTypeId": 31, "id": "$result[list][items][0][id]"})
    answers, began = client.chain({"list": listed, "first": first})
    assert [row["id"] for row in answers["list"].value()["items"]] == sorted(company.invoices)[:50]
    assert answers["first"].value()["item"]["id"] == min(company.invoices)
    assert client.portal_time is not None
    assert timedelta(0) <= client.portal_time - began < timedelta(seconds=30)
    assert client.server_utc_offset == "+03:00"


def test_missing_things_and_scopes_are_told_apart(sandbox: Sandbox, client: PortalClient) -> None:
    sandbox.settings = replace(sandbox.settings, scopes=("crm",))
    missing, unscoped = client.read([get(987654), Call("tasks.task.list")])
    assert isinstance(missing.error, NotFoundError)
    assert isinstance(unscoped.error, ScopeError)


@pytest.mark.parametrize("kind", ["503", "500", "502html", "truncated", "drop_before", "drop_after"])
def test_a_read_outlives_a_fault(kind: str, sandbox: Sandbox, client: PortalClient, company: Company) -> None:
    sandbox.faults.add(Fault(kind, times=2))  # type: ignore[arg-type]
    assert client.read([get(company.invoices[0])])[0].value()["item"]["id"] == company.invoices[0]


def test_a_lost_answer_to_a_write_is_doubt_and_the_write_happened_once(
    sandbox: Sandbox, client: PortalClient
) -> None:
    sandbox.faults.add(Fault("drop_after"))
    fields = {"TITLE": "Once", "RESPONSIBLE_ID": 1, "XML_ID": "b24sync:1"}
    (answer,) = client.write([Call("tasks.task.add", {"fields": fields})])
    assert isinstance(answer.error, InDoubtError)
    found = client.read([Call("tasks.task.list", {"filter": {"TITLE": "Once"}, "select": ["ID", "XML_ID"]})])
    assert len(found[0].value()["tasks"]) == 1


def test_a_write_refused_for_haste_happens_once(sandbox: Sandbox, client: PortalClient) -> None:
    sandbox.faults.add(Fault("503", times=2))
    fields = {"TITLE": "Once", "RESPONSIBLE_ID": 1}
    assert client.write([Call("tasks.task.add", {"fields": fields})])[0].error is None
    found = client.read([Call("tasks.task.list", {"filter": {"TITLE": "Once"}, "select": ["ID"]})])
    assert len(found[0].value()["tasks"]) == 1


def test_a_blocked_method_leaves_others_alone(
    sandbox: Sandbox, client: PortalClient, company: Company
) -> None:
    sandbox.faults.add(Fault("429", method="tasks.task.list", where="command", seconds=120))
    tasks, invoice = client.read([Call("tasks.task.list"), get(company.invoices[0])])
    assert isinstance(tasks.error, MethodBlockedError)
    assert invoice.error is None
    assert isinstance(client.read([Call("tasks.task.list")])[0].error, MethodBlockedError)


def test_a_revoked_webhook_is_refused(sandbox: Sandbox, client: PortalClient, company: Company) -> None:
    sandbox.settings = replace(sandbox.settings, webhook_valid=False)
    with pytest.raises(CredentialsError):
        client.read([get(company.invoices[0])])


def test_a_portal_that_is_down_did_nothing(sandbox: Sandbox, client: PortalClient) -> None:
    sandbox.down = True
    with pytest.raises(TransientError):
        client.read([Call("server.time")])

"""Clients that know nothing of the stand-in read and write the right things through it."""

from __future__ import annotations

import logging
import ssl

import pytest
import requests
import trustme

from b24sync.sandbox import SandboxServer
from tests.support.portals import bare_portal

DEAL, INVOICE = 2, 31

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def portal():
    portal = bare_portal()
    contact = portal.add_contact("Анна", "Иванова", email="anna@example.ru")
    for number in range(1, 131):
        stage = "DT31_1:S" if number % 3 == 0 else "DT31_1:N"
        portal.add_invoice(f"Счёт {number}", contactId=contact, stageId=stage, opportunity=number)
        portal.clock.advance(1)
    for number in range(1, 61):
        portal.add_deal(f"Сделка {number} + «кавычки» & проценты 5%", contactId=contact)
    return portal


@pytest.fixture
def fast(portal):
    from fast_bitrix24 import Bitrix

    logging.getLogger("fast_bitrix24").handlers.clear()
    with SandboxServer(portal) as server:
        yield Bitrix(server.webhook, verbose=False)


def test_fast_bitrix24_reads_all_invoices_and_deals(fast, portal):
    invoices = fast.get_all("crm.item.list", {"entityTypeId": INVOICE})
    assert sorted(row["id"] for row in invoices) == list(range(1, 131))
    deals = fast.get_all("crm.deal.list", {"select": ["ID", "TITLE"]})
    assert sorted(int(row["ID"]) for row in deals) == list(range(1, 61))
    assert "batch" in [record.method for record in portal.requests]


def test_fast_bitrix24_filters(fast):
    params = {"entityTypeId": INVOICE, "filter": {"=stageId": "DT31_1:S", ">=opportunity": 100}}
    rows = fast.get_all("crm.item.list", params)
    assert sorted(row["id"] for row in rows) == [102, 105, 108, 111, 114, 117, 120, 123, 126, 129]


def test_fast_bitrix24_reads_by_id_and_calls_in_batches(fast, portal):
    found = fast.get_by_ID("crm.item.get", [3, 5, 130], ID_field_name="id", params={"entityTypeId": INVOICE})
    assert {int(key): row["item"]["title"] for key, row in found.items()} == {
        3: "Счёт 3",
        5: "Счёт 5",
        130: "Счёт 130",
    }
    updates = [{"id": key, "fields": {"TITLE": f"Новое имя {key} & ещё + 5%"}} for key in range(1, 56)]
    assert len(fast.call("crm.deal.update", updates)) == 55
    assert portal.item(DEAL, 55)["title"] == "Новое имя 55 & ещё + 5%"


def test_fast_bitrix24_calls_a_batch_of_its_own(fast):
    commands = {
        "one": "crm.item.get?entityTypeId=31&id=1",
        "who": "crm.contact.get?id=$result[one][item][contactId]",
    }
    answer = fast.call_batch({"halt": 0, "cmd": commands})
    assert answer["who"]["NAME"] == "Анна"


@pytest.fixture
def sdk(portal, tmp_path, monkeypatch):
    """The vendor's kit insists on HTTPS: a server with a certificate that requests is told to trust."""
    from b24pysdk import BitrixWebhook
    from b24pysdk.client import Client

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with SandboxServer(portal, tls=context) as server:
        token = BitrixWebhook(domain=f"127.0.0.1:{server.port}", webhook_token=f"1/{portal.settings.secret}")
        yield Client(token)


def test_b24pysdk_calls_one_method(sdk):
    assert sdk.crm.item.get(bitrix_id=7, entity_type_id=INVOICE).result["item"]["title"] == "Счёт 7"
    assert sdk.profile().result["ADMIN"] is True


def test_b24pysdk_reads_a_whole_list(sdk):
    rows = sdk.crm.item.list(entity_type_id=INVOICE, order={"id": "ASC"}).as_list().result
    assert [row["id"] for row in rows] == list(range(1, 131))
    deals = sdk.crm.deal.list(select=["ID"]).as_list().result
    assert sorted(int(row["ID"]) for row in deals) == list(range(1, 61))


def test_b24pysdk_sends_a_batch(sdk):
    answer = sdk.call_batch(
        {
            "deal": sdk.crm.deal.get(bitrix_id=2),
            "user": sdk.user.current(),
        }
    ).result
    assert answer.result["deal"]["TITLE"] == "Сделка 2 + «кавычки» & проценты 5%"
    assert answer.result["user"]["ID"] == "1"


def test_b24pysdk_understands_a_refusal(sdk):
    from b24pysdk.errors import BitrixAPINotFound

    with pytest.raises(BitrixAPINotFound):
        sdk.crm.item.get(bitrix_id=999, entity_type_id=INVOICE).response  # noqa: B018 - reading it asks the portal


def test_the_secure_server_serves_plain_requests(portal, sdk):
    answer = requests.post(f"{portal.base_url}/rest/1/{portal.settings.secret}/server.time", timeout=5)
    assert answer.status_code == 200

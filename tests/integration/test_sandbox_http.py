"""The stand-in over real HTTP: bodies, addresses, refusals, faults, limits."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace

import pytest
import requests

from b24sync.sandbox import Fault, SandboxServer, seed_company
from tests.support.portals import bare_portal

DEAL = 2


@pytest.fixture
def portal():
    portal = bare_portal()
    portal.add_deal("Окна")
    return portal


@pytest.fixture
def server(portal):
    with SandboxServer(portal) as server:
        yield server


@pytest.fixture
def http():
    with requests.Session() as session:
        yield session


def test_the_envelope_has_a_time_block(server, http):
    answer = http.post(server.webhook + "server.time")
    body = answer.json()
    assert answer.status_code == 200
    assert body["result"] == "2026-03-02T12:00:00+03:00"
    times = body["time"]
    assert times["date_start"] == "2026-03-02T12:00:00+03:00"
    assert times["finish"] >= times["start"]
    assert {"duration", "processing", "date_finish", "operating", "operating_reset_at"} <= set(times)


@pytest.mark.parametrize(
    "request_of",
    [
        lambda url: {"method": "POST", "url": url, "json": {"entityTypeId": 2, "filter": {">id": 0}}},
        lambda url: {"method": "POST", "url": url, "data": {"entityTypeId": "2", "filter[>id]": "0"}},
        lambda url: {"method": "GET", "url": url, "params": {"entityTypeId": "2", "filter[>id]": "0"}},
        lambda url: {"method": "POST", "url": url + ".json?entityTypeId=2", "json": {"filter": {">id": 0}}},
        lambda url: {
            "method": "POST",
            "url": url.replace("crm.item", "CRM.Item"),
            "json": {"entityTypeId": 2},
        },
    ],
)
def test_parameters_come_from_json_forms_and_the_address(server, http, request_of):
    body = http.request(**request_of(server.webhook + "crm.item.list")).json()
    assert [row["id"] for row in body["result"]["items"]] == [1]


def test_broken_json_means_no_parameters(server, http):
    answer = http.post(
        server.webhook + "crm.item.list", data="{broken", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "100")


def test_addresses_that_are_not_open(server, http):
    wrong = server.webhook.replace("sandboxsecret0001", "guess")
    answers = [
        http.post(wrong + "server.time"),
        http.post(server.webhook.replace("/rest/1/", "/rest/2/") + "server.time"),
        http.post(server.webhook.split("/rest/")[0] + "/rest/server.time"),
        http.post(server.webhook + "crm.nothing.list"),
        http.post(server.webhook + "event.bind"),
    ]
    assert [(one.status_code, one.json()["error"]) for one in answers] == [
        (403, "INVALID_CREDENTIALS"),
        (403, "INVALID_CREDENTIALS"),
        (401, "NO_AUTH_FOUND"),
        (404, "ERROR_METHOD_NOT_FOUND"),
        (403, "WRONG_AUTH_TYPE"),
    ]


@pytest.mark.parametrize(
    ("change", "method", "status", "code"),
    [
        ({"scopes": ("task",)}, "crm.item.list", 403, "insufficient_scope"),
        ({"commercial": False}, "server.time", 403, "ACCESS_DENIED"),
        ({"webhook_valid": False}, "server.time", 403, "INVALID_CREDENTIALS"),
        ({"webhook_expired": True}, "server.time", 401, "expired_token"),
    ],
)
def test_settings_of_a_running_portal_may_be_swapped(portal, server, http, change, method, status, code):
    portal.settings = replace(portal.settings, **change)
    answer = http.post(server.webhook + method, json={"entityTypeId": 2})
    assert (answer.status_code, answer.json()["error"]) == (status, code)


def test_the_webhook_of_a_dismissed_person_is_refused(portal, server, http):
    portal.dismiss(1)
    answer = http.post(server.webhook + "server.time")
    assert (answer.status_code, answer.json()["error"]) == (401, "authorization_error")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("503", 503, "QUERY_LIMIT_EXCEEDED"),
        ("overload", 503, "OVERLOAD_LIMIT"),
        ("429", 429, "OPERATION_TIME_LIMIT"),
        ("500", 500, "INTERNAL_SERVER_ERROR"),
        ("401", 401, "expired_token"),
    ],
)
def test_a_fault_strikes_as_often_as_ordered(portal, server, http, kind, status, code):
    portal.faults.add(Fault(kind, "crm.*", times=2, after=1))
    answers = [http.post(server.webhook + "crm.item.list", json={"entityTypeId": 2}) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, status, status, 200]
    assert answers[1].json()["error"] == code
    assert http.post(server.webhook + "server.time").status_code == 200


def test_a_method_block_names_when_it_ends_and_spares_other_methods(portal, server, http):
    portal.faults.add(Fault("429", "crm.item.list", seconds=120))
    blocked = http.post(server.webhook + "crm.item.list", json={"entityTypeId": 2}).json()
    assert blocked["time"]["operating_reset_at"] >= portal.clock.now().timestamp() + 120
    assert http.post(server.webhook + "crm.item.list", json={"entityTypeId": 2}).status_code == 429
    assert http.post(server.webhook + "crm.item.get", json={"entityTypeId": 2, "id": 1}).status_code == 200
    portal.clock.advance(121)
    assert http.post(server.webhook + "crm.item.list", json={"entityTypeId": 2}).status_code == 200


def test_bodies_that_are_no_json(portal, server, http):
    portal.faults.add(Fault("502html"))
    portal.faults.add(Fault("truncated"))
    html = http.post(server.webhook + "server.time")
    assert (html.status_code, html.headers["Content-Type"]) == (502, "text/html; charset=UTF-8")
    cut = http.post(server.webhook + "server.time")
    assert cut.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.text)


@pytest.mark.parametrize(("kind", "title"), [("drop_before", "Окна"), ("drop_after", "Двери")])
def test_a_dropped_connection_leaves_the_work_undone_or_done(portal, server, http, kind, title):
    portal.faults.add(Fault(kind, "crm.item.update"))
    with pytest.raises(requests.ConnectionError):
        http.post(
            server.webhook + "crm.item.update",
            json={"entityTypeId": 2, "id": 1, "fields": {"title": "Двери"}},
        )
    assert portal.item(DEAL, 1)["title"] == title
    assert portal.requests[-1].status == 0


def test_a_portal_that_is_down_takes_no_connection_and_comes_back(portal, server, http):
    assert http.post(server.webhook + "server.time").status_code == 200
    portal.down = True
    with pytest.raises(requests.ConnectionError):
        http.post(server.webhook + "server.time")
    portal.down = False
    assert http.post(server.webhook + "server.time").status_code == 200


def test_a_slow_answer_comes_late(portal, server, http):
    portal.faults.add(Fault("slow", seconds=0.3))
    begin = time.perf_counter()
    http.post(server.webhook + "server.time")
    assert time.perf_counter() - begin >= 0.3
    portal.faults.add(Fault("slow", seconds=1))
    with pytest.raises(requests.Timeout):
        http.post(server.webhook + "server.time", timeout=0.2)


def test_the_bucket_takes_fifty_and_leaks_two_a_second(portal, server, http):
    portal.settings = replace(portal.settings, rate_limit=True)
    statuses = [http.post(server.webhook + "server.time").status_code for _ in range(52)]
    assert statuses == [200] * 50 + [503] * 2
    portal.clock.advance(1)
    statuses = [http.post(server.webhook + "server.time").status_code for _ in range(3)]
    assert statuses == [200, 200, 503]


def test_a_method_that_worked_too_long_waits_until_the_oldest_minute_falls_out(portal, server, http):
    portal.settings = replace(portal.settings, operating_limit_s=1.0, operating_cost_s=0.4)
    call = {"url": server.webhook + "crm.item.list", "json": {"entityTypeId": 2}}
    assert [http.post(**call).status_code for _ in range(4)] == [200, 200, 200, 429]
    portal.clock.advance(300)
    blocked = http.post(**call).json()
    assert blocked["time"]["operating"] == pytest.approx(1.2)
    portal.clock.set(
        portal.clock.now().fromtimestamp(blocked["time"]["operating_reset_at"], portal.clock.now().tzinfo)
    )
    assert http.post(**call).status_code == 200


def test_one_connection_serves_many_requests(server, http):
    first = http.post(server.webhook + "server.time")
    assert first.raw.version == 11
    begin = time.perf_counter()
    for _ in range(50):
        http.post(server.webhook + "server.time")
    assert time.perf_counter() - begin < 2


def test_a_pdf_comes_later_by_a_machine_address_that_a_plain_get_opens(portal, server, http):
    company = seed_company(portal)
    portal.settings = replace(portal.settings, pdf_polls=2)
    call = {"templateId": company.template, "entityTypeId": 31, "entityId": company.invoices[0]}
    made = http.post(server.webhook + "crm.documentgenerator.document.add", json=call).json()["result"][
        "document"
    ]
    assert "pdfUrlMachine" not in made
    looks = [
        http.post(server.webhook + "crm.documentgenerator.document.get", json={"id": made["id"]}).json()
        for _ in range(2)
    ]
    assert "pdfUrlMachine" not in looks[0]["result"]["document"]
    url = looks[1]["result"]["document"]["pdfUrlMachine"]
    assert portal.settings.secret in url
    file = requests.get(url, timeout=5)
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-1.4")
    assert file.content.rstrip().endswith(b"%%EOF")
    bad = requests.get(re.sub("token=[0-9a-f]+", "token=0", url), timeout=5)
    assert (bad.status_code, bad.json()["error"]) == (200, "ACCESS_DENIED")


def test_downloads_are_requests_like_others(portal, server):
    company = seed_company(portal)
    portal.settings = replace(portal.settings, pdf_polls=0)
    call = {"templateId": company.template, "entityTypeId": 31, "entityId": 1}
    url = portal.call("crm.documentgenerator.document.add", call)[1]["result"]["document"]["pdfUrlMachine"]
    portal.requests.clear()
    portal.faults.add(Fault("503", "crm.documentgenerator.document.getpdf"))
    assert requests.get(url, timeout=5).status_code == 503
    assert requests.get(url, timeout=5).content.startswith(b"%PDF")
    assert [(one.method, one.status) for one in portal.requests] == [
        ("crm.documentgenerator.document.getPdf", 503),
        ("crm.documentgenerator.document.getPdf", 200),
    ]
    portal.settings = replace(portal.settings, secret="другой")
    assert requests.get(url, timeout=5).json()["error"] == "INVALID_CREDENTIALS"


def test_every_command_of_a_batch_may_take_its_time(portal, server, http):
    portal.settings = replace(portal.settings, command_latency_s=0.05)
    begin = time.perf_counter()
    http.post(server.webhook + "batch", json={"cmd": {f"c{n}": "server.time" for n in range(6)}})
    assert time.perf_counter() - begin >= 0.3

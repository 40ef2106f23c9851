"""The stand-in as a program: address first, served until a signal; its clock; its third address."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
import requests

from b24sync.sandbox import Fault, Sandbox, SandboxClock, SandboxServer
from tests.support.portals import MONDAY, bare_portal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_prints_its_address_first_and_ends_quietly_at_a_signal(number):
    command = [sys.executable, "-m", "b24sync.sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        webhook = process.stdout.readline().strip()
        answer = requests.post(webhook + "crm.item.list", json={"entityTypeId": 2}, timeout=10).json()
        assert answer["total"] >= 3
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_frozen_clock_moves_only_when_it_is_told_to():
    clock = SandboxClock(MONDAY)
    assert clock.now() == clock.now() == MONDAY
    clock.advance(90)
    assert clock.now() == MONDAY + timedelta(seconds=90)
    clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2030
    with pytest.raises(ValueError, match="naive"):
        clock.set(datetime(2030, 1, 1))


def test_a_running_clock_runs_on_from_where_it_was_put():
    clock = SandboxClock()
    clock.set(MONDAY)
    clock.advance(60)
    gone = clock.now() - MONDAY
    assert timedelta(seconds=60) <= gone < timedelta(seconds=65)


def test_an_unknown_fault_is_a_mistake_of_the_test():
    with pytest.raises(ValueError, match="unknown fault"):
        Fault("504")


def test_the_third_address_has_errors_of_its_own_shape():
    portal = bare_portal()
    portal.senders.append("info@example.ru")
    with SandboxServer(portal) as server:
        base = server.webhook.replace("/rest/", "/rest/api/")
        senders = requests.post(base + "mail.mailbox.senders", json={}, timeout=5).json()["result"]["items"]
        assert [sender["email"] for sender in senders] == ["billing@example.ru", "info@example.ru"]
        unknown = requests.post(base + "crm.item.list", json={}, timeout=5)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (
        404,
        "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION",
    )


def test_people_and_the_webhook_may_work_at_the_same_time():
    portal = bare_portal()
    failures: list[BaseException] = []

    def work(calls):
        try:
            for _ in range(100):
                calls()
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    jobs = [
        lambda: portal.add_deal("Сделка"),
        lambda: portal.call("crm.item.add", {"entityTypeId": 2, "fields": {"title": "Сделка"}}),
        lambda: portal.call("crm.item.list", {"entityTypeId": 2, "order": {"updatedTime": "DESC"}}),
        lambda: portal.call("crm.stagehistory.list", {"entityTypeId": 2, "filter": {">ID": 5}}),
    ]
    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert portal.item_ids(2) == list(range(1, 201))


def test_a_portal_needs_no_settings_at_all():
    assert Sandbox().call("profile")[1]["result"]["ADMIN"] is True

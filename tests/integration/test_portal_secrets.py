"""The webhook's secret is in no error, context, traceback, repr or log, whatever goes wrong."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest

from b24sync.portal.client import PortalClient
from b24sync.portal.pacing import MemoryBucket
from b24sync.portal.webhook import Webhook
from b24sync.ports import Call
from tests.support.scripted_portal import SECRET, Cut, Raw, ScriptedPortal, error, free_port
from tests.support.stepping_clock import SteppingClock

READ = Call("crm.item.get", {"id": 5})
TELLTALE = f"see https://p.example/rest/1/{SECRET}/x?token={SECRET} and {SECRET}"
FAULTS = {
    "403 with json": error(403, "INVALID_CREDENTIALS", TELLTALE),
    "403 with html": Raw(403, TELLTALE.encode()),
    "500": error(500, "INTERNAL_SERVER_ERROR", TELLTALE),
    "400": error(400, TELLTALE, TELLTALE),
    "429": error(429, "OPERATION_TIME_LIMIT", TELLTALE),
    "redirect": Raw(302, b"", {"Location": f"https://p.example/rest/1/{SECRET}/batch"}),
    "truncated": Raw(200, b'{"result": ', announce=100),
    "broken compression": Raw(200, b"x", {"Content-Encoding": "gzip"}),
    "cut": Cut(),
    "too late": Raw(200, b"{}", wait_s=0.5),
}


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    portal = ScriptedPortal()
    yield portal
    portal.close()


def whole_chain(error: BaseException) -> str:
    """Everything that hangs on an exception, suppressed or not, with the values of attributes."""
    parts = [*traceback.format_exception(error), repr(error), str(vars(error)), repr(error.args)]
    seen = error.__context__ or error.__cause__
    return "\n".join(parts) + (whole_chain(seen) if seen is not None else "")


def assert_clean(errors: list[BaseException], log: str) -> None:
    assert errors
    for caught in errors:
        assert SECRET not in whole_chain(caught)
        assert caught.__cause__ is None
    assert SECRET not in log


def run(client: PortalClient, link: str) -> list[BaseException]:
    """Everything the client can do, and every error that came of it."""
    errors: list[BaseException] = []
    for act in (
        lambda: client.read([READ]),
        lambda: client.chain({"a": READ}),
        lambda: client.download(link, limit_bytes=100),
    ):
        try:
            act()
        except Exception as caught:  # noqa: BLE001 - all of them are looked at
            errors.append(caught)
    answers = client.write([READ]) + client.write([READ, READ])
    return errors + [answer.error for answer in answers if answer.error is not None]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_no_answer_of_the_portal_makes_an_error_show_the_secret(
    fault: Raw | Cut, portal: ScriptedPortal, caplog: pytest.LogCaptureFixture
) -> None:
    portal.otherwise = lambda _: fault
    webhook = Webhook.parse(portal.url)
    client = PortalClient(
        webhook, clock=SteppingClock(), bucket=MemoryBucket(None), budget_s=1, timeout_s=0.2
    )
    with caplog.at_level(logging.DEBUG):
        errors = run(client, f"http://127.0.0.1:{portal.port}/rest/1/{SECRET}/download/?token={SECRET}")
    client.close()
    assert_clean(errors, caplog.text)
    assert "urllib3" in caplog.text  # its lines were there, and clean
    assert SECRET not in repr(client)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_missing_connection_makes_an_error_show_the_secret(
    scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"{scheme}://127.0.0.1:{free_port()}/rest/1/{SECRET}/"
    client = PortalClient(Webhook.parse(url), clock=SteppingClock(), bucket=MemoryBucket(None), budget_s=1)
    with caplog.at_level(logging.DEBUG):
        errors = run(client, f"{url}download/?token={SECRET}")
    assert len(errors) == 6
    assert_clean(errors, caplog.text)

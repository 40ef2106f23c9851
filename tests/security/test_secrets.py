"""The webhook's secret and the mail password come out nowhere, whatever goes wrong."""

from __future__ import annotations

import base64
import gzip
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from b24sync.app import App
from b24sync.config.load import load
from b24sync.sandbox import Fault, SandboxSettings
from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.firm import PASSWORD, Firm, opened

SECRET = "Zq9Xw7Vu5Tt3Ss1R"
RULES = """
[[rules]]
name = "mail"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
[[rules]]
name = "tell"
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["department_head"]
text = "{{ invoice.title }} {{ invoice.url }}"
"""
FAULTS = {
    "nothing": [],
    "a wrong answer": [Fault("error", method="batch", code="INVALID_CREDENTIALS", http=403)],
    "an error that quotes the address": [
        Fault(
            "error", method="batch", code="X", http=400, description="at /rest/1/{secret}/batch of {webhook}"
        )
    ],
    "a refused step that quotes it": [
        Fault("error", method="im.notify*", where="command", code="X", description="see {webhook}im.notify")
    ],
    "a proxy's page": [Fault("502html", times=2)],
    "cut": [Fault("drop_before"), Fault("drop_after")],
    "half an answer": [Fault("truncated")],
    "overload": [Fault("overload")],
    "expired": [Fault("401")],
}


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with opened(tmp_path / "firm", settings=SandboxSettings(secret=SECRET), rules=RULES) as firm:
        firm.write(sections=firm.mail_section())
        firm.poll()
        yield firm


def said_loudly(firm: Firm, *args: str) -> int:
    """Run a command with --verbose, logs as JSON."""
    return firm.run("--log-format", "json", "--verbose", *args).code


def spellings(secret: str) -> set[bytes]:
    """A secret in the forms in which it may hide."""
    plain = secret.encode()
    forms = {
        plain,
        plain[::-1],
        quote(secret, safe="").encode(),
        json.dumps(secret)[1:-1].encode(),
        plain.hex().encode(),
        secret.encode("utf-16-le"),
    }
    for padding in (b"", b"x", b"xx"):
        forms.add(base64.b64encode(padding + plain)[4:-4])
    return {form for form in forms if len(form) >= 6}


def files(firm: Firm) -> Iterator[tuple[str, bytes]]:
    """Everything in the folder but the configuration, whose secret it is."""
    for path in firm.folder.rglob("*"):
        if path.is_file() and path != firm.config:
            content = path.read_bytes()
            yield str(path), content
            if content[:2] == b"\x1f\x8b":
                yield f"{path} unpacked", gzip.decompress(content)
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path}/{name}", archive.read(name)) for name in archive.namelist())


def assert_no_secret(firm: Firm, *also: str, case: str = "") -> None:
    everything = [*files(firm), *(("output", text.encode()) for text in [*firm.everything_said, *also])]
    assert len(everything) > 3
    for secret in (SECRET, PASSWORD):
        for form in spellings(secret):
            for where, content in everything:
                place = content.find(form)
                assert place < 0, (case, where, content[max(0, place - 80) : place + 80])


def test_no_fault_of_the_portal_brings_a_secret_out(firm: Firm) -> None:
    """One after the other, each an hour and more after the one before, which is said anew only then."""
    for what, faults in FAULTS.items():
        firm.local_shift += timedelta(hours=2)
        invoice = firm.invoice()
        firm.send(invoice)
        for fault in faults:
            text = fault.description.format(secret=SECRET, webhook=firm.server.webhook)
            firm.portal.faults.add(
                Fault(**{name: getattr(fault, name) for name in fault.__slots__} | {"description": text})
            )
        firm.later()
        said_loudly(firm, "poll")
        assert not firm.portal.faults, what
        firm.run("explain", f"invoice:{invoice}", "--json")  # while what failed is still to be tried again
        assert_no_secret(firm, case=what)
    firm.later()
    said_loudly(firm, "poll")
    for command in ("status", "events", "actions"):
        firm.run(command, "--json")
    assert_no_secret(firm)


def test_no_fault_of_the_mail_server_brings_the_password_out(firm: Firm) -> None:
    for phase in ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "after_data"):
        firm.mail_fails(**{phase: f"535 5.7.8 no: {PASSWORD}" if phase == "auth" else "554 5.0.0 no"})
        firm.smtp.commands.clear()
        firm.send(firm.invoice())
        firm.later()
        said_loudly(firm, "poll")
        assert phase in firm.smtp.commands
        assert firm.smtp.messages == [], phase
        assert_no_secret(firm, case=phase)
    firm.run("actions", "--json")
    assert_no_secret(firm)


def test_no_command_shows_a_secret(firm: Firm, tmp_path: Path) -> None:
    invoice = firm.invoice()
    firm.send(invoice)
    firm.later()
    for args in (
        ["poll"],
        ["poll", "--dry-run"],
        ["status"],
        ["doctor"],
        ["doctor", "--json"],
        ["doctor", "--offline"],
        ["explain", f"invoice:{invoice}"],
        ["replay", "--json"],
        ["metrics"],
        ["resend-invoice", str(invoice), "--yes"],
        ["run-rule", "tell", f"invoice:{invoice}", "--yes"],
        ["snapshot", "export", str(firm.folder / "export")],
        ["snapshot", "export", str(firm.folder / "anonymous"), "--anonymize"],
        ["commission", "--csv"],
        ["report", "--output", str(firm.folder / "report.html")],
        ["calendar", "show", "2026"],
    ):
        said_loudly(firm, *args)
        if args[0] in {"poll", "resend-invoice"} or args == [
            "doctor"
        ]:  # the others say nothing less when they are loud
            firm.run(*args)
    assert len(firm.mailed()) == 3
    assert_no_secret(firm)


def test_crm_text_that_holds_the_webhook_is_kept_without_its_secret(firm: Firm) -> None:
    firm.later()
    firm.portal.update_item(
        INVOICE,
        firm.company.invoices[0],
        comments=f"call {firm.server.webhook}crm.item.list or /rest/1/{SECRET}/profile.json",
    )
    firm.portal.update_item(DEAL, firm.company.deals[0], title=f"see {firm.server.webhook}")
    firm.portal.add_task(TITLE=firm.server.webhook, RESPONSIBLE_ID=5, DESCRIPTION=SECRET)
    firm.poll()
    firm.later()
    firm.poll("--reconcile")
    for command in (
        ["events", "--json"],
        ["explain", f"deal:{firm.company.deals[0]}"],
        ["snapshot", "export", str(firm.folder / "export")],
    ):
        firm.run(*command)
    assert_no_secret(firm)


def test_a_configuration_with_faults_shows_none_of_its_secrets(firm: Firm) -> None:
    for webhook in (
        firm.server.webhook.replace("http:", "gopher:"),
        firm.server.webhook + "extra/parts",
        f"  {SECRET}",
    ):
        firm.write(webhook=webhook, sections=firm.mail_section(f'wibble = "{PASSWORD[:3]}"'))
        for command in ("poll", "status", "doctor"):
            assert firm.run(command).code in {1, 2}
            if command == "poll" or SECRET in webhook.split():
                said_loudly(firm, command)
    firm.config.write_text(f'[portal]\nwebhook = "{firm.server.webhook}\n[mail]\npassword = "{PASSWORD}\n')
    said_loudly(firm, "poll")
    assert_no_secret(firm)


def test_objects_show_no_secret_when_printed_and_the_search_would_find_one(firm: Firm) -> None:
    loaded = load(firm.config, environ=firm.env)
    app = App(loaded)
    shown = [
        repr(thing)
        for thing in (
            loaded,
            loaded.settings,
            loaded.settings.portal,
            loaded.settings.mail,
            app,
            app.webhook,
            app.portal,
            app.transport,
        )
    ]
    shown += [str(thing) for thing in (loaded.settings, app.webhook, app.portal)]
    shown += [str(vars(app.loaded) if hasattr(app.loaded, "__dict__") else app.loaded)]
    app.close()
    assert_no_secret(firm, *shown)
    (firm.folder / "leak").write_bytes(b"..." + base64.b64encode(f"x{SECRET}y".encode()))
    with pytest.raises(AssertionError):
        assert_no_secret(firm)

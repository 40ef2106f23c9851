"""The webhook leaked, or its owner left: a new one takes over with the same database, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from b24sync.sandbox import SandboxSettings
from tests.support.cli import LONG
from tests.support.firm import Firm, opened

OLD, NEW = "0ldWebh00kSecret1", "n3wWebh00kSecret2"
RULES = """
[[rules]]
name = "mail"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
[[rules]]
name = "tell"
on = ["invoice.created", "invoice.status_changed"]
[[rules.steps]]
use = "notify"
to = ["user:7"]
text = "{{ event.name }} {{ invoice.id }} {{ event.to }}"
[[rules.steps]]
use = "create_task"
title = "T {{ invoice.id }} {{ event.to }}"
responsible = "user:7"
"""


PLAYS = [("the same owner", "the configuration"), ("another owner", "a file")]
MORE = [("another owner", "the configuration"), ("the same owner", "a file")]


@pytest.mark.parametrize(("owner", "kept_in"), PLAYS + (MORE if LONG else []))
def test_a_new_webhook_goes_on_with_the_same_database_and_loses_nothing(
    tmp_path: Path, owner: str, kept_in: str
) -> None:
    settings = SandboxSettings(secret=OLD, pdf_polls=10_000)
    with opened(tmp_path / "firm", settings=settings, rules=RULES) as firm:
        firm.write(sections=firm.mail_section())
        _keep(firm, kept_in)
        firm.poll()
        early, late = firm.invoice(), firm.invoice()
        firm.send(early)
        firm.later()
        firm.poll(hurried=True)  # the mail waits for its PDF, which the old webhook asked for
        firm.local_shift += timedelta(seconds=20)  # as long as it seemed to wait
        assert firm.only("mail")["state"] == "pending"
        before = firm.events()

        firm.set(secret=NEW, pdf_polls=0)  # the portal's administrator revoked the old one
        if owner == "another owner":
            firm.set(owner_id=firm.company.users["sales_head"])
        firm.send(late)
        firm.pay(early)
        firm.later()
        refused = firm.run("poll")
        assert refused.code == 77, refused
        assert firm.events() == before

        _keep(firm, kept_in)  # the new address, in the same place
        doctor = firm.run("doctor")
        assert "fail" not in [line.split()[0] for line in doctor.out.splitlines() if line.strip()], doctor
        firm.settle()
        story = [(one["entity"], one["name"], one["to"]) for one in firm.events()]
        assert len(story) == len(set(story))
        wanted = {
            (f"invoice:{early}", "invoice.status_changed", "sent"),
            (f"invoice:{early}", "invoice.status_changed", "paid"),
            (f"invoice:{late}", "invoice.status_changed", "sent"),
        }
        assert wanted <= set(story)
        states = {action["state"] for action in firm.actions()}
        assert states <= {"done", "skipped"}, firm.actions()
        titles = [task["TITLE"] for task in firm.portal.tasks if str(task["TITLE"]).startswith("T ")]
        assert len(titles) == len(set(titles)) == 5
        assert len(firm.mailed()) == 1  # of the later one: the earlier is paid, and wants no mail any more
        firm.quiet()
        everything = "".join(firm.everything_said) + str(firm.query("SELECT * FROM actions, meta"))
        assert OLD not in everything
        assert NEW not in everything


def _keep(firm: Firm, where: str) -> None:
    if where == "a file":
        file = firm.folder / "webhook"
        file.write_text(firm.server.webhook)
        file.chmod(0o600)
    firm.write(webhook="file:webhook" if where == "a file" else firm.server.webhook)

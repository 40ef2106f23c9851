"""A mail is sent at most once by itself, wherever the poll is killed and whatever the mail server does.

It is never lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.crash.plays import Begun, begun, poll_here
from tests.crash.test_crash_matrix import polls_until_quiet
from tests.support.cli import LONG, SENT, Office
from tests.support.smtp import SmtpServer
from tests.support.zygote import KILLED, Zygote

RULE = '[[rules]]\nname = "mail"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\n'
COMMON = 'from = "Billing <billing@example.ru>"\ndocument_template = 21\n'
POINTS = (
    "poll.before_commit",
    "dispatch.claimed",
    "dispatch.before_write",
    "dispatch.after_write",
    "dispatch.before_settle",
    "dispatch.settled",
)
SMTP_POINTS = ("mail.before_send", "mail.after_send")
FILE_POINTS = (
    "dispatch.claimed",
    "dispatch.before_settle",
)  # before a letter leaves, all transports are alike


@dataclass
class SendMail:
    """An office that mails, and how to count what arrived."""

    start: Begun
    smtp: SmtpServer | None

    @property
    def office(self) -> Office:
        """The office, after its baseline or later."""
        return self.start.office

    def again(self, **fail: Any) -> None:
        """Begin again after the baseline, before any mail, with these faults of the mail server."""
        self.start.again().portal.senders.append("Billing <billing@example.ru>")
        if self.smtp is not None:
            for kept in (self.smtp.arrived, self.smtp.messages):
                kept.clear()
            self.smtp.fail = fail
            self.smtp.reload()

    def arrived(self) -> list[str]:
        """Message-IDs of the mails that left (or a mark for each)."""
        if self.smtp is not None:
            return [str(one.message["Message-ID"]) for one in self.smtp.arrived]
        files = list((self.office.folder / "outbox").glob("*.eml"))
        if files:
            return [
                re.search(rb"Message-ID:\s*(\S+)", one.read_bytes(), re.IGNORECASE)[1].decode()
                for one in files
            ]  # type: ignore[index]
        return [str(mail) for mail in self.office.portal.mails]

    def send(self) -> None:
        """A manager sends an invoice."""
        self.office.move(self.office.company.invoices[0], SENT)


@contextmanager
def posting(folder: Path, transport: str, **fail: Any) -> Iterator[SendMail]:
    """An office that mails by a transport, after its baseline."""
    with SmtpServer() as smtp:
        sections = f'[mail]\ntransport = "{transport}"\n{COMMON}'
        if transport == "smtp":
            sections += f'host = "localhost"\nport = {smtp.port}\nsecurity = "none"\n'
        with begun(folder, rules=RULE, sections=sections) as start:
            post = SendMail(start, smtp if transport == "smtp" else None)
            post.again(**fail)
            yield post


@pytest.mark.parametrize("transport", ["smtp", "file", "portal"])
def test_a_poll_killed_around_a_mail_sends_it_once_or_calls_it_uncertain(
    tmp_path: Path, zygote: Zygote, transport: str
) -> None:
    seen = set()
    points = FILE_POINTS if transport == "file" and not LONG else POINTS
    with posting(tmp_path, transport) as post:
        for point in (*points, *(SMTP_POINTS if transport != "portal" else ())):
            for nth in (1, 2) if "write" in point or "claimed" in point else (1,):
                post.again()
                post.send()
                killed = zygote.poll(post.office.config, at=point, nth=nth) == KILLED
                post.office.whole()
                polls_until_quiet(post.office)
                states = post.office.states()
                count = len(post.arrived())
                seen.add((point, tuple(states), count))
                assert count <= 1, (point, nth, post.arrived())
                assert states in ({"done": 1}, {"uncertain": 1}), (point, nth, states)
                if states == {"done": 1}:
                    assert count == 1, (point, nth)
                assert killed or nth == 2 or transport != "portal", (point, nth)
    if transport != "portal":
        assert ("mail.before_send", ("uncertain",), 0) in seen
        assert ("mail.after_send", ("uncertain",), 1) in seen


def test_an_uncertain_mail_is_sent_again_only_by_a_persons_word(tmp_path: Path, zygote: Zygote) -> None:
    with posting(tmp_path, "smtp") as post:
        office = post.office
        post.send()
        assert zygote.poll(office.config, at="mail.after_send") == KILLED
        polls_until_quiet(office)
        assert office.states() == {"uncertain": 1}
        assert office.run("retry", "--all", "--yes").code == 0
        polls_until_quiet(office)
        assert len(post.arrived()) == 1
        assert office.run("retry", "1").code == 0
        polls_until_quiet(office)
        assert office.states() == {"done": 1}
        first, second = post.arrived()
        assert first == second, "the same action has the same Message-ID"


MAIL_SERVERS: tuple[tuple[dict[str, Any], str, int], ...] = (
    ({"connect": ["drop"]}, "done", 1),
    ({"connect": ["421 busy"]}, "done", 1),
    ({"rcpt": ["450 4.2.0 later"]}, "done", 1),
    ({"data": ["451 4.3.0 later"]}, "done", 1),
    ({"after_data": ["drop"]}, "uncertain", 1),
    ({"after_data": ["451 4.3.0 later"]}, "done", 2),
    ({"after_data": ["554 5.7.1 spam"]}, "failed", 1),
    ({"rcpt": ["550 5.1.1 no such user"]}, "failed", 0),
)
"""What a mail server does, what becomes of the action, and how many mails arrive."""


def test_what_the_mail_server_does_to_a_mail(tmp_path: Path) -> None:
    """``arrived`` counts every final dot.

    One that was answered with 451 was not accepted and may come again.
    """
    with posting(tmp_path, "smtp") as post:
        assert post.smtp is not None
        for fail, state, count in MAIL_SERVERS:
            post.again(**fail)
            post.send()
            polls_until_quiet(post.office, codes=(0, 1, 69))
            assert post.office.states() == {state: 1}, (fail, post.office.query("SELECT error FROM actions"))
            assert len(post.arrived()) == count, fail
            assert len(post.smtp.messages) == (1 if state == "done" else 0), fail


def test_a_mail_server_that_is_away_for_days_loses_no_mail_and_uses_up_no_attempt(
    tmp_path: Path,
) -> None:
    with posting(tmp_path, "smtp", connect=["drop"] * 12) as post:
        office = post.office
        post.send()
        codes = [poll_here(office, later_s=number * 7 * 3600) for number in range(12)]
        assert set(codes) == {69}
        assert office.query("SELECT state, attempts FROM actions") == [("pending", 0)]
        assert poll_here(office, later_s=12 * 7 * 3600) == 0
        assert len(post.arrived()) == 1


def test_too_many_mails_at_once_are_held_and_other_actions_are_not(tmp_path: Path) -> None:
    write = (
        '[[rules]]\nname = "tell"\non = "invoice.sent"\n[[rules.steps]]\nuse = "notify"\nto = '
        '["user:1"]\ntext = "sent"\n'
    )
    with posting(tmp_path, "smtp") as post:
        office = post.office
        office.write(sections=office.sections + "[safety]\nmax_emails_per_poll = 2\n", rules=RULE + write)
        for number in range(3):
            office.move(
                office.add_invoice(
                    deal=0, contactId=office.company.contacts["with_email"], title=f"n{number}"
                ),
                SENT,
            )
        assert poll_here(office) == 1
        assert office.states() == {"held": 3, "done": 3}
        assert post.arrived() == []
        assert office.run("release", "--all", "--yes").code == 0
        polls_until_quiet(office)
        assert len(set(post.arrived())) == 3
        assert len(post.arrived()) == 3


def test_a_lost_answer_of_the_portals_mail_sends_no_second_one(tmp_path: Path) -> None:
    with posting(tmp_path, "portal") as post:
        post.office.portal.faults.add(Fault("drop_after", method="crm.activity.add", where="command"))
        post.send()
        polls_until_quiet(post.office)
        assert len(post.arrived()) == 1
        assert set(post.office.states()) <= {"done", "uncertain"}

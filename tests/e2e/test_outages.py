"""The portal refuses, stalls, breaks, changes its mind or is away.

The right exit code, clear words, nothing lost, nothing twice.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest

from b24sync.sandbox import Fault
from b24sync.sandbox.schema import CONTACT, DEAL, INVOICE
from tests.support.cli import DRAFT, LONG, PAID, SENT, TELL_HEAD, Office, notify_rule
from tests.support.here import poll_here
from tests.support.zygote import Zygote, killed_poll

HOURS_7 = 7 * 3600


@dataclass
class SendMail:
    """An office that polls, in the process of the test or through the zygote."""

    office: Office
    zygote: Zygote
    logged: pytest.LogCaptureFixture

    def poll(self, **how: Any) -> tuple[int, str]:
        """Exit code and what was said and logged, as the zygote's child has it."""
        self.logged.clear()
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            code = killed_poll(str(self.office.config), **how)
        return code, self._clean(out.getvalue() + err.getvalue() + self.logged.text)

    def poll_apart(self, **how: Any) -> tuple[int, str]:
        """The same in a process of its own."""
        log = self.office.folder / "log"
        log.unlink(missing_ok=True)
        code = self.zygote.poll(self.office.config, log=str(log), **how)
        return code, self._clean(log.read_text())

    def _clean(self, said: str) -> str:
        assert "Traceback" not in said, said
        assert "fault of the program" not in said, said
        assert "sandboxsecret" not in said, said
        return said


@pytest.fixture
def post(office: Office, zygote: Zygote, caplog: pytest.LogCaptureFixture) -> SendMail:
    found = SendMail(office, zygote, caplog)
    assert found.poll()[0] == 0
    return found


def refusal(
    code: str | int, http: int, *, method: str = "batch", where: str = "request", times: int = 1000
) -> Fault:
    return Fault(
        "error", method=method, where=where, code=code, http=http, description="<br>Нет доступа", times=times
    )  # type: ignore[arg-type]


# every row of the portal's general errors (portal.md §1.3), and what a transport can do
WHOLE = {
    "QUERY_LIMIT_EXCEEDED once": (Fault("503"), 0, ""),
    "OPERATION_TIME_LIMIT of batch": (Fault("429", method="batch", seconds=300), 0, ""),  # single calls
    "OVERLOAD_LIMIT": (Fault("overload", times=1000), 69, "OVERLOAD_LIMIT"),
    "NO_AUTH_FOUND": (refusal("NO_AUTH_FOUND", 401), 77, "NO_AUTH_FOUND"),
    "INVALID_CREDENTIALS": (refusal("INVALID_CREDENTIALS", 403), 77, "INVALID_CREDENTIALS"),
    "INVALID_CREDENTIALS as OAuth": (refusal("INVALID_CREDENTIALS", 401), 77, "INVALID_CREDENTIALS"),
    "expired_token": (Fault("401", times=1000), 77, "expired_token"),
    "user_access_error": (refusal("user_access_error", 403), 77, "user_access_error"),
    "ACCESS_DENIED": (refusal("ACCESS_DENIED", 403), 77, "ACCESS_DENIED"),
    "authorization_error": (refusal("authorization_error", 401), 77, "authorization_error"),
    "PORTAL_DELETED": (refusal("PORTAL_DELETED", 500), 77, "PORTAL_DELETED"),
    "PORTAL_DELETED as in the source": (refusal("PORTAL_DELETED", 403), 77, "PORTAL_DELETED"),
    "INVALID_REQUEST": (refusal("INVALID_REQUEST", 400), 69, "INVALID_REQUEST"),
    "ERROR_BATCH_METHOD_NOT_ALLOWED": (
        refusal("ERROR_BATCH_METHOD_NOT_ALLOWED", 405),
        69,
        "ERROR_BATCH_METHOD_NOT_ALLOWED",
    ),
    "INTERNAL_SERVER_ERROR once": (Fault("500"), 0, ""),
    "ERROR_UNEXPECTED_ANSWER once": (refusal("ERROR_UNEXPECTED_ANSWER", 500, times=1), 0, ""),
    "a proxy's page once": (Fault("502html"), 0, ""),
    "half an answer once": (Fault("truncated"), 0, ""),
    "cut before once": (Fault("drop_before"), 0, ""),
    "cut after once": (Fault("drop_after"), 0, ""),
}
RECOVERED_AFTER = {7, 14}
"""Cases in whose middle the portal answers again; it also does after the last."""
FEED = {
    "insufficient_scope": (
        refusal("insufficient_scope", 403, method="tasks.task.list", where="command"),
        {77},
        "insufficient_scope",
    ),
    "WRONG_AUTH_TYPE": (
        refusal("WRONG_AUTH_TYPE", 403, method="tasks.task.list", where="command"),
        {69, 77},
        "WRONG_AUTH_TYPE",
    ),
    "ERROR_METHOD_NOT_FOUND": (
        refusal("ERROR_METHOD_NOT_FOUND", 404, method="tasks.task.list", where="command"),
        {69},
        "ERROR_METHOD_NOT_FOUND",
    ),
    "OPERATION_TIME_LIMIT": (
        Fault("429", method="tasks.task.list", where="command", seconds=60),
        {69},
        "OPERATION_TIME_LIMIT",
    ),
    "100": (refusal(100, 400, method="tasks.task.list", where="command"), {69}, "tasks.task.list"),
    "0": (refusal(0, 400, method="tasks.task.list", where="command"), {69}, "tasks.task.list"),
    "no code": (refusal("", 400, method="tasks.task.list", where="command"), {69}, "tasks.task.list"),
    "WRONG_ENCODING": (
        refusal("WRONG_ENCODING", 500, method="tasks.task.list", where="command"),
        {69},
        "WRONG_ENCODING",
    ),
}
WRITE = {
    "QUERY_LIMIT_EXCEEDED": (Fault("503", method="im.notify*", where="command"), "done"),
    "OPERATION_TIME_LIMIT": (Fault("429", method="im.notify*", where="command", seconds=600), "pending"),
    "insufficient_scope": (
        refusal("insufficient_scope", 403, method="im.notify*", where="command"),
        "failed",
    ),
    "ACCESS_DENIED": (refusal("ACCESS_DENIED", 403, method="im.notify*", where="command"), "failed"),
    "a number": (refusal(100, 400, method="im.notify*", where="command"), "failed"),
    "no code": (refusal("", 400, method="im.notify*", where="command"), "failed"),
    "INTERNAL_SERVER_ERROR": (
        refusal("INTERNAL_SERVER_ERROR", 500, method="im.notify*", where="command", times=1),
        "pending",
    ),
    "cut after": (Fault("drop_after", method="im.notify*", where="command"), "pending"),
    "cut before": (Fault("drop_before", method="im.notify*", where="command"), "pending"),
}


HOUR = 4000
"""Seconds between cases: the same trouble is said again only after an hour."""


def test_what_the_portal_answers_to_everything(post: SendMail) -> None:
    office, made = post.office, list[int]()
    for number, (what, (fault, expected, words)) in enumerate(WHOLE.items(), 1):
        before = office.story()
        made.append(office.add_invoice())
        office.portal.faults.add(fault)
        code, said = post.poll(later_s=number * HOUR)
        assert (code, words in said) == (expected, True), (what, said)
        if expected == 77:
            assert "portal.webhook" in said, what
        if expected:
            assert office.story() == before, what
        else:
            assert [row[2] for row in office.story()] == made, what
        office.portal.faults.clear()
        office.portal.clock.advance(HOUR)
        if number in RECOVERED_AFTER:
            assert post.poll(later_s=number * HOUR + 600)[0] == 0, what
            assert office.story() == [("invoice.created", "invoice", one, None, None) for one in made], what
            assert len(office.told("sales_head")) == len(made), what
    assert post.poll(later_s=(len(WHOLE) + 1) * HOUR)[0] == 0
    assert office.story() == [("invoice.created", "invoice", one, None, None) for one in made]
    assert len(office.told("sales_head")) == len(made)


def test_what_the_portal_answers_to_one_feed_stops_that_feed_only(post: SendMail) -> None:
    office, tasks, invoices = post.office, list[int](), list[int]()
    for number, (what, (fault, expected, words)) in enumerate(FEED.items(), 1):
        invoices.append(office.add_invoice())
        tasks.append(office.portal.add_task(TITLE="t", RESPONSIBLE_ID=5))
        office.portal.faults.add(fault)
        code, said = post.poll(later_s=number * HOUR)
        assert code in expected, (what, said)
        assert words in said, (what, said)
        assert "task left out" in said, what
        assert office.story() == [("invoice.created", "invoice", one, None, None) for one in invoices], what
        office.portal.faults.clear()
        office.portal.clock.advance(HOUR)
    assert post.poll(later_s=(len(FEED) + 1) * HOUR)[0] == 0
    assert [row for row in office.story() if row[1] == "task"] == [
        ("task.created", "task", task, None, None) for task in tasks
    ]
    assert len(office.story()) == len(tasks) + len(invoices)


def test_what_the_portal_answers_to_a_write(post: SendMail) -> None:
    office = post.office
    in_the_end = dict[str, str]()
    for what, (fault, expected) in sorted(WRITE.items(), key=lambda case: case[0] == "OPERATION_TIME_LIMIT"):
        invoice = office.add_invoice()
        office.portal.faults.add(fault)
        code, said = post.poll()
        [(state, error, attempts)] = office.query(
            "SELECT state, error, attempts FROM actions WHERE entity_id = ?", invoice
        )
        assert state == expected, (what, said)
        if expected == "failed":
            assert code == 1, what
            assert "<br>" not in error, what
            assert "Нет доступа" in error or "scope" in error, what
        else:
            assert attempts == (0 if what == "OPERATION_TIME_LIMIT" else 1) or expected == "done", what
        in_the_end[what] = expected.replace("pending", "done")
        office.portal.faults.clear()
        office.portal.limits = type(office.portal.limits)()  # the method's block, the last case
    post.poll(later_s=HOURS_7)
    states = [state for (state,) in office.query("SELECT state FROM actions ORDER BY entity_id")]
    assert dict(zip(in_the_end, states, strict=True)) == in_the_end
    assert len(office.portal.notifications) == states.count("done")


# blocks, the bucket, slowness


def test_a_blocked_method_is_left_alone_by_the_next_process_until_its_time(post: SendMail) -> None:
    office = post.office
    office.portal.faults.add(Fault("429", method="im.notify.system.add", seconds=500))
    office.add_invoice()
    assert post.poll_apart()[0] == 0
    assert office.states() == {"pending": 1}
    office.portal.requests.clear()
    office.add_invoice()
    assert post.poll_apart()[0] == 0
    assert post.poll_apart(later_s=120)[0] == 0
    assert office.states() == {"pending": 2}
    assert "im.notify.system.add" not in office.portal.requests.methods()
    office.portal.clock.advance(700)
    assert post.poll_apart(later_s=700)[0] == 0
    assert office.states() == {"done": 2}
    assert office.query("SELECT max(attempts) FROM actions") == [(1,)]


def test_the_bucket_is_shared_by_processes_through_the_database(post: SendMail) -> None:
    office = post.office
    office.write(portal_lines='rate = "standard"\n')
    post.poll_apart()
    with closing(sqlite3.connect(office.database)) as database:
        assert database.execute("UPDATE rate_bucket SET level = 53, at = ?", (time.time(),)).rowcount == 1
        database.commit()
    begun = time.monotonic()
    assert post.poll_apart()[0] == 0
    assert time.monotonic() - begun > 1.0


def test_a_portal_that_limits_requests_is_never_pushed_over_its_limit(post: SendMail) -> None:
    office = post.office
    office.set(rate_limit=True, rate_threshold=50, rate_per_s=2.0)
    office.write(portal_lines='rate = "standard"\n')
    for poll in (post.poll, post.poll_apart) * 5:
        office.add_invoice()
        assert poll()[0] == 0
    assert [record.status for record in office.portal.requests if record.status == 503] == []


def test_a_read_that_comes_too_late_is_asked_again(post: SendMail) -> None:
    post.office.write(portal_lines='rate = "box"\ntimeout = "2s"\n')
    post.office.portal.faults.add(Fault("slow", seconds=2.5))
    post.office.add_invoice()
    assert post.poll()[0] == 0
    assert len(post.office.told("sales_head")) == 1


def test_a_write_whose_answer_comes_too_late_is_not_done_twice(
    office: Office, zygote: Zygote, caplog: pytest.LogCaptureFixture
) -> None:
    rule = (
        '[[rules]]\nname = "t"\non = "invoice.created"\n[[rules.steps]]\nuse = "create_task"\ntitle = '
        '"one"\nresponsible = "user:7"\n'
    )
    office.write(rules=rule, portal_lines='rate = "box"\ntimeout = "1s"\n')
    post = SendMail(office, zygote, caplog)
    post.poll()
    office.portal.faults.add(Fault("slow", method="tasks.task.add", where="command", seconds=2.0))
    office.add_invoice()
    post.poll()
    assert office.states() == {"pending": 1}
    time.sleep(1.5)
    post.poll(later_s=HOURS_7)
    assert office.states() == {"done": 1}
    assert [task["TITLE"] for task in office.portal.tasks].count("one") == 1


# the portal's people change things


def test_a_right_that_is_taken_and_given_back_loses_nothing(post: SendMail) -> None:
    office = post.office
    scopes = office.portal.settings.scopes
    office.set(scopes=tuple(scope for scope in scopes if scope not in {"task", "tasks"}))
    task = office.portal.add_task(TITLE="made meanwhile", RESPONSIBLE_ID=5)
    invoice = office.add_invoice()
    code, said = post.poll()
    assert code == 77
    assert "task" in said
    assert [row[2] for row in office.story()] == [invoice]
    office.set(scopes=scopes)
    assert post.poll()[0] == 0
    assert ("task.created", "task", task, None, None) in office.story()
    assert len(office.story()) == 2


def test_a_replaced_webhook_is_77_until_the_new_one_is_written_and_nothing_is_lost(post: SendMail) -> None:
    office = post.office
    office.set(secret="n3wsecret99")
    first = office.add_invoice()
    code, said = post.poll()
    assert code == 77
    assert "n3wsecret99" not in said
    office.write()
    assert post.poll()[0] == 0
    assert [row[2] for row in office.story()] == [first]
    assert len(office.told("sales_head")) == 1


def test_an_owner_who_was_dismissed_is_77(post: SendMail) -> None:
    post.office.portal.dismiss(post.office.portal.settings.owner_id)
    code, said = post.poll()
    assert code == 77
    assert "owner" in said


def test_a_stage_that_is_deleted_under_an_invoice_stops_nothing(post: SendMail) -> None:
    office = post.office
    invoice = office.add_invoice()
    office.move(invoice, office.company.custom_stage)
    office.portal.funnels.remove_stage(INVOICE, office.company.custom_stage)
    office.add_invoice()
    code, said = post.poll()
    assert code == 0, said
    moved = [row for row in office.story() if row[0] == "invoice.status_changed"]
    assert [row[3:] for row in moved] == [("draft", office.company.custom_stage)]


def test_an_entity_that_is_deleted_before_its_action_runs_ends_it_in_words(
    office: Office, zygote: Zygote, caplog: pytest.LogCaptureFixture
) -> None:
    task = '[[rules.steps]]\nuse = "create_task"\ntitle = "for {{ invoice.title }}"\nresponsible = "user:7"\n'
    office.write(rules=TELL_HEAD + f'[[rules]]\nname = "t"\non = "invoice.created"\n{task}')
    post = SendMail(office, zygote, caplog)
    post.poll()
    invoice = office.add_invoice()
    poll_here(office, max_time_s=0)
    office.portal.delete_item(INVOICE, invoice)
    post.poll()
    for state, error, result in office.query("SELECT state, error, result FROM actions"):
        assert state in {"skipped", "failed", "done"}
        assert "fault of the program" not in (error or "")
        assert error or result != "{}"
    assert post.poll(reconcile=True)[0] in {0, 1}
    assert ("invoice.deleted", "invoice", invoice, None, None) in office.story()


def test_contacts_that_are_merged_between_planning_and_doing_give_the_one_that_is_left(
    office: Office, zygote: Zygote, caplog: pytest.LogCaptureFixture
) -> None:
    office.write(rules=notify_rule("told", "invoice.created", text="to {{ contact.name }}"))
    post = SendMail(office, zygote, caplog)
    post.poll()
    office.add_invoice()
    poll_here(office, max_time_s=0)
    office.portal.merge_contacts(office.company.contacts["second"], office.company.contacts["with_email"])
    assert office.portal.item(CONTACT, office.company.contacts["with_email"]) is None
    post.poll()
    [told] = office.told(1)
    assert "Олег" in told


# long outages


def test_days_without_the_portal_lose_no_event_and_tell_nobody_old_news(post: SendMail) -> None:
    office = post.office
    expected: list[tuple[Any, ...]] = []
    for day in range(10):
        office.portal.clock.advance(86_400)
        invoice = office.add_invoice(title=f"day {day}")
        office.move(invoice, SENT, DRAFT, SENT, PAID)
        moves = [("draft", "sent"), ("sent", "draft"), ("draft", "sent"), ("sent", "paid")]
        expected += [
            ("invoice.created", "invoice", invoice, None, None),
            *(("invoice.status_changed", "invoice", invoice, *move) for move in moves),
        ]
        office.portal.update_item(DEAL, office.company.deals[0], title=f"day {day}")
    code, said = post.poll()
    assert code == 0, said
    assert [row for row in office.story() if row[1] == "invoice"] == expected
    assert [row for row in office.story() if row[1] == "deal"] == [
        ("deal.updated", "deal", office.company.deals[0], None, None)
    ]
    skipped = office.query(
        "SELECT count(*) FROM actions WHERE state = 'skipped' AND result LIKE '%too_old%'"
    )[0][0]
    told = len(office.portal.notifications_all)
    assert skipped + told == 50
    assert 30 <= told <= 40
    assert post.poll()[0] == 0
    assert len(office.portal.notifications_all) == told


def test_a_backlog_survives_a_portal_that_breaks_again_and_again(post: SendMail) -> None:
    office = post.office
    made = [office.add_invoice() for _ in range(120 if LONG else 60)]  # more than a page
    for number in range(12 if LONG else 6):
        office.portal.faults.add(Fault("overload", after=number % 5))
        post.poll()
    office.portal.faults.clear()
    post.poll()
    assert post.poll_apart(later_s=HOURS_7)[0] == 0
    assert sorted(row[2] for row in office.story()) == made
    assert len(office.portal.notifications) == len(made)
    assert office.states() == {"done": len(made)}
    assert max(row[0] for row in office.query("SELECT attempts FROM actions")) == 1

"""The main job: the command in a process of its own against a portal over HTTP."""

from __future__ import annotations

import re
import signal
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest

from b24sync.sandbox import Fault
from b24sync.sandbox.schema import CONTACT, DEAL, INVOICE
from tests.support.cli import DRAFT, PAID, SENT, TELL_LEAD, Office, no_traceback, notify_rule, now
from tests.support.here import poll_here
from tests.support.together import together

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


@pytest.fixture
def polled(office: Office) -> Office:
    """A small company after its baseline, which the first test makes by the command."""
    assert poll_here(office)["baseline"]
    return office


# quiet start, idle polls


def test_the_first_poll_of_a_portal_with_130_invoices_fires_nothing(office: Office) -> None:
    for number in range(125):
        office.move(office.add_invoice(title=f"old {number}"), SENT, PAID)
    report = office.poll()
    assert report["baseline"] is True
    assert (report["events"], report["actions"]) == (0, {})
    assert office.query("SELECT count(*) FROM entities WHERE kind = 'invoice'") == [(130,)]
    assert office.events() == []
    assert office.portal.notifications_all == []


def test_polling_an_unchanged_portal_gives_no_event_ever_and_is_one_request(polled: Office) -> None:
    invoice = polled.add_invoice()
    polled.move(invoice, SENT, PAID)
    assert polled.poll()["events"] == 3
    assert poll_here(polled)["events"] == 0
    later(polled, 3600)
    assert poll_here(polled)["events"] == 0
    for poll in (polled.poll, lambda: poll_here(polled)):
        polled.portal.requests.clear()
        report = poll()
        assert report["http_requests"] == polled.portal.requests.count == 1
        assert (report["baseline"], report["events"], report["actions"]) == (False, 0, {})
        assert not any(report["changes"].values())
    later(polled, 86_400)
    assert poll_here(polled, reconcile=True)["events"] == 0


# events


def test_an_invoice_that_is_made_moved_and_deleted_tells_its_whole_story_in_order(polled: Office) -> None:
    invoice = polled.add_invoice()
    polled.move(invoice, SENT, DRAFT, SENT, PAID)
    poll_here(polled)
    polled.portal.update_item(INVOICE, invoice, title="renamed", closedate="2027-03-01")
    poll_here(polled)
    polled.portal.delete_item(INVOICE, invoice)
    polled.poll("--reconcile")
    events = polled.events("--entity", f"invoice:{invoice}")
    assert [(event["name"], event["from"], event["to"]) for event in events] == [
        ("invoice.created", None, None),
        ("invoice.status_changed", "draft", "sent"),
        ("invoice.status_changed", "sent", "draft"),
        ("invoice.status_changed", "draft", "sent"),
        ("invoice.status_changed", "sent", "paid"),
        ("invoice.updated", None, None),
        ("invoice.deleted", None, None),
    ]
    assert events[5]["changes"]["due_date"][1] == "2027-03-01"
    assert events[5]["changes"]["title"] == [f"Счёт №{invoice}", "renamed"]
    ids = [event["id"] for event in events]
    assert ids == sorted(ids)
    assert len({event["key"] for event in events}) == len(events)


def test_a_moved_deal_an_invoice_made_in_a_later_stage_and_a_closed_task_give_their_events(
    polled: Office,
) -> None:
    deal = polled.portal.add_deal("new one", by=polled.company.users["manager"], stageId="NEW")
    task = polled.portal.add_task(TITLE="do it", RESPONSIBLE_ID=polled.company.users["lead"])
    poll_here(polled)
    polled.move_deal(deal, "PREPARATION")
    polled.move_deal(deal, "EXECUTING")
    polled.portal.complete_task(task)
    invoice = polled.add_invoice(stage=PAID)
    polled.poll()
    events = polled.events()

    def of(entity: str) -> list[tuple[str, str | None, str | None]]:
        return [(one["name"], one["from"], one["to"]) for one in events if one["entity"] == entity]

    assert of(f"deal:{deal}") == [
        ("deal.created", None, None),
        ("deal.stage_changed", "NEW", "PREPARATION"),
        ("deal.stage_changed", "PREPARATION", "EXECUTING"),
    ]
    assert of(f"invoice:{invoice}") == [
        ("invoice.created", None, None),
        ("invoice.status_changed", None, "paid"),  # moved from nowhere
    ]
    assert [name for name, _, _ in of(f"task:{task}")] == [
        "task.created",
        "task.completed",
        "task.updated",
    ]
    assert poll_here(polled)["events"] == 0


def test_an_entity_that_was_hidden_and_is_shown_again_was_not_created(polled: Office) -> None:
    old = polled.company.invoices[0]
    polled.portal.hide(INVOICE, old)
    poll_here(polled, reconcile=True)
    assert polled.story() == []
    polled.portal.reveal(INVOICE, old)
    polled.portal.update_item(INVOICE, old, title="seen again")
    polled.poll()
    assert [event[0] for event in polled.story()] in ([], ["invoice.updated"])


# effects


def test_the_head_and_the_lead_are_told_exactly_once_and_bbcode_is_escaped(polled: Office) -> None:
    invoice = polled.add_invoice(title="[URL=http://evil.example]click[/URL] {{ 7*7 }}")
    polled.poll()
    poll_here(polled)
    [told] = polled.told("sales_head")
    assert "[URL=" not in told
    assert "{{ 7*7 }}" in told
    polled.move(invoice, SENT)
    for _ in range(2):
        poll_here(polled)
    assert polled.told("lead") == [f"{invoice}: draft > sent"]
    assert len(polled.portal.notifications_all) == 2
    assert polled.states() == {"done": 2}


def test_a_rule_whose_condition_is_false_or_goes_over_a_missing_link_does_nothing(polled: Office) -> None:
    polled.write(
        rules=TELL_LEAD + notify_rule("big", "invoice.created", more='when = "invoice.amount >= 100000"')
    )
    small, big = polled.add_invoice(opportunity=99_999.99), polled.add_invoice(opportunity=100_000)
    alone = polled.portal.add_item(INVOICE, polled.company.users["manager"], opportunity=1)
    polled.move(alone, SENT)
    assert polled.poll()["exit_code"] == 0
    assert polled.query("SELECT entity_id, rule, state FROM actions") == [(big, "big", "done")]
    assert len(polled.portal.notifications_all) == 1
    assert polled.told("lead") == []
    assert small != big


# JSON


def test_the_report_events_and_actions_have_exactly_the_fields_of_the_contract_and_can_be_narrowed(
    polled: Office,
) -> None:
    invoice = polled.add_invoice()
    polled.move(invoice, SENT)
    report = polled.poll()
    assert list(report) == [
        "run",
        "baseline",
        "dry_run",
        "started_at",
        "finished_at",
        "http_requests",
        "changes",
        "events",
        "actions",
        "exit_code",
    ]
    assert report["changes"] == {"invoice": 1, "deal": 0, "task": 0}
    assert (report["run"], report["events"], report["actions"], report["exit_code"]) == (2, 2, {"done": 2}, 0)
    assert TIME.fullmatch(report["started_at"])
    assert TIME.fullmatch(report["finished_at"])
    created, moved = polled.events()
    assert list(created) == [
        "id",
        "key",
        "name",
        "entity",
        "occurred_at",
        "detected_at",
        "from",
        "to",
        "changes",
    ]
    assert isinstance(created["id"], int)
    assert moved["changes"] == {"stage_id": [DRAFT, SENT]}
    assert TIME.fullmatch(created["occurred_at"])
    first, second = polled.actions()
    assert list(first) == [
        "id",
        "event",
        "rule",
        "step",
        "position",
        "entity",
        "state",
        "attempts",
        "next_attempt_at",
        "error",
        "result",
    ]
    assert (first["event"], first["rule"], first["step"], first["position"]) == (
        created["id"],
        "head-knows",
        "notify",
        0,
    )
    assert (first["entity"], first["state"], first["attempts"], first["error"]) == (
        f"invoice:{invoice}",
        "done",
        1,
        None,
    )
    assert second["event"] == moved["id"]
    # the newest ones, oldest first
    invoices = [invoice, *(polled.add_invoice() for _ in range(4))]
    poll_here(polled)
    narrowed: dict[tuple[str, ...], int] = {
        ("events", "--limit", "2"): 2,
        ("events", "--name", "invoice.created"): 5,
        ("events", "--name", "invoice.deleted"): 0,
        ("events", "--since", "1h"): 6,
        ("events", "--since", (now() + timedelta(hours=2)).isoformat()): 0,
        ("actions", "--state", "done"): 6,
        ("actions", "--state", "failed"): 0,
        ("actions", "--entity", f"invoice:{invoices[1]}"): 1,
    }
    newest, *others = together(polled, *((*words, "--json") for words in narrowed))
    assert [event["entity"] for event in newest.rows] == [f"invoice:{n}" for n in invoices[-2:]]
    for ran in (newest, *others):
        assert (ran.code, len(ran.rows)) == (0, narrowed[ran.args[:-1]]), ran


# quietness


def test_a_second_poll_at_the_same_time_leaves_with_75_in_silence_and_one_that_goes_well_is_silent_too(
    polled: Office,
) -> None:
    polled.set(latency_s=1.0)
    first = polled.start("poll")
    try:
        wait_for_lock(polled)
        ran = polled.run("poll")
        assert (ran.code, ran.out, ran.err) == (75, "", "")
    finally:
        assert first.wait(30) == 0
        first.communicate()
    polled.set(latency_s=0.0)
    polled.add_invoice()
    ran = polled.run("poll")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert polled.states() == {"done": 1}


def test_the_same_trouble_is_said_hourly_and_a_new_one_at_once(polled: Office) -> None:
    polled.portal.faults.add(Fault("overload", times=1000))
    first = polled.run("poll")
    assert first.code == 69
    assert "OVERLOAD_LIMIT" in first.err
    assert first.out == ""
    second = polled.run("poll")
    assert (second.code, second.out, second.err) == (69, "", "")
    polled.portal.faults.clear()
    polled.portal.faults.add(Fault("429", method="tasks.task.list", where="command", seconds=600))
    third = polled.run("poll")
    assert third.code == 69
    assert "tasks.task.list" in third.err
    polled.portal.limits = type(polled.portal.limits)()
    with sqlite3.connect(polled.database) as database:
        database.execute("DELETE FROM method_blocks")
    database.close()
    assert polled.run("poll").said == ""


# --dry-run


def test_a_dry_run_shows_and_changes_nothing_at_either_end(polled: Office) -> None:
    polled.add_invoice(title="first")
    poll_here(polled)
    invoice = polled.add_invoice(title="second")
    before = {path.name: path.read_bytes() for path in polled.folder.iterdir() if path.is_file()}
    told = len(polled.portal.notifications_all)
    shown = polled.run("poll", "--dry-run")
    assert shown.code == 0
    assert f"invoice:{invoice}" in shown.out
    report = polled.poll("--dry-run")
    assert (report["dry_run"], report["events"], report["changes"]["invoice"]) == (True, 1, 1)
    after = {path.name: path.read_bytes() for path in polled.folder.iterdir() if path.is_file()}
    assert before == after
    assert len(polled.portal.notifications_all) == told
    assert poll_here(polled)["events"] == 1


# --since, --baseline, --max-time


def test_since_opens_a_start_in_the_past_and_only_the_first_time(office: Office) -> None:
    invoice = office.add_invoice()
    office.move(invoice, SENT)
    report = office.poll("--since", "1h")
    names = [event["name"] for event in office.events("--entity", f"invoice:{invoice}")]
    assert names == ["invoice.created", "invoice.status_changed"]
    assert report["events"] == len(office.events())
    again = office.run("poll", "--since", "1h")
    assert again.code == 2
    assert "--since" in again.err
    no_traceback(again)


def test_max_time_leaves_actions_to_the_next_poll_and_a_new_baseline_holds_what_is_open_then(
    polled: Office,
) -> None:
    for _ in range(3):
        polled.add_invoice()
    report = polled.poll("--max-time", "0s")
    assert (report["events"], report["actions"]) == (3, {"pending": 3})
    assert polled.portal.notifications_all == []
    assert poll_here(polled)["actions"] == {"done": 3}
    assert len(polled.portal.notifications_all) == 3
    polled.portal.faults.add(
        Fault("429", method="im.notify.system.add", where="command", seconds=3600, times=100)
    )
    polled.add_invoice()
    poll_here(polled)
    assert polled.states() == {"done": 3, "pending": 1}
    polled.portal.faults.clear()
    later(polled, 7200)
    missed = polled.add_invoice()
    report = polled.poll("--baseline", expect=1)
    assert (report["baseline"], report["events"]) == (True, 0)
    assert polled.states() == {"done": 3, "held": 1}
    assert len(polled.story()) == 4
    assert [event for event in polled.story() if event[2] == missed] == []
    polled.add_invoice()
    assert poll_here(polled)["events"] == 1


# safety


def test_a_storm_is_held_until_a_person_releases_or_cancels_it(polled: Office) -> None:
    polled.write(sections="[safety]\nmax_actions_per_poll = 3\n")
    for _ in range(4):
        polled.add_invoice()
    report = polled.poll(expect=1)
    assert report["actions"] == {"held": 4}
    assert polled.portal.notifications_all == []
    polled.add_invoice()
    assert poll_here(polled)["actions"] == {"done": 1}
    ids = [str(one) for (one,) in polled.query("SELECT id FROM actions WHERE state = 'held' ORDER BY id")]
    assert polled.run("release", ids[0]).code == 0
    assert polled.run("cancel", ids[1]).code == 0
    poll_here(polled)
    assert polled.states() == {"held": 2, "cancelled": 1, "done": 2}
    assert polled.run("release", "--all").code == 0
    poll_here(polled)
    assert polled.states() == {"cancelled": 1, "done": 4}


def test_a_first_dry_run_leaves_no_database_and_a_trial_week_does_nothing_for_which_its_end_makes_up(
    office: Office,
) -> None:
    report = office.poll("--dry-run")
    assert report["baseline"] is True
    assert [path.name for path in office.folder.iterdir() if path.name.startswith("b24sync.db")] == []
    office.write(sections="[safety]\ndry_run = true\n")
    poll_here(office)
    office.add_invoice()
    assert office.poll()["actions"] == {"skipped": 1}
    assert office.query("SELECT json_extract(result, '$.reason') FROM actions") == [("dry_run",)]
    office.write(sections="")
    poll_here(office)
    assert office.portal.notifications_all == []
    office.add_invoice()
    poll_here(office)
    assert len(office.portal.notifications_all) == 1


def test_after_a_long_outage_nobody_is_told_of_what_is_old(polled: Office) -> None:
    invoice = polled.add_invoice()
    later(polled, 86_400 * 5)
    polled.move(invoice, SENT)
    later(polled, 86_400 * 4)
    polled.move(invoice, PAID)
    ran = polled.run("poll", "--json")
    assert ran.json["events"] == 3
    actions = polled.actions()
    states = {action["rule"] + action["state"] for action in actions}
    assert [action["state"] for action in actions] == ["skipped", "done", "done"]
    assert actions[0]["result"]["reason"] == "too_old"
    assert states == {"head-knowsskipped", "lead-knowsdone"}
    assert "max_event_age" in polled.on_terminal("poll").said or ran.code == 0


def test_a_rule_that_its_own_effects_fire_is_held_and_named(office: Office) -> None:
    manager, lead = office.company.users["manager"], office.company.users["lead"]
    office.write(
        sections="[safety]\nmax_own_runs_per_hour = 1\n[invoice]\nmy_company = "
        + str(office.company.my_company),
        rules=f"""
[[rules]]
name = "to-lead"
on = "deal.updated"
when = "deal.responsible_id == {manager}"
[[rules.steps]]
use = "assign"
targets = ["deal"]
to = ["user:{lead}"]
[[rules]]
name = "to-manager"
on = "deal.updated"
when = "deal.responsible_id == {lead}"
[[rules.steps]]
use = "assign"
targets = ["deal"]
to = ["user:{manager}"]
""",
    )
    poll_here(office)
    deal = office.company.deals[0]
    office.portal.update_item(DEAL, deal, title="fire")
    codes = []
    for _ in range(14):
        codes.append(poll_here(office, expect=None)["exit_code"])
        if codes[-1] == 1:
            break
    assert codes[-1] == 1, (codes, office.actions())
    [held] = office.actions("--state", "held")
    assert "to-lead" in held["result"]["message"]
    assert "to-manager" in held["result"]["message"]
    assert f"deal:{deal}" in held["result"]["message"]
    assert poll_here(office)["events"] == 0


def test_what_an_action_wrote_is_own_and_a_person_may_edit_as_often_as_they_like(office: Office) -> None:
    office.write(
        sections="[safety]\nmax_own_runs_per_hour = 1\n",
        rules=notify_rule("told", "deal.updated")
        + f"""
[[rules]]
name = "hand-over"
on = "deal.created"
[[rules.steps]]
use = "assign"
targets = ["deal"]
to = ["user:{office.company.users["lead"]}"]
""",
    )
    poll_here(office)
    deal = office.portal.add_deal(
        "new", by=office.company.users["manager"], assignedById=office.company.users["manager"]
    )
    poll_here(office)
    poll_here(office)
    office.portal.update_item(DEAL, deal, assignedById=office.company.users["manager2"])
    poll_here(office)
    own = dict(
        office.query(
            "SELECT json_extract(changes, '$.responsible_id[1]'), own FROM events WHERE name = 'deal.updated'"
        )
    )
    assert own == {office.company.users["lead"]: 1, office.company.users["manager2"]: 0}
    for number in range(3):  # which is no loop
        office.portal.update_item(DEAL, office.company.deals[0], title=f"edit {number}")
        assert poll_here(office)["actions"] == {"done": 1}


def test_one_alert_is_sent_for_a_run_however_much_went_wrong(office: Office) -> None:
    office.write(
        sections=f"[alerts]\nto = "
        f'["user:{office.company.users["director"]}"]\n[safety]\nmax_actions_per_poll = 2\n',
    )
    poll_here(office)
    for _ in range(5):
        office.add_invoice()
    office.poll(expect=1)
    [alert] = office.told("director")
    assert "5" in alert
    poll_here(office)
    assert len(office.told("director")) == 1


# configurations in a folder


def test_a_folder_is_polled_one_after_another_and_one_failure_stops_nothing(
    polled: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    text = polled.config.read_text()
    for name, body in (("a", text), ("b", text.replace("[portal]", "[portal]\nwibble = 1")), ("c", text)):
        (folder / f"{name}.toml").write_text(body)
        (folder / f"{name}.toml").chmod(0o600)
    ran = polled.run("poll", config=folder)
    assert ran.code == 2
    assert "b.toml" in ran.err
    assert "wibble" in ran.err
    no_traceback(ran)
    assert sorted(path.name for path in folder.glob("*.db")) == ["a.db", "c.db"]
    polled.add_invoice()
    polled.run("poll", config=folder)
    assert len(polled.portal.notifications_all) == 2
    rows = polled.run("poll", "--json", config=folder)
    assert [row["exit_code"] for row in rows.rows] == [0, 0]
    (folder / "b.toml").unlink()
    status = polled.run("status", "--json", config=folder)
    assert status.code == 0
    assert len(status.rows) == 2


# exit codes


def test_exit_1_when_an_action_fails_and_only_in_the_poll_where_it_does(polled: Office) -> None:
    polled.write(rules=notify_rule("told", "invoice.created", to="user:1"))
    polled.portal.faults.add(
        Fault(
            "error",
            method="im.notify.system.add",
            where="command",
            code="ACCESS_DENIED",
            description="no <b>rights</b>",
        )
    )
    polled.add_invoice()
    ran = polled.run("poll")
    assert ran.code == 1
    assert "failed" in ran.err
    [(state, error)] = polled.query("SELECT state, error FROM actions")
    assert state == "failed"
    assert "rights" in error
    assert "<b>" not in error
    again = polled.run("poll")
    assert (again.code, again.said) == (0, "")
    assert polled.run("status").code == 1


def test_exit_77_when_the_webhook_is_refused_and_77_goes_over_69_and_69_over_1(polled: Office) -> None:
    polled.set(webhook_valid=False)
    ran = polled.run("poll")
    assert ran.code == 77
    assert "INVALID_CREDENTIALS" in ran.err
    no_traceback(ran)
    polled.set(webhook_valid=True)
    polled.add_invoice()
    poll_here(polled, max_time_s=0)
    polled.set(
        scopes=tuple(scope for scope in polled.portal.settings.scopes if scope not in {"task", "tasks"})
    )
    polled.portal.faults.add(Fault("error", method="im.notify*", where="command", code="ACCESS_DENIED"))
    report = polled.poll(expect=77)
    assert report["exit_code"] == 77
    assert report["actions"] == {"failed": 1}


# watch


def test_watch_polls_until_sigterm_and_finishes_the_action_in_hand(polled: Office) -> None:
    watch = polled.start("watch", "--interval", "1s")
    try:
        invoice = polled.add_invoice()
        wait_until(lambda: polled.told("sales_head") and polled.states() == {"done": 1})
        polled.portal.faults.add(Fault("slow", method="im.notify*", where="command", seconds=1.0))
        polled.move(invoice, SENT)
        wait_until(lambda: polled.states().get("running"))
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(20) == 0
    finally:
        watch.kill()
        out, err = watch.communicate()
    assert out == ""
    assert all(" INFO b24sync." in line for line in err.splitlines()), err
    assert polled.states() == {"done": 2}
    assert len(polled.told("lead")) == 1


def test_watch_stops_at_once_while_it_waits_and_on_sigint_too(polled: Office) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        runs = polled.query("SELECT count(*) FROM runs WHERE finished_at IS NOT NULL")
        watch = polled.start("watch", "--interval", "10m")
        wait_until(
            lambda before=runs: (
                polled.query("SELECT count(*) FROM runs WHERE finished_at IS NOT NULL") > before
            )
        )
        time.sleep(0.2)
        watch.send_signal(number)
        begun = time.monotonic()
        assert watch.wait(10) == 0
        assert time.monotonic() - begun < 3
        out, err = watch.communicate()
        assert out == ""
        assert all(" INFO b24sync." in line for line in err.splitlines()), err


def test_watch_goes_on_when_the_portal_is_away(polled: Office) -> None:
    polled.portal.faults.add(Fault("overload", times=1))
    watch = polled.start("watch", "--interval", "1s")
    try:
        invoice = polled.add_invoice()
        wait_until(lambda: polled.told("sales_head"), seconds=40)
        assert polled.portal.item(INVOICE, invoice)
    finally:
        watch.terminate()
        assert watch.wait(20) == 0
        watch.communicate()


# the portal's side


def test_a_stage_that_is_new_goes_by_its_id_and_contacts_are_read_fresh_when_the_step_runs(
    polled: Office,
) -> None:
    polled.write(rules=notify_rule("told", "invoice.created", text="{{ contact.name }}"))
    polled.portal.update_item(CONTACT, polled.company.contacts["with_email"], name="Мария")
    polled.move(polled.add_invoice(), polled.company.custom_stage)
    polled.poll()
    assert "Мария" in polled.told(1)[0]
    [moved] = [event for event in polled.story() if event[0] == "invoice.status_changed"]
    assert moved[4] == polled.company.custom_stage


def later(office: Office, seconds: float) -> None:
    """Time passes at the portal."""
    office.portal.clock.advance(seconds)


def wait_until(true: object, seconds: float = 20) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def wait_for_lock(office: Office) -> None:
    """Wait until a poll holds the lock."""
    wait_until(
        lambda: (
            office.folder.joinpath("b24sync.db.lock").exists()
            and office.folder.joinpath("b24sync.db.lock").read_text().strip()
        )
    )
    time.sleep(0.1)

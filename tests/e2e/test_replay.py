"""``replay``: the recorded history against rules, offline, with the same bytes every time."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.cli import (
    DRAFT,
    PAID,
    SENT,
    TELL_HEAD,
    TELL_LEAD,
    Office,
    Ran,
    no_traceback,
    notify_rule,
    open_office,
)

LINKED = notify_rule(
    "vip", "invoice.status_changed", more="when = \"'VIP' in deal.title and deal.amount > 10\""
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, int]]:
    """A company whose rules look at deals, with a history of several polls; the portal is away since."""
    for office in open_office(tmp_path_factory.mktemp("replay"), rules=TELL_HEAD + TELL_LEAD + LINKED):
        office.portal.update_item(DEAL, office.company.deals[0], title="VIP Ремонт")
        office.poll()
        invoice = office.add_invoice(title="one", opportunity="5000")
        office.poll()
        office.move(invoice, SENT)
        office.poll()
        office.portal.update_item(DEAL, office.company.deals[0], title="ordinary")
        office.portal.update_item(INVOICE, invoice, title="two", opportunity="70000")
        office.poll()
        office.move(invoice, DRAFT, SENT, PAID)
        office.poll()
        office.server.stop()
        yield office, invoice


@pytest.fixture
def recorded(history: tuple[Office, int], tmp_path: Path) -> tuple[Office, int]:
    """A copy of that company's folder."""
    office, invoice = history
    folder = shutil.copytree(office.folder, tmp_path / "office")
    return replace(office, folder=folder, everything_said=[]), invoice


def replay(office: Office, *args: str) -> Ran:
    """Replay with the portal away."""
    ran = office.run("replay", "--json", *args)
    no_traceback(ran)
    assert ran.code == 0, ran.err
    return ran


def replay_twice(office: Office, *args: str) -> Ran:
    """Replay twice; the bytes must be the same."""
    first = replay(office, *args)
    assert replay(office, *args).out == first.out
    return first


def rules_file(office: Office, rules: str) -> str:
    """Another whole configuration."""
    path = office.folder / "other.toml"
    path.write_text(office.config.read_text().replace(office.rules, rules))
    path.chmod(0o600)
    return str(path)


def plan(row: dict) -> tuple:
    return row["event"], row["rule"], row["step"], row["position"], row["entity"]


def moved(office: Office) -> list[int]:
    """The ids of the events of moved invoices."""
    return [
        number
        for (number,) in office.query(
            "SELECT id FROM events WHERE name = 'invoice.status_changed' ORDER BY id"
        )
    ]


def test_the_same_rules_plan_what_was_planned(recorded: tuple[Office, int]) -> None:
    office, _ = recorded
    done = office.actions()
    assert {row["rule"] for row in done} == {"head-knows", "lead-knows", "vip"}
    ran = replay_twice(office)
    assert ran.err == ""
    assert [plan(row) for row in ran.rows] == [plan(row) for row in done]
    first = ran.rows[0]
    assert first.keys() == done[0].keys()
    assert [row["id"] for row in ran.rows] == list(range(1, len(done) + 1))
    assert {key: first[key] for key in ("state", "attempts", "next_attempt_at", "error", "result")} == {
        "state": "pending",
        "attempts": 0,
        "next_attempt_at": None,
        "error": None,
        "result": {},
    }


def test_linked_values_are_those_of_their_time(recorded: tuple[Office, int]) -> None:
    office, _ = recorded
    moves = moved(office)
    vip = [row["event"] for row in replay(office).rows if row["rule"] == "vip"]
    assert (len(moves), vip) == (4, moves[:1])


def test_nothing_is_written(recorded: tuple[Office, int]) -> None:
    office, _ = recorded
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in office.folder.iterdir()}
    replay(office)
    office.folder.chmod(0o500)
    try:
        replay(office)
    finally:
        office.folder.chmod(0o700)
    after = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in office.folder.iterdir()}
    assert {name: after[name] for name in before} == before
    assert not [name for name in after.keys() - before.keys() if not name.endswith(("-wal", "-shm"))]


def test_other_rules_see_the_entity_as_it_was_at_the_event(recorded: tuple[Office, int]) -> None:
    office, invoice = recorded
    other = rules_file(
        office,
        notify_rule(
            "small",
            "invoice.status_changed",
            more="when = \"invoice.amount < 10000 and invoice.title == 'one'\"",
        )
        + notify_rule(
            "large",
            "invoice.status_changed",
            more="when = \"invoice.amount == 70000 and invoice.title == 'two'\"",
        )
        + notify_rule(
            "new",
            "invoice.created",
            more="when = \"invoice.status == 'draft' and invoice.stage_id == 'DT31_1:N'\"",
        ),
    )
    rows = replay_twice(office, "--rules", other).rows
    first, *later = moved(office)
    assert [row["event"] for row in rows if row["rule"] == "small"] == [first]
    assert [row["event"] for row in rows if row["rule"] == "large"] == later
    assert [row["entity"] for row in rows if row["rule"] == "new"] == [f"invoice:{invoice}"]


def test_links_that_nobody_asked_for_come_from_the_snapshot_of_that_time(office: Office) -> None:
    office.write(rules=TELL_HEAD)
    office.portal.update_item(DEAL, office.company.deals[0], title="VIP Ремонт")
    office.poll()
    invoice = office.add_invoice()
    office.move(invoice, SENT)
    office.poll()
    office.portal.update_item(DEAL, office.company.deals[0], title="ordinary", opportunity="1")
    office.poll()
    office.move(invoice, PAID)
    office.poll()
    ran = replay(office, "--rules", rules_file(office, LINKED))
    assert ran.err == ""
    sent, _paid = moved(office)
    assert [row["event"] for row in ran.rows] == [sent]


def test_what_was_not_recorded_cannot_be_judged_and_that_is_said(recorded: tuple[Office, int]) -> None:
    office, _ = recorded
    ran = replay(
        office,
        "--rules",
        rules_file(office, TELL_HEAD + notify_rule("named", "invoice.created", more='when = "contact.name"')),
    )
    assert {row["rule"] for row in ran.rows} == {"head-knows"}
    assert "rule named on invoice:" in ran.err
    assert "cannot be judged: crm.item.get (entityTypeId 3, id " in ran.err


def test_a_deal_that_was_deleted_is_none_as_it_was(office: Office) -> None:
    office.write(rules=TELL_HEAD + notify_rule("orphan", "invoice.updated", more='when = "not deal.id"'))
    invoice = office.add_invoice()
    office.poll()
    office.portal.delete_item(DEAL, office.company.deals[0])
    office.portal.update_item(INVOICE, invoice, title="changed")
    office.poll()
    done = [plan(row) for row in office.actions()]
    ran = replay(office)
    assert ([plan(row) for row in ran.rows], ran.err) == (done, "")


def test_the_time_can_be_narrowed(recorded: tuple[Office, int]) -> None:
    office, _ = recorded
    events = office.events()
    assert replay(office, "--until", "2001-01-01").rows == []
    everything = replay(office).rows
    assert replay(office, "--since", "2001-01-01").rows == everything
    middle = events[len(events) // 2]["occurred_at"]
    early, late = replay(office, "--until", middle).rows, replay(office, "--since", middle).rows
    assert [plan(row) for row in early + late] == [plan(row) for row in everything]
    assert office.run("replay", "--since", "2026-02-01", "--until", "2026-01-01").code == 2
    assert office.run("replay", "--since", "soon").code == 2


def test_the_safety_settings_are_those_of_the_configuration(recorded: tuple[Office, int]) -> None:
    office, _ = recorded
    other = rules_file(office, office.rules + "[safety]\nmax_actions_per_poll = 2\n")
    states = [
        (row["rule"], row["state"], row["result"].get("reason"))
        for row in replay(office, "--rules", other).rows
    ]
    assert [state for _, state, _ in states] == ["pending"] * 3 + ["held"] * 3
    assert ("lead-knows", "held", "storm") in states
    other = rules_file(office, office.rules + "[safety]\ndry_run = true\n")
    assert {(row["state"], row["result"]["reason"]) for row in replay(office, "--rules", other).rows} == {
        ("skipped", "dry_run")
    }


def test_no_secret_is_needed_and_a_copy_of_a_database_is_replayed_with_another_configuration_alone(
    recorded: tuple[Office, int], tmp_path: Path
) -> None:
    office, _ = recorded
    before = replay(office).out
    laptop = tmp_path / "laptop"
    laptop.mkdir()
    shutil.copy(office.database, laptop / "copy.db")
    ran = office.run(
        "replay",
        "--json",
        "--from",
        str(laptop / "copy.db"),
        "--rules",
        str(office.config),
        config=laptop / "absent.toml",
        cwd=laptop,
    )
    assert (ran.code, ran.out) == (0, before)
    office.write(webhook="env:NOT_SET_HERE")
    assert replay(office).out == before


def test_people_read_it_as_text(recorded: tuple[Office, int]) -> None:
    office, invoice = recorded
    out = office.run("replay").out
    assert f"head-knows: notice  invoice:{invoice}  (event 1: invoice created, " in out
    assert "planned" in out


def test_wrong_files_end_with_2(recorded: tuple[Office, int], tmp_path: Path) -> None:
    office, _ = recorded
    for args in (
        ("--rules", str(tmp_path)),
        ("--rules", str(tmp_path / "none.toml")),
        ("--from", str(tmp_path / "none.jsonl")),
    ):
        ran = office.run("replay", *args)
        no_traceback(ran)
        assert (ran.code, ran.out) == (2, "")


COMMISSION = """
[commission]
[[commission.rates]]
for = "invoice.responsible"
percent = "%s"
"""
PAY = """
[[rules]]
name = "pay"
on = "invoice.paid"
[[rules.steps]]
use = "commission"
"""


def test_compare_sums_up_old_against_new_rule_by_rule(recorded: tuple[Office, int]) -> None:
    office, _ = recorded
    old = rules_file(office, COMMISSION % "5" + TELL_HEAD + TELL_LEAD + PAY)
    new = office.folder / "new.toml"
    moved = TELL_LEAD.replace('when = "deal.id"', 'to = ["paid"]')
    told = notify_rule("told", "invoice.created", to="user:7")
    new.write_text(office.config.read_text().replace(office.rules, COMMISSION % "7" + moved + PAY + told))
    new.chmod(0o600)
    before = (office.folder / "b24sync.db").read_bytes()
    rows = replay_twice(office, "--rules", old, "--compare", str(new)).rows
    assert [row["rule"] for row in rows] == ["head-knows", "lead-knows", "pay", "told"]
    head, lead, pay, told_row = rows
    assert (head["new"], head["changed"]) == (None, True)
    assert head["old"]["recipients"] == ["department_head"]
    assert (lead["old"]["firings"], lead["new"]["firings"]) == (4, 1)
    assert pay["old"]["money"] == {"RUB": {"earned": "3500.00"}}
    assert pay["new"]["money"] == {"RUB": {"earned": "4900.00"}}
    assert told_row["old"] is None
    assert (told_row["new"]["notices"], told_row["new"]["recipients"]) == (1, ["user:7"])
    assert (office.folder / "b24sync.db").read_bytes() == before


def test_compare_with_the_same_rules_finds_no_change_and_calls_people_by_their_names(
    recorded: tuple[Office, int],
) -> None:
    office, _ = recorded
    rows = replay(office, "--compare", str(office.config)).rows
    assert [row["changed"] for row in rows] == [False] * len(rows)
    ran = office.run("replay", "--compare", str(office.config))
    assert ran.code == 0
    assert "head-knows (" in ran.out
    assert "Алексей Новиков" in ran.out, ran  # as actions told
    assert "user:5" not in ran.out
    assert "the department's head" in ran.out


def test_compare_counts_mails_with_their_clients_also_in_a_trial_week(recorded: tuple[Office, int]) -> None:
    office, _ = recorded
    mail = '[mail]\ntransport = "file"\nfrom = "a@b.ru"\n[safety]\ndry_run = true\n'
    rule = '[[rules]]\nname = "mail"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\n'
    new = rules_file(office, mail + rule)
    (row,) = [row for row in replay(office, "--compare", new).rows if row["rule"] == "mail"]
    assert row["new"]["firings"] == 2
    assert row["new"]["mails"] == 1  # the second one was paid by the end of its poll
    assert row["new"]["recipients"][0].startswith(("contact:", "company:"))

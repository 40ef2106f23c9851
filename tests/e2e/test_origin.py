"""A database and each of its kinds belong to what they came from (contract.md G15, G6)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from b24sync.errors import UsageError
from b24sync.sandbox import Sandbox, SandboxServer, seed_company
from tests.support.cli import Office
from tests.support.world import DEAL, INVOICE, OBJECT, Killed, P, S, World

OTHER = 1050
INVOICES = '[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
BOTH = '[poll]\nwatch = ["invoice", "deal"]\nreconcile_every = "0s"\n'
DEALS = '[poll]\nwatch = ["deal"]\nreconcile_every = "0s"\n'
OBJECTS = '[poll]\nwatch = ["object"]\nreconcile_every = "0s"\n[kinds.object]\nentity_type_id = {number}\n'
TELL = (
    '[[rules]]\nname = "t"\non = "object.stage_changed"\n[[rules.steps]]\nuse = "notify"\n'
    'to = ["user:2"]\ntext = "x"\n'
)
Make = Callable[..., World]


@pytest.fixture
def make(worlds: Make) -> Make:
    """Makes worlds that end with the test."""
    return lambda config=INVOICES, **how: worlds(config, **how)


class Elsewhere(SandboxServer):
    """Another portal."""

    def __init__(self) -> None:
        self.company = Sandbox()
        seed_company(self.company)
        super().__init__(self.company)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """Another portal, running."""
    server = Elsewhere()
    server.start()
    yield server
    server.stop()


# the portal


def test_another_portals_webhook_is_refused_with_2_and_a_remedy(polled: Office, elsewhere: Elsewhere) -> None:
    polled.write(webhook=elsewhere.webhook)
    commands = ("poll", "poll --dry-run", "poll --baseline", "run-rule head-knows invoice:1 --yes")
    for command in commands:
        ran = polled.run(*command.split())
        assert ran.code == 2, ran.said
        if command != "poll --baseline":  # what lasts is said once an hour
            assert polled.server.webhook.split("/")[2] in ran.err
            assert "store.path" in ran.err
        assert "Traceback" not in ran.err
    assert "another portal" in polled.run("doctor").said
    assert len(elsewhere.company.requests) == 0
    polled.write(webhook="")
    assert polled.poll()["events"] == 0


def test_a_webhook_with_another_secret_goes_on(polled: Office) -> None:
    from dataclasses import replace

    first = polled.add_invoice()
    polled.portal.settings = replace(polled.portal.settings, secret="another1secret2word")
    polled.write(webhook=polled.server.webhook)
    assert polled.poll()["events"] == 1
    assert [row[2] for row in polled.story()] == [first]


def test_a_database_of_an_earlier_version_knows_its_portal_too(polled: Office, elsewhere: Elsewhere) -> None:
    with closing(sqlite3.connect(polled.database)) as connection, connection:
        connection.execute("DELETE FROM meta WHERE name = 'origin'")
    polled.write(webhook=elsewhere.webhook)
    assert polled.run("poll").code == 2
    polled.write(webhook="")
    assert polled.poll()["events"] == 0


def test_a_baseline_that_was_killed_belongs_to_its_portal(make: Make, elsewhere: Elsewhere) -> None:
    world = make()
    world.portal.add_item(INVOICE)
    with pytest.raises(Killed):
        world.poll(crash="poll.read")
    right = world.server
    world.server = elsewhere
    world.configure(INVOICES)
    with pytest.raises(UsageError, match=r"store\.path"):
        world.poll()
    world.server = right
    world.configure(INVOICES)
    assert world.poll().exit_code == 0


# the kind


def _other_process(world: World) -> None:
    world.portal.add_smart_process(OTHER, "Other")
    world.portal.funnels.add_category(OTHER, "Others", 12, default=True)
    for code, name, semantics in (("NEW", "New", ""), ("CLIENT", "On", ""), ("SUCCESS", "Won", "S")):
        world.portal.funnels.add_stage(OTHER, 12, code, name, semantics)


def test_another_type_of_a_kind_is_a_new_quiet_baseline(make: Make) -> None:
    world = make(OBJECTS.format(number=OBJECT) + TELL)
    _other_process(world)
    for _ in range(3):
        world.portal.add_item(OBJECT, stageId="DT1046_11:NEW")
    world.poll()
    world.advance(3600)
    others = [world.portal.add_item(OTHER, stageId="DT1050_12:NEW") for _ in range(2)]
    world.portal.update_item(OTHER, others[0], stageId="DT1050_12:CLIENT")
    world.configure(OBJECTS.format(number=OTHER) + TELL)
    report = world.poll()
    assert (report.exit_code, report.events, report.baseline) == (0, 0, True)
    world.advance(3600)
    assert world.poll(reconcile=True).events == 0
    world.portal.update_item(OTHER, others[0], stageId="DT1050_12:SUCCESS")
    assert world.poll().exit_code == 0
    assert world.story(f"object:{others[0]}") == [("stage_changed", "DT1050_12:CLIENT", "DT1050_12:SUCCESS")]
    assert len(world.portal.notifications) == 1


def test_what_was_still_to_be_done_for_another_type_is_held(make: Make) -> None:
    from b24sync.sandbox import Fault

    world = make(OBJECTS.format(number=OBJECT) + TELL)
    _other_process(world)
    one = world.portal.add_item(OBJECT, stageId="DT1046_11:NEW")
    world.portal.add_item(OTHER, stageId="DT1050_12:NEW")
    world.poll()
    world.portal.update_item(OBJECT, one, stageId="DT1046_11:CLIENT")
    world.portal.faults.add(Fault("500", "im.notify*", where="command"))
    world.poll()
    world.configure(OBJECTS.format(number=OTHER) + TELL)
    world.advance(3600)
    world.poll()
    assert [row["state"] for row in world.actions()] == ["held"]
    assert world.portal.notifications == []


def test_the_other_module_of_invoices_is_a_new_quiet_baseline_with_a_history_of_its_own(make: Make) -> None:
    world = make(old_invoices=True)
    for _ in range(5):
        one = world.portal.add_item(INVOICE)
        world.portal.update_item(INVOICE, one, stageId=S)
    world.poll()
    world.advance(3600)
    old = [world.portal.add_legacy_invoice() for _ in range(2)]
    world.configure(INVOICES + '[invoice]\napi = "legacy"\n')
    report = world.poll()
    assert (report.exit_code, report.events) == (0, 0)
    world.advance(3600)
    world.portal.update_legacy_invoice(old[0], STATUS_ID="P")
    assert world.poll().exit_code == 0
    assert world.story(f"invoice:{old[0]}")[0] == ("status_changed", "draft", "paid")


def test_a_kind_that_was_not_watched_for_a_while_starts_quietly(make: Make) -> None:
    world = make(BOTH)
    one, two = world.portal.add_item(INVOICE), world.portal.add_item(INVOICE)
    world.portal.add_item(DEAL)
    world.poll()
    world.advance(60)
    world.configure(DEALS)
    world.poll()
    world.advance(3600)
    world.portal.update_item(INVOICE, one, stageId=P)
    world.portal.delete_item(INVOICE, two)
    made = world.portal.add_item(INVOICE)
    world.poll()
    world.configure(BOTH)
    report = world.poll()
    assert (report.exit_code, report.events) == (0, 0)
    assert world.poll(reconcile=True).events == 0
    world.advance(60)
    world.portal.update_item(INVOICE, made, stageId=S)
    world.poll()
    assert world.events(name="invoice.status_changed")[0]["entity_id"] == made
    assert len(world.events()) == 1


def test_a_kind_that_was_not_watched_for_less_than_the_overlap_misses_nothing(make: Make) -> None:
    world = make(BOTH)
    one = world.portal.add_item(INVOICE)
    world.poll()
    world.advance(60)
    world.configure(DEALS)
    world.poll()
    world.portal.update_item(INVOICE, one, stageId=P)
    world.advance(60)
    world.configure(BOTH)
    world.poll()
    assert world.story(f"invoice:{one}") == [("status_changed", "draft", "paid")]
    world.idle()


def test_a_kind_that_was_watched_and_could_not_be_read_misses_nothing(make: Make) -> None:
    world = make(BOTH)
    one = world.portal.add_item(INVOICE)
    world.poll()
    world.portal.update_item(INVOICE, one, stageId=P)
    world.portal.down = True
    for _ in range(3):
        world.advance(86400)
        assert world.poll().exit_code == 69
    world.portal.down = False
    world.poll()
    assert world.story(f"invoice:{one}") == [("status_changed", "draft", "paid")]

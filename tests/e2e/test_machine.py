"""Whatever people, the network and kills do in whatever order.

Events once, effects at most once, and all of them at rest.

contract.md G1 to G3, G6 to G8 and G12.
"""

from __future__ import annotations

import copy
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from b24sync.errors import AnotherPollError
from b24sync.sandbox import Fault
from b24sync.store.lock import poll_lock
from tests.support.oracle import STAGES, Oracle
from tests.support.poison import TIMES, VALUES, Poisoned
from tests.support.unreadable import Unreadable
from tests.support.world import DEAL, INVOICE, OBJECT, POINTS, Killed, World

LONG = os.environ.get("B24SYNC_LONG") == "1"
EXAMPLES = int(os.environ.get("B24SYNC_EXAMPLES", "200" if LONG else "3"))

HEAD = """
[poll]
watch = [{watch}]
reconcile_every = "0s"
[kinds.object]
entity_type_id = 1046
"""
RULES = {
    "told": 'on = "invoice.created"\n[[rules.steps]]\nuse = "notify"\nto = ["user:2"]\ntext = "new {{ '
    'invoice.id }}"\n',
    "marked": (
        'on = "invoice.sent"\n[[rules.steps]]\nuse = "update_fields"\nset = { '
        'UF_CRM_SMART_INVOICE_1706269190 = "sent" }\n'
        '[[rules.steps]]\nuse = "notify"\nto = ["user:2", "user:3"]\ntext = "sent {{ invoice.id }}"\n'
    ),
    "asked": 'on = "invoice.paid"\n[[rules.steps]]\nuse = "create_task"\ntitle = "act for {{ invoice.id '
    '}}"\nresponsible = "user:3"\n',
    "moved": 'on = "invoice.paid"\n[[rules.steps]]\nuse = "move_deal"\nstage = "next"\n',
    "linked": 'on = "invoice.rejected"\nwhen = "deal.amount >= 0"\n[[rules.steps]]\nuse = "notify"\nto = '
    '["user:2"]\ntext = "lost"\n',
}
WANTED = {
    "told": ("created", None),
    "marked": ("status_changed", "sent"),
    "asked": ("status_changed", "paid"),
    "moved": ("status_changed", "paid"),
    "linked": ("status_changed", "rejected"),
}
STEPS = {"told": 1, "marked": 2, "asked": 1, "moved": 1, "linked": 1}
LOST = ("im.notify*", "tasks.task.add", "crm.item.update")
number = st.integers(0, 7)
LATEST_S = 240


class Company(RuleBasedStateMachine):
    """A portal, a program, and everything that may come between them."""

    invoices = Bundle("invoices")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name))
        self.rules = set(RULES)
        self.watched = ["invoice", "deal", "task"]
        self._configure()
        self.deals = [self.world.portal.add_item(DEAL, title=f"deal {n}", stageId="NEW") for n in range(2)]
        self.oracles = {
            "invoice": Oracle(self.world, "invoice", INVOICE),
            "deal": Oracle(self.world, "deal", DEAL),
        }
        self.seen: dict[str, Oracle] = {}
        self.planned: dict[int, set[str]] = {}
        self.baseline = True
        self.late_for = 0
        self.world.on_point = self._passed
        self.poisoned = Poisoned(self.world)
        self.unreadable = Unreadable(self.world, "WRONG_ENCODING", whole=False)
        self.begin_with()

    def begin_with(self) -> None:
        """The quiet start, and the links that conditions need."""
        self.world.portal.add_item(INVOICE, title="old", parentId2=self.deals[0])
        assert self.world.poll().baseline
        self.baseline = False
        self.world.advance(3600)

    def teardown(self) -> None:
        try:
            self._come_to_rest()
        finally:
            self.world.server.stop()
            self.folder.cleanup()

    def _configure(self) -> None:
        text = HEAD.format(watch=", ".join(f'"{kind}"' for kind in self.watched))
        self.world.configure(
            text + "".join(f'[[rules]]\nname = "{name}"\n{RULES[name]}' for name in sorted(self.rules))
        )

    # what the program has read, and what it has made known

    def _passed(self, point: str) -> None:
        if point == "poll.read":
            self.seen = {}
            for kind, oracle in self.oracles.items():
                looked = copy.copy(oracle)
                looked.tales, looked.unseen = copy.deepcopy(oracle.tales), set(oracle.unseen)
                looked.polled(baseline=self.baseline or oracle.last is None)
                self.seen[kind] = looked
        elif point == "poll.applied" and self.seen:
            now = int(self.world.clock.now().timestamp())
            applied = {
                kind for kind in self.seen if self.world.cursor(kind)["signpost"] == now
            }  # others wait for links
            self.oracles, self.seen = {**self.oracles, **{kind: self.seen[kind] for kind in applied}}, {}
            fresh = [row for row in self.world.events() if row["id"] not in self.planned]
            for row in fresh:
                told = row["name"].partition(".")[2], row["to_"]
                matching = {
                    name
                    for name in self.rules
                    if WANTED[name] in {told, (told[0], None)} and row["kind"] == "invoice"
                }
                self.planned[row["id"]] = {
                    name for name in matching if name != "linked" or self._has_deal(row["entity_id"])
                }

    def _has_deal(self, invoice: int) -> bool:
        item = self.world.portal.items.get(INVOICE, invoice)
        return bool(item and item.get("parentId2"))

    # people

    @rule(target=invoices, stage=st.integers(0, 4), deal=st.integers(0, 2))
    def create(self, stage: int, deal: int) -> int:
        parent = {"parentId2": self.deals[deal]} if deal < 2 else {}
        return self.world.portal.add_item(INVOICE, title="new", stageId=STAGES[INVOICE][stage], **parent)

    @rule(invoice=invoices, stages=st.lists(st.integers(0, 4), min_size=1, max_size=3))
    def move(self, invoice: int, stages: list[int]) -> None:
        self.history_comes()
        for stage in stages if self.world.portal.items.get(INVOICE, invoice) else ():
            self.world.portal.update_item(INVOICE, invoice, stageId=STAGES[INVOICE][stage])

    @rule(invoice=invoices, stages=st.lists(st.integers(0, 4), min_size=1, max_size=3))
    def move_with_late_history(self, invoice: int, stages: list[int]) -> None:
        known = {row["ID"] for row in self.world.portal.stage_history(INVOICE)}
        for stage in stages if self.world.portal.items.get(INVOICE, invoice) else ():
            self.world.portal.update_item(INVOICE, invoice, stageId=STAGES[INVOICE][stage])
        rows = {row["ID"] for row in self.world.portal.stage_history(INVOICE)} - known
        self.world.portal.withhold_history(INVOICE, *rows)

    @rule()
    def history_comes(self) -> None:
        self.world.portal.release_history(INVOICE)
        self.late_for = 0

    @rule(invoice=invoices, title=st.sampled_from(["a", "b"]))
    def edit(self, invoice: int, title: str) -> None:
        if self.world.portal.items.get(INVOICE, invoice):
            self.world.portal.update_item(INVOICE, invoice, title=title)

    @rule(invoice=invoices)
    def delete(self, invoice: int) -> None:
        if self.world.portal.items.get(INVOICE, invoice):
            self.world.portal.delete_item(INVOICE, invoice)

    @rule(invoice=invoices, shown=st.booleans())
    def hide_or_reveal(self, invoice: int, shown: bool) -> None:
        (self.world.portal.reveal if shown else self.world.portal.hide)(INVOICE, invoice)

    @rule(seconds=st.sampled_from([1, 60, 301, 3600, 90000]))
    def wait(self, seconds: int) -> None:
        self.late_for += seconds
        if self.late_for >= 240:
            self.history_comes()
        self._advance(seconds)

    @rule(seconds=st.sampled_from([-86400, -60, 60, 86400]))
    def somebody_sets_the_local_clock(self, seconds: int) -> None:
        self.world.local.jump(seconds)

    # the program

    def _poll(self, **options: Any) -> int:
        report = self.world.poll(**options)
        return report.exit_code

    @rule()
    def poll(self) -> None:
        assert self._poll() in {0, 1}

    @rule(point=st.sampled_from(POINTS), nth=st.integers(1, 2))
    def killed(self, point: str, nth: int) -> None:
        with suppress(Killed):
            assert self._poll(crash=point, nth=nth) in {0, 1}

    @rule(method=st.sampled_from(LOST), after=st.integers(0, 2), times=st.integers(1, 2))
    def answers_are_lost(self, method: str, after: int, times: int) -> None:
        self.world.portal.faults.add(Fault("drop_after", method, where="command", after=after, times=times))
        assert self._poll() in {0, 1, 69}
        self.world.portal.faults.clear()

    @rule(method=st.sampled_from(LOST), kind=st.sampled_from(["500", "503", "drop_before", "429"]))
    def writes_fail(self, method: str, kind: Any) -> None:
        self.world.portal.faults.add(Fault(kind, method, where="command", seconds=30))
        assert self._poll() in {0, 1, 69}
        self.world.portal.faults.clear()
        self._advance(61)

    @rule(value=st.sampled_from(sorted(VALUES)))
    def times_are_poisoned(self, value: str) -> None:
        self.poisoned.times = dict.fromkeys(TIMES, VALUES[value])
        assert self._poll() in {0, 1}
        self.poisoned.clear()

    @rule(task=st.integers(0, 3), code=st.sampled_from(["WRONG_ENCODING", "INTERNAL_SERVER_ERROR"]))
    def a_task_cannot_be_read(self, task: int, code: str) -> None:
        self.unreadable.tasks = {int(row["ID"]) for row in self.world.portal.tasks[task : task + 1]}
        self.unreadable.code = code
        assert self._poll() in {0, 1, 69}
        self.unreadable.tasks = set()
        self._advance(61)

    @rule(served=st.integers(0, 4))
    def the_portal_goes_away(self, served: int) -> None:
        self._advance(1)  # each poll in a second of its own shows which kinds it applied
        first = self.world.portal.served
        self.world.portal.down = served == 0
        self.world.portal.before_request = lambda request: setattr(
            self.world.portal, "down", request - first >= served
        )
        assert self._poll() in {0, 1, 69}
        self.world.portal.before_request = lambda _request: None
        self.world.portal.down = False

    @rule()
    def reconcile(self) -> None:
        assert self._poll(reconcile=True) in {0, 1}
        for oracle in self.oracles.values():
            present, hidden = set(oracle.ids()), oracle.hidden()
            for one, tale in oracle.tales.items():
                if one in present and one in hidden:
                    oracle.unseen.add(one)
                elif one not in present and not tale.gone:
                    tale.gone = True
                    tale.owed.append(("deleted", None, None))

    @rule()
    def two_at_once(self) -> None:
        with poll_lock(self.world.database), pytest.raises(AnotherPollError):
            self.world.poll()

    @rule(name=st.sampled_from(sorted(RULES)))
    def the_rules_change(self, name: str) -> None:
        self.rules ^= {name}
        self._configure()

    @rule()
    def one_kind_more_is_watched(self) -> None:
        if "object" not in self.watched:
            for n in range(3):
                self.world.portal.add_item(OBJECT, title=f"object {n}", stageId=STAGES[OBJECT][n])
            self.watched.append("object")
            self._configure()
            self.oracles["object"] = Oracle(self.world, "object", OBJECT)
            assert self._poll() in {0, 1}

    @rule(stage=st.integers(0, 3))
    def an_object_moves(self, stage: int) -> None:
        ids = self.world.portal.item_ids(OBJECT)
        if ids:
            self.world.portal.update_item(OBJECT, ids[0], stageId=STAGES[OBJECT][stage])

    def _advance(self, seconds: int) -> None:
        """Let time pass; history never comes later than the overlap."""
        self.late_for += seconds
        if self.late_for > LATEST_S:
            self.history_comes()
        self.world.advance(seconds)

    # what holds always

    @invariant()
    def the_database_is_whole(self) -> None:
        self.world.check_database()

    @invariant()
    def events_are_the_history(self) -> None:
        for oracle in self.oracles.values():
            oracle.check()

    @invariant()
    def nothing_was_done_twice(self) -> None:
        made = [task["XML_ID"] for task in self.world.portal.tasks]
        assert len(made) == len(set(made)), made
        shown = [notice["TAG"] for notice in self._notices()]
        assert len(shown) == len(set(shown)), shown

    def _notices(self) -> list[dict[str, Any]]:
        return [
            {**notice, "TAG": (notice.get("TAG") or notice.get("tag"))}
            for notice in self.world.portal.notifications
        ]

    @invariant()
    def actions_are_those_of_the_rules_at_their_planning(self) -> None:
        found: dict[int, dict[str, int]] = {}
        for row in self.world.actions():
            by_rule = found.setdefault(row["event_id"], {})
            by_rule[row["rule"]] = by_rule.get(row["rule"], 0) + 1
        for event, names in self.planned.items():
            assert found.get(event, {}) == {name: STEPS[name] for name in names}, (event, found.get(event))

    # at rest

    def _come_to_rest(self) -> None:
        self.world.portal.faults.clear()
        self.world.portal.down = False
        self.history_comes()
        self.world.advance(301)  # what history does not tell is told by the rows
        self.world.local.jump(3 * 86400)  # the longest back-off, and whatever the clock was set back
        for _ in range(8):
            report = self.world.poll()
            assert report.exit_code in {0, 1}
            self.world.advance(7 * 3600)
            waiting = [row for row in self.world.actions() if row["state"] in {"pending", "running"}]
            if not (report.events or report.actions or waiting):
                break
        self.world.quiet()
        self.world.advance(301)
        self.world.idle()
        self.events_are_the_history()
        self.nothing_was_done_twice()
        self._everything_was_done()

    def _everything_was_done(self) -> None:
        tasks = [task["XML_ID"] for task in self.world.portal.tasks]
        notices = [notice["TAG"] for notice in self._notices()]
        moves = 0
        for row in self.world.actions():
            result = json.loads(row["result"])
            assert row["state"] in {"done", "skipped", "failed"}, row
            if row["state"] == "failed":
                assert self._may_fail(row), row
            elif row["state"] == "done" and row["step"] == "create_task":
                assert len([tag for tag in tasks if tag and tag.startswith(row["marker"])]) == 1, row
            elif row["state"] == "done" and row["step"] == "notify":
                told = [tag for tag in notices if tag and tag.startswith(row["marker"])]
                assert len(told) == {"told": 1, "linked": 1, "marked": 2}[row["rule"]], (row, notices)
            elif row["step"] == "move_deal":
                moves += bool(result.get("changed"))
        rows = self.world.portal.stage_history(DEAL)
        assert len(rows) - len(self.deals) <= moves

    def _may_fail(self, row: dict[str, Any]) -> bool:
        """An action on an invoice that was deleted or hidden meanwhile."""
        gone = self.world.portal.items.get(INVOICE, row["entity_id"]) is None
        return gone or row["entity_id"] in self.oracles["invoice"].unseen


Company.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40 if LONG else 30,  # what each begins and ends with costs most
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
TestCompany = Company.TestCase

"""A small play for each example of each step, but for mails, which have their own (`test_mail_kills`).

The step's example is the rule, what people do at the portal follows from its event, and what came of it is
everything that a poll may have changed, so that a step needs no play of its own.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from b24sync.sandbox.schema import COMPANY, CONTACT, DEAL, INVOICE
from b24sync.steps.registry import step_class
from tests.support.cli import PAID, Office, open_office
from tests.support.examples import Example, example, examples, tried
from tests.support.zygote import killed_poll

Act = Callable[..., None]


@dataclass(frozen=True)
class Play:
    """A rule and what people do that fires it."""

    of: Example

    @property
    def act(self) -> Act:
        """What people do after the baseline."""
        return ACTS[self.of.on]

    @property
    def once(self) -> bool:
        """Whether an effect may be missing if (and only if) its action is uncertain."""
        return tried(self.of.text).is_once

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that the step writes with."""
        return tried(self.of.text).methods

    @property
    def writings(self) -> int:
        """How often the step writes; what it writes together is once."""
        return sum(wish in {"Write", "WriteAll"} for wish in tried(self.of.text).bench.wishes)

    @property
    def goes_on(self) -> bool:
        """Whether something is written down between its last write and its end."""
        wishes = [wish for wish in tried(self.of.text).bench.wishes if wish != "Read"]
        return not wishes or wishes[-1] not in {"Write", "WriteAll"}

    def rules(self) -> str:
        """As TOML."""
        return example(self.of.text)

    @staticmethod
    def effect(office: Office) -> Counter[str]:
        """Everything that is there, in a form that is equal if it came about once."""
        return Counter(everything(office))


def poll_here(office: Office, *, later_s: float = 0) -> int:
    """Poll in this process, where nothing kills it: a new ``App``, which comes to the same; the exit code."""
    return killed_poll(str(office.config), later_s=later_s)


@dataclass
class Begun:
    """An office after its baseline, and how to begin from there again, however it went on."""

    office: Office
    aside: Path
    portal: dict[str, Any]

    def again(self) -> Office:
        """The office as it was after its baseline."""
        self.office.portal.faults.clear()
        vars(self.office.portal).update(_copied(self.office, self.portal))
        shutil.rmtree(self.office.folder)
        shutil.copytree(self.aside, self.office.folder)
        return self.office


@contextmanager
def begun(folder: Path, **parts: Any) -> Iterator[Begun]:
    """An office after its baseline in a new folder; ``parts`` as `open_office` has them."""
    place = folder / "office"
    place.mkdir(parents=True)
    for office in open_office(place, **parts):
        assert poll_here(office) == 0
        shutil.copytree(place, folder / "aside")
        yield Begun(office, folder / "aside", _copied(office, vars(office.portal)))


def _copied(office: Office, state: dict[str, Any]) -> dict[str, Any]:
    """The state of its portal, which goes on with the same clock, and without faults."""
    portal = office.portal
    kept = (portal, portal.lock, portal.clock, portal.faults)
    return deepcopy(state, {id(one): one for one in kept})


def new_invoice(office: Office, number: int = 0) -> None:
    """A manager makes an invoice, due on a Sunday."""
    today = office.portal.today()
    sunday = today + timedelta(days=27 - today.weekday())
    office.add_invoice(title=f"play {number}", closedate=sunday, deal=number)


def paid_invoice(office: Office, number: int = 0) -> None:
    """An old invoice is paid."""
    office.move(office.company.invoices[3 * number], PAID)


def new_deal(office: Office, number: int = 0) -> None:
    """A manager makes a deal."""
    with_email, romashka = office.company.contacts["with_email"], office.company.companies["romashka"]
    office.portal.add_deal(
        f"play {number}",
        by=office.company.users["manager"],
        assignedById=office.company.users["manager"],
        contactId=with_email,
        companyId=romashka,
    )


def deal_moved(office: Office, number: int = 0) -> None:
    """A deal goes into execution."""
    office.move_deal(office.company.deals[2 * number], "EXECUTING")


def everything(office: Office) -> Iterator[str]:
    """What a poll may have changed at the portal, without times and markers, and in the program's books."""
    yield from _said(office)
    yield from _tasks(office)
    for kind in (INVOICE, DEAL, CONTACT, COMPANY):
        for number in office.portal.item_ids(kind):
            yield from _item(office, kind, number)
    for kind in (INVOICE, DEAL):
        rows = office.portal.stage_history(kind)
        yield from (f"stage {row['OWNER_ID']} {row['STAGE_ID']}" for row in rows)
    yield from map(str, office.query("SELECT kind, entity_id, user_id, role, state, amount FROM ledger"))
    yield from map(str, office.query("SELECT * FROM due_dates"))


def _said(office: Office) -> Iterator[str]:
    portal = office.portal
    yield from (f"notice {one['USER_ID']} {one['MESSAGE']}" for one in portal.notifications)
    yield from (f"comment {one['ENTITY_ID']} {one['COMMENT']}" for one in portal.activity_book.comments)
    for one in portal.activities:
        said = [one.get(key) for key in ("TYPE_ID", "PROVIDER_ID", "SUBJECT", "OWNER_ID")]
        yield f"activity {said}"


def _item(office: Office, kind: int, number: int) -> Iterator[str]:
    for code, value in (office.portal.item(kind, number) or {}).items():
        if not code.endswith("Time") and code != "xmlId":
            yield f"{kind}:{number} {code} {json.dumps(value, default=str, sort_keys=True)}"
    if kind in {INVOICE, DEAL}:
        for row in office.portal.rows(kind, number):
            yield f"row {kind}:{number} {row['productId']} {row['price']} {row['quantity']}"


def _tasks(office: Office) -> Iterator[str]:
    made = [task for task in office.portal.tasks if str(task.get("XML_ID") or "").startswith("b24sync:")]
    assert len({task["XML_ID"] for task in made}) == len(made), "two tasks with one marker"
    for task in made:
        yield f"task {task['TITLE']} {task['RESPONSIBLE_ID']} {task['UF_CRM_TASK']}"


ACTS: dict[str, Act] = {
    "invoice.created": new_invoice,
    "invoice.paid": paid_invoice,
    "deal.created": new_deal,
    "deal.stage_changed": deal_moved,
}
PLAYS = {name: Play(one) for name, one in examples().items() if step_class(one.use).sends != "mail"}

"""One small play for each step.

A rule, what a person does at the portal, and what must have come of it exactly once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from b24sync.sandbox.schema import CONTACT, DEAL, INVOICE
from tests.support.cli import PAID, Office

Act = Callable[..., None]


@dataclass(frozen=True)
class Play:
    """A rule and its outcome.

    Attributes:
        act: What people do after the baseline.
        effect: Everything that the step changed, in a form that is equal if it happened once; ``None`` values
            may be missing once.
        rule: ``on`` and whatever else the rule has, then its step.
        sections: More of the configuration.
        once: The effect may be missing if (and only if) the action is uncertain.
    """

    act: Act
    effect: Callable[[Office], Any]
    rule: str
    sections: str = ""
    once: bool = False

    def rules(self) -> str:
        """As TOML."""
        return f'[[rules]]\nname = "play"\n{self.rule}\n'


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


def last(office: Office, kind: int) -> dict[str, Any]:
    """The newest item of a type."""
    return office.portal.item(kind, max(office.portal.item_ids(kind))) or {}


def notices(office: Office) -> Any:
    return Counter((one["USER_ID"], one["MESSAGE"]) for one in office.portal.notifications)


def due(office: Office) -> Any:
    shown = last(office, INVOICE)["closedate"]
    day = date.fromisoformat(shown[:10])
    return day.isoweekday(), office.query("SELECT count(*) FROM due_dates WHERE shifted > original")


def deal_stage(office: Office) -> Any:
    deal = office.company.deals[0]
    rows = [row for row in office.portal.stage_history(DEAL) if row["OWNER_ID"] == deal]
    return (office.portal.item(DEAL, deal) or {})["stageId"], [row["STAGE_ID"] for row in rows]


def tasks(office: Office) -> Any:
    made = [task for task in office.portal.tasks if str(task.get("XML_ID") or "").startswith("b24sync:")]
    assert len({task["XML_ID"] for task in made}) == len(made), "two tasks with one marker"
    return Counter((task["TITLE"], task["RESPONSIBLE_ID"], tuple(task["UF_CRM_TASK"])) for task in made)


def activities(office: Office) -> Any:
    return Counter(
        (one.get("TYPE_ID"), one.get("PROVIDER_ID"), one.get("SUBJECT"), one.get("OWNER_ID"))
        for one in office.portal.activities
    )


def comments(office: Office) -> Any:
    return Counter((one["ENTITY_ID"], one["COMMENT"]) for one in office.portal.activity_book.comments)


def deal_fields(office: Office) -> Any:
    deal = last(office, DEAL)
    return deal["sourceDescription"], deal["comments"]


def responsibles(office: Office) -> Any:
    return last(office, DEAL)["assignedById"], (
        office.portal.item(CONTACT, office.company.contacts["with_email"]) or {}
    )["assignedById"]


def made_invoices(office: Office) -> Any:
    made = [office.portal.item(INVOICE, key) or {} for key in office.portal.item_ids(INVOICE)]
    own = [one for one in made if str(one.get("xmlId") or "").startswith("b24sync:")]
    return [(one["title"], one["opportunity"], one["parentId2"], row_names(office, one["id"])) for one in own]


def row_names(office: Office, invoice: int) -> Any:
    return sorted(
        (row["productId"], row["price"], row["quantity"]) for row in office.portal.rows(INVOICE, invoice)
    )


def ledger(office: Office) -> Any:
    return office.query(
        "SELECT kind, entity_id, user_id, role, state, amount, currency FROM ledger ORDER BY user_id, state"
    )


_TASK_ROWS = """
[[rules.steps.tasks]]
title = "row {{ row.name }}"
responsible = "user:5"
[[rules.steps.tasks]]
per = "invoice"
title = "all of {{ invoice.number }}"
responsible = "user:7"
"""

PLAYS = {
    "notify": Play(
        new_invoice,
        notices,
        'on = "invoice.created"\n[[rules.steps]]\nuse = "notify"\n'
        'to = ["department_head", "user:7"]\ntext = "{{ invoice.title }}"',
    ),
    "shift_due_date": Play(
        new_invoice,
        due,
        'on = ["invoice.created", "invoice.updated"]\n[[rules.steps]]\nuse = "shift_due_date"',
    ),
    "move_deal": Play(
        paid_invoice, deal_stage, 'on = "invoice.paid"\n[[rules.steps]]\nuse = "move_deal"\nstage = "next"'
    ),
    "create_task": Play(
        new_invoice,
        tasks,
        'on = "invoice.created"\n[[rules.steps]]\nuse = "create_task"\n'
        'title = "{{ invoice.title }}"\nresponsible = "user:7"\ndeadline = "+3wd"',
    ),
    "create_tasks": Play(
        paid_invoice, tasks, f'on = "invoice.paid"\n[[rules.steps]]\nuse = "create_tasks"\n{_TASK_ROWS}'
    ),
    "create_meeting": Play(
        deal_moved,
        activities,
        'on = "deal.stage_changed"\n[[rules.steps]]\nuse = "create_activity"\n'
        'kind = "meeting"\nsubject = "{{ deal.title }}"',
    ),
    "create_todo": Play(
        deal_moved,
        activities,
        'on = "deal.stage_changed"\n[[rules.steps]]\nuse = "create_activity"\n'
        'kind = "todo"\nsubject = "{{ deal.title }}"',
        once=True,
    ),
    "comment": Play(
        deal_moved,
        comments,
        'on = "deal.stage_changed"\n[[rules.steps]]\nuse = "comment"\ntext = "{{ deal.title }}"',
        once=True,
    ),
    "fill_fields": Play(
        new_deal,
        deal_fields,
        'on = "deal.created"\n[[rules.steps]]\nuse = "fill_fields"\n'
        'set = { sourceDescription = "{{ contact.name }}", comments = "{{ deal.title }}" }',
    ),
    "update_fields": Play(
        new_deal,
        deal_fields,
        'on = "deal.created"\n[[rules.steps]]\nuse = "update_fields"\nentity = "deal"\n'
        'set = { sourceDescription = "{{ deal.id }}" }',
    ),
    "assign": Play(
        new_deal,
        responsibles,
        'on = "deal.created"\n[[rules.steps]]\nuse = "assign"\n'
        'targets = ["deal", "contact"]\nto = ["user:5"]',
    ),
    "create_invoice": Play(
        deal_moved,
        made_invoices,
        'on = "deal.stage_changed"\n[[rules.steps]]\nuse = "create_invoice"\n'
        'title = "for {{ deal.title }}"\nrows = "deal"',
    ),
    "commission": Play(
        new_invoice,
        ledger,
        'on = "invoice.created"\n[[rules.steps]]\nuse = "commission"',
        sections='[commission]\n[[commission.rates]]\nfor = "invoice.responsible"\npercent = "5"\n'
        '[[commission.rates]]\nfor = "user:5"\npercent = "2.5"\n',
    ),
}

WRITES = {
    "notify": ("im.notify.system.add",),
    "shift_due_date": ("crm.item.update",),
    "move_deal": ("crm.item.update",),
    "create_task": ("tasks.task.add",),
    "create_tasks": ("tasks.task.add",),
    "create_meeting": ("crm.activity.add",),
    "create_todo": ("crm.activity.todo.add",),
    "comment": ("crm.timeline.comment.add",),
    "fill_fields": ("crm.item.update",),
    "update_fields": ("crm.item.update",),
    "assign": ("crm.item.update",),
    "create_invoice": ("crm.item.add", "crm.item.productrow.set"),
}

"""The automations of contract.md §6 as rules for one portal, with its own stages, people and fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.onboarding import guesses
from b24sync.onboarding.toml import array, quoted
from b24sync.words import Message

if TYPE_CHECKING:
    from b24sync.onboarding.inquiry import PortalFacts

_TEXTS = {
    "head": {
        "ru": "Новый счёт № {{ invoice.number }} на {{ invoice.amount | money }}, клиент "
        "{{ company.name or contact.name or 'не указан' }}, менеджер {{ responsible.name }}: {{ "
        "invoice.url }}",
        "en": "New invoice {{ invoice.number }} of {{ invoice.amount | money }}, client "
        "{{ company.name or contact.name or 'not given' }}, by {{ responsible.name }}: {{ invoice.url }}",
    },
    "status": {
        "ru": "Счёт № {{ invoice.number }} по сделке «{{ deal.title }}»: {% if event.from %}"
        "«{{ event.from_title }}» → {% endif %}«{{ event.to_title }}». {{ invoice.url }}",
        "en": "Invoice {{ invoice.number }} of the deal “{{ deal.title }}”: {% if event.from %}"
        "“{{ event.from_title }}” → {% endif %}“{{ event.to_title }}”. {{ invoice.url }}",
    },
    "expected": {
        "ru": "{% if commission.of(recipient) %}По счёту № {{ invoice.number }} ожидается ваше "
        "вознаграждение "
        "{{ commission.of(recipient) | money }}.{% endif %}",
        "en": "{% if commission.of(recipient) %}Invoice {{ invoice.number }}: your commission of "
        "{{ commission.of(recipient) | money }} is expected.{% endif %}",
    },
    "earned": {
        "ru": "{% if commission.of(recipient) %}Счёт № {{ invoice.number }} оплачен, ваше вознаграждение "
        "{{ commission.of(recipient) | money }}.{% endif %}",
        "en": "{% if commission.of(recipient) %}Invoice {{ invoice.number }} is paid, your commission is "
        "{{ commission.of(recipient) | money }}.{% endif %}",
    },
    "paid": {
        "ru": "Счёт № {{ invoice.number }} на {{ invoice.amount | money }} оплачен. {% if deal.id %}Сделка "
        "«{{ deal.title }}»: стадия «{{ deal.stage_title }}», {{ deal.url }}{% else %}{{ invoice.url "
        "}}{% endif %}",
        "en": "Invoice {{ invoice.number }} of {{ invoice.amount | money }} is paid. {% if deal.id %}Deal "
        "“{{ deal.title }}”: stage “{{ deal.stage_title }}”, {{ deal.url }}{% else %}{{ invoice.url }}{% "
        "endif %}",
    },
    "row": {"ru": "{{ row.name }}, {{ row.quantity }}", "en": "{{ row.name }}, {{ row.quantity }}"},
    "act": {
        "ru": "Подготовить и согласовать акт по счёту № {{ invoice.number }}",
        "en": "Prepare and agree the act of invoice {{ invoice.number }}",
    },
    "check": {
        "ru": "Проверить и согласовать с клиентом: {{ task.title }}",
        "en": "Check and agree with the client: {{ task.title }}",
    },
    "tag": {"ru": "контроль", "en": "check"},
    "start": {"ru": "Начать работы: {{ deal.title }}", "en": "Begin the work: {{ deal.title }}"},
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes rules for one portal in one language."""

    facts: PortalFacts
    language: str

    def text(self, name: str) -> str:
        """One of the texts as a TOML string."""
        return quoted(_TEXTS[name][self.language])

    def lead(self) -> str:
        """The project lead, or who is responsible for the deal."""
        return "project_lead" if guesses.project_lead(self.facts) else "deal.responsible"


@dataclass(frozen=True, slots=True)
class Automation:
    """One automation.

    Attributes:
        code: As in contract.md §6.
        title: What it does, for people.
        body: The rules.
        section: A section of the file that it cannot do without; empty: none.
        robot: What a robot of the portal may be doing already.
        of_tasks: Whether tasks must be watched for it.
    """

    code: str
    title: Message
    body: Callable[[Writer], str]
    section: str = ""
    robot: Message | None = None
    of_tasks: bool = False


def _a1(w: Writer) -> str:
    return f"""
[[rules]]
name = "head-knows"
on   = "invoice.created"

[[rules.steps]]
use  = "notify"
to   = ["department_head"]
text = {w.text("head")}
"""


def _a2(w: Writer) -> str:
    return f"""
[[rules]]
name = "lead-knows-status"
on   = "invoice.status_changed"
when = "deal.id"

[[rules.steps]]
use  = "notify"
to   = {array([w.lead()])}
text = {w.text("status")}
"""


def _a3(w: Writer) -> str:
    to = array(["invoice.responsible", w.lead()])
    rules = []
    for name, event, text in (("expected", "created", "expected"), ("earned", "paid", "earned")):
        rules.append(f"""
[[rules]]
name = "commission-{name}"
on   = "invoice.{event}"

[[rules.steps]]
use = "commission"

[[rules.steps]]
use  = "notify"
to   = {to}
text = {w.text(text)}
""")
    return "".join(rules)


def _a4(_: Writer) -> str:
    return """
[[rules]]
name = "due-on-working-day"
on   = ["invoice.created", "invoice.updated"]

[[rules.steps]]
use = "shift_due_date"
"""


def _b1(_: Writer) -> str:
    return """
[[rules]]
name = "mail-invoice"
on   = "invoice.sent"

[[rules.steps]]
use = "send_invoice"             # to the deal's contact, else the invoice's, else the company
cc  = ["responsible"]
"""


def _b2(_: Writer) -> str:
    return """
[[rules]]
name = "remind"
on   = "invoice.reminder_due"

[[rules.steps]]
use = "send_reminder"
"""


def _b3(w: Writer) -> str:
    department = guesses.headed_department(w.facts)
    who = f"department:{department}" if department else "deal.responsible"
    return f"""
[[rules]]
name = "paid"
on   = "invoice.paid"

[[rules.steps]]
use   = "move_deal"
stage = "next"

[[rules.steps]]
use = "create_tasks"

[[rules.steps.tasks]]            # one for each product row; `section`, `product` or `name` choose rows
title       = {w.text("row")}
responsible = {quoted(who)}
deadline    = "+5wd"

[[rules.steps]]
use  = "notify"
to   = ["deal.responsible"]
text = {w.text("paid")}
"""


def _b4(w: Writer) -> str:
    return f"""
[[rules]]
name = "act"
on   = "invoice.tasks_completed"

[[rules.steps]]
use         = "create_task"
title       = {w.text("act")}
responsible = "accountant"
deadline    = "+3wd"
"""


def _c1(w: Writer) -> str:
    field, link = guesses.text_field(w.facts), guesses.element_field(w.facts)
    code = field.code if field else "UF_CRM_CODE_OF_YOUR_FIELD"
    source = guesses.source_list(w.facts)
    if source and link:
        lookup = f'name = "row"\nfrom = {quoted(source)}\nid   = "deal.fields.{link.code}"'.replace(
            '"row"', '"found"'
        )
        value = "{{ found.name }}"
    elif w.facts.processes:
        lookup = (
            f'name  = "found"\nfrom  = "item:{w.facts.processes[0].id}"\nmatch = '
            f'{{ title = "{{{{ deal.title }}}}" }}'
        )
        value = "{{ found.title }}"
    else:
        lookup, value = 'name = "found"\nfrom = "company"', "{{ found.name }}"
    return f"""
[[rules]]
name = "fill-deal"
on   = "deal.created"

[[rules.steps]]
use = "fill_fields"
set = {{ {code} = {quoted(value)} }}

[[rules.steps.lookups]]
{lookup}
"""


def _c2(w: Writer) -> str:
    tag = _TEXTS["tag"][w.language]
    return f"""
[[rules]]
name = "check-with-client"
on   = "task.completed"
when = "'{tag}' in task.tags and deal.id"

[[rules.steps]]
use         = "create_activity"
kind        = "meeting"
subject     = {w.text("check")}
responsible = "deal.responsible"
start       = "+1wd 11:00"
"""


def _c3(w: Writer) -> str:
    stages = (
        array(stage.id for stage in guesses.working_stages(w.facts))
        if guesses.working_stages(w.facts)
        else '["EXECUTING"]'
    )
    return f"""
[[rules]]
name = "execution"
on   = "deal.stage_changed"
to   = {stages}

[[rules.steps]]
use     = "assign"
targets = ["deal", "contact"]
to      = {quoted(w.lead())}

[[rules.steps]]
use         = "create_task"
title       = {w.text("start")}
responsible = {quoted(w.lead())}
deadline    = "+2wd"

[[rules]]
name = "execution-left"
on   = "deal.stage_changed"
from = {stages}

[[rules.steps]]
use     = "assign"
targets = ["contact"]
to      = "creator"
"""


AUTOMATIONS = (
    Automation(
        "A1",
        Message(
            "счёт создан: узнаёт руководитель отдела менеджера",
            "an invoice is created: the head of the manager's department is told",
        ),
        _a1,
    ),
    Automation(
        "A2",
        Message(
            "статус счёта по сделке изменился: узнаёт руководитель проекта",
            "the status of a deal's invoice changes: the project lead is told",
        ),
        _a2,
    ),
    Automation(
        "A3",
        Message(
            "вознаграждения по счёту: ожидаемые при создании, начисленные при оплате",
            "commissions of an invoice: expected when created, earned when paid",
        ),
        _a3,
        "commission",
    ),
    Automation(
        "A4",
        Message(
            "срок оплаты счёта никогда не приходится на выходной",
            "the due date of an invoice never falls on a day off",
        ),
        _a4,
        robot=Message("ставит счетам срок оплаты", "sets the due date of invoices"),
    ),
    Automation(
        "B1",
        Message(
            "счёт отправлен: его PDF уходит клиенту по почте",
            "an invoice is sent: its PDF is mailed to the client",
        ),
        _b1,
        "mail",
        Message("отправляет счета клиентам", "mails invoices to clients"),
    ),
    Automation(
        "B2",
        Message("неоплаченные счета: клиентам уходят напоминания", "unpaid invoices: reminders are mailed"),
        _b2,
        "reminders",
        Message("напоминает клиентам о неоплаченных счетах", "reminds clients of unpaid invoices"),
    ),
    Automation(
        "B3",
        Message(
            "счёт оплачен: сделка идёт дальше, ставятся задачи, менеджер узнаёт",
            "an invoice is paid: the deal moves on, tasks are made, the manager is told",
        ),
        _b3,
        robot=Message("переводит оплаченную сделку", "moves the deal when it is paid"),
    ),
    Automation(
        "B4",
        Message(
            "все задачи по счёту выполнены: бухгалтер получает задачу об акте",
            "all tasks of an invoice are done: the accountant gets the task of the act",
        ),
        _b4,
        of_tasks=True,
    ),
    Automation(
        "C1",
        Message(
            "сделка создана: её поля заполняются из списков и смарт-процессов",
            "a deal is created: its fields are filled from lists and smart processes",
        ),
        _c1,
    ),
    Automation(
        "C2",
        Message(
            "отслеживаемая задача закрыта: назначается встреча с клиентом",
            "a tracked task is closed: a meeting with the client is planned",
        ),
        _c2,
        of_tasks=True,
    ),
    Automation(
        "C3",
        Message(
            "сделка пришла на стадию или ушла с неё: меняется ответственный, ставятся задачи",
            "a deal enters or leaves a stage: it changes hands, tasks are made",
        ),
        _c3,
        robot=Message("меняет ответственного на стадиях сделки", "assigns deals when they change the stage"),
    ),
)
RULES = {
    "head-knows": "A1",
    "lead-knows-status": "A2",
    "commission-expected": "A3",
    "commission-earned": "A3",
    "due-on-working-day": "A4",
    "mail-invoice": "B1",
    "remind": "B2",
    "paid": "B3",
    "act": "B4",
    "fill-deal": "C1",
    "check-with-client": "C2",
    "execution": "C3",
    "execution-left": "C3",
}
"""The names of their rules, by which an existing configuration shows which are on."""

"""The rules of each automation as TOML (`b24sync.config.automations`); options that are off are comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from b24sync.config.firms import Fit, Language, Table
from b24sync.config.toml_text import array, assigned, quoted
from b24sync.words.configuration import BESIDE

_TEXTS: Mapping[str, Mapping[Language, str]] = {
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
    "earned": {
        "ru": "{% if commission.of(recipient) %}Счёт № {{ invoice.number }} оплачен. Ваше вознаграждение: "
        "{{ commission.of(recipient) | money }}.{% endif %}",
        "en": "{% if commission.of(recipient) %}Invoice {{ invoice.number }} is paid. Your commission: "
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
    "subject": {"ru": "Счёт № {{ invoice.number }}", "en": "Invoice {{ invoice.number }}"},
    "act_tag": {"ru": "акт", "en": "act"},
    "act": {
        "ru": "Подготовить и согласовать акт по счёту № {{ invoice.number }}",
        "en": "Prepare and agree the act of invoice {{ invoice.number }}",
    },
    "act_why": {
        "ru": "Все работы по счёту выполнены. Сделка: {{ deal.url }}",
        "en": "All the work of the invoice is done. Deal: {{ deal.url }}",
    },
    "check": {
        "ru": "Проверить и согласовать с клиентом: {{ task.title }}",
        "en": "Check and agree with the client: {{ task.title }}",
    },
    "tag": {"ru": "контроль", "en": "check"},
    "advance": {"ru": "Аванс по сделке «{{ deal.title }}»", "en": "Advance of the deal “{{ deal.title }}”"},
    "start": {"ru": "Начать работы: {{ deal.title }}", "en": "Begin the work: {{ deal.title }}"},
}


def _text(fit: Fit, key: str, name: str) -> str:
    """A line with one of the texts."""
    return assigned(key, _TEXTS[name][fit.language])


def _said(fit: Fit, name: str) -> str:
    """A comment."""
    return f"# {BESIDE[name].of(fit.comments)}"


def _tables(heading: str, tables: tuple[Table, ...]) -> Iterator[str]:
    for table in tables:
        width = max(map(len, table.keys))
        about = f"{' ' * max(1, 33 - len(heading))}# {table.about}" if table.about else ""
        lines = [f"{key:<{width}} = {value}" for key, value in table.keys.items()]
        yield "\n".join([heading + about, *lines])


def a1(fit: Fit) -> str:
    """The head knows of a new invoice."""
    return f"""
[[rules]]
name = "head-knows"
on   = "invoice.created"

[[rules.steps]]
use  = "notify"
to   = ["department_head"]
{_text(fit, "text", "head")}
"""


def a2(fit: Fit) -> str:
    """The project lead knows of a status."""
    return f"""
[[rules]]
name = "lead-knows-status"
on   = "invoice.status_changed"
when = "deal.id"

[[rules.steps]]
use  = "notify"
to   = {array([fit.lead])}
{_text(fit, "text", "status")}
"""


def a3(fit: Fit) -> str:
    """Commissions: expected, then earned."""
    to = array(["invoice.responsible", fit.lead])
    return f"""
[[rules]]
name = "commission-expected"
on   = "invoice.created"

[[rules.steps]]
use = "commission"

[[rules.steps]]
use  = "notify"
to   = {to}

{_said(fit, "earned")}
[[rules]]
name = "commission-earned"
on   = "invoice.paid"

[[rules.steps]]
use = "commission"

[[rules.steps]]
use  = "notify"
to   = {to}
{_text(fit, "text", "earned")}
"""


def a4(fit: Fit) -> str:
    """Due dates on working days."""
    return f"""
[[rules]]
name = "due-on-working-day"
on   = ["invoice.created", "invoice.updated"]

[[rules.steps]]
use = "shift_due_date"
# direction = "next"             {_said(fit, "own_direction")}
"""


def b1(fit: Fit) -> str:
    """The invoice by mail."""
    return f"""
[[rules]]
name = "mail-invoice"
on   = "invoice.sent"

[[rules.steps]]
use     = "send_invoice"
# to    = ["{{{{ contact.emails[0] }}}}"]   {_said(fit, "to")}
cc      = ["responsible"]
{_text(fit, "# subject", "subject")}  {_said(fit, "subject")}
# body  = "..."                  {_said(fit, "body")}
# body_file = "invoice.html"     {_said(fit, "body_file")}
# attach    = true               {_said(fit, "attach")}
# template  = 21                 {_said(fit, "template")}
"""


def b2(fit: Fit) -> str:
    """Reminders."""
    return f"""
[[rules]]
name = "remind"
on   = "invoice.reminder_due"

[[rules.steps]]
use = "send_reminder"
{_said(fit, "reminder")}
"""


def b3(fit: Fit) -> str:
    """What follows a payment."""
    tasks = "\n\n".join(_tables("[[rules.steps.tasks]]", fit.tasks))
    return f"""
[[rules]]
name = "paid"
on   = "invoice.paid"

[[rules.steps]]
use = "move_deal"
# stage = "next"       {_said(fit, "stage")} {{ 0 = "EXECUTING", 1 = "C1:EXECUTING" }}

[[rules.steps]]
use = "create_tasks"

{tasks}

[[rules.steps]]
use  = "notify"
to   = ["deal.responsible"]
{_text(fit, "text", "paid")}
"""


def b4(fit: Fit) -> str:
    """The task of the act."""
    return f"""
[[rules]]
name = "act"
on   = "invoice.tasks_completed"

[[rules.steps]]
use         = "create_task"
{_text(fit, "title      ", "act")}
{_text(fit, "description", "act_why")}
responsible = "accountant"
deadline    = "+3wd"
# tags      = {array([_TEXTS["act_tag"][fit.language]])}
# group     = 12                 {_said(fit, "group")}
"""


def c1(fit: Fit) -> str:
    """Fields of a new deal."""
    fields = ", ".join(f"{code} = {quoted(value)}" for code, value in fit.fields.items())
    lookups = "\n\n".join(_tables("[[rules.steps.lookups]]", fit.lookups))
    return f"""
[[rules]]
name = "fill-deal"
on   = "deal.created"

[[rules.steps]]
use = "fill_fields"
# overwrite = true               {_said(fit, "overwrite")}
set = {{ {fields} }}

{lookups}
"""


def c2(fit: Fit) -> str:
    """A meeting about a finished task."""
    tag = _TEXTS["tag"][fit.language]
    return f"""
[[rules]]
name = "check-with-client"
on   = "task.completed"
when = "'{tag}' in task.tags and deal.id"

[[rules.steps]]
use         = "create_activity"
kind        = "meeting"          {_said(fit, "activity")}
{_text(fit, "subject    ", "check")}
responsible = "deal.responsible"
start       = "+1wd 11:00"
"""


def c3(fit: Fit) -> str:
    """A deal that comes to work and leaves it."""
    stages = array(fit.stages)
    return f"""
[[rules]]
name = "execution"
on   = "deal.stage_changed"
to   = {stages}

[[rules.steps]]
use     = "assign"
targets = ["deal", "contact"]
to      = {quoted(fit.lead)}
{_advance(fit) if fit.advance else ""}
[[rules.steps]]
use         = "create_task"
{_text(fit, "title      ", "start")}
responsible = {quoted(fit.lead)}
deadline    = "+2wd"

{_said(fit, "left")}
[[rules]]
name = "execution-left"
on   = "deal.stage_changed"
from = {stages}

[[rules.steps]]
use     = "assign"
targets = ["contact"]
to      = "creator"
"""


def _advance(fit: Fit) -> str:
    return f"""
[[rules.steps]]
use    = "create_invoice"
{_text(fit, "title ", "advance")}
amount = "{{{{ deal.amount * 0.5 }}}}"       {_said(fit, "advance")}
due    = "+5wd"
# status = "draft"

[[rules.steps]]
use = "commission"
"""

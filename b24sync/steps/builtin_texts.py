"""The built-in texts of the steps, in Russian and in English, so that a rule works with ``use`` alone.

They are templates like those of the configuration. Mail has its own in ``mail_texts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from b24sync.domain.entity import DEAL, INVOICE, TASK

if TYPE_CHECKING:
    from b24sync.steps.context import StepContext

Pair: TypeAlias = tuple[str, str]
"""A text in Russian and in English."""

_INVOICE: Pair = (
    "№ {{ invoice.number or invoice.id }} на {{ invoice.amount | money }}{% if deal.title %} по сделке «{{ "
    "deal.title }}»{% endif %}",
    "no. {{ invoice.number or invoice.id }} for {{ invoice.amount | money }}{% if deal.title %}, deal “{{ "
    "deal.title }}”{% endif %}",
)
_BY: Pair = (
    "{% if responsible.name %}, ответственный {{ responsible.name }}{% endif %}",
    "{% if responsible.name %}, responsible {{ responsible.name }}{% endif %}",
)
_MOVED: Pair = (
    "{% if before %}«{{ before }}» → {% endif %}«{{ after }}»",
    "{% if before %}“{{ before }}” → {% endif %}“{{ after }}”",
)
_STANDS: Pair = (
    " стоит без движения{% if after %}: «{{ after }}»{% endif %}",
    " stands still{% if after %} in “{{ after }}”{% endif %}",
)
_CHANGED: Pair = (
    "{% if changed %} ({{ changed }}){% endif %}",
    "{% if changed %} ({{ changed }}){% endif %}",
)
_OWN = "{% if commission.of(recipient) %}. WORD: {{ commission.of(recipient) | money }}{% endif %}"
_COMMISSION: Pair = (
    _OWN.replace("WORD", "Ваше вознаграждение"),
    _OWN.replace("WORD", "Your commission"),
)
_EXPECTED: Pair = (
    _OWN.replace("WORD", "Ваше вознаграждение после оплаты"),
    _OWN.replace("WORD", "Your commission once it is paid"),
)


def _joined(*parts: Pair | str) -> Pair:
    russian, english = ("".join(p if isinstance(p, str) else p[n] for p in parts) for n in (0, 1))
    return russian, english


_URL = "\n{{ KIND.url }}"
NOTICES: Mapping[str, Pair] = {
    "invoice.created": _joined(("Создан счёт ", "New invoice "), _INVOICE, _BY, "COMMISSION.", _URL),
    "invoice.updated": _joined(("Изменён счёт ", "Invoice changed: "), _INVOICE, _CHANGED, ".", _URL),
    "invoice.status_changed": _joined(("Счёт ", "Invoice "), _INVOICE, ": ", _MOVED, ".", _URL),
    "invoice.sent": _joined(("Счёт отправлен: ", "Invoice sent: "), _INVOICE, ".", _URL),
    "invoice.paid": _joined(("Счёт оплачен: ", "Invoice paid: "), _INVOICE, _BY, "COMMISSION.", _URL),
    "invoice.rejected": _joined(("Счёт отклонён: ", "Invoice rejected: "), _INVOICE, _BY, ".", _URL),
    "invoice.deleted": _joined(("Удалён счёт ", "Invoice deleted: "), _INVOICE, "."),
    "invoice.reminder_due": _joined(
        ("Не оплачен счёт ", "Unpaid invoice "),
        _INVOICE,
        (", срок оплаты {{ invoice.due_date | date }}", ", due {{ invoice.due_date | date }}"),
        _BY,
        ".",
        _URL,
    ),
    "invoice.stuck": _joined(("Счёт ", "Invoice "), _INVOICE, _STANDS, _BY, ".", _URL),
    "deal.stuck": _joined(("Сделка «{{ deal.title }}»", "Deal “{{ deal.title }}”"), _STANDS, _BY, ".", _URL),
    "invoice.tasks_completed": _joined(
        ("Выполнены все задачи по счёту ", "All tasks are done for invoice "), _INVOICE, ".", _URL
    ),
    "deal.created": _joined(
        (
            "Новая сделка «{{ deal.title }}» на {{ deal.amount | money }}",
            "New deal “{{ deal.title }}” for {{ deal.amount | money }}",
        ),
        _BY,
        ".",
        _URL,
    ),
    "deal.stage_changed": _joined(
        ("Сделка «{{ deal.title }}»: ", "Deal “{{ deal.title }}”: "), _MOVED, ".", _URL
    ),
    "deal.updated": _joined(
        ("Изменена сделка «{{ deal.title }}»", "Deal changed: “{{ deal.title }}”"), _CHANGED, ".", _URL
    ),
    "deal.deleted": ("Удалена сделка «{{ deal.title }}».", "Deal deleted: “{{ deal.title }}”."),
    "task.created": _joined(
        ("Новая задача «{{ task.title }}»", "New task “{{ task.title }}”"), _BY, ".", _URL
    ),
    "task.completed": _joined(
        ("Задача выполнена: «{{ task.title }}»", "Task done: “{{ task.title }}”"), _BY, ".", _URL
    ),
    "task.updated": _joined(
        ("Изменена задача «{{ task.title }}»", "Task changed: “{{ task.title }}”"), _CHANGED, ".", _URL
    ),
    "created": _joined(("Создано: «{{ KIND.title }}»", "Created: “{{ KIND.title }}”"), _BY, ".", _URL),
    "updated": _joined(("Изменено: «{{ KIND.title }}»", "Changed: “{{ KIND.title }}”"), _CHANGED, ".", _URL),
    "stage_changed": _joined("«{{ KIND.title }}»: ", _MOVED, ".", _URL),
    "deleted": ("Удалено: «{{ KIND.title }}».", "Deleted: “{{ KIND.title }}”."),
}
"""By event, by status (``invoice.paid``), and by the last word of an event for smart processes."""

_FIELDS: Mapping[str, Pair] = {
    "title": ("название", "title"),
    "number": ("номер", "number"),
    "amount": ("сумма", "amount"),
    "currency": ("валюта", "currency"),
    "due_date": ("срок оплаты", "due date"),
    "issued_date": ("дата выставления", "date of issue"),
    "deadline": ("крайний срок", "deadline"),
    "status": ("статус", "status"),
    "closed_at": ("время завершения", "closing time"),
    "category_id": ("воронка", "funnel"),
    "deal_id": ("сделка", "deal"),
    "contact_id": ("контакт", "contact"),
    "company_id": ("компания", "company"),
    "responsible_id": ("ответственный", "responsible"),
    "tags": ("теги", "tags"),
    "fields.comments": ("комментарий", "comment"),
}
"""Contract fields in the words of people."""
_ABOUT: Mapping[str, Pair] = {
    INVOICE: ("счёт № {{ invoice.number or invoice.id }}", "invoice no. {{ invoice.number or invoice.id }}"),
    DEAL: ("сделка «{{ deal.title }}»", "deal “{{ deal.title }}”"),
    TASK: ("задача «{{ task.title }}»", "task “{{ task.title }}”"),
    "": ("«{{ KIND.title }}»", "“{{ KIND.title }}”"),
}
_DETAILS: Mapping[str, Pair] = {
    INVOICE: _joined(
        ("Счёт ", "Invoice "),
        _INVOICE,
        (
            "{% if company.name %}\n\nКлиент: {{ company.name }}{% endif %}{% if contact.name "
            "%}\n\nКонтакт: {{ contact.name }}{% endif %}",
            "{% if company.name %}\n\nClient: {{ company.name }}{% endif %}{% if contact.name "
            "%}\n\nContact: {{ contact.name }}{% endif %}",
        ),
        "\n\n{{ invoice.url }}{% if deal.url %}\n\n{{ deal.url }}{% endif %}",
    ),
    DEAL: ("Сделка «{{ deal.title }}»\n{{ deal.url }}", "Deal “{{ deal.title }}”\n{{ deal.url }}"),
    TASK: ("{{ task.title }}\n{{ task.url }}", "{{ task.title }}\n{{ task.url }}"),
    "": ("«{{ KIND.title }}»\n{{ KIND.url }}", "“{{ KIND.title }}”\n{{ KIND.url }}"),
}
TITLES: Mapping[str, Pair] = {
    "create_task": ("Проверить: ABOUT", "Check: ABOUT"),
    "create_task/invoice.created": ("Проверить новый ABOUT", "Check the new ABOUT"),
    "create_task/invoice.paid": ("Выполнить работы: ABOUT оплачен", "Do the work: ABOUT is paid"),
    "create_task/invoice.rejected": (
        "Выяснить, почему отклонён ABOUT",
        "Find out why it was rejected: ABOUT",
    ),
    "create_task/invoice.reminder_due": ("Напомнить об оплате: ABOUT", "Ask for payment: ABOUT"),
    "create_task/invoice.tasks_completed": (
        "Подготовить и согласовать акт: ABOUT",
        "Prepare and agree the act: ABOUT",
    ),
    "create_task/deal.created": ("Начать работу: ABOUT", "Start work: ABOUT"),
    "create_task/task.completed": ("Проверить результат: ABOUT", "Check the result: ABOUT"),
    "create_tasks.row": (
        "{{ row.name }} × {{ row.quantity | replace('.', ',') }}: ABOUT",
        "{{ row.name }} × {{ row.quantity }}: ABOUT",
    ),
    "create_tasks.all": ("Выполнить работы: ABOUT", "Do the work: ABOUT"),
    "meeting": ("Встреча: ABOUT", "Meeting: ABOUT"),
    "meeting/task.completed": (
        "Проверить и согласовать с клиентом: ABOUT",
        "Check and agree with the client: ABOUT",
    ),
    "call": ("Звонок: ABOUT", "Call: ABOUT"),
    "todo": ("Проверить: ABOUT", "Check: ABOUT"),
    "create_invoice": ("Счёт по сделке «{{ deal.title }}»", "Invoice for the deal “{{ deal.title }}”"),
}
"""By step (or its variant), where an event or status has one of its own after a slash."""
DESCRIPTIONS: Mapping[str, Pair] = {
    "create_tasks.all": (
        "DETAILS\n{% for row in rows %}\n\n{{ loop.index }}. {{ row.name }} × {{ row.quantity | "
        "replace('.', ',') }}{% endfor %}",
        "DETAILS\n{% for row in rows %}\n\n{{ loop.index }}. {{ row.name }} × {{ row.quantity }}{% endfor %}",
    ),
    "": ("DETAILS", "DETAILS"),
}


def notice(ctx: StepContext) -> tuple[str, dict[str, Any]]:
    """The built-in notice of the event.

    Its template, and the names that it uses besides those of the event.
    """
    event = ctx.event
    keys = (_by_status(ctx), event.name, event.what, "updated")
    pair = next(NOTICES[key] for key in keys if key in NOTICES)
    own = _COMMISSION if event.to == "paid" else _EXPECTED
    commission = _in(ctx, own) if ctx.settings.commission and "COMMISSION" in pair[0] else ""
    names = {
        "before": _stage_name(ctx, event.from_stage, event.from_),
        "after": _stage_name(ctx, event.to_stage, event.to),
        "changed": ", ".join(_field_name(ctx, name) for name in event.changes),
    }
    return _in(ctx, pair).replace("COMMISSION", commission).replace("KIND", event.entity.kind), names


def _field_name(ctx: StepContext, name: str) -> str:
    """A changed field in words; the portal's own codes stay as they are."""
    return _in(ctx, _FIELDS[name]) if name in _FIELDS else name.removeprefix("fields.")


def title(ctx: StepContext, what: str) -> str:
    """The template of a title (or subject); ``what`` is the step or its variant, such as ``meeting``."""
    keys = (f"{what}/{_by_status(ctx)}", f"{what}/{ctx.event.name}", what)
    pair = next(TITLES[key] for key in keys if key in TITLES)
    return _filled(ctx, pair)


def description(ctx: StepContext, what: str = "") -> str:
    """The template of a description."""
    return _filled(ctx, DESCRIPTIONS.get(what, DESCRIPTIONS[""]))


def _filled(ctx: StepContext, pair: Pair) -> str:
    kind = ctx.event.entity.kind
    about, details = (table.get(kind, table[""]) for table in (_ABOUT, _DETAILS))
    filled = _in(ctx, pair).replace("ABOUT", _in(ctx, about)).replace("DETAILS", _in(ctx, details))
    return filled.replace("KIND", kind)


def _by_status(ctx: StepContext) -> str:
    """``invoice.paid`` for a move to that status."""
    event = ctx.event
    return f"invoice.{event.to}" if event.name == "invoice.status_changed" else event.name


def _in(ctx: StepContext, pair: Pair) -> str:
    return pair[0] if ctx.lang == "ru" else pair[1]


def _stage_name(ctx: StepContext, stage_id: str | None, shown: str | None) -> str:
    """A stage as people at the portal know it."""
    stage = ctx.funnels.stage(ctx.event.entity.kind, stage_id or shown or "")
    return stage.name if stage and stage.name else (shown or "")

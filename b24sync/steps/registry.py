"""The steps by name; a step's module is imported when a rule uses it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from b24sync.words.vocabulary import REASONS, word

if TYPE_CHECKING:
    from b24sync.domain.step_settings import StepSettings

STEPS = {
    "notify": "b24sync.steps.notify:Notify",
    "shift_due_date": "b24sync.steps.shift_due_date:ShiftDueDate",
    "send_invoice": "b24sync.steps.send_invoice:SendInvoice",
    "send_reminder": "b24sync.steps.send_reminder:SendReminder",
    "commission": "b24sync.steps.commission:Commission",
    "move_deal": "b24sync.steps.move_deal:MoveDeal",
    "create_task": "b24sync.steps.create_task:CreateTask",
    "create_tasks": "b24sync.steps.create_tasks:CreateTasks",
    "create_activity": "b24sync.steps.create_activity:CreateActivity",
    "fill_fields": "b24sync.steps.fill_fields:FillFields",
    "assign": "b24sync.steps.assign:Assign",
    "create_invoice": "b24sync.steps.create_invoice:CreateInvoice",
    "update_fields": "b24sync.steps.update_fields:UpdateFields",
    "comment": "b24sync.steps.comment:Comment",
}
TASK_STEPS = ("create_task", "create_tasks")
"""The steps whose class says ``makes_tasks``, known without loading it."""
MAIL_STEPS = ("send_invoice", "send_reminder")
"""The steps whose class says that it ``sends`` mail, known without loading it."""


def step_class(name: str) -> type[StepSettings]:
    """The class of a step.

    Raises:
        KeyError: There is no step of this name.
    """
    module, _, attribute = STEPS[name].partition(":")
    found: type[StepSettings] = getattr(import_module(module), attribute)
    return found


def step_word(name: str) -> str:
    """What people call a step; the name itself if there is no such step any more."""
    return step_class(name).called() if name in STEPS else name


def reason_word(step: str, code: str) -> str:
    """A reason of ``Skipped`` in words, as its step says it, else as all do; the code itself if none does."""
    own = step_class(step).reasons if step in STEPS else {}
    return own[code]() if code in own else word(REASONS, code)

"""The steps by name; a step's module is imported when a rule uses it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from b24sync.words.vocabulary import REASONS, word

if TYPE_CHECKING:
    from b24sync.domain.step_settings import StepSettings


class Registered(NamedTuple):
    """A step: the class in the file of its name, and what must be known of it without loading that.

    Attributes:
        makes_tasks: As its class says (``StepSettings.makes_tasks``).
        mails: Whether its class says that it ``sends`` mail.
    """

    of: str
    makes_tasks: bool = False
    mails: bool = False


STEPS = {
    "notify": Registered("Notify"),
    "shift_due_date": Registered("ShiftDueDate"),
    "send_invoice": Registered("SendInvoice", mails=True),
    "send_reminder": Registered("SendReminder", mails=True),
    "commission": Registered("Commission"),
    "move_deal": Registered("MoveDeal"),
    "create_task": Registered("CreateTask", makes_tasks=True),
    "create_tasks": Registered("CreateTasks", makes_tasks=True),
    "create_activity": Registered("CreateActivity"),
    "fill_fields": Registered("FillFields"),
    "assign": Registered("Assign"),
    "create_invoice": Registered("CreateInvoice"),
    "update_fields": Registered("UpdateFields"),
    "comment": Registered("Comment"),
}
TASK_STEPS = tuple(name for name, one in STEPS.items() if one.makes_tasks)
MAIL_STEPS = tuple(name for name, one in STEPS.items() if one.mails)


def step_class(name: str) -> type[StepSettings]:
    """The class of a step.

    Raises:
        KeyError: There is no step of this name.
    """
    of = STEPS[name].of
    found: type[StepSettings] = getattr(import_module(f"b24sync.steps.{name}"), of)
    return found


def step_word(name: str) -> str:
    """What people call a step; the name itself if there is no such step any more."""
    return step_class(name).called() if name in STEPS else name


def reason_word(step: str, code: str) -> str:
    """A reason of ``Skipped`` in words, as its step says it, else as all do; the code itself if none does."""
    own = step_class(step).reasons if step in STEPS else {}
    return own[code]() if code in own else word(REASONS, code)

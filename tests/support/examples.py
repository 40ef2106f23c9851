"""The examples that the steps' classes carry: loaded as configurations, run against the stand-in portal."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from b24sync.config.load import Loaded
from b24sync.ports import OnLostAnswer
from b24sync.sandbox.schema import DEAL, INVOICE
from b24sync.steps.registry import STEPS, step_class
from tests.support.config import loaded
from tests.support.steps import Bench

Made = tuple[str, int, dict[str, Any]]
"""An event: its name, the number of its entity, what else it says."""


@dataclass(frozen=True)
class Example:
    """One example of a step.

    Attributes:
        use: The step.
        text: Its rule and sections as TOML.
        on: The event that it is for.
    """

    use: str
    text: str
    on: str


@dataclass(frozen=True)
class Tried:
    """What running an example once came to."""

    bench: Bench
    step: Any
    result: Any

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that it wrote with, each once."""
        return tuple(dict.fromkeys(write.call.method for write in self.bench.told))

    @property
    def is_once(self) -> bool:
        """Whether it writes something that a second try could make twice."""
        return any(
            write.on_lost_answer is OnLostAnswer.ONCE and not write.best_effort for write in self.bench.told
        )


def example(text: str) -> str:
    """The TOML of an example, as ``docs steps`` shows it."""
    return f'[[rules]]\nname = "play"\n{text.strip()}\n'


def configured(text: str) -> Loaded:
    """An example as a loaded configuration."""
    with tempfile.TemporaryDirectory() as folder:
        return loaded(Path(folder), f"{example(text)}\n")


@cache
def examples() -> dict[str, Example]:
    """All of them by name: the step's, with a number behind it from the second on."""
    found = {}
    for use in STEPS:
        for n, text in enumerate(step_class(use).examples, 1):
            rule = configured(text).settings.rules[0]
            found[use if n == 1 else f"{use}-{n}"] = Example(use, text, rule.on[0])
    return found


@cache
def tried(text: str) -> Tried:
    """Run an example once, on an event of its kind."""
    settings = configured(text).settings
    rule = settings.rules[0]
    bench = Bench(settings=settings)
    name, number, given = EVENTS[rule.on[0]](bench)
    step = rule.steps[0]
    return Tried(bench, step, bench.run(step, name, number, **given))


def _new_invoice(bench: Bench) -> Made:
    number = bench.portal.add_invoice(
        "play",
        parentId2=bench.company.deals[0],
        contactId=bench.company.contacts["with_email"],
        assignedById=bench.company.users["manager"],
        closedate="2026-03-08",
        opportunity=1000,
        currencyId="RUB",
    )
    return "invoice.created", number, {}


def _moved_invoice(status: str, stage: str) -> Callable[[Bench], Made]:
    def act(bench: Bench) -> Made:
        _, number, _ = _new_invoice(bench)
        bench.portal.set_rows(INVOICE, number, [{"productName": "Paint", "price": 500, "quantity": 2}])
        bench.portal.update_item(INVOICE, number, stageId=stage)
        return "invoice.status_changed", number, {"to": status}

    return act


def _reminder(bench: Bench) -> Made:
    _, number, _ = _moved_invoice("sent", "DT31_1:S")(bench)
    return "invoice.operator", number, {}


def _new_deal(bench: Bench) -> Made:
    contact = bench.company.contacts["with_email"]
    return "deal.created", bench.portal.add_deal("play", contactId=contact), {}


def _moved_deal(bench: Bench) -> Made:
    deal = bench.company.deals[0]
    bench.portal.update_item(DEAL, deal, stageId="EXECUTING")
    return "deal.stage_changed", deal, {"to": "EXECUTING"}


EVENTS: dict[str, Callable[[Bench], Made]] = {
    "invoice.created": _new_invoice,
    "invoice.sent": _moved_invoice("sent", "DT31_1:S"),
    "invoice.paid": _moved_invoice("paid", "DT31_1:P"),
    "invoice.reminder_due": _reminder,
    "deal.created": _new_deal,
    "deal.stage_changed": _moved_deal,
}
"""The events that an example may be for: each is brought about at the stand-in."""

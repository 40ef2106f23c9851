"""Whether rules reach the funnels that they are meant for (portal.md §5).

A deal is never moved into another funnel (contract.md §6, ``move_deal``), and a status name means the stages
that ``[invoice.status]`` lists: a funnel that is not among them is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, warn
from b24sync.domain.entity import DEAL, INVOICE
from b24sync.steps.move_deal import NEXT, MoveDeal
from b24sync.words import doctor_funnels as words

if TYPE_CHECKING:
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.engine.funnels import Funnels

_CHECK = "funnels"


@dataclass(frozen=True, slots=True)
class _Known:
    """The funnels of one kind: their numbers and names, in the portal's order."""

    kind: str
    funnels: Funnels
    names: Mapping[int, str]

    def numbers(self) -> list[int]:
        stages = self.funnels.by_kind.get(self.kind, ())
        return list(dict.fromkeys(stage.category_id for stage in stages))

    def told(self, number: int) -> str:
        name = self.names.get(number, "")
        return f"{number} ({name})" if name else str(number)

    def listed(self, numbers: list[int]) -> str:
        return ", ".join(map(self.told, numbers))


def funnels(uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Moves of deals, and status names of invoices, against the funnels of the portal."""
    if survey.funnels is None:
        return
    deals = _Known(DEAL, survey.funnels, survey.funnel_names.get(DEAL, {}))
    if deals.numbers():
        for n, rule in enumerate(uses.settings.rules):
            for m, step in enumerate(rule.steps):
                if isinstance(step, MoveDeal):
                    yield from _moves(f"rules[{n}].steps[{m}].stage", rule, step, deals)
    invoices = _Known(INVOICE, survey.funnels, survey.funnel_names.get(INVOICE, {}))
    if len(invoices.numbers()) > 1:
        yield from _statuses(uses, invoices)


def _moves(where: str, rule: RuleSettings, step: MoveDeal, known: _Known) -> Iterator[Finding]:
    come_from = _comes_from(rule, known)
    if isinstance(step.stage, str):
        if step.stage != NEXT:
            yield from _move(where, rule, step.stage, come_from, known)
        return
    for funnel in step.stage:
        if not funnel.isdigit() or int(funnel) not in known.numbers():
            message = words.NO_FUNNEL.both(where=f"{where}.{funnel}", funnel=funnel)
            yield fail(_CHECK, message, words.FUNNELS.both(funnels=known.listed(known.numbers())))
    for number in come_from:
        if str(number) not in step.stage:
            message = words.NOT_LISTED.both(where=where, here=known.told(number))
            yield fail(_CHECK, message, words.LIST_IT.both(funnel=number))


def _comes_from(rule: RuleSettings, known: _Known) -> list[int]:
    """The funnels that the rule's deals are in, where its events say so; empty: any."""
    found = dict[int, None]()
    for trigger in rule.triggers():
        if trigger.kind != DEAL or not trigger.to:
            return []
        stages = [known.funnels.stage(DEAL, text) for text in trigger.to]
        found |= {stage.category_id: None for stage in stages if stage is not None}
    return list(found)


def _move(
    where: str, rule: RuleSettings, goal: str, come_from: list[int], known: _Known
) -> Iterator[Finding]:
    stage = known.funnels.stage(DEAL, goal)
    if stage is None:
        return  # told among the stages
    there = stage.category_id
    others = [number for number in come_from or known.numbers() if number != there]
    if come_from and others:
        here = known.listed(others)
        message = words.OTHER_FUNNEL.both(where=where, stage=goal, there=known.told(there), here=here)
        yield fail(_CHECK, message, words.THIS_FUNNEL.both(here=here))
    elif others and "category_id" not in rule.when and "stage_id" not in rule.when:
        told = {"where": where, "stage": goal, "there": known.told(there), "others": known.listed(others)}
        yield warn(
            _CHECK, words.STAY.both(**told), words.WRITE_TABLE.both(there=there, stage=goal, other=others[0])
        )


def _statuses(uses: Uses, known: _Known) -> Iterator[Finding]:
    """Each used status name that some funnel of invoices has no stage for."""
    first = dict[str, str]()
    for use in uses.stages:
        if use.kind == INVOICE and use.text in uses.settings.invoice.status_names():
            first.setdefault(use.text, use.where)
    names = known.funnels.statuses()
    for name, where in first.items():
        having = {
            stage.category_id for stage in known.funnels.by_kind[INVOICE] if names.get(stage.id) == name
        }
        for number in known.numbers():
            if having and number not in having:
                stages = ", ".join(
                    f"{stage.id} ({stage.name})" for stage in known.funnels.stages(INVOICE, number)
                )
                message = words.NO_STATUS.both(where=where, funnel=known.told(number), name=name)
                yield warn(_CHECK, message, words.ADD_STATUS.both(name=name, stages=stages))

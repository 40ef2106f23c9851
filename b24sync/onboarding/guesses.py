"""Who and what at this portal fits the automations best.

Where several things fit, a person is asked (`doubts`); what nobody was asked is the first guess, and the file
says that it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from b24sync.domain.entity import DEAL, INVOICE
from b24sync.words import init as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from b24sync.onboarding.inquiry import PortalFacts
    from b24sync.rest.fields import FieldSpec
    from b24sync.rest.stages import Stage
    from b24sync.words import Message

_BOOKS = ("бухгалт", "account", "финанс", "financ")
_LEADS = ("руковод", "lead", "manager", "менедж", "gip", "гип")
_SENT = ("выставл", "отправл", "sent", "issued")
_WORK = ("работ", "исполн", "производ", "work", "progress", "executi")
_STAGE_ID = re.compile(r"[A-Za-z0-9_]+:[A-Za-z0-9_]+|[A-Za-z0-9_]+")
_PLAIN_CODE = re.compile(r"UF_[A-Z0-9_]+")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Several things fit, and only a person knows which is meant.

    Attributes:
        key: The name of the answer in ``PortalFacts.chosen``.
        asks: The question.
        options: What is written → its title; the likeliest first; ``""``: none of them.
        codes: The automations that it matters for; empty: all.
        values: Of the question.
    """

    key: str
    asks: Message
    options: Mapping[str, str]
    codes: frozenset[str] = frozenset()
    values: Mapping[str, object] = field(default_factory=dict)


def doubts(facts: PortalFacts) -> list[Doubt]:
    """Everything of which the portal has more than one that fits, in the order of the file."""
    return [doubt for doubt in _questions(facts) if len(doubt.options) > 1]


def _questions(facts: PortalFacts) -> Iterator[Doubt]:
    for number in funnels(facts, INVOICE):
        values = {"funnel": funnel_name(facts, INVOICE, number)}
        yield Doubt(f"sent.{number}", words.WHICH_SENT, _sent(facts, number), frozenset(), values)
    yield Doubt("accountant", words.WHICH_ACCOUNTANT, accountants(facts))
    yield Doubt("project_lead", words.WHICH_LEAD, leads(facts))
    templates = {str(one.id): one.name for one in facts.invoice_templates()}
    yield Doubt("template", words.WHICH_TEMPLATE, templates, frozenset(("B1", "B2")))
    yield Doubt("department", words.WHICH_DEPARTMENT, departments(facts), frozenset(("B3",)))
    yield Doubt("text_field", words.WHICH_FIELD, _text_fields(facts), frozenset(("C1",)))
    if element_field(facts) is not None:
        yield Doubt("element_field", words.WHICH_LINK, _element_fields(facts), frozenset(("C1",)))
        yield Doubt("list", words.WHICH_LIST, facts.lists, frozenset(("C1",)))
    for number in funnels(facts, DEAL):
        values = {"funnel": funnel_name(facts, DEAL, number)}
        yield Doubt(f"work.{number}", words.WHICH_WORK, _working(facts, number), frozenset(("C3",)), values)


def picked(facts: PortalFacts, key: str, options: Mapping[str, str]) -> str:
    """What a person chose, else the likeliest; empty if there is none."""
    return facts.chosen[key] if facts.chosen.get(key) in options else next(iter(options), "")


def guessed(facts: PortalFacts, automation: str) -> list[tuple[str, str]]:
    """For the comment above an automation: what was guessed for it, and what else fits."""
    return [
        (picked(facts, doubt.key, doubt.options), _others(facts, doubt))
        for doubt in doubts(facts)
        if automation in doubt.codes and doubt.key not in facts.chosen and doubt.key != "template"
    ]


def _others(facts: PortalFacts, doubt: Doubt) -> str:
    first = picked(facts, doubt.key, doubt.options)
    shown = [f"{one} ({title})" if title else one for one, title in doubt.options.items() if one != first]
    return f"{', '.join(shown[:8])}{', …' if len(shown) > 8 else ''}"


# people


def accountants(facts: PortalFacts) -> dict[str, str]:
    """Who may be the accountant: by position, by heading or belonging to the department called so."""
    named = {one.id for one in facts.departments if _speaks_of(one.name, _BOOKS)}
    heads = {one.head_id for one in facts.departments if one.id in named}
    ranks: list[Callable[[int, str, tuple[int, ...]], bool]] = [
        lambda _, position, __: _speaks_of(position, _BOOKS),
        lambda number, _, __: number in heads,
        lambda _, __, departments: bool(named.intersection(departments)),
    ]
    return {
        f"user:{one.id}": f"{one.name}{f', {one.position}' if one.position else ''}"
        for fits in ranks
        for one in facts.users
        if fits(one.id, one.position, one.departments)
    }


def accountant(facts: PortalFacts) -> tuple[str, bool]:
    """A selector for the accountant, and whether it is more than the webhook's owner."""
    found = picked(facts, "accountant", accountants(facts))
    return (found, True) if found else (f"user:{facts.owner_id}", False)


def leads(facts: PortalFacts) -> dict[str, str]:
    """The deal fields that may hold the project lead, the likeliest first, with their titles."""
    own = [spec for spec in _own(facts) if spec.type == "employee"]
    named = [spec for spec in own if _speaks_of(f"{spec.title} {spec.code}", _LEADS)]
    return {f"deal.fields.{spec.code}": spec.title for spec in (*named, *own)}


def project_lead(facts: PortalFacts) -> str:
    """The deal field that a person chose or that most probably holds the project lead.

    Empty if deals have no field for an employee.
    """
    return picked(facts, "project_lead", leads(facts))


def departments(facts: PortalFacts) -> dict[str, str]:
    """Departments with a head, the lowest first, as ``to`` and ``responsible`` name them."""
    return {f"department:{one.id}": one.name for one in reversed(facts.departments) if one.head_id}


def headed_department(facts: PortalFacts) -> int | None:
    """The department whose head gets the tasks."""
    found = picked(facts, "department", departments(facts))
    return int(found.partition(":")[2]) if found else None


# stages


def funnels(facts: PortalFacts, kind: str) -> list[int]:
    """The funnels of a kind whose stages are known."""
    return list(dict.fromkeys(stage.category_id for stage in facts.funnels.by_kind.get(kind, ())))


def funnel_name(facts: PortalFacts, kind: str, number: int) -> str:
    """What people call a funnel: its name, else its number."""
    return next((one.name for one in facts.categories.get(kind, ()) if one.id == number), "") or str(number)


def status_table(facts: PortalFacts) -> dict[str, list[str]]:
    """Status name → stage ids of this portal, of all its funnels of invoices."""
    table: dict[str, list[str]] = {}
    for stage_id, name in facts.funnels.statuses().items():
        if _STAGE_ID.fullmatch(stage_id) and (facts.is_legacy or ":" in stage_id):
            table.setdefault(name, []).append(stage_id)
    for name, stage_id in guessed_statuses(facts):
        table.setdefault(name, []).append(stage_id)
    return {name: table[name] for name in ("draft", "sent", "paid", "rejected") if name in table}


def guessed_statuses(facts: PortalFacts) -> Iterator[tuple[str, str]]:
    """Status names that no stage of a funnel says by its id, with the stage that is meant."""
    for number in funnels(facts, INVOICE):
        options = _sent(facts, number)
        sent = picked(facts, f"sent.{number}", options)
        if sent:
            yield "sent", sent
        first = next(iter(_open(facts, INVOICE, number)), None)
        if options and first is not None and first.id != sent and not _has(facts, number, "draft"):
            yield "draft", first.id


def _has(facts: PortalFacts, number: int, status: str) -> bool:
    names = facts.funnels.statuses()
    return any(names.get(stage.id) == status for stage in facts.funnels.stages(INVOICE, number))


def _sent(facts: PortalFacts, number: int) -> dict[str, str]:
    """What may mean that an invoice is with the client, where no stage of the funnel is called ``…:S``."""
    if _has(facts, number, "sent"):
        return {}
    stages = [stage for stage in _open(facts, INVOICE, number)[1:] if ":" in stage.id]
    named = [stage for stage in stages if _speaks_of(stage.name, _SENT)]
    return {**{stage.id: stage.name for stage in (*named, *stages)}, **({"": ""} if stages else {})}


def _open(facts: PortalFacts, kind: str, number: int) -> list[Stage]:
    """The stages of a funnel that are not final."""
    stages = facts.funnels.stages(kind, number)
    return [one for one in stages if one.semantic == "P" and _STAGE_ID.fullmatch(one.id)]


def _working(facts: PortalFacts, number: int) -> dict[str, str]:
    """The stages in which the work of a deal may be done; EXECUTING alone if there is one."""
    stages = _open(facts, DEAL, number)
    executing = [one for one in stages if one.id.rpartition(":")[2] == "EXECUTING"]
    named = [one for one in stages if _speaks_of(one.name, _WORK)]
    middle = stages[len(stages) // 2 :]
    found = executing[:1] or [*named, *middle[:1], *stages]
    return {stage.id: stage.name for stage in found}


def working_stages(facts: PortalFacts) -> list[Stage]:
    """For each funnel of deals the stage in which the work is done."""
    ids = [picked(facts, f"work.{number}", _working(facts, number)) for number in funnels(facts, DEAL)]
    return [stage for one in ids if (stage := facts.funnels.stage(DEAL, one)) is not None]


# fields and lists


def text_field(facts: PortalFacts) -> FieldSpec | None:
    """A custom text field of deals, for ``fill_fields``."""
    code = picked(facts, "text_field", _text_fields(facts))
    return next((spec for spec in _own(facts) if spec.code == code), None)


def element_field(facts: PortalFacts) -> FieldSpec | None:
    """A deal field that links to an element of a list."""
    code = picked(facts, "element_field", _element_fields(facts))
    return next((spec for spec in _own(facts) if spec.code == code), None)


def source_list(facts: PortalFacts) -> str:
    """The list that such a field links to; empty if the portal has no lists."""
    return picked(facts, "list", facts.lists)


def _text_fields(facts: PortalFacts) -> dict[str, str]:
    return {
        spec.code: spec.title
        for spec in _own(facts)
        if spec.type == "string" and not spec.is_multiple and not spec.is_read_only
    }


def _element_fields(facts: PortalFacts) -> dict[str, str]:
    return {spec.code: spec.title for spec in _own(facts) if spec.type == "iblock_element"}


def _own(facts: PortalFacts) -> list[FieldSpec]:
    """The custom fields of deals that texts can name."""
    return [spec for spec in facts.fields.get(DEAL, ()) if _PLAIN_CODE.fullmatch(spec.code)]


def _speaks_of(text: str, words_: tuple[str, ...]) -> bool:
    return any(word in text.casefold() for word in words_)

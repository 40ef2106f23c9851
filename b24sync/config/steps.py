"""Checks of one step: the people it names, the sections it needs, its own consistency."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from b24sync.config.known_names import RESERVED, kinds_of, names_of_all
from b24sync.config.person_names import Selectors
from b24sync.config.problems import Path, Problem, hint, quoted
from b24sync.config.sections import invoice_status_fault
from b24sync.config.structure import hints_of, key_of
from b24sync.domain.values import Mark, TemplateFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from b24sync.domain.settings import RuleSettings, Settings, StepSettings
    from b24sync.steps.create_invoice import CreateInvoice
    from b24sync.steps.fill_fields import FillFields, Lookup
    from b24sync.steps.move_deal import MoveDeal

_FROM = re.compile(r"(?:list|bitrix_processes|lists_socnet|item):[1-9]\d{0,9}|contact|company")
_FUNNEL = re.compile(r"C(\d+):.+")


@dataclass(frozen=True, slots=True)
class Marked:
    """One text of a step that is more than a text.

    Attributes:
        path: Where, from the step on.
        mark: What it is.
        value: The text (a number or truth value for ``VALUE`` too).
        owner: The table that holds it.
    """

    path: Path
    mark: Mark
    value: Any
    owner: Any


def marked_of(table: Any) -> Iterator[Marked]:
    """Every marked value of a settings dataclass, with what is inside its lists and tables."""
    types_ = hints_of(table.__class__)
    for field in fields(table):
        for found in _marked_in(getattr(table, field.name), types_[field.name], table):
            yield Marked((key_of(field), *found.path), found.mark, found.value, found.owner)


def _marked_in(value: Any, hint_: Any, owner: Any) -> Iterator[Marked]:
    mark = next((arg for arg in get_args(hint_) if isinstance(arg, Mark)), None)
    if get_origin(hint_) is Annotated and mark and not isinstance(value, tuple):
        yield Marked((), mark, value, owner)
    elif isinstance(value, TemplateFile):
        yield Marked((), Mark.TEXT, value.text, owner)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from marked_of(value)
    elif isinstance(value, tuple):
        inner = hint_ if mark else get_args(hint_)[0]
        for n, item in enumerate(value):
            yield from _below(n, item, inner, owner)
    elif isinstance(value, Mapping) and len(get_args(hint_)) == 2:
        for key, item in value.items():
            yield from _below(key, item, get_args(hint_)[1], owner)


def _below(part: str | int, value: Any, hint_: Any, owner: Any) -> Iterator[Marked]:
    for found in _marked_in(value, hint_, owner):
        yield Marked((part, *found.path), found.mark, found.value, found.owner)


def step_faults(step: StepSettings, rule: RuleSettings, settings: Settings) -> Iterator[Problem]:
    """All faults of a step that could be read, texts aside."""
    if not step.name:
        return
    kinds = [trigger.kind for trigger in rule.triggers() if trigger.kind in kinds_of(settings)]
    yield from _need_faults(step, kinds, settings)
    yield from _selector_faults(step, kinds, settings)
    check = _OWN.get(step.name)
    if check:
        yield from check(step, settings, kinds)


def _need_faults(step: StepSettings, kinds: list[str], settings: Settings) -> Iterator[Problem]:
    where = ("use",)
    for kind in dict.fromkeys(kinds):
        if step.kinds and kind not in step.kinds:
            yield Problem(
                where, f"{step.name} cannot work on events of {kind} (only of: {', '.join(step.kinds)})"
            )
    if step.sends == "mail" and settings.mail is None:
        yield Problem(where, f"{step.name} needs [mail] (add that section)")
    if step.name == "commission" and settings.commission is None:
        yield Problem(where, "commission needs [commission] (add that section)")
    if step.name == "create_invoice" and settings.invoice.api == "legacy":
        yield Problem(where, 'create_invoice makes smart invoices only (invoice.api is "legacy")')


def _selector_faults(step: StepSettings, kinds: list[str], settings: Settings) -> Iterator[Problem]:
    selectors = Selectors(settings.people, names_of_all(kinds) if kinds else names_of_all(kinds_of(settings)))
    for found in marked_of(step):
        if (found.mark is Mark.PERSON and found.value and (message := selectors.fault(found.value))) or (
            found.mark is Mark.ADDRESS and (message := selectors.address_fault(found.value))
        ):
            yield Problem(found.path, message)


def _notify(step: Any, _: Settings, __: list[str]) -> Iterator[Problem]:
    if not step.to:
        yield Problem(("to",), 'is empty (write people, such as ["responsible"])')


def _mail(step: Any, settings: Settings, _: list[str]) -> Iterator[Problem]:
    if step.bcc and settings.mail is not None and settings.mail.transport == "portal":
        yield Problem(
            ("bcc",),
            "cannot be kept secret by the portal's own mail (leave it out, or use another mail.transport)",
        )
    if step.body and step.body_file:
        yield Problem(("body_file",), "cannot go with body (keep one of the two)")


def _move_deal(step: MoveDeal, _: Settings, __: list[str]) -> Iterator[Problem]:
    stages = step.stage if isinstance(step.stage, Mapping) else {"": step.stage}
    if not stages:
        yield Problem(("stage",), 'is empty (write "next", a stage id, or a table funnel = stage)')
    for funnel, stage in stages.items():
        path = ("stage", funnel) if funnel else ("stage",)
        if stage != "next" and (not stage.replace(":", "").replace("_", "").isalnum() or stage.islower()):
            yield Problem(
                path, f"{quoted(stage)} is no stage id{hint(stage, ['next'], otherwise='as C1:WON')}"
            )
        found = _FUNNEL.fullmatch(stage)
        if funnel.isdigit() and stage != "next" and int(found[1] if found else 0) != int(funnel):
            yield Problem(path, f"{quoted(stage)} is a stage of funnel {found[1] if found else 0}")


def _create_tasks(step: Any, _: Settings, __: list[str]) -> Iterator[Problem]:
    if not step.tasks:
        yield Problem(("tasks",), "is empty (remove it for a task per row)")


def _fill_fields(step: FillFields, _: Settings, __: list[str]) -> Iterator[Problem]:
    yield from _set(step, _, __)
    names: set[str] = set()
    for n, lookup in enumerate(step.lookups):
        if lookup.name in names:
            yield Problem(("lookups", n, "name"), f"{quoted(lookup.name)} is taken by a look-up before")
        names.add(lookup.name)
        for fault in _lookup_faults(lookup):
            yield fault.under("lookups", n)


def _lookup_faults(lookup: Lookup) -> Iterator[Problem]:
    if not lookup.name.isidentifier() or lookup.name in RESERVED:
        yield Problem(
            ("name",), f"{quoted(lookup.name)} cannot be a name (choose another; letters, digits and _)"
        )
    if not _FROM.fullmatch(lookup.from_):
        yield Problem(
            ("from",),
            f'{quoted(lookup.from_)} is no source (write "list:37", "item:1046", "contact" or "company")',
        )
    if lookup.id != "" and lookup.match:
        yield Problem(("match",), "cannot go with id (keep one of the two)")
    if ":" in lookup.from_ and lookup.id == "" and not lookup.match:
        yield Problem(("id",), "is required (write id, or match with the values that the row has)")


def _set(step: Any, _: Settings, __: list[str]) -> Iterator[Problem]:
    if not step.set:
        yield Problem(("set",), 'is empty (write a table, such as { UF_CRM_CITY = "Казань" })')


def _assign(step: Any, _: Settings, __: list[str]) -> Iterator[Problem]:
    if not step.targets:
        yield Problem(("targets",), "is empty (known: deal, contact, company)")
    if not step.to:
        yield Problem(("to",), 'is empty (write who, such as "user:7")')


def _create_invoice(step: CreateInvoice, settings: Settings, _: list[str]) -> Iterator[Problem]:
    if step.amount != "" and step.rows:
        yield Problem(("rows",), "cannot go with amount (keep one of the two)")
    if isinstance(step.amount, int | Decimal) and not isinstance(step.amount, bool) and step.amount <= 0:
        yield Problem(("amount",), f"{step.amount} is no sum (write more than 0)")
    if step.status and (message := invoice_status_fault(settings, step.status)):
        yield Problem(("status",), message)


def _update_fields(step: Any, settings: Settings, kinds: list[str]) -> Iterator[Problem]:
    yield from _set(step, settings, kinds)
    linked = names_of_all(kinds) if kinds else names_of_all(kinds_of(settings))
    things = sorted(linked & ({*kinds_of(settings), "contact", "company"}))
    if step.entity and step.entity not in things:
        yield Problem(("entity",), f"no {quoted(step.entity)} here{hint(step.entity, things)}")


_OWN: dict[str, Callable[[Any, Settings, list[str]], Iterator[Problem]]] = {
    "notify": _notify,
    "send_invoice": _mail,
    "send_reminder": _mail,
    "move_deal": _move_deal,
    "create_tasks": _create_tasks,
    "fill_fields": _fill_fields,
    "assign": _assign,
    "create_invoice": _create_invoice,
    "update_fields": _update_fields,
}

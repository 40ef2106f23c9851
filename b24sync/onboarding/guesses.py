"""Who and what at this portal fits the automations best: a first guess that the administrator corrects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from b24sync.domain.entity import DEAL

if TYPE_CHECKING:
    from b24sync.onboarding.inquiry import PortalFacts
    from b24sync.rest.fields import FieldSpec
    from b24sync.rest.stages import Stage

_BOOKS = ("бухгалт", "account", "финанс", "financ")
_LEADS = ("руковод", "lead", "manager", "менедж", "gip", "гип")
_STAGE_ID = re.compile(r"[A-Za-z0-9_]+:[A-Za-z0-9_]+|[A-Za-z0-9_]+")
_PLAIN_CODE = re.compile(r"UF_[A-Z0-9_]+")


def accountant(facts: PortalFacts) -> tuple[str, bool]:
    """A selector for the accountant, and whether it is more than the webhook's owner."""
    for person in facts.users:
        if any(word in person.position.casefold() for word in _BOOKS):
            return f"user:{person.id}", True
    active = {person.id for person in facts.users}
    for department in facts.departments:
        named = any(word in department.name.casefold() for word in _BOOKS)
        if named and department.head_id in active:
            return f"user:{department.head_id}", True
    return f"user:{facts.owner_id}", False


def leads(facts: PortalFacts) -> dict[str, str]:
    """The deal fields that may hold the project lead, the likeliest first, with their titles."""
    own = [
        spec
        for spec in facts.fields.get(DEAL, ())
        if spec.type == "employee" and _PLAIN_CODE.fullmatch(spec.code)
    ]
    named = [spec for spec in own if any(word in f"{spec.title} {spec.code}".casefold() for word in _LEADS)]
    return {f"deal.fields.{spec.code}": spec.title for spec in (*named, *own)}


def project_lead(facts: PortalFacts) -> str:
    """The deal field that a person chose or that most probably holds the project lead.

    Empty if deals have no field for an employee.
    """
    return facts.chosen.get("project_lead") or next(iter(leads(facts)), "")


def status_table(facts: PortalFacts) -> dict[str, list[str]]:
    """Status name → stage ids of this portal."""
    table: dict[str, list[str]] = {}
    for stage_id, name in facts.funnels.statuses().items():
        if _STAGE_ID.fullmatch(stage_id) and (facts.is_legacy or ":" in stage_id):
            table.setdefault(name, []).append(stage_id)
    return {name: table[name] for name in ("draft", "sent", "paid", "rejected") if name in table}


def working_stages(facts: PortalFacts) -> list[Stage]:
    """For each funnel of deals the stage in which the work is done.

    EXECUTING, else the middle one of those in process.
    """
    found = []
    for number in dict.fromkeys(stage.category_id for stage in facts.funnels.by_kind.get(DEAL, ())):
        open_ones = [
            one
            for one in facts.funnels.stages(DEAL, number)
            if one.semantic == "P" and _STAGE_ID.fullmatch(one.id)
        ]
        executing = [one for one in open_ones if one.id.rpartition(":")[2] == "EXECUTING"]
        found += (executing or open_ones[len(open_ones) // 2 :])[:1]
    return found


def headed_department(facts: PortalFacts) -> int | None:
    """The lowest department with a head, for tasks."""
    headed = [one.id for one in facts.departments if one.head_id]
    return headed[-1] if headed else None


def text_field(facts: PortalFacts) -> FieldSpec | None:
    """A custom text field of deals, for ``fill_fields``."""
    own = facts.fields.get(DEAL, ())
    texts = [
        spec
        for spec in own
        if spec.type == "string"
        and not spec.is_multiple
        and not spec.is_read_only
        and _PLAIN_CODE.fullmatch(spec.code)
    ]
    return texts[0] if texts else None


def element_field(facts: PortalFacts) -> FieldSpec | None:
    """A deal field that links to an element of a list."""
    own = facts.fields.get(DEAL, ())
    return next(
        (spec for spec in own if spec.type == "iblock_element" and _PLAIN_CODE.fullmatch(spec.code)), None
    )

"""The automations fitted to a portal, by what it has; a first guess that the administrator corrects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.config.firms import Fit, Table
from b24sync.config.toml_text import quoted
from b24sync.onboarding import guesses
from b24sync.words.configuration import BESIDE

if TYPE_CHECKING:
    from b24sync.config.firms import Language
    from b24sync.onboarding.inquiry import PortalFacts


def fit(facts: PortalFacts, language: Language) -> Fit:
    """What the automations name at this portal."""
    department = guesses.headed_department(facts)
    value, lookup = _lookup(facts)
    field = guesses.text_field(facts)
    tasks = Table(
        keys={
            "title": quoted("{{ row.name }}, {{ row.quantity }}"),
            "responsible": quoted(f"department:{department}" if department else "deal.responsible"),
            "deadline": quoted("+5wd"),
        },
        about=BESIDE["row_tasks"].of(language),
    )
    return Fit(
        language=language,
        comments=language,
        lead="project_lead" if guesses.project_lead(facts) else "deal.responsible",
        stages=tuple(stage.id for stage in guesses.working_stages(facts)) or ("EXECUTING",),
        tasks=(tasks,),
        fields={field.code if field else "UF_CRM_CODE_OF_YOUR_FIELD": value},
        lookups=(lookup,),
        advance=False,
    )


def _lookup(facts: PortalFacts) -> tuple[str, Table]:
    """What a new deal's field is filled with, and where that is looked up."""
    source, link = guesses.source_list(facts), guesses.element_field(facts)
    if source and link:
        where = {"from": quoted(source), "id": quoted(f"deal.fields.{link.code}")}
        return "{{ found.name }}", Table(keys={"name": quoted("found"), **where})
    if facts.processes:
        where = {"from": quoted(f"item:{facts.processes[0].id}"), "match": '{ title = "{{ deal.title }}" }'}
        return "{{ found.title }}", Table(keys={"name": quoted("found"), **where})
    return "{{ found.name }}", Table(keys={"name": quoted("found"), "from": quoted("company")})

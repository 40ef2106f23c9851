"""What a firm has of its own in the automations, and the two firms that come with the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from b24sync.config.toml_text import quoted

Language: TypeAlias = Literal["ru", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a step: keys with their values in TOML, and what is said beside its heading."""

    keys: Mapping[str, str]
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What is a firm's own in the automations.

    Attributes:
        lead: Who leads a project, as a selector.
        stages: The deal stages in which the work is done.
        tasks: ``[[rules.steps.tasks]]`` of a paid invoice.
        fields: Field of a new deal → what it is filled with.
        lookups: ``[[rules.steps.lookups]]`` that the fields name.
        comments: The language of the comments; that of the texts may be another.
        advance: Whether an advance invoice is made, and commissions are booked, when the work begins.
    """

    language: Language
    lead: str
    stages: tuple[str, ...]
    tasks: tuple[Table, ...]
    fields: Mapping[str, str]
    lookups: tuple[Table, ...]
    advance: bool = True
    comments: Language = "en"


SAMPLE = Fit(
    language="ru",
    lead="project_lead",
    stages=("EXECUTING", "C1:EXECUTING"),
    tasks=(
        Table(
            keys={
                "section": "14",
                "title": quoted("Смонтировать: {{ row.name }}, {{ row.quantity }} шт."),
                "description": quoted("Счёт № {{ invoice.number }}, сделка «{{ deal.title }}»"),
                "responsible": '"department:5"     # its head',
                "deadline": '"+5wd"',
                "tags": '["монтаж"]',
            },
            about="a task for each product row of this catalogue section and those below it",
        ),
        Table(
            keys={
                "name": '"*проект*"',
                "per": '"invoice"',
                "title": quoted("Проектирование по счёту № {{ invoice.number }}"),
                "description": quoted(
                    "{% for row in rows %}{{ row.name }}: {{ row.quantity }}\n{% endfor %}"
                ),
                "responsible": '"project_lead"',
                "deadline": '"+10wd"',
            },
            about="one task for all rows whose name matches",
        ),
    ),
    fields={"UF_CRM_ADDRESS": "{{ building.PROPERTY_61 }}", "UF_CRM_DISTRICT": "{{ district.title }}"},
    lookups=(
        Table(
            keys={
                "name": '"building"',
                "from": '"list:37"                 # lists of processes: "bitrix_processes:37"',
                "id": '"deal.fields.UF_CRM_BUILDING"',
            },
            about="a row of the list 37 by its id",
        ),
        Table(
            keys={
                "name": '"district"',
                "from": '"item:1048"',
                "match": '{ title = "{{ building.PROPERTY_62 }}" }',
            },
            about="an item of a smart process by its fields",
        ),
    ),
)
"""The firm of ``sample.toml``."""

DEMO = Fit(
    language="ru",
    lead="project_lead",
    stages=("EXECUTING",),
    tasks=(
        Table(
            keys={
                "section": "10",
                "title": quoted("Отгрузить: {{ row.name }}, {{ row.quantity }} шт."),
                "responsible": '"department:3"',
                "deadline": '"+3wd"',
            }
        ),
        Table(
            keys={
                "name": '"*проект*"',
                "per": '"invoice"',
                "title": quoted("Проектирование по счёту № {{ invoice.number }}"),
                "responsible": '"project_lead"',
                "deadline": '"+10wd"',
            }
        ),
    ),
    fields={
        "UF_CRM_RATE": "{{ price.PROPERTY_211 }}",
        "UF_CRM_ADDRESS": "{{ building.fields.UF_CRM_3_ADDRESS }}",
    },
    lookups=(
        Table(keys={"name": '"price"', "from": '"list:37"', "match": '{ NAME = "Москва и область" }'}),
        Table(keys={"name": '"building"', "from": '"item:1046"', "match": '{ title = "{{ deal.title }}" }'}),
    ),
)
"""The small company of ``b24sync demo``."""

"""Stages and funnels (portal.md §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from b24sync.calls import Call
from b24sync.domain.entity import DEAL, INVOICE
from b24sync.rest import json_values
from b24sync.rest.kinds import Kind

Semantic: TypeAlias = Literal["P", "S", "F"]
_BY_WORD: Mapping[str, Semantic] = {"process": "P", "success": "S", "failure": "F", "apology": "F"}
# The old module's own statuses, whose semantics its answers leave empty (portal.md §3.6).
_LEGACY: Mapping[str, Semantic] = {"P": "S", "D": "F"}

_WON, _LOST = ("WON", "SUCCESS", "P"), ("LOSE", "APOLOGY", "FAIL", "D")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a funnel; ``semantic`` is P in process, S success, F failure.

    ``category_id`` 0 where there are no funnels.
    """

    id: str
    name: str
    sort: int
    semantic: Semantic
    category_id: int = 0


@dataclass(frozen=True, slots=True)
class Category:
    """One funnel."""

    id: int
    name: str
    is_default: bool = False


def entity_id(kind: Kind, category_id: int) -> str:
    """The ENTITY_ID under which ``crm.status.list`` keeps the stages of a funnel."""
    if kind.name == DEAL:
        return "DEAL_STAGE" if category_id == 0 else f"DEAL_STAGE_{category_id}"
    if kind.api == "legacy":
        return "INVOICE_STATUS"
    if kind.name == INVOICE:
        return f"SMART_INVOICE_STAGE_{category_id}"
    return f"DYNAMIC_{kind.entity_type_id}_STAGE_{category_id}"


def category_of(stage_id: str) -> int:
    """The funnel that a deal's stage id speaks of (portal.md §5): ``C1:WON`` is one of funnel 1."""
    prefix, colon, _ = stage_id.partition(":")
    return int(prefix[1:]) if colon and prefix[:1] == "C" and prefix[1:].isdigit() else 0


def word_of(stage_id: str) -> str:
    """A stage id without its funnel: ``WON``."""
    return stage_id.rpartition(":")[2]


def semantic_of(stage_id: str) -> Semantic:
    """What a stage means by its id, where the portal does not say."""
    word = word_of(stage_id)
    return "S" if word in _WON else "F" if word in _LOST else "P"


def status_list(entity_id: str) -> Call:
    """All stages of one ENTITY_ID, in the order of the funnel."""
    return Call(
        "crm.status.list",
        {"order": {"SORT": "ASC"}, "filter": {"ENTITY_ID": entity_id}},
        lambda test: [_row(stage) for stage in test.stages(entity_id)],
    )


def category_list(kind: Kind) -> Call:
    """The funnels of a kind (invoices have one, whose number differs from portal to portal)."""
    return Call("crm.category.list", {"entityTypeId": kind.entity_type_id})


def read_stages(result: Any, *, category_id: int = 0, legacy: bool = False) -> tuple[Stage, ...]:
    """The stages of an answer, in the order of the funnel."""
    rows = [row for row in json_values.rows(result) if row.get("STATUS_ID")]
    stages = [_stage(row, category_id, legacy=legacy) for row in rows]
    return tuple(sorted(stages, key=lambda stage: stage.sort))


def _stage(row: Mapping[str, Any], category_id: int, *, legacy: bool) -> Stage:
    stage_id = str(row["STATUS_ID"])
    semantic = _semantic(row)
    if legacy and semantic == "P":
        semantic = _LEGACY.get(stage_id, "P")
    return Stage(
        stage_id,
        json_values.text(row.get("NAME")),
        json_values.int_or_none(row.get("SORT")) or 0,
        semantic,
        category_id,
    )


def _row(stage: Stage) -> dict[str, Any]:
    """A stage as the portal shows it."""
    return {
        "STATUS_ID": stage.id,
        "NAME": stage.name,
        "SORT": stage.sort,
        "EXTRA": {"SEMANTICS": {"S": "success", "F": "failure"}.get(stage.semantic, "process")},
        "SEMANTICS": None if stage.semantic == "P" else stage.semantic,
    }


def _semantic(row: Mapping[str, Any]) -> Semantic:
    mail = row.get("SEMANTICS")
    if mail == "S":
        return "S"
    if mail == "F":
        return "F"
    extra = row.get("EXTRA")
    word = extra.get("SEMANTICS") if isinstance(extra, Mapping) else None
    return _BY_WORD.get(str(word or ""), "P")


def read_categories(result: Any) -> tuple[Category, ...]:
    """The funnels of an answer, the default one first."""
    rows = json_values.rows(result.get("categories", []) if isinstance(result, Mapping) else result)
    found = [
        Category(
            json_values.int_or_none(row.get("id")) or 0,
            json_values.text(row.get("name")),
            row.get("isDefault") == "Y",
        )
        for row in rows
        if row.get("id") is not None
    ]
    return tuple(sorted(found, key=lambda category: not category.is_default))

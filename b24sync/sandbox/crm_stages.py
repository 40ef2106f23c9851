"""Funnels (categories) and their stages (portal.md §5), and other reference books of crm.status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal
from .filters import descends
from .method_registry import Params, rest
from .php import as_list, as_map, is_array
from .schema import DEAL, INVOICE, OLD_INVOICE

if TYPE_CHECKING:
    from .stand_in import Sandbox

_EXTRA = {"": "process", "S": "success", "F": "failure"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of crm.status: a stage (``semantics`` "", "S" or "F") or another entry of a reference book."""

    id: int
    entity_id: str
    status_id: str
    name: str
    sort: int
    semantics: str = ""
    system: bool = False
    category_id: int | None = None
    color: str = "#39A8EF"

    def shown(self) -> dict[str, Any]:
        """As crm.status.list shows it."""
        extra = "apology" if self.status_id.endswith("APOLOGY") else _EXTRA[self.semantics]
        return {
            "ID": str(self.id),
            "ENTITY_ID": self.entity_id,
            "STATUS_ID": self.status_id,
            "NAME": self.name,
            "NAME_INIT": self.name if self.system else "",
            "SORT": str(self.sort),
            "SYSTEM": "Y" if self.system else "N",
            "CATEGORY_ID": str(self.category_id) if self.category_id else None,
            "COLOR": self.color,
            "SEMANTICS": self.semantics or None,
            "EXTRA": {"SEMANTICS": extra, "COLOR": self.color},
        }


@dataclass(frozen=True, slots=True)
class Category:
    """A funnel."""

    id: int
    entity_type_id: int
    name: str
    sort: int
    default: bool

    def shown(self) -> dict[str, Any]:
        """As crm.category.list shows it."""
        shown: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "sort": self.sort,
            "entityTypeId": self.entity_type_id,
            "isDefault": "Y" if self.default else "N",
        }
        if not (self.entity_type_id == DEAL and self.id == 0):
            shown |= {"originId": "", "originatorId": ""}
        return shown


class Funnels:
    """Categories and statuses of the portal."""

    def __init__(self) -> None:
        self.categories: dict[tuple[int, int], Category] = {}
        self.statuses: dict[str, list[Stage]] = {}
        self._semantics: dict[tuple[int, str], str] = {}
        self._next = 100

    def add_category(
        self, etid: int, name: str, category_id: int, *, default: bool = False, sort: int = 200
    ) -> int:
        """Add a funnel without stages."""
        self.categories[etid, category_id] = Category(category_id, etid, name, sort, default)
        self.statuses.setdefault(stage_entity(etid, category_id), [])
        return category_id

    def add_stage(self, etid: int, category_id: int, code: str, name: str, semantics: str = "") -> str:
        """Add a stage at the end of its group (in work, success, failure); gives its full id."""
        entity_id = stage_entity(etid, category_id)
        full = stage_prefix(etid, category_id) + code
        base = {"": 0, "S": 1000, "F": 2000}[semantics]
        known = [stage for stage in self.statuses[entity_id] if stage.semantics == semantics]
        self.add_status(
            entity_id,
            full,
            name,
            sort=base + 10 * (len(known) + 1),
            semantics=semantics,
            category_id=category_id,
        )
        self._semantics[etid, full] = semantics or "P"
        return full

    def add_status(
        self,
        entity_id: str,
        status_id: str,
        name: str,
        *,
        sort: int = 0,
        semantics: str = "",
        category_id: int | None = None,
    ) -> None:
        """Add a row to a reference book (SOURCE, INVOICE_STATUS, …)."""
        group = self.statuses.setdefault(entity_id, [])
        if any(known.status_id == status_id for known in group):
            return
        self._next += 2
        system = semantics == "S" or status_id.endswith(("NEW", ":N"))
        place = sort or 10 * (len(group) + 1)
        group.append(
            Stage(
                id=self._next,
                entity_id=entity_id,
                status_id=status_id,
                name=name,
                sort=place,
                semantics=semantics,
                system=system,
                category_id=category_id,
            )
        )
        group.sort(key=lambda stage: stage.sort)
        if entity_id == "INVOICE_STATUS":
            self._semantics[OLD_INVOICE, status_id] = semantics or "P"

    def remove_stage(self, etid: int, stage_id: str) -> None:
        """Delete a stage (items in it keep its id)."""
        for stages in self.statuses.values():
            stages[:] = [stage for stage in stages if stage.status_id != stage_id]
        self._semantics.pop((etid, stage_id), None)

    def stages(self, etid: int, category_id: int) -> list[Stage]:
        """Stages of a funnel in their order."""
        return self.statuses.get(stage_entity(etid, category_id), [])

    def knows(self, etid: int, category_id: int, stage_id: str) -> bool:
        """Whether the funnel has the stage."""
        return any(stage.status_id == stage_id for stage in self.stages(etid, category_id))

    def semantics(self, etid: int, stage_id: str) -> str:
        """P (in work), S (success) or F (failure) of a stage; an unknown one is in work."""
        return self._semantics.get((etid, stage_id), "P")

    def default_category(self, etid: int) -> int:
        """The funnel of an item that names none."""
        for (kind, number), category in self.categories.items():
            if kind == etid and category.default:
                return number
        return 0

    def first_stage(self, etid: int, category_id: int) -> str:
        """The stage in which an item of a funnel starts."""
        stages = self.stages(etid, category_id)
        return stages[0].status_id if stages else ""


def stage_entity(etid: int, category_id: int) -> str:
    """The ENTITY_ID of a funnel's stages."""
    if etid == DEAL:
        return f"DEAL_STAGE_{category_id}" if category_id else "DEAL_STAGE"
    if etid == INVOICE:
        return f"SMART_INVOICE_STAGE_{category_id}"
    return f"DYNAMIC_{etid}_STAGE_{category_id}"


def stage_prefix(etid: int, category_id: int) -> str:
    """What stage ids of a funnel begin with."""
    if etid == DEAL:
        return f"C{category_id}:" if category_id else ""
    return f"DT{etid}_{category_id}:"


@rest("crm.category.list", "crm", takes="entityTypeId:int!")
def category_list(portal: Sandbox, params: Params) -> Answer:
    """Funnels of a type."""
    etid = portal.entity_type(params).id
    found = [c.shown() for (kind, _), c in portal.funnels.categories.items() if kind == etid]
    found.sort(key=lambda row: (row["sort"], row["id"]))
    return Answer({"categories": found}, total=len(found))


@rest("crm.status.list", "crm", arrays="order filter")
def status_list(portal: Sandbox, params: Params) -> Answer:
    """Rows of reference books; unpaged, filtered by equality."""
    wanted = as_map(params.get("filter", params.get("FILTER")))
    for name in ("ENTITY_ID", "STATUS_ID", "SORT", "SEMANTICS"):
        if is_array(wanted.get(name)):
            raise Refusal("", f"Filter by {name} must be a string")
    rows = [stage.shown() for group in portal.funnels.statuses.values() for stage in group]
    for key, value in wanted.items():
        name = key.lstrip("=")
        if name not in {"ID", "ENTITY_ID", "STATUS_ID", "NAME", "SORT", "SYSTEM", "CATEGORY_ID", "SEMANTICS"}:
            raise Refusal("Invalid parameters.", "Incorrect parameters passed.")
        options = {str(item) for item in (as_list(value) if is_array(value) else [value])}
        rows = [row for row in rows if str(row[name] if row[name] is not None else "") in options]
    rows.sort(key=lambda row: (row["ENTITY_ID"], int(row["SORT"])))
    for name, way in reversed(as_map(params.get("order", params.get("ORDER"))).items()):
        rows.sort(key=_sorter(name.upper()), reverse=descends(way))
    return Answer(rows, total=len(rows))


def _sorter(name: str) -> Callable[[dict[str, Any]], Any]:
    if name in {"ID", "SORT"}:
        return lambda row: int(row[name])
    return lambda row: str(row.get(name) or "")


@rest("crm.status.entity.types", "crm")
def status_entity_types(portal: Sandbox, _params: Params) -> Answer:
    """The reference books."""
    shown = []
    for entity_id in portal.funnels.statuses:
        row: dict[str, Any] = {"ID": entity_id, "NAME": entity_id}
        for (etid, number), category in portal.funnels.categories.items():
            if stage_entity(etid, number) == entity_id:
                row |= {"NAME": f"{category.name}: стадии", "SEMANTIC_INFO": [], "ENTITY_TYPE_ID": etid}
                row |= {"PREFIX": stage_prefix(etid, number).rstrip(":"), "CATEGORY_ID": number}
        shown.append(row)
    return Answer(shown)


@rest("crm.category.fields", "crm", takes="entityTypeId:int!")
def category_fields(_portal: Sandbox, _params: Params) -> Answer:
    """Fields of a funnel."""
    names = ("id", "name", "sort", "entityTypeId", "isDefault", "originId", "originatorId")
    return Answer({"fields": {name: {"type": "string", "upperName": name.upper()} for name in names}})

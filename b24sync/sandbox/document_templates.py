"""crm.documentgenerator.template.*: for who may edit templates (portal.md §12)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .envelope import PAGE, Answer, Refusal
from .filters import Column, compile_filter, descends, sort_rows, split_key, value_of
from .item_methods import skewed
from .method_registry import Params, rest
from .php import as_list, as_map, is_array, to_int
from .portal_dates import strtotime
from .query import answer

if TYPE_CHECKING:
    from .stand_in import Sandbox

Template = dict[str, Any]
_ONLY_IF_NAMED = {"entityTypeId", "users"}
_ALWAYS = {"download", "downloadMachine"}


@rest(
    "crm.documentgenerator.template.list",
    "crm",
    "documentgenerator",
    takes="select:array order:array filter:array",
)
def template_list(portal: Sandbox, params: Params) -> Answer:
    """Templates by id; what they are for and whose they are comes only if it is named."""
    _admit(portal)
    filters = as_map(params.get("filter"))
    types = {
        str(one)
        for key in list(filters)
        if split_key(key)[1] == "entityTypeId"
        for one in _values(filters.pop(key))
    }
    keep = compile_filter(filters, lambda name: _column(portal, name))
    rows = [
        template
        for template in portal.document_book.templates.values()
        if (not types or types & _types(template)) and (keep is None or keep(template))
    ]
    order = as_map(params.get("order")) or {"id": "ASC"}
    rows = sort_rows(rows, [(_sorter(name), descends(way)) for name, way in order.items()])
    start = to_int(params.get("start")) or 0
    offset = max(0, start) // PAGE * PAGE
    names = {str(name) for name in as_list(params.get("select"))} or {"*"}
    shown = {row["id"]: _shown(portal, row, names) for row in rows[offset : offset + PAGE]}
    return answer("templates", shown or [], None if start < 0 else len(rows), start)


@rest("crm.documentgenerator.template.get", "crm", "documentgenerator")
def template_get(portal: Sandbox, params: Params) -> Answer:
    """One template."""
    _admit(portal)
    template = portal.document_book.templates.get(to_int(params.get("id")) or 0)
    if template is None:
        raise Refusal("0", "Template not found")
    return Answer({"template": _shown(portal, template, {"*", *_ONLY_IF_NAMED})})


def _admit(portal: Sandbox) -> None:
    if not portal.settings.template_rights:
        raise Refusal("DOCGEN_ACCESS_ERROR", "Access denied")


def _values(value: Any) -> list[Any]:
    return as_list(value) if is_array(value) else [] if value in (None, "") else [value]


def _types(template: Template) -> set[str]:
    """What a template is for, with and without the funnel: 2_category_0, 2."""
    named = {str(value) for value in template["entityTypeId"]}
    return named | {name.partition("_")[0] for name in named}


def _column(portal: Sandbox, name: str) -> Column | None:
    if name in {"createTime", "updateTime"}:
        return Column(name, "time", lambda row: _made(portal, row[name]), lambda value: skewed(portal, value))
    if name in {"id", "sort"}:
        return Column(name, "int", lambda row: to_int(row[name]), to_int)
    known = {"name", "region", "code", "active", "moduleId", "isDeleted"}
    return Column(name, "text", value_of(name), str) if name in known else None


def _made(portal: Sandbox, value: Any) -> datetime | None:
    return strtotime(value, portal.server_zone, portal.clock.now())


def _sorter(name: str) -> Any:
    return (lambda row: to_int(row[name])) if name in {"id", "sort"} else value_of(name)


def _shown(portal: Sandbox, template: Template, names: set[str]) -> Template:
    whole = template | {"downloadMachine": portal.document_book.machine_url(int(template["id"]), "template")}
    chosen = names | _ALWAYS | ({*whole} - _ONLY_IF_NAMED if "*" in names else set())
    return {name: value for name, value in whole.items() if name in chosen}

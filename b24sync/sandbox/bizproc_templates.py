"""Workflow templates: ``bizproc.workflow.template.list``, for administrators (portal.md §17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .envelope import PAGE, Answer, Refusal
from .filters import Column, compile_filter, descends, sort_rows, value_of
from .method_registry import Params, rest
from .php import as_list, as_map, to_int
from .portal_dates import show_time

if TYPE_CHECKING:
    from .stand_in import Sandbox

Template = dict[str, Any]
AUTOMATION = 8
_NUMBERS = {"ID", "AUTO_EXECUTE", "USER_ID"}
_TEXTS = {"MODULE_ID", "ENTITY", "DOCUMENT_TYPE", "NAME", "IS_MODIFIED", "SYSTEM_CODE"}
_FIELDS = _NUMBERS | _TEXTS | {"TEMPLATE", "PARAMETERS", "VARIABLES", "CONSTANTS", "MODIFIED"}


class Workflows:
    """The templates of the portal, robots of stages among them."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self.all: dict[int, Template] = {}

    def add(
        self,
        name: str,
        document: Sequence[str],
        activities: Sequence[dict[str, Any]],
        *,
        auto_execute: int = 0,
        by: int = 1,
    ) -> int:
        """Keep a template.

        Args:
            name: As people see it.
            document: Module, class and type, as ``("crm", "CCrmDocumentDeal", "DEAL")``.
            activities: What it does: maps of ``Type``, ``Name``, ``Properties`` and ``Children``.
            auto_execute: 1 starts on creation, 2 on change, 3 on both; 8 is a robot's own.
            by: Who made it.
        """
        key = max(self.all, default=500) + 1
        root = {
            "Type": "SequentialWorkflowActivity",
            "Name": "Template",
            "Activated": "Y",
            "Properties": {"Title": name},
            "Children": list(activities),
        }
        module, entity, kind = document
        self.all[key] = {
            "ID": key,
            "MODULE_ID": module,
            "ENTITY": entity,
            "DOCUMENT_TYPE": kind,
            "AUTO_EXECUTE": auto_execute,
            "NAME": name,
            "TEMPLATE": [root],
            "PARAMETERS": [],
            "VARIABLES": [],
            "CONSTANTS": [],
            "MODIFIED": self._portal.second(),
            "IS_MODIFIED": "Y",
            "USER_ID": by,
            "SYSTEM_CODE": "",
        }
        return key

    def shown(self, template: Template, names: set[str]) -> dict[str, Any]:
        """As the method shows it: numbers are text, the document's type stands with its module and class."""
        row: dict[str, Any] = {name: template[name] for name in names if name in template}
        row |= {name: str(row[name]) for name in _NUMBERS & names}
        if "DOCUMENT_TYPE" in row:
            row["DOCUMENT_TYPE"] = [template[name] for name in ("MODULE_ID", "ENTITY", "DOCUMENT_TYPE")]
        if "MODIFIED" in row:
            row["MODIFIED"] = show_time(template["MODIFIED"], self._portal.server_zone)
        return row


@rest("bizproc.workflow.template.list", "bizproc")
def template_list(portal: Sandbox, params: Params) -> Answer:
    """Templates by filter, without those of robots; the names of parameters and fields take any case."""
    if not portal.settings.admin:
        raise Refusal("ACCESS_DENIED", "Access denied!")
    given = {name.upper(): value for name, value in params.items()}
    keep = compile_filter(given.get("FILTER"), _column)
    rows = [
        template
        for template in portal.workflow_book.all.values()
        if template["AUTO_EXECUTE"] != AUTOMATION and (keep is None or keep(template))
    ]
    order = as_map(given.get("ORDER")) or {"ID": "ASC"}
    rows = sort_rows(rows, [(value_of(name.upper()), descends(way)) for name, way in order.items()])
    offset = max(0, to_int(given.get("START")) or 0) // PAGE * PAGE
    names = {str(name).upper() for name in as_list(given.get("SELECT"))} & _FIELDS or {"ID"}
    shown = [portal.workflow_book.shown(row, names) for row in rows[offset : offset + PAGE]]
    following = offset + PAGE
    return Answer(shown, total=len(rows), next=following if following < len(rows) else None)


def _column(name: str) -> Column | None:
    upper = name.upper()
    if upper in _NUMBERS:
        return Column(name, "int", value_of(upper), to_int)
    return Column(name, "text", value_of(upper), str) if upper in _TEXTS else None

"""Workflow templates of the CRM, ``bizproc.workflow.template.list`` (portal.md §17): for administrators only.

Automation rules (robots) are workflow templates too, but the method leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from b24sync.calls import Call
from b24sync.rest import json_values
from b24sync.rest.kinds import LEGACY_INVOICE_TYPE, SMART_INVOICE_TYPE, Kind

PAGE = 50
_METHOD = "bizproc.workflow.template.list"
_MAILING = frozenset(("crmsendemailactivity", "mailactivity"))
_TASK_MAKING = frozenset(("task2activity", "taskactivity"))
_DOCUMENTS = {2: "DEAL", SMART_INVOICE_TYPE: "SMART_INVOICE", LEGACY_INVOICE_TYPE: "INVOICE"}
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow template.

    Attributes:
        document: What it is for, in the portal's words: ``DEAL``, ``SMART_INVOICE``, ``DYNAMIC_1046``.
        on_creation: It starts by itself when one is made.
        on_change: It starts by itself when one is changed.
    """

    id: int
    name: str
    document: str
    on_creation: bool
    on_change: bool

    def is_of(self, kind: Kind) -> bool:
        """Whether it is for entities of a kind."""
        return self.document == _DOCUMENTS.get(kind.entity_type_id, f"DYNAMIC_{kind.entity_type_id}")


@dataclass(frozen=True, slots=True)
class Doings:
    """What a workflow does among other things."""

    mails: bool
    makes_tasks: bool


def templates() -> Call:
    """The newest templates of the CRM, without what they do, which may be long."""
    params = {
        "SELECT": ["ID", "NAME", "MODULE_ID", "ENTITY", "DOCUMENT_TYPE", "AUTO_EXECUTE"],
        "FILTER": {"MODULE_ID": "crm"},
        "ORDER": {"ID": "DESC"},
        "start": 0,
    }
    return Call(_METHOD, params)


def content(workflow: Workflow) -> Call:
    """What one template does."""
    return Call(_METHOD, {"SELECT": ["ID", "TEMPLATE"], "FILTER": {"ID": workflow.id}, "start": 0})


def read_workflows(result: Any) -> list[Workflow]:
    """The templates of an answer; ``DOCUMENT_TYPE`` is ``[module, class, type]`` or the type alone."""
    found = []
    for row in _rows(result):
        number, kind = json_values.id_or_none(row.get("ID")), row.get("DOCUMENT_TYPE")
        starts = json_values.int_or_none(row.get("AUTO_EXECUTE")) or 0
        document = json_values.text(kind[-1] if isinstance(kind, list) and kind else kind)
        if number is not None:
            found.append(
                Workflow(
                    id=number,
                    name=json_values.text(row.get("NAME")),
                    document=document,
                    on_creation=bool(starts & 1),
                    on_change=bool(starts & 2),
                )
            )
    return found


def read_doings(result: Any, workflow: Workflow) -> Doings:
    """What a template does, by the kinds of its activities; those that are switched off do nothing."""
    types = {
        kind
        for row in _rows(result)
        if json_values.id_or_none(row.get("ID")) == workflow.id
        for kind in _types(row.get("TEMPLATE"), 0)
    }
    return Doings(mails=bool(types & _MAILING), makes_tasks=bool(types & _TASK_MAKING))


def _types(tree: Any, depth: int) -> Iterator[str]:
    """The kinds of all activities of a tree, in small letters."""
    listed = list(tree.values()) if isinstance(tree, Mapping) and "Type" not in tree else tree
    for node in listed if isinstance(listed, list) else [listed]:
        if isinstance(node, Mapping) and node.get("Activated") != "N" and depth < _DEEPEST:
            yield json_values.text(node.get("Type")).lower()
            yield from _types(node.get("Children") or [], depth + 1)


def _rows(result: Any) -> list[Mapping[str, Any]]:
    listed = list(result.values()) if isinstance(result, Mapping) else result
    return [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []

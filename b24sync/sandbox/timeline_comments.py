"""Comments of timelines, with the codes of their page (portal.md §8, crm/timeline/comments/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal
from .filters import descends, sort_rows, value_of
from .method_registry import Params, rest
from .php import as_list, as_map, to_int
from .portal_dates import show_time
from .portal_users import classic_page
from .schema import COMPANY, CONTACT, DEAL, INVOICE

if TYPE_CHECKING:
    from .stand_in import Sandbox

_NAMES = {"deal": DEAL, "contact": CONTACT, "company": COMPANY, "smart_invoice": INVOICE}
_SORTABLE = {"ID", "CREATED", "AUTHOR_ID"}


def _type_of(portal: Sandbox, name: Any) -> int | None:
    """The type behind an ENTITY_TYPE (deal, contact, company, smart_invoice, dynamic_1046)."""
    word = str(name or "").lower()
    etid = _NAMES.get(word)
    if etid is None and word.startswith("dynamic_") and word[8:].isdigit():
        etid = int(word[8:])
    return etid if etid in portal.types else None


@rest("crm.timeline.comment.add", "crm", takes="fields:array!")
def comment_add(portal: Sandbox, params: Params) -> Answer:
    """Write a comment into a timeline; its author is the webhook's owner."""
    fields = as_map(params["fields"])
    number = to_int(fields.get("ENTITY_ID")) or 0
    etid = to_int(fields.get("ENTITY_TYPE_ID")) or _type_of(portal, fields.get("ENTITY_TYPE"))
    if etid not in portal.types or number <= 0:
        raise Refusal("OWNER_NOT_FOUND", "Owner was not found")
    item = portal.items.get(etid, number)
    if item is None:
        raise Refusal("NOT_FOUND", "Element not found")
    if not portal.settings.timeline or number in portal.items.book(etid).hidden:
        raise Refusal("ACCESS_DENIED", "Access denied")
    text = str(fields.get("COMMENT") or "").strip()
    if not text:
        raise Refusal("INVALID_ARG_VALUE", "Empty comment message")
    comment = {
        "ID": portal.activity_book.take_id(),
        "ENTITY_TYPE_ID": etid,
        "ENTITY_ID": number,
        "ENTITY_TYPE": str(fields.get("ENTITY_TYPE") or "").lower(),
        "CREATED": portal.second(),
        "AUTHOR_ID": portal.settings.owner_id,
        "COMMENT": text,
    }
    portal.activity_book.comments.append(comment)
    item |= {"lastActivityTime": comment["CREATED"], "lastActivityBy": portal.settings.owner_id}
    return Answer(comment["ID"])


@rest("crm.timeline.comment.list", "crm", arrays="order filter")
def comment_list(portal: Sandbox, params: Params) -> Answer:
    """Comments of one timeline, which the filter names."""
    given = {name.lower(): value for name, value in params.items()}
    filters = {name.lstrip("=").upper(): value for name, value in as_map(given.get("filter")).items()}
    owner = _type_of(portal, filters.get("ENTITY_TYPE")), to_int(filters.get("ENTITY_ID"))
    if None in owner:
        raise Refusal("", "Access denied.")
    order = {name: way for name, way in as_map(given.get("order")).items() if name in _SORTABLE} or {
        "ID": "ASC"
    }
    rows = sort_rows(
        [row for row in portal.activity_book.comments if owner == (row["ENTITY_TYPE_ID"], row["ENTITY_ID"])],
        [(value_of(name), descends(way)) for name, way in order.items()],
    )
    names = {str(name) for name in as_list(given.get("select"))}
    return classic_page([_shown(portal, row, names) for row in rows], params)


def _shown(portal: Sandbox, row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    whole = {name: str(value) for name, value in row.items() if name != "ENTITY_TYPE_ID"}
    whole["CREATED"] = show_time(row["CREATED"], portal.server_zone)
    return {name: value for name, value in whole.items() if not names or name in names}

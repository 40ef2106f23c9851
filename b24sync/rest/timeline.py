"""Comments in the timeline of an entity (portal.md §8)."""

from __future__ import annotations

from typing import Any

from b24sync.calls import Call
from b24sync.domain.entity import COMPANY, CONTACT, DEAL, Key
from b24sync.rest import json_values
from b24sync.rest.kinds import Kind


def comment(kind: Kind, key: Key, text: str) -> Call:
    """Write a comment; it has no marker, so it is made at most once.

    The word for smart invoices is not documented; ``dynamic_31`` follows the rule of smart processes.
    """
    entity_type = key.kind if key.kind in {DEAL, CONTACT, COMPANY} else f"dynamic_{kind.entity_type_id}"
    fields = {"ENTITY_ID": key.id, "ENTITY_TYPE": entity_type, "COMMENT": text}
    return Call("crm.timeline.comment.add", {"fields": fields})


def read_id(result: Any) -> int | None:
    """The id of a new comment."""
    return json_values.id_or_none(result)

"""The feeds that say what changed: newest first, changed since, and sweeps by id (portal.md §2, §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from b24sync.calls import Call
from b24sync.rest import items
from b24sync.rest.dates import send_time
from b24sync.rest.kinds import Kind

PAGE = 50


class Words(NamedTuple):
    """How one API names what a feed needs.

    The fields ``id`` and modification time, and where a row of an answer stands.
    """

    id: str
    updated: str
    rows: str
    answer_id: str
    skewed: bool


_WORDS: Mapping[str, Words] = {
    "item": Words("id", "updatedTime", "[items]", "id", True),
    "legacy": Words("ID", "DATE_UPDATE", "", "ID", False),
    "task": Words("ID", "CHANGED_DATE", "[tasks]", "id", False),
}


def words(kind: Kind) -> Words:
    """The words of the API that reads a kind; ``skewed``.

    Its date filter may be shifted (portal.md §3.4).
    """
    return _WORDS[kind.api]


def newest(kind: Kind, *, but: Sequence[int] = ()) -> Call:
    """The page of the rows that changed last, without some ids."""
    said = words(kind)
    return items.list_page(kind, filter=_without(kind, but), order={said.updated: "DESC", said.id: "DESC"})


def made_since(kind: Kind, since: datetime, *, but: Sequence[int] = ()) -> Call | None:
    """Tasks made at or after ``since``, without some ids.

    One that was never changed has no CHANGED_DATE, so it is last where the newest come first.
    """
    if kind.api != "task":
        return None
    wanted = {">=CREATED_DATE": send_time(since), **_without(kind, but)}
    return items.list_page(kind, filter=wanted, order={"ID": "DESC"})


def changed(
    kind: Kind,
    *,
    since: datetime | None,
    after: int | str,
    before: int | None = None,
    but: Sequence[int] = (),
) -> Call:
    """A page of the rows changed at or after ``since`` (``None``: of all), behind an id, by id.

    Args:
        kind: What to read.
        since: As the portal's filter needs it: already shifted by its skew.
        after: An id or a batch reference.
        before: Only ids up to this one.
        but: Ids that are left out.
    """
    said = words(kind)
    wanted: dict[str, Any] = {f">{said.id}": after, **_without(kind, but)}
    if since is not None:
        wanted[f">={said.updated}"] = send_time(since)
    if before is not None:
        wanted[f"<={said.id}"] = before
    return items.list_page(kind, filter=wanted, order={said.id: "ASC"})


def sweep(kind: Kind, *, after: int | str, before: int | None = None, but: Sequence[int] = ()) -> Call:
    """A page of ids with modification time and stage only, behind an id, by id, without some ids."""
    said = words(kind)
    filter_: dict[str, Any] = {f">{said.id}": after, **_without(kind, but)}
    if before is not None:
        filter_[f"<={said.id}"] = before
    if kind.api != "item":
        return items.list_page(kind, filter=filter_, order={said.id: "ASC"})
    return items.list_page(
        kind,
        filter=filter_,
        order={said.id: "ASC"},
        select=("id", "updatedTime", "createdTime", "stageId", "movedTime"),
    )


def _without(kind: Kind, ids: Sequence[int]) -> dict[str, Any]:
    """The filter that leaves ids out (portal.md §2)."""
    if not ids:
        return {}
    return {"!@id": list(ids)} if kind.api == "item" else {f"!{words(kind).id}": list(ids)}


def one_since(kind: Kind, *, entity_id: int, since: datetime) -> Call:
    """The one row, if the portal's filter finds that it changed at or after ``since``.

    Shows how the filter is shifted.
    """
    said = words(kind)
    filter_ = {said.id: entity_id, f">={said.updated}": send_time(since)}
    return items.list_page(kind, filter=filter_, order={said.id: "ASC"}, select=("id", "updatedTime"))


def next_page(kind: Kind, name: str) -> str:
    """The batch reference to the last id of a full page that command ``name`` gave."""
    said = words(kind)
    return f"$result[{name}]{said.rows}[{PAGE - 1}][{said.answer_id}]"


def by_number(kind: Kind, number: str) -> Call:
    """Invoices of a number as people see it."""
    code = "ACCOUNT_NUMBER" if kind.api == "legacy" else "accountNumber"
    prefix = "" if kind.api == "legacy" else "="
    return items.list_page(kind, filter={f"{prefix}{code}": number}, order={words(kind).id: "ASC"})

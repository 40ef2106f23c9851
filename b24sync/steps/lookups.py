"""The look-ups of ``fill_fields``.

Rows found elsewhere, each level of those that build on others in one question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import Entity
from b24sync.domain.row_source import RowSource
from b24sync.errors import NotFoundError
from b24sync.ports import Read
from b24sync.rest import contract, items, json_values
from b24sync.rest.kinds import Kind
from b24sync.rules.scope import EntityView, View, view_of
from b24sync.rules.text_values import MISSING, Missing
from b24sync.steps import field_types, list_rows
from b24sync.steps.linked import linked
from b24sync.steps.outcomes import StepError, required
from b24sync.steps.side_by_side import together
from b24sync.words import field_faults as words

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.ports import Effects
    from b24sync.steps.context import StepContext
    from b24sync.steps.fill_fields import Lookup

Views = dict[str, "View | Missing"]


def find(ctx: StepContext, wanted: Sequence[Lookup], targets: Mapping[str, Any]) -> Effects[Views]:
    """The rows that the fields to be filled need, by name; nothing where there is no such row.

    Args:
        ctx: The action.
        wanted: The look-ups, in order; a later one may use those before it.
        targets: Field → value, as configured: what no value and no needed look-up mentions is not looked up.

    Raises:
        StepError: A source may not be read, or an id or a field of it is none.
    """
    needed = _needed(wanted, targets)
    texts = " ".join([str(list(targets.values())), *(str((one.id, dict(one.match))) for one in needed)])
    views: Views = {}
    while waiting := [one for one in needed if one.name not in views]:
        names = {one.name for one in waiting}
        ready = [one for one in waiting if not _mentions(one, names - {one.name})] or waiting[:1]
        rows = yield from together([_find_one(ctx, one, views, texts) for one in ready])
        views.update(zip((one.name for one in ready), rows, strict=True))
    return views


def _needed(wanted: Sequence[Lookup], targets: Mapping[str, Any]) -> list[Lookup]:
    needed: list[Lookup] = []
    texts = str(list(targets.values()))
    for one in reversed(wanted):
        if re.search(rf"\b{re.escape(one.name)}\b", texts):
            needed.insert(0, one)
            texts += str((one.id, dict(one.match)))
    return needed


def _mentions(lookup: Lookup, names: set[str]) -> bool:
    text = str((lookup.id, dict(lookup.match)))
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)


def _find_one(ctx: StepContext, lookup: Lookup, views: Views, texts: str) -> Effects[View | Missing]:
    doing = words.LOOKUP(name=lookup.name, source=lookup.from_)
    source = RowSource.parse(lookup.from_)
    by_id = lookup.id != ""
    if source.number is None and not by_id and not lookup.match:
        found = (yield from linked(ctx, source.word))[source.word]
        return view_of(found, tz=ctx.tz)
    given = yield from together(
        [ctx.value(value, extra=views) for value in ((lookup.id,) if by_id else lookup.match.values())]
    )
    if any(field_types.is_empty(value) for value in given):
        return MISSING  # an empty value would match any row
    match = {} if by_id else dict(zip(lookup.match, given, strict=True))
    row_id = _row_id(given[0], doing) if by_id else None
    if source.list_id is None:
        return (yield from _item(ctx, _kind(ctx, source), row_id, match, doing))
    place = list_rows.Place(source.word, source.list_id)
    return (yield from list_rows.find(place, row_id, match, texts=texts, doing=doing))


def _kind(ctx: StepContext, source: RowSource) -> Kind:
    type_id = source.entity_type_id
    if type_id is None:
        return ctx.kinds[source.word]
    known = (kind for kind in ctx.kinds.values() if kind.api == "item" and kind.entity_type_id == type_id)
    return next(known, Kind(f"item:{type_id}", type_id, type_id))


def _row_id(value: Any, doing: str) -> int:
    """An id; of several values the first, of a binding such as ``T416_3`` its number."""
    one = value[0] if isinstance(value, list | tuple) else value
    if isinstance(one, EntityView):
        return one.entity.key.id
    record = getattr(one, "values", None)
    inner = record.get("id") if isinstance(record, Mapping) else one
    found = json_values.id_or_none(inner.strip().rpartition("_")[2] if isinstance(inner, str) else inner)
    if found is None:
        raise StepError(words.LOOKUP_NO_ID(doing=doing, text=str(one)))
    return found


def _item(
    ctx: StepContext, kind: Kind, row_id: int | None, match: Mapping[str, Any], doing: str
) -> Effects[View | Missing]:
    """An item of the CRM by its id, or the first that matches."""
    if row_id is not None:
        answers: list[Answer] = yield Read((items.get(kind, row_id),))
        if isinstance(answers[0].error, NotFoundError):
            return MISSING
        required(answers[0], doing)
        return _view(ctx, kind, items.row_of(answers[0].result))
    codes = {contract.portal_code(kind, name): value for name, value in match.items()}
    wanted = {f"={code}": json_values.to_portal(_plain(value)) for code, value in codes.items()}
    start = 0
    while True:
        answers = yield Read((items.list_page(kind, filter=wanted, order={"id": "ASC"}, start=start),))
        required(answers[0], doing)
        page = items.page_rows(answers[0].result)
        for row in page:
            raw = contract.original_fields(row)
            if all(list_rows.equal(_plain(value), raw.get(code)) for code, value in codes.items()):
                return _view(ctx, kind, row)
        if len(page) < items.PAGE:
            return MISSING
        start += items.PAGE


def _plain(value: Any) -> Any:
    """A value to compare with: of a row its id."""
    if isinstance(value, EntityView):
        return value.entity.key.id
    if isinstance(value, View):
        record = getattr(value, "values", {})
        return record.get("id") if isinstance(record, Mapping) else str(value)
    return value


def _view(ctx: StepContext, kind: Kind, row: Mapping[str, Any] | None) -> View | Missing:
    """An item as texts see it: the names of kinds, and ``name`` for its title."""
    if row is None:
        return MISSING
    entity = items.entity(kind, row, statuses={}, base_url=ctx.base_url)
    named = {"name": entity.values.get("title", ""), **entity.values}
    return EntityView(Entity(entity.key, named, entity.fields), ctx.tz)

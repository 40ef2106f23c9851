"""The names that texts and conditions may use (contract.md §5 "Names"), by the kind whose event it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, TASK
from b24sync.domain.wording import did_you_mean
from b24sync.words import Both, advice
from b24sync.words import config_texts as words

Path: TypeAlias = tuple[str, ...]
"""A name with the attributes asked of it, as ``("invoice", "amount")``; ``*``: each item of a list."""
EACH = "*"
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Schema:
    """What may be asked of a name.

    Attributes:
        attributes: Name → what may be asked of that; empty: nothing.
        is_open: Any attribute may be asked (the portal's own codes).
        element: What each item of a list is.
    """

    attributes: Mapping[str, Schema] = field(default_factory=dict)
    is_open: bool = False
    element: Schema | None = None


VALUE = Schema()
OPEN = Schema(is_open=True)
_DAY = Schema(dict.fromkeys(("year", "month", "day"), VALUE))
_MOMENT = Schema(dict.fromkeys(("year", "month", "day", "hour", "minute"), VALUE))
_LIST = Schema(element=VALUE)
_DATES = {"due_date": _DAY, "issued_date": _DAY}
_MOMENTS = dict.fromkeys(("created_at", "updated_at", "deadline", "closed_at", "occurred_at"), _MOMENT)
_SHAPES = {**_DATES, **_MOMENTS, "fields": OPEN, "emails": _LIST, "phones": _LIST, "tags": _LIST}
_CRM = "amount currency created_at updated_at contact_id company_id responsible_id url fields"


def _schema(names: str) -> Schema:
    return Schema({name: _SHAPES.get(name, VALUE) for name in names.split()})


_STAGED = _schema(f"id title stage_id stage_title category_id semantic {_CRM}")
_CLIENT = _schema("id name emails phones responsible_id fields")
ENTITIES: Mapping[str, Schema] = {
    INVOICE: _schema(f"id number title status status_title stage_id due_date issued_date deal_id {_CRM}"),
    DEAL: _STAGED,
    CONTACT: _CLIENT,
    COMPANY: _CLIENT,
    TASK: _schema("id title status responsible_id deadline closed_at tags created_at updated_at url fields"),
}
CUSTOM = Schema({**_STAGED.attributes, "deal_id": VALUE})
USER = _schema("id name email")
ROW = _schema("product_id name price quantity sum section_id")
ROWS = Schema({"total": VALUE}, element=ROW)
COMMISSION = Schema({"total": VALUE, "of": VALUE, "rows": Schema(element=OPEN)})
EVENT = Schema(
    {
        **_schema("name entity from to from_title to_title by").attributes,
        "occurred_at": _MOMENT,
        "changes": OPEN,
    }
)

_LINKS: Mapping[str, tuple[str, ...]] = {
    INVOICE: (DEAL, CONTACT, COMPANY),
    DEAL: (CONTACT, COMPANY),
    TASK: (DEAL, INVOICE, CONTACT, COMPANY),
    CONTACT: (COMPANY,),
    COMPANY: (),
}
_CUSTOM_LINKS = (DEAL, CONTACT, COMPANY)


def links_of(kind: str) -> tuple[str, ...]:
    """The kinds that an entity of a kind may be linked to."""
    return _LINKS.get(kind, _CUSTOM_LINKS)


def roots_for(
    kind: str, *, people: Iterable[str] = (), extra: Mapping[str, Schema] | None = None
) -> Mapping[str, Schema]:
    """The names for events of a kind.

    Args:
        kind: Kind of the event's entity.
        people: Names of ``[people]``.
        extra: Names that one step adds, such as ``row`` or its look-ups.
    """
    roots = {
        "event": EVENT,
        "now": _MOMENT,
        "responsible": USER,
        "people": Schema(dict.fromkeys(people, USER)),
        "commission": COMMISSION,
        kind: ENTITIES.get(kind, CUSTOM),
        **{name: ENTITIES[name] for name in links_of(kind)},
    }
    if kind not in {TASK, CONTACT, COMPANY}:
        roots["rows"] = ROWS
    return {**roots, **(extra or {})}


def fault_of(path: Path, roots: Mapping[str, Schema]) -> Both | None:
    """What is wrong with a path; ``None`` if it may be used."""
    root, *rest = path
    schema = roots.get(root)
    if schema is None:
        return _unknown_root(root, roots)
    said = root
    for name in rest:
        if name == EACH:
            if schema.is_open:
                continue
            if schema.element is None:
                return words.NO_LIST.both(name=said)
            schema = schema.element
            continue
        if schema.is_open:
            return None
        found = schema.attributes.get(name)
        if found is None:
            return words.HAS_NO.both(owner=said, name=name, hint=hint(name, schema.attributes))
        schema, said = found, f"{said}.{name}"
    return None


def _unknown_root(root: str, roots: Mapping[str, Schema]) -> Both:
    if root in ENTITIES or root in {"rows", "row"}:
        return words.NOT_HERE.both(name=root, hint=advice.known(sorted(roots)))
    return words.UNKNOWN_NAME.both(name=root, hint=hint(root, roots))


def hint(word: str, known: Collection[str]) -> Both:
    """``(did you mean …?)`` for a word that is not known.

    Else what is known, or nothing if that is too much.
    """
    near = did_you_mean(word, known)
    if near:
        return advice.meant(near)
    return advice.known(sorted(known)) if len(known) <= _MOST_NAMED else advice.NOTHING

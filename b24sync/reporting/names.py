"""Names of clients and managers, as far as the database knows them: the report asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call, identified
from b24sync.domain.entity import COMPANY, CONTACT, Key
from b24sync.rest import people
from b24sync.rest.items import page_rows
from b24sync.words.report import UNNAMED

if TYPE_CHECKING:
    from b24sync.store import Store
    from b24sync.store.action_rows import Action

_EVENTS = 20  # of each invoice, the newest
_KINDS = {3: CONTACT, 4: COMPANY}


USER = "user"


def shown(key: Key, names: Mapping[str, str]) -> str:
    """A name, else what it is and its number."""
    return names.get(str(key)) or UNNAMED[key.kind](id=key.id)


def learnt(store: Store) -> dict[str, str]:
    """``user:5`` or ``contact:12`` → name, from the ledger and from what polls learnt by the way."""
    return {f"user:{number}": name for number, name in store.ledger.names()} | store.meta.names()


def told_of(actions: Iterable[Action]) -> dict[str, str]:
    """``user:5`` → name, as far as what actions would do or did tells it."""
    found: dict[str, str] = {}
    for action in actions:
        said = action.result.get("would") or action.result.get("intent") or {}
        people = zip(said.get("to", ()), said.get("names", ()), strict=False)
        found |= {f"user:{number}": name for number, name in people if isinstance(number, int)}
    return found


def known_names(store: Store, invoices: Iterable[int]) -> dict[str, str]:
    """``user:5`` or ``contact:12`` → name.

    From what rules saw of some invoices, from the ledger, and from what polls learnt by the way
    (`b24sync.engine.names_along`).
    """
    found = dict[str, str]()
    for invoice in invoices:
        for event in store.journal.events(kind="invoice", entity_id=invoice, limit=_EVENTS):
            for call, result in event.seen.items():
                found.update(_names_in(identified(call), result))
    return found | learnt(store)


def _names_in(call: Call, result: Any) -> Iterator[tuple[str, str]]:
    """Names in one answer of the portal that was kept, by the call that it answered."""
    if call.method == "user.get":
        for user in people.read_users(result):
            yield f"user:{user.id}", user.name
        return
    kind = _KINDS.get(call.params.get("entityTypeId", 0))
    if kind is not None and call.method.startswith("crm.item."):
        for row in _rows(result):
            parts = [row.get("title")] if kind == COMPANY else [row.get("name"), row.get("lastName")]
            name = " ".join(str(part) for part in parts if part).strip()
            if name:
                yield f"{kind}:{row.get('id')}", name


def _rows(result: Any) -> list[Mapping[str, Any]]:
    if isinstance(result, Mapping) and isinstance(result.get("item"), Mapping):
        return [result["item"]]
    return list(page_rows(result))

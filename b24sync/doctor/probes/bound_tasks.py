"""Whether the tasks of recent deals and invoices can all be seen, and found by their bindings (portal.md §9).

A task that hides is not counted by ``invoice.tasks_completed``, and one that its binding does not find would
be made a second time after a lost answer (contract.md G3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, ok, warn
from b24sync.domain.entity import DEAL, INVOICE, TASK, Key
from b24sync.rest import activities, items, tasks
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from b24sync.doctor.probing import Look, Scene
    from b24sync.rest.kinds import Kind

NAME = "bound_tasks"
_MOST = 3
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Owner:
    """A deal or an invoice."""

    kind: Kind
    key: Key

    @property
    def binding(self) -> str:
        """As tasks name it."""
        return self.kind.binding(self.key.id)


def look(scene: Scene) -> Look:
    """Collect the tasks of the newest entities in every way there is, then read them as a poll does."""
    if not _wanted(scene):
        return []
    shown = _bound(scene)
    owners = list(dict.fromkeys((*_owners(scene), *shown)))
    answers = yield [
        *(tasks.bound_to(owner.binding) for owner in owners),
        *(activities.newest((owner.kind.entity_type_id, owner.key.id)) for owner in owners),
    ]
    by_binding, by_activity = answers[: len(owners)], answers[len(owners) :]
    found = {owner: items.page_rows(answer.value()) for owner, answer in zip(owners, by_binding, strict=True)}
    listed = {owner: {items.row_id(row) for row in rows} for owner, rows in found.items()}
    told = {
        owner: set() if answer.refused() else set(activities.tasks_among(answer.value()))
        for owner, answer in zip(owners, by_activity, strict=True)
    }
    ids = sorted(
        {number for numbers in (*told.values(), *listed.values()) for number in numbers}, reverse=True
    )
    page = yield [items.by_ids(scene.app.kinds[TASK], ids[: items.PAGE])] if ids else []
    seen = {items.row_id(row) for answer in page for row in items.page_rows(answer.value())}
    hidden = {number for number in ids[: items.PAGE] if number not in seen}
    lost = {
        number
        for owner, numbers in shown.items()
        if len(found[owner]) < items.PAGE
        for number in numbers
        if number not in listed[owner]
    }
    return _findings(hidden=hidden, lost=lost, foreign=_foreign(found), count=len(ids))


def _wanted(scene: Scene) -> bool:
    makes = scene.uses.rules_that(lambda step: step.makes_tasks)
    return TASK in scene.app.settings.poll.watch or bool(makes)


def _owners(scene: Scene) -> Iterable[_Owner]:
    for kind in scene.item_kinds(DEAL, INVOICE):
        for row in scene.newest(kind)[:_MOST]:
            yield _Owner(kind, Key(kind.name, items.row_id(row)))


def _bound(scene: Scene) -> dict[_Owner, set[int]]:
    """Owners → the newest tasks that say they are bound to them."""
    found: dict[_Owner, set[int]] = {}
    for row in items.page_rows(scene.survey.result(f"newest.{TASK}")):
        for key in tasks.bindings(row, scene.app.kinds):
            if key.kind in {DEAL, INVOICE} and scene.app.kinds[key.kind].api == "item":
                owner = _Owner(scene.app.kinds[key.kind], key)
                if owner in found or len(found) < _MOST:
                    found.setdefault(owner, set()).add(items.row_id(row))
    return found


def _foreign(found: Mapping[_Owner, Sequence[dict[str, Any]]]) -> set[int]:
    """Tasks that were given for a binding that they do not have."""
    return {
        items.row_id(row)
        for owner, rows in found.items()
        for row in rows
        if owner.key not in tasks.bindings(row, {owner.kind.name: owner.kind})
    }


def _findings(*, hidden: set[int], lost: set[int], foreign: set[int], count: int) -> list[Finding]:
    found = []
    if hidden:
        found.append(warn(NAME, words.TASKS_HIDDEN.both(which=_named(hidden)), words.LET_SEE_TASKS.both()))
    if lost:
        found.append(warn(NAME, words.TASKS_UNFOUND.both(which=_named(lost)), words.TELL_VENDOR.both()))
    if foreign:
        found.append(warn(NAME, words.TASKS_FOREIGN.both(which=_named(foreign)), words.TELL_VENDOR.both()))
    return found or ([ok(NAME, words.TASKS_SEEN.both(count=count))] if count else [])


def _named(ids: set[int]) -> str:
    ordered = sorted(ids, reverse=True)
    return ", ".join(f"task:{number}" for number in ordered[:_SHOWN]) + (
        ", …" if len(ordered) > _SHOWN else ""
    )

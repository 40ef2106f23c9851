"""Whether templates of recurring deals and invoices are among the rows, and can be told (portal.md §3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, ok, warn
from b24sync.domain.entity import DEAL, INVOICE
from b24sync.rest import items
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.doctor.probing import Look, Scene
    from b24sync.rest.kinds import Kind

NAME = "recurring"
_FIELDS = ("id", "isRecurring")
_SHOWN = 5


def look(scene: Scene) -> Look:
    """Ask for the templates by themselves; a portal that does not filter by them shows its newest rows."""
    kinds = scene.item_kinds(DEAL, INVOICE)
    answers = yield [
        items.list_page(kind, filter={"=isRecurring": "Y"}, order={"id": "DESC"}, select=_FIELDS)
        for kind in kinds
    ]
    found = [
        finding
        for kind, answer in zip(kinds, answers, strict=True)
        if (finding := _finding(scene, kind, answer)) is not None
    ]
    seen = any(scene.newest(kind) for kind in kinds)
    return found or ([ok(NAME, words.NO_TEMPLATES.both())] if seen else [])


def _finding(scene: Scene, kind: Kind, answer: Answer) -> Finding | None:
    newest = items.page_rows(scene.survey.result(f"newest.{kind.name}"))
    asked = newest if answer.refused() else items.page_rows(answer.value())
    ids = [items.id_of(row) for row in (*asked, *newest) if items.is_template(row)]
    name = f"{NAME}.{kind.name}"
    if ids:
        which = [f"{kind.name}:{number}" for number in dict.fromkeys(ids)]
        listed = ", ".join(which[:_SHOWN]) + (", …" if len(which) > _SHOWN else "")
        return ok(name, words.TEMPLATES_LEFT_OUT.both(which=listed))
    if kind.name == DEAL and newest and not any("isRecurring" in row for row in newest):
        return warn(name, words.TEMPLATES_UNKNOWN.both(kind=kind.name), words.WATCH_TEMPLATES.both())
    return None

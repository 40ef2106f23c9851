"""Stages of every watched kind: names, order, which is first, what they mean; cached in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import DEAL, INVOICE, TASK, Entity
from b24sync.errors import TransientError
from b24sync.rest import items, stages
from b24sync.rest.stages import Stage

if TYPE_CHECKING:
    from b24sync.calls import Answer, Portal
    from b24sync.domain.settings import InvoiceSettings
    from b24sync.rest.kinds import Kind
    from b24sync.store.meta import Keep

MAX_AGE_S = 24 * 3600
_FIRST_WORDS = ("NEW", "N", "")


@dataclass(slots=True)
class Funnels:
    """The stages of each kind, in the order of their funnels, and the invoices' status names.

    Attributes:
        by_kind: Kind → stages. A kind whose stages cannot be read is missing; then stage ids are read by the
            portal's naming rule.
        settings: ``[invoice]``.
    """

    settings: InvoiceSettings
    by_kind: dict[str, tuple[Stage, ...]] = field(default_factory=dict)
    _names: dict[str, str] | None = None
    _by_id: dict[str, tuple[tuple[Stage, ...], dict[str, Stage]]] = field(default_factory=dict)

    def stage(self, kind: str, stage_id: str) -> Stage | None:
        """One stage."""
        stages, found = self.by_kind.get(kind, ()), self._by_id.get(kind)
        if found is None or found[0] is not stages:  # they may be read anew
            found = self._by_id[kind] = (stages, {stage.id: stage for stage in reversed(stages)})
        return found[1].get(stage_id)

    def stages(self, kind: str, category_id: int) -> list[Stage]:
        """The stages of a funnel, in its order."""
        return [stage for stage in self.by_kind.get(kind, ()) if stage.category_id == category_id]

    def semantic(self, kind: str, stage_id: str) -> str:
        """``P`` in process, ``S`` success, ``F`` failure."""
        stage = self.stage(kind, stage_id)
        return stage.semantic if stage else stages.semantic_of(stage_id)

    def is_first(self, kind: str, stage_id: str) -> bool:
        """Whether a stage is the first of its funnel."""
        stage = self.stage(kind, stage_id)
        if stage is None:
            return stages.word_of(stage_id) in _FIRST_WORDS
        first = next(one for one in self.by_kind[kind] if one.category_id == stage.category_id)
        return first.id == stage_id

    def status(self, kind: str, stage_id: str) -> str:
        """What ``from`` and ``to`` show.

        For invoices the status name where there is one, else the stage id.
        """
        return self.statuses().get(stage_id, stage_id) if kind == INVOICE else stage_id

    def entity(self, kind: Kind, raw: Mapping[str, Any], *, stage: str | None, base_url: str) -> Entity:
        """An entity as rules see it: its row, in the stage that was recorded last.

        Args:
            kind: What the row is.
            raw: The portal's JSON.
            stage: The recorded stage, which goes over the row's: the row may be newer than what was told.
            base_url: ``https://HOST`` of the portal.

        Raises:
            ValueError: The row has no id.
        """
        return items.entity(kind, raw, statuses=self.statuses(), base_url=base_url, stage=stage)

    def title(self, kind: str, stage_id: str) -> str:
        """The portal's own title of a stage; of an unknown one its id."""
        stage = self.stage(kind, stage_id)
        return stage.name if stage is not None and stage.name else stage_id

    def statuses(self) -> Mapping[str, str]:
        """Stage id → status name of invoices (contract.md §5 ``[invoice.status]``)."""
        if self._names is None:
            self._names = dict(self._named())
        return self._names

    def _named(self) -> Iterable[tuple[str, str]]:
        given = {stage_id: name for name, ids in self.settings.status.items() for stage_id in ids}
        known = self.by_kind.get(INVOICE, ())
        for stage in known:
            name = self._default_name(stage.id, stage.semantic)
            if name and name not in self.settings.status and stage.id not in given:
                yield stage.id, name
        yield from given.items()

    @staticmethod
    def _default_name(stage_id: str, semantic: str) -> str:
        if semantic == "S":
            return "paid"
        if semantic == "F":
            return "rejected"
        return {"N": "draft", "S": "sent"}.get(stages.word_of(stage_id), "")

    def stage_ids(self, status: str) -> tuple[str, ...]:
        """The stage ids behind a status name; a stage id stands for itself."""
        found = tuple(stage_id for stage_id, name in self.statuses().items() if name == status)
        return found or (status,)


def load(keep: Keep, kinds: Sequence[Kind], settings: InvoiceSettings, *, not_before: int = 0) -> Funnels:
    """What the database remembers of the stages, if it is not older than ``not_before`` (Unix seconds)."""
    funnels = Funnels(settings)
    for kind in kinds:
        cached = keep.cached(_name(kind), not_before=not_before)
        if cached:
            funnels.by_kind[kind.name] = tuple(Stage(*row) for row in cached)
    return funnels


def missing(funnels: Funnels, kinds: Sequence[Kind], seen: Mapping[str, Iterable[str]]) -> list[Kind]:
    """The kinds whose stages must be read: never read, or a stage was seen that is not among them."""
    return [
        kind
        for kind in kinds
        if kind.name != TASK
        and (
            kind.name not in funnels.by_kind
            or any(funnels.stage(kind.name, stage_id) is None for stage_id in seen.get(kind.name, ()))
        )
    ]


def fetch(portal: Portal, kinds: Sequence[Kind]) -> dict[str, tuple[Stage, ...]]:
    """Read the stages of some kinds; one whose funnels or stages are refused is left out.

    Raises:
        TransientError: The portal cannot be reached, or cannot tell some of them now.
        CredentialsError: The portal refuses the webhook.
    """
    staged = [kind for kind in kinds if kind.name != TASK]
    funnels = dict(zip([kind.name for kind in staged], _categories(portal, staged), strict=True))
    wanted = [(kind, category) for kind in staged for category in funnels[kind.name]]
    answers = portal.read([stages.status_list(stages.entity_id(kind, category)) for kind, category in wanted])
    found: dict[str, tuple[Stage, ...]] = {}
    for (kind, category), answer in zip(wanted, answers, strict=True):
        _no_passing_trouble(answer)
        if answer.error is None:
            read = stages.read_stages(answer.result, category_id=category, legacy=kind.api == "legacy")
            found[kind.name] = (*found.get(kind.name, ()), *read)
    return {name: rows for name, rows in found.items() if rows}


def _categories(portal: Portal, kinds: Sequence[Kind]) -> list[list[int]]:
    asked = [kind for kind in kinds if kind.api == "item"]
    answers = dict(
        zip(
            [kind.name for kind in asked],
            portal.read([stages.category_list(kind) for kind in asked]),
            strict=True,
        )
    )
    found = list[list[int]]()
    for kind in kinds:
        answer = answers.get(kind.name)
        _no_passing_trouble(answer)
        rows = stages.read_categories(answer.result) if answer and answer.error is None else ()
        fallback = [0] if kind.name == DEAL or kind.api == "legacy" else []
        found.append([category.id for category in rows] or fallback)
    return found


def _no_passing_trouble(answer: Answer | None) -> None:
    if answer is not None and isinstance(answer.error, TransientError):
        raise answer.error


def save(keep: Keep, found: Mapping[str, tuple[Stage, ...]], *, at: int) -> None:
    """Remember stages; within a transaction of the caller."""
    for name, rows in found.items():
        keep.cache(f"stages:{name}", [[s.id, s.name, s.sort, s.semantic, s.category_id] for s in rows], at=at)


def _name(kind: Kind) -> str:
    return f"stages:{kind.name}"

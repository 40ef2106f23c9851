"""Writing fields of an entity: checked against what the portal knows, and compared with what it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from b24sync.ports import Intend, OnLostAnswer, Read, Write
from b24sync.rest import contract, fields, items
from b24sync.steps import field_types
from b24sync.steps.outcomes import StepError, required, words_of
from b24sync.words import Message
from b24sync.words import field_faults as fields_said

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.domain.entity import Entity
    from b24sync.ports import Effects
    from b24sync.rest.fields import Fields, FieldSpec
    from b24sync.rest.kinds import Kind
    from b24sync.steps.context import StepContext

_NO_FIELD = Message("{kind}: поля {name} нет ({advice})", "{kind} has no field {name} ({advice})")
_CLOSE_FIELD = Message("возможно, {name}?", "did you mean {name}?")
_SEE_DOCTOR = Message("какие есть, покажет b24sync doctor", "see b24sync doctor for those it has")
_NOT_CHANGED = Message(
    "{entity}: портал принял {name}, но не изменил (можно ли его менять и подходит ли значение типу "
    "{type}{hint}?)",
    "{entity}: the portal took {name} and did not change it (may it be written, and does the value fit "
    "its type "
    "{type}{hint}?)",
)
_HOLDS_ANOTHER = Message(
    "{entity}: в {name} теперь {now} вместо {wanted} (исправьте значение в правиле)",
    "{entity}: {name} holds {now} now instead of {wanted} (correct the value in the rule)",
)

_STAGES = frozenset(("stageId", "STAGE_ID", "STATUS_ID"))


@dataclass(frozen=True, slots=True)
class Change:
    """A field and what it will hold, typed (see ``field_types.typed``); ``name`` is how the rule calls it."""

    name: str
    spec: FieldSpec
    value: Any


def fields_of(ctx: StepContext, kind: str) -> Effects[Fields]:
    """What fields a kind has."""
    if ctx.kinds[kind].api == "task":
        return fields.read_fields(ctx.kinds[kind], None)
    answers: list[Answer] = yield Read((items.fields(ctx.kinds[kind]),))
    required(answers[0], fields_said.FIELDS_OF(kind=kind))
    return fields.read_fields(ctx.kinds[kind], answers[0].result)


def specs_of(known: Fields, names: Sequence[str]) -> dict[str, FieldSpec]:
    """The fields that a rule names.

    Raises:
        StepError: The portal has no such field (it would ignore a write to it without a word).
    """
    found: dict[str, FieldSpec] = {}
    for name in names:
        spec = known.find(name)
        if spec is None:
            close = known.close_to(name)
            advice = _CLOSE_FIELD(name=close) if close else _SEE_DOCTOR()
            raise StepError(_NO_FIELD(kind=known.kind.name, name=name, advice=advice))
        found[name] = spec
    return found


def frame_of(ctx: StepContext, entity: Entity) -> field_types.Frame:
    """What the values of an entity's fields are read by."""
    return field_types.Frame(ctx.tz, str(entity.values.get("currency") or ""), ctx.kinds)


def change_of(name: str, spec: FieldSpec, value: Any, frame: field_types.Frame) -> Change:
    """A field with its new value.

    Raises:
        StepError: The field cannot hold it.
    """
    try:
        return Change(name, spec, field_types.typed(spec, value, frame))
    except (ValueError, OverflowError) as error:
        raise StepError(f"{name}: {error}") from None


def differing(entity: Entity, changes: Sequence[Change]) -> list[Change]:
    """Those that are not so already."""
    return [one for one in changes if not field_types.same(one.value, holds(entity.fields, one.spec))]


def holds(row: Mapping[str, Any], spec: FieldSpec) -> Any:
    """What a field of a row holds, typed."""
    return field_types.held(spec, row.get(spec.code))


def write(ctx: StepContext, entity: Entity, changes: Sequence[Change]) -> Effects[bool]:
    """Write fields in one update and see that the portal kept them.

    Returns:
        False if another action did so in the same moment.

    Raises:
        StepError: The portal refused, ignored or changed one; says which and what to do.
    """
    kind = ctx.kinds[entity.key.kind]
    yield Intend({"entity": str(entity.key), "set": {one.name: _in_words(one.value) for one in changes}})
    call = items.update(kind, entity.key.id, {one.spec.sent: field_types.sent(one.value) for one in changes})
    sets = _writes(kind, entity.fields, changes)
    answer: Answer = yield Write(call, OnLostAnswer.REPEAT, entity=entity.key, sets=sets)
    if answer.error is not None:
        known = yield from fields_of(ctx, entity.key.kind)
        named = known.titled(answer.error.reason) or [one.spec.code for one in changes]
        raise StepError(words_of(answer.error, f"{entity.key}", fields=named))
    row = items.row_of(answer.result) if kind.api == "item" else None
    after = contract.original_fields(row) if row else (yield from _read_again(ctx, kind, entity))
    for one in changes:
        _compare(entity, one, after)
    return not answer.shared


def _in_words(value: Any) -> Any:
    """A typed value as results show it: exact amounts and dates as texts."""
    if isinstance(value, tuple):
        return [_in_words(one) for one in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _read_again(ctx: StepContext, kind: Kind, entity: Entity) -> Effects[Mapping[str, Any]]:
    answers: list[Answer] = yield Read((items.get(ctx.kinds[kind.name], entity.key.id),))
    required(answers[0], fields_said.AFTER_WRITE(entity=entity.key))
    return contract.original_fields(items.row_of(answers[0].result) or {})


def _compare(entity: Entity, change: Change, after: Mapping[str, Any]) -> None:
    """See what became of one field.

    Raises:
        StepError: It does not hold what was written.
    """
    now, before = holds(after, change.spec), holds(entity.fields, change.spec)
    if field_types.same(change.value, now, rounded=True):
        return
    if field_types.same(before, now):
        hint = '; set isManualOpportunity = "Y" with it' if change.spec.code == "opportunity" else ""
        raise StepError(_NOT_CHANGED(entity=entity.key, name=change.name, type=change.spec.type, hint=hint))
    if not isinstance(change.value, str):
        raise StepError(_HOLDS_ANOTHER(entity=entity.key, name=change.name, now=now, wanted=change.value))


def _writes(kind: Kind, before: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """What an ``updated`` event will show of the changes.

    Contract name → value, ``None`` for an emptied field.
    """
    after = {**before, **{one.spec.code: field_types.shown(one.value) for one in changes}}
    old, new = items.diff_values(kind, before), items.diff_values(kind, after)
    found = {
        name: new.get(name) for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)
    }
    stage = next((one.value for one in changes if one.spec.code in _STAGES), None)
    return found if stage is None else {**found, "stage_id": stage}

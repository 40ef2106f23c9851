"""How ``update_fields`` and ``fill_fields`` write: all is read and judged before the one update is made."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import Key
from b24sync.ports import Done, Skipped
from b24sync.steps import field_types, lookups
from b24sync.steps.field_values import change_of, differing, fields_of, frame_of, holds, specs_of, write
from b24sync.steps.linked import linked
from b24sync.steps.side_by_side import together

if TYPE_CHECKING:
    from collections.abc import Mapping

    from b24sync.domain.entity import Entity
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.fields import FieldSpec
    from b24sync.steps.context import StepContext
    from b24sync.steps.fill_fields import FillFields
    from b24sync.steps.update_fields import UpdateFields


def update(step: UpdateFields, ctx: StepContext) -> Effects[StepResult]:
    """Write what is not so already."""
    kind = step.entity or ctx.event.entity.kind
    found = yield from together([_entity(ctx, kind), fields_of(ctx, kind)])
    entity, known = found
    if entity is None:
        return Skipped(f"no_{kind}")
    specs = specs_of(known, list(step.set))
    given = yield from together([ctx.value(value) for value in step.set.values()])
    frame = frame_of(ctx, entity)
    changes = [
        change_of(name, specs[name], value, frame) for name, value in zip(step.set, given, strict=True)
    ]
    wanted = differing(entity, changes)
    details = {"entity": str(entity.key), "fields": [one.name for one in wanted]}
    if not wanted:
        return Done(changed=False, details=details)
    changed = yield from write(ctx, entity, wanted)
    return Done(changed=changed, details=details)


def fill(step: FillFields, ctx: StepContext) -> Effects[StepResult]:
    """Fill what is empty, or everything with ``overwrite``.

    What comes out empty leaves its field as it is.
    """
    kind = ctx.event.entity.kind
    entity, known = yield from together([_entity(ctx, kind), fields_of(ctx, kind)])
    if entity is None:
        return Skipped(f"no_{kind}")
    specs = specs_of(known, list(step.set))
    kept = [] if step.overwrite else [name for name, spec in specs.items() if _is_full(entity, spec)]
    open_ = {name: value for name, value in step.set.items() if name not in kept}
    details: dict[str, Any] = {"entity": str(entity.key), "fields": []}
    if not open_:
        return Done(changed=False, details={**details, "kept": kept})
    views = yield from lookups.find(ctx, step.lookups, open_)
    missing = [one.name for one in step.lookups if one.name in views and not views[one.name]]
    given: list[Any] = yield from together([ctx.value(value, extra=views) for value in open_.values()])
    empty = [name for name, value in zip(open_, given, strict=True) if field_types.is_empty(value)]
    frame = frame_of(ctx, entity)
    changes = [
        change_of(name, specs[name], value, frame)
        for name, value in zip(open_, given, strict=True)
        if name not in empty
    ]
    wanted = differing(entity, changes)
    said: Mapping[str, Any] = {"kept": kept, "empty": empty, "not_found": missing}
    details.update({"fields": [one.name for one in wanted], **{k: v for k, v in said.items() if v}})
    changed = bool(wanted) and (yield from write(ctx, entity, wanted))
    return Done(changed=changed, details=details)


def _entity(ctx: StepContext, kind: str) -> Effects[Entity | None]:
    own = ctx.event.entity
    if kind == own.kind:
        return (yield from ctx.entity(kind, own.id))
    found = (yield from linked(ctx, kind))[kind]
    key: Key | None = found.key if found else None
    return (yield from ctx.entity(kind, key.id)) if key else None


def _is_full(entity: Entity, spec: FieldSpec) -> bool:
    """Whether a field holds something; an amount of 0 is none."""
    value = holds(entity.fields, spec)
    return not (
        value is None
        or value == ()
        or (isinstance(value, Decimal) and spec.code == "opportunity" and not value)
    )

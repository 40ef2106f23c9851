"""The two sides that derivation compares: what is known of an entity, and what was read of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from b24sync.domain.derive import Known, Look
from b24sync.domain.entity import TASK, Key
from b24sync.engine.capture.staging import stage_of
from b24sync.rest import items
from b24sync.store.snapshot import Stored
from b24sync.words import polling as words

if TYPE_CHECKING:
    from types import TracebackType

    from b24sync.rest.kinds import Kind


class UnmappableError(Exception):
    """A row cannot be mapped to an entity."""


class _Mapping:
    """What goes wrong inside is the row's fault, not the program's: an `UnmappableError` says what."""

    _FAULTS = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, self._FAULTS):
            raise UnmappableError(words.ROW_FAULT(why=f"{type(error).__name__}: {error}")) from error


MAPPING = _Mapping()


@lru_cache(maxsize=1024)  # a row's times and those of its history are often the same
def moment(second: int) -> datetime:
    """Aware UTC time of Unix seconds."""
    return datetime.fromtimestamp(second, UTC)


def known_of(kind: Kind, stored: Stored, row: Mapping[str, Any]) -> Known:
    """The snapshot's side, as derivation sees it."""
    return Known(
        key=Key(kind.name, stored.id),
        values=items.diff_values(kind, row),
        stage=stored.stage,
        stage_at=moment(stored.stage_at) if stored.stage_at is not None else None,
        stage_run=stored.stage_run,
        history_id=stored.history_id,
        revision=stored.revision,
        present=stored.state == "present",
    )


def look_of(kind: Kind, raw: dict[str, Any], *, compared: bool) -> Look:
    """The portal's side, as derivation sees it.

    A new entity has nothing to be compared with (a task may be closed already).
    """
    created, updated, moved = items.snapshot_times(raw)
    saved = updated or created or moment(0)
    values = items.diff_values(kind, raw) if compared or kind.name == TASK else {}
    return Look(
        key=Key(kind.name, items.row_id(raw)),
        values=values,
        stage=stage_of(kind, raw),
        created_at=created or saved,
        updated_at=saved,
        moved_at=moved,
        previous=str(raw.get("previousStageId") or "") or None,
    )

"""The whole story of one entity, as the database tells it.

What was seen, what it meant, what each rule said, what was done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import INVOICE
from b24sync.engine.contexts import event_of_row
from b24sync.rest import items
from b24sync.rules.match import concerns, mismatch

if TYPE_CHECKING:
    from b24sync.domain.commission_ledger import BookedRow
    from b24sync.domain.entity import Key
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import ReminderSettings
    from b24sync.engine.workshop import Workshop
    from b24sync.store import Store
    from b24sync.store.action_rows import Action
    from b24sync.store.journal import EventRow
    from b24sync.store.snapshot import Stored


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule said of an event.

    Attributes:
        listens: False if the rule is not for events of this name.
    """

    rule: str
    matched: bool
    reason: str
    listens: bool = True


@dataclass(frozen=True, slots=True)
class Chapter:
    """One event, what every rule said of it, and what was done."""

    event: EventRow
    said: Sequence[Said]
    actions: Sequence[Action]


@dataclass(frozen=True, slots=True)
class Story:
    """One entity.

    Attributes:
        stored: Its last known state; ``None`` if only events of it are left.
        revisions: Rows of the snapshot's table, oldest first.
        by_operators: Actions that no event planned.
        booked: Its rows of the commission ledger.
    """

    key: Key
    stored: Stored | None
    revisions: Sequence[dict[str, Any]]
    chapters: Sequence[Chapter]
    by_operators: Sequence[Action]
    booked: Sequence[BookedRow]


def write(store: Store, rules: Sequence[RuleSettings], key: Key) -> Story | None:
    """The story of an entity.

    Args:
        store: The database.
        rules: Those of the current configuration; what rules said that are gone since is told too.
        key: The entity.

    Returns:
        ``None`` if nothing is known of it.
    """
    with store.reading():
        stored = store.snapshot.entity(key.kind, key.id)
        events = store.journal.events(kind=key.kind, entity_id=key.id)
        if stored is None and not events:
            return None
        actions: dict[int | None, list[Action]] = defaultdict(list)
        for action in store.actions.newest(kind=key.kind, entity_id=key.id):
            actions[action.event_id].append(action)
        chapters = [Chapter(event, _said(store, rules, event), actions[event.id]) for event in events]
        return Story(
            key=key,
            stored=stored,
            revisions=store.snapshot.revisions(key.kind, key.id),
            chapters=chapters,
            by_operators=actions[None],
            booked=store.ledger.rows(key),
        )


def next_reminder(parts: Workshop, stored: Stored, settings: ReminderSettings) -> datetime | None:
    """When the invoice's next reminder comes, as things stand; ``None`` if none does."""
    from b24sync.domain.reminders import Reminded, next_check

    kind = parts.kinds[INVOICE]
    entity = items.entity(kind, parts.store.shapes.row(stored.data), statuses={}, base_url="")
    due, stage = entity.values.get("due_date"), stored.stage or str(entity.values.get("stage_id") or "")
    invoice = Reminded(
        entity.key,
        parts.funnels().status(INVOICE, stage),
        due,
        datetime.fromtimestamp(stored.stage_at, UTC) if stored.stage_at is not None else None,
        parts.store.records.reminders(stored.id, due) if due else (),
        is_closed=stored.state != "present",
    )
    return next_check(invoice, settings, parts.calendar(), now=parts.clock.now(), tz=parts.zone())


def _said(store: Store, rules: Iterable[RuleSettings], row: EventRow) -> list[Said]:
    recorded = {rule: (matched, reason) for rule, matched, reason in store.journal.verdicts(row.id)}
    said = [_of_rule(rule, row, recorded.pop(rule.name, None)) for rule in rules]
    gone = [
        Said(rule, matched, f"{reason or 'the event fitted'} (the rule is gone since)")
        for rule, (matched, reason) in recorded.items()
    ]
    return [*said, *gone]


def _of_rule(rule: RuleSettings, row: EventRow, recorded: tuple[bool, str] | None) -> Said:
    if recorded is not None:
        matched, reason = recorded
        return Said(
            rule.name, matched, reason or ("the event fits and when held" if rule.when else "the event fits")
        )
    event = event_of_row(row)
    reason = mismatch(rule, event)
    if not concerns(rule, event):
        return Said(rule.name, matched=False, reason=reason, listens=False)
    return Said(
        rule.name,
        matched=False,
        reason=reason or "was not asked: the rule is newer than the event (b24sync replay asks it)",
    )

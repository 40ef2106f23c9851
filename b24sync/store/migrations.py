"""The schema, by numbered migrations; ``PRAGMA user_version`` says which is the last one applied.

An up-to-date database costs one pragma; sqlite-utils, which records and runs the migrations, is imported only
where something is to be migrated. Times are whole seconds of Unix time (the portal knows no finer ones),
money is text, ``*_json`` is JSON text.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from b24sync.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

from b24sync.store.views import ENTITIES, MOVES, VIEWS
from b24sync.words import database as said

APPLICATION_ID = 0x62323473  # "b24s"

SCHEMA: tuple[str, ...] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- one row a watched kind: how far its feeds were read
    CREATE TABLE cursors (
        kind TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('baseline', 'walked', 'live')),
        signpost INTEGER,            -- portal time at the start of the last complete poll
        baseline_at INTEGER,         -- portal time at which the kind went live
        baseline_run INTEGER,
        walked_id INTEGER NOT NULL DEFAULT 0,     -- baseline: ids up to this are in the snapshot
        history TEXT NOT NULL DEFAULT 'unknown' CHECK (history IN ('unknown', 'yes', 'no')),
        history_id INTEGER NOT NULL DEFAULT 0,    -- last history row read
        history_floor INTEGER NOT NULL DEFAULT 0, -- rows after this are read again
        steady_id INTEGER, steady_at INTEGER,     -- a row to check the date filter with
        reconciled_at INTEGER,
        guard TEXT                   -- why the last reconcile stopped before deletions
    ) WITHOUT ROWID;

    CREATE TABLE entities (
        kind TEXT NOT NULL, id INTEGER NOT NULL,
        created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, moved_at INTEGER,
        stage TEXT, stage_at INTEGER, stage_run INTEGER NOT NULL DEFAULT 0,
        history_id INTEGER NOT NULL DEFAULT 0,
        revision INTEGER NOT NULL DEFAULT 1,
        state TEXT NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'vanished', 'deleted')),
        due_on TEXT,                 -- invoices: pay before
        data TEXT NOT NULL,          -- the row as the portal gave it, JSON
        PRIMARY KEY (kind, id)
    );
    CREATE INDEX entities_due ON entities (stage, due_on) WHERE kind = 'invoice' AND state = 'present';

    CREATE TABLE revisions (
        kind TEXT NOT NULL, id INTEGER NOT NULL, number INTEGER NOT NULL,
        run INTEGER NOT NULL, observed_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
        what TEXT NOT NULL,          -- created, adopted, changed, vanished, deleted
        changes TEXT NOT NULL,       -- {field: [old, new]}
        PRIMARY KEY (kind, id, number)
    ) WITHOUT ROWID;

    -- rows of the portal's stage history after the floor, to know them when they are read again
    CREATE TABLE history_seen (kind TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (kind, id)) WITHOUT ROWID;

    CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        kind TEXT NOT NULL, entity_id INTEGER NOT NULL,
        occurred_at INTEGER NOT NULL, detected_at INTEGER NOT NULL,
        from_ TEXT, to_ TEXT, from_stage TEXT, to_stage TEXT, changes TEXT NOT NULL,
        run INTEGER NOT NULL, own INTEGER NOT NULL DEFAULT 0, root_kind TEXT, root_id INTEGER,
        seen TEXT NOT NULL DEFAULT '{}'           -- linked values that rules looked at, for replay
    );
    CREATE INDEX events_entity ON events (kind, entity_id, id);
    CREATE INDEX events_name ON events (name, id);
    CREATE INDEX events_occurred ON events (occurred_at);

    -- what a rule said of an event, for explain
    CREATE TABLE verdicts (
        event_id INTEGER NOT NULL REFERENCES events (id), rule TEXT NOT NULL, matched INTEGER NOT NULL,
            reason TEXT NOT NULL,
        PRIMARY KEY (event_id, rule)
    ) WITHOUT ROWID;

    -- the outbox
    CREATE TABLE actions (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
        event_id INTEGER REFERENCES events (id), rule TEXT NOT NULL, step TEXT NOT NULL,
            position INTEGER NOT NULL,
        kind TEXT NOT NULL, entity_id INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('pending', 'running', 'done', 'failed', 'uncertain', 'held', 'skipped', 'cancelled')),
        attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at INTEGER,
            -- local time: back-off goes by the local clock
        error TEXT, result TEXT NOT NULL DEFAULT '{}', memory TEXT NOT NULL DEFAULT '{}',
            options TEXT NOT NULL DEFAULT '{}',
        sending INTEGER NOT NULL DEFAULT 0,       -- the point of no return was passed
        claimed_by TEXT, planned_run INTEGER NOT NULL, planned_at INTEGER NOT NULL, settled_at INTEGER,
            settled_run INTEGER,
        marker TEXT NOT NULL DEFAULT ''           -- what is created carries it
    );
    CREATE INDEX actions_marker ON actions (marker);
    CREATE INDEX actions_open ON actions (state, next_attempt_at) WHERE state IN ('pending', 'running',
        'failed', 'uncertain', 'held');
    CREATE INDEX actions_state ON actions (state, id);
    CREATE INDEX actions_planned_run ON actions (planned_run);
    CREATE INDEX actions_settled_run ON actions (settled_run);
    CREATE INDEX actions_settled ON actions (settled_run) WHERE step IN ('create_task', 'create_tasks');
    CREATE INDEX actions_entity ON actions (kind, entity_id, id);
    CREATE INDEX actions_event ON actions (event_id, rule, position);

    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, started_at INTEGER NOT NULL, finished_at INTEGER,
        local_started_at INTEGER NOT NULL, duration_s REAL, exit_code INTEGER,
            report TEXT NOT NULL DEFAULT '{}'
    );
    CREATE INDEX runs_exit ON runs (exit_code, id) WHERE exit_code IS NOT NULL;

    -- values that actions wrote, to know the events that they make (until the kind's next complete poll)
    CREATE TABLE own_writes (
        kind TEXT NOT NULL, entity_id INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
            run INTEGER NOT NULL,
        PRIMARY KEY (kind, entity_id, field, value)
    ) WITHOUT ROWID;
    -- entities that actions made, and the entity that they count with
    CREATE TABLE own_made (
        kind TEXT NOT NULL, entity_id INTEGER NOT NULL, action_id INTEGER NOT NULL,
        root_kind TEXT NOT NULL, root_id INTEGER NOT NULL, PRIMARY KEY (kind, entity_id)
    ) WITHOUT ROWID;
    CREATE INDEX own_made_action ON own_made (action_id);
    -- rules fired by own events, for the hourly count
    CREATE TABLE own_runs (rule TEXT NOT NULL, root_kind TEXT NOT NULL, root_id INTEGER NOT NULL,
        at INTEGER NOT NULL);
    CREATE INDEX own_runs_rule ON own_runs (rule, root_kind, root_id, at);

    -- pages of the poll under way
    CREATE TABLE staged_rows (kind TEXT NOT NULL, id INTEGER NOT NULL, updated_at INTEGER NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (kind, id)) WITHOUT ROWID;
    CREATE TABLE staged_history (kind TEXT NOT NULL, id INTEGER NOT NULL, owner INTEGER NOT NULL,
        type INTEGER NOT NULL,
        at INTEGER NOT NULL, stage TEXT NOT NULL, PRIMARY KEY (kind, owner, id)) WITHOUT ROWID;
    CREATE TABLE staged_gone (kind TEXT NOT NULL, id INTEGER NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (kind, id)) WITHOUT ROWID;

    -- the due date as people set it, and as the calendar moved it
    CREATE TABLE due_dates (
        kind TEXT NOT NULL, entity_id INTEGER NOT NULL, original TEXT NOT NULL, shifted TEXT NOT NULL,
        PRIMARY KEY (kind, entity_id)
    ) WITHOUT ROWID;
    -- documents made of entities by templates, and a digest of what they print
    CREATE TABLE documents (
        kind TEXT NOT NULL, entity_id INTEGER NOT NULL, template_id INTEGER NOT NULL,
            document_id INTEGER NOT NULL, digest TEXT NOT NULL,
        PRIMARY KEY (kind, entity_id, template_id)
    ) WITHOUT ROWID;
    CREATE TABLE reminders (
        entity_id INTEGER NOT NULL, due_on TEXT NOT NULL, offset_days INTEGER NOT NULL, event_id INTEGER,
        PRIMARY KEY (entity_id, due_on, offset_days)
    ) WITHOUT ROWID;
    CREATE TABLE closings (
        entity_id INTEGER NOT NULL, task_id INTEGER NOT NULL, closed_at TEXT NOT NULL,
            event_id INTEGER NOT NULL,
        PRIMARY KEY (entity_id, task_id, closed_at)
    ) WITHOUT ROWID;

    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
            entity_id INTEGER NOT NULL,
        user_id INTEGER NOT NULL, user_name TEXT NOT NULL DEFAULT '', role TEXT NOT NULL,
            percent TEXT NOT NULL,
        base TEXT NOT NULL DEFAULT 'amount',
        state TEXT NOT NULL CHECK (state IN ('expected', 'earned', 'reversed')),
        amount TEXT NOT NULL, currency TEXT NOT NULL, reverses INTEGER, action_id INTEGER,
            run INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX ledger_entity ON ledger (kind, entity_id, id);
    CREATE INDEX ledger_at ON ledger (at);
    CREATE TRIGGER ledger_append_only BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT,
        'the ledger is append-only'); END;

    CREATE TABLE calendars (country TEXT NOT NULL, year INTEGER NOT NULL, text TEXT NOT NULL,
        imported_at INTEGER NOT NULL,
        PRIMARY KEY (country, year)) WITHOUT ROWID;
    CREATE TABLE cache (name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;

    CREATE TABLE rate_bucket (portal TEXT PRIMARY KEY, level REAL NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE method_blocks (portal TEXT NOT NULL, method TEXT NOT NULL, until TEXT NOT NULL,
        PRIMARY KEY (portal, method)) WITHOUT ROWID;
    """,
    """
    -- what a poll could not judge, or what must be looked at again
    CREATE TABLE to_judge (what TEXT NOT NULL, kind TEXT NOT NULL, entity_id INTEGER NOT NULL,
        PRIMARY KEY (what, kind, entity_id)) WITHOUT ROWID;
    -- rows that show a stage of which the stage history says nothing yet, and when it was entered
    CREATE TABLE awaited (kind TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (kind, id)) WITHOUT ROWID;
    -- what a kind's cursors and rows were read from
    ALTER TABLE cursors ADD COLUMN entity_type_id INTEGER;
    ALTER TABLE cursors ADD COLUMN api TEXT;
    ALTER TABLE cursors ADD COLUMN unwatched_since INTEGER; -- polls were made without it since about then
    ALTER TABLE cursors ADD COLUMN probed_at INTEGER; -- when its history was last asked for in vain
    """,
    """
    ALTER TABLE events ADD COLUMN by_user INTEGER;    -- who did it, where the portal shows it
    -- what has stood still since when
    CREATE INDEX entities_stage_at ON entities (kind, stage_at) WHERE state = 'present';
    """
    + VIEWS,
    """
    -- made by the first look for what stands still: it costs every baseline, and few have such a rule
    DROP INDEX entities_stage_at;
    """,
    """
    -- entities that are left out for a time; kept: what was read of them waits in the two tables below
    CREATE TABLE held (
        kind TEXT NOT NULL, id INTEGER NOT NULL, why TEXT NOT NULL CHECK (why IN ('row', 'link')),
        reason TEXT NOT NULL, since INTEGER NOT NULL, tries INTEGER NOT NULL, next_at INTEGER NOT NULL,
        fresh_from INTEGER, kept INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (kind, id)) WITHOUT ROWID;
    CREATE TABLE held_rows (kind TEXT NOT NULL, id INTEGER NOT NULL, updated_at INTEGER NOT NULL,
        data TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
    CREATE TABLE held_history (kind TEXT NOT NULL, id INTEGER NOT NULL, owner INTEGER NOT NULL,
        type INTEGER NOT NULL, at INTEGER NOT NULL, stage TEXT NOT NULL,
        PRIMARY KEY (kind, owner, id)) WITHOUT ROWID;
    -- how far a long reading came that goes on in the next poll; begun: portal time at its beginning
    CREATE TABLE walks (kind TEXT PRIMARY KEY, begun INTEGER NOT NULL, rows_after INTEGER NOT NULL,
        rows_done INTEGER NOT NULL, history_after INTEGER NOT NULL) WITHOUT ROWID;
    """,
    MOVES,
    """
    -- how far a reconcile came that goes on in the next poll; compared: the snapshot up to this id
    CREATE TABLE sweeps (kind TEXT PRIMARY KEY, begun INTEGER NOT NULL, rows_after INTEGER NOT NULL,
        compared INTEGER NOT NULL, seen INTEGER NOT NULL, walked INTEGER NOT NULL, by_hand INTEGER NOT NULL,
        guard TEXT NOT NULL) WITHOUT ROWID;
    -- what it found; looked: it was asked for, and what came is staged
    CREATE TABLE sweep_found (kind TEXT NOT NULL, what TEXT NOT NULL CHECK (what IN
        ('new', 'changed', 'missing', 'unseen')), id INTEGER NOT NULL, looked INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (kind, what, id)) WITHOUT ROWID;
    """,
    """
    -- what tasks are bound to, out of their rows; whoever writes a row need not think of it
    CREATE TABLE task_bindings (binding TEXT NOT NULL, task_id INTEGER NOT NULL,
        PRIMARY KEY (binding, task_id)) WITHOUT ROWID;
    CREATE INDEX task_bindings_task ON task_bindings (task_id);
    INSERT OR IGNORE INTO task_bindings SELECT b.value, e.id FROM entities e,
        json_each(e.data, '$.ufCrmTask') b WHERE e.kind = 'task' AND b.type = 'text';
    CREATE TRIGGER task_bound AFTER INSERT ON entities WHEN new.kind = 'task' BEGIN
        DELETE FROM task_bindings WHERE task_id = new.id;
        INSERT OR IGNORE INTO task_bindings SELECT b.value, new.id FROM json_each(new.data, '$.ufCrmTask') b
            WHERE b.type = 'text';
    END;
    CREATE TRIGGER task_bound_anew AFTER UPDATE OF data ON entities
        WHEN new.kind = 'task' AND new.data IS NOT old.data BEGIN
        DELETE FROM task_bindings WHERE task_id = new.id;
        INSERT OR IGNORE INTO task_bindings SELECT b.value, new.id FROM json_each(new.data, '$.ufCrmTask') b
            WHERE b.type = 'text';
    END;
    """,
    """
    -- what polls used of the portal; slot: ten minutes of local time; an empty method: HTTP requests
    CREATE TABLE method_use (method TEXT NOT NULL, slot INTEGER NOT NULL, calls INTEGER NOT NULL,
        seconds REAL NOT NULL, told REAL NOT NULL, PRIMARY KEY (method, slot)) WITHOUT ROWID;
    """,
    """
    -- the names and the order of the fields of rows that are kept packed: [shape, value, ...]
    CREATE TABLE shapes (shape INTEGER PRIMARY KEY, codes TEXT NOT NULL UNIQUE,
        places TEXT NOT NULL);       -- {field: JSON path of its value}
    ALTER TABLE staged_rows ADD COLUMN stage TEXT;
    ALTER TABLE held_rows ADD COLUMN stage TEXT;
    UPDATE staged_rows SET stage = coalesce(json_extract(data, '$.stageId'),
        json_extract(data, '$.STATUS_ID'));
    UPDATE held_rows SET stage = coalesce(json_extract(data, '$.stageId'), json_extract(data, '$.STATUS_ID'));
    """
    + ENTITIES,
)

VERSION = len(SCHEMA)


def upgrade(connection: sqlite3.Connection, path: Path, schema: Sequence[str] = SCHEMA) -> None:
    """Apply what is missing of a schema, after an online backup if there is anything to lose.

    Raises:
        StoreError: The database was made by a newer program.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == len(schema):
        return
    if version > len(schema):
        raise StoreError(
            said.NEWER(path=path, found=version, own=len(schema)), remedy=said.UPGRADE_OR_RESTORE()
        )
    if version:
        _back_up(connection, path, version)
    connection.execute("BEGIN IMMEDIATE")  # another process may be at it: then all is done when its turn ends
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] != len(schema):
            _migrate(connection, schema)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise


def backup_path(path: Path, version: int) -> Path:
    """Where the state before leaving a schema version is kept."""
    return path.with_name(f"{path.name}.before-{version + 1}")


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    target = backup_path(path, version)
    target.touch(mode=0o600)
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()


def _migrate(connection: sqlite3.Connection, schema: Sequence[str]) -> None:
    import sqlite_utils
    from sqlite_utils.migrations import Migrations

    steps = Migrations("b24sync")
    for number, script in enumerate(schema, start=1):
        steps(name=f"{number:04d}")(_step(number, script))
    database = sqlite_utils.Database(connection, execute_plugins=False)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    steps.apply(database)


def _step(number: int, script: str) -> Callable[[Any], None]:
    def apply(database: Any) -> None:
        for statement in statements(script):
            database.conn.execute(statement)
        database.conn.execute(f"PRAGMA user_version={number}")

    return apply


def statements(script: str) -> list[str]:
    """The single statements of a script (``executescript`` would commit the transaction under way)."""
    found, text = list[str](), ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            found.append(text)
            text = ""
    return found

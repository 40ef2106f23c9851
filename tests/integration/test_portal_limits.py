"""All processes of one portal share one bucket, whatever clocks do."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24sync.domain.rate import MARGIN, RATES, Level, Rate, fill, leaked, take
from b24sync.portal.client import PortalClient
from b24sync.portal.pacing import BucketStore, MemoryBucket, standing
from b24sync.portal.webhook import Webhook
from b24sync.ports import Call
from b24sync.store.bucket import SqliteBucket
from tests.support.scripted_portal import ScriptedPortal, error
from tests.support.stepping_clock import SteppingClock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STANDARD = Rate(2.0, 50)
TABLES = """
    CREATE TABLE rate_bucket (portal TEXT PRIMARY KEY, level REAL NOT NULL, at REAL NOT NULL);
    CREATE TABLE method_blocks (portal TEXT, method TEXT, until TEXT, PRIMARY KEY (portal, method));
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "b24sync.db"
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode=WAL;" + TABLES)
    connection.close()
    return path


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def waits(bucket: BucketStore, count: int, at: datetime = NOW) -> list[float]:
    return [bucket.take(1, at) for _ in range(count)]


def test_the_plans_are_those_of_the_contract() -> None:
    assert {"standard": Rate(2.0, 50), "enterprise": Rate(5.0, 250), "box": None} == RATES


def test_a_burst_is_free_but_for_the_margin_and_then_the_rate_holds() -> None:
    bucket = MemoryBucket(STANDARD)
    free = int(STANDARD.burst - MARGIN)
    assert waits(bucket, free) == [0.0] * free
    assert waits(bucket, 3) == [0.5, 1.0, 1.5]


def test_the_bucket_runs_out_with_time() -> None:
    state, _ = take(Level(), 40, 1000.0, STANDARD)
    assert leaked(state, 1010.0, STANDARD) == 20.0
    assert leaked(state, 9999.0, STANDARD) == 0.0


def test_a_portal_that_says_full_makes_us_wait() -> None:
    bucket = MemoryBucket(STANDARD)
    bucket.fill(NOW)
    assert bucket.take(1, NOW) == 1.5
    assert bucket.take(1, NOW + timedelta(seconds=30)) == 0.0


def test_a_box_has_no_limit() -> None:
    bucket = MemoryBucket(None)
    bucket.fill(NOW)
    assert waits(bucket, 1000) == [0.0] * 1000


FLOATS = st.floats(allow_nan=True, allow_infinity=True)


@given(level=FLOATS, at=FLOATS, now=st.floats(0, 1e11), cost=st.floats(0, 100))
def test_no_state_and_no_clock_makes_anyone_wait_longer_than_a_whole_bucket(
    level: float, at: float, now: float, cost: float
) -> None:
    for rate in (STANDARD, Rate(5.0, 250)):
        state, wait_s = take(Level(level, at), cost, now, rate)
        assert 0.0 <= wait_s <= rate.burst / rate.per_s
        assert 0.0 <= fill(state, now, rate).level <= 2 * rate.burst


@given(st.lists(st.floats(0, 5), min_size=1, max_size=300))
def test_whoever_waits_as_told_never_overflows_the_portals_bucket(pauses: list[float]) -> None:
    ours, theirs, now = Level(), 0.0, 1e9
    seen_at = now
    for pause in pauses:
        now += pause
        ours, wait_s = take(ours, 1, now, STANDARD)
        now += wait_s
        theirs = max(0.0, theirs - (now - seen_at) * 2.0) + 1.0
        seen_at = now
        assert theirs <= STANDARD.burst - MARGIN + 1e-3


def test_a_clock_that_jumped_back_counts_as_no_time() -> None:
    state, _ = take(Level(), 48, 5000.0, STANDARD)
    state, wait_s = take(state, 1, 1000.0, STANDARD)
    assert (state.at, wait_s) == (1000.0, 0.5)


def test_blocks_end_and_impossibly_long_ones_are_a_wrong_clock() -> None:
    blocks = {"past": NOW, "soon": NOW + timedelta(minutes=9), "never": NOW + timedelta(hours=3)}
    assert set(standing(blocks, NOW)) == {"soon"}


def test_the_database_keeps_one_bucket_a_portal(connection: sqlite3.Connection) -> None:
    assert waits(SqliteBucket(connection, "a.example", STANDARD), 49)[-1] == 0.5
    assert waits(SqliteBucket(connection, "a.example", STANDARD), 1) == [1.0]
    assert waits(SqliteBucket(connection, "b.example", STANDARD), 1) == [0.0]


def test_the_database_keeps_blocks_a_portal(connection: sqlite3.Connection) -> None:
    bucket = SqliteBucket(connection, "a.example", STANDARD)
    bucket.block("crm.item.list", NOW)
    bucket.block("crm.item.list", NOW + timedelta(minutes=5))
    assert bucket.blocked_methods() == {"crm.item.list": NOW + timedelta(minutes=5)}
    assert SqliteBucket(connection, "b.example", STANDARD).blocked_methods() == {}


def test_a_box_writes_nothing(connection: sqlite3.Connection) -> None:
    bucket = SqliteBucket(connection, "a.example", None)
    bucket.fill(NOW)
    assert waits(bucket, 100) == [0.0] * 100
    assert connection.execute("SELECT count(*) FROM rate_bucket").fetchone() == (0,)


def test_what_the_portal_said_is_shared(connection: sqlite3.Connection) -> None:
    SqliteBucket(connection, "a.example", STANDARD).fill(NOW)
    assert SqliteBucket(connection, "a.example", STANDARD).take(1, NOW) == 1.5


def test_a_locked_database_paces_this_process_alone(path: Path, connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA busy_timeout = 1")
    bucket = SqliteBucket(connection, "a.example", STANDARD)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert waits(bucket, 50)[-1] == 1.0
    bucket.fill(NOW)
    assert bucket.take(1, NOW) == 1.5
    other.execute("ROLLBACK")
    other.close()
    assert waits(bucket, 1) == [0.0]


def test_a_transaction_that_failed_leaves_none_open(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE rate_bucket")
    bucket = SqliteBucket(connection, "a.example", STANDARD)
    for call in (lambda: bucket.take(1, NOW), lambda: bucket.fill(NOW)):
        with pytest.raises(sqlite3.OperationalError, match="rate_bucket"):
            call()
        assert not connection.in_transaction


def _take_many(path: Path, results: multiprocessing.Queue[list[float]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    results.put(waits(SqliteBucket(connection, "a.example", STANDARD), 60))
    connection.close()


def test_two_processes_together_get_what_one_would(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[list[float]] = context.Queue()
    workers = [context.Process(target=_take_many, args=(path, results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    together = sorted(results.get(timeout=60) + results.get(timeout=60))
    for worker in workers:
        worker.join(timeout=60)
    alone = waits(MemoryBucket(STANDARD), 120)
    assert together == pytest.approx(alone)


def test_the_client_waits_for_the_bucket_and_obeys_the_portal() -> None:
    portal, clock = ScriptedPortal(), SteppingClock()
    client = PortalClient(Webhook.parse(portal.url), clock=clock, bucket=MemoryBucket(STANDARD))
    try:
        for _ in range(52):
            client.read([Call("server.time")])
        assert sum(clock.slept) == pytest.approx(2.0)
        clock.step(60)
        clock.slept.clear()
        portal.script(error(503, "QUERY_LIMIT_EXCEEDED"))
        client.read([Call("server.time")])
        assert sum(clock.slept) > 1.0  # the back-off and what the bucket still asks for
    finally:
        client.close()
        portal.close()

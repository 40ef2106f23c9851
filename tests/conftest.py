"""What every test may use."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from b24sync.sandbox import SandboxSettings
from b24sync.words import speak
from tests.support.cli import Office, open_office
from tests.support.portals import MONDAY
from tests.support.vendor_watch import VendorWatch
from tests.support.world import World
from tests.support.zygote import Zygote, killed_poll

settings.register_profile(
    "suite", settings.get_profile("ci"), max_examples=1_000 if os.environ.get("B24SYNC_LONG") else 50
)
SHARED = Path(os.environ.get("B24SYNC_SHARED", Path(__file__).resolve().parents[2] / "shared"))
MEASURED = {
    "unit",
    "integration",
    "contract",
    "test_clocks.py",
    "test_doctor_probes.py",
    "test_feed_facts.py",
    "test_poison.py",
    "test_reconcile.py",
    "test_reconcile_alone.py",
    "test_reconcile_goes_on.py",
    "test_task_sets.py",
}
"""Folders and files of tests whose lines the gate ``coverage`` counts."""
CASES = 20
"""Of a test with many cases, so many are counted by each worker: the others take the same lines."""
_cases = Counter[tuple[str, str]]()
OUTSIDE = {"office", "polled", "firm", "zygote"}
"""Fixtures of tests whose commands run in processes of their own: what runs here is the stand-in portal."""


def _measured(item: pytest.Item) -> bool:
    """Whether the lines that run here are counted.

    Not while commands run elsewhere: those are measured by themselves, and the stand-in by its own tests; to
    measure it in every scene took half of the time.
    """
    if OUTSIDE & set(getattr(item, "fixturenames", ())):
        return False
    if item.get_closest_marker("hypothesis") is not None:
        return False  # the same lines a hundred times
    path, _, name = item.nodeid.partition("::")
    _cases[path, name.partition("[")[0]] += 1
    few = _cases[path, name.partition("[")[0]] <= CASES
    return few and bool(MEASURED & set(path.split("/")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count no lines of a test that is not measured."""
    import coverage

    measured, stopped = _measured(item), list[coverage.Coverage]()
    while not measured and (measuring := coverage.Coverage.current()):
        measuring.stop()  # where one was begun within another, as in a worker, that one goes on
        stopped.append(measuring)
    try:
        return (yield)
    finally:
        for measuring in reversed(stopped):
            measuring.start()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of documented answers and calendars beside the project.

    Tests that need it skip without it.
    """
    if not (SHARED / "samples").is_dir():
        pytest.skip(f"no documented answers and calendars at {SHARED} (set B24SYNC_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def vendor_watch() -> Iterator[VendorWatch | None]:
    """Looks at every command that the program sends in this run; ``None`` without the vendor's schemas."""
    folder = SHARED / "vendor" / "methods"
    if not folder.is_dir():
        yield None
        return
    watch = VendorWatch(folder)
    with pytest.MonkeyPatch.context() as patch:
        watch.install(patch)
        yield watch


@pytest.fixture(autouse=True)
def _as_the_vendor_has_it(vendor_watch: VendorWatch | None) -> Iterator[None]:
    """No command of the program is other than the vendor's schemas have it, in whatever test."""
    yield
    if vendor_watch is not None and (found := vendor_watch.take()):
        pytest.fail("against the vendor's schemas: " + "; ".join(found), pytrace=False)


@pytest.fixture(autouse=True)
def _english() -> None:
    """What a test says does not depend on the configuration that another one read."""
    speak("en")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A small company, never polled before."""
    folder = tmp_path / "office"
    folder.mkdir()
    yield from open_office(folder)


@pytest.fixture
def polled(office: Office) -> Office:
    """A small company after its baseline, which this process has made."""
    assert killed_poll(str(office.config)) == 0
    assert office.query("SELECT count(*) FROM entities")[0][0] > 0
    return office


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds, each in a folder of its own, that end with the test."""
    with ExitStack() as ending:
        numbers = count()

        def build(config: str = "", *, start: datetime = MONDAY, **settings: Any) -> World:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            world = World(folder, config, settings=SandboxSettings(**settings), start=start)
            return ending.enter_context(world)

        yield build


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Where killed polls come from."""
    found = Zygote()
    yield found
    print(f"\nkilled polls: {found.polls} polls, {found.kills} of them killed")

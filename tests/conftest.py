"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import SandboxSettings
from b24sync.words import speak
from tests.support.cli import Office, open_office
from tests.support.portals import MONDAY
from tests.support.world import World
from tests.support.zygote import Zygote

OUTSIDE = {"office", "polled", "firm", "zygote"}
"""Fixtures of tests whose commands run in processes of their own: what runs here is the stand-in portal."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure no lines here while commands run elsewhere.

    Those are measured by themselves, and the stand-in by its own tests; to measure it in every scene took
    half of the time.
    """
    import coverage

    measuring = coverage.Coverage.current() if OUTSIDE & set(getattr(item, "fixturenames", ())) else None
    if measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of documented answers and calendars beside the project.

    Tests that need it skip without it.
    """
    root = Path(os.environ.get("B24SYNC_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (root / "samples").is_dir():
        pytest.skip(f"no documented answers and calendars at {root} (set B24SYNC_SHARED)")
    return root


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
    """A small company after its baseline."""
    assert office.poll()["baseline"]
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

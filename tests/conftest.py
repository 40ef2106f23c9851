"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from b24sync.words import speak
from tests.support.cli import Office, open_office
from tests.support.zygote import Zygote


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


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Where killed polls come from."""
    found = Zygote()
    yield found
    print(f"\nkilled polls: {found.polls} polls, {found.kills} of them killed")

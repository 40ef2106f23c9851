"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from b24sync.words import speak


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

"""What the attacks share: a company that can be attacked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Office, open_office


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

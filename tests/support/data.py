"""The project's own test data: facts, each file with where they are from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "data"


def data(name: str) -> dict[str, Any]:
    """A file of tests/data."""
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded

"""What the contract tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def schemas(shared: Path) -> dict[str, dict[str, Any]]:
    """The vendor's own schemas by method; tests that need them skip without them."""
    folder = shared / "vendor" / "methods"
    if not folder.is_dir():
        pytest.skip(f"no schemas of the vendor at {folder}")
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}

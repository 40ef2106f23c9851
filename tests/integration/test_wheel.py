"""What the built package carries."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from b24sync.config.shipped import shipped

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(find_spec("hatchling") is None, reason="hatchling, which builds it, is not installed")
def test_the_wheel_carries_sample_cron_lines_documents_and_licence(tmp_path):
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        metadata = packed.read(next(name for name in names if name.endswith("METADATA"))).decode()
    for name in ("b24sync/examples/sample.toml", "b24sync/examples/cron.example", "b24sync/LICENSE"):
        assert name in names
    assert any(name.startswith("b24sync/docs/") for name in names)
    assert "License-Expression: MIT" in metadata
    assert any(name.endswith("licenses/b24sync/LICENSE") for name in names)


@pytest.mark.parametrize("name", ["sample.toml", "cron.example", "LICENSE"])
def test_what_comes_with_the_program_is_found(name):
    file = shipped(name)
    assert file is not None
    assert file.read_text(encoding="utf-8")


def test_nothing_is_called_an_inbound_webhook():
    for file in (ROOT / "README.md", *sorted((ROOT / "b24sync").rglob("*.py"))):
        assert "inbound" not in file.read_text(encoding="utf-8").lower(), file

"""The files of the project: names, sizes, exceptions from the linter."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "b24sync"
_ABOUT = {"cli", "cli/signatures", "words"}  # may share the name of what they are about


def _modules() -> list[Path]:
    return [path.relative_to(ROOT) for path in sorted(ROOT.rglob("*.py"))]


def test_no_file_name_is_twice_but_for_a_command_and_its_words():
    places = defaultdict[str, list[str]](list)
    for path in _modules():
        if not path.name.startswith("__"):
            places[path.name].append(path.parent.as_posix())
    below = {name: [one for one in found if one not in _ABOUT] for name, found in places.items()}
    assert len(below) > 300
    assert {name: found for name, found in below.items() if len(found) > 1} == {}


def test_every_exception_from_the_linter_says_why():
    lines = [line for path in _modules() for line in (ROOT / path).read_text("utf-8").splitlines()]
    found = [line.strip() for line in lines if "# noqa" in line]
    assert len(found) <= 25
    bare = [
        line for line in found if not re.search(r"# noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)* +(- |# )\w", line)
    ]
    assert bare == []


def test_no_module_is_longer_than_a_person_holds_in_the_head():
    long = {path.as_posix(): (ROOT / path).read_text("utf-8").count("\n") for path in _modules()}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}

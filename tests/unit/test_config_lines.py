"""Line numbers of settings in a TOML file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from b24sync.config.lines import line_numbers, nearest_line


def _text() -> str:
    return "\n".join(
        [
            "a = 1",
            "b.c = [1,",
            "  2, # ] not the end",
            '  { d = 4, e = "}" },',
            "]",
            "[t]",
            'x = """',
            ']] [q] \\""" k = 1',
            '"""""',
            "y = 1979-05-27 07:32:00  # a date with a blank",
            "'quoted key' = 'it'",
            "\"esc\\u0061pe\" = '''a",
            "b'''",
            "[[rules]]",
            'name = "a"',
            "[[rules.steps]]",
            "use = 'n'",
            'to = ["a", "b"]',
            "[[rules.steps]]",
            "use = 2",
            "[rules.steps.k]",
            "v = 1",
            "[[rules]]",
            "z = []",
            "w = {}",
            "",
        ]
    )


def test_every_table_key_and_element_has_its_line():
    text = _text()
    tomllib.loads(text)
    assert line_numbers(text) == {
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 2,
        ("b", "c", 0): 2,
        ("b", "c", 1): 3,
        ("b", "c", 2): 4,
        ("b", "c", 2, "d"): 4,
        ("b", "c", 2, "e"): 4,
        ("t",): 6,
        ("t", "x"): 7,
        ("t", "y"): 10,
        ("t", "quoted key"): 11,
        ("t", "escape"): 12,
        ("rules",): 14,
        ("rules", 0): 14,
        ("rules", 0, "name"): 15,
        ("rules", 0, "steps"): 16,
        ("rules", 0, "steps", 0): 16,
        ("rules", 0, "steps", 0, "use"): 17,
        ("rules", 0, "steps", 0, "to"): 18,
        ("rules", 0, "steps", 0, "to", 0): 18,
        ("rules", 0, "steps", 0, "to", 1): 18,
        ("rules", 0, "steps", 1): 19,
        ("rules", 0, "steps", 1, "use"): 20,
        ("rules", 0, "steps", 1, "k"): 21,
        ("rules", 0, "steps", 1, "k", "v"): 22,
        ("rules", 1): 23,
        ("rules", 1, "z"): 24,
        ("rules", 1, "w"): 25,
    }


def test_windows_line_ends_count_once():
    assert line_numbers("a = 1\r\n\r\nb = 2\r\n") == {("a",): 1, ("b",): 3}


def test_a_missing_key_is_on_the_line_of_its_table():
    lines = line_numbers("[mail]\nport = 1\n")
    assert nearest_line(lines, ("mail", "host")) == 1
    assert nearest_line(lines, ("portal", "webhook")) is None


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in below for found in ((*path, key), *_paths(item, (*path, key)))]


def test_every_setting_of_the_sample_has_a_line():
    text = (Path(__file__).parents[2] / "sample.toml").read_text(encoding="utf-8")
    lines = line_numbers(text)
    assert set(_paths(tomllib.loads(text))) <= set(lines)
    assert text.splitlines()[lines["rules", 0, "name"] - 1] == 'name = "head-knows"'


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return "[" + ",\n".join(map(_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)


_keys = st.text("abü.\"'\\ \n", min_size=1, max_size=4)
_values = st.recursive(
    st.integers() | st.booleans() | st.text("ab[]{}#=\"'\\\n,", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_keys, _values, max_size=5))
def test_the_scanner_finds_every_path_of_any_toml(document):
    text = "".join(f"{json.dumps(key)} = {_toml(value)}\n" for key, value in document.items())
    assert set(_paths(tomllib.loads(text))) <= set(line_numbers(text))

"""An answer with one value that is nested without measure is read all the same (contract.md G13)."""

from __future__ import annotations

import pytest

from b24sync.portal.http_reply import parse_object


@pytest.mark.parametrize("depth", [30, 900, 3000])
@pytest.mark.parametrize("title", ["plain", "\\ud83d"])
def test_one_value_nested_without_measure_spoils_no_answer(depth: int, title: str) -> None:
    value = "[" * depth + "1" + "]" * depth
    raw = f'{{"result": {{"items": [{{"id": 7, "title": "{title}", "x": {value}}}, {{"id": 8}}]}}}}'.encode()
    found = parse_object(raw)
    assert found is not None
    assert [row["id"] for row in found["result"]["items"]] == [7, 8]
    assert found["result"]["items"][0]["title"] in {"plain", "\ufffd"}


def test_brackets_without_end_are_no_answer() -> None:
    assert parse_object(b'{"result": ' + b"[" * 100_000 + b"]" * 100_000 + b"}") is None

"""A command means to PHP what its call means to us."""

from __future__ import annotations

import string
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24sync.portal import batching
from b24sync.ports import Call
from tests.support.parse_str import as_php_array, parse_command

NAMES = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=8).filter(
    lambda name: not name.isdigit()
)
KEYS = st.text(
    st.characters(exclude_characters="[]\x00", exclude_categories=("Cs",)), min_size=1, max_size=12
).filter(lambda key: not key.isdigit())
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
SCALARS = (
    TEXTS | st.integers() | st.booleans() | st.none() | st.decimals(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4) | st.dictionaries(KEYS, inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)
PARAMS = st.dictionaries(NAMES, VALUES, max_size=5)


def as_text(value: Any) -> Any:
    """What a query string can say of a value."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)


@given(PARAMS)
def test_php_reads_what_was_meant_in_plain_ascii_without_anything_that_ends_a_command(
    params: dict[str, Any],
) -> None:
    command = batching.encode(Call("crm.item.list", params))
    assert parse_command(command) == ("crm.item.list", as_php_array(as_text(params)))
    assert command.isascii()
    assert not set(command) & set(" +#\"'<>\\\r\n\t")


@pytest.mark.parametrize(
    ("params", "command"),
    [
        ({}, "m"),
        (
            {"filter": {">=updatedTime": "2026-03-02T12:00:00+03:00"}},
            "m?filter[%3E%3DupdatedTime]=2026-03-02T12%3A00%3A00%2B03%3A00",
        ),
        ({"q": "a&b=c#d e%20+"}, "m?q=a%26b%3Dc%23d%20e%2520%2B"),
        ({"filter": {"@id": [1, 2]}}, "m?filter[%40id][0]=1&filter[%40id][1]=2"),
        ({"a": True, "b": False, "c": None}, "m?a=1&b=0&c="),
        ({"a": Decimal("1E+2"), "b": 0.1, "c": "№"}, "m?a=100&b=0.1&c=%E2%84%96"),
        ({"id": "$result[a][items][49][id]"}, "m?id=$result[a][items][49][id]"),
        ({"id": "$total[a]"}, "m?id=$total[a]"),
        ({"text": "see $result[a][b]!"}, "m?text=see%20%24result%5Ba%5D%5Bb%5D%21"),
        ({"filter": {}, "select": [], "start": -1}, "m?start=-1"),
        (
            {"fields": {"UF_CRM_TASK": ("D_10", "C_7")}},
            "m?fields[UF_CRM_TASK][0]=D_10&fields[UF_CRM_TASK][1]=C_7",
        ),
        ({"text": "half \ud83d pair"}, "m?text=half%20%3F%20pair"),
    ],
)
def test_a_command_is_written_exactly_so(params: dict[str, Any], command: str) -> None:
    assert batching.encode(Call("m", params)) == command


@pytest.mark.parametrize(
    "params", [{"": 1}, {"a[b": 1}, {"a": {"": 1}}, {"a": {"x]": 1}}, {"a.b": 1}, {"a b": 1}]
)
def test_a_name_that_php_would_change_is_refused_and_sends_the_call_alone(params: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="in a batch"):
        batching.encode(Call("m", params))
    assert not batching.fits(Call("m", params), write=False)


def test_a_value_of_an_unknown_type_is_a_fault_of_the_program() -> None:
    with pytest.raises(TypeError, match="set"):
        batching.encode(Call("m", {"a": {1, 2}}))


@pytest.mark.parametrize(
    ("params", "reads", "writes"),
    [
        ({}, True, True),
        ({"a": 1}, True, True),
        ({"a": []}, True, False),
        ({"a": {"b": {}}}, True, False),
        ({"a": "$result[c0]"}, False, False),
        ({"a": "costs $5 [net]"}, True, True),
        ({"a": "costs $5[net]"}, False, False),
        ({"a": list(range(901))}, False, False),
        ({"a": "x" * 300_000}, False, False),
    ],
)
def test_what_would_change_its_meaning_in_a_batch_goes_alone(
    params: dict[str, Any], reads: bool, writes: bool
) -> None:
    call = Call("m", params)
    assert (batching.fits(call, write=False), batching.fits(call, write=True)) == (reads, writes)


def test_json_says_the_same_as_a_batch_would() -> None:
    params = {"a": None, "b": True, "c": Decimal("1.50"), "d": ("x", 1), "e": {}, "f": [], "g": 0.5}
    assert batching.plain(params) == {
        "a": "",
        "b": True,
        "c": "1.50",
        "d": ["x", 1],
        "e": {},
        "f": [],
        "g": 0.5,
    }


def test_outcomes_are_found_in_maps_lists_and_empty_arrays() -> None:
    result = {
        "result": ["zero", None],
        "result_error": {"2": {"error": "E"}},
        "result_time": {"1": {"operating_reset_at": 99}},
    }
    found = batching.outcomes(result, ["0", "1", "2", "3"])
    assert (found["0"].result, found["0"].ran) == ("zero", True)
    assert (found["1"].result, found["1"].ran, found["1"].reset_at) == (None, True, 99.0)
    assert (found["2"].error, found["2"].ran) == ({"error": "E"}, True)
    assert not found["3"].ran
    assert not any(outcome.ran for outcome in batching.outcomes([], ["0"]).values())


def test_a_command_with_a_time_ran_even_if_its_null_result_was_left_out() -> None:
    found = batching.outcomes({"result": [], "result_time": {"a": {"operating": 0}}}, ["a"])
    assert (found["a"].ran, found["a"].result) == (True, None)


@pytest.mark.parametrize(
    ("result", "is_one"),
    [
        ([], True),
        ({"result": []}, True),
        ({"result_error": {}}, True),
        ({"item": 1}, False),
        ("x", False),
        (None, False),
    ],
)
def test_an_answer_to_a_batch_is_recognised(result: object, is_one: bool) -> None:
    assert batching.is_answer(result) is is_one


def test_a_reference_that_leads_nowhere_makes_a_command_void() -> None:
    page = {"items": [{"id": 1}, {"id": 2}]}
    found = batching.outcomes({"result": {"a": page, "n": None}}, ["a", "n", "gone"])
    assert not batching.is_void("m?id=$result[a][items][1][id]", found)
    assert not batching.is_void("m?id=5", found)
    assert batching.is_void("m?id=$result[a][items][49][id]", found)
    assert batching.is_void("m?id=$result[n][x]", found)
    assert batching.is_void("m?id=$result[gone]", found)
    assert batching.is_void("m?id=$result[other][x]", found)


def test_what_depends_on_a_command_that_is_left_out_is_void_too() -> None:
    commands = {
        "a": "m",
        "b": "m?id=$result[a][0]",
        "c": "m?x[0]=$result[b]",
        "d": "m?id=$result[e][0]",
        "e": "m",
    }
    assert batching.voided(commands, {"a"}) == {"b", "c"}

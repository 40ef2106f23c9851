"""The JSON Schema of the configuration says what the loader says."""

from __future__ import annotations

import copy
import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from b24sync.config.json_schema import schema, settings_of
from b24sync.domain.settings import Settings
from b24sync.steps.registry import STEPS, step_class
from tests.support.config import PORTAL
from tests.support.examples import example, examples

jsonschema = pytest.importorskip("jsonschema")
ROOT = Path(__file__).parents[2]
SAMPLE = tomllib.loads((ROOT / "sample.toml").read_text(encoding="utf-8"))
EXAMPLES = examples()
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def validator() -> Any:
    made = json.loads(json.dumps(schema()))
    assert made["$schema"] == "http://json-schema.org/draft-04/schema#"
    jsonschema.Draft4Validator.check_schema(made)
    return jsonschema.Draft4Validator(made)


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SAMPLE), **changes}


def test_the_sample_is_valid(validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(SAMPLE)] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_of_a_step_is_valid(validator: Any, name: str) -> None:
    text = f"{PORTAL}\n{example(EXAMPLES[name].text)}"
    assert [error.message for error in validator.iter_errors(tomllib.loads(text))] == []


@pytest.mark.parametrize("n", range(README.count("```toml")))
def test_every_configuration_in_the_readme_is_valid(validator: Any, n: int) -> None:
    text = README.split("```toml\n")[n + 1].split("```")[0]
    assert [error.message for error in validator.iter_errors(tomllib.loads(text))] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"langauge": "ru"},
        {"language": "de"},
        {"portal": {}},
        {"portal": {"webhook": "x", "rate": "fast"}},
        {"poll": {"overlap": "5 minutes"}},
        {"mail": {"port": "587"}},
        {"rules": [{"name": "x", "on": "invoice.created"}]},
        {"rules": [{"name": "x", "on": "deal.created", "steps": [{"use": "notfy", "to": "user:1"}]}]},
        {"rules": [{"name": "x", "on": "deal.created", "steps": [{"use": "notify", "too": "user:1"}]}]},
        {"rules": [{"name": "x", "on": "deal.stuck", "after": "soon", "steps": [{"use": "commission"}]}]},
        {"tests": [{"name": "x", "event": "deal.created"}]},
        {"tests": [{"name": "x", "event": "deal.created", "expect": [], "dael": "x"}]},
        {"calendar": {"direction": "nxt"}},
        {"safety": {"dry_run": "yes"}},
    ],
)
def test_what_the_loader_refuses_by_its_form_is_invalid(validator: Any, wrong: dict[str, Any]) -> None:
    assert list(validator.iter_errors(changed(**wrong))) != []


@pytest.mark.parametrize(
    "right",
    [
        {"people": {"x": "user:1", "y": "deal.fields.UF"}},
        {"kinds": {"object": {"entity_type_id": 1046}}},
        {"rules": [{"name": "x", "on": ["deal.stuck"], "after": "3wd", "steps": [{"use": "commission"}]}]},
        {"tests": [{"name": "x", "event": "object.created", "object": {"title": "x"}, "expect": []}]},
        {"commission": {"rates": [{"for": "user:1", "percent": 2.5}]}},
    ],
)
def test_what_the_loader_takes_is_valid(validator: Any, right: dict[str, Any]) -> None:
    assert [error.message for error in validator.iter_errors(changed(**right))] == []


def test_every_default_is_valid_where_it_stands() -> None:
    found = 0

    def walk(part: Any) -> None:
        nonlocal found
        if isinstance(part, dict):
            if "default" in part and part["default"] not in ("", None):
                found += 1
                jsonschema.Draft4Validator(part).validate(part["default"])
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(schema())
    assert found > 50


def tables(cls: Any) -> list[Any]:
    from b24sync.cli.reference import _table_in

    found = [cls]
    for setting in settings_of(cls):
        inner = _table_in(setting.type)
        if inner is not None and hasattr(inner, "__dataclass_fields__"):
            found += tables(inner)
    return found


@pytest.mark.parametrize("cls", [*tables(Settings), *(step_class(name) for name in STEPS)])
def test_every_setting_says_what_it_is(cls: Any) -> None:
    from b24sync.cli.reference import _table_in

    assert [one.key for one in settings_of(cls) if not one.about and _table_in(one.type) is None] == []


def test_decimals_are_numbers_or_texts() -> None:
    percent = schema()["properties"]["commission"]["properties"]["rates"]["items"]["properties"]["percent"]
    jsonschema.Draft4Validator(percent).validate("2.5")
    jsonschema.Draft4Validator(percent).validate(float(Decimal("2.5")))
    assert not jsonschema.Draft4Validator(percent).is_valid("many")

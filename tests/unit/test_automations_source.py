"""The automations are written once: the sample, ``init`` and the demo have them from there."""

from __future__ import annotations

import tomllib

import pytest

from b24sync.config.automations import AUTOMATIONS, rules_text
from b24sync.config.firms import DEMO, SAMPLE
from b24sync.config.toml_text import assigned, commented
from b24sync.onboarding.fitting import fit
from b24sync.onboarding.inquiry import PortalFacts
from tests.write_sample import FILE, rewritten

CODES = ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "C1", "C2", "C3"]


def test_the_sample_has_the_automations_as_they_are() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert text == rewritten(text), "python -m tests.write_sample"


def test_they_are_those_of_the_contract() -> None:
    assert [one.code for one in AUTOMATIONS] == CODES


@pytest.mark.parametrize(
    "firm", [SAMPLE, DEMO, fit(PortalFacts("p", 1), "en")], ids=["sample", "demo", "init"]
)
def test_every_firm_has_the_same_rules_on_the_same_events(firm) -> None:
    rules = tomllib.loads(rules_text(firm))["rules"]
    same = tomllib.loads(rules_text(SAMPLE))["rules"]
    assert [(rule["name"], rule["on"]) for rule in rules] == [(rule["name"], rule["on"]) for rule in same]
    assert len(rules) == 13


@pytest.mark.parametrize("one", AUTOMATIONS, ids=CODES)
def test_a_rule_that_is_switched_off_is_the_same_without_its_marks(one) -> None:
    body = one.body(SAMPLE)
    off = commented(body)
    assert tomllib.loads(off) == {}
    assert "\n".join(line.removeprefix("#").removeprefix(" ") for line in off.split("\n")) == body


@pytest.mark.parametrize(
    "text",
    [
        "короткий",
        "{{ a.b | money }} " * 20 + "end",
        "{% if a %}x y z{% endif %} " + "слово " * 60 + "«конец»",
        'он сказал "да" \\ и "нет" ' * 12 + ".",
        "две  пробела " * 30,
        "строка\nдругая " * 20,
    ],
)
def test_a_long_text_is_folded_and_stays_what_it_was(text: str) -> None:
    line = assigned("text", text)
    assert tomllib.loads(line) == {"text": text}
    for part in line.split("\n"):
        assert part.count("{{") == part.count("}}")
        assert part.count("{%") == part.count("%}")


def test_a_folded_text_fits_the_lines() -> None:
    longest = max(map(len, assigned("text", "слово " * 60 + "конец").split("\n")))
    assert longest <= 110

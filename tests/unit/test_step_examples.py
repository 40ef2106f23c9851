"""The examples of the steps: each is a configuration, does its work, and is told as its class says."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from b24sync.cli.intentions import brief, facts
from b24sync.config.steps import marked_of
from b24sync.domain.values import MODES
from b24sync.ports import Done
from b24sync.steps.context import StepContext
from b24sync.steps.registry import STEPS
from tests.support.examples import EVENTS, examples, tried

EXAMPLES = examples()


def test_every_step_has_an_example() -> None:
    assert {one.use for one in EXAMPLES.values()} == set(STEPS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_for_an_event_that_the_tests_bring_about_and_changes_something(name: str) -> None:
    one = EXAMPLES[name]
    assert one.on in EVENTS
    done = tried(one.text)
    assert done.step.name == one.use
    assert isinstance(done.result, Done)
    assert done.result.changed


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_an_example_intends_is_told_in_one_line_and_in_facts(name: str) -> None:
    one = EXAMPLES[name]
    done = tried(one.text)
    told = done.bench.intended[0] if done.bench.intended else done.result.details
    assert len(brief(one.use, told, UTC)) > 5
    assert facts(one.use, told, UTC)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_text_is_rendered_as_its_type_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: dict[str, str] = {}
    text = StepContext.text

    def noting(desk: Any, source: str, *, mode: str, extra: Any = None) -> Any:
        rendered[source] = mode
        return text(desk, source, mode=mode, extra=extra)

    monkeypatch.setattr(StepContext, "text", noting)
    step = tried.__wrapped__(EXAMPLES[name].text).step
    said = {one.value: MODES[one.mark] for one in marked_of(step) if one.mark in MODES and one.value}
    assert said.items() <= rendered.items()

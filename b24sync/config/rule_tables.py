"""Reading steps and tests: of the part of a file that is put off until somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from b24sync.config.problems import Problem, ProblemsError, other_than
from b24sync.config.scalars import read_text
from b24sync.config.structure import required, table_reader
from b24sync.domain.rule_test import RuleTest
from b24sync.domain.step_settings import StepSettings
from b24sync.domain.values import TemplateFile
from b24sync.domain.wording import hint, quoted
from b24sync.steps.registry import STEPS, step_class

if TYPE_CHECKING:
    from b24sync.config.hooks import Hooks


def add_readers(hooks: Hooks, *, template: Callable[[Any], TemplateFile], kinds: Any) -> None:
    """Let these tables be read, too.

    Args:
        hooks: The readers so far.
        template: Reads the file that a step's ``body_file`` names.
        kinds: ``[kinds]`` as written: a test may have a table of each.
    """
    hooks.for_type(TemplateFile, template)
    hooks.for_type(StepSettings, lambda raw: _step(raw, hooks))
    read_test = table_reader(RuleTest, hooks)
    hooks.for_type(RuleTest, lambda raw: read_test(_with_own_kinds(raw, kinds)))


def _step(raw: Any, hooks: Hooks) -> StepSettings:
    nothing = StepSettings()
    if not isinstance(raw, Mapping):
        raise other_than(raw, "table", rest=nothing)
    if "use" not in raw:
        raise ProblemsError([required("use").under("use")], rest=nothing)
    try:
        name = read_text(raw["use"])
    except ProblemsError as error:
        raise ProblemsError([fault.under("use") for fault in error.faults], rest=nothing) from None
    if name not in STEPS:
        from b24sync.words.config_values import NO_STEP

        message = NO_STEP.both(name=quoted(name), hint=hint(name, STEPS))
        raise ProblemsError([Problem(("use",), message)], rest=nothing)
    options = {key: value for key, value in raw.items() if key != "use"}
    step: StepSettings = hooks.of(step_class(name))(options)
    return step


def _with_own_kinds(raw: Any, kinds: Any) -> Any:
    """A test's table with its smart processes, which are there by names of their own, under one key."""
    own = set(kinds) if isinstance(kinds, Mapping) else set()
    if not isinstance(raw, Mapping) or not own & set(raw) or "kinds" in raw:
        return raw
    rest = {key: value for key, value in raw.items() if key not in own}
    return {**rest, "kinds": {key: raw[key] for key in raw if key in own}}

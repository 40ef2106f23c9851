"""One whole file as settings.

Its rules and tests, most of what it holds, are read when somebody looks at them: a poll that finds nothing
new never does if the file is known to be good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from b24sync.config.problems import Problem, ProblemsError
from b24sync.config.scalars import read_template
from b24sync.config.structure import hooks_for
from b24sync.domain.later import Later
from b24sync.domain.settings import Rules, RuleTests, Settings

if TYPE_CHECKING:
    from b24sync.config.hooks import Read
    from b24sync.config.secrets import SecretReader
    from b24sync.domain.values import TemplateFile


class WholeFile:
    """What tomllib gave of a file (with decimals for floats), and what it means."""

    def __init__(self, raw: Mapping[str, Any], secrets: SecretReader) -> None:
        """``secrets`` reads them; relative paths count from the folder of its file."""
        self._raw = raw
        self._folder = secrets.file.parent
        self._templates: dict[str, TemplateFile] = {}
        self._hooks = hooks_for(secrets)
        for later in (Rules, RuleTests):
            self._hooks.for_type(later, self._put_off(later))

    def settings(self) -> tuple[Settings, tuple[Problem, ...]]:
        """The settings, rules and tests yet to be read.

        Returns:
            Defaults or blanks stand in place of what is wrong; all faults in the order of the fields.
        """
        try:
            return self._hooks.of(Settings)(self._raw), ()
        except ProblemsError as error:
            return error.rest, error.faults

    def with_rules(self, settings: Settings) -> tuple[Settings, tuple[Problem, ...]]:
        """The settings with rules and tests, and the faults of these."""
        rules, faults = _read_now("rules", settings.rules)
        tests, more = _read_now("tests", settings.tests)
        return replace(settings, rules=Rules(rules), tests=RuleTests(tests)), (*faults, *more)

    def letters(self) -> Iterator[str]:
        """The texts of the files that steps name as their ``body_file``, as far as they can be read."""
        for step in self._steps():
            try:
                yield self._template(step.get("body_file")).text
            except ProblemsError:
                continue

    def _steps(self) -> Iterator[Mapping[str, Any]]:
        for rule in _tables(self._raw.get("rules")):
            yield from (step for step in _tables(rule.get("steps")) if "body_file" in step)

    def _template(self, name: Any) -> TemplateFile:
        """A template's file, read once: what was found to be good is what is used."""
        known = self._templates.get(name) if isinstance(name, str) else None
        if known is None:
            known = read_template(name, self._folder)
            self._templates[name] = known
        return known

    def _put_off(self, later: type[Later[Any]]) -> Read:
        return lambda raw: later(lambda: self._read(later, raw))

    def _read(self, later: type[Later[Any]], raw: Any) -> tuple[Any, ...]:
        from b24sync.config.rule_tables import add_readers

        add_readers(self._hooks, template=self._template, kinds=self._raw.get("kinds"))
        found: tuple[Any, ...] = self._hooks.of(later.listed())(raw)
        return found


def _tables(raw: Any) -> list[Mapping[str, Any]]:
    return [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else []


def _read_now(key: str, values: Later[Any]) -> tuple[tuple[Any, ...], tuple[Problem, ...]]:
    try:
        return tuple(values), ()
    except ProblemsError as error:
        return error.rest or (), tuple(fault.under(key) for fault in error.faults)

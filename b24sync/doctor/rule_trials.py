"""Rules, tried on what the portal has now: conditions judged, texts rendered, people found.

Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from b24sync.config.problems import place
from b24sync.config.steps import Marked, marked_of
from b24sync.doctor.finding import Finding, fail, ok, warn
from b24sync.domain.entity import INVOICE
from b24sync.domain.event import Event
from b24sync.domain.values import MODES, Mark, is_path
from b24sync.errors import PortalError
from b24sync.rest import items
from b24sync.rules.loader import Loader, read_through, settled
from b24sync.rules.text_errors import TextError
from b24sync.rules.text_values import MISSING
from b24sync.words import doctor_names as words
from b24sync.words import joined

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.app import App
    from b24sync.doctor.survey import Survey
    from b24sync.domain.entity import Entity
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.step_settings import StepSettings
    from b24sync.engine.funnels import Funnels
    from b24sync.words import Both

T = TypeVar("T")


@dataclass(slots=True)
class _Trial:
    """One rule on one entity."""

    app: App
    rule: RuleSettings
    entity: Entity
    funnels: Funnels
    now: datetime
    loader: Loader
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[Both | str] = field(default_factory=list)
    holds: bool | None = None

    def run(self) -> None:
        """Try everything.

        Raises:
            PendingError: Something must be asked first.
        """
        self.faults, self.notes = [], []
        marks: list[Callable[[], None]] = [
            partial(self._marked, place(("steps", m, *marked.path)), marked, step)
            for m, step in enumerate(self.rule.steps)
            for marked in marked_of(step)
        ]
        self.loader.each([self._condition, *marks])

    def _condition(self) -> None:
        condition = self.app.language.compile_condition(self.rule.when)
        self.holds = self._judged("when", lambda: condition.holds(self._scope(condition.names, {})))

    def _marked(self, where: str, marked: Marked, step: StepSettings) -> None:
        text = marked.value
        if not isinstance(text, str) or not text:
            return
        if marked.mark is Mark.PERSON or (
            marked.mark is Mark.ADDRESS and "@" not in text and "{{" not in text
        ):
            self._person(where, text, several=bool(step.sends))
        elif marked.mark is not Mark.ADDRESS or "{{" in text:
            self._judged(where, lambda: self._rendered(marked, step))

    def _rendered(self, marked: Marked, step: StepSettings) -> Any:
        extra = {name: MISSING for name in step.own_names(marked.owner) if name != "rows"}
        language = self.app.language
        if marked.mark is Mark.CONDITION:
            condition = language.compile_condition(marked.value)
            return condition.holds(self._scope(condition.names, extra))
        if marked.mark is Mark.VALUE and is_path(marked.value):
            expression = language.compile_expression(marked.value)
            return expression.value(self._scope(expression.names, extra))
        text = language.compile_text(marked.value, MODES.get(marked.mark, "plain"))
        return text.render(self._scope(text.names, extra))

    def _person(self, where: str, selector: str, *, several: bool) -> None:
        if selector in {"contact", "company"}:
            return
        linker = self.app.workshop().linker(self.funnels, self.now, loader=self.loader)
        linker.know(self.entity)
        found = self._judged(where, lambda: settled(linker.resolve([selector], self.entity, several=several)))
        if found is not None and not found.users:
            told = words.NOBODY_LEFT if found.left_out else words.NOBODY
            left = ", ".join(found.left_out)
            self.notes.append(told.both(where=where, selector=selector, left=left))

    def _scope(self, names: Any, extra: Mapping[str, Any]) -> dict[str, Any]:
        linker = self.app.workshop().linker(self.funnels, self.now, loader=self.loader)
        linker.know(self.entity)
        return settled(
            linker.scope(names, self.entity, event=_event(self.rule, self.entity, self.now), extra=extra)
        )

    def _judged(self, where: str, body: Callable[[], T]) -> T | None:
        try:
            return body()
        except TextError as error:
            self.faults.append((where, str(error)))
        except PortalError as error:
            self.notes.append(f"{where}: {error}")
        return None


def rules(app: App, survey: Survey) -> Iterator[Finding]:
    """Each rule, on the newest entity of its kind."""
    funnels = survey.funnels or app.workshop().funnels()
    now = survey.now or app.portal_now()
    loader = Loader()
    trials = {
        rule.name: _trial(app=app, rule=rule, survey=survey, funnels=funnels, now=now, loader=loader)
        for rule in app.settings.rules
    }
    branches = [trial.run for trial in trials.values() if trial is not None]
    read_through(app.portal, loader.effects(lambda: loader.each(branches)))
    for n, rule in enumerate(app.settings.rules):
        trial = trials[rule.name]
        name = f"rules.{rule.name}"
        if trial is None:
            yield ok(name, words.NOTHING_TO_TRY.both(steps=_steps(rule)))
        else:
            yield from _verdict(name, n, trial)


def compiled(app: App) -> Iterator[Finding]:
    """Without a portal: the rules were compiled when the configuration was read."""
    for rule in app.settings.rules:
        yield ok(f"rules.{rule.name}", words.COMPILED.both(steps=_steps(rule)))


def _trial(
    app: App, rule: RuleSettings, survey: Survey, funnels: Funnels, now: datetime, loader: Loader
) -> _Trial | None:
    for trigger in rule.triggers():
        kind = app.kinds[trigger.kind]
        rows = items.page_rows(survey.result(f"newest.{kind.name}"))
        wanted = {
            stage
            for text in trigger.to
            for stage in (funnels.stage_ids(text) if kind.name == INVOICE else (text,))
        }
        fitting = [row for row in rows if items.stage_of(row) in wanted] or rows
        for row in fitting[:1]:
            entity = items.entity(kind, row, statuses=funnels.statuses(), base_url=app.base_url)
            return _Trial(app=app, rule=rule, entity=entity, funnels=funnels, now=now, loader=loader)
    return None


def _event(rule: RuleSettings, entity: Entity, now: datetime) -> Event:
    trigger = next((one for one in rule.triggers() if one.kind == entity.key.kind), rule.triggers()[0])
    moves = trigger.event.endswith(("status_changed", "stage_changed", "stuck"))
    to = str(entity.values.get("status") or entity.values.get("stage_id") or "") if moves else None
    return Event(f"doctor/{rule.name}", trigger.event, entity.key, now, to=to)


def _verdict(name: str, n: int, trial: _Trial) -> Iterator[Finding]:
    for where, message in trial.faults:
        told = words.FAILS_ON.both(where=f"rules[{n}].{where}", entity=trial.entity.key, why=message)
        yield fail(name, told, words.TRY_AGAIN.both())
    if trial.faults:
        return
    tried = words.TRIED if not trial.rule.when else words.TRIED_TRUE if trial.holds else words.TRIED_FALSE
    said = tried.both(entity=trial.entity.key, steps=_steps(trial.rule))
    if trial.notes and trial.holds is not False:
        yield warn(name, joined([said, *trial.notes], by="; "))
    else:
        yield ok(name, said)


def _steps(rule: RuleSettings) -> str:
    return ", ".join(step.name for step in rule.steps)

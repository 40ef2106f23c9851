"""Workflow templates that do what rules do too, so that nobody gets two mails (portal.md §17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, ok, warn
from b24sync.domain.wording import quoted
from b24sync.rest import workflow_templates
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from b24sync.doctor.probing import Look, Scene
    from b24sync.rest.kinds import Kind
    from b24sync.rest.workflow_templates import Doings, Workflow
    from b24sync.words import Both

NAME = "workflows"
_SCOPE = "bizproc"
_MOST = 20


@dataclass(frozen=True, slots=True)
class _Ours:
    """The rules that mail, and those that make tasks; empty: none."""

    mailing: str
    task_making: str


def look(scene: Scene) -> Look:
    """List the templates of the watched kinds, then see what each does."""
    given = scene.survey.result("scope")
    ours = _Ours(
        scene.uses.rules_that(lambda step: step.sends == "mail"),
        scene.uses.rules_that(lambda step: step.makes_tasks),
    )
    if not isinstance(given, list) or _SCOPE not in given or not (ours.mailing or ours.task_making):
        return []
    (answer,) = yield [workflow_templates.templates()]
    found = workflow_templates.read_workflows(answer.value())
    concerned = [(kind, one) for one in found for kind in scene.app.watched if one.is_of(kind)]
    contents = yield [workflow_templates.content(one) for _, one in concerned[:_MOST]]
    findings = list[Finding]()
    for (kind, one), content in zip(concerned, contents, strict=False):
        findings += _findings(kind, one, workflow_templates.read_doings(content.value(), one), ours)
    if len(concerned) > _MOST or len(found) == workflow_templates.PAGE:
        findings.append(ok(NAME, words.MORE_WORKFLOWS.both(count=min(len(concerned), _MOST))))
    if findings:
        return findings
    told = words.OTHER_WORKFLOWS.both(count=len(concerned)) if concerned else words.NO_WORKFLOWS.both()
    return [ok(NAME, told)]


def _findings(kind: Kind, one: Workflow, doings: Doings, ours: _Ours) -> list[Finding]:
    values = {"id": one.id, "name": quoted(one.name), "kind": kind.name, "starts": _starts(one)}
    found = list[Finding]()
    if doings.mails and ours.mailing:
        told = words.WORKFLOW_MAILS.both(**values, rules=ours.mailing)
        found.append(warn(NAME, told, words.ONE_OF_TWO_MAILS.both()))
    if doings.makes_tasks and ours.task_making:
        told = words.WORKFLOW_TASKS.both(**values, rules=ours.task_making)
        found.append(warn(NAME, told, words.ONE_OF_TWO_TASKS.both()))
    return found


def _starts(one: Workflow) -> Both:
    if one.on_creation and one.on_change:
        return words.STARTS_ALWAYS.both()
    if one.on_creation:
        return words.STARTS_CREATED.both()
    return words.STARTS_CHANGED.both() if one.on_change else words.STARTS_BY_HAND.both()

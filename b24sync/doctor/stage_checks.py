"""Whether every stage and status name of the configuration is there at the portal (portal.md §5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain.entity import DEAL, INVOICE
from b24sync.domain.settings import STATUSES
from b24sync.domain.wording import did_you_mean, quoted
from b24sync.rest.stages import Stage
from b24sync.words import doctor_names as words

if TYPE_CHECKING:
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.domain.step_settings import StageUse
    from b24sync.engine.funnels import Funnels
    from b24sync.words import Both

_MEANS = {"paid": "S", "rejected": "F"}
_WORDS = {"S": words.SUCCESSFUL, "F": words.FAILED, "P": words.NOT_FINAL}


def stages(uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Each used stage; and what the status names of invoices mean here."""
    funnels = survey.funnels
    if funnels is None:
        return
    unknown = {use.kind for use in uses.stages if not funnels.by_kind.get(use.kind)}
    for kind in sorted(unknown):
        yield unchecked("stages", words.STAGES_OF.both(kind=kind), words.SEE_RIGHTS.both())
    faults = [
        fault
        for use in uses.stages
        if use.kind not in unknown and (fault := _fault(use, uses, survey, funnels))
    ]
    yield from dict.fromkeys(faults)
    yield from _meanings(uses, funnels)
    if INVOICE in uses.settings.poll.watch and funnels.by_kind.get(INVOICE):
        yield from _missing_names(uses, funnels)
    if not faults and not unknown:
        yield ok("stages", _said(uses, funnels))


def _fault(use: StageUse, uses: Uses, survey: Survey, funnels: Funnels) -> Finding | None:
    if use.kind == INVOICE and use.text in uses.settings.invoice.status_names():
        return None  # a missing name is told once
    found = funnels.stage(use.kind, use.text)
    if found is None:
        told = words.NO_STAGE.both(where=use.where, stage=quoted(use.text), kind=use.kind)
        return fail("stages", told, _advice(use, funnels))
    if use.funnel is not None and found.category_id != use.funnel:
        name = survey.funnel_names.get(DEAL, {}).get(found.category_id, "")
        there = f"{found.category_id}{f' ({name})' if name else ''}"
        told = words.OTHER_FUNNEL.both(where=use.where, stage=f"{use.text} ({found.name})", funnel=there)
        return fail("stages", told, words.STAGE_OF_FUNNEL.both(funnel=use.funnel))
    return None


def _advice(use: StageUse, funnels: Funnels) -> Both:
    known = funnels.by_kind[use.kind]
    named = [stage for stage in known if stage.name.casefold() == use.text.casefold()]
    near = named[0].id if named else did_you_mean(use.text, [stage.id for stage in known])
    if not near:
        names = {stage.name: stage.id for stage in known}
        near = names.get(did_you_mean(use.text, names), "")
    elsewhere = [kind for kind in funnels.by_kind if funnels.stage(kind, use.text)]
    if elsewhere:
        return words.STAGE_ELSEWHERE.both(elsewhere=elsewhere[0], kind=use.kind, stages=_listed(known))
    stage = funnels.stage(use.kind, near)
    if stage is None:
        return words.KNOWN.both(words=_listed(known))
    return words.MEANT.both(word=f"{near} ({stage.name})")


def _listed(known: tuple[Stage, ...]) -> str:
    shown = [f"{stage.id} ({stage.name})" for stage in known[:12]]
    return ", ".join(shown) + (", …" if len(known) > 12 else "")


def _meanings(uses: Uses, funnels: Funnels) -> Iterator[Finding]:
    """A status name whose stages mean something else at the portal."""
    for name, ids in uses.settings.invoice.status.items():
        for stage in filter(None, (funnels.stage(INVOICE, one) for one in ids)):
            wanted = _MEANS.get(name, "P" if name in STATUSES else stage.semantic)
            if stage.semantic != wanted:
                is_a, usually = _WORDS[stage.semantic].both(), _WORDS[wanted].both()
                named = f"{stage.id} ({stage.name})"
                told = words.MEANS_OTHERWISE.both(name=name, stage=named, what=is_a)
                yield warn("stages", told, words.CHECK_MEANING.both(name=name, what=usually))


def _missing_names(uses: Uses, funnels: Funnels) -> Iterator[Finding]:
    """Status names that are used and that no stage has."""
    there = set(funnels.statuses().values())
    missing: dict[str, str] = {}
    for use in uses.stages:
        if use.kind == INVOICE and use.text in uses.settings.invoice.status_names() and use.text not in there:
            missing.setdefault(use.text, use.where)
    for name, where in missing.items():
        advice = words.ADD_STATUS.both(name=name, stages=_listed(funnels.by_kind[INVOICE]))
        yield fail("stages", words.NO_STAGE_IS.both(where=where, name=name), advice)


def _said(uses: Uses, funnels: Funnels) -> Both:
    parts = []
    if funnels.by_kind.get(INVOICE) and INVOICE in uses.settings.poll.watch:
        by_name: dict[str, list[str]] = {}
        for stage_id, name in funnels.statuses().items():
            by_name.setdefault(name, []).append(stage_id)
        parts = [f"{name} = {', '.join(ids)}" for name, ids in by_name.items()]
    count = len({(use.kind, use.text) for use in uses.stages})
    if not parts:
        return words.ALL_THERE.both(count=count)
    return words.ALL_STAGES_THERE.both(count=count, parts="; ".join(parts))

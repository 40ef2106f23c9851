"""``move_deal``: move the deal on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from b24sync.domain.entity import DEAL
from b24sync.domain.step_settings import StageUse, StepProblem, StepSettings
from b24sync.domain.wording import hint, quoted
from b24sync.ports import Done, Failed, Intend, OnLostAnswer, Read, Skipped, Write
from b24sync.rest import fields, items, stages
from b24sync.steps.linked import linked
from b24sync.steps.memory import Memory
from b24sync.steps.outcomes import StepError, required, words_of
from b24sync.words import Message
from b24sync.words import field_faults as fields_said
from b24sync.words.intents import MOVE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from b24sync.calls import Answer
    from b24sync.domain.entity import Entity
    from b24sync.domain.step_settings import PortalUse, StepPlace
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.stages import Stage
    from b24sync.steps.context import StepContext

_NO_FUNNEL = Message(
    "{entity}: стадии {stage} больше нет ни в одной воронке (переведите сделку вручную)",
    "{entity}: its stage {stage} is in no funnel any more (move it by hand)",
)
_LAST_STAGE = Message(
    "{entity}: после стадии {stage} других нет (добавьте успешную стадию)",
    "{entity}: there is no stage after {stage} (add a successful stage)",
)
_NO_STAGE = Message(
    "{entity}: в его воронке нет стадии {stage} (есть: {known})",
    "{entity}: no stage {stage} in its funnel (known: {known})",
)
_TO_STAGE = Message("{entity}: на стадию {stage}", "{entity}: to stage {stage}")
_LEFT_THERE = Message(
    "{doing}: портал принял это, но сделка осталась на месте (см. её роботов)",
    "{doing}: the portal took it and left the deal where it was (see its automations)",
)

NEXT = "next"
_FUNNEL = re.compile(r"C(\d+):.+")

_NO_STAGES = Message(
    'пусто (укажите "next", ID стадии или таблицу воронка = стадия)',
    'is empty (write "next", a stage id, or a table funnel = stage)',
)
_NO_STAGE_ID = Message("{stage} не ID стадии{hint}", "{stage} is no stage id{hint}")
_AS = Message("ID стадии, например C1:WON", "a stage id, such as C1:WON")
_OTHER_FUNNEL = Message(
    "{stage} это стадия воронки {funnel} (укажите стадию той воронки, что слева от знака =)",
    "{stage} is a stage of funnel {funnel} (write one of the funnel before the =)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDeal(StepSettings):
    """Move the deal of the event's entity, never backwards.

    Attributes:
        stage: ``"next"``, a stage id, or a table of funnel id → one of these (other funnels are left alone).
    """

    name: ClassVar[str] = "move_deal"
    called: ClassVar[Message] = Message("перевод сделки", "deal stage")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "invoice.paid"
[[rules.steps]]
use = "move_deal"
stage = "next"
""",
    )
    reasons: ClassVar[Mapping[str, Message]] = {
        "backwards": Message("сделка уже дальше этой стадии", "the deal is past that stage"),
        "funnel_not_listed": Message("воронка не указана в правиле", "the rule does not name the funnel"),
        "other_funnel": Message("стадия другой воронки", "the stage is of another funnel"),
    }
    stage: str | Mapping[str, str] = NEXT

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """Whether each stage can be one, and belongs to its funnel."""
        if not self._stages():
            yield StepProblem(("stage",), _NO_STAGES.both())
        for funnel, stage in self._stages().items():
            path = ("stage", funnel) if funnel else ("stage",)
            if stage != NEXT and (not stage.replace(":", "").replace("_", "").isalnum() or stage.islower()):
                near = hint(stage, [NEXT], otherwise=_AS.both())
                yield StepProblem(path, _NO_STAGE_ID.both(stage=quoted(stage), hint=near))
            found = _FUNNEL.fullmatch(stage)
            if funnel.isdigit() and stage != NEXT and int(found[1] if found else 0) != int(funnel):
                yield StepProblem(
                    path, _OTHER_FUNNEL.both(stage=quoted(stage), funnel=found[1] if found else 0)
                )

    def uses(self, kinds: tuple[str, ...]) -> Iterator[PortalUse]:
        """The stages that deals are moved to."""
        for funnel, stage in self._stages().items():
            if stage != NEXT:
                where = f"stage.{funnel}" if funnel else "stage"
                yield StageUse(where, DEAL, stage, int(funnel) if funnel.isdigit() else None)

    def _stages(self) -> Mapping[str, str]:
        return self.stage if isinstance(self.stage, Mapping) else {"": self.stage}

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """From which stage to which."""
        return _moved(told)

    @classmethod
    def facts(cls, told: Mapping[str, Any], tz: tzinfo) -> Mapping[str, str]:
        """The stages."""
        return {"stage": _moved(told)}

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Look where the deal stands now, and move it if it may be moved."""
        found = (yield from linked(ctx, DEAL))[DEAL]
        deal = (yield from ctx.entity(DEAL, found.key.id)) if found else None
        if deal is None:
            return Skipped("no_deal")
        wanted = self._wanted(deal)
        if wanted is None:
            return Skipped("funnel_not_listed", {"deal_id": deal.key.id, "funnel": deal["category_id"] or 0})
        wanted = _decided(ctx, deal) if wanted == NEXT else wanted
        funnel = yield from _funnel(ctx, deal, wanted)
        target = _target(deal, funnel, wanted)
        if target == deal["stage_id"]:
            return Done(changed=False, details={"deal_id": deal.key.id, "stage": target})
        reason = _forbidden(deal, funnel, target)
        if reason:
            return Skipped(reason, {"deal_id": deal.key.id, "from": deal["stage_id"], "to": target})
        yield Intend(_intended(deal, funnel, target))
        if wanted == NEXT:  # kept before it is done: after a lost answer, "next" would mean one stage more
            yield from Memory(ctx.memory).put(deal=deal.key.id, target=target)
        return (yield from _move(ctx, deal, target))

    def _wanted(self, deal: Entity) -> str | None:
        if isinstance(self.stage, str):
            return self.stage
        return self.stage.get(str(deal["category_id"] or 0))


def _moved(told: Mapping[str, Any]) -> str:
    before, after = (told.get(f"{end}_title") or told.get(end) or "" for end in ("from", "to"))
    return MOVE(before=before, after=after)


def _decided(ctx: StepContext, deal: Entity) -> str:
    """The stage that ``next`` was decided to be for this deal; ``next`` itself if it is open yet.

    Decided by an earlier try of this action, or by another one of the same poll: two invoices of a deal that
    are paid move it on once, in however many batches their actions are.
    """
    kept = (ctx.memory, *ctx.beside())
    return next((str(one["target"]) for one in kept if one.get("deal") == deal.key.id), NEXT)


def _funnel(ctx: StepContext, deal: Entity, wanted: str) -> Effects[Sequence[Stage]]:
    """The stages of the deal's funnel in its order.

    Read anew if a stage that matters is not among the known ones.
    """
    category = deal["category_id"] or 0
    known = ctx.funnels.stages(DEAL, category)
    ids = {stage.id for stage in known}
    if deal["stage_id"] in ids and (wanted == NEXT or wanted in ids):
        return known
    answers: list[Answer] = yield Read((stages.status_list(stages.entity_id(ctx.kinds[DEAL], category)),))
    required(answers[0], fields_said.STAGES_OF(funnel=category))
    return stages.read_stages(answers[0].result, category_id=category)


def _target(deal: Entity, funnel: Sequence[Stage], wanted: str) -> str:
    """The stage to go to; ``next`` never means a failed one."""
    if wanted != NEXT:
        return wanted
    ids = [stage.id for stage in funnel]
    if deal["stage_id"] not in ids:
        raise StepError(_NO_FUNNEL(entity=deal.key, stage=deal["stage_id"]))
    place = ids.index(deal["stage_id"])
    if funnel[place].semantic == "S":
        return str(deal["stage_id"])
    onward = [stage for stage in funnel[place + 1 :] if stage.semantic == "P"]
    won = [stage for stage in funnel if stage.semantic == "S"]
    if not onward and not won:
        raise StepError(_LAST_STAGE(entity=deal.key, stage=deal["stage_id"]))
    return (onward or won)[0].id


def _forbidden(deal: Entity, funnel: Sequence[Stage], target: str) -> str:
    """Why the deal may not go there (contract.md §6); empty if it may.

    Raises:
        StepError: There is no such stage.
    """
    ids = [stage.id for stage in funnel]
    if target not in ids:
        if stages.category_of(target) != (deal["category_id"] or 0):
            return "other_funnel"
        raise StepError(_NO_STAGE(entity=deal.key, stage=target, known=", ".join(ids)))
    now = next((stage for stage in funnel if stage.id == deal["stage_id"]), None)
    if now is None:
        return ""
    if now.semantic != "P":
        return "closed"
    goal = funnel[ids.index(target)]
    return "backwards" if goal.semantic == "P" and ids.index(target) < ids.index(now.id) else ""


def _intended(deal: Entity, funnel: Sequence[Stage], target: str) -> dict[str, Any]:
    titles = {stage.id: stage.name for stage in funnel}
    before = str(deal["stage_id"])
    moved = {"deal_id": deal.key.id, "from": before, "to": target}
    return {**moved, "from_title": titles.get(before, before), "to_title": titles.get(target, target)}


def _move(ctx: StepContext, deal: Entity, target: str) -> Effects[StepResult]:
    kind, before = ctx.kinds[DEAL], deal["stage_id"]
    details = {"deal_id": deal.key.id, "from": before, "to": target}
    call = items.update(kind, deal.key.id, {"stage_id": target})
    answer: Answer = yield Write(call, OnLostAnswer.REPEAT, entity=deal.key, sets={"stage_id": target})
    doing = _TO_STAGE(entity=deal.key, stage=target)
    if answer.error is not None:
        described: list[Answer] = yield Read((items.fields(kind),))
        known = fields.read_fields(kind, described[0].result)
        return Failed(words_of(answer.error, doing, fields=known.titled(answer.error.reason)), details)
    row = items.row_of(answer.result)
    if row is not None and items.stage_of(row) == before:
        return Failed(_LEFT_THERE(doing=doing), details)
    return Done(changed=not answer.shared, details=details)

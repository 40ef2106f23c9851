"""``assign``: change the responsible of deal, contact and company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from b24sync.domain.step_settings import StepProblem, StepSettings
from b24sync.domain.values import Person
from b24sync.ports import Done, Failed, Intend, OnLostAnswer, Skipped, Write, WriteAll
from b24sync.rest import contract, items
from b24sync.steps import telling
from b24sync.steps.linked import linked, named, why
from b24sync.steps.outcomes import words_of
from b24sync.steps.side_by_side import together
from b24sync.words import Message
from b24sync.words import field_faults as fields_said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from b24sync.calls import Answer
    from b24sync.domain.entity import Entity
    from b24sync.domain.step_settings import StepPlace
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.people import User
    from b24sync.steps.context import StepContext

Target: TypeAlias = Literal["deal", "contact", "company"]

_RESPONSIBLE = Message("{entity}: ответственный user:{user}", "{entity}: responsible user:{user}")
_NOT_HANDED_OVER = Message(
    "{doing}: портал принял это, но не изменил (см. права владельца вебхука)",
    "{doing}: the portal took it and did not change it (see the rights of the owner of the webhook)",
)
_CHANGED_SO_FAR = Message("{troubles} (пока изменено: {changed})", "{troubles} (changed so far: {changed})")
_NOTHING = Message("ничего", "nothing")

_NO_TARGETS = Message("пусто (есть: deal, contact, company)", "is empty (known: deal, contact, company)")
_NO_ONE = Message('пусто (укажите, кто, например "user:7")', 'is empty (write who, such as "user:7")')


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(StepSettings):
    """Make somebody responsible; incoming calls follow the contact's responsible.

    Attributes:
        targets: What is handed over, of the things linked to the event's entity.
        to: Who gets it: the first of these that is found and active.
    """

    name: ClassVar[str] = "assign"
    called: ClassVar[Message] = Message("смена ответственного", "responsible")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "deal.created"
[[rules.steps]]
use = "assign"
targets = ["deal", "contact"]
to = ["user:5"]
""",
    )
    reasons: ClassVar[Mapping[str, Message]] = {
        "no_targets": Message("некому менять ответственного", "there is nothing to hand over"),
    }
    finds_people: ClassVar[bool] = True
    targets: tuple[Target, ...] = ("deal", "contact")
    to: tuple[Person, ...]

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """There must be something to hand over, and somebody to take it."""
        if not self.targets:
            yield StepProblem(("targets",), _NO_TARGETS.both())
        if not self.to:
            yield StepProblem(("to",), _NO_ONE.both())

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """Who gets what."""
        return telling.joined(telling.people(told), ", ".join(told.get("targets", ())))

    @classmethod
    def facts(cls, told: Mapping[str, Any], tz: tzinfo) -> Mapping[str, str]:
        """Who gets it."""
        return telling.in_charge(told)

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Hand over whatever is not with the person yet, all at once."""
        people = yield from ctx.people(self.to, several=False)
        if not people.users:
            return Skipped("nobody", {"message": fields_said.NOBODY(why=why(people))})
        user = people.users[0]
        found = yield from linked(ctx, *self.targets)
        keys = [entity.key for entity in found.values() if entity is not None]
        fresh: list[Entity | None] = yield from together([ctx.entity(key.kind, key.id) for key in keys])
        there = [entity for entity in fresh if entity is not None]
        if not there:
            return Skipped("no_targets", {"targets": list(self.targets)})
        details = {"user_id": user.id, "missing": sorted(set(self.targets) - {one.key.kind for one in there})}
        return (yield from _hand_over(ctx, there, user, {k: v for k, v in details.items() if v}))


def _hand_over(
    ctx: StepContext, entities: Sequence[Entity], user: User, details: dict[str, object]
) -> Effects[StepResult]:
    user_id = user.id
    others = [entity for entity in entities if entity["responsible_id"] != user_id]
    details["already"] = [str(entity.key) for entity in entities if entity["responsible_id"] == user_id]
    if not others:
        return Done(changed=False, details=details)
    change = {"responsible_id": user_id}
    yield Intend({"to": [user_id], **named([user]), "targets": [str(entity.key) for entity in others]})
    calls = [items.update(ctx.kinds[entity.key.kind], entity.key.id, change) for entity in others]
    answers: list[Answer] = yield WriteAll(
        tuple(
            Write(call, OnLostAnswer.REPEAT, entity=one.key, sets=change)
            for call, one in zip(calls, others, strict=True)
        )
    )
    troubles = [_trouble(ctx, one, answer, user_id) for one, answer in zip(others, answers, strict=True)]
    details["changed"] = [
        str(one.key)
        for one, trouble, answer in zip(others, troubles, answers, strict=True)
        if not trouble and not answer.shared
    ]
    if any(troubles):
        changed = ", ".join(map(str, details["changed"])) or _NOTHING()  # type: ignore[call-overload]
        return Failed(_CHANGED_SO_FAR(troubles="; ".join(t for t in troubles if t), changed=changed), details)
    return Done(changed=bool(details["changed"]), details=details)


def _trouble(ctx: StepContext, entity: Entity, answer: Answer, user_id: int) -> str:
    """What is wrong with an answer; empty if the entity is with the person now."""
    doing = _RESPONSIBLE(entity=entity.key, user=user_id)
    if answer.error is not None:
        return words_of(answer.error, doing)
    row = items.row_of(answer.result)
    kind = ctx.kinds[entity.key.kind]
    if row is not None and contract.read_contract(kind, row)["responsible_id"] != user_id:
        return _NOT_HANDED_OVER(doing=doing)
    return ""

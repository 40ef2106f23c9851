"""``create_activity``: a meeting, a call or a to-do in the timeline of the deal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, TASK
from b24sync.domain.step_settings import StepSettings
from b24sync.domain.values import Deadline, Line, Person, Text
from b24sync.ports import Done, Failed, Intend, OnLostAnswer, Read, Skipped, Write
from b24sync.rest import activities
from b24sync.rest.dates import send_time
from b24sync.steps import telling
from b24sync.steps.linked import linked, named, needed_person
from b24sync.steps.moments import moment_of
from b24sync.steps.outcomes import required, words_of
from b24sync.words import Message
from b24sync.words import field_faults as fields_said
from b24sync.words.vocabulary import ACTIVITIES, word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from b24sync.calls import Answer
    from b24sync.domain.entity import Entity, Key
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.people import User
    from b24sync.steps.context import StepContext

_OF_ACTIVITY = Message("ответственный за дело ({kind})", "responsible of the {kind}")
_NEEDS_CLIENT = Message(
    "{entity}: для дела ({kind}) нужен контакт или компания (привяжите, затем b24sync retry)",
    "{entity}: a {kind} needs a contact or a company (link one, then b24sync retry)",
)
_NEEDS_PHONE = Message(
    "{entity}: для звонка нужен телефон контакта или компании (впишите его в карточку, затем b24sync retry)",
    "{entity}: a call needs a phone number of the contact or the company (add one, then b24sync retry)",
)
_ACTIVITY_FOR = Message("{kind} для {entity}", "{kind} for {entity}")

NEXT_WORKING_DAY = Deadline(1, working=True)
_MORNING = time(10, 0)


@dataclass(frozen=True, slots=True)
class _Client:
    """Whom an activity is with, and for a call by which number: the portal drops a call without one."""

    key: Key
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateActivity(StepSettings):
    """Make one activity. Only meetings and calls carry a marker: a to-do's lost answer leaves it uncertain.

    Attributes:
        kind: What is made.
        subject: Empty: the built-in one.
        description: Empty: the built-in one.
        responsible: Empty: the responsible of the deal, without a deal that of the event's entity.
        start: When it begins; without a time of day, at 10:00.
    """

    name: ClassVar[str] = "create_activity"
    called: ClassVar[Message] = Message("дело", "activity")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "deal.stage_changed"
[[rules.steps]]
use = "create_activity"
kind = "meeting"
subject = "{{ deal.title }}"
start = "+1wd 11:00"
""",
        """
on = "deal.stage_changed"
[[rules.steps]]
use = "create_activity"
kind = "todo"
subject = "{{ deal.title }}"
""",
    )
    finds_people: ClassVar[bool] = True
    kind: Literal["meeting", "call", "todo"] = "meeting"
    subject: Line = ""
    description: Text = ""
    responsible: Person = ""
    start: Deadline = NEXT_WORKING_DAY

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """What, who, about what, when."""
        who = ", ".join(
            part for part in (word(ACTIVITIES, told.get("kind", "")), telling.people(told)) if part
        )
        begins = telling.moment(told.get("start"), tz)
        return telling.joined(who, f"{told.get('subject', '')}{f' ({begins})' if begins else ''}")

    @classmethod
    def facts(cls, told: Mapping[str, Any], tz: tzinfo) -> Mapping[str, str]:
        """Who holds it."""
        return telling.in_charge(told)

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Make it for the deal, without one for the client, unless it is there."""
        there = yield from _there(ctx)
        owner = _owner(ctx, there)
        if owner is None:
            return Skipped("no_deal")
        if self.kind != "todo":
            made = yield from self._made_before(ctx, owner)
            if made is not None:
                return Done(changed=False, details={"activity_id": made})
            client = self._client(owner, there)
            if isinstance(client, Failed):
                return client
        else:
            client = None
        otherwise = "deal.responsible" if owner.kind == DEAL else "responsible"
        person = yield from needed_person(
            ctx,
            self.responsible,
            otherwise=otherwise,
            what=_OF_ACTIVITY(kind=word(ACTIVITIES, self.kind)),
        )
        answer: Answer = yield (yield from self._write(ctx, owner, client, person))
        if answer.error is not None:
            return Failed(
                words_of(answer.error, _ACTIVITY_FOR(kind=word(ACTIVITIES, self.kind), entity=owner))
            )
        return Done(changed=True, details={"activity_id": activities.read_id(answer.result)})

    def _client(self, owner: Key, there: dict[str, Entity]) -> _Client | Failed:
        """Whom it is with: the contact, else the company; for a call the first of them with a phone."""
        clients = [there[kind] for kind in (CONTACT, COMPANY) if kind in there]
        if not clients:
            return Failed(_NEEDS_CLIENT(entity=owner, kind=word(ACTIVITIES, self.kind)))
        if self.kind == "meeting":
            return _Client(clients[0].key)
        for client in clients:
            if client["phones"]:
                return _Client(client.key, client["phones"][0])
        return Failed(_NEEDS_PHONE(entity=owner))

    def _made_before(self, ctx: StepContext, owner: Key) -> Effects[int | None]:
        call = activities.find(owner=_typed(ctx, owner), marker=ctx.marker, type_id=self._type_id)
        answers: list[Answer] = yield Read((call,))
        required(answers[0], fields_said.FORMER_ACTIVITY())
        found = activities.marked(answers[0].result, ctx.marker)
        return found[0] if found else None

    def _write(self, ctx: StepContext, owner: Key, client: _Client | None, person: User) -> Effects[Write]:
        from b24sync.steps import builtin_texts

        subject = yield from ctx.text(self.subject or builtin_texts.title(ctx, self.kind), mode="line")
        description = yield from ctx.text(self.description or builtin_texts.description(ctx), mode="plain")
        start: datetime = moment_of(ctx, self.start, at=_MORNING)
        intended = {"kind": self.kind, "subject": subject, "to": [person.id], **named([person])}
        yield Intend({**intended, "entity": str(owner), "start": start.isoformat(), "text": description})
        who = [f"user:{person.id}"]
        shows = {"kind": self.kind, "to": who, **telling.present(subject=subject, start=send_time(start))}
        if self.kind == "todo":
            call = activities.todo(
                owner=_typed(ctx, owner),
                title=subject,
                deadline=start,
                responsible_id=person.id,
                description=description,
            )
            return Write(call, OnLostAnswer.ONCE, shows={**shows, "text": description or subject})
        call = activities.planned(
            self._type_id,
            owner=_typed(ctx, owner),
            subject=subject,
            responsible_id=person.id,
            start=start,
            marker=ctx.marker,
            contact=_typed(ctx, client.key) if client else None,
            phone=client.phone if client else "",
            description=description,
        )
        return Write(call, OnLostAnswer.FIND, shows={**shows, **telling.present(text=description)})

    @property
    def _type_id(self) -> int:
        return activities.CALL if self.kind == "call" else activities.MEETING


def _there(ctx: StepContext) -> Effects[dict[str, Entity]]:
    """The deal and the client; the contact or company of an event of its own is its own client."""
    found = yield from linked(ctx, DEAL, CONTACT, COMPANY)
    return {kind: entity for kind, entity in found.items() if entity is not None}


def _owner(ctx: StepContext, there: dict[str, Entity]) -> Key | None:
    """What it belongs to.

    The deal, else the contact, else the company, else the event's entity (tasks own none).
    """
    own = ctx.event.entity
    fallback = own if own.kind != TASK else None
    return next((there[kind].key for kind in (DEAL, CONTACT, COMPANY) if kind in there), fallback)


def _typed(ctx: StepContext, key: Key) -> tuple[int, int]:
    return ctx.kinds[key.kind].entity_type_id, key.id

"""``notify``: tell people by a portal notification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from b24sync.domain.step_settings import ScopeNeed, StepProblem, StepSettings
from b24sync.domain.values import BBCode, Person
from b24sync.errors import NoMethodError
from b24sync.ports import Done, Failed, Intend, OnLostAnswer, Skipped, Write, WriteAll
from b24sync.rest import im_notify
from b24sync.rules.scope import UserView
from b24sync.steps import telling
from b24sync.steps.linked import named
from b24sync.steps.outcomes import words_of
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from b24sync.calls import Answer
    from b24sync.domain.step_settings import StepPlace
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.people import User
    from b24sync.rules.selectors import Found
    from b24sync.steps.context import StepContext

_NOT_TOLD = Message(
    "уведомление для user:{id}: портал его не принял (можно ли писать этому пользователю?)",
    "notice to user:{id}: the portal did not take it (see whether the user may be written to)",
)
_NOTICE_TO = Message("уведомление для user:{id}", "notice to user:{id}")


_NO_ONE = Message(
    'пусто (укажите сотрудников, например ["responsible"])',
    'is empty (write people, such as ["responsible"])',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(StepSettings):
    """Tell people; the portal replaces an earlier copy with the same TAG, so it may repeat.

    Attributes:
        to: Who is told.
        text: What; empty: the built-in text of the event.
    """

    name: ClassVar[str] = "notify"
    called: ClassVar[Message] = Message("уведомление", "notice")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["department_head", "user:7"]
text = "{{ invoice.title }}: {{ invoice.amount | money }}"
""",
    )
    sends: ClassVar[Literal["mail", "notice", ""]] = "notice"
    finds_people: ClassVar[bool] = True
    scopes: ClassVar[tuple[ScopeNeed, ...]] = (ScopeNeed(("im",), "im.notify.system.add", "notices"),)
    to: tuple[Person, ...]
    text: BBCode = ""

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """Somebody must be told."""
        if not self.to:
            yield StepProblem(("to",), _NO_ONE.both())

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """Whom, and the text; texts that differ have their people in them."""
        to = "" if told.get("texts") else telling.people(told)
        return telling.joined(to, telling.text(told))

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Tell everybody found, all at once."""
        found = yield from ctx.people(self.to, several=True)
        if not found.users:
            return Skipped("nobody", _people(found))
        texts = yield from self._messages(ctx, found.users)
        told = [(user, text) for user, text in zip(found.users, texts, strict=True) if text.strip()]
        if not told:
            return Skipped("empty_text", _people(found))
        yield Intend({**_intended(told), **_people(found)})
        answers = yield from _write(ctx, told)
        return _result(found, told, answers)

    def own_names(self, inner: object) -> Mapping[str, str]:
        """Who reads the text."""
        return {"recipient": ""}

    def _messages(self, ctx: StepContext, users: Sequence[User]) -> Effects[list[str]]:
        """The text of each: rendered for everybody alone where it speaks of its recipient."""
        source, names = self.text, dict[str, Any]()
        if not source:
            from b24sync.steps.builtin_texts import notice

            source, names = notice(ctx)
        readers = users if "recipient" in source else users[:1]
        texts = []
        for user in readers:
            extra = {**names, "recipient": UserView(user)}
            texts.append((yield from ctx.text(source, mode="bbcode", extra=extra)))
        return texts if len(texts) == len(users) else texts * len(users)


def _intended(told: Sequence[tuple[User, str]]) -> dict[str, Any]:
    """Whom, and what; texts that differ are listed with who gets them."""
    users = [user for user, _ in told]
    intended = {"to": [user.id for user in users], **named(users), "text": told[0][1]}
    if len({text for _, text in told}) == 1:
        return intended
    return {**intended, "texts": [{"to": user.id, "name": user.name, "text": text} for user, text in told]}


def _write(ctx: StepContext, told: Sequence[tuple[User, str]]) -> Effects[list[Answer]]:
    """Tell each user.

    Where the portal lacks the notices without an author, in the name of the webhook's owner.
    """
    calls = [im_notify.system_add(user.id, text, tag=ctx.marker) for user, text in told]
    shows = [{"to": [f"user:{user.id}"], "text": text} for user, text in told]
    answers: list[Answer] = yield WriteAll(
        tuple(Write(call, OnLostAnswer.REPEAT, shows=shown) for call, shown in zip(calls, shows, strict=True))
    )
    lacking = [n for n, one in enumerate(answers) if isinstance(one.error, NoMethodError)]
    if lacking:
        again = [im_notify.personal_add(told[n][0].id, told[n][1], tag=ctx.marker) for n in lacking]
        others: list[Answer] = yield WriteAll(tuple(Write(call, OnLostAnswer.REPEAT) for call in again))
        for n, answer in zip(lacking, others, strict=True):
            answers[n] = answer
    return answers


def _result(found: Found, told: Sequence[tuple[User, str]], answers: Sequence[Answer]) -> StepResult:
    users = [user for user, _ in told]
    reached = [
        user.id for user, answer in zip(users, answers, strict=True) if answer.error is None and answer.result
    ]
    details = {"to": reached, **_people(found)}
    for user, answer in zip(users, answers, strict=True):
        if answer.error is not None:
            return Failed(words_of(answer.error, _NOTICE_TO(id=user.id)), details)
        if not answer.result:
            return Failed(
                _NOT_TOLD(id=user.id),
                details,
            )
    return Done(changed=True, details=details)


def _people(found: Found) -> Mapping[str, Any]:
    left = [*found.left_out, *found.nobody]
    return {"left_out": left} if left else {}

"""``comment``: a comment in the timeline of the deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from b24sync.domain.entity import DEAL
from b24sync.domain.step_settings import StepProblem, StepSettings
from b24sync.domain.values import BBCode
from b24sync.ports import Done, Failed, Intend, OnLostAnswer, Skipped, Write
from b24sync.rest import timeline
from b24sync.steps.linked import linked
from b24sync.steps.outcomes import words_of
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.calls import Answer
    from b24sync.domain.step_settings import StepPlace
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext

_COMMENT_ON = Message("комментарий к {entity}", "comment on {entity}")

_NO_TEXT = Message("пусто (напишите текст)", "is empty (write a text)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(StepSettings):
    """Write a comment into the timeline of the deal of the event's entity, at most once.

    Attributes:
        text: What; markup that comes from the CRM is made harmless.
    """

    name: ClassVar[str] = "comment"
    called: ClassVar[Message] = Message("комментарий", "comment")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "deal.stage_changed"
[[rules.steps]]
use = "comment"
text = "Work begins: {{ deal.title }}"
""",
    )
    text: BBCode

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """The portal refuses an empty comment."""
        if not self.text.strip():
            yield StepProblem(("text",), _NO_TEXT.both())

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Comment on the deal if it is there now.

        Nothing tells a comment that was made from one that was not: after a lost answer a person looks.
        """
        found = (yield from linked(ctx, DEAL))[DEAL]
        deal = (yield from ctx.entity(DEAL, found.key.id)) if found else None
        if deal is None:
            return Skipped("no_deal")
        text = (yield from ctx.text(self.text, mode="bbcode")).strip()
        details: dict[str, object] = {"deal_id": deal.key.id}
        if not text:
            return Skipped("empty_text", details)
        yield Intend({"entity": str(deal.key), "text": text})
        call = timeline.comment(ctx.kinds[DEAL], deal.key, text)
        answer: Answer = yield Write(call, OnLostAnswer.ONCE, shows={"text": text})
        if answer.error is not None:
            return Failed(words_of(answer.error, _COMMENT_ON(entity=deal.key)), details)
        return Done(details={**details, "comment_id": timeline.read_id(answer.result)})

"""What the two mail steps have in common: the checks of their options, what they use, how they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from b24sync.domain.step_settings import SecretCopyUse, StepProblem, TemplateUse
from b24sync.steps import telling
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from b24sync.domain.settings import Settings
    from b24sync.domain.step_settings import PortalUse
    from b24sync.domain.values import TemplateFile

_NO_SECRET_COPY = Message(
    "почта портала не умеет скрывать получателей (уберите bcc или выберите другой mail.transport)",
    "cannot be kept secret by the portal's own mail (leave it out, or use another mail.transport)",
)


class MailOptions(Protocol):
    """The options that both steps have."""

    @property
    def to(self) -> tuple[str, ...]:
        """Addressees; empty: the client."""
        ...

    @property
    def cc(self) -> tuple[str, ...]:
        """Copies."""
        ...

    @property
    def bcc(self) -> tuple[str, ...]:
        """Secret copies."""
        ...

    @property
    def subject(self) -> str:
        """Empty: the built-in one."""
        ...

    @property
    def attach(self) -> bool:
        """Whether the PDF goes along."""
        ...

    @property
    def body(self) -> str:
        """Plain text."""
        ...

    @property
    def body_file(self) -> TemplateFile | None:
        """HTML."""
        ...

    @property
    def template(self) -> int | str:
        """Document template; empty: the one of ``[mail]``."""
        ...


def mail_problems(step: MailOptions, settings: Settings) -> Iterator[StepProblem]:
    """What is wrong with a mail as it is written."""
    if step.bcc and settings.mail is not None and settings.mail.transport == "portal":
        yield StepProblem(("bcc",), _NO_SECRET_COPY.both())
    if step.body and step.body_file:
        from b24sync.words.config_rules import KEEP_ONE

        yield StepProblem(("body_file",), KEEP_ONE.both(other="body"))


def mail_uses(step: MailOptions) -> Iterator[PortalUse]:
    """The document template, and copies that others must not see."""
    if step.bcc:
        yield SecretCopyUse("bcc")
    if step.template:
        yield TemplateUse("template", step.template)


def mail_line(told: Mapping[str, Any]) -> str:
    """Whom, the subject, and what goes with it."""
    attachment = f" [{told['attachment']}]" if told.get("attachment") else ""
    return telling.joined(telling.people(told), f"{told.get('subject', '')}{attachment}")

"""What a person chooses about the configuration to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DEFAULT_AUTOMATIONS = frozenset(("A1",))


@dataclass(frozen=True, slots=True)
class MailChoice:
    """How mail goes out; without it ``[mail]`` is written as a comment."""

    transport: Literal["smtp", "portal", "file"] = "file"
    from_: str = ""
    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The answers.

    Attributes:
        webhook: The whole address; goes into the file as it is.
        automations: Codes of what is switched on (contract.md §6).
        trial: Whether ``safety.dry_run`` is on.
    """

    webhook: str
    language: Literal["ru", "en"] = "ru"
    automations: frozenset[str] = DEFAULT_AUTOMATIONS
    mail: MailChoice | None = None
    ca_file: str = ""
    trial: bool = True

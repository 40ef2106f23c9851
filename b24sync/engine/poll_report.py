"""What a poll says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from b24sync.errors import CredentialsError, PortalError
from b24sync.words import polling as words
from b24sync.words.vocabulary import KINDS, word


@dataclass(slots=True)
class Report:
    """One poll, as ``poll --json`` shows it (contract.md §4), and what a person must be told.

    Attributes:
        changes: Kind → created and changed entities.
        actions: State → actions of this run.
        troubles: What needs a person or explains an exit code; to stderr.
        warnings: What does not.
        exit_code: 77 goes over 69 over 1.
    """

    run: int
    started_at: datetime
    finished_at: datetime
    baseline: bool = False
    dry_run: bool = False
    http_requests: int = 0
    changes: Mapping[str, int] = field(default_factory=dict)
    events: int = 0
    actions: Mapping[str, int] = field(default_factory=dict)
    exit_code: int = 0
    troubles: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def worsen(self, code: int, trouble: str) -> None:
        """Note a trouble and the exit code that it means, unless there is a worse one."""
        if trouble and trouble not in self.troubles:
            self.troubles.append(trouble)
        self.exit_code = worst(self.exit_code, code)

    def unread(self, error: PortalError, trouble: str) -> None:
        """Note that something of the portal could not be read."""
        self.worsen(77 if isinstance(error, CredentialsError) else 69, trouble)

    def leave_out(self, kind: str, error: PortalError) -> None:
        """Note that a kind was not read completely."""
        self.unread(error, words.LEFT_OUT(kind=word(KINDS, kind), why=error))

    @property
    def quiet(self) -> bool:
        """Whether nothing was seen and nothing done."""
        return not (
            self.baseline or self.events or self.actions or any(self.changes.values()) or self.troubles
        )

    def as_json(self, show: Any) -> dict[str, Any]:
        """The object of ``--json``; ``show`` writes a time."""
        return {
            "run": self.run,
            "baseline": self.baseline,
            "dry_run": self.dry_run,
            "started_at": show(self.started_at),
            "finished_at": show(self.finished_at),
            "http_requests": self.http_requests,
            "changes": dict(self.changes),
            "events": self.events,
            "actions": dict(self.actions),
            "exit_code": self.exit_code,
        }


_ORDER = (0, 75, 1, 69, 77, 2)


def worst(*codes: int) -> int:
    """The exit code that counts: a usage error over 77 over 69 over 1."""
    return max(codes, key=lambda code: _ORDER.index(code) if code in _ORDER else len(_ORDER), default=0)

"""What has newly happened outside the program: notices, mails, tasks, activities."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from b24sync.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Notice:
    """A message in the portal."""

    person: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it left; ``attached`` are the names of its files."""

    to: str
    subject: str
    attached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """A task, or a meeting: for whom, and until or at what time (aware UTC)."""

    person: str
    title: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """Everything since the last look."""

    notices: tuple[Notice, ...] = ()
    mails: tuple[Mail, ...] = ()
    tasks: tuple[Work, ...] = ()
    meetings: tuple[Work, ...] = ()

    def __add__(self, other: News) -> News:
        """Both, in order."""
        return News(
            self.notices + other.notices,
            self.mails + other.mails,
            self.tasks + other.tasks,
            self.meetings + other.meetings,
        )


@dataclass(slots=True)
class Witness:
    """Looks at the portal and into the folder of mails, and remembers what it has seen.

    Tasks and meetings that people make are news too; take them out by a look before the poll.
    """

    portal: Sandbox
    outbox: Path
    _notices: int = 0
    _mails: set[Path] = field(default_factory=set)
    _tasks: set[int] = field(default_factory=set)
    _meetings: set[int] = field(default_factory=set)

    def news(self) -> News:
        """What is new since the last look."""
        return News(self._new_notices(), self._new_mails(), self._new_tasks(), self._new_meetings())

    def person(self, number: int) -> str:
        """Somebody's name."""
        user = self.portal.people.users[number]
        return f"{user['NAME']} {user['LAST_NAME']}"

    def _new_notices(self) -> tuple[Notice, ...]:
        notices = self.portal.notifications_all
        fresh, self._notices = notices[self._notices :], len(notices)
        return tuple(Notice(self.person(one["USER_ID"]), one["MESSAGE"]) for one in fresh)

    def _new_mails(self) -> tuple[Mail, ...]:
        fresh = [path for path in sorted(self.outbox.glob("*.eml")) if path not in self._mails]
        self._mails.update(fresh)
        return tuple(read_mail(path) for path in fresh)

    def _new_tasks(self) -> tuple[Work, ...]:
        fresh = [task for task in self.portal.tasks if task["ID"] not in self._tasks]
        self._tasks.update(task["ID"] for task in fresh)
        return tuple(
            Work(self.person(one["RESPONSIBLE_ID"]), one["TITLE"], one.get("DEADLINE")) for one in fresh
        )

    def _new_meetings(self) -> tuple[Work, ...]:
        """Meetings; the portal keeps an activity for each task too, which is left out."""
        fresh = [
            one
            for one in self.portal.activities
            if one["TYPE_ID"] == _MEETING and one["ID"] not in self._meetings
        ]
        self._meetings.update(one["ID"] for one in fresh)
        return tuple(
            Work(self.person(one["RESPONSIBLE_ID"]), one["SUBJECT"], one.get("START_TIME")) for one in fresh
        )


_MEETING = 1


def read_mail(path: Path) -> Mail:
    """A mail from its file."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    attached = tuple(part.get_filename() or "" for part in message.iter_attachments())
    return Mail(str(message["To"]), str(message["Subject"]), attached)

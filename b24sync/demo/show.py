"""How the story's facts are shown: scenes and tables of plain texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from b24sync.app import show_time
from b24sync.demo.narration import label, narration
from b24sync.demo.office import MOSCOW, Office, Polled
from b24sync.demo.witness import News, Work

if TYPE_CHECKING:
    from b24sync.engine.poll_report import Report

Fact: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene; ``facts`` are pairs of a word and what was seen."""

    title: str
    told: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a title."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Show:
    """Shows one company's things in one language."""

    office: Office
    language: Literal["en", "ru"]

    def scene(self, name: str, seen: Polled | News, *facts: Fact) -> Scene:
        """A scene: what the poll says of itself, what it brought about, and further facts."""
        title, told = narration(self.language)[name]
        counts = [("$ b24sync poll", self._counts(seen.report))] if isinstance(seen, Polled) else []
        news = seen.news if isinstance(seen, Polled) else seen
        every = [*counts, *_news(news), *facts]
        return Scene(title, told, tuple((label(word, self.language), text) for word, text in every))

    def _counts(self, report: Report) -> str:
        numbers = (
            sum(report.changes.values()),
            report.events,
            sum(report.actions.values()),
            report.http_requests,
        )
        if self.language == "ru":
            return "изменений {}, событий {}, действий {}, запросов {}".format(*numbers)
        return "changed {}, events {}, actions {}, requests {}".format(*numbers)

    def commissions(self, invoice: int, state: str) -> list[Fact]:
        """What is booked for an invoice in one state."""
        rows = [row for row in self.office.ledger(invoice) if row.state == state]
        return [
            (
                "commission",
                f"{self.office.witness.person(row.user)}: {row.amount} {row.currency} ({row.state})",
            )
            for row in rows
        ]

    def moves(self, invoice: int) -> list[str]:
        """The changes of status that were seen."""
        return [
            f"{row.from_} → {row.to_}"
            for row in self.office.events(f"invoice:{invoice}")
            if row.name == "invoice.status_changed"
        ]

    def events(self) -> Table:
        """Every event."""
        title, columns = narration(self.language)["events"]
        rows = tuple((*_when_and_what(row), _change(row)) for row in self.office.events())
        return Table(title, tuple(columns.split(", ")), rows)

    def actions(self) -> Table:
        """Every action."""
        title, columns = narration(self.language)["actions"]
        rows = tuple(
            (
                str(one.id),
                one.rule,
                one.step,
                f"{one.kind}:{one.entity_id}",
                one.state,
                _words(one.result, one.error),
            )
            for one in self.office.actions()
        )
        return Table(title, tuple(columns.split(", ")), rows)


def _news(news: News) -> list[Fact]:
    facts: list[Fact] = [("notice", f"{one.person}: {one.text}") for one in news.notices]
    facts += [
        ("mail", f"{mail.to}: {mail.subject} [{', '.join(mail.attached) or '-'}]") for mail in news.mails
    ]
    facts += [("task", _work(one)) for one in news.tasks]
    facts += [("meeting", _work(one)) for one in news.meetings]
    return facts


def _work(work: Work) -> str:
    at = "" if work.at is None else f" ({work.at.astimezone(MOSCOW):%Y-%m-%d %H:%M})"
    return f"{work.person}: {work.title}{at}"


def _when_and_what(row: Any) -> Sequence[str]:
    return show_time(row.occurred_at, MOSCOW)[5:16].replace("T", " "), row.name, f"{row.kind}:{row.entity_id}"


def _change(row: Any) -> str:
    return f"{row.from_ or '-'} → {row.to_}" if row.to_ else ", ".join(row.changes)


def _words(result: Any, error: str | None) -> str:
    """How an action ended, where its state does not say it."""
    if error or "reason" in result:
        return str(error or result["reason"])
    return "" if result.get("changed", True) else "already so"

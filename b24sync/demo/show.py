"""How the story's facts are shown: scenes and tables of plain texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias

from b24sync.demo.narration import label, narration
from b24sync.demo.office import MOSCOW, Office, Polled
from b24sync.demo.witness import News, Work
from b24sync.domain.entity import INVOICE
from b24sync.rules.formats import money
from b24sync.steps.registry import reason_word, step_word
from b24sync.words import Language, speak
from b24sync.words.listing import ALREADY_SO
from b24sync.words.vocabulary import FIELDS, LEDGER, STATES, event_word, word

if TYPE_CHECKING:
    from b24sync.domain.commission_ledger import LedgerRow
    from b24sync.engine.poll_report import Report
    from b24sync.store.action_rows import Action
    from b24sync.store.journal import EventRow

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
    language: Language

    def scene(self, name: str, seen: Polled | News, *facts: Fact) -> Scene:
        """A scene: what the poll says of itself, what it brought about, and further facts."""
        title, told = narration(self.language)[name]
        counts = [("$ b24sync poll", self._counts(seen.report))] if isinstance(seen, Polled) else []
        news = seen.news if isinstance(seen, Polled) else seen
        every = [*counts, *_news(news, self.language), *facts]
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
        said = LEDGER[state].of(self.language)
        return [
            ("commission", f"{self.office.witness.person(row.user)}: {self.money(row)} ({said})")
            for row in rows
        ]

    def money(self, row: LedgerRow) -> str:
        """A booked amount."""
        return money(row.amount, language=self.language, currency=row.currency)

    def day(self, text: str) -> str:
        """A date of the portal."""
        return f"{date.fromisoformat(text):%d.%m.%Y}" if self.language == "ru" else text

    def stage(self, kind: str, *stages: str) -> str:
        """Stages one after another, by the portal's titles."""
        return " → ".join(f"«{self.office.title(kind, stage)}»" for stage in stages)

    def states(self, counts: Mapping[str, int]) -> str:
        """How many actions are in which state."""
        return ", ".join(f"{STATES[state].of(self.language)} {count}" for state, count in counts.items())

    def moves(self, invoice: int) -> list[str]:
        """The changes of status that were seen."""
        return [
            f"{row.from_} → {row.to_}"
            for row in self.office.events(f"invoice:{invoice}")
            if row.name == "invoice.status_changed"
        ]

    def moved(self, invoice: int) -> str:
        """The same by the portal's titles."""
        return ", ".join(
            self.stage(INVOICE, row.from_stage or "", row.to_stage or "")
            for row in self.office.events(f"invoice:{invoice}")
            if row.name == "invoice.status_changed"
        )

    def events(self) -> Table:
        """Every event."""
        title, columns = narration(self.language)["events"]
        shown = [(row, self._change(row)) for row in self.office.events()]
        speak(self.language)
        rows = tuple((self._moment(row), event_word(row.name), _entity(row), told()) for row, told in shown)
        return Table(title, tuple(columns.split(", ")), rows)

    def _moment(self, row: EventRow) -> str:
        at = datetime.fromtimestamp(row.occurred_at, MOSCOW)
        return f"{at:%d.%m %H:%M}" if self.language == "ru" else f"{at:%m-%d %H:%M}"

    def _change(self, row: EventRow) -> Callable[[], str]:
        """What changed: the stages' titles now, the words for fields once the language is spoken."""
        if row.to_:
            stages = [stage for stage in (row.from_stage, row.to_stage) if stage]
            text = self.stage(row.kind, *stages)
            return lambda: text
        if row.name.endswith("reminder_due"):
            return lambda: ""
        names = [name.removeprefix("fields.") for name in row.changes]
        return lambda: ", ".join(word(FIELDS, name) for name in names)

    def actions(self) -> Table:
        """Every action."""
        title, columns = narration(self.language)["actions"]
        actions = self.office.actions()
        speak(self.language)
        rows = tuple(
            (
                str(one.id),
                one.rule,
                step_word(one.step),
                _entity(one),
                word(STATES, one.state),
                _words(one),
            )
            for one in actions
        )
        return Table(title, tuple(columns.split(", ")), rows)


def _news(news: News, language: Language) -> list[Fact]:
    facts: list[Fact] = [("notice", f"{one.person}: {one.text}") for one in news.notices]
    facts += [
        ("mail", f"{mail.to}: {mail.subject} [{', '.join(mail.attached) or '-'}]") for mail in news.mails
    ]
    facts += [("task", _work(one, language)) for one in news.tasks]
    facts += [("meeting", _work(one, language)) for one in news.meetings]
    return facts


def _work(work: Work, language: Language) -> str:
    form = "%d.%m.%Y %H:%M" if language == "ru" else "%Y-%m-%d %H:%M"
    at = "" if work.at is None else f" ({work.at.astimezone(MOSCOW).strftime(form)})"
    return f"{work.person}: {work.title}{at}"


def _entity(row: EventRow | Action) -> str:
    return f"{row.kind}:{row.entity_id}"


def _words(action: Action) -> str:
    """How an action ended, where its state does not say it."""
    if action.error or "reason" in action.result:
        return str(action.error or reason_word(action.step, str(action.result["reason"])))
    return "" if action.result.get("changed", True) else ALREADY_SO()

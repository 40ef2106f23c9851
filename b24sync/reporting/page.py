"""The page: one self-contained HTML file that asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from b24sync.reporting.charts import Column, bar, columns
from b24sync.reporting.gather import AGES, Facts, Pay, Unpaid, details_of
from b24sync.reporting.markup import Markup, element, joined, text_of
from b24sync.reporting.phrases import Words
from b24sync.reporting.stays import StageTime
from b24sync.reporting.style import PERSON_LOOKS, SHEET, policy
from b24sync.steps.registry import step_word

if TYPE_CHECKING:
    from b24sync.words import Language

_LONGEST = 90


def page(facts: Facts, lang: Language) -> str:
    """The whole page as text."""
    words = Words(lang)
    view = Page(facts, words)
    head = element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy()}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("meta", {"name": "robots", "content": "noindex"}),
        element("title", {}, text_of(f"b24sync: {words['title']}")),
        element("style", {}, Markup(SHEET)),
    )
    body = element("body", {}, view.header(), element("main", {}, *view.sections()))
    return f'<!DOCTYPE html>\n<html lang="{lang}">\n{head}\n{body}\n</html>\n'


def _cell(text: object, look: str | None = None, *, name: str = "td", label: str | None = None) -> Markup:
    """A cell; ``label`` stands before a number that its heading does not stand over on a narrow screen."""
    inner = text if isinstance(text, Markup) else text_of(text)
    scope = "row" if name == "th" else None
    return element(name, {"class": look, "scope": scope, "data-label": label}, inner)


def _table(
    head: Sequence[tuple[str, str | None]], rows: Iterable[Sequence[Markup]], *, look: str | None = None
) -> Markup:
    """A table; of the look ``stack`` its rows become paragraphs where there is little room."""
    titles = (element("th", {"scope": "col", "class": one}, text_of(title)) for title, one in head)
    body = joined(element("tr", {}, *row) for row in rows)
    inner = element(
        "table", {"class": look}, element("thead", {}, element("tr", {}, *titles)), element("tbody", {}, body)
    )
    return element("div", {"class": "scroll", "tabindex": 0}, inner)


def _link(url: str, text: str) -> Markup:
    if not url.startswith(("https://", "http://")):
        return text_of(text)
    return element("a", {"href": url, "rel": "noopener noreferrer"}, text_of(text))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"


def _soft(text: str) -> Markup:
    return element("p", {"class": "soft small"}, text_of(text))


@dataclass(frozen=True, slots=True)
class Page:
    """Draws facts in a language."""

    facts: Facts
    words: Words

    def header(self) -> Markup:
        """Title, time, and the numbers that matter most."""
        words, facts = self.words, self.facts
        made = words.say("made", at=words.time(facts.now.astimezone(facts.tz)))
        title = element("h1", {}, text_of(words["title"]))
        return element("header", {}, title, _soft(made), element("div", {"class": "cards"}, *self._cards()))

    def sections(self) -> Iterator[Markup]:
        """The parts of the page."""
        words = self.words
        yield self._section("troubles", self._troubles(), long=True)
        yield self._section("unpaid", self._debts(), long=True)
        yield self._section("stages", self._stages(), long=True)
        yield self._section("reminders", self._reminders())
        yield self._section("commissions", self._commissions(), long=True)
        yield self._section("health", self._health(words))

    def _section(self, name: str, parts: Iterable[Markup], *, long: bool = False) -> Markup:
        title = element("h2", {"id": f"{name}-title"}, text_of(self.words[name]))
        return element(
            "section", {"aria-labelledby": f"{name}-title", "class": "long" if long else None}, title, *parts
        )

    # numbers on top

    def _cards(self) -> Iterator[Markup]:
        words, debts = self.words, self.facts.debts
        for currency in debts.by_age:
            total, late = debts.total(currency), debts.total(currency, overdue=True)
            note = f"{words['of_it']}: {words.money(late.amount, currency)}"
            yield self._card(words["unpaid"], words.money(total.amount, currency), note, None)
        if not debts.by_age:
            yield self._card(words["unpaid"], words["none"], "", "good")
        count = self.facts.trouble_count
        yield self._card(
            words["troubles"], str(count) if count else words["none"], "", "bad" if count else "good"
        )
        yield self._last_poll()

    def _last_poll(self) -> Markup:
        words, last = self.words, self.facts.health.last
        if last is None:
            return self._card(words["last_poll"], words["never"], "", "bad")
        when, code = last
        fine = code in {0, 1}
        value = words["ok"] if fine else words.ended(code)
        at = words.time(when.astimezone(self.facts.tz))
        note = at if fine else f"{words.say('code', code=code)}, {at}"
        return self._card(words["last_poll"], value, note, "good" if fine else "bad")

    def _card(self, name: str, value: str, note: str, look: str | None) -> Markup:
        parts = [
            element("div", {"class": "soft small"}, text_of(name)),
            element("div", {"class": f"value {look or ''}".strip()}, text_of(value)),
        ]
        if note:
            parts.append(element("div", {"class": "soft small"}, text_of(note)))
        return element("div", {"class": "card"}, *parts)

    # what needs a person

    def _troubles(self) -> Iterator[Markup]:
        words, facts = self.words, self.facts
        if not facts.troubles:
            yield _soft(words["no_troubles"])
            return
        head = [(words["action"], "n"), (words["state"], None), (words["what"], None), (words["why"], None)]
        rows = []
        for one in facts.troubles:
            action, step = one.action, step_word(one.action.step)
            what = Markup(f"{_link(one.url, one.called)}<br/>{text_of(f'{action.rule}, {step}')}")
            state = element("span", {"class": "state"}, text_of(words.state(action.state)))
            rows.append(
                [
                    _cell(action.id, "n", name="th"),
                    _cell(state),
                    _cell(what),
                    _cell(details_of(action), "wrap"),
                ]
            )
        yield _table(head, rows, look="stack")
        left = facts.trouble_count - len(facts.troubles)
        if left > 0:
            yield _soft(words.say("more", count=left))
        yield _soft(words["how"])

    # unpaid invoices

    def _debts(self) -> Iterator[Markup]:
        words, debts = self.words, self.facts.debts
        if not debts.by_age:
            yield _soft(words["no_unpaid"])
            return
        for currency in debts.by_age:
            yield element("h3", {}, text_of(f"{words['by_age']}, {currency or '?'}"))
            yield self._ages(currency)
        if debts.worst:
            yield element("h3", {}, text_of(words["worst"]))
            head = [
                (words["invoice"], None),
                (words["client"], None),
                (words["manager"], None),
                (words["due"], None),
                (words["late"], "n"),
                (words["amount"], "n"),
            ]
            yield _table(head, [self._debt_row(one) for one in debts.worst], look="stack")

    def _ages(self, currency: str) -> Markup:
        words, sums = self.words, self.facts.debts.by_age[currency]
        most = max(one.amount for one in sums) or Decimal(1)
        cells = []
        for place, (bounds, one) in enumerate(zip(AGES, sums, strict=True)):
            cells += [
                element("div", {}, text_of(words.age(*bounds))),
                bar(float(one.amount / most), f"a{place}"),
                element("div", {"class": "num count soft"}, text_of(str(one.count))),
                element("div", {"class": "num"}, text_of(words.money(one.amount, currency))),
            ]
        return element("div", {"class": "ages"}, *cells)

    def _debt_row(self, one: Unpaid) -> list[Markup]:
        words = self.words
        name = _link(one.url, f"№{one.number or one.id}")
        due = words.day(one.due) if one.due else "–"
        invoice = Markup(f"{name} {text_of(_short(one.title))}")
        return [
            _cell(invoice, "wrap"),
            _cell(_short(one.client) or "–", "wide"),
            _cell(_short(one.manager) or "–", "wide"),
            _cell(due, "day", label=words["due"]),
            _cell(words.say("late_days", days=one.days), "n", label=words["late"]),
            _cell(words.money(one.amount, one.currency), "n"),
        ]

    # time in stages

    def _stages(self) -> Iterator[Markup]:
        words, stages = self.words, self.facts.stages
        if not stages:
            yield _soft(words["no_stages"])
            return
        head = [
            (words["stage"], None),
            (words["waiting"], "n"),
            (words["money"], "n"),
            (words["median"], "n"),
            (words["longest_stay"], "n"),
        ]
        for kind in dict.fromkeys(one.kind for one in stages):
            yield element("h3", {}, text_of(words[f"{kind}s"]))
            yield _table(head, [self._stage_row(one) for one in stages if one.kind == kind], look="stack")
        yield _soft(words["working_time"])

    def _stage_row(self, one: StageTime) -> list[Markup]:
        words = self.words
        sums = ", ".join(words.money(amount, currency) for currency, amount in one.money.items())
        middle = words.working(one.median) if one.median is not None else "–"
        return [
            _cell(_short(one.title), "wrap", name="th"),
            _cell(one.waiting or "–", "n", label=words["waiting"]),
            _cell(sums or "–", "n"),
            _cell(middle, "n", label=words["median"]),
            _cell(words.working(one.longest), "n", label=words["longest_stay"]),
        ]

    # reminders

    def _reminders(self) -> Iterator[Markup]:
        words, counts = self.words, self.facts.reminders
        if not any(counts.values()):
            yield _soft(words["no_reminders"])
            return
        found = [
            Column(words.month(month, short=True), [count], f"{words.month(month)}: {count}")
            for month, count in counts.items()
        ]
        yield self._chart(columns(found, ["p0"], name=words["reminders"], height=160))
        yield _soft(words.say("in_all", count=sum(counts.values())))

    @staticmethod
    def _chart(drawn: Markup) -> Markup:
        return element("div", {"class": "scroll", "tabindex": 0}, drawn)

    # commissions

    def _commissions(self) -> Iterator[Markup]:
        shown = [pay for pay in self.facts.pay if any(pay.by_month.values()) or pay.expected]
        if not shown:
            yield _soft(self.words["no_commissions"])
        for currency in dict.fromkeys(pay.currency for pay in shown):
            yield element("h3", {}, text_of(currency or "?"))
            yield from self._pay([pay for pay in shown if pay.currency == currency], currency)

    def _pay(self, people: Sequence[Pay], currency: str) -> Iterator[Markup]:
        words, months = self.words, self.facts.months
        named, others = people[: len(PERSON_LOOKS) - 1], people[len(PERSON_LOOKS) - 1 :]
        names = [pay.name for pay in named] + ([words["others"]] if others else [])
        looks = PERSON_LOOKS[: len(named)] + (PERSON_LOOKS[-1:] if others else ())
        found = []
        for month in months:
            parts = [max(float(pay.by_month[month]), 0.0) for pay in named]
            parts += [max(float(sum(pay.by_month[month] for pay in others)), 0.0)] if others else []
            total = sum((pay.by_month[month] for pay in people), Decimal(0))
            found.append(
                Column(
                    words.month(month, short=True),
                    parts,
                    f"{words.month(month)}: {words.money(total, currency)}",
                )
            )
        if any(any(column.parts) for column in found):
            yield self._legend(names, looks)
            yield self._chart(columns(found, looks, name=f"{words['commissions']}, {currency}"))
        yield self._pay_table(people)

    def _pay_table(self, people: Sequence[Pay]) -> Markup:
        words = self.words
        months = [
            month for month in reversed(self.facts.months) if any(pay.by_month[month] for pay in people)
        ]
        head = [
            (words["person"], None),
            (words["expected"], "n"),
            (words["total"], "n"),
            *((words.month(month), "n") for month in months),
        ]
        rows = []
        for pay in people:
            total = sum(pay.by_month.values(), Decimal(0))
            amounts = [pay.expected, total, *(pay.by_month[month] for month in months)]
            rows.append(
                [
                    _cell(pay.name, name="th"),
                    *(_cell(words.money(one, "") if one else "–", "n") for one in amounts),
                ]
            )
        return _table(head, rows)

    @staticmethod
    def _legend(names: Sequence[str], looks: Sequence[str]) -> Markup:
        entries = []
        for name, look in zip(names, looks, strict=True):
            sign = element(
                "svg",
                {"viewBox": "0 0 10 10", "aria-hidden": "true"},
                element("rect", {"width": 10, "height": 10, "class": look}),
            )
            entries.append(element("li", {}, sign, text_of(name)))
        return element("ul", {"class": "legend"}, *entries)

    # polls

    def _health(self, words: Words) -> Iterator[Markup]:
        health = self.facts.health
        if health.last is None:
            yield _soft(words["no_polls"])
            return
        found = [
            Column(
                f"{day.day:%d.%m}",
                [day.polls - day.failed, day.failed],
                f"{words.day(day.day)}: {day.polls} / {day.failed}",
            )
            for day in health.days
        ]
        yield self._legend([words["polls"], words["failed"]], ["fine", "broken"])
        yield self._chart(columns(found, ["fine", "broken"], name=words["health"], height=160, every=5))
        times = [
            Column(
                f"{day.day:%d.%m}", [day.average_s], f"{words.day(day.day)}: {words.number(day.average_s)}"
            )
            for day in health.days
        ]
        yield element("h3", {}, text_of(words["average"]))
        yield self._chart(columns(times, ["p0"], name=words["average"], height=120, every=5))
        codes = ", ".join(f"{code}: {count}" for code, count in health.exit_codes.items())
        yield _soft(f"{words['exit']}: {codes}. {words['trimmed']}")
        head = [
            (words["day"], None),
            (words["polls"], "n"),
            (words["failed"], "n"),
            (words["average"], "n"),
            (words["longest"], "n"),
        ]
        rows = [
            [
                _cell(words.day(day.day)),
                *(
                    _cell(one, "n")
                    for one in (
                        day.polls,
                        day.failed,
                        words.number(day.average_s),
                        words.number(day.longest_s),
                    )
                ),
            ]
            for day in reversed(health.days)
            if day.polls
        ]
        yield element("details", {}, element("summary", {}, text_of(words["data"])), _table(head, rows))

"""``b24sync replay --compare``: the recorded history under two configurations, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from b24sync.engine.rehearsal.comparison import Compared, Sums, compared, sums_of
from b24sync.engine.rehearsal.past_actions import PastActions
from b24sync.log import json_line, printable

if TYPE_CHECKING:
    from decimal import Decimal

    from b24sync.app import App
    from b24sync.domain.calendar import Calendar
    from b24sync.engine.history_replay import Replay

_WORDS = {
    "ru": {
        "firings": "срабатываний",
        "mails": "писем",
        "notices": "уведомлений",
        "held": "задержано",
        "recipients": "получатели",
        "expected": "ожидаемое вознаграждение",
        "earned": "вознаграждение",
        "invoiced": "выставлено",
        "only_new": "новое правило",
        "only_old": "правила больше нет",
        "same": "без изменений",
    },
    "en": {
        "firings": "firings",
        "mails": "mails",
        "notices": "notices",
        "held": "held",
        "recipients": "recipients",
        "expected": "expected commission",
        "earned": "commission",
        "invoiced": "invoiced",
        "only_new": "a new rule",
        "only_old": "the rule is gone",
        "same": "no change",
    },
}


def awake(app: App) -> App:
    """The configuration without its trial mode: what it would do is what is asked."""
    app.settings = replace(app.settings, safety=replace(app.settings.safety, dry_run=False))
    return app


def sums(
    app: App, replay: Replay, calendar: Callable[[], Calendar], *, since: int | None, until: int | None
) -> dict[str, Sums]:
    """What every rule came to."""
    past = PastActions(replay, calendar)
    return sums_of(app.settings, replay.run(since=since, until=until), past)


def show(old: dict[str, Sums], new: dict[str, Sums], *, lang: str, as_json: bool) -> None:
    """Print every rule, old against new."""
    for one in compared(old, new):
        if as_json:
            sides = {"old": one.old and one.old.shown(), "new": one.new and one.new.shown()}
            print(json_line({"rule": one.rule, "changed": one.changed(), **sides}))
        else:
            for line in _lines(one, _WORDS[lang]):
                print(printable(line))


def _lines(one: Compared, words: dict[str, str]) -> Iterator[str]:
    note = words["only_new"] if one.old is None else words["only_old"] if one.new is None else ""
    if not note and not one.changed():
        note = words["same"]
    yield f"{one.rule}{f' ({note})' if note else ''}"
    old, new = one.old or Sums(), one.new or Sums()
    for key in ("firings", "mails", "notices", "held"):
        before, after = getattr(old, key), getattr(new, key)
        if before or after:
            yield _row(words[key], str(before), str(after))
    for currency in sorted({*old.money, *new.money}):
        for what in ("expected", "earned", "invoiced"):
            before, after = _amount(old, currency, what), _amount(new, currency, what)
            if before or after:
                yield _row(words[what], f"{before} {currency}", f"{after} {currency}")
    gone, come = sorted(old.recipients - new.recipients), sorted(new.recipients - old.recipients)
    kept = sorted(old.recipients & new.recipients)
    people = [*kept, *(f"-{person}" for person in gone), *(f"+{person}" for person in come)]
    if people:
        yield f"    {words['recipients']:<24} {_joined(people)}"


def _row(word: str, before: str, after: str) -> str:
    return f"    {word:<24} {before}" + (f" → {after}" if before != after else "")


def _amount(side: Sums, currency: str, what: str) -> Decimal | int:
    return side.money.get(currency, {}).get(what, 0)


def _joined(people: Iterable[str]) -> str:
    listed = list(people)
    return ", ".join(listed[:12]) + (f" … {len(listed) - 12}" if len(listed) > 12 else "")

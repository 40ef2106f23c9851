"""``b24sync replay --compare``: the recorded history under two configurations, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from b24sync.engine.rehearsal.comparison import Compared, Sums, compared, sums_of
from b24sync.engine.rehearsal.past_actions import PastActions
from b24sync.log import json_line, printable
from b24sync.rules.formats import money
from b24sync.words import language
from b24sync.words.replay import COMPARED
from b24sync.words.vocabulary import person_word

if TYPE_CHECKING:
    from decimal import Decimal

    from b24sync.app import App
    from b24sync.domain.calendar import Calendar
    from b24sync.engine.history_replay import Replay


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


def show(old: dict[str, Sums], new: dict[str, Sums], *, names: Mapping[str, str], as_json: bool) -> None:
    """Print every rule, old against new.

    Args:
        old: The sums of the rules as they are.
        new: Those of the other configuration.
        names: ``user:5`` → the name that is known of him.
        as_json: As JSON Lines, with ids alone.
    """
    for one in compared(old, new):
        if as_json:
            sides = {"old": one.old and one.old.shown(), "new": one.new and one.new.shown()}
            print(json_line({"rule": one.rule, "changed": one.changed(), **sides}))
        else:
            for line in _lines(one, names):
                print(printable(line))


def _lines(one: Compared, names: Mapping[str, str]) -> Iterator[str]:
    note = "only_new" if one.old is None else "only_old" if one.new is None else ""
    if not note and not one.changed():
        note = "same"
    yield f"{one.rule} ({COMPARED[note]()})" if note else one.rule
    old, new = one.old or Sums(), one.new or Sums()
    for key in ("firings", "mails", "notices", "held"):
        before, after = getattr(old, key), getattr(new, key)
        if before or after:
            yield _row(COMPARED[key](), str(before), str(after))
    for currency in sorted({*old.money, *new.money}):
        for what in ("expected", "earned", "invoiced"):
            before, after = _amount(old, currency, what), _amount(new, currency, what)
            if before or after:
                told = [money(amount, language=language(), currency=currency) for amount in (before, after)]
                yield _row(COMPARED[what](), told[0], told[1])
    gone, come = sorted(old.recipients - new.recipients), sorted(new.recipients - old.recipients)
    kept = sorted(old.recipients & new.recipients)
    everybody = [(kept, ""), (gone, "-"), (come, "+")]
    people = [f"{sign}{names.get(one) or person_word(one)}" for listed, sign in everybody for one in listed]
    if people:
        yield f"    {COMPARED['recipients']():<24} {_joined(people)}"


def _row(word: str, before: str, after: str) -> str:
    return f"    {word:<24} {before}" + (f" → {after}" if before != after else "")


def _amount(side: Sums, currency: str, what: str) -> Decimal | int:
    return side.money.get(currency, {}).get(what, 0)


def _joined(people: Iterable[str]) -> str:
    listed = list(people)
    return ", ".join(listed[:12]) + (f" … {len(listed) - 12}" if len(listed) > 12 else "")

"""``b24sync test``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b24sync.calendars import make_calendar
from b24sync.clock import SystemClock
from b24sync.config.find import Source
from b24sync.domain.values import Secret
from b24sync.engine.rehearsal.compare import Difference, differences
from b24sync.engine.rehearsal.rehearsal import Rehearsal
from b24sync.errors import StoreError, UsageError
from b24sync.log import json_line, printable
from b24sync.portal.webhook import Webhook
from b24sync.rest.kinds import kinds_from
from b24sync.rules.language import Language
from b24sync.store import Store
from b24sync.words import commands as said
from b24sync.words import speak
from b24sync.words.verdicts import verdict

if TYPE_CHECKING:
    from datetime import tzinfo

    from b24sync.cli.session import Session
    from b24sync.config.load import Loaded
    from b24sync.domain.rule_test import RuleTest
    from b24sync.domain.settings import Settings

_WORDS = {
    "ru": {
        "ok": "верно",
        "differs": "НЕ ТАК",
        "expected": "ожидалось",
        "got": "получилось",
        "missing": "нет ожидаемого действия",
        "extra": "лишнее действие",
        "rule": "нет правила",
        "near": "возможно, имелось в виду",
        "none": "нет",
        "summary": "Проверок: {total}, верно: {right}, не так: {wrong}",
        "no_tests": "{path}: проверок нет (таблицы [[tests]])",
    },
    "en": {
        "ok": "ok",
        "differs": "DIFFERS",
        "expected": "expected",
        "got": "got",
        "missing": "the expected action is missing",
        "extra": "an action that is not expected",
        "rule": "no rule called",
        "near": "did you mean",
        "none": "none",
        "summary": "{total} tests, {right} right, {wrong} wrong",
        "no_tests": "{path}: there are no [[tests]]",
    },
}


def run(session: Session, file: Path | None, *, as_json: bool) -> int:
    """Try every test; 1 if one differs.

    Raises:
        UsageError: The file is a folder.
    """
    if file is not None and file.is_dir():
        raise UsageError(said.IS_FOLDER(path=file), remedy=said.NAME_A_FILE())
    sources = session.sources() if file is None else [Source(file)]
    return max([_tried(session.load(source, offline=True), as_json=as_json) for source in sources])


def _tried(loaded: Loaded, *, as_json: bool) -> int:
    settings = loaded.settings
    words = _WORDS[settings.language]
    speak(settings.language)
    scratch = Store.in_memory()
    wrong = 0
    try:
        rehearsal = _rehearsal(settings, scratch)
        for test in settings.tests:
            wrong += _one(rehearsal, test, words, as_json=as_json)
    finally:
        scratch.close()
    if not as_json:
        total = len(settings.tests)
        summary = words["summary"].format(total=total, right=total - wrong, wrong=wrong)
        print(summary if total else words["no_tests"].format(path=loaded.path))
    return 1 if wrong else 0


def _one(rehearsal: Rehearsal, test: RuleTest, words: dict[str, str], *, as_json: bool) -> bool:
    """Try one test and tell how it ended; whether it differs."""
    trial = rehearsal.run(test)
    names = [rule.name for rule in rehearsal.settings.rules]
    found = differences(test.expect, trial, rules=names, tz=rehearsal.tz)
    if as_json:
        actions = [action.shown() for action in trial.actions]
        shown = [difference.shown() for difference in found]
        print(
            json_line(_plain({"name": test.name, "ok": not found, "differences": shown, "actions": actions}))
        )
    else:
        print(printable(f"{words['differs' if found else 'ok']:<8} {test.name}"))
        for line in _lines(found, words):
            print(printable(line))
    sys.stdout.flush()
    return bool(found)


def _lines(found: Iterable[Difference], words: dict[str, str]) -> Iterable[str]:
    for one in found:
        hint = f" ({one.hint})" if one.hint else ""
        match one.what:
            case "rule":
                near = f" ({words['near']} {one.hint}?)" if one.hint else ""
                yield f"    {words['rule']} {one.expected['rule']}{near}"
            case "missing":
                why = f" ({verdict(one.hint)})" if one.hint else ""
                yield f"    {one.where}: {words['missing']}{why}"
            case "extra":
                yield f"    {one.where}: {words['extra']}: {_text(_effect(one.got), words)}"
            case _:
                yield f"    {one.where}: {one.key}{hint}"
                yield from _block(words["expected"], _text(one.expected, words))
                yield from _block(words["got"], _text(one.got, words))


def _block(word: str, text: str) -> Iterable[str]:
    first, *others = text.splitlines() or [""]
    yield f"        {word}: {first}"
    yield from (f"        {' ' * len(word)}  {line}" for line in others)


def _effect(shown: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shown.items() if key not in {"rule", "step", "position", "changed"}}


def _text(value: Any, words: dict[str, str]) -> str:
    if value is None:
        return words["none"]
    if isinstance(value, list):
        return ", ".join(_text(one, words) for one in value) or words["none"]
    return json_line(_plain(value)) if isinstance(value, dict) else str(value)


def _plain(value: Any) -> Any:
    """A value of the configuration as JSON."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _rehearsal(settings: Settings, scratch: Store) -> Rehearsal:
    clock = SystemClock()
    zone = _zone(settings)
    _take_calendars(settings.store.path, scratch)
    kinds = kinds_from(
        settings.invoice.api, {name: kind.entity_type_id for name, kind in settings.kinds.items()}
    )

    def calendar() -> Any:
        return make_calendar(settings, scratch, clock)

    language = Language(settings.language, zone, calendar)
    base_url = _base_url(settings.portal.webhook)
    return Rehearsal(
        settings=settings,
        kinds=kinds,
        base_url=base_url,
        tz=zone,
        language=language,
        calendar=calendar,
        now=clock.now(),
    )


def _take_calendars(database: Path, scratch: Store) -> None:
    """Take over the official calendars that were imported; there may be no database, or none for us."""
    if not database.exists():
        return
    with suppress(StoreError), closing(Store.read_only(database)) as kept, scratch.transaction():
        for country, year, text in kept.meta.calendars():
            scratch.meta.put_calendar(country, year, text, at=0)


def _zone(settings: Settings) -> tzinfo:
    from datetime import UTC

    if not settings.timezone:
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(settings.timezone)


def _base_url(webhook: Secret) -> str:
    try:
        return Webhook.parse(webhook.reveal()).origin
    except ValueError:  # it is in the environment, which a test need not have
        return "https://portal.invalid"

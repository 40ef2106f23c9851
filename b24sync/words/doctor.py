"""What ``doctor`` finds and advises.

The checks speak English; their sentences are the keys, as in gettext. `said` gives the sentence of the
language that is spoken, and the English one where there is none. The probes (`b24sync.words.doctor_probes`)
say theirs in both languages at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from b24sync.words import Both, Message, language
from b24sync.words.doctor_machine import CALENDAR, DATABASE
from b24sync.words.doctor_mail import MAIL
from b24sync.words.doctor_names import FIELDS, RULES, STAFF, STAGES
from b24sync.words.doctor_portal import ACCESS, EXAMINATION, FEEDS

STATUSES: Mapping[str, Message] = {
    "ok": Message("ок", "ok"),
    "warn": Message("внимание", "warn"),
    "fail": Message("ошибка", "fail"),
}
TOTALS = Message(
    "ошибок: {fail}, предупреждений: {warn}, в порядке: {ok}", "{fail} failed, {warn} warnings, {ok} ok"
)

SENTENCES: tuple[Message, ...] = (
    *RULES,
    *ACCESS,
    *CALENDAR,
    *DATABASE,
    *EXAMINATION,
    *FEEDS,
    *FIELDS,
    *MAIL,
    *STAFF,
    *STAGES,
)
"""In the order in which they are tried."""


_SENTENCES_WITHIN = ("rest", "hidden", "how", "why")


def _each(text: str) -> str:
    """Sentences within one, each by itself."""
    return "; ".join(said(part) for part in text.split("; "))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Message], ...]:
    return tuple((pattern_of(one.en), one) for one in SENTENCES)


def pattern_of(template: str) -> re.Pattern[str]:
    """What a sentence of a template looks like, whatever its values are."""
    parts = re.split(r"\{(\w+)\}", template)
    text = "".join(re.escape(part) if n % 2 == 0 else f"(?P<{part}>.*?)" for n, part in enumerate(parts))
    return re.compile(text, re.DOTALL)


def said(text: str | Both) -> str:
    """A sentence of a check in the language that is spoken."""
    if isinstance(text, Both):
        return text.said()
    if language() == "en":
        return text
    for pattern, message in _patterns():
        found = pattern.fullmatch(text)
        if found:
            values = found.groupdict()
            more = {name: _each(values[name]) for name in _SENTENCES_WITHIN if name in values}
            return message.ru.format(**{**values, **more})
    return text

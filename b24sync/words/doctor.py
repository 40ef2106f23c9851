"""The frame of what ``doctor`` says: how a line and the last line look.

Its sentences are in the modules beside this one whose names begin alike (`doctor_portal`, …). A finding
holds each in both languages: ``--json`` speaks English, people are told in theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Both, Message

STATUSES: Mapping[str, Message] = {
    "ok": Message("ок", "ok"),
    "warn": Message("внимание", "warn"),
    "fail": Message("ошибка", "fail"),
}
TOTALS = Message(
    "ошибок: {fail}, предупреждений: {warn}, в порядке: {ok}", "{fail} failed, {warn} warnings, {ok} ok"
)


def said(text: str | Both) -> str:
    """A sentence of a finding in the language that is spoken; a plain text is in it already."""
    return text.said() if isinstance(text, Both) else text

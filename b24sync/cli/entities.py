"""Entities as people type them: ``512``, ``№125``, ``invoice:512``; they are shown as ``invoice:512``."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from b24sync.domain.entity import INVOICE, Key
from b24sync.errors import UsageError
from b24sync.words import listing as words

if TYPE_CHECKING:
    from collections.abc import Collection

    from b24sync.app import App

_SHOWN = 20


def number_in(text: str) -> str:
    """The invoice's number of ``№125``, ``#125``, ``invoice:№125``; empty if the text is none."""
    plain = text.strip().removeprefix(f"{INVOICE}:").strip()
    return plain.lstrip("№#").strip() if plain.startswith(("№", "#")) else ""


def key_in(app: App, text: str, *, kind: str = INVOICE) -> Key:
    """The entity of an id or ``kind:id``; a bare id is of ``kind``.

    Raises:
        UsageError: It is none, or of a kind that is not configured.
    """
    plain = text.strip()
    typed, colon, number = plain.rpartition(":")
    number = number.strip()
    if not (number.isascii() and number.isdigit() and int(number) > 0) or (colon and not typed):
        raise UsageError(words.NO_ENTITY(text=text), remedy=words.NO_ENTITY_REMEDY())
    found = typed.strip().casefold() if colon else kind
    if found not in app.kinds:
        raise UsageError(words.UNKNOWN_KIND(kind=typed), remedy=did_you_mean(found, app.kinds))
    return Key(found, int(number))


def known_entity(app: App, text: str, *, kind: str = INVOICE) -> Key:
    """The entity that a text names, by what the database knows.

    Raises:
        UsageError: None is named, or several.
    """
    number = number_in(text)
    if not number:
        return key_in(app, text, kind=kind)
    found = app.store.snapshot.invoices_numbered(number)
    if len(found) == 1:
        return Key(INVOICE, found[0])
    if found:
        which = ", ".join(f"{INVOICE}:{one}" for one in found[:_SHOWN])
        raise UsageError(words.SEVERAL_NUMBERED(number=number), remedy=words.NAME_ONE(which=which))
    raise UsageError(words.NONE_NUMBERED(number=number), remedy=words.NO_ENTITY_REMEDY())


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The nearest of the words that there are, else all of them."""
    near = get_close_matches(word, list(known), 1)
    return words.DID_YOU_MEAN(word=near[0]) if near else words.KNOWN(words=", ".join(sorted(known)))

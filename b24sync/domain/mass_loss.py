"""What a reconcile says of a kind whose entities are suddenly gone in numbers: it asks a person first.

The database keeps the two numbers, so that every reader hears of it in his own language.
"""

from __future__ import annotations

import json

from b24sync.words import Both
from b24sync.words.polling import GONE


def kept(missing: int, known: int) -> str:
    """The text for the database: how many of how many known ones are gone."""
    return json.dumps({"missing": missing, "known": known})


def told(text: str) -> Both:
    """What such a text says; one of an earlier version is a sentence already."""
    if not text.startswith("{"):
        return Both(text, text)
    numbers = json.loads(text)
    return GONE.both(missing=numbers["missing"], known=numbers["known"])

"""What a rule said of an event, in words.

It is recorded in English (contract.md §4: reasons stay as they are) and said anew when it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from b24sync.words import Message

FITS = Message("событие подходит", "the event fits")
FITS_AND_HELD = Message("событие подходит, условие выполнено", "the event fits and when held")
LISTENS = Message("ждёт другого: {events}", "listens to {events}")
FROM = Message("было {now}, нужно {wanted}", "from is {now}, wanted {wanted}")
TO = Message("стало {now}, нужно {wanted}", "to is {now}, wanted {wanted}")
AFTER = Message("простояло {now}, нужно {wanted}", "after is {now}, wanted {wanted}")
OVER = Message("срок вышел раньше, чем появилось правило", "the time was over when the rule was new")
FALSE = Message("условие не выполнено: {when}", "when is false: {when}")
FALSE_HERE = Message("условие не выполнено: {when}; здесь {values}", "when is false: {when}; here {values}")
UNJUDGED = Message("условие не удалось проверить: {why}", "when cannot be judged: {why}")
REFUSED = Message("портал не отдал связанные данные: {why}", "a link was refused: {why}")
WAITS = Message("ждёт связанных данных", "waits for linked data")
NEWER = Message(
    "не спрашивалось: правило новее события (проверит b24sync replay)",
    "was not asked: the rule is newer than the event (b24sync replay asks it)",
)
OR = Message(" или ", " or ")
NONE = Message("без стадии", "none")
GONE = Message("{said} (правила больше нет)", "{said} (the rule is gone since)")

_PATTERNS: Mapping[str, Message] = {
    r"the event (fits|fitted)": FITS,
    r"the event fits and when held": FITS_AND_HELD,
    r"listens to (?P<events>.*)": LISTENS,
    r"from is (?P<now>.*), wanted (?P<wanted>.*)": FROM,
    r"to is (?P<now>.*), wanted (?P<wanted>.*)": TO,
    r"after is (?P<now>.*), wanted (?P<wanted>.*)": AFTER,
    r"the time was over when the rule was new": OVER,
    r"when is false: (?P<when>.*); here (?P<values>.*)": FALSE_HERE,
    r"when is false: (?P<when>.*)": FALSE,
    r"when cannot be judged: (?P<why>.*)": UNJUDGED,
    r"a link was refused: (?P<why>.*)": REFUSED,
    r"waits": WAITS,
    r"was not asked: the rule is newer than the event.*": NEWER,
}


def verdict(reason: str, *, titled: Callable[[str], str] = str) -> str:
    """A recorded reason in the language that is spoken; one that is not known as it is.

    Args:
        reason: As it was recorded.
        titled: A status or stage as people know it.
    """
    gone = reason.endswith(" (the rule is gone since)")
    plain = reason.removesuffix(" (the rule is gone since)") if gone else reason
    said = next(
        (
            message(**{name: _listed(name, text, titled) for name, text in found.groupdict().items()})
            for pattern, message in _PATTERNS.items()
            if (found := re.fullmatch(pattern, plain, re.DOTALL))
        ),
        plain,
    )
    return GONE(said=said) if gone else said


def _listed(name: str, text: str, titled: Callable[[str], str]) -> str:
    """What was wanted is a list: statuses and stages, as ``sent or paid``."""
    if name not in {"wanted", "now"}:
        return text
    shown = (NONE() if one == "none" else titled(one) for one in text.split(" or "))
    return OR().join(dict.fromkeys(shown))  # stages of several funnels may be called alike

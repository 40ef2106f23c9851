"""Whether people selectors and mail addresses are written right (contract.md §5 "People")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.config.known_names import COMMON
from b24sync.domain.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

OF_THE_EVENT = ("responsible", "creator", "department_head")
_NUMBERED = re.compile(r"(user|department):([1-9]\d{0,9})")
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_SENDER = re.compile(rf"(?:[^<>\r\n]*<\s*{_ADDRESS.pattern}\s*>|{_ADDRESS.pattern})")
_ENDS = ("responsible", "responsible_id", "creator")


def is_address(text: str) -> bool:
    """Whether a text looks like one bare e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


def is_sender(text: str) -> bool:
    """Whether a text looks like ``Name <box@host>`` or a bare address."""
    return _SENDER.fullmatch(text.strip()) is not None


def meaning_of(name: str, people: Mapping[str, str]) -> str:
    """The selector behind a name of ``[people]``, which may be another name; empty.

    The names lead round in a circle.
    """
    for _ in range(len(people) + 1):
        if name not in people:
            return name
        name = people[name]
    return ""


@dataclass(frozen=True, slots=True)
class Selectors:
    """What people selectors may use at one place.

    Attributes:
        people: ``[people]``.
        roots: Names that a path may begin with; empty where there is no event: only users, departments.
    """

    people: Mapping[str, str]
    roots: Collection[str]

    def fault(self, text: str) -> str:
        """What is wrong with a selector; empty: nothing."""
        if text in self.people:
            return self._fault_of_named(text)
        if _NUMBERED.fullmatch(text):
            return ""
        if text in OF_THE_EVENT:
            return "" if self.roots else f"'{text}' needs an event, and there is none here (write user:ID)"
        if ":" in text:
            return f"'{text}' is no selector (write user:ID or department:ID)"
        if "." in text:
            return self._fault_of_path(text)
        return self._unknown(text)

    def address_fault(self, text: str) -> str:
        """What is wrong with who gets a mail; empty: nothing. Templates are checked elsewhere."""
        if "{{" in text or text in {"contact", "company"} or is_address(text):
            return ""
        if "@" in text:
            return f"'{text}' is no e-mail address (write box@host)"
        return self.fault(text)

    def _unknown(self, text: str) -> str:
        near = did_you_mean(text, [*self.people, *(OF_THE_EVENT if self.roots else ())])
        if near:
            return f"no person called '{text}' (did you mean {near}?)"
        known = f"known: {', '.join(self.people)}; " if self.people else ""
        return (
            f"no person called '{text}' ({known}or user:ID)"
            if known
            else f"no person called '{text}' (write user:ID)"
        )

    def _fault_of_named(self, name: str) -> str:
        meaning = meaning_of(name, self.people)
        root = meaning.partition(".")[0]
        if not self.roots and (meaning in OF_THE_EVENT or "." in meaning):
            return f"'{name}' is {meaning}, which needs an event, and there is none here (write user:ID)"
        if self.roots and "." in meaning and root not in self.roots:
            return f"'{name}' is {meaning}, and these events have no {root}"
        return ""

    def _fault_of_path(self, text: str) -> str:
        root, *rest = text.split(".")
        if not self.roots:
            return f"'{text}' needs an event, and there is none here (write user:ID)"
        things = sorted(set(self.roots) - COMMON - {"row", "rows", "commission"})
        if root not in things:
            near = did_you_mean(root, things)
            advice = f"did you mean {near}?" if near else f"known: {', '.join(things)}"
            return f"'{text}': there is no {root} here ({advice})"
        if rest[:1] == ["fields"] and len(rest) == 2 and rest[1]:
            return ""
        if len(rest) == 1 and rest[0] in _ENDS:
            return ""
        near = did_you_mean(rest[0], _ENDS) if len(rest) == 1 else ""
        advice = f"did you mean {root}.{near}?" if near else f"write {root}.responsible or {root}.fields.CODE"
        return f"'{text}' is no path to a person ({advice})"

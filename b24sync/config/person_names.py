"""Whether people selectors and mail addresses are written right (contract.md §5 "People")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.config.known_names import COMMON
from b24sync.domain.addresses import address_fault
from b24sync.domain.wording import did_you_mean
from b24sync.words import advice
from b24sync.words import config_people as words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from b24sync.words import Both

OF_THE_EVENT = ("responsible", "creator", "department_head")
_NUMBERED = re.compile(r"(user|department):([1-9]\d{0,9})")
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_ENDS = ("responsible", "responsible_id", "creator")


def is_address(text: str) -> bool:
    """Whether a text looks like one bare e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


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

    def fault(self, text: str) -> Both | None:
        """What is wrong with a selector; ``None``: nothing."""
        if text in self.people:
            return self._fault_of_named(text)
        if _NUMBERED.fullmatch(text):
            return None
        if text in OF_THE_EVENT:
            return None if self.roots else words.NEEDS_EVENT.both(text=text)
        if ":" in text:
            return words.NO_SELECTOR.both(text=text)
        if "." in text:
            return self._fault_of_path(text)
        return self._unknown(text)

    def address_fault(self, text: str) -> Both | None:
        """What is wrong with who gets a mail; ``None``: nothing. Templates are checked elsewhere."""
        if "{{" in text or text in {"contact", "company"}:
            return None
        if "@" in text:
            return address_fault(text) if is_address(text) else words.NO_ADDRESS.both(text=text)
        return self.fault(text)

    def _unknown(self, text: str) -> Both:
        near = did_you_mean(text, [*self.people, *(OF_THE_EVENT if self.roots else ())])
        if near:
            hint = advice.meant(near)
        elif self.people:
            hint = advice.known(list(self.people), otherwise=words.AN_ID.both())
        else:
            hint = advice.in_brackets(words.WRITE_ID.both())
        return words.NOBODY.both(text=text, hint=hint)

    def _fault_of_named(self, name: str) -> Both | None:
        meaning = meaning_of(name, self.people)
        root = meaning.partition(".")[0]
        if not self.roots and (meaning in OF_THE_EVENT or "." in meaning):
            return words.NAMED_NEEDS_EVENT.both(name=name, meaning=meaning)
        if self.roots and "." in meaning and root not in self.roots:
            return words.NAMED_ELSEWHERE.both(name=name, meaning=meaning, root=root)
        return None

    def _fault_of_path(self, text: str) -> Both | None:
        root, *rest = text.split(".")
        if not self.roots:
            return words.NEEDS_EVENT.both(text=text)
        things = sorted(set(self.roots) - COMMON - {"row", "rows", "commission"})
        if root not in things:
            near = did_you_mean(root, things)
            hint = advice.meant(near) if near else advice.known(things)
            return words.NO_ROOT.both(text=text, root=root, hint=hint)
        if rest[:1] == ["fields"] and len(rest) == 2 and rest[1]:
            return None
        if len(rest) == 1 and rest[0] in _ENDS:
            return None
        near = did_you_mean(rest[0], _ENDS) if len(rest) == 1 else ""
        way = words.WRITE_WAY.both(root=root)
        return words.NO_WAY.both(
            text=text, hint=advice.meant(f"{root}.{near}") if near else advice.in_brackets(way)
        )

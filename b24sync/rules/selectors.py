"""People selectors (contract.md §5 "People"): from words of the configuration to users of the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from b24sync.domain.entity import Entity
from b24sync.domain.wording import did_you_mean
from b24sync.rest.json_values import id_or_none
from b24sync.rest.people import User
from b24sync.rules.text_errors import TextError
from b24sync.words import advice
from b24sync.words import config_people as people_words
from b24sync.words import remedies as words

if TYPE_CHECKING:
    from b24sync.rules.reach import Reach

Way: TypeAlias = Literal["responsible", "creator", "head", "user", "department", "field"]
WORDS = ("responsible", "creator", "department_head")
_CREATOR_CODES = ("createdBy", "CREATED_BY_ID", "CREATED_BY")
_MAX_NAMES = 10


@dataclass(frozen=True, slots=True)
class Selector:
    """Who is meant.

    Attributes:
        text: As written, for messages.
        way: How to find them.
        root: Kind of the linked entity to ask; empty: the event's own.
        code: For a field: the portal's code.
        number: For a user or a department: the id.
    """

    text: str
    way: Way
    root: str = ""
    code: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, each once, in the order of the selectors.

    Attributes:
        left_out: Those who were meant and are dismissed, as sentences.
        nobody: Selectors behind which there is nobody, as sentences.
    """

    users: tuple[User, ...] = ()
    left_out: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()


def parse_selector(text: str, known_people: Mapping[str, str]) -> Selector:
    """Read a selector.

    Args:
        text: As written.
        known_people: ``[people]``: name → selector.

    Raises:
        TextError: It is none.
    """
    written = text.strip()
    meaning = written
    for _ in range(_MAX_NAMES):
        if meaning not in known_people:
            return _parsed(written, meaning, known_people)
        meaning = known_people[meaning].strip()
    raise TextError(people_words.IN_A_CIRCLE.both(selector=f"people.{written}"))


def _parsed(text: str, meaning: str, known_people: Iterable[str]) -> Selector:
    word, colon, number = meaning.partition(":")
    if colon:
        found = id_or_none(number)
        if word not in {"user", "department"} or found is None:
            raise TextError(people_words.NO_SELECTOR.both(text=text))
        return Selector(text, "user" if word == "user" else "department", number=found)
    if meaning == "department_head":
        return Selector(text, "head")
    root, dot, rest = meaning.rpartition(".")
    if rest in {"responsible", "responsible_id"} and "." not in root and (dot or rest == "responsible"):
        return Selector(text, "responsible", root)
    if rest == "creator" and "." not in root:
        return Selector(text, "creator", root)
    return _parsed_path(text, meaning, known_people)


def _parsed_path(text: str, meaning: str, known_people: Iterable[str]) -> Selector:
    parts = meaning.split(".")
    if len(parts) == 3 and parts[1] == "fields" and all(parts):
        return Selector(text, "field", parts[0], parts[2])
    if "." in meaning:
        way = people_words.WRITE_WAY.both(root=parts[0])
        raise TextError(people_words.NO_WAY.both(text=text, hint=advice.in_brackets(way)))
    known = sorted(known_people)
    near = did_you_mean(meaning, [*known, *WORDS])
    hint = advice.meant(near) if near else advice.known(known, otherwise=people_words.AN_ID.both())
    raise TextError(people_words.NOBODY.both(text=text, hint=hint))


def find(selectors: Sequence[Selector], *, reach: Reach, entity: Entity | None, several: bool) -> Found:
    """Who is behind the selectors.

    Args:
        selectors: In order of preference.
        reach: The portal.
        entity: The event's entity; ``None`` if it is gone or there is no event.
        several: Whether a department means its members (in ``to``) or its head (elsewhere).

    Raises:
        PendingError: Something must be asked first.
    """
    search = _Search(reach, entity, several=several)
    groups = reach.loader.each([lambda one=one: search.users(one) for one in selectors])  # type: ignore[misc]
    users: dict[int, User] = {}
    left_out: dict[str, None] = {}
    for group in groups:
        for user in group:
            if user.active:
                users.setdefault(user.id, user)
            else:
                left_out[words.DISMISSED(name=user.name, id=user.id)] = None
    nobody = [
        words.NOBODY(selector=one.text) for one, group in zip(selectors, groups, strict=True) if not group
    ]
    return Found(tuple(users.values()), tuple(left_out), tuple(nobody))


class _Search:
    def __init__(self, reach: Reach, entity: Entity | None, *, several: bool) -> None:
        self._reach = reach
        self._entity = entity
        self._several = several

    def users(self, selector: Selector) -> list[User]:
        """The users that one selector means, dismissed ones too."""
        match selector.way:
            case "user":
                return self._of_ids([selector.number])
            case "department":
                return self._of_department(selector.number)
            case "head":
                return self._head()
            case "responsible":
                entity = self._asked(selector.root)
                return self._of_ids([] if entity is None else [entity.values.get("responsible_id")])
            case "creator":
                return self._of_ids(_creator_ids(self._asked(selector.root)))
            case "field":
                entity = self._asked(selector.root)
                return self._of_ids([] if entity is None else user_ids(entity.fields.get(selector.code)))

    def _asked(self, root: str) -> Entity | None:
        if self._entity is None or not root:
            return self._entity
        return self._reach.linked(self._entity, root)

    def _of_ids(self, ids: Iterable[int | None]) -> list[User]:
        wanted = [number for number in ids if number is not None]
        found = self._reach.loader.each([lambda n=number: self._reach.user(n) for number in wanted])  # type: ignore[misc]
        return [user for user in found if user is not None]

    def _of_department(self, number: int) -> list[User]:
        if self._several:
            return self._reach.members(number)
        department = self._reach.departments().get(number)
        return self._of_ids([] if department is None else [department.head_id])

    def _head(self) -> list[User]:
        # Departments are wanted in any case; asking for them beside the responsible saves a round.
        responsible, _ = self._reach.loader.each([self._responsible, self._departments_read])
        head = self._reach.head_of(responsible[0]) if responsible else None
        return [] if head is None else [head]

    def _responsible(self) -> list[User]:
        return self.users(Selector("responsible", "responsible"))

    def _departments_read(self) -> list[User]:
        self._reach.departments()
        return []


def _creator_ids(entity: Entity | None) -> list[int]:
    if entity is None:
        return []
    found = next((entity.fields[code] for code in _CREATOR_CODES if code in entity.fields), None)
    return user_ids(found)


def user_ids(value: Any) -> list[int]:
    """The users that a field holds: ``12``, ``"12"``, ``"user_12"``, or a list of such.

    Each once, in order.
    """
    if isinstance(value, list | tuple):
        return list(dict.fromkeys(number for one in value for number in user_ids(one)))
    text = value.strip().lower().removeprefix("user_") if isinstance(value, str) else value
    number = id_or_none(text)
    return [] if number is None else [number]

"""What texts, conditions and steps need of the portal.

Entities, links, people, rows, loaded as far as the names ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import Entity, Key
from b24sync.ports import Effects
from b24sync.rules import selectors as selector_rules
from b24sync.rules.loader import Loader
from b24sync.rules.reach import Reach
from b24sync.rules.root_names import EACH, Path, links_of
from b24sync.rules.scope import (
    EntityView,
    EventView,
    PeopleView,
    RowsView,
    RowView,
    untitled,
    user_view,
    view_of,
)
from b24sync.rules.text_values import MISSING, Missing

if TYPE_CHECKING:
    from b24sync.domain.event import Event
    from b24sync.rest.kinds import Kind
    from b24sync.rest.people import User
    from b24sync.rest.rows import Row
    from b24sync.rules.scope import StageTitles, View

_SECTION = ("rows", EACH, "section_id")


@dataclass(frozen=True, slots=True)
class Near:
    """What texts and conditions see of an event without asking the portal.

    Attributes:
        tz: The company's zone.
        now: The portal's time in that zone.
        titles: The portal's titles of stages.
    """

    tz: tzinfo
    now: datetime
    titles: StageTitles = untitled

    def event(self, event: Event | None) -> EventView | Missing:
        """The event; of none, nothing."""
        return MISSING if event is None else EventView(event, self.tz, self.titles)

    def entity(self, entity: Entity | None) -> EntityView | Missing:
        """An entity; of a missing link, nothing."""
        return view_of(entity, tz=self.tz, titles=self.titles)

    def scope(self, entity: Entity, event: Event) -> dict[str, Any]:
        """All names that need no answer of the portal."""
        return {entity.key.kind: self.entity(entity), "event": self.event(event), "now": self.now}


class Linker:
    """Loads for one group of generators.

    Equal questions are asked once, so make a new one where fresh answers are wanted.

    Every method that gives a Talk only reads.
    """

    def __init__(
        self,
        *,
        kinds: Mapping[str, Kind],
        statuses: Mapping[str, str],
        base_url: str,
        tz: tzinfo,
        now: datetime,
        people: Mapping[str, str],
        commission: Callable[[Key], View] | None = None,
        titles: StageTitles = untitled,
        loader: Loader | None = None,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            kinds: All kinds of the installation.
            statuses: Stage id → status name of invoices.
            base_url: ``https://HOST`` of the portal.
            tz: The company's zone.
            now: The portal's time.
            people: ``[people]``: name → selector.
            commission: What ``commission`` is for an entity; ``None``: the configuration has none.
            titles: The portal's titles of stages.
            loader: Answers that it shares with others; ``None``: its own, all asked anew.
        """
        self._reach = Reach(loader or Loader(), kinds=kinds, statuses=statuses, base_url=base_url)
        self.near = Near(tz, now.astimezone(tz), titles)
        self._people = people
        self._commission = commission

    def imagine(self, instead: Mapping[Key, Mapping[str, Any]]) -> None:
        """Take entities to hold these values instead of what the portal shows of them."""
        self._reach.imagined = instead

    def know(self, *entities: Entity) -> None:
        """Take over entities that have just been read, so that they are not read again."""
        for entity in entities:
            self._reach.know(entity)

    def entity(self, kind: str, entity_id: int) -> Effects[Entity | None]:
        """An entity; ``None`` if the portal has none of this id; a refusal to show it is raised."""
        return self._talk(partial(self._reach.entity, Key(kind, entity_id)))

    def entities(self, keys: Sequence[Key]) -> Effects[dict[Key, Entity | None]]:
        """Several entities, asked at once."""
        branches = [partial(self._reach.entity, key) for key in keys]
        return self._talk(lambda: dict(zip(keys, self._reach.loader.each(branches), strict=True)))

    def linked(self, subject: Key | Entity, *names: str) -> Effects[dict[str, Entity | None]]:
        """What an entity is linked to, by kind, as ``deal`` and ``contact`` of an invoice."""

        def compute() -> dict[str, Entity | None]:
            entity = self._subject(subject)
            if entity is None:
                return dict.fromkeys(names)
            branches = [partial(self._reach.linked, entity, name) for name in names]
            return dict(zip(names, self._reach.loader.each(branches), strict=True))

        return self._talk(compute)

    def rows(self, key: Key) -> Effects[list[Row]]:
        """The product rows of an entity."""
        return self._talk(partial(self._reach.rows, key))

    def sections(self, product_ids: Iterable[int]) -> Effects[dict[int, tuple[int, ...]]]:
        """For each product its section and those above, nearest first; empty if it has none."""
        wanted = list(dict.fromkeys(product_ids))

        def sections_of(product_id: int) -> tuple[int, ...]:
            section = self._reach.section_of(product_id)
            return () if section is None else self._reach.parents_of_section(section)

        branches = [partial(sections_of, number) for number in wanted]
        return self._talk(lambda: dict(zip(wanted, self._reach.loader.each(branches), strict=True)))

    def user(self, user_id: int) -> Effects[User | None]:
        """A user, dismissed or not."""
        return self._talk(partial(self._reach.user, user_id))

    def resolve(
        self, selectors: Sequence[str], subject: Key | Entity | None, *, several: bool
    ) -> Effects[selector_rules.Found]:
        """The people behind selectors.

        Args:
            selectors: As written in the configuration.
            subject: The event's entity, or its key to have it read; ``None``: there is no event.
            several: Whether a department means its members (in ``to``) or its head (elsewhere).

        Raises:
            TextError: A selector is none.
        """
        parsed = [selector_rules.parse_selector(text, self._people) for text in selectors]

        def compute() -> selector_rules.Found:
            return selector_rules.find(
                parsed, reach=self._reach, entity=self._subject_of(parsed, subject), several=several
            )

        return self._talk(compute)

    def _subject_of(
        self, parsed: Sequence[selector_rules.Selector], subject: Key | Entity | None
    ) -> Entity | None:
        """The event's entity, read only if a selector goes by it."""
        if subject is None or all(selector.way in {"user", "department"} for selector in parsed):
            return None
        return self._subject(subject)

    def scope(
        self,
        names: Iterable[Path],
        subject: Key | Entity,
        *,
        event: Event | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Effects[dict[str, Any]]:
        """The values of the names that a text uses, and of no others.

        Args:
            names: Of one or several texts and conditions (their ``names``).
            subject: The event's entity as it was just read, or its key to have it read.
            event: The event; without one ``event`` is none.
            extra: Values of names that a step adds; they go over others.
        """
        paths = set(names)
        roots = {path[0] for path in paths} - set(extra or {})

        def compute() -> dict[str, Any]:
            wanted = sorted(roots)
            branches = [partial(self._value, root, paths, subject, event) for root in wanted]
            found = zip(wanted, self._reach.loader.each(branches), strict=True)
            return {**{name: value for name, value in found if value is not _UNKNOWN}, **(extra or {})}

        return self._talk(compute)

    def _value(self, root: str, paths: set[Path], subject: Key | Entity, event: Event | None) -> Any:
        match root:
            case "now":
                return self.near.now
            case "event":
                return self.near.event(event)
            case "commission":
                return MISSING if self._commission is None else self._commission(_key(subject))
            case "people":
                return self._people_view(paths, subject)
            case _:
                return self._value_of_entity(root, paths, subject)

    def _value_of_entity(self, root: str, paths: set[Path], subject: Key | Entity) -> Any:
        kind = _key(subject).kind
        if root not in {kind, "responsible", "rows", *links_of(kind)}:
            return _UNKNOWN
        entity = self._subject(subject)
        if entity is None:
            return MISSING
        if root == "rows":
            return self._rows_view(entity, with_sections=_SECTION in paths)
        if root == "responsible":
            responsible = entity.values.get("responsible_id")
            return user_view(None if responsible is None else self._reach.user(responsible))
        return self.near.entity(self._reach.linked(entity, root))

    def _people_view(self, paths: set[Path], subject: Key | Entity) -> PeopleView:
        asked = {path[1] for path in paths if path[0] == "people" and len(path) > 1}
        names = sorted(asked & set(self._people)) or sorted(self._people)

        def first(name: str) -> User | None:
            parsed = [selector_rules.parse_selector(name, self._people)]
            entity = self._subject_of(parsed, subject)
            users = selector_rules.find(parsed, reach=self._reach, entity=entity, several=False).users
            return users[0] if users else None

        found = self._reach.loader.each([partial(first, name) for name in names])
        return PeopleView(dict(zip(names, found, strict=True)))

    def _rows_view(self, entity: Entity, *, with_sections: bool) -> RowsView:
        currency = str(entity.values.get("currency") or "")
        rows = self._reach.rows(entity.key)
        sections = (
            self._reach.loader.each([partial(self._section, row) for row in rows]) if with_sections else []
        )
        padded: list[int | None] = sections or [None] * len(rows)
        return RowsView(
            [RowView(row, currency, one) for row, one in zip(rows, padded, strict=True)], currency
        )

    def _section(self, row: Row) -> int | None:
        return None if row.product_id is None else self._reach.section_of(row.product_id)

    def _subject(self, subject: Key | Entity) -> Entity | None:
        return subject if isinstance(subject, Entity) else self._reach.entity(subject)

    def _talk(self, compute: Callable[[], Any]) -> Effects[Any]:
        return self._reach.loader.effects(compute)


class _Unknown:
    """A name that no event of this kind has."""


_UNKNOWN = _Unknown()


def _key(subject: Key | Entity) -> Key:
    return subject.key if isinstance(subject, Entity) else subject

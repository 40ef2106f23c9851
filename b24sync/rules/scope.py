"""What texts and conditions see.

Views of entities, events, rows and people, with the contract's attributes and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, TypeAlias

from b24sync.domain.entity import INVOICE, Entity
from b24sync.domain.event import Event
from b24sync.rest.people import User
from b24sync.rest.rows import Row
from b24sync.rules.text_values import MISSING, Missing, Money


class View:
    """Something that a text may ask for attributes.

    Whatever ``attribute`` does not give, it does not have.
    """

    __slots__ = ()

    def attribute(self, name: str) -> Any:
        """The value of an attribute.

        Raises:
            KeyError: There is none of this name.
        """
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        """The attributes that there are."""
        return ()


StageTitles: TypeAlias = Callable[[str, str], str]
"""Kind and stage id → the stage's title at the portal; an unknown one stands for itself."""


def untitled(_kind: str, stage: str) -> str:
    """Where titles are not known: the stage itself."""
    return stage


@dataclass(frozen=True, slots=True)
class EntityView(View):
    """An entity by contract names; times are in the company's zone, the amount knows its currency."""

    entity: Entity
    tz: tzinfo
    titles: StageTitles = untitled

    def attribute(self, name: str) -> Any:
        """A contract field, the title of its stage, or ``fields``: everything by the portal's codes."""
        if name == "fields":
            return FieldsView(self.entity.fields)
        if name == title_name(self.entity.key.kind) and "stage_id" in self.entity.values:
            return self.titles(self.entity.key.kind, str(self.entity.values["stage_id"] or ""))
        value = self.entity.values[name]
        if name == "amount" and isinstance(value, Decimal):
            return Money(value, str(self.entity.values.get("currency") or ""))
        return value.astimezone(self.tz) if isinstance(value, datetime) else value

    def names(self) -> Iterable[str]:
        """The contract fields of its kind."""
        return (*self.entity.values, "fields")

    def __str__(self) -> str:
        values = self.entity.values
        return str(values.get("title") or values.get("name") or values.get("number") or self.entity.key)


@dataclass(frozen=True, slots=True)
class FieldsView(View):
    """Fields by the portal's codes.

    A field that the entity does not have is none (``doctor`` finds wrong codes).
    """

    fields: Mapping[str, Any]

    def attribute(self, name: str) -> Any:
        """A field by its code; numbers are exact."""
        return _exact(self.fields.get(name))

    def names(self) -> Iterable[str]:
        """The codes that are there."""
        return self.fields.keys()


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    return [_exact(one) for one in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class EventView(View):
    """The event.

    ``name``, ``entity`` (``invoice:512``), ``occurred_at``, ``from``, ``to``, their titles at the portal
    (``from_title``, ``to_title``), ``by`` (id of the user who did it, where the portal shows it), ``changes``
    (field → [old, new]).
    """

    event: Event
    tz: tzinfo
    titles: StageTitles = untitled

    def attribute(self, name: str) -> Any:
        """One of the nine."""
        event = self.event
        if name == "occurred_at":
            return event.occurred_at.astimezone(self.tz)
        if name in {"from_title", "to_title"}:
            return self._title(*((event.from_stage, event.from_) if name == "from_title" else self._to()))
        seen = {"name": event.name, "entity": str(event.entity), "from": event.from_, "to": event.to}
        return FieldsView(event.changes) if name == "changes" else {**seen, "by": event.by}[name]

    def names(self) -> Iterable[str]:
        """The nine."""
        return ("name", "entity", "occurred_at", "from", "to", "from_title", "to_title", "by", "changes")

    def _to(self) -> tuple[str | None, str | None]:
        return self.event.to_stage, self.event.to

    def _title(self, stage_id: str | None, shown: str | None) -> str | None:
        """The title of a stage; of an unknown one its status name or id."""
        if shown is None:
            return None
        title = self.titles(self.event.entity.kind, stage_id or shown)
        return shown if title == stage_id else title

    def __str__(self) -> str:
        return self.event.name


@dataclass(frozen=True, slots=True)
class UserView(View):
    """A user: ``id``, ``name``, ``email``; shown by name."""

    user: User

    def attribute(self, name: str) -> Any:
        """One of the three."""
        if name in {"id", "name", "email"}:
            return getattr(self.user, name)
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        """The three."""
        return ("id", "name", "email")

    def __str__(self) -> str:
        return self.user.name


@dataclass(frozen=True, slots=True)
class PeopleView(View):
    """The names of ``[people]``; one whom nobody is behind is none."""

    found: Mapping[str, User | None]

    def attribute(self, name: str) -> Any:
        """The user behind a name."""
        user = self.found[name]
        return MISSING if user is None else UserView(user)

    def names(self) -> Iterable[str]:
        """The names that were resolved."""
        return self.found.keys()


@dataclass(frozen=True, slots=True)
class RowView(View):
    """A product row: ``product_id name price quantity sum section_id``."""

    row: Row
    currency: str = ""
    section_id: int | None = None

    def attribute(self, name: str) -> Any:
        """One of the six."""
        if name in {"price", "sum"}:
            return Money(getattr(self.row, name), self.currency)
        if name == "section_id":
            return self.section_id
        if name in {"product_id", "name", "quantity"}:
            return getattr(self.row, name)
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        """The six."""
        return ("product_id", "name", "price", "quantity", "sum", "section_id")

    def __str__(self) -> str:
        return self.row.name


@dataclass(frozen=True, slots=True)
class RowsView(View):
    """Product rows: go through them, count them, take one by its number.

    ``total`` is the sum of their sums.
    """

    rows: Sequence[RowView]
    currency: str = ""

    def attribute(self, name: str) -> Any:
        """``total``."""
        if name == "total":
            return Money(sum((view.row.sum for view in self.rows), Decimal(0)), self.currency)
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        """Only ``total``."""
        return ("total",)

    def __iter__(self) -> Iterator[RowView]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> RowView:
        return self.rows[index]


@dataclass(frozen=True, slots=True)
class CommissionView(View):
    """Commissions of the entity.

    ``total``, ``of("project_lead")``, ``of(recipient)``, ``rows`` (mappings of the ledger's columns).
    """

    total: Money
    of: Callable[[Any], Money]
    rows: Sequence[Mapping[str, Any]] = ()

    def attribute(self, name: str) -> Any:
        """One of the three."""
        if name in {"total", "of", "rows"}:
            return getattr(self, name)
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        """The three."""
        return ("total", "of", "rows")


@dataclass(frozen=True, slots=True)
class RecordView(View):
    """Any record by names, such as the row that a look-up found."""

    values: Mapping[str, Any]

    def attribute(self, name: str) -> Any:
        """A value of the record."""
        value = self.values[name]
        return RecordView(value) if isinstance(value, Mapping) else _exact(value)

    def names(self) -> Iterable[str]:
        """What the record has."""
        return self.values.keys()

    def __str__(self) -> str:
        return str(self.values.get("name") or self.values.get("title") or self.values.get("id") or "")


def title_name(kind: str) -> str:
    """The attribute that holds the title of a kind's stage."""
    return "status_title" if kind == INVOICE else "stage_title"


def view_of(entity: Entity | None, *, tz: tzinfo, titles: StageTitles = untitled) -> EntityView | Missing:
    """The view of an entity; of a missing link, nothing."""
    return MISSING if entity is None else EntityView(entity, tz, titles)


def user_view(user: User | None) -> UserView | Missing:
    """The view of a user; of nobody, nothing."""
    return MISSING if user is None else UserView(user)

"""``[[tests]]``: an event with values in, the expected actions out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any, TypeAlias

from b24sync.domain.values import Stay

Table: TypeAlias = Mapping[str, Any]
"""Values by name, as they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """One of ``[[tests]]``.

    Attributes:
        name: What it shows.
        event: As in ``on`` of a rule; short forms such as ``invoice.paid`` too.
        from_: Status name or stage id that a move comes from; empty: unknown.
        to: That it leads to.
        after: Of ``*.stuck``: how long it has stood still; ``None``: as long as each rule says.
        at: When: a date and time, ``"2026-11-24 10:00"`` (company time) or with an offset; ``None``: now.
        by: Id of the user who did it; 0: not known.
        changes: Field → ``[old, new]``, for ``*.updated``.
        invoice: Its contract fields, with ``fields`` for the portal's own codes.
        deal: The same of the deal.
        task: The same of the task.
        contact: The same of the contact.
        company: The same of the company.
        kinds: The same for smart processes: each under its own name in the file.
        rows: Product rows: ``product_id name price quantity section_id``.
        responsible: The responsible of the event's entity: ``id name email active``.
        department_head: Who ``department_head`` is.
        users: More users, each with ``id``; ``department`` puts one into a department, ``head_of`` makes one
            its head.
        people: Name of ``[people]`` → a user's id or table, in place of what the configuration says.
        commission: ``total``, and what each role gets, in place of what is reckoned.
        lookups: What the look-ups of ``fill_fields`` find: name → values.
        expect: The actions, each with the keys that are compared; empty: nothing happens.
    """

    name: str
    event: str
    from_: str = ""
    to: str = ""
    after: Stay | None = None
    at: Any = None
    by: int = 0
    changes: Table = field(default_factory=dict)
    invoice: Table | None = None
    deal: Table | None = None
    task: Table | None = None
    contact: Table | None = None
    company: Table | None = None
    kinds: Mapping[str, Table] = field(default_factory=dict)
    rows: tuple[Table, ...] = ()
    responsible: Table | None = None
    department_head: Table | None = None
    users: tuple[Table, ...] = ()
    people: Mapping[str, Any] = field(default_factory=dict)
    commission: Table | None = None
    lookups: Mapping[str, Table] = field(default_factory=dict)
    expect: tuple[Table, ...]

    def given(self) -> dict[str, Table]:
        """The entities that it gives values for, by kind."""
        named = {
            "invoice": self.invoice,
            "deal": self.deal,
            "task": self.task,
            "contact": self.contact,
            "company": self.company,
        }
        return {**{kind: table for kind, table in named.items() if table is not None}, **self.kinds}


def moment(value: Any, tz: tzinfo) -> datetime:
    """A time as tests write it: a TOML date or time, or a text.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=tz)
    if isinstance(value, date):
        return datetime.combine(value, time(12), tzinfo=tz)
    raise ValueError("is no time")

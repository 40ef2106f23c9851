"""One feed that is read page by page, and how far it was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.errors import PortalError

if TYPE_CHECKING:
    from b24sync.calls import Call


class Pages(Protocol):
    """A feed that is read page by page behind an id."""

    def call(self, after: int | str) -> Call:
        """The page behind an id or a batch reference."""
        ...

    def reference(self, name: str) -> str:
        """The reference to the last id of a full page."""
        ...

    def between(self, after: int, before: int) -> Call:
        """The rows behind an id up to another, both plain numbers."""
        ...

    def unreadable(self, number: int, why: str) -> None:
        """Leave out the row of an id for which the portal cannot answer."""
        ...

    def measure(self, result: Any, after: int) -> tuple[int, int]:
        """How many rows a page has, and its last id (``after`` if none)."""
        ...

    def take(self, result: Any, after: int) -> None:
        """Stage a page's rows behind ``after``."""
        ...


@dataclass(slots=True)
class Chain:
    """How far one feed is walked in this run.

    Attributes:
        name: Of its commands in a batch.
        kind: Name of the kind whose feed it is.
        last: Whether it is (again) read at the end of each batch, after the rows that it must not be older
            than.
        short: Whether the last page read was short, so that nothing more was there at that moment.
    """

    name: str
    pages: Pages
    after: int
    kind: str = ""
    last: bool = False
    short: bool = False
    error: PortalError | None = None

    @property
    def open(self) -> bool:
        """Whether there may be more to read."""
        return not (self.short or self.error)

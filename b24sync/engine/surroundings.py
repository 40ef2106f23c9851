"""What running actions need of whoever runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from b24sync.calls import Portal
    from b24sync.ports import Effects, Mail, Mailer, MailReceipt
    from b24sync.store import Store


class Surroundings(Protocol):
    """What generators need of the dispatcher."""

    store: Store
    portal: Portal
    mailer: Mailer | None
    post: Callable[[Mail], Effects[MailReceipt]] | None

    @property
    def checkpoint(self) -> Callable[[str], None]:
        """Called with the names of the points that are passed."""
        ...

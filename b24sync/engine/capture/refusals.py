"""What an error of a feed means for its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.errors import CredentialsError, NoMethodError, PermanentError, PortalError
from b24sync.rest import history
from b24sync.words import connection as said

if TYPE_CHECKING:
    from b24sync.calls import Reader
    from b24sync.engine.capture.chain import Chain
    from b24sync.rest.kinds import Kind

NO_HISTORY = frozenset({"0", "", "ENTITY_TYPE_NOT_SUPPORTED", "NOT_FOUND"})
REFUSED_QUESTION = frozenset({"100", "INVALID_ARG_VALUE"})
NO_RIGHT = frozenset({"ACCESS_DENIED", "allowed_only_intranet_user", "insufficient_scope"})


def lacks_history(error: PortalError) -> bool:
    """Whether an error says that the portal keeps no stage history of this kind (portal.md §4).

    An error that says that it cannot be read now is none of these, nor is one that refuses the question: see
    `keeps_none`.
    """
    return isinstance(error, NoMethodError) or (
        isinstance(error, PermanentError) and error.code in NO_HISTORY
    )


def keeps_none(portal: Reader, kind: Kind, error: PortalError) -> bool:
    """Whether the first question for a kind's stage history was refused because there is none.

    A portal that refuses what was asked (``100``, ``INVALID_ARG_VALUE``) is asked as plainly as can be: if it
    answers that, the question was wrong, which is a fault to be told and no reason to do without moves.
    """
    if lacks_history(error):
        return True
    if not isinstance(error, PermanentError) or error.code not in REFUSED_QUESTION:
        return False
    plain = portal.read([history.plain(kind)])[0].error
    return isinstance(plain, PermanentError) and (plain.code in REFUSED_QUESTION or lacks_history(plain))


def refusal(error: PortalError | None, method: str) -> PortalError:
    """The error of a kind that is left out; a refused right to a feed is one of credentials (exit 77)."""
    if error is None:
        return PortalError(said.NEITHER(), method=method)
    if isinstance(error, PermanentError) and error.code in NO_RIGHT:
        return CredentialsError(error.reason, method=error.method or method, code=error.code)
    return error


def left_out(chain: Chain) -> PortalError | None:
    """Why the kind of a chain is left out; ``None`` if it was read."""
    return refusal(chain.error, chain.pages.call(0).method) if chain.error else None

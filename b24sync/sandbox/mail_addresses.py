"""What the portal takes for an e-mail address."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[-\w.+~'!#$%&*/^`{|}=]+@(?:[-\w]+\.)+[a-z0-9-]{2,20}", re.IGNORECASE | re.ASCII)


def bare(text: str) -> str:
    """The address itself of ``Name <box@x>``, in lower case."""
    found = re.search(r"<([^<>]+)>", text)
    return (found[1] if found else text).strip().lower()


def is_address(text: str) -> bool:
    """Whether it is one address, with a name or without, in Latin letters, at a domain of two parts."""
    return _ADDRESS.fullmatch(bare(text)) is not None

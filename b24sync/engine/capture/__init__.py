"""Change capture: what the portal's feeds say since the last complete poll, staged in the database.

Rows first, history after them, a kind at a time or not at all (contract.md G1, §7). `read` is the way in.
"""

from __future__ import annotations

from b24sync.engine.capture.promotion import promote
from b24sync.engine.capture.read import read
from b24sync.engine.capture.reading import Gathered, KindReading

__all__ = ["Gathered", "KindReading", "promote", "read"]

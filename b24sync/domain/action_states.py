"""States of actions that several parts must tell apart (contract.md §2)."""

from __future__ import annotations

OPEN_TROUBLE = ("failed", "uncertain", "held")
# an earlier step in one of these stops the later ones
STOPPING = ("pending", "running", "failed", "held", "uncertain")

"""What follows from a poll's news without the portal saying so: finished task sets, reminders, the ledger (DESIGN.md §5, §6).

Runs inside the poll's transaction, after the news were applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.engine.apply import Applied
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.plan import Planner


def follow_up(app: App, applied: Applied, planner: Planner, funnels: Funnels) -> None:
    """Plan what follows."""

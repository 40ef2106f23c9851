"""A faithful stand-in of a Bitrix24 portal, in memory, for tests, trials and the demo (portal.md §20).

It imports nothing of b24sync but itself, and behaves as the portal's documentation and source say, whatever a
client expects.
"""

from __future__ import annotations

from .envelope import ConnectionCutError
from .planned_faults import Fault
from .portal_settings import SandboxSettings
from .records import RequestRecord
from .seed import Company, seed_company
from .server import SandboxServer
from .server_clock import SandboxClock
from .stand_in import Sandbox

__all__ = [
    "Company",
    "ConnectionCutError",
    "Fault",
    "RequestRecord",
    "Sandbox",
    "SandboxClock",
    "SandboxServer",
    "SandboxSettings",
    "seed_company",
]

"""Names of invoice statuses, and stage ids in their place (contract.md §5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from b24sync.domain.wording import hint, quoted

if TYPE_CHECKING:
    from b24sync.domain.settings import Settings
    from b24sync.words import Both

STAGE_ID = re.compile(r"[A-Za-z0-9_]+:[A-Za-z0-9_]+")
"""A stage of a smart invoice, as ``DT31_1:P``."""


def invoice_status_fault(settings: Settings, text: str) -> Both | None:
    """What is wrong with a status name or stage id of invoices; ``None``: nothing."""
    names = settings.invoice.status_names()
    smart = settings.invoice.api == "smart"
    looks_like_id = STAGE_ID.fullmatch(text) if smart else text.isupper()
    if text in names or (looks_like_id and text.lower() not in names):
        return None
    from b24sync.words.config_sections import A_STAGE_ID, NO_INVOICE_STATUS

    otherwise = A_STAGE_ID.both(example="DT31_1:N" if smart else "N")
    return NO_INVOICE_STATUS.both(status=quoted(text), hint=hint(text, names, otherwise=otherwise))

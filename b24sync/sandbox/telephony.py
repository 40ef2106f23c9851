"""Who a call goes to: the responsible of the contact or company with the number (portal.md §14)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .envelope import Answer, Refusal
from .method_registry import Params, rest
from .schema import COMPANY, CONTACT

if TYPE_CHECKING:
    from .stand_in import Sandbox


@rest("telephony.externalCall.searchCrmEntities", "telephony")
def search_entities(portal: Sandbox, params: Params) -> Answer:
    """Contacts and companies with a phone number."""
    number = re.sub(r"\D", "", str(params.get("PHONE_NUMBER", "")))
    if not number:
        raise Refusal("ERROR_CORE", "PHONE_NUMBER is empty")
    rows = []
    for etid, name in ((CONTACT, "CONTACT"), (COMPANY, "COMPANY")):
        for item in portal.items.book(etid).table.rows():
            phones = {re.sub(r"\D", "", e["value"]) for e in item.get("fm", []) if e["typeId"] == "PHONE"}
            if number not in phones:
                continue
            title = item.get("title") or f"{item.get('name') or ''} {item.get('lastName') or ''}".strip()
            responsible = item["assignedById"]
            rows.append(
                {
                    "CRM_ENTITY_TYPE": name,
                    "CRM_ENTITY_ID": item["id"],
                    "ASSIGNED_BY_ID": responsible,
                    "NAME": title,
                    "ASSIGNED_BY": {
                        "ID": str(responsible),
                        "TIMEMAN_STATUS": "CLOSED",
                        "USER_PHONE_INNER": None,
                        "WORK_PHONE": None,
                        "PERSONAL_PHONE": None,
                        "PERSONAL_MOBILE": "",
                    },
                }
            )
    return Answer(rows)

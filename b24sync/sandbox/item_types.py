"""crm.type.list: the smart processes of the portal (crm/universal/user-defined-object-types/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .envelope import PAGE, Answer, Refusal
from .filters import Column, compile_filter, sort_rows, value_of
from .method_registry import Params, rest
from .php import to_int
from .query import answer
from .schema import EntityType
from .validators import checked_filter, checked_order

if TYPE_CHECKING:
    from .stand_in import Sandbox

_SWITCHES = {
    "isCategoriesEnabled": "Y",
    "isStagesEnabled": "Y",
    "isBeginCloseDatesEnabled": "Y",
    "isClientEnabled": "Y",
    "isUseInUserfieldEnabled": "Y",
    "isLinkWithProductsEnabled": "Y",
    "isMycompanyEnabled": "Y",
    "isDocumentsEnabled": "Y",
    "isSourceEnabled": "Y",
    "isObserversEnabled": "Y",
    "isRecyclebinEnabled": "Y",
    "isAutomationEnabled": "Y",
    "isBizProcEnabled": "N",
    "isSetOpenPermissions": "Y",
    "isPaymentsEnabled": "N",
    "isCountersEnabled": "N",
}
_INTEGERS = ("id", "entityTypeId", "createdBy", "updatedBy", "customSectionId")
_TEXTS = ("title", "code", *_SWITCHES)


@rest("crm.type.list", "crm", takes="order:array filter:array")
def type_list(portal: Sandbox, params: Params) -> Answer:
    """Smart processes; for who may administer the CRM."""
    if not portal.settings.admin:
        raise Refusal("ACCESS_DENIED", "Access denied")
    known = {*_INTEGERS, *_TEXTS}
    filters = checked_filter(params.get("filter"), known.__contains__, portal.settings)
    keep = compile_filter(filters, _column)
    order = checked_order(params.get("order"), lambda name: name if name in known else None, portal.settings)
    rows = [_shown(place, kind) for place, kind in enumerate(portal.types.values(), 1) if kind.dynamic]
    rows = sort_rows(
        [row for row in rows if keep is None or keep(row)], [(value_of(name), down) for name, down in order]
    )
    start = to_int(params.get("start")) or 0
    offset = max(0, start) // PAGE * PAGE
    return answer("types", rows[offset : offset + PAGE], None if start < 0 else len(rows), start)


def _column(name: str) -> Column:
    return (
        Column(name, "int", value_of(name), to_int)
        if name in _INTEGERS
        else Column(name, "text", value_of(name), str)
    )


def _shown(number: int, kind: EntityType) -> dict[str, Any]:
    return {
        "id": number,
        "title": kind.title,
        "code": "",
        "createdBy": 1,
        "entityTypeId": kind.id,
        "customSectionId": None,
        **_SWITCHES,
        "createdTime": "2025-01-20T10:00:00+03:00",
        "updatedTime": "2025-01-20T10:00:00+03:00",
        "updatedBy": 1,
    }

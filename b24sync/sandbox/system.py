"""Methods about the portal itself: scopes, versions, features, time, the calendar's settings (§7, §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal
from .method_registry import METHODS, Params, app_only, rest
from .portal_dates import show_time

if TYPE_CHECKING:
    from .stand_in import Sandbox

app_only(
    "event.bind",
    "event.unbind",
    "event.get",
    "events",
    "event.offline.get",
    "event.offline.list",
    "event.offline.clear",
    "event.offline.error",
    "telephony.externalCall.register",
    "telephony.externalCall.finish",
    "crm.activity.configurable.add",
    "app.option.get",
    "app.option.set",
)


@rest("server.time")
def server_time(portal: Sandbox, _params: Params) -> Answer:
    """The portal's time."""
    return Answer(show_time(portal.second(), portal.server_zone))


@rest("scope")
def scope(portal: Sandbox, params: Params) -> Answer:
    """Scopes of the webhook; with ``full`` all that exist."""
    if params.get("full"):
        return Answer(sorted({name for spec in METHODS.values() for name in spec.scopes}))
    return Answer(list(portal.settings.scopes))


@rest("method.get")
def method_get(portal: Sandbox, params: Params) -> Answer:
    """Whether a method exists and may be called."""
    spec = METHODS.get(str(params.get("name", "")).lower())
    allowed = spec is not None and not spec.app_only and portal.allows(spec)
    return Answer({"isExisting": spec is not None, "isAvailable": allowed})


@rest("methods")
def methods(portal: Sandbox, _params: Params) -> Answer:
    """Names of the methods that the webhook may call."""
    return Answer(sorted(spec.name for spec in METHODS.values() if portal.allows(spec)))


@rest("feature.get")
def feature_get(_portal: Sandbox, params: Params) -> Answer:
    """Whether a feature is on; a webhook has none of the offline ones."""
    code = str(params.get("CODE", params.get("code", "")))
    if not code:
        raise Refusal("CODE_EMPTY", "CODE can't be empty")
    return Answer({"value": "N" if code.startswith("rest_offline") else "Y"})


@rest("app.info")
def app_info(portal: Sandbox, _params: Params) -> Answer:
    """A webhook is no application: only the scopes and the licence."""
    return Answer({"SCOPE": list(portal.settings.scopes), "LICENSE": "ru_basic"})


@rest("calendar.settings.get", "calendar")
def calendar_settings(portal: Sandbox, _params: Params) -> Answer:
    """Working time and the holidays that an administrator typed in."""
    return Answer(dict(portal.calendar_settings))


@rest("crm.currency.list", "crm")
def currencies(_portal: Sandbox, _params: Params) -> Answer:
    """Currencies of the CRM."""
    rows: list[dict[str, Any]] = [_currency("RUB", "1.0000", 100, base=True)]
    rows += [_currency("USD", "90.0000", 200), _currency("EUR", "98.5000", 300)]
    return Answer(rows, total=len(rows))


def _currency(code: str, rate: str, sort: int, *, base: bool = False) -> dict[str, Any]:
    return {
        "CURRENCY": code,
        "AMOUNT_CNT": "1",
        "AMOUNT": rate,
        "SORT": str(sort),
        "BASE": "Y" if base else "N",
        "FULL_NAME": code,
        "LID": "ru",
        "FORMAT_STRING": "# " + code,
        "DEC_POINT": ".",
        "THOUSANDS_SEP": " ",
        "DECIMALS": "2",
        "DATE_UPDATE": "2026-01-12T09:00:00+03:00",
    }


def default_calendar_settings() -> dict[str, Any]:
    """What calendar.settings.get answers until somebody changes it: all values are text."""
    return {
        "work_time_start": "9",
        "work_time_end": "18",
        "year_holidays": "1.01,2.01,3.01,4.01,5.01,6.01,7.01,8.01,23.02,8.03,1.05,9.05,12.06,4.11",
        "year_workdays": "",
        "week_holidays": ["SA", "SU"],
        "week_start": "MO",
        "user_name_template": "#NAME# #LAST_NAME#",
        "sync_by_push": False,
        "user_show_login": True,
        "path_to_user": "/company/personal/user/#user_id#/",
        "path_to_user_calendar": "/company/personal/user/#user_id#/calendar/",
        "path_to_group": "",
        "path_to_group_calendar": "",
        "path_to_vr": "",
        "path_to_rm": "",
        "rm_iblock_type": "",
        "rm_iblock_id": "",
        "dep_manager_sub": True,
        "denied_superpose_types": [],
        "pathes_for_sites": "",
        "forum_id": "8",
        "rm_for_sites": True,
        "path_to_type_company_calendar": "",
        "path_to_type_location": "",
        "path_to_type_open_event": "",
    }

"""REST 3.0 (/rest/api/…): another address and another shape of errors.

Only what the project may meet (§1.6).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .envelope import Stopwatch
from .method_registry import Params
from .method_reply import MethodReply
from .php import to_int
from .records import RequestRecord

if TYPE_CHECKING:
    from .stand_in import Sandbox

_PREFIX = "BITRIX_REST_V3_EXCEPTION_"
_SENDER = re.compile(r"\s*(.*?)\s*<([^<>]+)>\s*")


def call_v3(portal: Sandbox, path: str, params: Params) -> MethodReply:
    """Answer a request to the address of REST 3.0."""
    parts = path.strip("/").split("/")
    method = parts[-1]
    with portal.lock:
        watch = Stopwatch.begin(portal.clock.now(), portal.server_zone)
        settings = portal.settings
        if len(parts) != 5 or (to_int(parts[2]), parts[3]) != (settings.owner_id, settings.secret):
            reply = _error(401, "ACCESSDENIEDEXCEPTION", "Access denied")
        elif method.lower() != "mail.mailbox.senders":
            reply = _error(404, "METHODNOTFOUNDEXCEPTION", f"Method `{method}` was not found")
        elif "mail" not in settings.scopes:
            reply = _error(403, "INSUFFICIENTSCOPEEXCEPTION", "Insufficient scope")
        else:
            items = [_sender(text) for text in portal.senders]
            reply = MethodReply(
                200, {"result": {"items": items}, "time": watch.block(0, int(watch.at.timestamp()) + 600)}
            )
        portal.requests.add(RequestRecord(method, watch.at, (method,), reply.status, params))
    return reply


def _sender(text: str) -> dict[str, Any]:
    found = _SENDER.fullmatch(text)
    name, email = (found[1], found[2]) if found else ("", text)
    return {"email": email, "name": name, "sender": text}


def _error(status: int, name: str, message: str) -> MethodReply:
    return MethodReply(status, {"error": {"code": _PREFIX + name, "message": message}})

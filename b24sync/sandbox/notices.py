"""Notifications and chat messages (portal.md §8)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal
from .method_registry import Params, rest
from .php import is_array, to_int

if TYPE_CHECKING:
    from .stand_in import Sandbox

Notice = dict[str, Any]
_ATTACH_AT_MOST = 60_000


class Notices:
    """What people were told: every call, and what they see after replacement by TAG."""

    def __init__(self) -> None:
        self.all: list[Notice] = []
        self.shown: list[Notice] = []
        self._next = 1

    def take_id(self) -> int:
        """A number for a notice or a message."""
        self._next += 1
        return self._next

    def add(self, notice: Notice) -> None:
        """Show a notice; one with the same recipient, CLIENT_ID and TAG goes. No CLIENT_ID, no TAG."""
        self.all.append(notice)
        if notice["TAG"] and notice["CLIENT_ID"]:
            mark = _mark(notice)
            self.shown = [
                old for old in self.shown if not (old["TAG"] and old["CLIENT_ID"] and _mark(old) == mark)
            ]
        self.shown.append(notice)


def _mark(notice: Notice) -> tuple[Any, ...]:
    return notice["USER_ID"], notice["CLIENT_ID"], notice["TAG"]


def _check_attach(attach: Any) -> None:
    """Refuse an ATTACH that is neither an object nor the JSON text of one, or too long."""
    if attach in (None, ""):
        return
    text = attach if isinstance(attach, str) else json.dumps(attach, ensure_ascii=False)
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not is_array(read):
        raise Refusal("ATTACH_ERROR", "Incorrect attach params")
    if len(text) > _ATTACH_AT_MOST:
        raise Refusal("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")


def _notify(portal: Sandbox, params: Params, kind: str) -> Answer:
    given = {key.upper(): value for key, value in params.items()}
    user = to_int(given.get("USER_ID", given.get("TO")))
    if not user:
        raise Refusal("USER_ID_EMPTY", "User ID can't be empty")
    message = str(given.get("MESSAGE") or "").strip()
    if not message:
        raise Refusal("MESSAGE_EMPTY", "Message can't be empty")
    _check_attach(given.get("ATTACH"))
    if user not in portal.people.users:
        return Answer(result=False)
    notice = {
        "id": portal.notices.take_id(),
        "kind": kind,
        "USER_ID": user,
        "MESSAGE": message,
        "MESSAGE_OUT": given.get("MESSAGE_OUT"),
        "TAG": given.get("TAG"),
        "SUB_TAG": given.get("SUB_TAG"),
        "CLIENT_ID": given.get("CLIENT_ID"),
        "at": portal.second(),
    }
    portal.notices.add(notice)
    return Answer(notice["id"])


@rest("im.notify", "im")
def notify(portal: Sandbox, params: Params) -> Answer:
    """A notice of either kind by TYPE."""
    kind = "system" if str(params.get("TYPE", params.get("type", "USER"))).upper() == "SYSTEM" else "personal"
    return _notify(portal, params, kind)


@rest("im.notify.personal.add", "im")
def notify_personal(portal: Sandbox, params: Params) -> Answer:
    """A notice from the webhook's owner."""
    return _notify(portal, params, "personal")


@rest("im.notify.system.add", "im")
def notify_system(portal: Sandbox, params: Params) -> Answer:
    """A notice without an author."""
    return _notify(portal, params, "system")


@rest("im.message.add", "im")
def message_add(portal: Sandbox, params: Params) -> Answer:
    """A message into a chat or to a person."""
    given = {key.upper(): value for key, value in params.items()}
    dialog = str(given.get("DIALOG_ID") or given.get("USER_ID") or "")
    if not str(given.get("MESSAGE") or "").strip() and not given.get("ATTACH"):
        raise Refusal("MESSAGE_EMPTY", "Message can't be empty")
    _check_attach(given.get("ATTACH"))
    if not dialog:
        raise Refusal("USER_ID_EMPTY", "User ID can't be empty")
    if not dialog.startswith("chat") and to_int(dialog) not in portal.people.users:
        raise Refusal("USER_NOT_FOUND", "User not found")
    number = portal.notices.take_id()
    portal.messages.append({"id": number, "DIALOG_ID": dialog, "MESSAGE": str(given.get("MESSAGE") or "")})
    return Answer(number)

"""Notifications of the portal's messenger (BITRIX24.md §8)."""

from __future__ import annotations

from b24sync.ports import Call

CLIENT_ID = "b24sync"
_BREAK = "\u200b"


def system_add(user_id: int, message: str, *, tag: str) -> Call:
    """Notify one user, without an author.

    A later one with the same tag replaces an earlier one, so that a repeated call shows once. The recipient is put into the tag,
    since it is not documented whether replacement goes by recipient; a tag counts only together with CLIENT_ID.
    """
    params = {"USER_ID": user_id, "MESSAGE": message, "TAG": f"{tag}:{user_id}", "CLIENT_ID": CLIENT_ID}
    return Call("im.notify.system.add", params)


def escape(text: str) -> str:
    """Data for a message: no BBCode in it works, and it reads the same.

    The messenger has no escape for ``[``, and shows HTML entities as they are; so an invisible break is put after it.
    """
    return text.replace("[", f"[{_BREAK}").replace("#BR#", f"#{_BREAK}BR#")

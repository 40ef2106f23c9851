"""Notifications of the portal's messenger (portal.md §8)."""

from __future__ import annotations

from hashlib import sha256

from b24sync.calls import Call

CLIENT_ID = "b24sync"
_BREAK = "\u200b"
_LONGEST_TAG = 200  # the portal keeps 255 characters, with a prefix of its own


def system_add(user_id: int, message: str, *, tag: str) -> Call:
    """Notify one user, without an author.

    A later one with the same tag replaces an earlier one, so that a repeated call shows once. The recipient
    is put into the tag, since it is not documented whether replacement goes by recipient; a tag counts only
    together with CLIENT_ID.
    """
    return Call("im.notify.system.add", _params(user_id, message, tag))


def personal_add(user_id: int, message: str, *, tag: str) -> Call:
    """Notify one user in the name of the webhook's owner, for portals without the other method."""
    return Call("im.notify.personal.add", _params(user_id, message, tag))


def _params(user_id: int, message: str, tag: str) -> dict[str, object]:
    return {"USER_ID": user_id, "MESSAGE": message, "TAG": f"{_short(tag)}:{user_id}", "CLIENT_ID": CLIENT_ID}


def _short(tag: str) -> str:
    """A tag that fits, different for different tags."""
    if len(tag) <= _LONGEST_TAG:
        return tag
    return f"{tag[:100]}~{sha256(tag.encode()).hexdigest()[:40]}"


def escape(text: str) -> str:
    """Data for a message: no BBCode in it works, and it reads the same.

    The messenger has no escape for ``[``, and shows HTML entities as they are; so an invisible break is put
    after it.
    """
    return text.replace("[", f"[{_BREAK}").replace("#BR#", f"#{_BREAK}BR#")

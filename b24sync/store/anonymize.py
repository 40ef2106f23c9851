"""Rows of the history with everything personal replaced, table by table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.store.shapes import dump

if TYPE_CHECKING:
    from b24sync.domain.pseudonyms import Pseudonyms
    from b24sync.store.history_file import Row

_OF_THIS_PLACE = ("installation", "config_digest", "said")
_OWN_WORDS = ("when is false", "from is ", "to is ", "after is ", "the time was over", "listens to ")
_VALUES = "; here "  # behind it come values of the CRM
_KEPT_CACHE = ("stages:", "stages_asked:", "calendar:")


@dataclass(frozen=True, slots=True)
class Anonymizer:
    """Changes rows on their way into a file."""

    names: Pseudonyms

    def __call__(self, table: str, row: Row) -> Row | None:
        """The row as it may be given away; ``None`` if it may not."""
        change = getattr(self, f"_{table}", None)
        return row if change is None else change(row)

    def _json(self, row: Row, column: str, field: str = "") -> Row:
        return {**row, column: dump(self.names.value(field, json.loads(row[column])))}

    def _meta(self, row: Row) -> Row | None:
        if row["name"] in _OF_THIS_PLACE:
            return None
        hosts = {"portal": "https://portal.invalid", "origin": "portal.invalid"}
        return {**row, "value": hosts.get(row["name"], row["value"])}

    def _cache(self, row: Row) -> Row | None:
        return row if row["name"].startswith(_KEPT_CACHE) else None

    def _entities(self, row: Row) -> Row:
        return self._json(row, "data")

    def _revisions(self, row: Row) -> Row:
        return self._json(row, "changes")

    def _events(self, row: Row) -> Row:
        seen = {call: self.names.value("", result) for call, result in json.loads(row["seen"]).items()}
        return {**self._json(row, "changes"), "seen": dump(seen)}

    def _verdicts(self, row: Row) -> Row:
        reason = row["reason"]
        reason = reason.partition(_VALUES)[0] if reason.startswith(_OWN_WORDS) else reason
        kept = not reason or reason.startswith(_OWN_WORDS)
        return {**row, "reason": self.names.without_emails(reason) if kept else self.names.text(reason)}

    def _actions(self, row: Row) -> Row:
        for column in ("result", "memory", "options"):
            row = self._json(row, column)
        return {**row, "error": self._text(row["error"])}

    def _runs(self, row: Row) -> Row:
        return self._json(row, "report")

    def _own_writes(self, row: Row) -> Row:
        return self._json(row, "value", row["field"])

    def _documents(self, row: Row) -> Row:
        return {**row, "digest": self.names.digest(row["digest"])}

    def _ledger(self, row: Row) -> Row:
        return {**row, "user_name": self._text(row["user_name"])}

    def _held(self, row: Row) -> Row:
        return {**row, "reason": self._text(row["reason"])}

    def _held_rows(self, row: Row) -> Row:
        return self._json(row, "data")

    def _text(self, text: Any) -> Any:
        return self.names.text(text) if text else text

"""What a person answered, kept beside the configuration until that is written.

Ctrl-C, a closed terminal or a fault of the configuration lose no answer: the next ``init`` takes them up.
The webhook and passwords are never among them.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from b24sync.ownership import file_fault
from b24sync.plain_files import read_plain

_LIMIT_BYTES = 256 * 1024


@dataclass(slots=True)
class Answers:
    """The answers to one portal's questions.

    Attributes:
        path: Where they are kept.
        portal: Of whom was asked; answers about another portal are no answers.
        given: Name of the question → answer.
        suggested: What the former configuration says, as a default.
    """

    path: Path
    portal: str
    given: dict[str, str] = field(default_factory=dict)
    suggested: dict[str, str] = field(default_factory=dict)

    def settle(
        self, key: str, ask: Callable[[str], str], *, default: str, fits: Callable[[str], bool]
    ) -> str:
        """An answer: one given before, if it still fits, else what is asked now and kept at once.

        Args:
            key: The name of the question.
            ask: Asks, with a default.
            default: If nothing better was suggested.
            fits: Whether an earlier answer can be one.
        """
        if key in self.given and fits(self.given[key]):
            return self.given[key]
        suggested = self.suggested.get(key, default)
        self.given[key] = ask(suggested if fits(suggested) else default)
        self._keep()
        return self.given[key]

    def _keep(self) -> None:
        """Write them, for their owner only; a disk that is full costs only the keeping."""
        draft = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        text = json.dumps({"portal": self.portal, "answers": self.given}, ensure_ascii=False, indent=1)
        try:
            descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            draft.replace(self.path)
        except OSError:
            draft.unlink(missing_ok=True)

    def forget(self) -> None:
        """They are in the configuration now."""
        with suppress(OSError):
            self.path.unlink()


def beside(output: Path, portal: str) -> Answers:
    """The answers that an earlier ``init`` left beside the file that it was to write."""
    path = output.with_name(f"{output.name}.answers")
    return Answers(path, portal, _left(path, portal))


def _left(path: Path, portal: str) -> dict[str, str]:
    if file_fault(path):
        return {}
    try:
        found = json.loads(read_plain(path, _LIMIT_BYTES))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict) or found.get("portal") != portal:
        return {}
    answers = found.get("answers")
    return {
        key: text
        for key, text in (answers if isinstance(answers, dict) else {}).items()
        if isinstance(text, str)
    }


def former(path: Path, codes: Mapping[str, str]) -> dict[str, str]:
    """What a configuration that is there already answers, valid or not; of one that is no TOML nothing.

    Args:
        path: The file.
        codes: Name of a rule → the automation that it belongs to.
    """
    try:
        found = tomllib.loads(read_plain(path, _LIMIT_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError):
        return {}
    people, mail = _table(found, "people"), _table(found, "mail")
    rules = found.get("rules")
    listed = [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    on = {codes.get(str(rule.get("name")), "") for rule in listed} - {""}
    suggested: dict[str, Any] = {
        "language": found.get("language"),
        "automations": " ".join(sorted(on)),
        "accountant": people.get("accountant"),
        "project_lead": people.get("project_lead"),
        "template": mail.get("document_template"),
        "transport": mail.get("transport"),
        "sender": mail.get("from"),
        "host": mail.get("host"),
        "security": mail.get("security"),
        "port": mail.get("port"),
        "login": mail.get("user"),
    }
    return {
        key: str(value) for key, value in suggested.items() if isinstance(value, str | int) and value != ""
    }


def _table(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = found.get(name)
    return table if isinstance(table, dict) else {}

"""``batch``: commands as query strings, run one after another, with references to earlier answers (§1.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal, general_error
from .method_registry import Params, rest
from .php import as_map, is_array, php_array, split_command, truthy

if TYPE_CHECKING:
    from .stand_in import Sandbox

MAX_COMMANDS = 50
_REFERENCE = re.compile(r"\$(result|error|total|next|time)((?:\[[^\s]*)?)")
_STEP = re.compile(r"\[([^\]]*)\]")


class _CommandResult:
    """What the commands gave so far."""

    def __init__(self) -> None:
        self.maps: dict[str, dict[str, Any]] = {
            "result": {},
            "error": {},
            "total": {},
            "next": {},
            "time": {},
        }

    def keep(self, name: str, answer: Answer, time_block: dict[str, Any]) -> None:
        self.maps["result"][name] = answer.result
        if answer.total is not None:
            self.maps["total"][name] = answer.total
        if answer.next is not None:
            self.maps["next"][name] = answer.next
        self.maps["time"][name] = time_block

    def resolve(self, value: Any) -> Any:
        """Put results in place of references, at any depth."""
        if isinstance(value, dict):
            return {key: self.resolve(item) for key, item in value.items()}
        if not isinstance(value, str) or "$" not in value:
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return self._look_up(whole[1], whole[2])
        return _REFERENCE.sub(self._part, value)

    def _part(self, found: re.Match[str]) -> str:
        # A part of a value is replaced only by text: a number stays as it was written.
        resolved = self._look_up(found[1], found[2])
        return resolved if isinstance(resolved, str) else found[0]

    def _look_up(self, name: str, path: str) -> Any:
        """Follow the path; a missing key leaves the last level that was there."""
        level: Any = self.maps[name]
        for key in _STEP.findall(path):
            inner = as_map(level) if is_array(level) else {}
            if key not in inner:
                return level
            level = inner[key]
        return level

    def shown(self) -> dict[str, Any]:
        maps = {name: php_array(inner) for name, inner in self.maps.items()}
        return {
            "result": maps["result"],
            "result_error": maps["error"],
            "result_total": maps["total"],
            "result_next": maps["next"],
            "result_time": maps["time"],
        }


@rest("batch")
def batch(portal: Sandbox, params: Params) -> Answer:
    """Run up to 50 commands; ``halt`` stops at the first error."""
    halt = truthy(params.get("halt"))
    outcome = _CommandResult()
    for place, (name, command) in enumerate(as_map(params.get("cmd")).items()):
        try:
            if place >= MAX_COMMANDS:
                raise general_error("ERROR_BATCH_LENGTH_EXCEEDED")
            method, query = split_command(str(command)) if not is_array(command) else _split_map(command)
            if method.lower().removesuffix(".json") == "batch":
                raise general_error("ERROR_BATCH_METHOD_NOT_ALLOWED")
            answer, time_block = portal.run_command(method, outcome.resolve(query))
            outcome.keep(name, answer, time_block)
        except Refusal as refusal:
            outcome.maps["error"][name] = refusal.body()
            if halt:
                break
    return Answer(outcome.shown())


def _split_map(command: Any) -> tuple[str, dict[str, Any]]:
    parts = as_map(command)
    return str(parts.get("method", "")), as_map(parts.get("params"))


def command_names(params: Params) -> tuple[str, ...]:
    """Methods of a batch's commands, in order."""
    return tuple(split_command(str(command))[0] for command in as_map(params.get("cmd")).values())

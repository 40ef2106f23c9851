"""The line that cron calls every minute, read without the library that reads all the others.

Loading that library takes an idle poll a seventh of its time (``python -m tests.bench.ratios --only idle``).
Only the plain form is known here:
``b24sync [--config FILE] [--log-format json] poll [--max-time 50s] [--quiet] [--json]``.
Whatever else is written, mistakes and questions for help included, is for `commands`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

COMPLETING: Final = "_B24SYNC_COMPLETE"  # a shell asks what could be written
FORMATS: Final = ("text", "json")


def plain_poll(arguments: Sequence[str], environ: Mapping[str, str]) -> Callable[[], int] | None:
    """What runs a plain poll and gives its exit code; ``None`` if something else is asked for.

    Args:
        arguments: Of the program, its name left out.
        environ: Its variables.
    """
    before, command, after = _split(arguments)
    common = _options(before, valued={"--config", "--log-format"}, flags=frozenset())
    own = _options(after, valued={"--max-time"}, flags={"--quiet", "--json"})
    if command != "poll" or common is None or own is None or COMPLETING in environ:
        return None
    if common.get("--log-format", "text") not in FORMATS:
        return None
    return partial(_poll, common, own)


def _split(arguments: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """What stands before the command, the command, and what stands behind it."""
    parts = list(arguments)
    at = parts.index("poll") if "poll" in parts else len(parts)
    return parts[:at], "".join(parts[at : at + 1]), parts[at + 1 :]


def _options(
    parts: Sequence[str], *, valued: Collection[str], flags: Collection[str]
) -> dict[str, str] | None:
    """Options and their values (of a flag: nothing); ``None`` if one is not known here."""
    found: dict[str, str] = {}
    words = iter(parts)
    for word in words:
        if word in flags:
            found[word] = ""
            continue
        name, given, value = word.partition("=")
        if not given:
            value = next(words, "")
        if name not in valued or not value or value.startswith("-"):
            return None
        found[name] = value
    return found


def _poll(common: Mapping[str, str], own: Mapping[str, str]) -> int:
    from b24sync.cli import poll
    from b24sync.cli.session import Session

    config, log_format = common.get("--config"), common.get("--log-format", "text")
    if log_format == "json":
        from b24sync.cli.failure import write_json

        write_json()
    session = Session(config=None if config is None else Path(config), log_format=log_format)
    wanted = poll.Wanted(max_time=own.get("--max-time"), quiet="--quiet" in own, as_json="--json" in own)
    return poll.run(session, wanted)

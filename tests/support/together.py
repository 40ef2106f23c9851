"""Commands one after the other in one process of their own, where many are refused and none is polled.

Each is `b24sync.cli.main` with the words that were typed, its descriptors 1 and 2 as in a process of its own;
only the process is shared, which is most of a refused command's time.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from tests.support.cli import Office, Ran
from tests.support.warm import ROOT, server


def together(
    office: Office,
    *commands: Sequence[str],
    configs: Sequence[Path] = (),
    env: Mapping[str, str] | None = None,
    memory: int = 0,
    timeout: float = 110,
) -> list[Ran]:
    """Run commands of an office together.

    Args:
        office: Its configuration and its variables are theirs.
        commands: The words behind the options of all commands.
        configs: Other configurations: one for each command, or one for all.
        env: More variables.
        memory: The most address space that they may have, in bytes.
        timeout: Seconds until all are killed.
    """
    theirs = configs if len(configs) > 1 else [*(configs or [office.config])] * len(commands)
    pairs = zip(commands, theirs, strict=True)
    typed = [office.command(*words, config=config)[3:] for words, config in pairs]
    given = {"commands": typed, "memory": memory}
    target = f"{__name__}:run"
    code, out, err = server().run(
        ["b24sync"], env=office.environ(env), cwd=ROOT, timeout=timeout, target=target, given=given
    )
    assert (code, err) == (0, ""), (code, out, err)
    ended = [
        Ran(tuple(words), *one) for words, one in zip(commands, map(tuple, json.loads(out)), strict=True)
    ]
    office.everything_said += [ran.said for ran in ended]
    return ended


def run(*, commands: Sequence[Sequence[str]], memory: int) -> NoReturn:
    """Run each, and print how it ended: code, stdout, stderr."""
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    ours = os.dup(1), os.dup(2)
    ended = [_ended(words) for words in commands]
    for number, descriptor in enumerate(ours, 1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    gc.collect()  # what was left open is said, which none may
    print(json.dumps(ended))
    sys.exit(0)


def _ended(words: Sequence[str]) -> tuple[int, str, str]:
    from b24sync.cli import main

    sys.argv, code = ["b24sync", *words], 0
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
        out.seek(0)
        err.seek(0)
        return code, out.read().decode(), err.read().decode()

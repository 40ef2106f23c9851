"""A poll that ends at once at a named point, as by ``kill -9``.

``python -m b24sync.demo.interrupted CONFIG POINT``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from b24sync.app import App
from b24sync.config.load import load
from b24sync.engine.poller import Options
from b24sync.store.lock import poll_lock

KILLED = 137


def main(config: str, at: str) -> int:
    """Poll, and die on reaching the point.

    Returns:
        The poll's exit code, if the point was not reached.
    """

    def checkpoint(point: str) -> None:
        if point == at:
            os._exit(KILLED)

    app = App(load(Path(config), environ={}), checkpoint=checkpoint)
    with poll_lock(app.settings.store.path):
        return app.poller().run(Options()).exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

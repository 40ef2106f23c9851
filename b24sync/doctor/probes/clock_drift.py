"""Whether the portal's clocks agree: its answers, its web server, its rows (contract.md G6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, ok, warn
from b24sync.rest import items
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from b24sync.doctor.probing import Look, Scene

NAME = "portal_clocks"
_MOST_APART = timedelta(seconds=60)


def look(scene: Scene) -> Look:
    """Compare the newest rows and the ``Date`` header with the time that the answers tell; asks nothing."""
    yield []
    now = scene.survey.now
    if now is None:
        return []
    found = list[Finding]()
    newest = _newest_row(scene)
    if newest is not None and newest[1] - now > _MOST_APART:
        seconds = round((newest[1] - now).total_seconds())
        found.append(
            warn(NAME, words.ROW_AHEAD.both(entity=newest[0], seconds=seconds), words.SET_PORTAL_CLOCK.both())
        )
    ahead = scene.app.portal.header_ahead
    if ahead is not None and abs(ahead) > _MOST_APART:
        seconds = round(ahead.total_seconds())
        found.append(warn(NAME, words.HEADER_APART.both(seconds=seconds), words.SET_PROXY_CLOCK.both()))
    return found or [ok(NAME, words.CLOCKS_AGREE.both())]


def _newest_row(scene: Scene) -> tuple[str, datetime] | None:
    """The row that was saved last by its own word, and when."""
    saved = [
        (f"{kind.name}:{items.id_of(row)}", at)
        for kind in scene.app.watched
        if (row := scene.survey.newest_row(kind.name)) is not None
        and (at := items.snapshot_times(row)[1]) is not None
    ]
    return max(saved, key=lambda one: one[1], default=None)

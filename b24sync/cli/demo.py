"""``b24sync demo``: the whole story on the stand-in portal, offline."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from b24sync.cli.render import Plain, Rich, screen
from b24sync.demo.office import open_office
from b24sync.demo.show import Scene, Table
from b24sync.demo.story import Story
from b24sync.log import printable, setup
from b24sync.words import commands as said
from b24sync.words.spoken import of_environment


def run() -> int:
    """Tell the story; 1 if something went another way than it is told."""
    setup(fmt="text", verbose=False, stream=sys.stderr)
    language, begun, drawn = of_environment(os.environ), time.monotonic(), screen()
    with tempfile.TemporaryDirectory(prefix="b24sync-demo-") as folder, open_office(Path(folder)) as office:
        drawn.paragraph(said.DEMO_BEGINS.of(language, portal=office.portal.base_url, folder=folder))
        story = Story(office, language)
        for number, scene in enumerate(story.scenes(), start=1):
            _draw(drawn, scene, number)
        drawn.paragraph(said.DEMO_ENDS.of(language, seconds=time.monotonic() - begun))
    for fault in story.faults:
        print(printable(f"the demonstration went another way than it is told: {fault}"), file=sys.stderr)
    return 1 if story.faults else 0


def _draw(drawn: Plain | Rich, scene: Scene | Table, number: int) -> None:
    if isinstance(scene, Table):
        drawn.heading(scene.title)
        drawn.table(scene.columns, scene.rows)
        return
    drawn.heading(f"{number}. {scene.title}")
    drawn.paragraph(scene.told)
    for label, text in scene.facts:
        drawn.fact(label, text)

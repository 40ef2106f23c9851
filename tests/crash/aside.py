"""A world put aside, to begin from there again and again, however it went on."""

from __future__ import annotations

import shutil
from copy import deepcopy
from typing import Any

from tests.support.world import World


class Aside:
    """A world as it is now, with its portal, its database and both clocks.

    Args:
        world: Lives on; only its state is copied.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._folder = world.folder.with_name(f"{world.folder.name}-aside")
        shutil.copytree(world.folder, self._folder)
        self._states = [(one, self._copied(vars(one))) for one in (world.portal, world.clock, world.local)]

    def again(self) -> World:
        """The world as it was, its portal without faults and without what was put in its methods' place."""
        self._world.portal.faults.clear()
        for one, state in self._states:
            copied = self._copied(state)
            vars(one).clear()
            vars(one).update(copied)
        shutil.rmtree(self._world.folder)
        shutil.copytree(self._folder, self._world.folder)
        return self._world

    def _copied(self, state: dict[str, Any]) -> dict[str, Any]:
        portal = self._world.portal
        kept = (portal, portal.lock, portal.clock, self._world.clock._lock, portal.faults)
        return deepcopy(state, {id(one): one for one in kept})

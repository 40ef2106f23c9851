"""What every command has: where the configuration is, how to log, whether a person looks on."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.errors import B24SyncError, ConfigError, UsageError
from b24sync.log import about
from b24sync.words import commands as said

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.config.find import Source
    from b24sync.config.load import Loaded


@dataclass(slots=True)
class Session:
    """The common options of a call."""

    config: Path | None = None
    only: str | None = None
    log_format: str = "text"
    verbose: bool = False
    _ready: bool = False

    def logging(self) -> None:
        """Set up logging, once."""
        if not self._ready:
            from b24sync.log import setup

            setup(
                fmt="json" if self.log_format == "json" else "text", verbose=self.verbose, stream=sys.stderr
            )
            self._ready = True

    def sources(self) -> list[Source]:
        """The configurations that the call means.

        Raises:
            ConfigError: There is none.
        """
        from b24sync.config.find import find

        found = find(self.config, os.environ, Path.cwd())
        return found if self.only is None else [self._chosen(found, self.only)]

    @staticmethod
    def _chosen(found: list[Source], name: str) -> Source:
        """The configuration of a folder that goes by a name; it keeps the database that it has there."""
        names = {source.path.stem: source for source in found}
        wanted = name.removesuffix(".toml")
        if wanted not in names:
            raise UsageError(said.NO_ONLY(name=wanted), remedy=said.ONLY_KNOWN(names=", ".join(names)))
        return names[wanted]

    def load(self, source: Source, *, offline: bool = False) -> Loaded:
        """Read a configuration.

        Raises:
            ConfigError: It has faults.
        """
        from b24sync.cli.known_good import load_known

        self.logging()
        loaded = load_known(source, os.environ, offline=offline)
        for warning in loaded.warnings:
            logging.getLogger("b24sync").info("%s", warning)
        return loaded

    @contextmanager
    def app(self, *, offline: bool = False) -> Iterator[App]:
        """The one configuration of a command that works on one.

        Raises:
            UsageError: There are several.
        """
        from b24sync.app import App

        sources = self.sources()
        if len(sources) > 1:
            names = ", ".join(source.path.name for source in sources)
            raise UsageError(
                said.ONE_CONFIGURATION(count=len(sources), names=names),
                remedy=said.NAME_ONE(),
            )
        app = App(self.load(sources[0], offline=offline))
        try:
            yield app
        finally:
            app.close()

    def each(
        self,
        body: Callable[[App], int],
        *,
        offline: bool = False,
        hourly: bool = False,
        go_on: Callable[[], bool] = lambda: True,
    ) -> int:
        """Run a command on every configuration, one after another; one failure does not stop the others.

        Args:
            body: What is done with each.
            offline: Whether secrets that only the portal needs may be missing.
            hourly: Whether what keeps it from running is said once an hour where no person looks on.
            go_on: Asked before each one.

        Returns:
            The worst exit code.
        """
        from b24sync.engine.poll_report import worst

        try:
            sources = self.sources()
        except ConfigError as error:
            if hourly and _said_lately(error.source, error):
                return error.exit_code
            raise
        used = dict[Path, Path]()
        code = 0
        for source in sources:
            if go_on():
                code = worst(code, self._one(source, body, used, offline=offline, hourly=hourly))
        return code

    def _one(
        self,
        source: Source,
        body: Callable[[App], int],
        used: dict[Path, Path],
        *,
        offline: bool,
        hourly: bool,
    ) -> int:
        from b24sync.cli.failure import explain

        try:
            with about(label_of(source)):
                code = self._run(source, body, used, offline=offline)
        except Exception as error:  # noqa: BLE001 - one failure does not stop the others
            if hourly and _said_lately(str(source.path), error):
                return int(getattr(error, "exit_code", 1))
            return explain(error, verbose=self.verbose, label=label_of(source))
        if hourly:
            _over(str(source.path))
        return code

    def _run(
        self, source: Source, body: Callable[[App], int], used: dict[Path, Path], *, offline: bool
    ) -> int:
        from b24sync.app import App

        app = App(self.load(source, offline=offline))
        app.label = label_of(source)
        try:
            _own_database(app.settings.store.path.resolve(), source.path, used)
            return body(app)
        finally:
            app.close()


def label_of(source: Source) -> str:
    """How lines name a configuration: by its file in a folder of them, else not at all."""
    return source.path.name if source.in_folder else ""


def _said_lately(place: str, error: Exception) -> bool:
    """Whether no person looks on and this was said within the hour."""
    from b24sync.cli.silence import said_lately
    from b24sync.clock import SystemClock

    if not isinstance(error, B24SyncError) or sys.stderr.isatty():
        return False
    return said_lately(place, f"{type(error).__name__} {error}", now=SystemClock().now())


def _over(place: str) -> None:
    from b24sync.cli.silence import over

    over(place)


def _own_database(database: Path, source: Path, used: dict[Path, Path]) -> None:
    """Each configuration of a folder has a database of its own.

    Raises:
        ConfigError: An earlier one uses the same.
    """
    other = used.setdefault(database, source)
    if other != source:
        from b24sync.words.config_file import USED_BY

        raise ConfigError(str(source), [USED_BY.both(other=other.name, database=database)])


def interactive() -> bool:
    """Whether a person looks on and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()

"""Reading one configuration: TOML, structure, secrets, cross-checks; all faults in one error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b24sync import __version__
from b24sync.config.find import Source
from b24sync.config.problems import Problem, place, why_unread, without_echoes
from b24sync.config.secrets import SecretReader
from b24sync.config.surrounding_checks import surrounding_faults, zone_faults
from b24sync.config.whole_file import WholeFile
from b24sync.domain.settings import Settings, StoreSettings
from b24sync.domain.values import Secret
from b24sync.domain.wording import did_you_mean
from b24sync.errors import ConfigError
from b24sync.ownership import file_fault
from b24sync.plain_files import beside, read_plain
from b24sync.portal.webhook import Webhook

if TYPE_CHECKING:
    from b24sync.words import Both, Language

_SAID_IN = re.compile(r"""(?m)^\s*language\s*=\s*["'](ru|en)["']""")
_LARGEST = 4_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration without faults.

    Attributes:
        path: The file.
        warnings: What is allowed and probably not meant, with its place; none for a known good file.
        secrets: Every text that may appear nowhere, for redaction: the secret part of the webhook, passwords.
        digest: Of all that the checks depend on; hand it to the next ``load`` as ``known_good``.
    """

    settings: Settings
    path: Path
    warnings: tuple[Both, ...]
    secrets: tuple[str, ...] = field(repr=False)
    digest: str


def load(
    source: Source | Path,
    *,
    environ: Mapping[str, str],
    known_good: str | Callable[[Settings], str | None] | None = None,
    offline: bool = False,
) -> Loaded:
    """Read and check a configuration.

    Args:
        source: The file; relative paths in it count from its folder.
        environ: The variables, for ``env:`` secrets.
        known_good: A digest that an earlier ``load`` gave: if it still holds, only secrets and other files
            are checked again, and rules are not read before somebody asks for them. May be a function of the
            settings that finds it.
        offline: Whether secrets and files that only the portal or the mail server need may be missing.

    Raises:
        ConfigError: The file cannot be read, or has faults.
    """
    if isinstance(source, Path):
        source = Source(source)
    text = _text_of(source.path, environ)
    raw = _parsed(source.path, text, environ)
    file = WholeFile(raw, SecretReader(source.path, environ, offline=offline))
    settings, faults = file.settings()
    settings = _placed(settings, source, raw)
    digest = _digest(text, file)
    faults = (*faults, *without_echoes(surrounding_faults(settings, offline=offline), faults))
    warnings: tuple[Both, ...] = ()
    if digest != (known_good(settings) if callable(known_good) and not faults else known_good):
        settings, of_rules = file.with_rules(settings)
        faults = (*faults, *of_rules)
        faults = (
            *faults,
            *without_echoes((*zone_faults(settings.timezone), *_cross_faults(settings)), faults),
        )
        warnings = _warnings(source.path, text, settings)
    if faults:
        language = spoken_in(_language_said(raw, settings), environ)
        raise ConfigError(str(source.path), list(_messages(source.path, text, faults)), language=language)
    return Loaded(settings, source.path, warnings, _secrets(settings), digest)


def _language_said(raw: Mapping[str, Any], settings: Settings) -> object:
    """What a file says of its language, under a misspelt key if need be; else the usual one."""
    key = "language" if "language" in raw else did_you_mean("language", raw)
    return raw.get(key, settings.language)


def spoken_in(written: object, environ: Mapping[str, str]) -> Language:
    """The language in which the faults of a configuration are said; it may be one of them.

    Args:
        written: What the file says of it.
        environ: The variables: they decide where it cannot be told what is meant.
    """
    from b24sync.words.spoken import of_environment

    text = written.lower() if isinstance(written, str) else ""
    return "ru" if text.startswith("ru") else "en" if text.startswith("en") else of_environment(environ)


def shared_databases(configurations: Iterable[Loaded]) -> Iterator[Both]:
    """Say which configurations of a folder would use the same database."""
    files: dict[Path, list[str]] = {}
    for loaded in configurations:
        files.setdefault(loaded.settings.store.path.resolve(), []).append(str(loaded.path))
    for database, names in files.items():
        if len(names) > 1:
            from b24sync.words.config_file import SHARED

            yield SHARED.both(names=", ".join(names), database=database)


def _text_of(path: Path, environ: Mapping[str, str]) -> str:
    """The text of the file.

    Raises:
        ConfigError: It cannot be trusted or read.
    """
    fault = file_fault(path)
    if fault:
        raise _unread(path, fault, environ)
    try:
        content = _content(path)
    except OSError as error:
        from b24sync.words.config_file import UNREAD

        raise _unread(path, UNREAD.both(why=why_unread(error)), environ) from None
    if len(content) > _LARGEST:
        from b24sync.words.config_file import TOO_LARGE

        raise _unread(path, TOO_LARGE.both(), environ)
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        from b24sync.words.config_file import NO_UTF8

        line = content[: error.start].count(b"\n") + 1
        text = content.decode(errors="replace")
        raise _unread(path, NO_UTF8.both(), environ, text=text, line=line) from None


def _unread(
    path: Path, told: Both, environ: Mapping[str, str], *, text: str = "", line: int = 0, column: int = 0
) -> ConfigError:
    """The error of a file that holds no settings; in what can be seen of it, its language may be."""
    from b24sync.words.config_file import at

    said = _SAID_IN.search(text)
    place = ":".join([str(path), *(str(number) for number in (line, column) if number)])
    language = spoken_in(said[1] if said else None, environ)
    return ConfigError(str(path), [at(place, told)], language=language)


def _content(path: Path) -> bytes:
    """The file, never all of one without an end; a shell's ``<(...)`` and /dev/stdin are pipes, and meant."""
    if path.is_absolute() and path.parts[1:2] == ("dev",) and path.parts[2:3] != ("shm",):
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    return read_plain(path, _LARGEST)


def _parsed(path: Path, text: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """What the text says.

    Raises:
        ConfigError: It is no TOML.
    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        from b24sync.words.config_file import NESTED

        raise _unread(path, NESTED.both(), environ, text=text) from None
    except (ValueError, ArithmeticError) as error:
        from b24sync.words.config_file import NO_TOML
        from b24sync.words.toml_syntax import toml_fault

        found = toml_fault(error, text)
        told = NO_TOML.both(what=found.what)
        raise _unread(path, told, environ, text=text, line=found.line, column=found.column) from None


def _placed(settings: Settings, source: Source, raw: dict[str, Any]) -> Settings:
    """The settings with their places: what the file names counts from its folder already, defaults do not."""
    folder = source.path.parent
    return replace(
        settings,
        portal=replace(settings.portal, webhook=_tidied(settings.portal.webhook)),
        store=settings.store if _says(raw, "store", "path") else StoreSettings(path=_database_of(source)),
        mail=settings.mail
        if settings.mail is None or _says(raw, "mail", "folder")
        else replace(settings.mail, folder=folder / settings.mail.folder),
        calendar=replace(
            settings.calendar,
            file=tuple(str(beside(folder, name)) for name in settings.calendar.file),
        ),
    )


def _says(raw: dict[str, Any], section: str, key: str) -> bool:
    table = raw.get(section)
    return isinstance(table, dict) and key in table


def _database_of(source: Source) -> Path:
    """The database of a configuration that names none.

    In a folder of them each has one of its own name; the same one is meant when its file is named by itself.
    """
    own, usual = source.path.with_suffix(".db"), source.path.parent / StoreSettings().path
    return own if source.in_folder or (own.exists() and not usual.exists()) else usual


def _tidied(webhook: Secret) -> Secret:
    """The webhook's address up to its secret, with the closing slash; one that is none as it is."""
    try:
        return Secret(Webhook.parse(webhook.reveal()).reveal())
    except ValueError:  # told by the surrounding checks
        return webhook


def _cross_faults(settings: Settings) -> Iterator[Problem]:
    """What follows from the file alone, texts included; not imported for a file that is known to be good."""
    from b24sync.config.rule_test_checks import faults_of_tests
    from b24sync.config.rules import rule_faults
    from b24sync.config.sections import section_faults
    from b24sync.config.text_checks import text_faults

    faults = [*section_faults(settings), *rule_faults(settings), *faults_of_tests(settings)]
    yield from faults
    yield from without_echoes(text_faults(settings), faults)


def _messages(path: Path, text: str, faults: Iterable[Problem]) -> Iterator[Both]:
    """Faults as lines, in the order of the file."""
    from b24sync.config.lines import line_numbers, nearest_line
    from b24sync.words.config_file import at

    lines = line_numbers(text)
    placed = [(nearest_line(lines, fault.path), fault) for fault in dict.fromkeys(faults)]
    for line, fault in sorted(
        placed, key=lambda pair: (pair[0] or 0, [str(part).zfill(5) for part in pair[1].path])
    ):
        where = f"{path}:{line}" if line else str(path)
        yield at(f"{where}: {place(fault.path)}" if fault.path else where, fault.message)


def _warnings(path: Path, text: str, settings: Settings) -> tuple[Both, ...]:
    from b24sync.config.sections import section_warnings

    found = list(section_warnings(settings))
    return tuple(_messages(path, text, found)) if found else ()


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Texts of under four characters are left out: hiding them everywhere would spoil every other text."""
    webhook = settings.portal.webhook.reveal()
    parts = [webhook.rstrip("/").rpartition("/")[2], settings.mail.password.reveal() if settings.mail else ""]
    return tuple(part for part in parts if len(part) >= 4)


def _digest(text: str, file: WholeFile) -> str:
    from hashlib import sha256

    digest = sha256(f"{__version__}\n{text}".encode())
    for letter in file.letters():
        digest.update(f"\0{letter}".encode())
    return digest.hexdigest()

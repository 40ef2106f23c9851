"""Configurations for tests: written to a real file, loaded by the real loader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from b24sync.config.load import Loaded, load
from b24sync.errors import ConfigError

PORTAL = '[portal]\nwebhook = "https://example.bitrix24.ru/rest/1/s3cretword/"\n'
ENVIRON = {"B24SYNC_WEBHOOK": "https://example.bitrix24.ru/rest/1/s3cretword/", "SMTP_PASSWORD": "pa55word"}


def written(folder: Path, text: str, *, name: str = "b24sync.toml", mode: int = 0o600) -> Path:
    """Write a configuration that only its owner may read."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def loaded(folder: Path, text: str, *, environ: Mapping[str, str] = ENVIRON, portal: str = PORTAL) -> Loaded:
    """Load a configuration; the portal's section comes after the text."""
    return load(written(folder, text + portal), environ=environ)


def faults(
    folder: Path, text: str, *, environ: Mapping[str, str] = ENVIRON, portal: str = PORTAL
) -> list[str]:
    """What is wrong with a configuration, with ``FILE`` in place of its path."""
    path = written(folder, text + portal)
    try:
        load(path, environ=environ)
    except ConfigError as error:
        return [str(fault).replace(str(path), "FILE") for fault in error.faults]
    return []

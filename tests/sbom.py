"""Bill of materials of what users install: ``python -m tests.sbom > b24sync.cdx.json`` (CycloneDX 1.5)."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from tests.check import installed

ROOT = "b24sync"


def bill(*, now: datetime) -> dict[str, Any]:
    """The program and everything that it needs to run, as installed here, with who needs whom."""
    found = dict(sorted(installed(ROOT)))
    everything = {ROOT: metadata.version(ROOT), **found}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": now.isoformat(timespec="seconds"),
            "component": {**_component(ROOT, everything[ROOT]), "type": "application"},
        },
        "components": [_component(name, version) for name, version in found.items()],
        "dependencies": [
            {"ref": _purl(name, version), "dependsOn": sorted(_needs(name, everything))}
            for name, version in everything.items()
        ],
    }


def _component(name: str, version: str) -> dict[str, Any]:
    known = metadata.metadata(name)
    licence = (known.get("License-Expression") or known.get("License") or "").strip()
    component = {
        "type": "library",
        "bom-ref": _purl(name, version),
        "name": name,
        "version": version,
        "purl": _purl(name, version),
    }
    if licence and "\n" not in licence:
        component["licenses"] = [{"license": {"name": licence}}]
    return component


def _needs(name: str, everything: dict[str, str]) -> Iterator[str]:
    from packaging.requirements import Requirement

    for line in metadata.requires(name) or []:
        wanted = Requirement(line)
        key = wanted.name.lower().replace("_", "-")
        if key in everything and not (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            yield _purl(key, everything[key])


def _purl(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


if __name__ == "__main__":
    json.dump(bill(now=datetime.now(UTC)), sys.stdout, ensure_ascii=False, indent=2)
    print()

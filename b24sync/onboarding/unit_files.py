"""Ready files that run polls: systemd units, a crontab (Kubernetes: :mod:`b24sync.onboarding.kubernetes`).

One process and one database a portal is all that many portals need: they spread over machines by their files.
Nothing here holds a secret; where the configuration names one (``env:``, ``credential:``), the file says from
where the service gets it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
_POLL = "poll --max-time 50s"
_HARDENED = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateUsers=yes
ProtectHostname=yes
ProtectClock=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0077
"""


@dataclass(frozen=True, slots=True)
class Place:
    """One configuration and what it needs; all paths are absolute.

    Attributes:
        name: Of the portal: the file's name without its ending.
        file: The configuration.
        writes: Folders that a poll writes into.
        variables: Environment variables that hold its secrets.
        credentials: Names of its systemd credentials.
    """

    name: str
    file: Path
    writes: tuple[Path, ...]
    variables: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Installation:
    """What all files have in common.

    Attributes:
        program: The command's absolute path.
        user: Whom it runs as.
        folder: The folder of configurations; ``None`` if one file is meant.
        image: The container image, for Kubernetes.
    """

    program: Path
    user: str
    folder: Path | None
    image: str


def secrets_of(raw: Mapping[str, Any], prefix: str) -> tuple[str, ...]:
    """Names behind ``env:`` or ``credential:`` in a configuration's tables, in their order."""
    return tuple(dict.fromkeys(_named(raw, prefix)))


def _named(value: Any, prefix: str) -> Iterable[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _named(one, prefix)
    elif isinstance(value, str) and re.fullmatch(rf"{prefix}[A-Za-z0-9_.-]+", value):
        yield value.removeprefix(prefix)


# systemd


def systemd(places: Sequence[Place], how: Installation) -> dict[str, str]:
    """Service and timer; of a folder a template, one instance a portal."""
    suffix = "@" if how.folder else ""
    which = "%i" if how.folder else places[0].name
    enable = " ".join(f"b24sync{suffix}{place.name if how.folder else ''}.timer" for place in places)
    return {
        f"b24sync{suffix}.service": _service(places, how, which),
        f"b24sync{suffix}.timer": f"""\
# Copy both files to /etc/systemd/system, then: systemctl daemon-reload && systemctl enable --now {enable}
[Unit]
Description=Polls Bitrix24 every two minutes ({which})

[Timer]
OnBootSec=1min
OnUnitActiveSec=2min
RandomizedDelaySec=10s

[Install]
WantedBy=timers.target
""",
    }


def _service(places: Sequence[Place], how: Installation, which: str) -> str:
    config = _escaped(how.folder or places[0].file)
    call = f"{_escaped(how.program)} --config {config}".replace("$", "$$")  # no variable
    call += " --only %i" if how.folder else ""
    folders = sorted({folder for place in places for folder in place.writes})
    at_home = any(path.is_relative_to(home) for path in [*folders, how.program] for home in _HOMES)
    lines = [
        "[Unit]",
        f"Description=Bitrix24 automations, one poll ({which})",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "Type=oneshot",
        f"User={how.user}",
        f"ExecStart={call} {_POLL}",
        "# 69: the portal or the mail server is away (nothing is lost), 75: another poll runs",
        "SuccessExitStatus=69 75",
        "TimeoutStartSec=1h",
        *_secret_lines(places, how),
        "# where it notes what it has said, so that the same trouble is said once an hour",
        "StateDirectory=b24sync",
        "StateDirectoryMode=0700",
        *(f"ReadWritePaths={_escaped(folder, '-')}" for folder in folders),
        f"ProtectHome={'read-only' if at_home else 'yes'}",
    ]
    return "\n".join(lines) + "\n" + _HARDENED


def _secret_lines(places: Sequence[Place], how: Installation) -> list[str]:
    part = "/%i" if how.folder else ""
    lines = []
    if any(place.variables for place in places):
        lines += [
            "# NAME=VALUE of each env: secret; better: credential:NAME, which no other process can see",
            f"EnvironmentFile=-/etc/b24sync/secrets{part}.env",
        ]
    names = dict.fromkeys(name for place in places for name in place.credentials)
    return [*lines, *(f"LoadCredential={name}:/etc/b24sync/credentials{part}/{name}" for name in names)]


def _escaped(path: Path, before: str = "") -> str:
    text = before + str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"' if re.search(r"[\s'\"\\;]", text) else text


# cron


def crontab(places: Sequence[Place], how: Installation) -> dict[str, str]:
    """One file for /etc/cron.d."""
    call = f"{shlex.quote(str(how.program))} --config {shlex.quote(str(how.folder or places[0].file))}"
    call = call.replace("%", "\\%")  # cron takes a bare one for the end of the line
    variables = dict.fromkeys(name for place in places for name in place.variables)
    notes = [
        f"# {name}=... is needed here; better write it as file:PATH in the configuration"
        for name in variables
    ]
    lines = [
        "# Copy to /etc/cron.d/b24sync (owner root, mode 0644).",
        "# It prints nothing while all is well, so a mail is news.",
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "MAILTO=root",
        *notes,
        f"*/2 * * * * {how.user} {call} {_POLL}",
        f"0 9 * * 1 {how.user} {call} status",
    ]
    if not how.folder:
        lines.append(f"30 3 * * * {how.user} {call} snapshot prune --older-than 365d")
    return {"b24sync.cron": "\n".join(lines) + "\n"}

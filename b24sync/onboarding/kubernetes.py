"""Ready files that run polls on Kubernetes: for each portal a volume and a CronJob."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.onboarding.unit_files import Installation, Place

_HEAD = """\
# One portal: its volume (the database) and its polls. Before it:
#   kubectl create secret generic {name}-config --from-file=b24sync.toml={file}
#   kubectl create secret generic {name}{literals}
# Secrets belong into the second: write them as env:NAME or credential:NAME in the configuration.
# Its relative paths count from /data, the volume. Many portals: one such file each; nothing is shared.
"""
_VOLUME = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {name}
spec:
  accessModes: [ReadWriteOncePod]
  resources:
    requests:
      storage: 5Gi
"""
_JOB = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {name}
spec:
  schedule: "*/2 * * * *"
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 100
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          securityContext:
            runAsNonRoot: true
            runAsUser: 10001
            runAsGroup: 10001
            fsGroup: 10001
            seccompProfile: {{type: RuntimeDefault}}
          containers:
"""
_CONTAINER = """\
            - name: poll
              image: {image}
              args: [b24sync, --log-format, json, --config, /data/b24sync.toml, poll, --max-time, 50s]
              env:
{env}
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities: {{drop: [ALL]}}
              resources:
                requests: {{cpu: 50m, memory: 64Mi}}
                limits: {{memory: 256Mi}}
              volumeMounts:
{mounts}
          volumes:
{volumes}
"""


def kubernetes(places: Sequence[Place], how: Installation) -> dict[str, str]:
    """A volume and a CronJob for each portal."""
    return {f"b24sync-{_label(place.name)}.yaml": _file(place, how) for place in places}


def _label(name: str) -> str:
    """A name as Kubernetes allows it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "portal"


def _file(place: Place, how: Installation) -> str:
    name = "b24sync" if place.name == "b24sync" else f"b24sync-{_label(place.name)}"
    literals = "".join(f" --from-literal={one}=..." for one in (*place.variables, *place.credentials))
    head = _HEAD.format(
        name=name,
        file=shlex.quote(str(place.file)),
        literals=literals or " --from-literal=B24SYNC_WEBHOOK=...",
    )
    container = _CONTAINER.format(
        image=how.image,
        env=_listed(16, _variables(place, name)),
        mounts=_listed(16, _mounts(place)),
        volumes=_listed(12, _volumes(place, name)),
    )
    return f"{head}{_VOLUME.format(name=name)}---\n{_JOB.format(name=name)}{container}"


def _listed(indent: int, entries: Sequence[str]) -> str:
    """Entries of a YAML list, each on its line."""
    return "\n".join(f"{' ' * indent}- {entry}" for entry in entries)


def _variables(place: Place, name: str) -> list[str]:
    found = ["{name: HOME, value: /data}"]
    if place.credentials:
        found.append("{name: CREDENTIALS_DIRECTORY, value: /run/credentials}")
    return found + [
        f"{{name: {one}, valueFrom: {{secretKeyRef: {{name: {name}, key: {one}}}}}}}"
        for one in place.variables
    ]


def _mounts(place: Place) -> list[str]:
    found = [
        "{name: data, mountPath: /data}",
        "{name: config, mountPath: /data/b24sync.toml, subPath: b24sync.toml, readOnly: true}",
        "{name: tmp, mountPath: /tmp}",
    ]
    if place.credentials:
        found.append("{name: credentials, mountPath: /run/credentials, readOnly: true}")
    return found


def _volumes(place: Place, name: str) -> list[str]:
    found = [
        f"{{name: data, persistentVolumeClaim: {{claimName: {name}}}}}",
        f"{{name: config, secret: {{secretName: {name}-config, defaultMode: 0440}}}}",
        "{name: tmp, emptyDir: {}}",
    ]
    if place.credentials:
        found.append(f"{{name: credentials, secret: {{secretName: {name}, defaultMode: 0440}}}}")
    return found

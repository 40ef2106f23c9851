"""All probes, in the order in which their findings are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from b24sync.doctor.probes import (
    absent_ids,
    bound_tasks,
    clock_drift,
    history_lag,
    pdf_link,
    recurring,
    row_sums,
    row_times,
    workflows,
)
from b24sync.doctor.probing import Scene, looked

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.doctor.finding import Finding
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses

_PROBES = (
    clock_drift,
    row_times,
    history_lag,
    absent_ids,
    recurring,
    row_sums,
    bound_tasks,
    pdf_link,
    workflows,
)


def probed(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Look at this portal for what no documentation proves.

    Raises:
        PortalError: It could not be asked any more; after what is known was said.
    """
    scene = Scene(app, uses, survey)
    yield from looked(app.portal, {probe.NAME: probe.look(scene) for probe in _PROBES})

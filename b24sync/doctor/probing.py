"""Looks at this portal for what no documentation proves: many side by side, each failing alone.

A probe is a generator, as everything that wants answers of the portal: it yields calls, is sent their
answers, and returns its findings. What all of them ask in one moment goes out in one batch, so that a dozen
probes cost a request or two more.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from b24sync.doctor.finding import Finding, not_looked
from b24sync.errors import B24SyncError, ScopeError
from b24sync.rest import items
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.calls import Answer, Call, Portal
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.rest.kinds import Kind

Look: TypeAlias = "Generator[Sequence[Call], Sequence[Answer], Sequence[Finding]]"
log = logging.getLogger(__name__)
_MOST_ROUNDS = 5
_UNEXPECTED = (ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class Scene:
    """What every probe may know before it asks."""

    app: App
    uses: Uses
    survey: Survey

    def item_kinds(self, *names: str) -> list[Kind]:
        """The watched kinds that crm.item.list reads, of some names; without names all of them."""
        return [kind for kind in self.app.watched if kind.api == "item" and (not names or kind.name in names)]

    def newest(self, kind: Kind) -> list[dict[str, Any]]:
        """The page of the rows of a kind that changed last, templates left out."""
        rows = items.page_rows(self.survey.result(f"newest.{kind.name}"))
        return [row for row in rows if items.id_of(row) is not None and not items.is_template(row)]


@dataclass(slots=True)
class _Running:
    """One probe on its way."""

    name: str
    look: Look
    calls: Sequence[Call] = ()
    findings: list[Finding] = field(default_factory=list)
    is_open: bool = True

    def go_on(self, answers: Sequence[Answer] | None) -> None:
        """Run it up to its next question, or to its end."""
        try:
            self.calls = next(self.look) if answers is None else self.look.send(answers)
        except StopIteration as stop:
            self._ended(stop.value or ())
        except ScopeError:  # what the webhook may not do is told among the scopes
            self._ended(())
        except B24SyncError as error:
            self._ended([not_looked(self.name, error.message)])
        except _UNEXPECTED as error:
            log.info("the probe %s", self.name, exc_info=True)
            self._ended([not_looked(self.name, words.ODD_ANSWER.both(kind=type(error).__name__, why=error))])

    def give_up(self, why: object) -> None:
        """The portal is no longer to be had."""
        self.look.close()
        self._ended([not_looked(self.name, why)])

    def _ended(self, findings: Iterable[Finding]) -> None:
        self.findings, self.is_open = list(findings), False


def looked(portal: Portal, looks: Mapping[str, Look]) -> Iterator[Finding]:
    """Run all probes side by side; each round of their questions is one read.

    Args:
        portal: Whom they ask.
        looks: Name of a probe, as its findings have it → the probe.

    Returns:
        The findings, in the order of the probes.

    Raises:
        PortalError: The portal could not be asked any more; after what is known was said.
    """
    running = [_Running(name, look) for name, look in looks.items()]
    for one in running:
        one.go_on(None)
    away: B24SyncError | None = None
    for _ in range(_MOST_ROUNDS):
        asking = [one for one in running if one.is_open]
        if not asking or away is not None:
            break
        away = _round(portal, asking)
    for one in running:
        if one.is_open:
            one.give_up(away.message if away is not None else words.NO_END.both())
        yield from one.findings
    if away is not None:
        raise away


def _round(portal: Portal, asking: Sequence[_Running]) -> B24SyncError | None:
    """Ask what all of them want to know; the error if nothing can be asked."""
    try:
        answers = iter(portal.read([call for one in asking for call in one.calls]))
    except B24SyncError as error:
        return error
    for one in asking:
        one.go_on([next(answers) for _ in one.calls])
    return None

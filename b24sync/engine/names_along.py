"""Learns the names of clients and managers in the spare room of requests that are sent anyway.

The report shows who owes the most and asks nobody (`b24sync.reporting`), and no rule need ever have read the
client. So when a poll asks the portal something for its rules or steps, the names that the report would want
are asked along with it, every ten minutes at most. An idle poll asks for none, and names cost no request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from b24sync.domain.entity import COMPANY, CONTACT, Key
from b24sync.engine.debtors import manager_of, parties_of, unpaid_stages
from b24sync.errors import PortalAwayError, TransientError
from b24sync.rest import clients, items, people
from b24sync.rest.items import page_rows
from b24sync.rest.json_values import id_or_none
from b24sync.rest.kinds import STANDARD

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.calls import Answer, Call, Portal, Use
    from b24sync.engine.funnels import Funnels
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store

MOST: Final = 50
"""Invoices, longest overdue first, whose names are kept at hand; the report shows half as many."""
PAUSE_S: Final = 600
KEPT_S: Final = 30 * 86_400
_COMMANDS = 3  # companies, contacts, users
_USER = "user"
_PARTS = {COMPANY: ("id", "title"), CONTACT: ("id", "name", "lastName")}


@dataclass(slots=True)
class NamesAlong:
    """The portal, whose reads learn names by the way; all else is as with the portal itself.

    Attributes:
        funnels: The stages that are known.
        now: The local time; how often is asked goes by it.
    """

    portal: Portal
    store: Store
    kinds: Mapping[str, Kind]
    funnels: Callable[[], Funnels]
    now: Callable[[], datetime]

    def read(self, calls: Sequence[Call], *, patient: bool = True) -> list[Answer]:
        """Read; what is asked along the way never fails what was asked."""
        questions = self._questions() if 0 < len(calls) <= self.portal.batch_size - _COMMANDS else {}
        if not questions:
            return self.portal.read(calls, patient=patient)
        try:
            answers = self.portal.read([*calls, *questions.values()], patient=patient)
        except PortalAwayError:
            raise
        except TransientError:  # maybe for their sake: they are not asked again at once
            return self.portal.read(calls, patient=patient)
        self._keep(dict(zip(questions, answers[len(calls) :], strict=True)))
        return answers[: len(calls)]

    def _questions(self) -> dict[str, Call]:
        """What names are asked for, by kind; nothing if it was asked lately, or all are known."""
        at, keep = int(self.now().timestamp()), self.store.meta
        if keep.cached("names_asked", not_before=at - PAUSE_S) is not None:
            return {}
        wanted = dict[str, list[int]]()
        for key in dict.fromkeys(self._shown()):
            if keep.cached(f"name:{key}", not_before=at - KEPT_S) is None:
                wanted.setdefault(key.kind, []).append(key.id)
        with self.store.transaction():
            keep.cache("names_asked", True, at=at)
        return {kind: _question(kind, ids[:MOST]) for kind, ids in wanted.items()}

    def _shown(self) -> Iterator[Key]:
        """Clients and managers of the invoices that are overdue longest."""
        stages = unpaid_stages(self.store, self.funnels())
        for invoice in self.store.figures.longest_due(stages, MOST):
            yield from parties_of(self.store, self.kinds, invoice)
            manager = manager_of(self.store, self.kinds, invoice)
            if manager is not None:
                yield Key(_USER, manager)

    def _keep(self, answers: Mapping[str, Answer]) -> None:
        found = {
            key: name
            for kind, answer in answers.items()
            if answer.error is None
            for key, name in _names(kind, answer)
            if name
        }
        if not found:
            return
        at = int(self.now().timestamp())
        with self.store.transaction():
            for key, name in found.items():
                self.store.meta.cache(f"name:{key}", name, at=at)

    # the rest of the portal

    @property
    def requests(self) -> int:
        """As the portal's."""
        return self.portal.requests

    @property
    def server_utc_offset(self) -> str | None:
        """As the portal's."""
        return self.portal.server_utc_offset

    @property
    def batch_size(self) -> int:
        """As the portal's."""
        return self.portal.batch_size

    def take_usage(self) -> Mapping[str, Use]:
        """As the portal's."""
        return self.portal.take_usage()

    def chain(self, calls: Mapping[str, Call], *, patient: bool = True) -> tuple[dict[str, Answer], datetime]:
        """As the portal's."""
        return self.portal.chain(calls, patient=patient)

    def ahead(self, calls: Mapping[str, Call]) -> None:
        """As the portal's."""
        self.portal.ahead(calls)

    def write(self, calls: Sequence[Call]) -> list[Answer]:
        """As the portal's."""
        return self.portal.write(calls)

    def download(self, url: str, *, limit_bytes: int) -> bytes:
        """As the portal's."""
        return self.portal.download(url, limit_bytes=limit_bytes)


def _question(kind: str, ids: Sequence[int]) -> Call:
    return people.users(ids) if kind == _USER else items.by_ids(STANDARD[kind], ids, select=_PARTS[kind])


def _names(kind: str, answer: Answer) -> Iterator[tuple[Key, str]]:
    if kind == _USER:
        yield from ((Key(_USER, user.id), user.name) for user in people.read_users(answer.result))
        return
    for row in page_rows(answer.result):
        number = id_or_none(row.get("id"))
        if number is not None:
            yield Key(kind, number), clients.name_of(STANDARD[kind], row)

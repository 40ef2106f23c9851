"""The bench of steps with a database beside it.

It has mail, files and records as the engine grants them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from b24sync.errors import InDoubtError, PermanentError
from b24sync.ports import (
    Answer,
    Download,
    Mail,
    MailReceipt,
    SaveDocument,
    SaveDueDate,
    SaveMemory,
    SendMail,
    Write,
)
from b24sync.steps.context import StepContext
from b24sync.store import Store
from tests.support.steps import Bench, LostAnswerError


@dataclass
class MailBench(Bench):
    """``letters`` are those that left; ``memory`` is what the action kept.

    ``wishes`` the names of all wishes in order.
    """

    path: Path = Path()
    letters: list[Mail] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    wishes: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    fetch_error: PermanentError | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.store = Store.open(self.path / "bench.db")

    def context(self, name: str, entity_id: int, **given: Any) -> StepContext:
        """As the bench's, with records and memory; ``now``, ``operator`` and ``calendar`` may be given."""
        own = {name: given.pop(name) for name in ("now", "operator", "calendar") if name in given}
        context = super().context(name, entity_id, **given)
        return replace(context, records=self.store.records, memory=dict(self.memory), **own)

    def again(self) -> None:
        """Begin a new action: nothing is kept of the former one."""
        self.memory = {}

    def drive(self, effects: Any) -> Any:
        """As the bench's; a download's error is thrown into the generator."""
        if self.fetch_error is None:
            return super().drive(effects)
        return super().drive(self._throwing(effects, self.fetch_error))

    def _throwing(self, effects: Any, error: PermanentError) -> Any:
        effect = next(effects)
        while True:
            try:
                effect = (
                    effects.throw(error) if isinstance(effect, Download) else effects.send((yield effect))
                )
            except StopIteration as stop:
                return stop.value

    def _granted(self, effect: Any) -> Any:
        self.wishes.append(type(effect).__name__)
        match effect:
            case SendMail():
                self.letters.append(effect.mail)
                return MailReceipt("250 ok", effect.mail.to)
            case SaveMemory():
                self.memory = dict(effect.memory)
                return None
            case SaveDueDate():
                self.store.records.keep_due_date(effect)
                return None
            case SaveDocument():
                self.store.records.keep_document(effect)
                return None
            case Download():
                return self._file(effect.url)
        return super()._granted(effect)

    def _file(self, url: str) -> bytes:
        self.fetched.append(url)
        asked = dict(parse_qsl(urlsplit(url).query))
        content = self.portal.document_book.file(
            asked, urlsplit(url).path.rpartition("document.")[2].removesuffix(".json")
        )
        return (
            content
            if content is not None
            else b'{"error":"ACCESS_DENIED","error_description":"Access denied"}'
        )

    def _written(self, write: Write) -> Answer:
        if not write.best_effort:
            return super()._written(write)
        try:
            return super()._written(write)
        except LostAnswerError:
            return Answer(write.call, error=InDoubtError("no answer", method=write.call.method))


@contextmanager
def refusing(bench: MailBench, method: str, code: str, words: str) -> Iterator[None]:
    """While it lasts, the portal refuses a method."""
    from b24sync.sandbox import Fault

    bench.portal.faults.add(Fault("error", method=method, code=code, description=words, times=99))
    yield
    bench.portal.faults.clear()


__all__ = ["MailBench", "PermanentError", "refusing"]

"""What steps and conditions ask with ``yield from``: fresh entities, people, texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import Entity, Key
from b24sync.domain.values import is_path

if TYPE_CHECKING:
    from b24sync.domain.event import Event
    from b24sync.ports import Effects
    from b24sync.rules.language import Language
    from b24sync.rules.links import Linker
    from b24sync.rules.selectors import Found


@dataclass(frozen=True, slots=True)
class ActionDesk:
    """The desk of one action: everything is read anew, at most once.

    Attributes:
        subject: The event's entity: its key, to have it read; for a deleted one its last known look.
    """

    linker: Linker
    language: Language
    subject: Key | Entity
    event: Event

    def entity(self, kind: str, entity_id: int) -> Effects[Entity | None]:
        """A fresh look; ``None`` if gone; a refusal to show it is raised."""
        return self.linker.entity(kind, entity_id)

    def scope(self, names: Sequence[str], extra: Mapping[str, Any]) -> Effects[dict[str, Any]]:
        """Values of root names or dotted paths."""
        paths = {tuple(name.split(".")) for name in names}
        return self.linker.scope(paths, self.subject, event=self.event, extra=extra)

    def text(self, source: str, *, mode: str, extra: Mapping[str, Any]) -> Effects[str]:
        """A rendered text."""
        compiled = self.language.compile_text(source, mode)  # type: ignore[arg-type]
        scope = yield from self.linker.scope(compiled.names, self.subject, event=self.event, extra=extra)
        return compiled.render(scope)

    def value(self, value: Any, *, extra: Mapping[str, Any]) -> Effects[Any]:
        """A value of ``set``.

        A bare path gives the value itself, a template its text, anything else itself.
        """
        if isinstance(value, tuple | list):
            found = []
            for one in value:
                found.append((yield from self.value(one, extra=extra)))  # noqa: PERF401 - no comprehension can yield from
            return found
        if isinstance(value, str) and is_path(value):
            compiled = self.language.compile_expression(value)
            scope = yield from self.linker.scope(compiled.names, self.subject, event=self.event, extra=extra)
            return compiled.value(scope)
        if isinstance(value, str) and "{" in value:
            return (yield from self.text(value, mode="plain", extra=extra))
        return value

    def people(self, selectors: Sequence[str], *, several: bool) -> Effects[Found]:
        """Users behind selectors."""
        return self.linker.resolve(selectors, self.subject, several=several)

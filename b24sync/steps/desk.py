"""What a step may ask with ``yield from``: fresh entities, people, texts, values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import Entity, Key
from b24sync.domain.values import is_path

if TYPE_CHECKING:
    from b24sync.domain.event import Event
    from b24sync.ports import Effects
    from b24sync.rules.language import Language, Mode
    from b24sync.rules.links import Linker
    from b24sync.rules.selectors import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The questions of one action: everything is read anew, at most once.

    Attributes:
        event: The event that fired it.
        subject: The event's entity: its key, to have it read; for a deleted one its last known look.
        linker: Reads what is linked to it.
        language: Renders texts.
    """

    event: Event
    subject: Key | Entity
    linker: Linker
    language: Language

    def entity(self, kind: str, entity_id: int) -> Effects[Entity | None]:
        """A fresh look at an entity; ``None`` if it is gone; a refusal to show it is raised."""
        return self.linker.entity(kind, entity_id)

    def scope(self, names: Sequence[str], extra: Mapping[str, Any] | None = None) -> Effects[dict[str, Any]]:
        """Fresh values of root names (``invoice``, ``deal``, ``rows``, …) or dotted paths, as texts see them.

        They are views of `rules.scope`; absent ones are falsy.
        """
        paths = {tuple(name.split(".")) for name in names}
        return self.linker.scope(paths, self.subject, event=self.event, extra=extra or {})

    def text(self, source: str, *, mode: Mode, extra: Mapping[str, Any] | None = None) -> Effects[str]:
        """A rendered text.

        Raises:
            PermanentError: The text cannot be rendered (an unknown name); the message says where.
        """
        compiled = self.language.compile_text(source, mode)
        scope = yield from self.linker.scope(
            compiled.names, self.subject, event=self.event, extra=extra or {}
        )
        return compiled.render(scope)

    def value(self, value: Any, *, extra: Mapping[str, Any] | None = None) -> Effects[Any]:
        """A value of ``set``.

        A bare path (``deal.contact_id``) gives the value itself, a template its text, anything else itself.
        """
        if isinstance(value, tuple | list):
            found = []
            for one in value:
                found += [(yield from self.value(one, extra=extra))]
            return found
        if isinstance(value, str) and is_path(value):
            compiled = self.language.compile_expression(value)
            scope = yield from self.linker.scope(
                compiled.names, self.subject, event=self.event, extra=extra or {}
            )
            return compiled.value(scope)
        if isinstance(value, str) and "{" in value:
            return (yield from self.text(value, mode="plain", extra=extra))
        return value

    def people(self, selectors: Sequence[str], *, several: bool) -> Effects[Found]:
        """Users behind selectors: active ones, each once.

        ``department:5`` means with ``several`` all its members, else its head.
        """
        return self.linker.resolve(selectors, self.subject, several=several)

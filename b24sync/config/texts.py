"""Whether every text and condition compiles and names only what is there; the one check that needs Jinja2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from b24sync.config.faults import Fault, Path
from b24sync.config.names import kinds_of, names_of, names_of_all
from b24sync.config.rules import known_kinds
from b24sync.config.steps import Marked, marked_of
from b24sync.domain.values import Mark, is_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.domain.settings import RuleSettings, Settings

Kind = Literal["condition", "text"]


def text_faults(settings: Settings) -> Iterator[Fault]:
    """All faults of texts and conditions."""
    for n, rule in enumerate(settings.rules):
        for fault in _faults_of(rule, settings):
            yield fault.under("rules", n)
    if settings.commission:
        names = names_of("invoice") | names_of("deal")
        for n, rate in enumerate(settings.commission.rates):
            path = ("commission", "rates", n, "when")
            yield from _faults(path, rate.when, "condition", names - {"commission"}, settings)


def _faults_of(rule: RuleSettings, settings: Settings) -> Iterator[Fault]:
    names = names_of_all(known_kinds(rule, settings) or kinds_of(settings))
    yield from _faults(("when",), rule.when, "condition", names, settings)
    for n, step in enumerate(rule.steps):
        for marked in marked_of(step) if step.name else ():
            kind = _kind_of(marked)
            if kind:
                path = ("steps", n, *marked.path)
                allowed = names | marked.owner.own_names() if hasattr(marked.owner, "own_names") else names
                yield from _faults(path, marked.value, kind, allowed, settings)


def _kind_of(marked: Marked) -> Kind | None:
    """How a marked value is compiled; ``None``: not at all."""
    if not isinstance(marked.value, str):
        return None
    match marked.mark:
        case Mark.TEXT:
            return "text"
        case Mark.CONDITION:
            return "condition"
        case Mark.ADDRESS:
            return "text" if "{{" in marked.value else None
        case Mark.VALUE:
            return "condition" if is_path(marked.value) else "text"
        case _:
            return None


def _faults(path: Path, source: Any, kind: Kind, names: frozenset[str], settings: Settings) -> Iterator[Fault]:
    if not source:
        return
    from b24sync.rules import language  # noqa: PLC0415 (brings Jinja2)

    for message in language.faults(source, kind=kind, names=names):
        yield Fault(path, message)

"""Whether the statuses and stages that a ``when`` compares with are there: a mistyped one is never true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, fail
from b24sync.domain.entity import DEAL, INVOICE
from b24sync.domain.wording import did_you_mean, quoted
from b24sync.words import doctor_names as words

if TYPE_CHECKING:
    from jinja2 import nodes

    from b24sync.domain.settings import Settings
    from b24sync.engine.funnels import Funnels

_STATUS = {("event", "from"), ("event", "to"), (INVOICE, "status")}
_STAGE = {(INVOICE, "stage_id"), (DEAL, "stage_id")}
_COMPARING = frozenset(("eq", "ne", "in", "notin"))


def conditions(settings: Settings, funnels: Funnels | None) -> Iterator[Finding]:
    """Each text that a condition compares a status or stage with."""
    if funnels is None:
        return
    for n, rule in enumerate(settings.rules):
        if rule.when:
            kinds = {trigger.kind for trigger in rule.triggers()}
            kind = kinds.pop() if len(kinds) == 1 else ""
            yield from _of_condition(f"rules[{n}].when", rule.when, kind, settings, funnels)
    for n, rate in enumerate(settings.commission.rates if settings.commission else ()):
        if rate.when:
            yield from _of_condition(f"commission.rates[{n}].when", rate.when, INVOICE, settings, funnels)


def _of_condition(
    where: str, source: str, kind: str, settings: Settings, funnels: Funnels
) -> Iterator[Finding]:
    for path, text in _compared(source):
        owner = kind if path[0] == "event" else path[0]
        known = _known(owner, settings, funnels, stages_only=path in _STAGE)
        if known and text not in known:
            near = did_you_mean(text, list(known))
            remedy = words.MEANT.both(word=quoted(near)) if near else words.KNOWN.both(words=", ".join(known))
            told = words.NEVER.both(where=where, path=".".join(path), text=quoted(text))
            yield fail("conditions", told, remedy)


def _known(kind: str, settings: Settings, funnels: Funnels, *, stages_only: bool) -> dict[str, None]:
    """What can be there, in the order of the portal; empty if the portal does not tell."""
    stages = [stage.id for stage in funnels.by_kind.get(kind, ())]
    names = [*settings.invoice.status_names()] if kind == INVOICE and not stages_only else []
    return dict.fromkeys([*names, *stages]) if stages else {}


def _compared(source: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Status and stage paths, each with a text that it is compared with."""
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment(autoescape=True).parse(f"{{% if {source} %}}{{% endif %}}")
    except TemplateSyntaxError:  # told where the rules are compiled
        return
    for compare in tree.find_all(nodes.Compare):
        left = compare.expr
        for operand in compare.ops:
            if operand.op in _COMPARING:
                for one, other in ((left, operand.expr), (operand.expr, left)):
                    path = _path(one)
                    if path in _STATUS | _STAGE:
                        yield from ((path, text) for text in _texts(other))
            left = operand.expr


def _path(node: nodes.Node) -> tuple[str, str] | tuple[()]:
    from jinja2 import nodes

    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return node.node.name, node.attr
    return ()


def _texts(node: nodes.Node) -> Iterator[str]:
    from jinja2 import nodes

    items: list[Any] = node.items if isinstance(node, nodes.List | nodes.Tuple) else [node]
    yield from (item.value for item in items if isinstance(item, nodes.Const) and isinstance(item.value, str))

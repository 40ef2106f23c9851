"""What names a text or a condition uses, and what is wrong with it before anything is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import Environment, nodes

from b24sync.rules.root_names import EACH, Path, Schema, fault_of, hint
from b24sync.words import Both
from b24sync.words import config_texts as words

_FORBIDDEN = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from … import",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
}
_GLOBALS = frozenset(("range", "namespace", "loop"))
_MAX_LOOPS = 3


class Names:
    """A walk over a parsed text that collects the paths used, following what loops and ``set`` call them."""

    def __init__(self) -> None:
        self.paths: list[tuple[Path, int]] = []
        self._locals: list[dict[str, Path | None]] = [dict.fromkeys(_GLOBALS)]

    def visit(self, node: nodes.Node) -> None:
        """Collect from a node and what is in it."""
        match node:
            case nodes.For():
                self._visit_for(node)
            case nodes.Assign():
                self.visit(node.node)
                self._bind(node.target, self._path(node.node))
            case nodes.AssignBlock():
                self._visit_all(node.body)
                self._bind(node.target, None)
            case nodes.With():
                self._visit_with(node)
            case nodes.Getattr() | nodes.Getitem() | nodes.Name():
                self._visit_path(node)
            case _:
                self._visit_all(node.iter_child_nodes())

    def _visit_all(self, found: Iterator[nodes.Node] | list[nodes.Node]) -> None:
        for child in found:
            self.visit(child)

    def _visit_for(self, node: nodes.For) -> None:
        self.visit(node.iter)
        base = self._path(node.iter)
        if base is not None:
            self.paths.append(((*base, EACH), node.lineno))
        self._locals.append({})
        self._bind(node.target, None if base is None else (*base, EACH))
        if node.test is not None:
            self.visit(node.test)
        self._visit_all(node.body)
        self._locals.pop()
        self._visit_all(node.else_)

    def _visit_with(self, node: nodes.With) -> None:
        self._visit_all(node.values)  # type: ignore[arg-type]
        self._locals.append({})
        for target, value in zip(node.targets, node.values, strict=True):
            self._bind(target, self._path(value))
        self._visit_all(node.body)
        self._locals.pop()

    def _visit_path(self, node: nodes.Expr) -> None:
        path = self._path(node)
        if path is not None:
            self.paths.append((path, node.lineno))
            self._visit_arguments(node)
        elif not isinstance(node, nodes.Name):
            self._visit_all(node.iter_child_nodes())

    def _visit_arguments(self, node: nodes.Expr) -> None:
        """Names inside the brackets of a path, such as ``rows[n]``."""
        while isinstance(node, nodes.Getattr | nodes.Getitem):
            if isinstance(node, nodes.Getitem):
                self.visit(node.arg)
            node = node.node

    def _bind(self, target: nodes.Node, path: Path | None) -> None:
        """Remember what a name of the text stands for; of several at once only that they are known."""
        if isinstance(target, nodes.Name):
            self._locals[-1][target.name] = path
        else:
            self._locals[-1].update((name.name, None) for name in target.find_all(nodes.Name))

    def _path(self, node: nodes.Node) -> Path | None:
        match node:
            case nodes.Name():
                return self._root(node.name)
            case nodes.Getattr():
                return self._extended(node.node, node.attr)
            case nodes.Getitem():
                is_name = isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)
                return self._extended(node.node, node.arg.value if is_name else EACH)  # type: ignore[attr-defined]
            case nodes.Filter(
                name="sort" | "list" | "reverse" | "selectattr" | "rejectattr" | "unique" | "select"
            ):
                return None if node.node is None else self._path(node.node)
            case nodes.Filter(name="first" | "last"):
                return None if node.node is None else self._extended(node.node, EACH)
            case _:
                return None

    def _extended(self, node: nodes.Node, part: str) -> Path | None:
        base = self._path(node)
        return None if base is None else (*base, part)

    def _root(self, name: str) -> Path | None:
        for scope in reversed(self._locals):
            if name in scope:
                return scope[name]
        return (name,)


def names_in(template: nodes.Template) -> frozenset[Path]:
    """The paths that a text uses.

    ``rows.*.section_id`` is among them wherever a row's section might be asked for.
    """
    walk = Names()
    walk.visit(template)
    found = {path for path, _ in walk.paths}
    if any(path[0] == "rows" for path in found) and _mentions_section(template):
        found.add(("rows", EACH, "section_id"))
    return frozenset(found)


def _mentions_section(template: nodes.Template) -> bool:
    """Whether ``section_id`` occurs at all, also as a word for ``map(attribute=...)`` or ``groupby``."""
    attributes = (node.attr for node in template.find_all(nodes.Getattr))
    constants = (node.value for node in template.find_all(nodes.Const) if isinstance(node.value, str))
    return "section_id" in attributes or any("section_id" in text for text in constants)


def faults_in(template: nodes.Template, environment: Environment, roots: Mapping[str, Schema]) -> list[Both]:
    """Everything that is wrong with a text that could be parsed."""
    found = [*_forbidden(template), *_unknown_filters(template, environment), *_deep_loops(template)]
    walk = Names()
    walk.visit(template)
    for path, lineno in walk.paths:
        fault = fault_of(path, roots)
        if fault is not None:
            found.append(_at(lineno, fault))
    return list(dict.fromkeys(found))


def _forbidden(template: nodes.Template) -> Iterator[Both]:
    for kind, word in _FORBIDDEN.items():
        for node in template.find_all(kind):
            yield _at(node.lineno, words.NOT_AVAILABLE.both(word=word))
    attributes = [(one.lineno, one.attr) for one in template.find_all(nodes.Getattr)]
    items = [
        (one.lineno, one.arg.value)
        for one in template.find_all(nodes.Getitem)
        if isinstance(one.arg, nodes.Const)
    ]
    for lineno, name in [*attributes, *items]:
        if str(name).startswith("_"):
            yield _at(lineno, words.NOT_AVAILABLE.both(word=name))


def _unknown_filters(template: nodes.Template, environment: Environment) -> Iterator[Both]:
    for one in template.find_all(nodes.Filter):
        if one.name not in environment.filters:
            told = words.UNKNOWN_FILTER.both(name=one.name, hint=hint(one.name, environment.filters))
            yield _at(one.lineno, told)
    for test in template.find_all(nodes.Test):
        if test.name not in environment.tests:
            told = words.UNKNOWN_TEST.both(name=test.name, hint=hint(test.name, environment.tests))
            yield _at(test.lineno, told)


def _deep_loops(node: nodes.Node, depth: int = 0) -> Iterator[Both]:
    for child in node.iter_child_nodes():
        inner = depth + isinstance(child, nodes.For)
        if inner > _MAX_LOOPS:
            yield _at(child.lineno, words.DEEP_LOOPS.both(most=_MAX_LOOPS))
        else:
            yield from _deep_loops(child, inner)


def _at(lineno: int, fault: Both) -> Both:
    return fault if lineno <= 1 else words.AT_LINE.both(line=lineno, fault=fault)

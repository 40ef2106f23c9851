"""The Jinja2 sandbox of texts and conditions. Imported only where there is something to evaluate.

Number literals are exact decimals, comparisons and arithmetic go through rules.operators, attributes exist
only on our views, and nothing of Python is within reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import partial
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes, pass_environment
from jinja2.lexer import Lexer, Token
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from b24sync.rules import operators
from b24sync.rules.root_names import hint
from b24sync.rules.scope import EntityView, View
from b24sync.rules.text_errors import TextError
from b24sync.rules.text_values import MISSING, Missing, Money, is_none
from b24sync.words import expressions as words

MAX_RANGE = 1_000
_FILTERS = (
    *(
        "abs",
        "batch",
        "capitalize",
        "count",
        "first",
        "groupby",
        "indent",
        "join",
        "last",
        "length",
        "list",
    ),
    *(
        "lower",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "replace",
        "reverse",
        "select",
        "selectattr",
        "slice",
    ),
    *(
        "sort",
        "string",
        "striptags",
        "title",
        "trim",
        "truncate",
        "unique",
        "upper",
        "urlencode",
        "wordcount",
        "wordwrap",
    ),
)
_PARTS_OF_DATES = frozenset(("year", "month", "day", "hour", "minute"))
_COMPARISONS = {
    "eq": ("eq", "equalto", "=="),
    "ne": ("ne", "!="),
    "gt": ("gt", "greaterthan", ">"),
    "gteq": ("ge", ">="),
    "lt": ("lt", "lessthan", "<"),
    "lteq": ("le", "<="),
    "in": ("in",),
}


class Unknown(StrictUndefined):
    """What a text names and nothing has: an error whenever it is used, in the language that is spoken."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return self._undefined_hint or words.NO_NAME(name=self._undefined_name)


class Sandbox(ImmutableSandboxedEnvironment):
    """One environment for one way of escaping; what it formats by is given as filters and ``finalize``."""

    intercepted_binops = frozenset(operators.SIGNS)
    intercepted_unops = frozenset(("-", "+"))

    def __init__(
        self, *, filters: Mapping[str, Callable[..., Any]], finalize: Callable[[Any], Any], autoescape: bool
    ) -> None:
        super().__init__(
            undefined=Unknown,
            finalize=finalize,
            autoescape=autoescape,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=0,
        )
        self.filters = {name: self.filters[name] for name in _FILTERS} | OWN_FILTERS | dict(filters)
        self.tests.update(_own_tests())
        self.globals = {"range": _range, "namespace": Namespace}
        self._decimals = _DecimalLexer(self)

    @property
    def lexer(self) -> Lexer:
        """The lexer that keeps decimals as they are written."""
        return self._decimals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return exact(super()._parse(source, name, filename))

    def call(self, context: Any, called: Any, /, *args: Any, **more: Any) -> Any:
        """Call something; what `exact` put into the code itself without the looks at what people call."""
        if called is compare_known or called is Decimal:
            return called(*args)
        return super().call(context, called, *args, **more)

    def call_binop(self, _context: Any, operator: str, left: Any, right: Any) -> Any:
        """Reckon exactly; an unknown name in it stays an error."""
        _stop_at_undefined(left, right)
        return operators.calculate(operator, left, right)

    def call_unop(self, _context: Any, operator: str, arg: Any) -> Any:
        """The value with a sign."""
        _stop_at_undefined(arg)
        return operators.negative(arg) if operator == "-" else arg

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute, of our views, mappings, dates and loops only."""
        if is_none(obj):
            return MISSING
        if isinstance(obj, LoopContext | Namespace | Undefined):
            return super().getattr(obj, attribute)
        try:
            return _asked(obj, attribute)
        except LookupError:
            known = list(obj.names()) if isinstance(obj, View) else ()
            told = words.VALUE_HAS_NO(value=_kind_of(obj), name=attribute, hint=hint(attribute, known).said())
            return self.undefined(told, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item of a list by number, of anything with attributes by name."""
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if is_none(obj):
            return MISSING
        if isinstance(argument, Decimal) and argument == int(argument):
            argument = int(argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(words.NO_ITEM(item=argument), name=str(argument))


def compare_known(sign: str, left: Any, right: Any) -> bool:
    """Compare by our rules; an unknown name stays an error."""
    _stop_at_undefined(left, right)
    return operators.compare(sign, left, right)


def _stop_at_undefined(*values: Any) -> None:
    for value in values:
        if isinstance(value, Undefined):
            str(value)  # says what is unknown


def _asked(obj: Any, attribute: str) -> Any:
    if isinstance(obj, View):
        return obj.attribute(attribute)
    if isinstance(obj, Mapping):
        return obj[attribute]
    if isinstance(obj, date) and attribute in _PARTS_OF_DATES and hasattr(obj, attribute):
        return getattr(obj, attribute)
    raise LookupError(attribute)


def _kind_of(value: Any) -> str:
    if isinstance(value, EntityView):
        return value.entity.key.kind
    if isinstance(value, str):
        return words.A_TEXT()
    if isinstance(value, int | Decimal):
        return words.A_NUMBER()
    return words.A_DATE() if isinstance(value, date) else words.A_VALUE()


class _DecimalLexer(Lexer):
    """Jinja2's lexer, but ``0.05`` is the decimal 0.05 and no binary fraction near it."""

    def wrap(self, stream: Iterable[tuple[int, str, str]], *names: Any, **more: Any) -> Iterator[Token]:
        """Give decimals for tokens of floats."""
        last = ""

        def watched() -> Iterator[tuple[int, str, str]]:
            nonlocal last
            for item in stream:
                last = item[2]
                yield item

        for token in super().wrap(watched(), *names, **more):
            value: Any = Decimal(last.replace("_", "")) if token.type == "float" else token.value
            yield Token(token.lineno, token.type, value)


class _Exact(NodeTransformer):
    """Decimals and comparisons become calls.

    Compiled code can hold neither a decimal nor our rules of comparing.
    """

    def visit_Const(self, node: nodes.Const) -> nodes.Expr:
        if not isinstance(node.value, Decimal):
            return node
        return _call("decimal.Decimal", [nodes.Const(str(node.value), lineno=node.lineno)], node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Expr:
        self.generic_visit(node)
        found: nodes.Expr | None = None
        left = node.expr
        for operand in node.ops:
            sign = nodes.Const(operand.op, lineno=node.lineno)
            one = _call(f"{__name__}.compare_known", [sign, left, operand.expr], node.lineno)
            found = one if found is None else nodes.And(found, one, lineno=node.lineno)
            left = operand.expr
        return node if found is None else found


def _call(function: str, arguments: list[nodes.Expr], lineno: int) -> nodes.Call:
    called = nodes.ImportedName(function, lineno=lineno)
    return nodes.Call(called, arguments, [], None, None, lineno=lineno)


def exact(template: nodes.Template) -> nodes.Template:
    """The template with exact numbers and our comparisons."""
    changed: nodes.Template = _Exact().visit(template)
    return changed


def _range(*bounds: Any) -> range:
    found = range(*(int(bound) for bound in bounds))
    if len(found) > MAX_RANGE:
        raise TextError(words.RANGE.both(most=MAX_RANGE))
    return found


def _default(value: Any, default: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002  # Jinja2's own signature
    """The default where a value is unknown, none or of a missing link.

    With ``true`` also where it is empty.
    """
    if isinstance(value, Undefined) or is_none(value) or (boolean and not value):
        return default
    return value


_MOST_DIGITS = 30
_ROUNDINGS = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}


def _round(value: Any, precision: int = 0, method: str = "common") -> Any:
    """The number rounded half up (or ``ceil``, ``floor``) to so many places, exactly."""
    if is_none(value):
        return MISSING
    if method not in _ROUNDINGS:
        raise TextError(words.NO_ROUNDING.both(value=repr(method)))
    try:
        found = Decimal(value).quantize(Decimal(1).scaleb(-int(precision)), rounding=_ROUNDINGS[method])
    except (InvalidOperation, TypeError, ValueError):
        raise TextError(words.NOT_ROUNDED.both(value=repr(value))) from None
    currency = getattr(value, "currency", "")
    return Money(found, currency) if currency else found


def _decimal(value: Any, default: Any = Decimal(0)) -> Any:
    """A number from a text, exactly; the default if it is none."""
    try:
        return Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return default


def _int(value: Any, default: Any = 0) -> Any:
    """The whole part of a number or a text; the default if it is none, or too large to be meant."""
    if is_none(value):
        return default
    found = value if isinstance(value, int) else _decimal(value, None)
    if found is None or not Decimal(found).is_finite() or Decimal(found).adjusted() > _MOST_DIGITS:
        return default
    return int(found)


@pass_environment
def _sum(environment: Sandbox, values: Iterable[Any], attribute: str | None = None, start: Any = 0) -> Any:
    """The exact sum of numbers, or of an attribute of things; nothing counts as 0."""
    total = start
    for one in values:
        value = one
        for part in attribute.split(".") if attribute else ():
            value = environment.getitem(value, part)
        if not is_none(value):
            total = operators.calculate("+", total, value)
    return total


OWN_FILTERS: dict[str, Callable[..., Any]] = {
    "default": _default,
    "d": _default,
    "round": _round,
    "float": _decimal,
    "int": _int,
    "decimal": _decimal,
    "sum": _sum,
}


def _own_tests() -> dict[str, Callable[..., bool]]:
    tests: dict[str, Callable[..., bool]] = {
        "none": is_none,
        "defined": lambda value: not isinstance(value, Undefined | Missing),
        "undefined": lambda value: isinstance(value, Undefined | Missing),
    }
    for sign, names in _COMPARISONS.items():
        tests.update(dict.fromkeys(names, partial(compare_known, sign)))
    return tests

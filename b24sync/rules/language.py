"""Expressions and texts of the configuration (contract.md §5): compiled once, evaluated on a scope.

Jinja2 is imported when the first text that needs it is compiled; a text without any ``{`` never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, get_args

from b24sync.rest.im_notify import escape
from b24sync.rules import formats
from b24sync.rules.root_names import Path, Schema
from b24sync.rules.text_errors import TextError
from b24sync.rules.text_values import MISSING, is_none
from b24sync.words import expressions as words

if TYPE_CHECKING:
    from jinja2 import Template, nodes
    from jinja2.runtime import Context

    from b24sync.rules.environment import Sandbox
    from b24sync.words import Both

Mode: TypeAlias = Literal["plain", "line", "bbcode", "html", "html_file"]
"""How a text is escaped: not at all, not but on one line (subjects), for the messenger, for HTML."""
Scope: TypeAlias = Mapping[str, Any]
MAX_CHARACTERS = 100_000


class WorkingDays(Protocol):
    """The calendar, as far as texts need it."""

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``."""
        ...


class _Evaluation:
    """A compiled expression; its context is made once, since a poll may judge thousands of events by it."""

    def __init__(self, template: Template, source: str) -> None:
        self._template = template
        self._source = source
        self._globals = dict(template.globals)
        self._free: Context | None = None

    def value(self, scope: Scope) -> Any:
        """The value on some values, typed.

        Raises:
            TextError: It cannot be evaluated.
        """
        context = self._free or self._template.new_context()
        self._free = None  # an expression within itself takes another one
        context.parent = {**self._globals, **scope}
        try:
            for _ in self._template.root_render_func(context):
                pass
            found = context.vars["result"]
            str(found)  # an unknown name says so
        except Exception as error:  # noqa: BLE001  # whatever an expression does wrong must name the expression
            raise _explained(error, self._source) from None
        finally:
            context.vars.clear()
        self._free = context
        return found


@dataclass(frozen=True)
class Condition:
    """A compiled ``when``.

    Attributes:
        source: As written; empty: always true.
        names: The paths it uses.
    """

    source: str
    names: frozenset[Path]
    _evaluation: _Evaluation | None

    @cached_property
    def roots(self) -> frozenset[str]:
        """The first names of its paths."""
        return frozenset(path[0] for path in self.names)

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """Its paths in a fixed order."""
        return tuple(sorted(self.names))

    def holds(self, scope: Scope) -> bool:
        """Whether the condition is true on these values; a missing link makes a comparison false.

        Raises:
            TextError: It cannot be evaluated (an unknown name, texts compared with numbers).
        """
        return self._evaluation is None or bool(self._evaluation.value(scope))


@dataclass(frozen=True)
class Expression:
    """A compiled expression whose value counts, such as what goes into a field."""

    source: str
    names: frozenset[Path]
    _evaluation: _Evaluation

    def value(self, scope: Scope) -> Any:
        """The value, typed; none if it is (of) a missing link.

        Raises:
            TextError: It cannot be evaluated.
        """
        found = self._evaluation.value(scope)
        return None if is_none(found) else found


@dataclass(frozen=True)
class Text:
    """A compiled text.

    Attributes:
        source: As written.
        names: The paths it uses.
        mode: How values in it are escaped.
    """

    source: str
    names: frozenset[Path]
    mode: Mode
    _template: Template | None

    def render(self, scope: Scope) -> str:
        """The text with these values.

        Raises:
            TextError: It cannot be rendered, or would be longer than 100,000 characters.
        """
        text = self.source if self._template is None else _rendered(self._template, scope, self.source)
        return " ".join(text.split()) if self.mode == "line" else text


class Language:
    """How an installation speaks: ``ru`` or ``en``, its zone, its calendar. Holds what was compiled."""

    def __init__(
        self, language: str, tz: tzinfo, calendar: WorkingDays | Callable[[], WorkingDays] | None = None
    ) -> None:
        """Prepare to compile; nothing heavy is imported yet.

        Args:
            language: ``ru`` or ``en``.
            tz: The company's zone.
            calendar: The calendar, or what makes it when the first text uses ``workdays``.
        """
        self.language = language
        self.tz = tz
        self._calendar = calendar
        self._conditions: dict[str, Condition] = {}
        self._texts: dict[tuple[str, Mode], Text] = {}
        self._expressions: dict[str, Expression] = {}

    def compile_condition(self, source: str) -> Condition:
        """A condition, ready to be judged.

        Raises:
            TextError: It cannot be read.
        """
        if source not in self._conditions:
            self._conditions[source] = self._condition(source)
        return self._conditions[source]

    def _condition(self, source: str) -> Condition:
        if not source.strip():
            return Condition(source, frozenset(), None)
        evaluation, names = self._compiled_expression(source)
        return Condition(source, names, evaluation)

    def compile_expression(self, source: str) -> Expression:
        """An expression whose value is wanted as it is, such as the path ``deal.fields.UF_CRM_X``.

        Raises:
            TextError: It cannot be read.
        """
        if source not in self._expressions:
            evaluation, names = self._compiled_expression(source)
            self._expressions[source] = Expression(source, names, evaluation)
        return self._expressions[source]

    def _compiled_expression(self, source: str) -> tuple[_Evaluation, frozenset[Path]]:
        from b24sync.rules.names_used import names_in

        parsed = _parse_expression(self._plain, source)
        return _Evaluation(_compile(self._plain, parsed, source), source), names_in(parsed)

    def compile_text(self, source: str, mode: Mode = "plain") -> Text:
        """A text, ready to be rendered.

        Raises:
            TextError: It cannot be read.
        """
        key = (source, mode)
        if key not in self._texts:
            self._texts[key] = self._text(source, mode)
        return self._texts[key]

    def _text(self, source: str, mode: Mode) -> Text:
        if "{" not in source:
            return Text(source, frozenset(), mode, None)
        from b24sync.rules.names_used import names_in

        environment = self._environment(mode)
        parsed = _parse(environment, source)
        return Text(source, names_in(parsed), mode, _compile(environment, parsed, source))

    def faults(
        self, source: str, *, mode: Mode | Literal["condition"], roots: Mapping[str, Schema]
    ) -> list[Both]:
        """Everything wrong with a text or a condition, before any value is known; empty if nothing is.

        Args:
            source: As written.
            mode: ``condition``, or how the text is escaped.
            roots: The names that there are (``b24sync.rules.root_names.roots_for``).
        """
        if not source.strip() or (mode != "condition" and "{" not in source):
            return []
        from b24sync.rules.names_used import faults_in

        is_condition = mode == "condition"
        environment = self._plain if mode == "condition" else self._environment(mode)
        try:
            parsed = _parse_expression(environment, source) if is_condition else _parse(environment, source)
        except TextError as error:
            return [error.told]
        return faults_in(parsed, environment, roots)

    def _environment(self, mode: Mode) -> Sandbox:
        if mode not in get_args(Mode):
            raise ValueError(f"no such mode: {mode}")
        if mode == "bbcode":
            return self._bbcode
        return self._html if mode in {"html", "html_file"} else self._plain

    @cached_property
    def _plain(self) -> Sandbox:
        return self._sandbox(partial(formats.shown, tz=self.tz))

    @cached_property
    def _html(self) -> Sandbox:
        return self._sandbox(partial(formats.shown, tz=self.tz), autoescape=True)

    @cached_property
    def _bbcode(self) -> Sandbox:
        return self._sandbox(lambda value: escape(str(formats.shown(value, tz=self.tz))))

    def _sandbox(self, finalize: Callable[[Any], Any], *, autoescape: bool = False) -> Sandbox:
        from b24sync.rules.environment import Sandbox

        filters: dict[str, Callable[..., Any]] = {
            "money": self._money,
            "date": self._date,
            "workdays": self._workdays,
        }
        return Sandbox(filters=filters, finalize=finalize, autoescape=autoescape)

    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """Every filter of texts, by name."""
        return self._plain.filters

    def _money(self, value: Any, currency: str = "") -> str:
        """An amount as people write it, with its currency; ``money("USD")`` names one."""
        return "" if _is_empty(value) else formats.money(value, language=self.language, currency=currency)

    def _date(self, value: Any, form: str = "") -> str:
        """A date, or the day of a time, as people write it; ``date("%d.%m")`` in a form of its own."""
        return "" if _is_empty(value) else formats.day(value, language=self.language, tz=self.tz, form=form)

    def _workdays(self, value: Any, count: int = 0) -> Any:
        """The working day so many after a date, before it if negative; 0: the day itself or the next."""
        if _is_empty(value):
            return MISSING
        calendar = self._calendar() if callable(self._calendar) else self._calendar
        if calendar is None:
            raise TextError(words.NO_CALENDAR.both())
        self._calendar = calendar
        return calendar.add_working_days(formats.day_of(value, tz=self.tz), int(count))


def _is_empty(value: Any) -> bool:
    """Whether there is nothing to format; an unknown name says so itself when asked for its text."""
    return is_none(value) or str(value) == ""


def _parse(environment: Sandbox, source: str) -> nodes.Template:
    from jinja2 import TemplateSyntaxError

    try:
        return environment.parse(source)
    except TemplateSyntaxError as error:
        raise TextError(_syntax(error, source)) from None


def _parse_expression(environment: Sandbox, source: str) -> nodes.Template:
    from jinja2 import TemplateSyntaxError, nodes
    from jinja2.parser import Parser

    from b24sync.rules.environment import exact

    try:
        parser = Parser(environment, " ".join(source.split("\n")), state="variable")
        found = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail(f"unexpected {parser.stream.current.value!r}")
    except TemplateSyntaxError as error:
        raise TextError(_syntax(error, source)) from None
    body: list[nodes.Node] = [nodes.Assign(nodes.Name("result", "store", lineno=1), found, lineno=1)]
    template = nodes.Template(body, lineno=1)
    template.set_environment(environment)
    return exact(template)


def _syntax(error: Any, source: str) -> Both:
    from b24sync.words.config_texts import AT_LINE
    from b24sync.words.text_syntax import text_fault

    shown = source if len(source) <= 60 and "\n" not in source else f"{source[:57].splitlines()[0]}…"
    told = words.IN.both(fault=text_fault(error.message), shown=repr(shown))
    return AT_LINE.both(line=error.lineno, fault=told) if "\n" in source.strip() else told


def _compile(environment: Sandbox, parsed: nodes.Template, source: str) -> Template:
    from jinja2 import TemplateError

    try:
        return environment.from_string(parsed)
    except TemplateError as error:
        from b24sync.words.text_syntax import text_fault

        fault = text_fault(error.message or "")
        raise TextError(words.IN.both(fault=fault, shown=repr(source[:60]))) from None


def _rendered(template: Template, scope: Scope, source: str) -> str:
    try:
        return "".join(_limited(template.root_render_func(template.new_context(dict(scope)))))
    except Exception as error:  # noqa: BLE001  # whatever a text does wrong must name the text
        raise _explained(error, source) from None


def _limited(parts: Iterable[str]) -> Iterator[str]:
    length = 0
    for part in parts:
        length += len(part)
        if length > MAX_CHARACTERS:
            raise TextError(words.TOO_LONG.both(most=MAX_CHARACTERS))
        yield part


def _explained(error: Exception, source: str) -> TextError:
    from jinja2 import UndefinedError

    told: Both | str
    if isinstance(error, TextError):
        told = error.told
    elif isinstance(error, UndefinedError):
        told = str(error)  # in the language that is spoken
    else:
        told = words.FAILED.both(error=type(error).__name__, why=error)
    shown = " ".join(source.split())
    return TextError(words.IN.both(fault=told, shown=shown if len(shown) <= 60 else f"{shown[:59]}…"))

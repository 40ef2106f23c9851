"""Whether every text and condition compiles and names only what is there; the one check that needs Jinja2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Literal

from b24sync.config.known_names import kinds_of
from b24sync.config.problems import Path, Problem
from b24sync.config.rules import known_kinds
from b24sync.config.steps import Marked, marked_of
from b24sync.domain.entity import DEAL, INVOICE
from b24sync.domain.row_source import RowSource
from b24sync.domain.values import Mark, is_path
from b24sync.rules.language import Language
from b24sync.rules.root_names import CUSTOM, ENTITIES, OPEN, ROW, ROWS, USER, VALUE, Schema, roots_for
from b24sync.rules.text_errors import TextError
from b24sync.words.config_texts import NO_COMMISSION

if TYPE_CHECKING:
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import Settings
    from b24sync.domain.step_settings import StepSettings
    from b24sync.words import Both

Mode = Literal["condition", "plain"]
_ITEM = Schema({**CUSTOM.attributes, "name": VALUE})


def text_faults(settings: Settings) -> Iterator[Problem]:
    """All faults of texts and conditions."""
    texts = _Texts(settings)
    for n, rule in enumerate(settings.rules):
        for fault in _faults_of(rule, texts):
            yield fault.under("rules", n)
    for n, rate in enumerate(settings.commission.rates if settings.commission else ()):
        path = ("commission", "rates", n, "when")
        yield from texts.faults(path, rate.when, "condition", (INVOICE,), {"deal": ENTITIES[DEAL]})


def _faults_of(rule: RuleSettings, texts: _Texts) -> Iterator[Problem]:
    kinds = known_kinds(rule, texts.settings) or kinds_of(texts.settings)
    yield from texts.faults(("when",), rule.when, "condition", kinds)
    for n, step in enumerate(rule.steps):
        for marked in marked_of(step) if step.name else ():
            mode = _mode_of(marked)
            if mode:
                path = ("steps", n, *marked.path)
                yield from texts.faults(path, marked.value, mode, kinds, _extra(step, marked.owner))


def _mode_of(marked: Marked) -> Mode | None:
    """How a marked value is compiled; ``None``: not at all."""
    if not isinstance(marked.value, str):
        return None
    match marked.mark:
        case Mark.TEXT | Mark.LINE | Mark.BBCODE | Mark.HTML:
            return "plain"
        case Mark.CONDITION:
            return "condition"
        case Mark.VALUE:
            return "condition" if is_path(marked.value) else "plain"
        case Mark.ADDRESS:
            return "plain" if "{{" in marked.value else None
        case _:
            return None


def _extra(step: StepSettings, owner: object) -> dict[str, Schema]:
    """What a step adds to the names: rows, look-ups, who reads."""
    schemas = {"row": ROW, "rows": ROWS, "recipient": USER}
    return {name: schemas.get(name) or _source(source) for name, source in step.own_names(owner).items()}


def _source(source: str) -> Schema:
    if RowSource.parse(source).entity_type_id is not None:
        return _ITEM
    return ENTITIES.get(source, OPEN)


class _Texts:
    """The language of one configuration, asked about one text after the other."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._language = Language(settings.language, UTC)

    def faults(
        self,
        path: Path,
        source: str,
        mode: Mode,
        kinds: Iterable[str],
        extra: Mapping[str, Schema] | None = None,
    ) -> Iterator[Problem]:
        """What is wrong with a text on events of any of the kinds."""
        messages: dict[Both, None] = {}
        for kind in kinds:
            roots = roots_for(kind, people=self.settings.people, extra=extra)
            messages.update(dict.fromkeys(self._language.faults(source, mode=mode, roots=roots)))
        if self.settings.commission is None and self._asks_for_commission(source, mode):
            messages[NO_COMMISSION.both()] = None
        for message in messages:
            yield Problem(path, message)

    def _asks_for_commission(self, source: str, mode: Mode) -> bool:
        if "commission" not in source:
            return False
        language = self._language
        try:
            compiled = (
                language.compile_condition(source)
                if mode == "condition"
                else language.compile_text(source, mode)
            )
        except TextError:  # said already
            return False
        return any(name[0] == "commission" for name in compiled.names)

"""What a configuration uses of the portal.

Fields, people, stages, look-ups, each with the place that uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from b24sync.config.person_names import meaning_of
from b24sync.config.problems import place
from b24sync.config.rules import known_kinds
from b24sync.config.steps import Marked, marked_of
from b24sync.domain.entity import INVOICE
from b24sync.domain.row_source import RowSource
from b24sync.domain.step_settings import (
    FieldUse,
    PortalUse,
    SecretCopyUse,
    SectionUse,
    SourceUse,
    StageUse,
    TemplateUse,
)
from b24sync.domain.values import Mark, is_path
from b24sync.rules.selectors import parse_selector
from b24sync.rules.text_errors import TextError

if TYPE_CHECKING:
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import Settings
    from b24sync.domain.step_settings import StepSettings
    from b24sync.rules.language import Language
    from b24sync.rules.root_names import Path


@dataclass(slots=True)
class Uses:
    """All of it.

    Attributes:
        names: Root names of all texts and conditions, such as ``rows``.
        steps: Classes of the steps → the rules that have them.
        users: User id → first place.
        departments: Department id → first place where its members are meant, or its head.
        headed: Departments whose head is meant → first place.
        heads: First place of ``department_head``; empty: nowhere.
        sources: ``list:37``, ``item:1046`` → first place.
        templates: Document template as written → first place.
        sections: First place that goes by catalogue sections; empty: none.
        section_ids: Sections that are written out → a place.
        with_bcc: First place that has ``bcc``; empty: none.
    """

    settings: Settings
    names: set[str] = field(default_factory=set)
    steps: dict[type[StepSettings], list[str]] = field(default_factory=dict)
    fields: list[FieldUse] = field(default_factory=list)
    stages: list[StageUse] = field(default_factory=list)
    users: dict[int, str] = field(default_factory=dict)
    departments: dict[int, str] = field(default_factory=dict)
    headed: dict[int, str] = field(default_factory=dict)
    heads: str = ""
    sources: dict[str, str] = field(default_factory=dict)
    templates: dict[int | str, str] = field(default_factory=dict)
    sections: str = ""
    section_ids: dict[int, str] = field(default_factory=dict)
    with_bcc: str = ""
    events: set[str] = field(default_factory=set)

    def rules_that(self, wanted: Callable[[type[StepSettings]], bool]) -> str:
        """The rules that have steps of some classes, for a sentence; empty: none."""
        return ", ".join(
            dict.fromkeys(rule for one, rules in self.steps.items() if wanted(one) for rule in rules)
        )

    def wants_people(self) -> bool:
        """Whether users are looked up at all."""
        found = (
            self.users
            or self.departments
            or self.headed
            or self.heads
            or self.settings.alerts
            or self.settings.commission
        )
        return bool(found) or any(step.finds_people for step in self.steps) or "responsible" in self.names

    def kinds(self) -> set[str]:
        """The kinds whose fields must be known."""
        owners = {owner for use in self.fields for owner in (use.owner, use.or_owner)}
        return {owner for owner in owners if owner and ":" not in owner}


def uses_of(settings: Settings, language: Language) -> Uses:
    """Go through the whole configuration."""
    return _Reader(settings, language).read()


class _Reader:
    def __init__(self, settings: Settings, language: Language) -> None:
        self._settings = settings
        self._language = language
        self._uses = Uses(settings)

    def read(self) -> Uses:
        """Everything."""
        settings, uses = self._settings, self._uses
        for name, selector in settings.people.items():
            self._selector(f"people.{name}", selector, several=False)
        for n, selector in enumerate(settings.alerts.to if settings.alerts else ()):
            self._selector(f"alerts.to[{n}]", selector, several=True)
        for n, rate in enumerate(settings.commission.rates if settings.commission else ()):
            self._selector(f"commission.rates[{n}].for", rate.for_, several=False)
            self._paths(f"commission.rates[{n}].when", self._condition(rate.when), {})
        for name, ids in settings.invoice.status.items():
            uses.stages += [StageUse(f"invoice.status.{name}", INVOICE, text) for text in ids]
        if settings.reminders:
            uses.stages += [
                StageUse("reminders.statuses", INVOICE, text) for text in settings.reminders.statuses
            ]
        for n, rule in enumerate(settings.rules):
            self._rule(n, rule)
        if settings.mail and (
            settings.mail.document_template or uses.rules_that(lambda step: step.sends == "mail")
        ):
            uses.templates.setdefault(settings.mail.document_template, "mail.document_template")
        return uses

    def _rule(self, n: int, rule: RuleSettings) -> None:
        at = f"rules[{n}]"
        for trigger in rule.triggers():
            self._uses.events.add(trigger.event)
            for key, written, texts in (
                ("from", rule.from_, trigger.from_),
                ("stage" if rule.stage else "to", rule.stage or rule.to, trigger.to),
            ):
                where = f"{at}.{key}" if written else f"{at}.on"
                self._uses.stages += [StageUse(where, trigger.kind, text) for text in texts]
        self._paths(f"{at}.when", self._condition(rule.when), {})
        kinds = known_kinds(rule, self._settings)
        for m, step in enumerate(rule.steps):
            self._step((n, m), step, rule, kinds)

    def _step(
        self, numbers: tuple[int, int], step: StepSettings, rule: RuleSettings, kinds: tuple[str, ...]
    ) -> None:
        at = ("rules", numbers[0], "steps", numbers[1])
        self._uses.steps.setdefault(type(step), []).append(rule.name)
        for marked in marked_of(step):
            self._marked(place((*at, *marked.path)), marked, step)
        self._used(place(at), step, kinds)

    def _marked(self, where: str, marked: Marked, step: StepSettings) -> None:
        extra = step.own_names(marked.owner)
        if marked.mark is Mark.PERSON and marked.value:
            self._selector(where, marked.value, several=bool(step.sends))
        elif marked.mark is Mark.ADDRESS:
            self._address(where, marked.value, extra)
        elif marked.mark is Mark.CONDITION:
            self._paths(where, self._condition(marked.value), extra)
        elif isinstance(marked.value, str):
            self._paths(where, self._text(marked), extra)

    def _address(self, where: str, text: str, extra: Mapping[str, str]) -> None:
        if "{{" in text:
            self._paths(where, self._language.compile_text(text).names, extra)
        elif "@" not in text and text not in {"contact", "company"}:
            self._selector(where, text, several=True)

    def _condition(self, source: str) -> frozenset[Path]:
        return self._language.compile_condition(source).names

    def _text(self, marked: Marked) -> frozenset[Path]:
        if marked.mark is Mark.VALUE and is_path(marked.value):
            return self._language.compile_expression(marked.value).names
        return self._language.compile_text(marked.value).names

    def _paths(self, where: str, paths: frozenset[Path], extra: Mapping[str, str]) -> None:
        for path in sorted(paths):
            root = path[0]
            self._uses.names.add(root)
            if path[:1] + path[-1:] == ("rows", "section_id") or (root, *path[1:2]) == ("row", "section_id"):
                self._uses.sections = self._uses.sections or where
            owner = extra.get(root) or root
            if len(path) > 2 and path[1] == "fields":
                self._uses.fields.append(FieldUse(where, owner, path[2]))
            elif (
                RowSource.parse(owner).list_id is not None
                and len(path) > 1
                and path[1].startswith("PROPERTY_")
            ):
                self._uses.fields.append(FieldUse(where, owner, path[1]))

    def _selector(self, where: str, text: str, *, several: bool) -> None:
        try:
            selector = parse_selector(text, self._settings.people)
        except TextError:  # the configuration says so itself
            return
        uses = self._uses
        if selector.way == "user":
            uses.users.setdefault(selector.number, where)
        elif selector.way == "department":
            (uses.departments if several else uses.headed).setdefault(selector.number, where)
        elif selector.way == "head":
            uses.heads = uses.heads or where
        elif selector.way == "field" and (
            where.startswith("people.") or meaning_of(text, self._settings.people) == text
        ):
            uses.fields.append(FieldUse(where, selector.root, selector.code, "person"))

    def _used(self, at: str, step: StepSettings, kinds: tuple[str, ...]) -> None:
        """What a step says that it uses."""
        for use in step.uses(kinds):
            self._note(replace(use, where=f"{at}.{use.where}"))

    def _note(self, use: PortalUse) -> None:
        uses = self._uses
        match use:
            case FieldUse():
                uses.fields.append(use)
            case StageUse():
                uses.stages.append(use)
            case SourceUse(where, source):
                uses.sources.setdefault(source, where)
            case SectionUse(where, ids):
                uses.sections = uses.sections or where
                uses.section_ids.update(dict.fromkeys(ids, where))
            case TemplateUse(where, template):
                uses.templates[template] = where
            case SecretCopyUse(where):
                uses.with_bcc = uses.with_bcc or where

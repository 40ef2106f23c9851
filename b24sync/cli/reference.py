"""The generated topics of ``b24sync docs``: made from the code, so that nothing is written twice."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import UTC
from typing import Any, get_args, get_origin

from b24sync import errors
from b24sync.config.json_schema import Setting, settings_of, summary_of, word_for
from b24sync.config.person_names import OF_THE_EVENT
from b24sync.config.rule_test_checks import EXPECTED, ROW, USER
from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, TASK
from b24sync.domain.event import EVENTS_ABOUT, event_names
from b24sync.domain.rule_test import RuleTest
from b24sync.domain.settings import STATUSES, Settings
from b24sync.domain.step_settings import StepSettings
from b24sync.rules.root_names import CUSTOM, ENTITIES, Schema, links_of, roots_for
from b24sync.steps.registry import STEPS, step_class

ABOUT = {
    "settings": "every key of the configuration, with its default",
    "events": "what a rule may listen to",
    "steps": "what a rule may do, with the keys of each step",
    "variables": "what texts and conditions see, by the kind of the event",
    "filters": "how texts format values",
    "people": "who may be named in `to`, `responsible`, `for`",
    "test": "the keys of [[tests]]",
    "commands": "every command with its options",
    "exit-codes": "how a command ends",
    "guarantees": "what may be relied on (section 3 of contract)",
}


def settings() -> str:
    """Every key of every section."""
    parts = ["# Settings", *_tables(Settings, "", skip=("tests",))]
    return "\n".join(
        [*_squeezed(parts), "", "Steps of rules: `b24sync docs steps`. `[[tests]]`: `b24sync docs test`."]
    )


def tests() -> str:
    """The keys of ``[[tests]]``."""
    return "\n".join(
        [
            "# Tests of rules",
            "",
            "`b24sync test` gives each event to the rules and compares what comes about. What is not",
            "given is filled up; each smart process of `[kinds]` has a table of its own name.",
            *_tables(RuleTest, "[[tests]]"),
            "",
            f"A user: {_codes(USER)}. A row: {_codes(ROW)}.",
            f"In `expect`: {_codes(EXPECTED)}.",
        ]
    )


def _tables(cls: Any, path: str, *, skip: Sequence[str] = (), is_headed: bool = True) -> Iterator[str]:
    """A table with those inside it, each under its heading."""
    rows, inner = [], []
    for setting in settings_of(cls):
        table = _table_in(setting.type)
        if setting.key in skip:
            continue
        if table is None:
            rows.append(_row(setting))
        else:
            inner.append((table, _heading(path, setting)))
    if path and is_headed:
        yield from ["", f"## {path}", *_paragraph(_said(summary_of(cls)))]
    if rows:
        yield from ["", "| key | value | default | |", "|---|---|---|---|", *rows]
    for table, heading in inner:
        if table is StepSettings:
            yield from ["", f"## {heading}", "", "`use` and the keys of that step: `b24sync docs steps`."]
        else:
            yield from _tables(table, heading)


def _said(summary: str) -> str:
    """What a section is, without its name again."""
    return re.sub(r"^``\[[^`]*``[.:]?\s*", "", summary).replace("``", "`")


def _heading(path: str, setting: Setting) -> str:
    base = path.strip("[]")
    name = f"{base}.{setting.key}" if base else setting.key
    if get_origin(setting.type) is Mapping:
        return f"[{name}.NAME]"
    return f"[[{name}]]" if get_origin(setting.type) is tuple else f"[{name}]"


def _table_in(hint: Any) -> Any:
    """The class of a table, of a list of tables or of tables by name; ``None``: a plain value."""
    if hint is StepSettings or (isinstance(hint, type) and is_dataclass(hint) and word_for(hint) == "table"):
        return hint
    found = (_table_in(one) for one in get_args(hint) if one is not type(None))
    return next((one for one in found if one is not None), None)


def _row(setting: Setting) -> str:
    default = "required" if setting.required else _written(setting.default)
    about = setting.about.replace("|", "\\|").replace("``", "`")
    return f"| `{setting.key}` | {word_for(setting.type).replace('|', '/')} | {default} | {about} |"


def _written(value: Any) -> str:
    return "" if value in (None, "", [], {}) else f"`{json.dumps(value, ensure_ascii=False)}`"


def events() -> str:
    """Every event."""
    lines = ["# Events", "", "`on` of a rule: one of these, or a list."]
    for kind in (INVOICE, DEAL, TASK, "KIND"):
        title = kind if kind != "KIND" else "KIND, a smart process of [kinds.KIND]"
        lines += ["", f"## {title}", "", "| event | |", "|---|---|"]
        for name in event_names(kind):
            lines.append(f"| `{name}` | {EVENTS_ABOUT[name.partition('.')[2]]} |")
    lines += ["", f"`invoice.STATUS` ({_codes(STATUSES)} or a name of `[invoice.status]`) is short for"]
    lines += [
        "`invoice.status_changed` with `to`. `from` and `to` narrow moves; `after` and `stage` go with stuck."
    ]
    return "\n".join(lines)


def steps() -> str:
    """Every step with its keys."""
    lines = ["# Steps", "", "`[[rules.steps]]`: `use` is one of these names; steps of a rule run in order."]
    for name in STEPS:
        cls = step_class(name)
        called = f"{cls.called.en} / {cls.called.ru}. "
        lines += [
            "",
            f"## {name}",
            *_paragraph(called[:1].upper() + called[1:] + _whole(cls)),
            *_works_on(cls),
        ]
        lines += _tables(cls, "[[rules.steps]]", is_headed=False)
        for example in cls.examples:
            lines += ["", "```toml", "[[rules]]", 'name = "..."', *example.strip("\n").split("\n"), "```"]
    return "\n".join(_squeezed(lines))


def _whole(cls: Any) -> str:
    return " ".join((cls.__doc__ or "").partition("Attributes:")[0].split()).replace("``", "`")


def _works_on(cls: Any) -> Iterator[str]:
    if cls.kinds:
        yield from ["", f"Works on events of: {_codes(cls.kinds)}."]
    scopes = sorted({need.scopes[0] for need in cls.scopes})
    if scopes:
        yield from ["", f"The webhook needs: {_codes(scopes)}."]


def variables() -> str:
    """What texts and conditions see."""
    lines = ["# Variables", "", "Texts: `{{ invoice.number }}`. Conditions: `invoice.amount >= 100000`."]
    lines += ["", "| on events of | there are |", "|---|---|"]
    for kind in (INVOICE, DEAL, TASK, "KIND"):
        lines.append(f"| {kind} | {_codes(roots_for(kind))} |")
    roots = {
        **roots_for(INVOICE),
        **{kind: ENTITIES[kind] for kind in (TASK, CONTACT, COMPANY)},
        "KIND": CUSTOM,
    }
    for name, schema in roots.items():
        lines += ["", f"## {name}", "", _attributes(schema)]
        if name in (INVOICE, DEAL, TASK, "KIND"):
            lines += ["", f"Linked: {_codes(links_of(name))}."]
    lines += [
        "",
        "`fields` holds everything by the portal's own codes (`deal.fields.UF_CRM_CITY`). A missing link is",
    ]
    lines += [
        "nothing, and so are its attributes. `row` and `rows` in `create_tasks`: the rows that matched; "
        "`recipient` in `notify`: who reads the text, as `commission.of(recipient)`."
    ]
    return "\n".join(lines)


def _attributes(schema: Schema) -> str:
    if schema.element is not None and not schema.attributes:
        return f"A list; each: {_attributes(schema.element)}"
    names = _codes(schema.attributes) if schema.attributes else "any name"
    return f"{names}; a list, each: {_attributes(schema.element)}" if schema.element else names


def filters() -> str:
    """How texts format values."""
    from b24sync.rules.language import Language

    found = Language("en", UTC).filters()
    own = {name: found[name] for name in ("money", "date", "workdays")}
    others = sorted(set(found) - set(own))
    lines = ["# Filters", "", "`{{ invoice.amount | money }}`; several one after another.", ""]
    lines += ["| filter | |", "|---|---|"]
    lines += [f"| `{name}` | {_first_line(function)} |" for name, function in own.items()]
    lines += ["", "Of Jinja2:", "", "| filter | |", "|---|---|"]
    lines += [f"| `{name}` | {_first_line(found[name])} |" for name in others]
    return "\n".join(lines)


def _first_line(function: Any) -> str:
    """The first sentence of a docstring, without the marks of reStructuredText."""
    text = " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())
    sentence = re.match(r".*?[.:](?= |$)", text)
    plain = re.sub(r":\w+:`([^`]*)`", r"\1", sentence[0] if sentence else text)
    return plain.replace("``", "`").replace("|", "\\|").rstrip(":")


def people() -> str:
    """Who may be named."""
    about = {
        "responsible": "the responsible of the event's entity",
        "creator": "who created it",
        "department_head": "the head of the responsible's department, climbing to someone else who is active",
    }
    rows = [f"| `{word}` | {about[word]} |" for word in OF_THE_EVENT]
    rows += [
        "| `invoice.responsible`, `deal.creator`, … | of what the entity is linked to |",
        "| `deal.fields.UF_CRM_CODE` | whom a field of the type user holds |",
        "| `user:12` | one user |",
        "| `department:5` | in `to` all its active members, elsewhere its head |",
        "| a name of `[people]` | what stands there |",
    ]
    return "\n".join(
        [
            "# People",
            "",
            "In `to` of `notify`, `responsible` of tasks, `for` of rates, and as copies of mails.",
            "",
            "| write | means |",
            "|---|---|",
            *rows,
            "",
            "Mails (`to`, `cc`, `bcc`) also take `contact`, `company`, an address, or a text that makes one.",
            "Dismissed users are left out, and that is said. Nobody in `to`: the step is skipped; a person",
            "that a step cannot do without: it fails.",
        ]
    )


def commands() -> str:
    """Every command with its options, from the command line itself."""
    import typer

    from b24sync.cli.commands import app

    lines = ["# Commands"]
    for path, command in _commands(typer.main.get_command(app), ""):
        lines += ["", f"## b24sync {path}", "", " ".join((command.help or "").split()), ""]
        for parameter in command.params:
            if parameter.name == "help":
                continue
            record = getattr(parameter, "help", None) or ""
            names = ", ".join(f"`{name}`" for name in parameter.opts)
            is_argument = parameter.param_type_name == "argument"
            shown = f"`{(parameter.metavar or parameter.name or '').upper()}`" if is_argument else names
            lines.append(f"- {shown} {record}".rstrip())
    return "\n".join(_squeezed(lines))


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        whole = f"{path} {name}".strip()
        if hasattr(inner, "commands"):
            yield from _commands(inner, whole)
        else:
            yield whole, inner


def exit_codes(contract: str) -> str:
    """The table of the contract with what is said under it, and codes that only the code has."""
    found = re.search(r"(?ms)^(\| exit code \|.*?\n)\n(.*?\n\n)", contract)
    table, below = (found[1], found[2]) if found else ("", "")
    listed = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", table)}
    others: dict[int, str] = {}
    for one in vars(errors).values():
        code = getattr(one, "exit_code", None)
        if isinstance(code, int) and code not in listed:
            others.setdefault(code, summary_of(one).rstrip("."))
    more = "".join(f"| {code} | {about} |\n" for code, about in sorted(others.items()))
    return f"# Exit codes\n\n{table}{more}\n{below}"


def section(text: str, number: str) -> str:
    """One numbered section of a document."""
    found = re.search(rf"(?ms)^## {number}\. .*?(?=^## |\Z)", text)
    return found[0] if found else ""


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _paragraph(text: str) -> list[str]:
    return ["", text] if text else []


def _squeezed(lines: Sequence[str]) -> list[str]:
    """No two empty lines one after another."""
    return [line for n, line in enumerate(lines) if line or n == 0 or lines[n - 1]]

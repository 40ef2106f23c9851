"""Every command of a broad scene against the vendor's own schemas of its method.

The schemas lie beside the project (``vendor/methods``, MIT, made from the official documentation); they say
"parsed": what a page leaves out is no fault, so such places are listed here with the page that proves them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.crash.plays import PLAYS
from tests.support.cli import open_office

TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int, str),  # a command of a batch is a query string
    "string": (str, int),
    "number": (int, float, str),
    "double": (int, float, str),
    "boolean": (bool, int, str),
    "array": (list, dict),  # PHP knows one kind of array
    "object": (list, dict),
}
NOT_ON_THE_PAGES_TABLE = {
    "crm.item.list": {"start", "useOriginalUfNames"},  # crm/universal/crm-item-list.md, its text
    "crm.item.get": {"useOriginalUfNames"},
    "crm.item.add": {"useOriginalUfNames"},
    "crm.item.update": {"useOriginalUfNames"},
    "crm.item.fields": {"useOriginalUfNames"},
    "crm.item.productrow.list": {"start"},  # settings/how-to-call-rest-api/list-methods-pecularities.md
    "crm.invoice.list": {"select", "start"},  # crm/outdated/invoice/crm-invoice-list.md
    "crm.stagehistory.list": {"start"},
    "crm.status.list": {"start"},
    "crm.category.list": {"start"},
    "tasks.task.list": {"start"},
    "user.get": {"start", "FILTER"},
    "department.get": {"start"},
    "lists.element.get": {"start", "FILTER", "ELEMENT_ORDER", "SELECT"},
}
NOT_REALLY_REQUIRED = {
    "crm.stagehistory.list": {
        "order",
        "filter",
        "select",
        "start",
    },  # crm/crm-stage-history-list.md: all optional
    "tasks.task.list": {"order", "filter", "select", "params", "start"},  # tasks/tasks-task-list.md
    "tasks.task.get": {"select"},  # tasks/tasks-task-get.md: default all
    "lists.element.get": {"IBLOCK_CODE", "IBLOCK_ID"},  # either: lists/elements/lists-element-get.md
    "lists.field.get": {"IBLOCK_CODE", "IBLOCK_ID"},
    "lists.get": {"IBLOCK_CODE", "IBLOCK_ID"},
}
MAIL = '[mail]\ntransport = "file"\nfrom = "b@example.ru"\ndocument_template = 21\n'
MAILED = """
[[rules]]
name = "mailed"
on = "invoice.created"
[[rules.steps]]
use = "send_invoice"
"""
WRONG_ON_THE_PAGE = {  # the table's type is not the one of the page's examples
    ("crm.stagehistory.list", "select"),
    ("user.get", "FILTER"),
}


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> list[tuple[str, dict[str, Any]]]:
    """The commands that polls, doctor and an operator send over the plays of all steps."""
    found: list[tuple[str, dict[str, Any]]] = []
    for name, play in PLAYS.items():
        folder = tmp_path_factory.mktemp(name)
        for office in open_office(folder, rules=play.rules(), sections=play.sections):
            _record(office.portal, found)
            office.run("poll")
            play.act(office, 0)
            office.run("poll")
            office.run("poll")
    for office in open_office(tmp_path_factory.mktemp("mail"), rules=MAILED, sections=MAIL):
        _record(office.portal, found)
        office.run("poll")
        office.add_invoice(title="new", deal=0)
        office.run("poll")
        office.run("doctor")
        office.run("poll", "--reconcile")
    return found


def _record(portal: Any, found: list[tuple[str, dict[str, Any]]]) -> None:
    run = portal.run_command

    def recorded(method: str, params: dict[str, Any], *more: Any, **named: Any) -> Any:
        found.append((method, dict(params)))
        return run(method, params, *more, **named)

    portal.run_command = recorded


def _faults(method: str, params: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    known = {one["name"].upper(): one for one in schema["params"]}
    faults = [
        f"{method}: unknown parameter {name}"
        for name in params
        if name.upper() not in known and name not in NOT_ON_THE_PAGES_TABLE.get(method, set())
    ]
    given = {name.upper() for name in params}
    faults += [
        f"{method}: without {one['name']}"
        for one in schema["params"]
        if one.get("required")
        and one["name"].upper() not in given
        and one["name"] not in NOT_REALLY_REQUIRED.get(method, set())
    ]
    for name, value in params.items():
        wanted = TYPES.get(str(known.get(name.upper(), {}).get("base", "")))
        if wanted and not isinstance(value, wanted) and (method, name) not in WRONG_ON_THE_PAGE:
            faults.append(f"{method}: {name} is {type(value).__name__}, not {known[name.upper()]['base']}")
    return faults


def test_every_command_is_as_the_vendors_schema_has_it(schemas, sent) -> None:
    faults = {
        fault
        for method, params in sent
        if method in schemas
        for fault in _faults(method, params, schemas[method])
    }
    assert sorted(faults) == []


def test_the_scene_sends_what_the_program_is_for_and_names_what_has_no_schema(schemas, sent) -> None:
    methods = {method for method, _ in sent}
    assert {
        "crm.item.list",
        "crm.item.update",
        "crm.stagehistory.list",
        "im.notify.system.add",
        "tasks.task.add",
        "crm.activity.add",
        "crm.timeline.comment.add",
        "crm.documentgenerator.document.add",
    } <= methods
    assert methods - set(schemas) <= WITHOUT_SCHEMA, methods - set(schemas)


WITHOUT_SCHEMA = {
    "batch",
    "profile",
    "scope",
    "server.time",
    "user.admin",
    "user.current",
    "calendar.settings.get",
    "mail.mailbox.senders",
    "crm.requisite.list",
    "crm.requisite.bankdetail.list",
    "crm.address.list",
    "crm.documentgenerator.document.getPdf",
    "crm.documentgenerator.template.get",
    "crm.deal.userfield.list",
    "crm.contact.get",
    "crm.company.get",
    "crm.deal.get",
}
"""Methods of the scene that the schemas do not hold: nothing is said of these."""

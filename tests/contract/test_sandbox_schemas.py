"""The stand-in wants of a request what the vendor's own schemas of its methods say.

The schemas lie beside the project (``vendor/methods``); where a page says otherwise, the page is named here.
"""

from __future__ import annotations

from typing import Any

import pytest

from b24sync.sandbox import seed_company
from b24sync.sandbox.method_registry import METHODS
from tests.contract.test_sandbox_samples import CALLS, DOCUMENT
from tests.contract.vendor import NOT_REALLY_REQUIRED
from tests.support.portals import bare_portal

WHOLE: dict[str, dict[str, Any]] = CALLS | {
    "crm.activity.delete": {"id": 1},
    "crm.documentgenerator.document.get": {"id": 1},
    "crm.invoice.get": {"id": 1},
    "crm.invoice.getexternallink": {"id": 1},
    "crm.invoice.list": {},
    "crm.invoice.update": {"id": 1, "fields": {"COMMENTS": "x"}},
    "crm.type.list": {},
    "crm.timeline.comment.add": {"fields": {"ENTITY_TYPE": "deal", "ENTITY_ID": 1, "COMMENT": "x"}},
}
WITHOUT = {  # the code, where it is not 100: the method is no controller
    "crm.activity.add": "",
    "crm.activity.delete": "",
    "im.notify.personal.add": {"USER_ID": "USER_ID_EMPTY", "MESSAGE": "MESSAGE_EMPTY"},
    "im.notify.system.add": {"USER_ID": "USER_ID_EMPTY", "MESSAGE": "MESSAGE_EMPTY"},
    "lists.get": "ERROR_REQUIRED_PARAMETERS_MISSING",
    "lists.element.get": "ERROR_REQUIRED_PARAMETERS_MISSING",
    "lists.field.get": "ERROR_REQUIRED_PARAMETERS_MISSING",
}
CLASSIC = {"crm.activity.add", "crm.activity.list", "crm.invoice.update", "crm.status.list"}
NOTHING_IS_SAID = {  # no page tells what a text does here; the classic list reads ``select`` as it comes
    ("crm.activity.list", "select"),
    ("lists.element.get", "ELEMENT_ORDER"),
    ("lists.element.get", "FILTER"),
    ("lists.element.get", "SELECT"),
    ("lists.get", "IBLOCK_ORDER"),
    ("user.get", "select"),
}


@pytest.fixture
def portal():
    portal = bare_portal(old_invoices=True)
    seed_company(portal)
    portal.call("crm.documentgenerator.document.add", DOCUMENT)
    portal.call("crm.activity.add", CALLS["crm.activity.add"])
    portal.add_legacy_invoice(ORDER_TOPIC="Старый")
    return portal


def arrays(schema: dict[str, Any]) -> list[str]:
    """Names of the parameters that a method wants as arrays."""
    return [one["name"] for one in schema["params"] if one["base"] in {"array", "object"}]


def code_of(answers: Any, name: str) -> Any:
    return answers.get(name) if isinstance(answers, dict) else answers


def test_every_method_with_a_schema_is_served(schemas):
    assert {method for method in schemas if method.lower() not in METHODS} == set()


def test_a_whole_call_is_answered(portal, schemas):
    refused = {
        method: body
        for method in sorted(schemas.keys())
        for status, body in [portal.call(method, WHOLE[method])]
        if status != 200
    }
    assert refused == {}


def test_nothing_that_is_required_may_be_missing(portal, schemas):
    found = {}
    for method, schema in schemas.items():
        for one in schema["params"]:
            name = one["name"]
            if not one["required"] or name in NOT_REALLY_REQUIRED.get(method, ()):
                continue
            call = {key: value for key, value in WHOLE[method].items() if key != name}
            status, body = portal.call(method, call)
            wanted = code_of(WITHOUT.get(method, "100"), name)
            if (status, body.get("error")) != (400, wanted):
                found[method, name] = (status, body.get("error"))
    assert found == {}


def test_a_text_is_no_array(portal, schemas):
    found = {}
    for method, schema in schemas.items():
        for name in arrays(schema):
            if (method, name) in NOTHING_IS_SAID:
                continue
            status, body = portal.call(method, WHOLE[method] | {name: "text"})
            wanted = "" if method in CLASSIC else "ATTACH_ERROR" if name == "ATTACH" else "100"
            if (status, body.get("error")) != (400, wanted):
                found[method, name] = (status, body.get("error"))
    assert found == {}


def test_a_controller_binds_nothing_that_its_schema_does_not_have(schemas):
    unknown = {
        (method, one.name)
        for method, schema in schemas.items()
        for one in METHODS[method.lower()].takes
        if one.name not in {known["name"] for known in schema["params"]}
    }
    assert unknown == {
        ("tasks.task.get", "params"),  # *source*: tasks/lib/rest/controllers/task.php
        ("tasks.task.add", "params"),
        ("tasks.task.update", "params"),
    }

"""Whatever a client sends, the stand-in answers or refuses; it never falls over."""

from __future__ import annotations

import math

import pytest

from b24sync.sandbox import seed_company
from b24sync.sandbox.method_registry import METHODS
from tests.contract.test_sandbox_samples import DOCUMENT
from tests.contract.test_sandbox_schemas import WHOLE
from tests.support.portals import bare_portal, result

GARBAGE = [
    *(None, "", 0, -1, 3.5, math.inf, math.nan, 10**400, "x", "99999999999999999999", "9" * 400 + ".5", True),
    *([], {}, [1], [None], [[]], [{}], {"a": 1}),
    *({"ID": [1]}, {"ID": {"x": 1}}, {">ID": "x"}, {"logic": []}, {"0": {"logic": "OR", "0": {"ID": 1}}}),
]
FIELDS = ["COMMUNICATIONS", "SETTINGS", "FILES", "UF_CRM_TASK", "fm", "PRICE", "PRODUCT_ROWS"]


@pytest.fixture
def portal():
    portal = bare_portal(old_invoices=True)
    seed_company(portal)
    portal.call("crm.documentgenerator.document.add", DOCUMENT)
    portal.call("crm.activity.add", WHOLE["crm.activity.add"])
    portal.add_legacy_invoice(ORDER_TOPIC="Старый")
    return portal


@pytest.mark.parametrize("method", sorted(spec.name for spec in METHODS.values()))
def test_no_value_of_a_parameter_breaks_a_method(portal, method):
    base = {} if "delete" in method else WHOLE.get(method, {})
    taken = {one.name for one in METHODS[method.lower()].takes}
    for name in sorted({"id", "filter", "order", "select", "start", "fields", *base, *taken}):
        for value in GARBAGE:
            assert portal.call(method, base | {name: value})[0] in {200, 400, 401, 403, 404}, (name, value)
    inner = base.get("fields")
    for name in sorted({*inner, *FIELDS}) if isinstance(inner, dict) else []:
        for value in GARBAGE:
            status, _ = portal.call(method, base | {"fields": inner | {name: value}})
            assert status in {200, 400, 403, 404}, (name, value)


def test_what_is_read_only_in_an_old_invoice_stays_as_it_is():
    portal = bare_portal(old_invoices=True)
    key = portal.add_legacy_invoice(PRODUCT_ROWS=[{"PRICE": 10, "QUANTITY": 2}])
    before = result(portal, "crm.invoice.get", {"id": key})
    given = {"ID": 77, "PRICE": 5, "PAYED": "Y", "CREATED_BY": 3, "CURRENCY": "USD"}
    assert result(portal, "crm.invoice.update", {"id": key, "fields": given}) == key
    assert result(portal, "crm.invoice.get", {"id": key}) == before

"""Every command that the program sends in broad scenes against the vendor's own schemas of its method."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.scenes import SCENES, Commands, plays
from tests.contract.vendor import faults

WITHOUT_SCHEMA = {
    "batch",
    "profile",
    "scope",
    "server.time",
    "user.admin",
    "calendar.settings.get",
    "mail.mailbox.senders",
    "crm.requisite.list",
    "crm.requisite.bankdetail.list",
    "crm.address.list",
    "crm.documentgenerator.document.getPdf",
    "crm.documentgenerator.template.get",
    "crm.deal.userfield.list",
    "crm.deal.get",
    "crm.invoice.fields",
    "bizproc.workflow.template.list",
}
"""Methods of the scenes that the schemas do not hold: nothing is said of these."""


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """The commands of all scenes."""
    folder = tmp_path_factory.mktemp("scenes")
    return plays(folder / "plays") + [one for name, scene in SCENES.items() for one in scene(folder / name)]


@pytest.mark.timeout(600)
def test_every_command_is_as_the_vendors_schema_has_it(schemas: dict[str, Any], sent: Commands) -> None:
    found = {
        fault
        for method, params in sent
        if method in schemas
        for fault in faults(method, params, schemas[method])
    }
    assert sorted(found) == []


@pytest.mark.timeout(600)
def test_the_scenes_send_every_method_that_has_a_schema_and_name_those_without(
    schemas: dict[str, Any], sent: Commands
) -> None:
    methods = {method for method, _ in sent}
    assert set(schemas) - methods == set()
    assert methods - set(schemas) <= WITHOUT_SCHEMA, methods - set(schemas)


@pytest.mark.parametrize(
    ("method", "params", "fault"),
    [
        ("crm.item.list", {"entityTypeId": 2, "filters": {}}, "crm.item.list: unknown filters"),
        ("crm.item.list", {"filter": {}}, "crm.item.list: without entityTypeId"),
        ("crm.item.list", {"entityTypeId": 2, "select": "*"}, "crm.item.list: select is str, not array"),
        (
            "crm.item.productrow.set",
            {"ownerId": 1, "ownerType": "D", "productRows": {"0": {"customized": "Y"}}},
            "crm.item.productrow.set productRows: unknown customized",
        ),
        (
            "crm.timeline.comment.add",
            {"fields": {"ENTITY_ID": 1, "ENTITY_TYPE": "deal"}},
            "crm.timeline.comment.add fields: without COMMENT",
        ),
    ],
)
def test_a_command_that_is_not_as_its_schema_has_it_is_found(
    schemas: dict[str, Any], method: str, params: dict[str, Any], fault: str
) -> None:
    assert faults(method, params, schemas[method]) == [fault]

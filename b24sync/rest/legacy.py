"""Invoices of the old module, ``crm.invoice.*`` (portal.md §3.6); their rows have upper-case codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24sync.calls import Call
from b24sync.domain.entity import INVOICE
from b24sync.rest import contract
from b24sync.rest.kinds import Kind


def list_page(*, filter: Mapping[str, Any], order: Mapping[str, str], start: int = -1) -> Call:
    """One page of at most 50 invoices with their custom fields.

    Product rows are not among them: only ``get`` gives them.
    """
    params = {"filter": dict(filter), "order": dict(order), "select": ["*", "UF_*"], "start": start}
    return Call("crm.invoice.list", params)


def get(invoice_id: int) -> Call:
    """One invoice, with ``PRODUCT_ROWS``."""
    return Call("crm.invoice.get", {"id": invoice_id}, lambda test: test.row(INVOICE, invoice_id))


def update(kind: Kind, invoice_id: int, fields: Mapping[str, Any]) -> Call:
    """Change fields, named by the contract or by the portal."""
    return Call("crm.invoice.update", {"id": invoice_id, "fields": contract.portal_fields(kind, fields)})


def external_link(invoice_id: int) -> Call:
    """A link to the invoice for the client, in place of a PDF; the result is the text of the link."""
    link = f"https://example.invalid/invoice/{invoice_id}"
    return Call("crm.invoice.getexternallink", {"id": invoice_id}, lambda _test: link)

"""What kind of portal the stand-in is: zones, versions, rights, limits (portal.md §20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ALL_SCOPES = (
    "crm",
    "task",
    "tasks",
    "im",
    "user",
    "user_basic",
    "user_brief",
    "department",
    "lists",
    "calendar",
    "catalog",
    "documentgenerator",
    "mail",
    "userfieldconfig",
    "telephony",
    "bizproc",
    "imbot",
    "entity",
    "log",
)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Switches of the portal; swap the value to change a running one: ``portal.settings = replace(…)``.

    Attributes:
        server_tz: Zone of the server: offset of every time shown, zone of input without an offset.
        owner_tz: Zone in the profile of the webhook's owner.
        wall_times: Times are stored without their offset, so that those of the hour that summer time repeats
            are taken for those of its first pass.
        skew: Date filters of crm.item.list, crm.stagehistory.list and document lists are shifted by
            (owner - server), as the product does.
        strict: Unknown names in filter and order of crm.item.list and crm.stagehistory.list are refused, and
            moments of the history's filter that cannot be read; otherwise ignored.
        strict_select: ``strict`` also means the select of crm.item.list; the product drops unknown names.
        stagehistory31: crm.stagehistory.list knows smart invoices.
        stagehistory_dynamic: crm.stagehistory.list knows smart processes.
        history_drops_final: Smart invoices and processes lose the former final row on leaving a final stage
            (deals always do here, as older versions did).
        deal_history_drops_final: Deals lose it too; the newest source keeps all rows of both.
        funnel_change_drops_history: A change of the funnel removes the rows of the former one.
        original_uf_names: The parameter useOriginalUfNames is known.
        old_invoices: The methods crm.invoice.* still answer.
        admin: The owner of the webhook is an administrator.
        owner_id: User id of the owner; also part of the webhook's address.
        scopes: Scopes of the webhook.
        rate_limit: The leaky bucket is on, of ``rate_threshold`` requests, losing ``rate_per_s`` a second.
        operating_limit_s: Seconds of work a method may use in ten minutes; ``None``: unlimited.
        operating_cost_s: Seconds of work charged for every command.
        batch_charged: A batch is charged as a method too (measured by some, not documented); only then its
            own ``time`` tells ``operating``.
        latency_s: Seconds every request takes longer.
        command_latency_s: Seconds every command takes longer, also each one of a batch.
        array_bound: What an array does under an operator that wants one value, as after a short page of
            chained commands: "error" (INVALID_ARG_VALUE), "rows" (the condition is void) or "nothing" (older
            portals: a comparison matches no row).
        pdf_polls: Calls of document.get until the PDF is there.
        rows_add_tax: A written price of a row without ``taxIncluded`` gets the tax on top, against the
            documentation.
        transformer_ok: PDFs can be made at all.
        document_limit: Documents the plan allows; ``None``: unlimited.
        secret: The webhook's secret.
        commercial: The plan includes REST.
        webhook_valid: The webhook exists; otherwise INVALID_CREDENTIALS.
        webhook_expired: The webhook is past its date; expired_token.
        tasks_xml_id_filter: tasks.task.list filters by XML_ID; otherwise it ignores the key.
        required_fields: entity type → stage id → names of fields required there.
        timeline: crm.timeline.comment.add is allowed.
        template_rights: The owner may see document templates.
        catalog_rights: The owner may read the product catalogue.
    """

    server_tz: str = "Europe/Moscow"
    owner_tz: str = "Europe/Moscow"
    wall_times: bool = False
    skew: bool = True
    strict: bool = True
    strict_select: bool = False
    stagehistory31: bool = True
    stagehistory_dynamic: bool = True
    history_drops_final: bool = True
    deal_history_drops_final: bool = True
    funnel_change_drops_history: bool = True
    original_uf_names: bool = True
    old_invoices: bool = False
    admin: bool = True
    owner_id: int = 1
    scopes: tuple[str, ...] = ALL_SCOPES
    rate_limit: bool = False
    rate_threshold: int = 50
    rate_per_s: float = 2.0
    operating_limit_s: float | None = None
    operating_cost_s: float = 0.0
    batch_charged: bool = False
    latency_s: float = 0.0
    command_latency_s: float = 0.0
    array_bound: Literal["error", "rows", "nothing"] = "error"
    pdf_polls: int = 1
    rows_add_tax: bool = False
    transformer_ok: bool = True
    document_limit: int | None = None
    secret: str = "sandboxsecret0001"  # noqa: S105 - the stand-in guards nothing
    commercial: bool = True
    webhook_valid: bool = True
    webhook_expired: bool = False
    tasks_xml_id_filter: bool = True
    required_fields: Mapping[int, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    timeline: bool = True
    template_rights: bool = True
    catalog_rights: bool = True

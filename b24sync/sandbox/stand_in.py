"""The stand-in portal: one call in, one answer out, and everything it keeps in between."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import (  # noqa: F401 - the modules register their methods
    activity_methods,
    batch_method,
    bizproc_templates,
    classic,
    crm_activities,
    crm_stages,
    document_generator,
    document_templates,
    iblock_lists,
    item_methods,
    item_types,
    legacy_invoices,
    notices,
    portal_users,
    product_catalog,
    requisite_methods,
    row_methods,
    system,
    task_methods,
    telephony,
    timeline_comments,
    userfields,
)
from .crm_items import Items
from .envelope import Answer, ConnectionCutError, Refusal, Stopwatch, general_error
from .item_actions import Actions
from .method_registry import METHODS, MethodSpec, Params
from .method_reply import MethodReply
from .php import to_int
from .planned_faults import HTML_404, HTML_502, Fault, Faults, RequestStruckError
from .portal_dates import zone
from .portal_settings import SandboxSettings
from .portal_tasks import Tasks
from .rate_limits import Limits
from .records import RequestRecord, Requests
from .schema import OLD_INVOICE, EntityType, standard_types
from .server_clock import SandboxClock
from .stage_history import History


class Sandbox(Actions):
    """A Bitrix24 portal in memory.

    ``call`` is the REST side: the owner of the webhook, with that person's rights. Everything inherited from
    ``Actions`` is the other side: any person at the portal. Both are safe to use from several threads.
    """

    def __init__(self, settings: SandboxSettings | None = None, *, clock: SandboxClock | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.clock = clock or SandboxClock()
        self.lock = threading.RLock()
        self.down = False
        self.faults = Faults()
        self._struck: Fault | None = None  # by a command of the request that is served
        self.requests = Requests()
        self.limits = Limits()
        self.base_url = "https://sandbox.invalid"
        self.types: dict[int, EntityType] = standard_types()
        self.funnels = crm_stages.Funnels()
        self.people = portal_users.People()
        self.history = History()
        self.multifields = classic.Multifields()
        self.catalog = product_catalog.Catalog()
        self.items = Items(self)
        self.task_book = Tasks(self)
        self.activity_book = crm_activities.Activities(self)
        self.notices = notices.Notices()
        self.document_book = document_generator.Documents(self)
        self.requisite_book = requisite_methods.Requisites(self)
        self.list_book = iblock_lists.Lists()
        self.workflow_book = bizproc_templates.Workflows(self)
        self.old_invoices = legacy_invoices.OldInvoices(self)
        self.messages: list[dict[str, Any]] = []
        self.payments: dict[tuple[int, int], list[dict[str, Any]]] = {}
        self.calendar_settings = system.default_calendar_settings()
        self._account_number = 0
        self._account_numbers: dict[str, int] = {}
        self.people.add_user(self.settings.owner_id, {"NAME": "Администратор", "UF_DEPARTMENT": [1]})

    @property
    def server_zone(self) -> ZoneInfo:
        """The server's time zone."""
        return zone(self.settings.server_tz)

    def second(self) -> datetime:
        """The portal's time as it is stored: UTC, whole seconds."""
        now = self.clock.now().replace(microsecond=0)
        if self.settings.wall_times:
            now = now.astimezone(self.server_zone).replace(fold=0).astimezone(UTC)
        return now

    def today(self) -> date:
        """The day on the server."""
        return self.clock.now().astimezone(self.server_zone).date()

    def call(self, method: str, params: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Call a method as the owner of the webhook, without HTTP.

        Returns:
            HTTP status and envelope. An HTML error page comes as an empty map.

        Raises:
            ConnectionCutError: An ordered fault cuts the connection.
        """
        if self.down:
            raise ConnectionCutError("the portal is down")
        reply = self.handle(method, params or {})
        if reply.delay_s:
            time.sleep(reply.delay_s)
        return reply.status, reply.body or {}

    def handle(self, method: str, params: Params, refusal: Refusal | None = None) -> MethodReply:
        """Serve one request and write it into the log.

        Args:
            method: The name as called.
            params: Its parameters.
            refusal: What the address itself is answered with (a wrong secret), if anything.

        Raises:
            ConnectionCutError: The connection ends without an answer.
        """
        name = method.removesuffix(".json")
        with self.lock:
            watch = Stopwatch.begin(self.clock.now(), self.server_zone)
            status = 0
            try:
                reply = self._serve(name, params, watch, refusal)
                status = reply.status
            finally:
                commands = batch_method.command_names(params) if name.lower() == "batch" else (name,)
                self.requests.add(RequestRecord(name, watch.at, commands, status, params))
        return reply

    def _serve(self, name: str, params: Params, watch: Stopwatch, refusal: Refusal | None) -> MethodReply:
        fault = self.faults.take(name, "request", params)
        if (at_once := _struck_at_once(fault)) is not None:
            return at_once
        delay = (
            self.settings.latency_s
            + self.settings.command_latency_s * _commands(name, params)
            + (fault.seconds if fault and fault.kind == "slow" else 0.0)
        )
        cut = fault is not None and fault.kind == "truncated"
        try:
            if refusal is not None:
                raise refusal
            self._admit(fault, name)
            answer, time_block = self._run_whole(name, params, watch)
        except RequestStruckError as struck:
            return self._taken_down(struck.fault, delay)
        except Refusal as refused:
            return MethodReply(
                refused.status, refused.body() | self._reset(refused, name), delay_s=delay, truncated=cut
            )
        if fault is not None and fault.kind == "drop_after":
            raise ConnectionCutError("ordered: executed, and dropped without an answer")
        if isinstance(answer.result, bytes):
            return MethodReply(200, raw=answer.result, kind="application/pdf", delay_s=delay, truncated=cut)
        return MethodReply(200, _envelope(answer, time_block), delay_s=delay, truncated=cut)

    def _run_whole(self, name: str, params: Params, watch: Stopwatch) -> tuple[Answer, dict[str, Any]]:
        """Run what a request asks for.

        Raises:
            RequestStruckError: One of its commands takes it down.
        """
        self._struck = None
        answer = self.run_command(name, params, watch)
        if self._struck is not None:
            raise RequestStruckError(self._struck)
        return answer

    def _taken_down(self, fault: Fault, delay: float) -> MethodReply:
        """The answer to a request that one of its commands took down.

        Raises:
            ConnectionCutError: It is none.
        """
        if fault.kind in {"drop_before", "drop_after"}:
            raise ConnectionCutError("ordered: a command took the connection with it")
        refusal = fault.refusal()
        if refusal is not None:
            return MethodReply(refusal.status, refusal.body(), delay_s=delay)
        if fault.kind in _PAGES:
            return _PAGES[fault.kind]
        return MethodReply(200, {"result": []}, delay_s=delay, truncated=True)

    def _admit(self, fault: Fault | None, name: str) -> None:
        """Everything that is looked at before a method: faults, the webhook, the plan, the bucket."""
        now = self.clock.now()
        if fault is not None and (ordered := fault.refusal()) is not None:
            if fault.kind == "429":
                self.limits.block(name.lower(), now, fault.seconds)
            raise ordered
        settings = self.settings
        if not settings.webhook_valid:
            raise general_error("INVALID_CREDENTIALS")
        if settings.webhook_expired:
            raise general_error("expired_token")
        if not self.people.active(settings.owner_id):
            raise general_error("authorization_error")
        if not settings.commercial:
            raise general_error("ACCESS_DENIED")
        self.limits.admit(settings, now)

    def _reset(self, refusal: Refusal, name: str) -> dict[str, Any]:
        if refusal.code != "OPERATION_TIME_LIMIT":
            return {}
        now = self.clock.now()
        watch = Stopwatch.begin(now, self.server_zone)
        return {
            "time": watch.block(self.limits.used(name.lower(), now), self.limits.reset_at(name.lower(), now))
        }

    def run_command(
        self, method: str, params: Params, watch: Stopwatch | None = None
    ) -> tuple[Answer, dict[str, Any]]:
        """Run one method, alone or as a command of a batch.

        Returns:
            The answer and its ``time`` block.

        Raises:
            Refusal: The method refuses, or may not be called.
            ConnectionCutError: An ordered fault of this command.
        """
        watch = watch or Stopwatch.begin(self.clock.now(), self.server_zone)
        spec = self._spec(method.removesuffix(".json"))
        name = spec.name.lower()
        inside = self.faults.take(spec.name, "inside", params) if name != "batch" else None
        if inside is not None and not inside.executes:
            raise RequestStruckError(inside)
        self._struck = self._struck or inside
        fault = self.faults.take(spec.name, "command", params)
        self._strike(fault, name)
        self.limits.check(self.settings, name, watch.at)
        answer = spec.call(self, params)
        if fault is not None and fault.kind == "drop_after":
            raise ConnectionCutError("ordered: a command was executed, and the connection dropped")
        if name == "batch" and not self.settings.batch_charged:
            return answer, watch.block(None, 0)
        self.limits.charge(self.settings, name, watch.at, watch.seconds)
        return answer, watch.block(self.limits.used(name, watch.at), self.limits.reset_at(name, watch.at))

    def _strike(self, fault: Fault | None, name: str) -> None:
        if fault is None:
            return
        if fault.kind == "drop_before":
            raise ConnectionCutError("ordered: dropped before a command")
        if fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault.kind == "429":
            self.limits.block(name, self.clock.now(), fault.seconds)
        refusal = fault.refusal()
        if refusal is not None:
            raise refusal

    def _spec(self, method: str) -> MethodSpec:
        spec = METHODS.get(method.lower())
        if spec is None:
            raise general_error("ERROR_METHOD_NOT_FOUND")
        if spec.app_only:
            raise general_error("WRONG_AUTH_TYPE")
        if not self.allows(spec):
            raise general_error("insufficient_scope")
        return spec

    def allows(self, spec: MethodSpec) -> bool:
        """Whether the webhook's scopes allow a method."""
        return not spec.scopes or bool(set(spec.scopes) & set(self.settings.scopes))

    def entity_type(self, params: Params) -> EntityType:
        """The type that a request names.

        Raises:
            Refusal: ENTITY_TYPE_NOT_SUPPORTED for 5; NOT_FOUND.
        """
        number = to_int(params.get("entityTypeId")) or 0
        if number == OLD_INVOICE:
            raise Refusal("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
        kind = self.types.get(number)
        if kind is None:
            raise Refusal("NOT_FOUND", "Smart process not found")
        return kind

    def next_account_number(self) -> str:
        """The next free number of an invoice."""
        self._account_number += 1
        while str(self._account_number) in self._account_numbers:
            self._account_number += 1
        return str(self._account_number)

    def reserve_account_numbers(self, count: int) -> int:
        """Set a run of invoice numbers aside; gives the first."""
        first = self._account_number + 1
        self._account_number += count
        return first

    def claim_account_number(self, invoice: int, number: str) -> bool:
        """Give a number to an invoice; False if another has it."""
        holder = self._account_numbers.get(number)
        if holder is not None and holder != invoice:
            return False
        self._account_numbers[number] = invoice
        return True


_PAGES: dict[str, MethodReply] = {
    "502html": MethodReply(502, raw=HTML_502),
    "404html": MethodReply(404, raw=HTML_404),
}


def _struck_at_once(fault: Fault | None) -> MethodReply | None:
    """What a fault of the transport answers before anything is looked at; ``None`` if it goes on.

    Raises:
        ConnectionCutError: It answers nothing.
    """
    if fault is not None and fault.kind == "drop_before":
        raise ConnectionCutError("ordered: dropped before it was executed")
    return _PAGES.get(fault.kind) if fault is not None else None


def _commands(name: str, params: Params) -> int:
    return len(batch_method.command_names(params)) if name.lower() == "batch" else 1


def _envelope(answer: Answer, time_block: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"result": answer.result if answer.result != {} else []}
    if answer.next is not None:
        body["next"] = answer.next
    if answer.total is not None:
        body["total"] = answer.total
    return body | {"time": time_block}

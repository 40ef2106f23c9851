"""What doctor finds on a portal where something is as no documentation promises, and where all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from b24sync.app import App
from b24sync.config.load import load
from b24sync.doctor.examination import Examination
from b24sync.doctor.finding import Finding
from b24sync.sandbox import Company, Fault, Sandbox, SandboxServer, SandboxSettings, seed_company
from b24sync.sandbox.portal_settings import ALL_SCOPES
from b24sync.sandbox.schema import DEAL, INVOICE
from b24sync.words import speak
from b24sync.words.doctor import said
from tests.support.config import written
from tests.support.world import LocalClock

RULES = """
[[rules]]
name = "execution"
on = "deal.stage_changed"
[[rules.steps]]
use = "create_task"
responsible = "user:1"
"""
MAIL = """
[mail]
transport = "file"
from = "billing@example.ru"
document_template = 21
[[rules]]
name = "mailed"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
"""
PROBES = {
    "portal_clocks",
    "row_times",
    "history_lag",
    "not_found",
    "recurring",
    "row_sums",
    "bound_tasks",
    "pdf_link",
    "workflows",
}


@dataclass
class Ward:
    """A portal, and the doctor who looks at it."""

    folder: Path
    portal: Sandbox
    company: Company
    webhook: str

    def examined(self, rules: str = RULES + MAIL, top: str = "") -> list[Finding]:
        """All findings."""
        path = written(self.folder, f'language = "en"\n{top}[portal]\nwebhook = "{self.webhook}"\n{rules}')
        app = App(load(path, environ={}))
        with closing(app):
            examination = Examination(app, offline=False)
            found = list(examination.findings())
        assert examination.exit_code == 0, found
        return found

    def told(self, check: str, **how: Any) -> list[tuple[str, str]]:
        """Status and message of a probe's findings, of all kinds."""
        return _of(self.examined(**how), check)

    def answers(self, method: str, change: Callable[[dict[str, Any], Any], Any]) -> None:
        """Let the portal answer a method otherwise: ``change(parameters, result)``."""
        run = self.portal.run_command

        def changed(name: str, params: dict[str, Any], *more: Any, **named: Any) -> Any:
            answer, block = run(name, params, *more, **named)
            if name == method:
                answer = replace(answer, result=change(params, answer.result))
            return answer, block

        self.portal.run_command = changed  # type: ignore[method-assign]

    def refuses(self, method: str, code: str) -> None:
        """Let the portal refuse a method."""
        self.portal.faults.add(Fault("error", method, times=10_000, where="command", code=code))


def _of(found: list[Finding], check: str) -> list[tuple[str, str]]:
    return [(one.status, str(one.message)) for one in found if one.check.partition(".")[0] == check]


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Ward]:
    portal = Sandbox(SandboxSettings(**settings))
    company = seed_company(portal)
    document = portal.document_book.add(21, INVOICE, company.invoices[0], stamps=True, values={})
    document["ready"] = True
    with SandboxServer(portal) as server:
        yield Ward(folder, portal, company, server.webhook)


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """The small company; one invoice has a document."""
    with opened(tmp_path) as one:
        yield one


def test_where_all_is_well_every_probe_says_so_in_four_requests(ward):
    before = len(ward.portal.requests)
    found = [one for one in ward.examined() if one.check.partition(".")[0] in PROBES]
    assert {one.check for one in found} == PROBES
    assert [one for one in found if one.status != "ok"] == []
    asked = ward.portal.requests[before:]
    assert len([one for one in asked if "crm.item.productrow.list" in one.commands]) == 1
    assert len(asked) <= 12
    commands = [command for one in asked for command in one.commands]
    assert not [one for one in commands if one.endswith((".add", ".update", ".delete", ".set"))]


def test_every_probe_speaks_russian_where_it_is_wanted(ward):
    ward.portal.add_item(DEAL, title="template", isRecurring="Y")
    found = [one for one in ward.examined() if one.check.partition(".")[0] in PROBES]
    assert not any(one for one in found if _is_russian(str(one.message)))
    speak("ru")
    assert all(_is_russian(said(one.message)) for one in found)
    speak("en")
    assert [said(one.message) for one in found] == [str(one.message) for one in found]


def _is_russian(text: str) -> bool:
    return any("а" <= letter <= "я" for letter in text.lower())


def test_every_trouble_of_a_portal_is_told_by_its_probe_beside_those_of_others(ward):
    portal, now = ward.portal, datetime.now(UTC).replace(microsecond=0)
    # a template among the items, of which no row sum is asked
    template = portal.add_item(DEAL, title="every month", isRecurring="Y", opportunity=5)
    # a row saved before it was moved
    old = now - timedelta(hours=3)
    moved = portal.add_deal("moved", createdTime=old, updatedTime=old, movedTime=now)
    # a move that the history does not have
    deal = portal.add_deal("moved on")
    known = {row["ID"] for row in portal.stage_history(DEAL)}
    portal.update_item(DEAL, deal, stageId="EXECUTING")
    portal.withhold_history(
        DEAL, *(row["ID"] for row in portal.stage_history(DEAL) if row["ID"] not in known)
    )
    # the binding of tasks is ignored
    stranger = portal.add_task(1, TITLE="unbound", RESPONSIBLE_ID=1)
    portal.add_task(1, TITLE="bound", RESPONSIBLE_ID=1, UF_CRM_TASK=[f"D_{deal}"])
    everything = portal.call("tasks.task.list", {"select": ["ID", "UF_CRM_TASK"]})[1]["result"]
    ward.answers(
        "tasks.task.list",
        lambda params, result: everything if "UF_CRM_TASK" in params.get("filter", {}) else result,
    )
    # what is not there is not said to be
    portal.faults.add(
        Fault("error", "crm.item.get", 100, where="command", code="ACCESS_DENIED", having="2147483646")
    )
    # workflows that mail or make tasks as rules do
    mail, task = _activity("CrmSendEmailActivity"), _activity("Task2Activity")
    within = _activity("IfElseActivity", _activity("IfElseBranchActivity", mail))
    mailing = portal.workflow_book.add("Invoice to client", INVOICES, [within], auto_execute=1)
    making = portal.workflow_book.add("Start work", DEALS, [task], auto_execute=2)

    found = ward.examined()
    ((status, message),) = _of(found, "recurring")
    assert (status, f"deal:{template}" in message) == ("ok", True)
    assert "left out" in message
    assert all(status == "ok" for status, _ in _of(found, "row_sums"))
    assert [status for status, text in _of(found, "row_times") if f"deal:{moved}" in text] == ["warn"]
    assert [
        (status, "the last row of its history says NEW" in text)
        for status, text in _of(found, "history_lag")
        if f"deal:{deal}" in text
    ] == [("warn", True)]
    told = _of(found, "bound_tasks")
    assert [(status, f"task:{stranger}" in text) for status, text in told] == [("warn", True)]
    told = _of(found, "not_found")
    assert [status for status, _ in told] == ["warn", "warn"]
    assert "invoice: for an id that nothing has the portal answers ACCESS_DENIED (crm.item.get)" in told[0][1]
    assert "deal: " in told[1][1]
    assert _of(found, "workflows") == [
        (
            "warn",
            f'workflow template {making} "Start work" (deal, starts on change) makes tasks, and so do the '
            "rules execution",
        ),
        (
            "warn",
            f'workflow template {mailing} "Invoice to client" (invoice, starts on creation) sends mail, and '
            "so do the rules mailed",
        ),
    ]


# product rows


def test_rows_whose_price_comes_without_the_tax_are_told(ward):
    deal = ward.portal.add_deal("taxed")
    ward.portal.set_rows(DEAL, deal, [{"productName": "a", "price": 1000, "quantity": 3, "taxRate": 20}])
    assert ward.told("row_sums")[0][0] == "ok"
    ward.portal.items.get(DEAL, deal)["opportunity"] = 3600.0
    ((status, message),) = ward.told("row_sums")
    assert status == "warn"
    assert f"without the tax, which is added to the amount: deal:{deal} 3000.00 ≠ 3600.00" in message


def test_rows_that_do_not_add_up_are_told_and_an_amount_set_by_hand_is_no_trouble(ward):
    deal = ward.portal.add_deal("odd")
    ward.portal.set_rows(DEAL, deal, [{"productName": "a", "price": 10, "quantity": 3}])
    ward.portal.items.get(DEAL, deal)["opportunity"] = 31.0
    ((status, message),) = ward.told("row_sums")
    assert (status, f"deal:{deal} 30.00 ≠ 31.00" in message) == ("warn", True)
    ward.portal.update_item(DEAL, deal, isManualOpportunity="Y", opportunity=35)
    told = ward.told("row_sums")
    assert {status for status, _ in told} == {"ok"}
    assert f"set by hand and differs from the product rows: deal:{deal} 30.00 ≠ 35.00" in told[-1][1]


# recurring templates


def test_a_portal_that_does_not_filter_by_templates_is_looked_at_by_its_newest_rows(ward):
    template = ward.portal.add_item(DEAL, title="every month", isRecurring="Y")
    ward.portal.faults.add(
        Fault("error", "crm.item.list", 100, where="command", code="INVALID_ARG_VALUE", having="=isRecurring")
    )
    assert f"deal:{template}" in ward.told("recurring")[0][1]


def test_rows_that_do_not_say_whether_they_are_templates_are_a_warning(ward):
    def without(_params: dict[str, Any], result: Any) -> Any:
        for row in result["items"]:
            row.pop("isRecurring", None)
        return result

    ward.answers("crm.item.list", without)
    ((status, message),) = ward.told("recurring")
    assert status == "warn"
    assert "no isRecurring" in message


# times


def test_rows_saved_before_they_were_made_are_told_unless_the_overlap_covers_them(ward):
    now = datetime.now(UTC).replace(microsecond=0)
    late = ward.portal.add_deal("imported", createdTime=now, updatedTime=now - timedelta(hours=2))
    ((status, message),) = ward.told("row_times")
    assert (status, f"7200 s before they were made or moved: deal:{late}" in message) == ("warn", True)
    ((status, message),) = ward.told("row_times", top="[poll]\noverlap = '3h'\n")
    assert status == "ok"
    assert "so nothing is missed" in message


# stage history


def test_a_move_whose_history_is_late_or_absent_is_told(ward):
    deal = ward.portal.add_deal("fresh")
    rows = [row["ID"] for row in ward.portal.stage_history(DEAL) if row["OWNER_ID"] == deal]
    ward.portal.withhold_history(DEAL, *rows)
    ((status, message),) = ward.told("history_lag")
    assert (status, f"deal:{deal} moved to NEW" in message) == ("warn", True)
    assert "has no row" in message
    ward.portal.release_history(DEAL)
    assert [status for status, _ in ward.told("history_lag")] == ["ok"]


def test_a_move_back_that_the_history_does_not_have_is_told_by_its_time(ward):
    now = datetime.now(UTC).replace(microsecond=0)
    made = now - timedelta(hours=1)
    deal = ward.portal.add_deal("back again", createdTime=made, updatedTime=now, movedTime=now)
    ((status, message),) = ward.told("history_lag")
    assert (status, f"deal:{deal}" in message, "3600 s earlier" in message) == ("warn", True, True)


# tasks


def test_tasks_of_recent_deals_that_the_owner_does_not_see_are_told(tmp_path):
    with opened(tmp_path, admin=False, owner_id=5) as ward:
        ward.portal.add_user(60, NAME="A"), ward.portal.add_user(61, NAME="B")
        deal = ward.portal.add_deal("busy")
        seen = ward.portal.add_task(60, TITLE="mine", RESPONSIBLE_ID=5, UF_CRM_TASK=[f"D_{deal}"])
        assert f"task:{seen}" not in ward.told("bound_tasks")[0][1]
        hidden = ward.portal.add_task(60, TITLE="theirs", RESPONSIBLE_ID=61, UF_CRM_TASK=[f"D_{deal}"])
        ((status, message),) = ward.told("bound_tasks")
    assert (status, f"task:{hidden}" in message) == ("warn", True)
    assert f"task:{seen}" not in message


def test_a_portal_that_does_not_find_tasks_by_their_binding_is_told(ward):
    deal = ward.portal.add_deal("busy")
    task = ward.portal.add_task(1, TITLE="bound", RESPONSIBLE_ID=1, UF_CRM_TASK=[f"D_{deal}"])

    def blind(params: dict[str, Any], result: Any) -> Any:
        return {"tasks": []} if "UF_CRM_TASK" in params.get("filter", {}) else result

    ward.answers("tasks.task.list", blind)
    ((status, message),) = ward.told("bound_tasks")
    assert (status, f"task:{task}" in message, "does not find tasks" in message) == ("warn", True, True)


def test_tasks_are_not_looked_at_where_nothing_goes_by_them(ward):
    rule = '[[rules]]\nname = "a"\non = "deal.created"\n[[rules.steps]]\nuse = "notify"\nto = ["user:1"]\n'
    assert ward.told("bound_tasks", rules=rule, top='[poll]\nwatch = ["deal"]\n') == []


# clocks


def test_rows_from_the_future_are_told(ward):
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=20)
    deal = ward.portal.add_deal("tomorrow", updatedTime=ahead)
    told = ward.told("portal_clocks")
    assert [status for status, _ in told] == ["warn"]
    assert f"deal:{deal} was saved 1" in told[0][1]


@pytest.mark.parametrize(("minutes", "status"), [(-10, "warn"), (0, "ok"), (10, "warn")])
def test_a_web_server_whose_clock_is_off_is_told(ward, monkeypatch, minutes, status):
    def dated(handler: BaseHTTPRequestHandler, *first_line: Any) -> None:
        plain(handler, *first_line)
        moment = datetime.now(UTC) + timedelta(minutes=minutes)
        handler.send_header("Date", format_datetime(moment, usegmt=True))

    plain = BaseHTTPRequestHandler.send_response_only
    monkeypatch.setattr(BaseHTTPRequestHandler, "send_response_only", dated)
    told = ward.told("portal_clocks")
    assert [one for one, _ in told] == [status]
    assert (status == "ok") != ("the Date header is" in told[0][1])


# what is not there


def test_a_portal_that_gives_users_for_an_id_that_nobody_has_is_told(ward):
    everybody = ward.portal.call("user.get", {})[1]["result"]
    ward.answers("user.get", lambda _params, _result: everybody)
    told = ward.told("not_found")
    assert [status for status, _ in told] == ["warn"]
    assert "user.get gave users" in told[0][1]


# the PDF


def test_the_newest_document_without_a_pdf_or_with_something_else_behind_its_link_is_told(ward):
    document = ward.portal.document_book.add(21, INVOICE, ward.company.invoices[0], stamps=True, values={})
    document["ready"] = True
    assert [status for status, _ in ward.told("pdf_link")] == ["ok"]
    document["content"] = b"<html>log in</html>"
    assert ward.told("pdf_link") == [
        ("warn", f"document {document['id']} ({document['number']}): what is behind pdfUrlMachine is no PDF")
    ]
    document["ready"], document["failed"] = False, True
    assert "isTransformationError" in ward.told("pdf_link")[0][1]


def test_a_pdf_that_is_long_in_coming_is_told_and_a_fresh_one_is_waited_for(tmp_path):
    with opened(tmp_path, pdf_polls=100) as ward:
        book = ward.portal.document_book
        document = book.add(21, INVOICE, ward.company.invoices[0], stamps=True, values={})
        assert ward.told("pdf_link")[0] == (
            "ok",
            f"document {document['id']} ({document['number']}): its PDF is being made",
        )
        document["created"] -= timedelta(hours=1)
        assert ward.told("pdf_link")[0][0] == "warn"


def test_without_mail_no_document_is_looked_at(ward):
    assert ward.told("pdf_link", rules=RULES) == []


# workflow templates

INVOICES = ("crm", "Bitrix\\Crm\\Integration\\BizProc\\Document\\SmartInvoice", "SMART_INVOICE")
DEALS = ("crm", "CCrmDocumentDeal", "DEAL")


def _activity(kind: str, *children: dict[str, Any], on: bool = True) -> dict[str, Any]:
    return {"Type": kind, "Name": kind, "Activated": "Y" if on else "N", "Children": list(children)}


def test_workflows_that_do_something_else_or_are_for_others_or_switched_off_are_not_named(ward):
    book = ward.portal.workflow_book
    book.add("of contacts", ("crm", "CCrmDocumentContact", "CONTACT"), [_activity("CrmSendEmailActivity")])
    book.add("of lists", ("lists", "BizprocDocument", "iblock_22"), [_activity("MailActivity")])
    book.add("off", DEALS, [_activity("CrmSendEmailActivity", on=False)])
    book.add("a field", DEALS, [_activity("SetFieldActivity")])
    assert [status for status, _ in ward.told("workflows")] == ["ok"]
    book.add("tasks only", DEALS, [_activity("Task2Activity")])
    assert [status for status, _ in ward.told("workflows", rules=MAIL)] == ["ok"]
    book.add("a robot's own", DEALS, [_activity("CrmSendEmailActivity")], auto_execute=8)
    assert [status for status, _ in ward.told("workflows", rules=MAIL)] == ["ok"]


def test_workflows_are_left_out_without_their_scope_and_named_as_not_looked_at_for_no_administrator(tmp_path):
    with opened(tmp_path, scopes=tuple(one for one in ALL_SCOPES if one != "bizproc")) as ward:
        ward.portal.workflow_book.add("Invoice", INVOICES, [_activity("MailActivity")])
        assert ward.told("workflows") == []
    with opened(tmp_path, admin=False) as ward:
        ((status, message),) = ward.told("workflows")
    assert (status, message.startswith("not looked at: bizproc.workflow.template.list")) == ("warn", True)


# each by itself


@pytest.mark.parametrize(
    ("method", "probe"),
    [
        ("crm.documentgenerator.document.get", "pdf_link"),
        ("crm.item.productrow.list", "row_sums"),
        ("crm.activity.list", ""),
    ],
)
def test_a_probe_that_is_refused_is_named_and_the_others_are_made(ward, method, probe):
    ward.refuses(method, "ERROR_METHOD_NOT_FOUND")
    found = {one.check: one for one in ward.examined() if one.check in PROBES}
    assert set(found) == PROBES
    assert {check for check, one in found.items() if one.status != "ok"} == ({probe} if probe else set())
    if probe:
        assert str(found[probe].message).startswith("not looked at: ")


def test_a_probe_whose_answer_has_an_unexpected_form_is_named_and_the_others_are_made(ward):
    ward.answers("crm.item.productrow.list", lambda _params, _result: {"productRows": [{"price": [[]]}]})
    found = {one.check: one for one in ward.examined() if one.check in PROBES}
    assert set(found) == PROBES


def test_a_scope_that_is_missing_is_told_among_the_scopes_and_its_probe_is_left_out(tmp_path):
    with opened(tmp_path, scopes=("crm", "user", "department")) as ward:
        assert ward.told("bound_tasks") == []
        found = ward.examined()
    assert any("scope task" in str(one.message) for one in found if one.check == "scopes")
    assert not any(str(one.message).startswith("not looked at") for one in found)


def test_a_portal_that_goes_away_meanwhile_leaves_the_other_checks_alone(ward):
    ward.portal.faults.add(Fault("drop_before", "crm.item.productrow.list", 1000, where="command"))
    path = written(ward.folder, f'language = "en"\n[portal]\nwebhook = "{ward.webhook}"\n{RULES}')
    with closing(App(load(path, environ={}), clock=LocalClock())) as app:
        examination = Examination(app, offline=False)
        found = {one.check: one for one in examination.findings()}
    assert examination.exit_code in {0, 69}
    assert str(found["row_sums"].message).startswith("not looked at: ")
    assert found["calendar"].status == "ok"
    assert "database" in found

"""``b24sync doctor`` against portals of every sort, over real HTTP.

What the command does is proven of the command; what a check finds is asked of the checks, in this process.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from b24sync.app import App
from b24sync.config.load import load
from b24sync.doctor.examination import Examination
from b24sync.sandbox import Fault, Sandbox, SandboxServer
from tests.support.commands import Ran, b24sync, on_terminal
from tests.support.config import written
from tests.support.portals import served_portal
from tests.support.smtp import SmtpServer

GOOD = """
[[rules]]
name = "head-knows"
on = "invoice.created"
when = "invoice.amount >= 100"
[[rules.steps]]
use = "notify"
to = ["department_head", "lead"]
text = "Счёт {{ invoice.number }} на {{ invoice.amount | money }}, {{ deal.fields.UF_CRM_ADDRESS }}"

[[rules]]
name = "execution"
on = "deal.stage_changed"
to = ["EXECUTING", "C1:EXECUTING"]
[[rules.steps]]
use = "create_task"
responsible = "lead"
deadline = "+2wd"
"""
PEOPLE = '[people]\nlead = "deal.fields.UF_CRM_PROJECT_LEAD"\n'


def examined(folder: Path, webhook: str, *, hurried: bool = False) -> Ran:
    written(folder, f'\n[portal]\nwebhook = "{webhook}"\n{PEOPLE}{GOOD}')
    return b24sync("doctor", "--json", cwd=folder, hurried=hurried)


def looked(
    folder: Path,
    webhook: str,
    text: str = GOOD,
    *,
    top: str = "",
    people: str = PEOPLE,
    offline: bool = False,
) -> Ran:
    """As `examined`, without a process: what all checks find, and the code that would be the command's."""
    path = written(folder, f'{top}\n[portal]\nwebhook = "{webhook}"\n{people}{text}')
    app = App(load(path, environ={}, offline=offline))
    with closing(app):
        examination = Examination(app, offline=offline)
        found = [finding.as_json() for finding in examination.findings()]
    code = examination.exit_code or int(any(line["status"] == "fail" for line in found))
    return Ran(("doctor",), code, "".join(f"{json.dumps(line)}\n" for line in found), "")


def only(ended: Ran, check: str) -> dict[str, str]:
    found = ended.of(check)
    assert len(found) == 1, ended.out
    return found[0]


def test_a_good_configuration_on_a_good_portal_has_no_complaint_few_requests_and_nothing_written(tmp_path):
    with served_portal() as (portal, _, webhook):
        written(tmp_path, f'[portal]\nwebhook = "{webhook}"\n{PEOPLE}{GOOD}')
        assert b24sync("poll", cwd=tmp_path).code == 0
        before, digest = len(portal.requests), {path.name: _digest(path) for path in tmp_path.iterdir()}
        ended = b24sync("doctor", "--json", cwd=tmp_path)
        asked = portal.requests[before:]
    assert ended.code == 0, ended.out
    assert [line for line in ended.rows if line["status"] != "ok"] == []
    names = {line["check"] for line in ended.rows}
    assert names >= {
        "configuration",
        "scopes",
        "admin",
        "date_filter",
        "stage_history.invoice",
        "stage_history.deal",
        "stages",
        "fields",
        "people",
        "rules.head-knows",
        "rules.execution",
        "calendar",
        "clock",
        "database",
        "last_poll",
    }
    assert all(list(line) == ["status", "check", "message", "remedy"] for line in ended.rows)
    assert "sandboxsecret0001" not in ended.out + ended.err
    assert len(asked) <= 10
    assert not [
        command
        for one in asked
        for command in one.commands
        if command.endswith((".add", ".update", ".delete", ".set"))
    ]
    assert only(ended, "last_poll")["status"] == "ok"
    assert "whole" in only(ended, "database")["message"]
    assert {path.name: _digest(path) for path in tmp_path.iterdir() if path.name in digest} == digest


def test_a_good_configuration_that_was_never_polled_has_no_complaint(tmp_path):
    with served_portal() as (_, _, webhook):
        ended = looked(tmp_path, webhook)
    assert ended.code == 0, ended.out
    assert [line for line in ended.rows if line["status"] != "ok"] == []
    assert ended.of("database")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_missing_scope_is_named_with_its_methods_and_its_use(tmp_path):
    with served_portal(scopes=("crm", "user", "department")) as (_, _, webhook):
        ended = looked(tmp_path, webhook)
    assert ended.code == 1
    said = {line["message"].partition(":")[0]: line for line in ended.of("scopes")}
    assert set(said) == {"the webhook lacks the scope task", "the webhook lacks the scope im"}
    assert "tasks.task.list" in said["the webhook lacks the scope task"]["message"]
    assert "im.notify.system.add" in said["the webhook lacks the scope im"]["message"]
    assert "head-knows" in said["the webhook lacks the scope im"]["message"]
    assert all("add the scope" in line["remedy"] for line in said.values())


def test_an_owner_who_is_no_administrator_is_a_warning_and_a_stronger_one_for_finished_tasks(tmp_path):
    act = (
        GOOD
        + '[[rules]]\nname = "act"\non = "invoice.tasks_completed"\n[[rules.steps]]\nuse = "create_task"\n'
    )
    with served_portal(admin=False) as (_, _, webhook):
        mild, strong = looked(tmp_path, webhook), looked(tmp_path, webhook, act)
    assert (only(mild, "admin")["status"], mild.code) == ("warn", 0)
    assert "administrator" in only(mild, "admin")["remedy"]
    assert "tasks_completed" not in only(mild, "admin")["message"]
    assert "tasks_completed may come although tasks are still open" in only(strong, "admin")["message"]


def test_a_shifted_date_filter_is_measured_and_explained(tmp_path):
    for zone, shift, side in (("America/New_York", "-8:00", "west"), ("Asia/Vladivostok", "+7:00", "east")):
        with served_portal(owner_tz=zone) as (_, _, webhook):
            found = only(looked(tmp_path, webhook), "date_filter")
        assert found["status"] == "warn", zone
        assert shift in found["message"].replace("-7:00", "-8:00"), zone  # summer time
        assert side in found["message"], zone
        assert zone in found["message"]
        assert "time zone to the portal's" in found["remedy"], zone


def test_a_portal_without_stage_history_of_invoices_says_what_cannot_be_seen(tmp_path):
    with served_portal(stagehistory31=False) as (_, _, webhook):
        ended = looked(tmp_path, webhook)
    assert only(ended, "stage_history.invoice")["status"] == "warn"
    assert "crm.stagehistory.list" in only(ended, "stage_history.invoice")["message"]
    assert "A → B → A" in only(ended, "stage_history.invoice")["message"]
    assert only(ended, "stage_history.deal")["status"] == "ok"
    assert ended.code == 0


def test_a_question_for_stage_history_that_is_refused_is_told_as_the_poll_takes_it(tmp_path):
    refused = {"code": "INVALID_ARG_VALUE", "description": "Invalid filter", "where": "command"}
    with served_portal() as (portal, _, webhook):
        portal.faults.add(Fault("error", "crm.stagehistory.list", times=1, having='"31"', **refused))
        once = looked(tmp_path, webhook)
        portal.faults.add(Fault("error", "crm.stagehistory.list", times=100, having='"31"', **refused))
        always = looked(tmp_path, webhook)
    assert "cannot be checked" in only(once, "stage_history.invoice")["message"]
    assert "A → B → A" in only(always, "stage_history.invoice")["message"]


WRONG = """
[invoice.status]
sent = ["DT31_1:X"]
[alerts]
to = ["user:8", "user:99", "user:7", "department:77"]
[[rules]]
name = "a"
on = "deal.stage_changed"
to = ["EXECUTNG", "C1:WON"]
[[rules.steps]]
use = "move_deal"
stage = { 1 = "C1:EXECUTE" }
[[rules]]
name = "b"
on = "invoice.paid"
[[rules.steps]]
use = "create_invoice"
amount = 5
status = "DT31_1:UC_7Q2PXB"
[[rules]]
name = "c"
on = "deal.created"
when = "deal.fields.UF_CRM_RATES"
[[rules.steps]]
use = "fill_fields"
[rules.steps.set]
UF_CRM_ADRESS = "{{ price.PROPERTY_211 }}"
UF_CRM_OBJECT_TYPE = "Офиз"
UF_CRM_BUDGET = "{{ price.PROPERTY_999 }}"
[[rules.steps.lookups]]
name = "price"
from = "list:37"
id = "deal.fields.UF_CRM_REGION"
[[rules]]
name = "d"
on = "deal.updated"
[[rules.steps]]
use = "notify"
to = ["leed"]
[[rules]]
name = "e"
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["responsible"]
[[rules.steps]]
use = "create_task"
responsible = "department:4"
"""


def test_unknown_stages_and_fields_are_told_with_the_one_that_was_meant_and_people_who_are_missing(tmp_path):
    """Fields by code or by name, people who are dismissed too, and departments without a head."""
    with served_portal() as (_, _, webhook):
        ended = looked(tmp_path, webhook, WRONG, people='[people]\nleed = "deal.fields.UF_CRM_PROJECT_LED"\n')
    assert ended.code == 1
    for check in ("stages", "fields", "people"):
        assert "fail" in {line["status"] for line in ended.of(check)}, check
    said = {line["message"].partition(":")[0]: line for line in ended.of("stages")}
    assert "EXECUTING (В работе)" in said["rules[0].to"]["remedy"]
    assert "C1:EXECUTING" in said["rules[0].steps[0].stage.1"]["remedy"]
    assert "DT31_1:UC_7Q2PXA (Частично оплачен)" in said["rules[1].steps[0].status"]["remedy"]
    assert said["invoice.status.sent"]["status"] == "fail"
    said = {line["message"].partition(":")[0]: line for line in ended.of("fields")}
    assert "UF_CRM_RATE (Коэффициент)" in said["rules[2].when"]["remedy"]
    assert "UF_CRM_ADDRESS (Адрес объекта)" in said["rules[2].steps[0].set.UF_CRM_ADRESS"]["remedy"]
    assert "Офис" in said["rules[2].steps[0].set.UF_CRM_OBJECT_TYPE"]["remedy"]
    assert "PROPERTY_999" in said["rules[2].steps[0].set.UF_CRM_BUDGET"]["message"]
    assert "UF_CRM_PROJECT_LEAD" in said["people.leed"]["remedy"]
    assert only(ended, "lookups")["status"] == "ok"
    texts = [line["message"] for line in ended.of("people")]
    assert any("user:8 (Глеб Захаров) is dismissed" in text for text in texts)
    assert any("no user:99" in text for text in texts)
    assert any("no department:77" in text for text in texts)
    assert any("department:4 (Бухгалтерия) has no active head" in text for text in texts)
    assert not any("user:7" in text for text in texts)


def test_the_document_template_is_looked_up_by_id_and_name_and_must_be_for_invoices(tmp_path):
    rule = '[[rules]]\nname = "m"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\n'
    mail = '[mail]\ntransport = "file"\nfrom = "Счета <billing@example.ru>"\n'
    with served_portal() as (portal, _, webhook):
        portal.document_book.add_template(40, "Договор", ["2_category_0"])
        right = looked(tmp_path, webhook, f'{mail}document_template = "Счёт на оплату"\n{rule}')
        absent = looked(tmp_path, webhook, f'{mail}document_template = "Счет на оплату"\n{rule}')
        of_deals = looked(tmp_path, webhook, f"{mail}document_template = 40\n{rule}")
        portal.settings = replace(portal.settings, template_rights=False)
        hidden = looked(tmp_path, webhook, f"{mail}document_template = 21\n{rule}")
    assert only(right, "templates")["status"] == "ok"
    assert (only(absent, "templates")["status"], absent.code) == ("fail", 1)
    assert "Счёт на оплату" in only(absent, "templates")["remedy"]
    assert "not for invoices" in only(of_deals, "templates")["message"]
    assert only(hidden, "templates")["status"] == "warn"
    assert "cannot be checked" in only(hidden, "templates")["message"]
    assert "clients get two mails" in only(right, "robots")["remedy"]


def test_a_text_that_fails_on_a_real_entity_fails_its_rule(tmp_path):
    text = GOOD.replace("invoice.amount | money", "(invoice.amount + invoice.title) | money")
    with served_portal() as (_, _, webhook):
        ended = looked(tmp_path, webhook, text)
    assert (only(ended, "rules.head-knows")["status"], ended.code) == ("fail", 1)
    assert "rules[0].steps[0].text: on invoice:" in only(ended, "rules.head-knows")["message"]
    assert only(ended, "rules.execution")["status"] == "ok"


def test_the_mail_server_is_entered_and_left(tmp_path):
    rule = (
        '[[rules]]\nname = "m"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\nto = '
        '["broken@"]\n'
    )
    with served_portal() as (_, _, webhook), SmtpServer(security="none", user="", password="") as server:
        mail = (
            f'[mail]\nhost = "{server.host}"\nport = {server.port}\nsecurity = "none"\nfrom = '
            f'"billing@example.ru"\n'
        )
        entered = looked(tmp_path, webhook, mail + rule.replace("broken@", "box@example.ru"))
        assert server.sessions == 1
        offline = looked(tmp_path, webhook, mail + rule.replace("broken@", "box@example.ru"), offline=True)
        assert server.sessions == 1
        assert server.messages == []
    down = looked(tmp_path, webhook, mail + rule.replace("broken@", "box@example.ru"), offline=True)
    assert only(entered, "mail")["status"] == "ok"
    assert (offline.of("mail"), down.of("mail")) == ([], [])
    with served_portal() as (_, _, webhook):
        refused = looked(tmp_path, webhook, mail)
    assert (only(refused, "mail")["status"], refused.code) == ("fail", 1)
    assert only(refused, "mail")["remedy"]


def test_faults_of_the_configuration_are_lines_and_exit_2(tmp_path):
    written(
        tmp_path,
        '[portal]\nwebhook = "https://x.bitrix24.ru/rest/1/s3cret00/"\nwrong = 1\n[poll]\nwatch = '
        '["invoise"]\n',
    )
    ended = b24sync("doctor", "--json", cwd=tmp_path)
    assert ended.code == 2
    assert [line["status"] for line in ended.of("configuration")] == ["fail", "fail"]
    assert "did you mean invoice" in ended.out
    assert "s3cret00" not in ended.out + ended.err
    nothing = b24sync("doctor", cwd=tmp_path, environ={"B24SYNC_CONFIG": str(tmp_path / "absent.toml")})
    assert nothing.code == 2
    assert nothing.out.startswith("fail configuration: ")
    assert "b24sync init" in nothing.out


def test_a_refused_webhook_ends_with_77_and_an_unreachable_portal_with_69_and_local_checks_are_made(tmp_path):
    with served_portal(webhook_valid=False) as (_, _, webhook):
        refused = examined(tmp_path, webhook)
    away = examined(tmp_path, webhook, hurried=True)
    assert (refused.code, away.code) == (77, 69)
    for ended in (refused, away):
        assert only(ended, "portal")["status"] == "fail"
        assert only(ended, "database")["status"] == "ok"
        assert only(ended, "calendar")["status"] == "ok"
        assert "Traceback" not in ended.err


def test_offline_asks_nobody_and_needs_no_secret(tmp_path):
    text = '[portal]\nwebhook = "env:B24SYNC_WEBHOOK"\n' + PEOPLE + GOOD
    written(tmp_path, text)
    ended = b24sync("doctor", "--json", "--offline", cwd=tmp_path)
    assert ended.code == 0, ended.out
    assert only(ended, "rules.head-knows")["status"] == "ok"
    assert not {"portal", "scopes", "stages"} & {line["check"] for line in ended.rows}
    assert [path.name for path in tmp_path.iterdir()] == ["b24sync.toml"]


def test_a_portal_with_few_methods_gives_warnings_and_no_traceback(tmp_path):
    missing = (
        "scope",
        "profile",
        "user.admin",
        "crm.category.list",
        "crm.item.fields",
        "crm.stagehistory.list",
        "department.*",
        "user.*",
    )
    with served_portal() as (portal, _, webhook), _without(portal, *missing):
        ended = looked(tmp_path, webhook)
    assert ended.code in {0, 1}
    assert "Traceback" not in ended.err
    assert only(ended, "scopes")["status"] == "warn"
    assert only(ended, "admin")["status"] == "warn"
    assert only(ended, "stage_history.deal")["status"] == "warn"
    assert all("cannot be checked" in line["message"] for line in ended.of("fields") + ended.of("people"))


@contextmanager
def _without(portal, *methods):
    for method in methods:
        fault = Fault(
            "error",
            method,
            times=10_000,
            where="command",
            code="ERROR_METHOD_NOT_FOUND",
            description="Method not found!",
        )
        portal.faults.add(fault)
    yield


def test_every_configuration_of_a_folder_is_examined(tmp_path):
    folder = tmp_path / "all"
    folder.mkdir()
    with served_portal() as (_, _, webhook):
        written(folder, f'[portal]\nwebhook = "{webhook}"\n{PEOPLE}{GOOD}', name="a.toml")
        written(folder, "[portal]\n", name="b.toml")
        ended = b24sync("--config", str(folder), "doctor", "--json", cwd=tmp_path)
    assert ended.code == 2
    assert [line["status"] for line in ended.of("configuration")] == ["ok", "fail"]
    assert only(ended, "rules.execution")["status"] == "ok"


def test_a_damaged_database_is_told_and_left_alone(tmp_path):
    with served_portal() as (_, _, webhook):
        (tmp_path / "b24sync.db").write_bytes(b"no database at all" * 500)
        ended = examined(tmp_path, webhook)
    assert ended.code == 1
    said = [line["message"] for line in ended.of("database") if line["status"] == "fail"]
    assert said == ["b24sync.db: повреждена (file is not a database)"]
    assert (tmp_path / "b24sync.db").read_bytes() == b"no database at all" * 500


def test_plain_lines_without_a_terminal(tmp_path):
    with served_portal() as (_, _, webhook):
        written(tmp_path, f'[portal]\nwebhook = "{webhook}"\n{PEOPLE}{GOOD}')
        ended = b24sync("doctor", cwd=tmp_path, environ={"FORCE_COLOR": ""})
    assert ended.code == 0
    assert ended.out.startswith("ок       configuration: ")
    assert "\x1b" not in ended.out


def test_a_portal_without_anything_to_measure_with_is_no_failure(tmp_path):
    with SandboxServer(Sandbox()) as server:
        ended = looked(
            tmp_path,
            server.webhook,
            '[[rules]]\nname = "a"\non = "deal.created"\n[[rules.steps]]\nuse = "create_task"\n',
            people="",
        )
    assert ended.code == 0, ended.out
    assert only(ended, "date_filter")["status"] == "warn"
    assert "nothing at the portal to try it on" in only(ended, "rules.a")["message"]


def test_a_smart_process_that_is_not_there_and_a_client_as_own_company_fail(tmp_path):
    top = "[kinds.object]\nentity_type_id = 1050\n[invoice]\nmy_company = 1\n"
    with served_portal() as (_, _, webhook):
        ended = looked(tmp_path, webhook, top=top)
    assert ended.code == 1
    assert "1050" in only(ended, "kinds.object")["message"]
    own = only(ended, "my_company")
    assert (only(ended, "kinds.object")["status"], own["status"]) == ("fail", "fail")
    assert own["message"].startswith("invoice.my_company: company 1 ")
    assert "of your own" in own["remedy"]


def test_a_clock_that_is_off_is_a_warning_only(tmp_path):
    from datetime import UTC, datetime, timedelta

    from b24sync.sandbox import SandboxClock

    portal = Sandbox(clock=SandboxClock(datetime.now(UTC) + timedelta(minutes=10)))
    with SandboxServer(portal) as server:
        ended = looked(
            tmp_path,
            server.webhook,
            '[[rules]]\nname = "a"\non = "deal.created"\n[[rules.steps]]\nuse = "create_task"\n',
            people="",
        )
    assert (only(ended, "clock")["status"], ended.code) == ("warn", 0)
    assert "behind the portal's" in only(ended, "clock")["message"]


def test_every_failure_has_a_remedy(tmp_path):
    with served_portal(scopes=("crm",)) as (_, _, webhook):
        ended = looked(
            tmp_path, webhook, GOOD.replace("EXECUTING", "EXECUTINGS").replace("UF_CRM_ADDRESS", "UF_X")
        )
    failed = [line for line in ended.rows if line["status"] == "fail"]
    assert {"scopes", "stages", "fields"} <= {line["check"] for line in failed}
    assert all(line["remedy"] for line in failed)


def test_a_terminal_has_colours_unless_they_are_not_wanted(tmp_path):
    with served_portal() as (_, _, webhook):
        written(tmp_path, f'[portal]\nwebhook = "{webhook}"\n{PEOPLE}{GOOD}')
        _, coloured = on_terminal("doctor", cwd=tmp_path)
        _, plain = on_terminal("doctor", cwd=tmp_path, environ={"NO_COLOR": "1"})
    assert "\x1b[32mок" in coloured
    assert "\x1b[32m" not in plain
    assert "ошибок: 0, предупреждений: 0" in plain


def test_a_calendar_file_that_is_none_is_named_fault_by_fault(tmp_path):
    (tmp_path / "own.csv").write_text("2026-01-01;off\n2026-02-30;off\n2026-03-02;free\n")
    text = '[portal]\nwebhook = "env:B24SYNC_WEBHOOK"\n[calendar]\nfile = ["own.csv"]\n'
    written(tmp_path, text)
    ended = b24sync("doctor", "--json", "--offline", cwd=tmp_path)
    found = [line for line in ended.of("calendar") if line["status"] == "fail"]
    assert len(found) == 2, ended
    assert "line 2: '2026-02-30' is no date" in found[0]["message"]
    for line in found:
        assert line["message"].startswith("own.csv: ")
        assert "\n" not in line["message"]

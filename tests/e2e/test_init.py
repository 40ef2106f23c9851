"""``b24sync init`` against portals of every sort, over real HTTP."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path

import pytest

from b24sync.config.automations import AUTOMATIONS
from b24sync.config.load import load
from b24sync.config.toml_text import plain, quoted
from b24sync.onboarding.answers import beside
from b24sync.onboarding.choices import Choices, MailChoice
from b24sync.onboarding.document import document
from b24sync.onboarding.inquiry import PortalFacts
from b24sync.sandbox import Fault, Sandbox, SandboxServer, SandboxSettings
from b24sync.sandbox.schema import DEAL
from tests.support.commands import Ran, b24sync, on_terminal
from tests.support.config import written
from tests.support.portals import ISSUED, served_portal
from tests.support.russian import english

SECRET = "sandboxsecret0001"
EVERYTHING = frozenset(one.code for one in AUTOMATIONS)


def test_the_written_file_is_private_valid_and_knows_the_portal_which_was_asked_little(tmp_path):
    """And doctor and the first poll find nothing wrong with it."""
    with served_portal() as (portal, _, webhook):
        portal.requests.clear()
        ended = b24sync("init", "--webhook", webhook, cwd=tmp_path)
        assert portal.requests.count <= 5
        assert not [
            name
            for name in portal.requests.methods()
            if name.endswith((".add", ".update", ".delete", ".set"))
        ]
        _is_written(tmp_path, ended, webhook)
        examined = b24sync("doctor", "--json", cwd=tmp_path)
        polled = b24sync("poll", "--json", cwd=tmp_path)
    assert examined.code == 0
    assert [line["check"] for line in examined.rows if line["status"] != "ok"] == ["safety"]
    assert polled.code == 0, polled.err
    assert (polled.code, polled.rows[0]["events"]) == (0, 0)


def _is_written(tmp_path: Path, ended: Ran, webhook: str) -> None:
    path = tmp_path / "b24sync.toml"
    text = path.read_text(encoding="utf-8")
    assert ended.code == 0, ended.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = load(path, environ={}).settings
    assert settings.portal.webhook.reveal() == webhook
    assert settings.safety.dry_run is True
    assert [rule.name for rule in settings.rules] == ["head-knows"]
    assert settings.invoice.status == {
        "draft": ("DT31_1:N",),
        "sent": ("DT31_1:S",),
        "paid": ("DT31_1:P",),
        "rejected": ("DT31_1:D",),
    }
    assert settings.invoice.my_company == 4
    assert settings.people == {"accountant": "user:7", "project_lead": "deal.fields.UF_CRM_PROJECT_LEAD"}
    for known in (
        "C1:EXECUTING = В работе",
        "user:5 = Алексей Новиков",
        "department:2 = Отдел продаж, руководитель: Марина Орлова",
        "21 = Счёт на оплату",
        "list:37 = Прайс по регионам",
        "UF_CRM_ADDRESS = Адрес объекта (string)",
        "DT31_1:UC_7Q2PXA = Частично оплачен",
    ):
        assert f"#   {known}" in text
    assert [name.name for name in tmp_path.iterdir()] == ["b24sync.toml"]


@pytest.mark.parametrize("holds", ["odd", "empty"])
def test_the_comments_are_in_the_language_of_the_answers(tmp_path, holds):
    with served_portal(holds) as (portal, _, webhook):
        refused = "crm.documentgenerator.template.list"
        portal.faults.add(Fault("error", refused, times=9, where="command", code="ACCESS_DENIED"))
        for language in ("ru", "en"):
            wanted = ("--language", language, "--output", language)
            ended = b24sync("init", "--webhook", webhook, *wanted, cwd=tmp_path)
            assert ended.code == 0, ended.err
    told = {name: (tmp_path / name).read_text(encoding="utf-8") for name in ("ru", "en")}
    comments = {
        name: [line.rpartition("# ")[2] for line in text.splitlines() if "# " in line]
        for name, text in told.items()
    }
    said = [line for line in comments["ru"] if not re.match(r"[\w.]+ *=|\[|\{", line)]
    assert len(said) > 60
    assert [line for line in said if english(re.sub("`[^`]*`", " ", line))] == []
    assert "шаблоны документов: " in told["ru"].partition("ВНИМАНИЕ: портал рассказал не всё")[2]
    assert len(comments["ru"]) == len(comments["en"])
    for text in told.values():
        assert tomllib.loads(text)["safety"]["dry_run"] is True


def test_the_terminal_says_what_comes_next_and_warns_of_robots_and_never_shows_the_secret(tmp_path):
    with served_portal(admin=False) as (_, _, webhook):
        ended = b24sync("init", "--webhook", webhook, "--output", "x.toml", cwd=tmp_path)
    assert "b24sync --config x.toml doctor" in ended.out
    assert "robot" in ended.out
    assert "no administrator" in ended.out
    assert "dry_run" in ended.out
    assert SECRET not in ended.out + ended.err
    assert "робот портала уже отправляет счета клиентам" in (tmp_path / "x.toml").read_text(encoding="utf-8")


def test_every_automation_switched_on_loads_in_both_languages(tmp_path):
    with served_portal() as (_, _, webhook):
        facts = _facts(webhook)
        for language in ("ru", "en"):
            mail = MailChoice(
                "smtp", "Счета <billing@example.ru>", "smtp.example.ru", 465, "tls", "billing", 'pa"ss\\word'
            )
            loaded = load(
                written(tmp_path, document(facts, Choices(webhook, language, EVERYTHING, mail))), environ={}
            )
            assert len(loaded.settings.rules) == 13
            assert loaded.settings.mail is not None
            assert loaded.settings.mail.password.reveal() == 'pa"ss\\word'
            examined = b24sync("doctor", "--json", "--offline", cwd=tmp_path)
            assert examined.code == 0, examined.out


def _facts(webhook: str) -> PortalFacts:
    from b24sync.clock import SystemClock
    from b24sync.onboarding.inquiry import inquire
    from b24sync.portal.client import PortalClient
    from b24sync.portal.pacing import MemoryBucket
    from b24sync.portal.webhook import Webhook

    portal = PortalClient(Webhook.parse(webhook), clock=SystemClock(), bucket=MemoryBucket(None))
    try:
        return inquire(portal, "example.bitrix24.ru")
    finally:
        portal.close()


def test_names_of_the_portal_are_data(tmp_path):
    nasty = 'Новая"\n[portal]\nwebhook = "https://evil.example/rest/1/x/" # \x1b[31m\x00 {{ 7 * 7 }} ' + "\\"
    with served_portal() as (portal, _, webhook):
        portal.funnels.add_stage(DEAL, 0, "UC_NASTY", nasty, "")
        portal.add_user(40, NAME=nasty, LAST_NAME="", WORK_POSITION=nasty, UF_DEPARTMENT=[1])
        portal.add_department(nasty, parent=1, key=50)
        portal.document_book.add_template(60, nasty, ["31"])
        portal.add_user_field(DEAL, "UF_CRM_NASTY", "employee", title=nasty)
        ended = b24sync("init", "--webhook", webhook, cwd=tmp_path)
    text = (tmp_path / "b24sync.toml").read_text(encoding="utf-8")
    assert ended.code == 0, ended.err
    assert load(tmp_path / "b24sync.toml", environ={}).settings.portal.webhook.reveal() == webhook
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    assert "evil.example" in text
    assert not [line for line in text.splitlines() if "evil.example" in line and not line.startswith("#")]


@pytest.mark.parametrize(
    "text", ['a"b', "a\\", "\n\r\t", "\x00\x1f\x7f\x85", "\u2028\u202e", "\ud800"[:1], "😀 ы", "\U000e0001"]
)
def test_a_quoted_text_is_read_back_and_a_comment_is_one_line(text):
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == text.replace("\ud800", "\ufffd")
    assert tomllib.loads(f"# {plain(text)}\nx = 1") == {"x": 1}


def test_an_empty_portal_gives_a_valid_file(tmp_path):
    with SandboxServer(Sandbox(SandboxSettings(scopes=("crm",)))) as server:
        ended = b24sync("init", "--webhook", server.webhook, cwd=tmp_path)
    assert ended.code == 0, ended.err
    settings = load(tmp_path / "b24sync.toml", environ={}).settings
    assert settings.poll.watch == ("invoice", "deal")
    assert settings.alerts is None
    assert "not told: " in ended.out


def test_a_portal_that_answers_little_gives_a_valid_file(tmp_path):
    with served_portal() as (portal, _, webhook):
        for number, refused in enumerate(("crm.*", "user.*", "*.list", "*")):
            folder = tmp_path / str(number)
            folder.mkdir()
            portal.faults.clear()
            portal.faults.add(
                Fault(
                    "error",
                    refused,
                    times=10_000,
                    where="command",
                    code="ERROR_METHOD_NOT_FOUND",
                    description="Method not found!",
                )
            )
            ended = b24sync("init", "--webhook", webhook, cwd=folder)
            written_file = folder / "b24sync.toml"
            assert "Traceback" not in ended.err, refused
            if written_file.exists():
                load(written_file, environ={})
            assert ended.code == (0 if written_file.exists() else 69), refused


def test_odd_answers_give_a_valid_file(tmp_path):
    facts = PortalFacts("p", 1)
    for codes in (frozenset({"A1"}), EVERYTHING):
        mail = MailChoice("file", "billing@example.ru")
        text = document(
            facts,
            Choices(
                "https://p.bitrix24.ru/rest/1/s3cretword/", "ru", codes, mail if len(codes) > 1 else None
            ),
        )
        assert load(written(tmp_path, text), environ={}).settings.rules


def test_an_existing_file_is_left_alone_without_force(tmp_path):
    path = written(tmp_path, "mine = 1\n")
    with served_portal() as (portal, _, webhook):
        portal.requests.clear()
        kept = b24sync("init", "--webhook", webhook, cwd=tmp_path)
        assert (kept.code, path.read_text(encoding="utf-8"), portal.requests.count) == (2, "mine = 1\n", 0)
        assert "--force" in kept.err
        forced = b24sync("init", "--webhook", webhook, "--force", cwd=tmp_path)
    assert forced.code == 0
    assert "head-knows" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--webhook", "https://example.bitrix24.ru/"], "/rest/"),
        (["--webhook", "http://example.bitrix24.ru/rest/1/verysecret99/"], "in the clear"),
        (["--webhook", "https://example.bitrix24.ru/rest/1/verysecret99/?x=1"], "more than a webhook URL"),
        ([], "--webhook is missing"),
        (
            ["--webhook", "https://example.bitrix24.ru/rest/1/verysecret99/", "--output", "absent/x.toml"],
            "mkdir -p absent",
        ),
        (["--webhook", "https://example.bitrix24.ru/rest/1/verysecret99/", "--output", "."], "is a folder"),
        (["--webhook", "https://example.bitrix24.ru/rest/1/verysecret99/", "--language", "de"], "ru or en"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_to_write(tmp_path, arguments, words):
    ended = b24sync("init", *arguments, cwd=tmp_path)
    assert ended.code == 2
    assert words in ended.err
    assert "verysecret99" not in ended.out + ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_secret_ends_with_77_and_no_portal_with_69_and_nothing_is_written(tmp_path):
    with served_portal(webhook_valid=False) as (_, _, webhook):
        refused = b24sync("init", "--webhook", webhook, cwd=tmp_path)
    away = b24sync("init", "--webhook", webhook, cwd=tmp_path, hurried=True)
    assert (refused.code, away.code) == (77, 69)
    assert SECRET not in refused.err + away.err
    assert refused.err.strip()
    assert away.err.strip()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_ends_with_2(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with served_portal() as (_, _, webhook):
        ended = b24sync("init", "--webhook", webhook, "--output", str(folder / "x.toml"), cwd=tmp_path)
    assert ended.code == 2
    assert "cannot be written" in ended.err


def test_old_invoices_are_recognized(tmp_path):
    with served_portal(old_invoices=True) as (portal, _, webhook):
        for method in ("crm.item.fields", "crm.category.list"):
            fault = Fault(
                "error",
                method,
                times=10_000,
                where="command",
                code="ENTITY_TYPE_NOT_SUPPORTED",
                description="not here",
            )
            portal.faults.add(fault)
        assert b24sync("init", "--webhook", webhook, cwd=tmp_path).code == 0
    settings = load(tmp_path / "b24sync.toml", environ={}).settings
    assert settings.invoice.api == "legacy"
    assert settings.invoice.status == {"draft": ("N",), "sent": ("S",), "paid": ("P",), "rejected": ("D",)}


def test_a_person_at_a_terminal_is_asked_again_until_the_answers_fit(tmp_path):
    with served_portal() as (_, _, webhook):
        answers = [
            "https://example.bitrix24.ru/rest/1",
            webhook,
            "fr",
            "en",
            "a1 z9",
            "a1, b1 b2",
            "1",
            "smtp",
            "no address",
        ]
        answers += ["Bills <b@example.ru>", "smtp.example.ru", "tls", "x", "465", "billing", "s3cret-pass"]
        code, shown = on_terminal("init", cwd=tmp_path, answers=answers)
    assert code == 0, shown
    settings = load(tmp_path / "b24sync.toml", environ={}).settings
    assert (settings.language, [rule.name for rule in settings.rules]) == (
        "en",
        ["head-knows", "mail-invoice", "remind"],
    )
    assert settings.mail is not None
    assert (settings.mail.port, settings.mail.security, settings.mail.from_) == (
        465,
        "tls",
        "Bills <b@example.ru>",
    )
    assert settings.mail.password.reveal() == "s3cret-pass"
    assert settings.mail.document_template == 21
    assert settings.reminders is not None
    assert "not known: Z9" in shown
    assert "next: b24sync doctor" in shown


def test_where_several_deal_fields_hold_an_employee_a_person_is_asked(tmp_path):
    with served_portal() as (portal, _, webhook):
        portal.add_user_field(DEAL, "UF_CRM_ENGINEER", "employee", title="Инженер")
        answers = [webhook, "en", "a1", "7", "2"]
        code, shown = on_terminal("init", cwd=tmp_path, answers=answers)
        assert code == 0, shown
        assert "write one of 1, 2" in shown
        people = load(tmp_path / "b24sync.toml", environ={}).settings.people
        assert people["project_lead"] == "deal.fields.UF_CRM_ENGINEER"
        unasked = b24sync("init", "--webhook", webhook, "--output", "u.toml", cwd=tmp_path)
    assert unasked.code == 0
    assert "догадка: сотрудник есть в нескольких полях сделки" in (tmp_path / "u.toml").read_text(
        encoding="utf-8"
    )


def test_the_accountant_is_the_head_of_the_department_that_is_called_so(tmp_path):
    from b24sync.onboarding.guesses import accountant
    from b24sync.onboarding.inquiry import Person, PortalFacts
    from b24sync.rest.people import Department

    facts = PortalFacts("portal", 1)
    facts.users = (Person(1, "Owner", ""), Person(9, "Anna", "specialist"))
    facts.departments = (Department(5, "Бухгалтерия", 1, 9),)
    assert accountant(facts) == ("user:9", True)


EOF = "\x04"


def test_every_funnel_of_invoices_has_its_statuses_and_a_guess_is_marked(tmp_path):
    with served_portal("odd") as (_, _, webhook):
        ended = b24sync("init", "--webhook", webhook, cwd=tmp_path)
    assert ended.code == 0, ended.err
    status = load(tmp_path / "b24sync.toml", environ={}).settings.invoice.status
    assert status == {
        "draft": ("DT31_1:N", "DT31_5:UC_PREP"),
        "sent": ("DT31_1:S", ISSUED),
        "paid": ("DT31_1:P", "DT31_5:UC_SETTLED"),
        "rejected": ("DT31_1:D", "DT31_5:UC_REFUSED"),
    }
    lines = (tmp_path / "b24sync.toml").read_text(encoding="utf-8").splitlines()
    (sent,) = [line for line in lines if line.startswith("sent ")]
    assert sent.endswith(f"# догадка: {ISSUED} (Выставлен покупателю)")
    assert "guesses are marked in the file as “догадка”: 6" in ended.out


def test_where_several_stages_fields_people_and_departments_fit_a_person_is_asked(tmp_path):
    with served_portal("odd") as (portal, _, webhook):
        portal.add_user(
            41, NAME="Лев", LAST_NAME="Зуев", WORK_POSITION="Главный бухгалтер", UF_DEPARTMENT=[4]
        )
        portal.add_user_field(DEAL, "UF_CRM_NOTE", "string", title="Примечание")
        answers = [webhook, "en", "a1 b3 c1 c3", "2", "2", "3", "2"]
        code, shown = on_terminal("init", cwd=tmp_path, answers=[*answers, "1", "1", "1", "1", "1", "1"])
    text = (tmp_path / "b24sync.toml").read_text(encoding="utf-8")
    assert code == 0, shown
    settings = load(tmp_path / "b24sync.toml", environ={}).settings
    assert settings.invoice.status["sent"] == ("DT31_1:S", "DT31_5:UC_BANK")
    assert settings.people["accountant"] == "user:41"
    for asked in ("funnel Экспорт of invoices", "be the accountant", "head of which department", "new deal"):
        assert asked in shown
    assert "In the funnel Опт of deals" in shown
    assert "In the funnel Общая" not in shown  # it has the usual stage
    marked = [line for line in text.splitlines() if "a guess: " in line.lower()]
    assert [line.split()[1 if line[0] == "#" else 0] for line in marked] == ["draft", "document_template"]


def test_answers_survive_a_stop_and_are_taken_up(tmp_path):
    with served_portal() as (_, _, webhook):
        stopped, shown = on_terminal(
            "init", cwd=tmp_path, answers=[webhook, "en", "a1 a4 b1", "2", "smtp", EOF]
        )
        kept = tmp_path / "b24sync.toml.answers"
        assert (stopped, [one.name for one in tmp_path.iterdir()]) == (130, [kept.name])
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert SECRET not in kept.read_text(encoding="utf-8")
        assert "the answers are kept" in shown
        assert "in the database" not in shown
        code, again = on_terminal(
            "init",
            cwd=tmp_path,
            answers=[
                webhook,
                "yes",
                "b@example.ru",
                "mail.example.ru",
                "tls",
                "465",
                "billing",
                "s3cret-pass",
            ],
        )
    assert code == 0, again
    assert "Which to switch on" not in again
    settings = load(tmp_path / "b24sync.toml", environ={}).settings
    assert [rule.name for rule in settings.rules] == ["head-knows", "due-on-working-day", "mail-invoice"]
    assert settings.mail is not None
    assert (settings.mail.transport, settings.mail.document_template) == ("smtp", 39)
    assert [one.name for one in tmp_path.iterdir()] == ["b24sync.toml"]


def test_answers_about_another_portal_or_damaged_ones_are_no_answers(tmp_path):
    kept, other = tmp_path / "b24sync.toml.answers", '{"portal": "other", "answers": {"language": "en"}}'
    for text in (other, "{", "[]", '{"portal": 1, "answers": 2}', '{"portal": "this", "answers": 2}'):
        written(tmp_path, text, name=kept.name)
        assert beside(tmp_path / "b24sync.toml", "this").given == {}, text
    written(tmp_path, other, name=kept.name)
    assert beside(tmp_path / "b24sync.toml", "other").given == {"language": "en"}
    with served_portal() as (_, _, webhook):
        for text in (other, "{"):
            written(tmp_path, text, name=kept.name)
            _, shown = on_terminal("init", cwd=tmp_path, answers=[webhook, EOF])
            assert "earlier init" not in shown, text


@pytest.mark.parametrize("more", ["", "nonsense = 1\n"])
def test_a_former_file_is_kept_beside_and_suggests_answers_even_if_it_is_invalid(tmp_path, more):
    former = f"""{more}language = "en"
[mail]
transport = "portal"
from = "Bills <b@example.ru>"
[[rules]]
name = "remind"
on = "invoice.reminder_due"
"""
    written(tmp_path, former)
    with served_portal() as (_, _, webhook):
        code, shown = on_terminal("init", "--force", cwd=tmp_path, answers=[webhook, "", "", "1", "", ""])
        again = b24sync("init", "--webhook", webhook, "--force", cwd=tmp_path)
    assert code == 0, shown
    assert (tmp_path / "b24sync.toml.old").read_text(encoding="utf-8") == former
    assert again.code == 0
    assert load(tmp_path / "b24sync.toml.old2", environ={}).settings.mail is not None
    settings = load(tmp_path / "b24sync.toml.old2", environ={}).settings
    assert (settings.language, [rule.name for rule in settings.rules]) == ("en", ["remind"])
    assert settings.mail is not None
    assert (settings.mail.transport, settings.mail.from_) == ("portal", "Bills <b@example.ru>")


def test_it_asks_in_russian_where_the_person_speaks_it(tmp_path):
    with served_portal("odd") as (_, _, webhook):
        code, shown = on_terminal(
            "init",
            cwd=tmp_path,
            answers=[webhook, "ru", "a1", "1"],
            environ={"LANG": "ru_RU.UTF-8", "LC_ALL": "ru_RU.UTF-8"},
        )
    assert code == 0, shown
    for line in shown.splitlines():
        assert not line.strip() or re.search("[а-яё]", line, re.IGNORECASE), line

"""``b24sync test``: the ``[[tests]]`` of a configuration, tried with no portal.

By the real command, and where only what it prints is asked, by its body.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

from b24sync.cli import rule_tests
from b24sync.cli.session import Session
from tests.support.commands import Ran, b24sync
from tests.support.config import written

SAMPLE = Path(__file__).parents[2] / "sample.toml"
HEAD = """
language = "en"
timezone = "Europe/Moscow"
[portal]
webhook = "https://127.0.0.1:1/rest/1/s3cretword/"
[people]
lead = "deal.fields.UF_LEAD"
"""
MAIL = '[mail]\ntransport = "file"\nfrom = "a@example.ru"\n'
TELL = """
[[rules]]
name = "head-knows"
on   = "invoice.created"
when = "invoice.amount >= 100000"
[[rules.steps]]
use  = "notify"
to   = ["responsible"]
text = "Invoice {{ invoice.number }} for {{ invoice.amount | money }}, {{ responsible.name }}"
"""
TEST = """
[[tests]]
name    = "a big invoice"
event   = "invoice.created"
invoice = { number = "125", amount = "150000", currency = "RUB" }
responsible = { id = 12, name = "Anna" }
"""
EXPECT = 'expect = [{ rule = "head-knows", step = "notify", to = "user:12", text = "%s" }]\n'
RIGHT = "Invoice 125 for RUB 150,000.00, Anna"


def rule(name: str, on: str, step: str) -> str:
    return f'[[rules]]\nname = "{name}"\non = "{on}"\n[[rules.steps]]\n{step}\n'


def tried(folder: Path, text: str, *args: str, code: int | None = 0) -> Ran:
    """What the command prints, by its body in this process."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        ended = rule_tests.run(Session(written(folder, text)), None, as_json="--json" in args)
    if code is not None:
        assert ended == code, printed.getvalue()
    return Ran(args, ended, printed.getvalue(), "")


def commanded(folder: Path, text: str, *args: str, code: int | None = 0) -> Ran:
    """The real command."""
    ended = b24sync("test", str(written(folder, text)), *args, cwd=folder)
    if code is not None:
        assert ended.code == code, ended.out + ended.err
    return ended


def actions(folder: Path, text: str) -> list[dict]:
    """What a test without expectations comes to."""
    return tried(folder, text, "--json", code=None).rows[0]["actions"]


def test_the_tests_of_the_sample_pass_and_leave_nothing_behind(tmp_path: Path) -> None:
    ended = b24sync("test", str(SAMPLE), cwd=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_test_that_holds_passes_without_portal_and_without_database(tmp_path: Path) -> None:
    shown = actions(tmp_path, HEAD + TELL + TEST + "expect = []\n")
    ended = commanded(tmp_path, HEAD + TELL + TEST + EXPECT % shown[0]["text"])
    assert "a big invoice" in ended.out
    assert [path.name for path in tmp_path.iterdir()] == ["b24sync.toml"]


def test_the_usual_configuration_is_tried_where_no_file_is_named(tmp_path: Path) -> None:
    written(tmp_path, HEAD + TELL + TEST + "expect = []\n")
    assert b24sync("test", cwd=tmp_path).code == 1


def test_another_text_is_named_with_what_was_expected_and_what_came_out(tmp_path: Path) -> None:
    ended = commanded(tmp_path, HEAD + TELL + TEST + EXPECT % "Invoice 126", code=1)
    assert "head-knows, notify: text" in ended.out
    assert "expected: Invoice 126" in ended.out
    assert "got: Invoice 125 for" in ended.out
    assert "Anna" in ended.out


def test_a_rule_that_is_not_there_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    ended = tried(tmp_path, HEAD + TELL + TEST + 'expect = [{ rule = "head-know" }]\n', code=1)
    assert "no rule called head-know (did you mean head-knows?)" in ended.out


def test_nothing_expected_means_that_nothing_may_happen(tmp_path: Path) -> None:
    ended = tried(tmp_path, HEAD + TELL + TEST + "expect = []\n", code=1)
    assert "head-knows, notify: an action that is not expected" in ended.out
    small = TEST.replace("150000", "99999")
    tried(tmp_path, HEAD + TELL + small + "expect = []\n")


def test_an_action_that_does_not_come_about_is_named_with_the_reason(tmp_path: Path) -> None:
    small = TEST.replace("150000", "99999")
    ended = tried(tmp_path, HEAD + TELL + small + 'expect = [{ rule = "head-knows" }]\n', code=1)
    assert "head-knows: the expected action is missing" in ended.out
    assert "when is false: invoice.amount >= 100000" in ended.out


def test_json_has_a_line_for_each_test(tmp_path: Path) -> None:
    text = (
        HEAD
        + TELL
        + TEST
        + "expect = []\n"
        + TEST.replace("a big", "another")
        + 'expect = [{ step = "notify" }]\n'
    )
    first, second = commanded(tmp_path, text, "--json", code=1).rows
    assert (first["name"], first["ok"]) == ("a big invoice", False)
    assert first["differences"][0]["what"] == "extra"
    assert (second["name"], second["ok"], second["differences"]) == ("another invoice", True, [])


WRONG_KEYS = (
    ('evnt = "x"', "evnt: unknown setting"),
    ("deal = { amont = 5 }", "deal.amont: unknown value (did you mean amount?)"),
    ('at = "tomorrow"', "at: "),
    ('from = "sennt"', "from: "),
)


def all_named(folder: Path, test: str, wrong: tuple[tuple[str, str], ...]) -> None:
    """Assert that of many tests, each with another wrong line, each is named with what is wrong."""
    named = (
        test.replace("a big", f"the {number}.") + f"expect = []\n{key}\n"
        for number, (key, _) in enumerate(wrong)
    )
    ended = commanded(folder, HEAD + TELL + "".join(named), code=2)
    for number, (key, said) in enumerate(wrong):
        assert f"tests[{number}].{said}" in ended.err, (key, ended.err)


def test_what_a_test_cannot_say_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    all_named(tmp_path, TEST, WRONG_KEYS)


def test_an_unknown_event_and_an_unknown_key_of_an_action_are_errors_too(tmp_path: Path) -> None:
    ended = commanded(
        tmp_path, HEAD + TELL + TEST.replace("invoice.created", "invoice.creatd") + "expect = []\n", code=2
    )
    assert "did you mean invoice.created?" in ended.err
    ended = commanded(tmp_path, HEAD + TELL + TEST + 'expect = [{ txt = "x" }]\n', code=2)
    assert "tests[0].expect[0].txt" in ended.err


def case(event: str, *more: str) -> str:
    return "\n".join(
        ["[[tests]]", 'name = "case"', f'event = "{event}"', 'at = "2026-11-27 12:00"', *more, "expect = []"]
    )


def test_a_mail_has_its_addressee_its_subject_and_its_text(tmp_path: Path) -> None:
    text = (
        HEAD
        + MAIL
        + rule("mail", "invoice.sent", 'use = "send_invoice"\ncc = ["responsible"]')
        + case(
            "invoice.sent",
            'invoice = { number = "7", amount = 10.5, due_date = 2026-12-01 }',
            'contact = { name = "Ivan", emails = ["ivan@example.com"] }',
            'responsible = { email = "anna@example.ru" }',
        )
    )
    (mail,) = actions(tmp_path, text)
    assert mail["to"] == ["ivan@example.com"]
    assert mail["cc"] == ["anna@example.ru"]
    assert mail["subject"] == "Invoice 7"
    assert "Hello Ivan" in mail["text"]
    assert "attached as a PDF" in mail["text"]


def test_a_reminder_counts_days_from_the_time_of_the_test(tmp_path: Path) -> None:
    rules = "[reminders]\n" + rule("remind", "invoice.reminder_due", 'use = "send_reminder"')
    text = (
        HEAD
        + MAIL
        + rules
        + case(
            "invoice.reminder_due",
            'invoice = { number = "7", amount = 10, due_date = "2026-11-20", status = "sent" }',
            'company = { name = "ACME", emails = "acme@example.com" }',
        )
    )
    (mail,) = actions(tmp_path, text)
    assert mail["to"] == ["acme@example.com"]
    assert "7 days ago" in mail["text"]


def test_a_due_date_leaves_the_weekend(tmp_path: Path) -> None:
    text = HEAD + rule("shift", "invoice.created", 'use = "shift_due_date"')
    saturday, friday = (
        case("invoice.created", f'invoice = {{ due_date = "{day}" }}') for day in ("2026-11-28", "2026-11-27")
    )
    left, stayed = tried(
        tmp_path, f"{text}{saturday}\n{friday.replace('case', 'other')}", "--json", code=1
    ).rows
    (moved,), (kept,) = left["actions"], stayed["actions"]
    assert (moved["due_date"], moved["set"]) == ("2026-11-30", {"due_date": "2026-11-30"})
    assert kept["changed"] is False
    assert (left["ok"], stayed["ok"]) == (False, True)  # what changes nothing need not be expected


def test_commissions_of_a_step_are_seen_by_the_next_one(tmp_path: Path) -> None:
    rates = '[commission]\n[[commission.rates]]\nfor = "invoice.responsible"\npercent = "5"\n'
    steps = (
        'use = "commission"\n[[rules.steps]]\nuse = "notify"\nto = ["lead"]\ntext = "{{ commission.total }}"'
    )
    text = HEAD + rates + rule("pay", "invoice.paid", steps)
    booked, told = actions(
        tmp_path, text + case("invoice.paid", "invoice = { amount = 1000 }", "deal = { id = 3 }")
    )
    assert (booked["amount"], booked["rows"][0]["state"]) == ("50", "earned")
    assert told["text"].startswith("50")


def test_tasks_have_title_person_and_deadline(tmp_path: Path) -> None:
    step = 'use = "create_task"\ntitle = "Act {{ invoice.number }}"\n'
    step += 'responsible = "department:5"\ndeadline = "+1wd"'
    text = HEAD + rule("act", "invoice.tasks_completed", step)
    users = 'users = [{ id = 31, name = "Head", head_of = 5 }]'
    (task,) = actions(tmp_path, text + case("invoice.tasks_completed", 'invoice = { number = "9" }', users))
    assert (task["title"], task["to"]) == ("Act 9", ["user:31"])
    assert task["deadline"].startswith("2026-11-30T")


def test_a_comment_has_its_text_and_its_deal(tmp_path: Path) -> None:
    text = HEAD + rule("said", "invoice.paid", 'use = "comment"\ntext = "Счёт {{ invoice.number }} оплачен"')
    given = case("invoice.paid", 'invoice = { number = "9" }', "deal = { id = 3 }")
    (said,) = actions(tmp_path, text + given)
    assert (said["text"], said["entity"]) == ("Счёт 9 оплачен", "deal:3")
    assert not {"set", "entities"} & said.keys()
    expected = 'expect = [{ rule = "said", step = "comment", entity = "deal:3", text = "Счёт 9 оплачен" }]'
    tried(tmp_path, text + given.replace("expect = []", expected))
    skipped = actions(tmp_path, text + case("invoice.paid", 'invoice = { number = "9" }'))
    assert [(one["state"], one["reason"]) for one in skipped] == [("skipped", "no_deal")]


def test_a_deal_moves_on_and_is_handed_over(tmp_path: Path) -> None:
    steps = (
        'use = "move_deal"\n[[rules.steps]]\nuse = "assign"\nto = "user:44"\ntargets = ["deal", "contact"]'
    )
    text = HEAD + rule("go", "invoice.paid", steps)
    moved, given = actions(
        tmp_path, text + case("invoice.paid", 'deal = { id = 3, stage_id = "NEW" }', "contact = { id = 8 }")
    )
    assert (moved["stage"], moved["entities"]) == ("PREPARATION", ["deal:3"])
    assert (given["to"], sorted(given["entities"])) == (["user:44"], ["contact:8", "deal:3"])


def test_an_invoice_is_made_and_fields_are_filled_from_given_look_ups(tmp_path: Path) -> None:
    steps = (
        'use = "create_invoice"\ntitle = "Half of {{ deal.title }}"\namount = "{{ deal.amount * 0.5 }}"\n'
        '[[rules.steps]]\nuse = "fill_fields"\nset = { UF_CITY = "{{ house.PROPERTY_61 }}" }\n'
        '[[rules.steps.lookups]]\nname = "house"\nfrom = "list:37"\nid = "deal.fields.UF_HOUSE"'
    )
    text = HEAD + rule("new", "deal.created", steps)
    deal = 'deal = { title = "Roof", amount = "900" }\nlookups = { house = { PROPERTY_61 = "Kazan" } }'
    made, filled = actions(tmp_path, text + case("deal.created", deal))
    assert (made["title"], made["amount"]) == ("Half of Roof", "450.00")
    assert filled["set"] == {"fields.UF_CITY": "Kazan"}


def test_a_smart_process_has_a_table_of_its_own_name(tmp_path: Path) -> None:
    head = (
        HEAD
        + '[poll]\nwatch = ["invoice", "deal", "task", "object"]\n[kinds.object]\nentity_type_id = 1046\n'
    )
    text = head + rule(
        "note", "object.created", 'use = "notify"\nto = ["user:5"]\ntext = "{{ object.title }}"'
    )
    (told,) = actions(tmp_path, text + case("object.created", 'object = { title = "House" }'))
    assert (told["to"], told["text"]) == (["user:5"], "House")


def test_nobody_behind_a_word_means_that_nobody_is_told(tmp_path: Path) -> None:
    text = HEAD + rule("tell", "deal.created", 'use = "notify"\nto = ["lead"]\ntext = "x"')
    ended = tried(tmp_path, text + case("deal.created", "deal = { fields = { UF_LEAD = 0 } }"), "--json")
    (told,) = ended.rows[0]["actions"]
    assert (told["state"], told["reason"]) == ("skipped", "nobody")


def test_amounts_and_texts_are_compared_as_they_read(tmp_path: Path) -> None:
    text = HEAD.replace('"en"', '"ru"') + TELL + TEST
    tried(tmp_path, text + EXPECT % "Invoice 125 for 150 000,00 ₽, Anna")


WRONG_VALUES = (
    ('invoice = { amount = "a lot" }', "invoice.amount: 'a lot' is no number"),
    ('invoice = { id = "5" }', "invoice.id: is no number of something"),
    ('invoice = { due_date = "soon" }', "invoice.due_date: is no date"),
    ('people = { lead = "Anna" }', "people.lead: is no person"),
    ('users = [{ name = "Anna" }]', "users[0].id: is required"),
    ("deal = { fields = 5 }", "deal.fields: is no table"),
    ('commission = { total = "much" }', "commission.total"),
)


def test_a_value_that_no_portal_would_send_is_named(tmp_path: Path) -> None:
    test = TEST.replace('invoice = { number = "125", amount = "150000", currency = "RUB" }\n', "")
    all_named(tmp_path, test, WRONG_VALUES)


def test_an_imported_calendar_counts_in_a_test_too(tmp_path: Path):
    rule = '[[rules]]\nname = "due"\non = "invoice.created"\n[[rules.steps]]\nuse = "shift_due_date"\n'
    trial = (
        '[[tests]]\nname = "t"\nevent = "invoice.created"\nat = "2026-06-01 10:00"\n'
        'invoice = { id = 5, due_date = "2026-06-13" }\n'
        'expect = [{ rule = "due", step = "shift_due_date", due_date = "2026-06-16" }]\n'
    )
    written(tmp_path, HEAD + rule + trial)
    assert b24sync("test", cwd=tmp_path).code == 1  # the 15th is a working day
    shown = b24sync("calendar", "show", "2026", "--json", cwd=tmp_path)
    days = {row["date"] for row in shown.rows if not row["working"]} | {"2026-06-15"}
    rows = "".join(f"{day};off\n" for day in sorted(days))
    (tmp_path / "2026.csv").write_text(f"date;kind\n{rows}", encoding="utf-8")
    imported = b24sync("calendar", "import", "2026.csv", cwd=tmp_path)
    assert imported.code == 0, imported.err
    tried = b24sync("test", cwd=tmp_path)
    assert tried.code == 0, tried.out

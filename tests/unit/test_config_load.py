"""Loading whole configurations."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from b24sync.config.load import load
from b24sync.domain.rule_settings import Trigger
from b24sync.domain.settings import CommissionSettings, RateSettings, Settings
from b24sync.domain.values import Deadline
from b24sync.errors import ConfigError
from tests.support.config import ENVIRON, PORTAL, faults, loaded, written

SAMPLE = Path(__file__).parents[2] / "sample.toml"
TEXT_RULE = """
[mail]
transport = "file"
from = "a@b.ru"
[[rules]]
name = "r"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
body_file = "texts/invoice.html"
"""


def test_the_sample_has_no_fault_and_no_warning():
    found = load(SAMPLE, environ=ENVIRON)
    assert found.warnings == ()
    assert found.path == SAMPLE


def test_the_sample_shows_the_defaults_as_they_are(tmp_path):
    """Every commented `# key = value` of a section is its default: without the "#" nothing changes."""
    given_ones = ("ca_file", "ping_url", "reply_to", "redirect_to", "file  ", "yearly_days_off", "folder")
    lines = []
    for line in SAMPLE.read_text(encoding="utf-8").partition("# Rules.")[0].splitlines():
        key = line.removeprefix("# ")
        is_default = line.startswith("# ") and " = " in key.split("#")[0] and key.split()[0].isidentifier()
        lines.append(key if is_default and not key.startswith(given_ones) else line)
    shown = load(written(tmp_path, "\n".join(lines)), environ=ENVIRON).settings
    bare = load(
        written(tmp_path, SAMPLE.read_text(encoding="utf-8").partition("# Rules.")[0]), environ=ENVIRON
    ).settings
    assert shown == bare


def test_what_is_written_is_what_is_read(tmp_path):
    text = """
timezone = "Asia/Almaty"
[poll]
watch = ["invoice", "task", "object"]
reconcile_every = "0s"
[kinds.object]
entity_type_id = 1046
[invoice.status]
paid = ["DT31_1:P", "DT31_1:UC_A"]
[reminders]
at = 09:30:00
days = [0]
[commission]
base = "net"
[[commission.rates]]
for = "invoice.responsible"
percent = 2.5
when = "invoice.amount >= 100000"
[[rules]]
name = "r"
on = ["invoice.paid", "object.created"]
[[rules.steps]]
use = "create_task"
deadline = "+3wd"
tags = "one"
"""
    found = loaded(tmp_path, text).settings
    assert found.timezone == "Asia/Almaty"
    assert found.poll.reconcile_every == timedelta(0)
    assert found.kinds["object"].entity_type_id == 1046
    assert found.invoice.status == {"paid": ("DT31_1:P", "DT31_1:UC_A")}
    assert found.reminders
    assert found.reminders.at == time(9, 30)
    rate = RateSettings(for_="invoice.responsible", percent=Decimal("2.5"), when="invoice.amount >= 100000")
    assert found.commission == CommissionSettings(base="net", rates=(rate,))
    (rule,) = found.rules
    assert rule.triggers() == (
        Trigger("invoice.status_changed", (), ("paid",)),
        Trigger("object.created"),
    )
    (step,) = rule.steps
    assert (step.name, step.deadline, step.tags) == ("create_task", Deadline(3, working=True), ("one",))


def test_what_is_not_written_is_the_default(tmp_path):
    found = loaded(tmp_path, "").settings
    assert found == Settings(
        portal=found.portal, store=found.store, mail=None, reminders=None, commission=None, alerts=None
    )


def test_relative_paths_count_from_the_folder_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "calendar.xml").write_text("x")
    (tmp_path / "own.pem").write_text("x")
    written(
        tmp_path,
        '[portal]\nwebhook = "https://x.ru/rest/1/s/"\nca_file = "own.pem"\n[mail]\ntransport = "file"\n'
        'from = "a@b.ru"\n[calendar]\nfile = ["calendar.xml"]\n[store]\npath = "/var/b.db"\n',
    )
    monkeypatch.chdir("/")
    found = load(tmp_path / "b24sync.toml", environ={}).settings
    assert found.portal.ca_file == tmp_path / "own.pem"
    assert found.calendar.file == (str(tmp_path / "calendar.xml"),)
    assert found.mail
    assert found.mail.folder == tmp_path / "outbox"
    assert found.store.path == Path("/var/b.db")
    assert loaded(tmp_path, "").settings.store.path == tmp_path / "b24sync.db"


def test_files_that_are_missing_are_named(tmp_path):
    portal = '[portal]\nwebhook = "https://x.ru/rest/1/s/"\nca_file = "own.pem"\n'
    assert faults(tmp_path, '[calendar]\nfile = ["ru.xml"]\n', portal=portal) == [
        f"FILE:2: calendar.file[0]: there is no file {tmp_path}/ru.xml (correct the path)",
        f"FILE:5: portal.ca_file: there is no file {tmp_path}/own.pem (correct the path)",
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path):
    path = written(
        tmp_path,
        'timezne = "UTC"\nlanguage = "en"\n[poll]\noverlap = 5\n[people]\nboss = "user:x"\n[[rules]]\n'
        'name = "r"\non = "invoice.craeted"\nwhen = "invoice.amout"\n[[rules.steps]]\nuse = "notify"\n'
        'to = ["bos"]\ntext = "{{ invoce.id }}"\n[[rules.steps]]\nuse = "assign"\n',
    )
    with pytest.raises(ConfigError) as caught:
        load(path, environ=ENVIRON)
    assert str(caught.value) == (
        f"""{path}: 9 problems
  {path}: portal.webhook: is required (write the portal's webhook, or run: b24sync init)
  {path}:1: timezne: unknown setting (did you mean timezone?)
  {path}:4: poll.overlap: found number 5, write a duration such as "5m"
  {path}:6: people.boss: 'user:x' is no selector (write user:ID or department:ID)
  {path}:9: rules[0].on[0]: no event called "invoice.craeted" (did you mean invoice.created?)
  {path}:10: rules[0].when: invoice has no amout (did you mean amount?)
  {path}:13: rules[0].steps[0].to[0]: no person called 'bos' (did you mean boss?)
  {path}:14: rules[0].steps[0].text: unknown name invoce (did you mean invoice?)
  {path}:15: rules[0].steps[1].to: is required (write people, such as ["responsible"])"""
    )
    assert caught.value.exit_code == 2


def test_a_wrong_value_is_not_called_missing_as_well(tmp_path):
    assert faults(tmp_path, '[mail]\nhost = 5\nfrm = "a@b.ru"\n') == [
        "FILE:2: mail.host: found number 5, write a text in quotes",
        "FILE:3: mail.frm: unknown setting (did you mean from?)",
    ]


def test_a_misspelt_kind_in_watch_is_one_fault(tmp_path):
    text = '[poll]\nwatch = ["invoce"]\n[[rules]]\nname = "r"\non = "invoice.created"\n'
    assert faults(tmp_path, text + '[[rules.steps]]\nuse = "shift_due_date"\n') == [
        'FILE:2: poll.watch[0]: no kind called "invoce" (did you mean invoice?)'
    ]


def test_a_rule_may_listen_to_events_of_several_kinds(tmp_path):
    text = (
        '[[rules]]\nname = "r"\non = ["deal.stage_changed", "invoice.status_changed"]\nto = ["C1:WON", '
        '"paid"]\n'
    )
    step = '[[rules.steps]]\nuse = "notify"\nto = "deal.responsible"\ntext = "{{ deal.title }}"\n'
    assert faults(tmp_path, text + step) == []
    (fault,) = faults(tmp_path, text + step.replace("deal.title", "invoice.title"))
    assert fault.startswith("FILE:8: rules[0].steps[0].text: invoice is not known here")


def test_a_person_that_these_events_do_not_have_is_a_fault(tmp_path):
    text = '[people]\nbiller = "invoice.responsible"\n[[rules]]\nname = "r"\non = "deal.created"\n'
    assert faults(
        tmp_path, text + '[[rules.steps]]\nuse = "notify"\nto = ["biller", "invoice.responsible"]\n'
    ) == [
        "FILE:8: rules[0].steps[0].to[0]: 'biller' is invoice.responsible, and these events have no invoice "
        "(name another person)",
        "FILE:8: rules[0].steps[0].to[1]: 'invoice.responsible': there is no invoice here (known: company, "
        "contact, deal)",
    ]


def test_a_step_that_cannot_work_on_the_event_is_a_fault(tmp_path):
    text = '[[rules]]\nname = "r"\non = "deal.created"\n[[rules.steps]]\nuse = "shift_due_date"\n'
    assert faults(tmp_path, text) == [
        "FILE:5: rules[0].steps[0].use: shift_due_date cannot work on events of deal (only of: invoice)"
    ]


def test_legacy_invoices_have_their_own_stages_and_cannot_be_created(tmp_path):
    text = (
        '[invoice]\napi = "legacy"\n[[rules]]\nname = "r"\non = "invoice.status_changed"\nto = ["S", "p"]\n'
    )
    assert faults(tmp_path, text + '[[rules.steps]]\nuse = "create_invoice"\n') == [
        'FILE:6: rules[0].to[1]: no invoice status called "p" (known: draft, sent, paid, rejected; or a '
        "stage id, such as N)",
        "FILE:8: rules[0].steps[0].use: create_invoice makes smart invoices only, and invoice.api is "
        '"legacy" (remove this step)',
    ]


def test_a_status_of_ones_own_is_an_event_too(tmp_path):
    text = (
        '[invoice.status]\npartly_paid = ["DT31_1:UC_A"]\n[[rules]]\nname = "r"\non = "invoice.partly_paid"\n'
    )
    found = loaded(tmp_path, text + '[[rules.steps]]\nuse = "shift_due_date"\n').settings
    assert found.rules[0].triggers() == (Trigger("invoice.status_changed", (), ("partly_paid",)),)


def test_what_is_probably_not_meant_is_a_warning(tmp_path):
    text = (
        '[poll]\noverlap = "30s"\n[mail]\nhost = "h"\nfrom = "a@b.ru"\nsecurity = "tls"\nredirect_to = '
        '"t@b.ru"\n'
    )
    found = loaded(tmp_path, text)
    assert [str(warning).replace(str(found.path), "FILE") for warning in found.warnings] == [
        'FILE:2: poll.overlap: is under a minute, changes may be missed (write "5m")',
        'FILE:3: mail.port: is 587, which servers keep for "starttls"; "tls" is usually on 465',
        "FILE:7: mail.redirect_to: every mail goes to t@b.ru",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = \n", "FILE:1:5: no valid TOML: invalid value"),
        (b'a = 1\nb = "x\n', "FILE:2:7: no valid TOML: illegal character '\\n'"),
        (b"a = [1", "FILE:1: no valid TOML: unclosed array at the end of the file"),
        (b"a = " + b"[" * 5000, "FILE: is nested too deeply"),
        (b"a = " + b"9" * 5000, "FILE: no valid TOML: a number or date cannot be read"),
        (b"a = 1\nb = '\xff'\n", "FILE:2: is no text in UTF-8 (save the file as UTF-8)"),
        (b"#" * 4_000_001, "FILE: is larger than 4 MB, which no configuration is"),
    ],
)
def test_what_is_no_toml_is_said_with_its_line(tmp_path, content, message):
    path = tmp_path / "b24sync.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert [str(fault).replace(str(path), "FILE") for fault in caught.value.faults] == [message]


def test_a_file_of_a_windows_editor_is_read(tmp_path):
    path = written(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + PORTAL.replace("\n", "\r\n").encode())
    assert load(path, environ={}).settings.portal.webhook


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, environ={})


def test_a_text_may_be_in_a_file_of_its_own(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "invoice.html").write_text("<p>{{ invoice.number }}</p>", encoding="utf-8")
    step = loaded(tmp_path, TEXT_RULE).settings.rules[0].steps[0]
    assert step.body_file.text == "<p>{{ invoice.number }}</p>"
    assert step.body_file.path == tmp_path / "texts" / "invoice.html"
    (tmp_path / "texts" / "invoice.html").write_text("<p>{{ invoice.numbr }}</p>", encoding="utf-8")
    assert faults(tmp_path, TEXT_RULE) == [
        "FILE:10: rules[0].steps[0].body_file: invoice has no numbr (did you mean number?)"
    ]
    shutil.rmtree(tmp_path / "texts")
    assert faults(tmp_path, TEXT_RULE) == [
        f"FILE:10: rules[0].steps[0].body_file: the file {tmp_path}/texts/invoice.html cannot be read: No "
        f"such file or directory"
    ]


def test_two_bodies_are_one_too_many(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "invoice.html").write_text("x")
    assert faults(tmp_path, TEXT_RULE + 'body = "y"\n') == [
        "FILE:10: rules[0].steps[0].body_file: cannot go with body (keep one of the two)"
    ]


def test_the_digest_changes_with_the_file_and_with_its_texts(tmp_path):
    (tmp_path / "texts").mkdir()
    body = tmp_path / "texts" / "invoice.html"
    body.write_text("x")
    first = loaded(tmp_path, TEXT_RULE).digest
    assert loaded(tmp_path, TEXT_RULE).digest == first
    assert loaded(tmp_path, TEXT_RULE + "# more\n").digest != first
    body.write_text("y")
    assert loaded(tmp_path, TEXT_RULE).digest != first


def test_a_known_good_file_is_loaded_without_jinja2_and_gives_the_same(tmp_path):
    first = load(SAMPLE, environ=ENVIRON)
    program = (
        "import sys; from pathlib import Path; from b24sync.config.load import load;"
        f"load(Path({str(SAMPLE)!r}), environ={ENVIRON!r}, known_good={first.digest!r});"
        "print(sorted({'jinja2', 'requests', 'holidays', 'rich', 'sqlite_utils', 'smtplib', 'email'} & "
        "set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert load(SAMPLE, environ=ENVIRON, known_good=first.digest) == first


def test_rules_of_a_known_good_file_are_read_when_somebody_looks_at_them():
    first = load(SAMPLE, environ=ENVIRON)
    program = (
        "import sys; from pathlib import Path; from b24sync.config.load import load;"
        f"found = load(Path({str(SAMPLE)!r}), environ={ENVIRON!r}, known_good={first.digest!r});"
        "read = lambda: 'b24sync.steps.notify' in sys.modules; before = read();"
        "print(before, len(found.settings.rules), read())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"False {len(first.settings.rules)} True\n"


def test_a_letter_that_is_used_is_the_one_that_was_found_to_be_good(tmp_path):
    (tmp_path / "texts").mkdir()
    body = tmp_path / "texts" / "invoice.html"
    body.write_text("{{ invoice.number }}")
    first = loaded(tmp_path, TEXT_RULE)
    again = load(first.path, environ={}, known_good=first.digest)
    body.write_text("{{ invoice.numbr }}")
    assert again.settings == first.settings
    with pytest.raises(ConfigError, match="у invoice нет numbr"):
        load(first.path, environ={}, known_good=first.digest)


def test_the_known_digest_may_be_found_by_the_settings():
    digest = load(SAMPLE, environ=ENVIRON).digest
    asked = []

    def kept(settings: Settings) -> str:
        asked.append(settings.store.path)
        return digest

    assert load(SAMPLE, environ=ENVIRON, known_good=kept).digest == digest
    assert asked == [SAMPLE.parent / "b24sync.db"]


def test_a_known_good_file_still_needs_its_secrets(tmp_path):
    digest = load(SAMPLE, environ=ENVIRON).digest
    with pytest.raises(ConfigError, match="переменная B24SYNC_WEBHOOK не задана"):
        load(SAMPLE, environ={"SMTP_PASSWORD": "x"}, known_good=digest)


def test_a_wrong_digest_makes_no_faulty_file_good(tmp_path):
    path = written(tmp_path, PORTAL + '[[rules]]\nname = "r"\non = "x"\n')
    with pytest.raises(ConfigError):
        load(path, environ={}, known_good="0" * 64)


_SNIPPETS = (
    *(
        "[",
        "]",
        "[[",
        "{",
        "}",
        '"',
        "'",
        '"""',
        "=",
        ".",
        ",",
        "#",
        "\n",
        "\r",
        "\0",
        "\\",
        "é",
        "😀",
        "\ud7ff",
    ),
    *(
        "0",
        "-1",
        "1e999",
        "nan",
        "true",
        "2026-01-01",
        "[]",
        "{}",
        "''",
        "[[rules]]\n",
        "[rules]\n",
        "[mail]\n",
    ),
    *(
        "{{",
        "}}",
        "{%",
        "%}",
        "{{ 9**9 }}",
        "file:/",
        "env:",
        "user:",
        "~root/x",
        "x" * 300,
        "99999999999999999999d",
    ),
)
_ORIGINAL = SAMPLE.read_text(encoding="utf-8")
_places = st.integers(min_value=0, max_value=len(_ORIGINAL))
_cuts = st.tuples(
    _places, st.integers(min_value=0, max_value=40), st.sampled_from(_SNIPPETS) | st.text(max_size=5)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_cuts, min_size=1, max_size=4))
@example([(0, len(_ORIGINAL), "")])
@example(
    [
        (
            0,
            len(_ORIGINAL),
            "rules = [[], 1, {}, {steps = 1}, {steps = [{use = 'fill_fields', lookups = [1]}]}]",
        )
    ]
)
@example(
    [
        (
            0,
            len(_ORIGINAL),
            "portal = 1\nmail = []\nkinds = 1\ninvoice.status = 1\ncommission.rates = {}\ncalendar = 1",
        )
    ]
)
def test_any_change_of_the_sample_is_read_or_refused_in_plain_words(tmp_path, cuts):
    text = _ORIGINAL
    for place, length, snippet in cuts:
        text = text[:place] + snippet + text[place + length :]
    path = tmp_path / "b24sync.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    path.chmod(0o600)
    try:
        load(path, environ=ENVIRON)
    except ConfigError as error:
        told = [text for fault in error.faults for text in (fault.ru, fault.en)]
    else:
        return
    assert told
    assert all(told)

"""With ``language = "ru"`` an operator reads Russian: what commands print holds no English sentence.

Names, codes, settings and commands stay as they are; two English words of a sentence are one too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import REJECTED
from tests.support.firm import Firm, opened
from tests.support.russian import english
from tests.support.together import together


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """The Russian example after its baseline."""
    with opened(tmp_path / "firm") as firm:
        firm.use_sample()
        firm.poll()
        yield firm


def a_day(firm: Firm) -> None:
    """A day with a refused mail, a rejected invoice and a paid one."""
    first, second, third = (
        firm.invoice(150_000, due="2026-03-07"),
        firm.invoice(40_000),
        firm.invoice(99),
    )
    firm.run_on()
    firm.mail_fails(rcpt="550 5.1.1 unknown")
    firm.send(first)
    firm.later()
    firm.run("poll")
    firm.mail_fails()
    firm.pay(second)
    firm.move(third, REJECTED)
    firm.run_on()


READ = (
    ("poll",),
    ("status",),
    ("events",),
    ("actions",),
    ("actions", "--state", "failed"),
    ("explain", "6"),
    ("explain", "deal:1"),
    ("commission",),
    ("commission", "--by", "invoice"),
    ("commission", "--csv", "--excel"),
    ("run-rule", "head-knows", "7", "--dry-run"),
    ("replay",),
    ("replay", "--compare", "{config}"),
    ("calendar", "check", "2026-03-08"),
    ("calendar", "show", "2026"),
    ("calendar", "check", "2029-05-05"),
    ("report", "--output", "-"),
    ("doctor",),
    ("snapshot", "prune", "--older-than", "365d"),
)
REFUSED = (
    ("retry", "999"),
    ("cancel", "1"),
    ("release", "1"),
    ("explain", "invoice:99999"),
    ("explain", "№99999"),
    ("events", "--name", "invoice.creatd"),
    ("events", "--since", "soon"),
    ("actions", "--state", "fialed"),
    ("commission", "--month", "x"),
    ("commission", "--by", "x"),
    ("commission", "--excel"),
    ("run-rule", "absent", "7"),
    ("run-rule", "head-knows", "7"),
    ("resend-invoice", "99999"),
    ("remind", "№99999"),
    ("report", "--output", "absent/x.html"),
    ("snapshot", "export", "absent/x"),
    ("snapshot", "import", "b24sync.toml"),
    ("calendar", "check", "soon"),
    ("calendar", "import", "absent.csv"),
    ("calendar", "import", "b24sync.toml"),
    ("replay", "--since", "2026-05-01", "--until", "2026-01-01"),
    ("units", "--cron", "--systemd"),
    ("poll", "--since", "2026-01-01"),
    ("poll", "--max-time", "long"),
    ("watch", "--interval", "often"),
    ("watch", "--interval", "0s"),
    ("snapshot", "prune", "--older-than", "ages"),
)


def test_what_an_operator_reads_and_what_is_refused_is_russian(firm: Firm) -> None:
    a_day(firm)
    found = dict[tuple[str, ...], list[str]]()
    reading = [tuple(word.format(config=firm.config) for word in words) for words in READ]
    for ran in together(firm, *reading):
        assert "Traceback" not in ran.said, ran
        page = re.sub(r"(?s)<style>.*?</style>|<[^>]*>", " ", ran.out)
        found[ran.args] = english(page) + english(ran.err)
    for ran in together(firm, *REFUSED):
        assert ran.code == 2, ran
        told = english(ran.err)
        found[ran.args] = told if re.search("[а-яё]", ran.err, re.IGNORECASE) else [ran.err]
    assert {words: lines for words, lines in found.items() if lines} == {}
    assert len(found) == len({*reading, *REFUSED})


def test_the_look_finds_an_english_sentence() -> None:
    assert english("почтовый сервер: logged in as billing\nthe portal cannot be reached")
    assert not english('действие №1: выполнено; b24sync actions --state held; mail.host = "the one" «in»')


def test_what_a_mass_deletion_and_a_refused_webhook_stop_is_told_in_russian_and_kept_as_numbers(
    firm: Firm,
) -> None:
    for number in range(11):
        firm.invoice(1000 + number)
    firm.run_on()
    for number in firm.portal.item_ids(INVOICE):
        firm.portal.delete_item(INVOICE, number)
    firm.later(90_000)
    stopped = firm.run("poll")
    assert stopped.code == 1
    status, doctor, numbers = together(firm, ("status",), ("doctor",), ("status", "--json"))
    for ran in (stopped, status, doctor):
        assert "на портале разом пропало " in ran.said, ran
        assert english(ran.said) == []
    kinds = {one["kind"]: one["guard"] for one in numbers.rows[0]["cursors"]}
    assert "are gone from the portal at once" in kinds["invoice"]
    assert kinds["deal"] is None
    firm.set(webhook_valid=False)
    ran = firm.run("poll")
    assert ran.code == 77
    assert ran.err.startswith("портал не принимает вебхук: "), ran
    assert "batch" not in ran.err  # the name of a method


def test_before_a_configuration_is_read_the_language_is_that_of_the_environment(tmp_path: Path) -> None:
    with opened(tmp_path / "firm") as firm:
        for words in (("--only", "absent", "status"), ("init", "--webhook", "x"), ("test", "absent.toml")):
            ran = firm.run(*words, cwd=tmp_path, env={"LANG": "ru_RU.UTF-8", "LC_ALL": ""})
            assert ran.code == 2, ran
            assert re.search("[а-яё]", ran.err), ran
            assert english(ran.err) == []
            assert not re.search("[а-яё]", firm.run(*words, cwd=tmp_path, env={"LANG": "C.UTF-8"}).err)

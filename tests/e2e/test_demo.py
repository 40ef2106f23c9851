"""The demonstration tells the truth: every automation is seen at work, and the story ends as it says."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys

import pytest

from tests.support.warm import INTERPRETER, server

pytestmark = pytest.mark.slow

TOLD = {
    "A1": "Марина Орлова: Новый счёт № 6 на 85 501,20 ₽, клиент ООО «Ромашка», менеджер Иван Петров",
    "A2": "Алексей Новиков: Счёт № 6 по сделке «Ремонт офиса на Тверской»: «Отправлен клиенту» → «Новый»",
    "A3 to each": "ответственный Иван Петров. Ваше вознаграждение после оплаты: 2 137,53 ₽",
    "A3 expected": "Иван Петров: 4,275.06 RUB (expected)",
    "A3 earned": "Алексей Новиков: 2,137.53 RUB (earned)",
    "A4": "2026-05-09 → 2026-05-12",
    "B1": "anna@romashka.example: Счёт № 6 от 23.04.2026 [Счёт № 6 от 23.04.2026.pdf]",
    "B2": "anna@romashka.example: Напоминание об оплате счёта № 6",
    "B3 deal": "«Подготовка документов» → «Счёт на предоплату»",
    "B3 tasks": "Отгрузить: Краска фасадная, 10 л, 3 шт.; Проектирование по счёту № 6",
    "B4": "Ольга Морозова: Подготовить и согласовать акт по счёту № 6",
    "C1": "Химки, Ленинградская ул., 25",
    "C2": "Иван Петров: Проверить и согласовать с клиентом: Замер на складе",
    "C3": "Аванс по сделке «Склад в Химках»: 240,000.00 RUB",
}


def environ(**more: str) -> dict[str, str]:
    """Variables without language and colours of the tester's own; a home that must stay empty."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"LANG", "LC_ALL", "LC_MESSAGES", "NO_COLOR", "TERM"}
    }
    return {**kept, "PYTHONUTF8": "1", **more}


def spaces(text: str) -> str:
    """With plain spaces instead of those that do not break, and no line ends."""
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> subprocess.CompletedProcess[str]:
    """The demonstration without a terminal, in English, in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "b24sync", "demo"],
        check=False,
        cwd=folder,
        env=environ(TMPDIR=str(folder)),
        capture_output=True,
        text=True,
        timeout=110,
    )
    done.left = list(folder.iterdir())
    return done


def test_the_story_ends_as_it_is_told(told):
    assert (told.returncode, told.stderr) == (0, "")


def test_each_automation_is_seen_at_work(told):
    shown = spaces(told.stdout)
    assert [name for name, text in TOLD.items() if text not in shown] == []


def test_three_moves_between_two_polls_are_three_events_and_one_mail(told):
    assert "«Новый» → «Отправлен клиенту», «Отправлен клиенту» → «Новый», «Новый» → «Отправлен" in told.stdout
    assert len(re.findall(r"^  mail .*: Счёт № 6", told.stdout, re.MULTILINE)) == 1


def test_it_ends_with_tables_of_events_and_actions(told):
    tables = told.stdout.partition("# Events")[2]
    assert re.search(
        r"^05-13 15:01 +invoice status +invoice:6 +«Отправлен клиенту» → «Оплачен»$", tables, re.MULTILINE
    )
    assert re.search(r"^\d+ +paid +tasks +invoice:6 +done$", tables, re.MULTILINE)
    assert not re.search(r" (failed|uncertain|held|pending) ", tables)


def test_it_leaves_nothing_behind_and_shows_no_secret(told):
    assert told.left == []
    assert "sandboxsecret" not in told.stdout
    assert "\x1b" not in told.stdout


def test_on_a_terminal_it_is_drawn_and_speaks_the_users_language(tmp_path):
    code, text = shown(tmp_path)
    assert code == 0
    assert FIRST in text
    assert re.search("счёт изменён +invoice:6 +срок оплаты", text)
    assert re.search("перевод сделки +invoice:6 +выполнено", text)
    assert not re.search("_changed|_deal|_invoice |superseded|done|PREPARATION|[(]expected", text)
    assert "\x1b[1;36m" in text or "\x1b[32m" in text
    assert COLOUR.search(text.partition(FIRST)[0])
    code, begun = shown(tmp_path, until=FIRST, NO_COLOR="1")
    assert code == 130  # interrupted
    assert FIRST in begun
    assert not COLOUR.search(begun)
    assert list(tmp_path.iterdir()) == []


FIRST = "Первый опрос запоминает исходное состояние"
"""What is told of the first scene, below its title."""
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9]m")


def shown(folder, until="", **variables):
    """How the demonstration ends on a terminal in Russia, and what it shows; interrupted behind a text."""
    ours, theirs = pty.openpty()
    env = environ(**INTERPRETER, LANG="ru_RU.UTF-8", TERM="xterm-256color", COLUMNS="200", **variables)
    env = {name: value for name, value in env.items() if not name.startswith("COVERAGE")}  # counted above
    env["TMPDIR"] = str(folder)
    process = server().start(["b24sync", "demo"], env=env, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text, interrupted = "", False
    for block in blocks(ours):
        text += block.decode(errors="ignore")
        if until and until in text and not interrupted:
            process.send_signal(signal.SIGINT)
            interrupted = True
    os.close(ours)
    return process.wait(), text


def blocks(descriptor):
    """Everything that is written to a terminal until its writer is gone."""
    while True:
        try:
            block = os.read(descriptor, 65536)
        except OSError:
            return
        if not block:
            return
        yield block

"""The faults of a configuration come in its own language, however faulty it is, at every command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.commands import Ran, b24sync
from tests.support.config import PORTAL, written

FAULT = "[poll]\nwatch = 5\n"
SAID = {"ru": "b24sync.toml:{line}: poll.watch: здесь число 5, укажите текст в кавычках"}
SAID["en"] = "b24sync.toml:{line}: poll.watch: found number 5, write a text in quotes"
COMMANDS = ["poll", "status", "test", "test b24sync.toml", "doctor --offline", "report --output r.html"]
ENVIRONMENTS = {"ru": "ru_RU.UTF-8", "en": "en_US.UTF-8"}


def run(folder: Path, line: str, *, lang: str = "") -> Ran:
    """A command in a folder, in an environment of a language."""
    return b24sync(*line.split(), cwd=folder, environ={"LANG": lang, "LC_ALL": "", "LC_MESSAGES": ""})


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_command_says_them_in_the_language_of_the_file(
    tmp_path: Path, command: str, language: str
) -> None:
    written(tmp_path, f'language = "{language}"\n{FAULT}{PORTAL}')
    other = ENVIRONMENTS["en" if language == "ru" else "ru"]
    ended = run(tmp_path, command, lang=other)
    assert ended.code == 2
    assert SAID[language].format(line=3) in " ".join(ended.said.split())  # wherever the lines end
    assert bool(re.search("[а-яё]", ended.said)) is (language == "ru"), ended.said


def test_a_file_that_says_no_language_has_the_usual_one(tmp_path: Path) -> None:
    written(tmp_path, FAULT + PORTAL)
    assert SAID["ru"].format(line=2) in run(tmp_path, "poll", lang="en_US.UTF-8").err


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_misspelt_key_says_the_language_all_the_same(tmp_path: Path, language: str) -> None:
    written(tmp_path, f'langauge = "{language}"\n{FAULT}{PORTAL}')
    said = run(tmp_path, "poll", lang=ENVIRONMENTS["en" if language == "ru" else "ru"]).err
    assert SAID[language].format(line=3) in said


@pytest.mark.parametrize(
    ("written_so", "language"),
    [('"RU"', "ru"), ('"russian"', "ru"), ('"english"', "en"), ('"de"', "en"), ("5", "en")],
)
def test_a_language_that_is_a_fault_itself_is_understood_as_far_as_it_can_be(
    tmp_path: Path, written_so: str, language: str
) -> None:
    written(tmp_path, f"language = {written_so}\n{FAULT}{PORTAL}")
    assert SAID[language].format(line=3) in run(tmp_path, "poll", lang="en_US.UTF-8").err


@pytest.mark.parametrize(
    ("head", "lang", "said"),
    [
        ('language = "ru"\n', "en_US.UTF-8", "b24sync.toml:2:5: это не TOML: значение не читается"),
        ('language = "en"\n', "ru_RU.UTF-8", "b24sync.toml:2:5: no valid TOML: invalid value"),
        ("# nothing\n", "ru_RU.UTF-8", "b24sync.toml:2:5: это не TOML: значение не читается"),
        ("# nothing\n", "C.UTF-8", "b24sync.toml:2:5: no valid TOML: invalid value"),
    ],
)
def test_a_file_that_is_no_toml_says_them_in_the_language_that_can_be_seen_in_it(
    tmp_path: Path, head: str, lang: str, said: str
) -> None:
    written(tmp_path, f"{head}a = \n")
    assert said in run(tmp_path, "poll", lang=lang).err


@pytest.mark.parametrize("command", ["poll", "--config none.toml status", "doctor"])
def test_without_a_file_the_language_is_that_of_the_environment(tmp_path: Path, command: str) -> None:
    russian, english = (run(tmp_path, command, lang=lang) for lang in ("ru_RU.UTF-8", ""))
    assert "выполните b24sync init или назовите файл" in russian.said
    assert "run: b24sync init, or name the file" in english.said
    assert not re.search("[а-яё]", english.said)


def test_the_doctor_tells_them_to_machines_in_english(tmp_path: Path) -> None:
    written(tmp_path, f'language = "ru"\n{FAULT}{PORTAL}')
    (row,) = run(tmp_path, "doctor --json").rows
    assert row["message"] == SAID["en"].format(line=3)
    assert row["remedy"] == "correct the file and run doctor again"


def test_each_file_of_a_folder_is_told_of_in_its_own(tmp_path: Path) -> None:
    for language in ("ru", "en"):
        written(tmp_path, f'language = "{language}"\n{FAULT}{PORTAL}', name=f"{language}.toml")
    said = run(tmp_path, "--config . poll").err
    assert "ru.toml:3: poll.watch: здесь число 5" in said
    assert "en.toml:3: poll.watch: found number 5" in said


def test_two_files_of_a_folder_with_one_database_are_told_so(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        written(tmp_path, f'language = "ru"\nstore.path = "one.db"\n{PORTAL}', name=name)
    said = run(tmp_path, "--config . status").said
    assert "с той же базой" in said
    assert "a.toml" in said
    told = run(tmp_path, "--config . doctor --offline").out
    assert "работают с одной базой" in told


def test_what_is_probably_not_meant_is_told_in_it_too(tmp_path: Path) -> None:
    written(tmp_path, f'language = "ru"\n[poll]\noverlap = "30s"\n{PORTAL}')
    assert "b24sync.toml:3: poll.overlap: меньше минуты" in run(tmp_path, "doctor --offline").out
    rows = run(tmp_path, "doctor --offline --json").rows
    assert any("is under a minute, changes may be missed" in row["message"] for row in rows)

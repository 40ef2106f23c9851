"""Every kind of fault of a configuration, in its exact words, and in Russian."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_type_hints

import pytest

import b24sync
from b24sync.config.load import load
from b24sync.config.problems import Problem
from b24sync.domain.step_settings import StepProblem
from b24sync.errors import ConfigError
from b24sync.rules.text_errors import TextError
from b24sync.words import Both
from tests.support.config import ENVIRON, PORTAL, faults, written
from tests.support.planted_rules import MAIL, OTHERS, RULE, RULES, STEP, TESTS
from tests.support.planted_sections import AFTER_PORTAL, CALENDARS, PORTALS, SECTIONS, SHAPES, SYNTAX
from tests.support.planted_steps import MAILS, STEPS, TEXTS
from tests.support.russian import QUOTED, foreign

ROOT = Path(b24sync.__file__).parent
TO_SEND = MAIL + RULE + STEP + 'use = "send_invoice"\n'
BY_PORTAL = '[mail]\ntransport = "portal"\nfrom = "a@b.ru"\n' + RULE + STEP + 'use = "send_invoice"\n'
PLANTED = {
    text: expected
    for before, table in (
        ("", [*SHAPES, *SECTIONS, *CALENDARS, *RULES, *TESTS, *OTHERS]),
        (RULE, [*STEPS, *TEXTS]),
        (TO_SEND, MAILS),
    )
    for text, expected in ((before + one, said) for one, said in table)
}
RUSSIAN = {**ENVIRON, "LANG": "ru_RU.UTF-8"}
HINTS = re.compile(r"did you mean ([\w.]+)\?")


def told(path: Path, environ: dict[str, str] = RUSSIAN) -> ConfigError:
    """The error of a faulty configuration."""
    with pytest.raises(ConfigError) as caught:
        load(path, environ=environ)
    return caught.value


def assert_said_in_both(fault: Both, place: str) -> None:
    """One fault is whole in either language, about the same place, and only in that language."""
    head, _, ru = fault.ru.partition(": ")
    english_head, _, en = fault.en.partition(": ")
    assert head == english_head
    assert head.startswith(place)
    assert re.search("[а-яё]", ru), ru
    assert not re.search("[а-яё]", QUOTED.sub("", en), re.IGNORECASE), en
    assert foreign(ru) == []
    for word in HINTS.findall(en):
        assert f"возможно, {word}?" in ru


def assert_says_what_to_do(fault: Both) -> None:
    """Advice in both languages; what is wrong inside a text or in a file's reading is advice enough."""
    if ".text: " in fault.en or ".when: unexpected" in fault.en or "cannot be read" in fault.en:
        return
    assert re.search(r"укажите|\(.+\)$", fault.ru), fault.ru
    assert re.search(r", write |\(.+\)$", fault.en), fault.en


@pytest.mark.parametrize("text", PLANTED)
def test_a_fault_says_where_it_is_what_was_found_and_what_to_write_in_both_languages(
    tmp_path: Path, text: str
) -> None:
    path = written(tmp_path, text + PORTAL)
    error = told(path)
    said = [one.en.replace(str(path), "FILE").replace(str(tmp_path), "FOLDER") for one in error.faults]
    expected = PLANTED[text]
    assert len(said) == len(expected), said
    for one, wanted in zip(said, expected, strict=True):
        assert one[: len(wanted)] == wanted if ".text: " in wanted else one == wanted
    for fault in error.faults:
        assert_said_in_both(fault, str(path))
        assert_says_what_to_do(fault)
    assert error.language == "ru"
    assert str(error).splitlines()[1:] == [f"  {fault.ru}" for fault in error.faults]


def test_the_portal_keeps_no_recipient_secret(tmp_path: Path) -> None:
    assert faults(tmp_path, BY_PORTAL + 'bcc = ["a@b.ru"]\n') == [
        "FILE:9: rules[0].steps[0].bcc: cannot be kept secret by the portal's own mail (leave it out, or "
        "use another mail.transport)"
    ]


def test_a_letter_of_more_than_a_megabyte_is_none(tmp_path: Path) -> None:
    (tmp_path / "letter.html").write_bytes(b" " * 1_000_001)
    (fault,) = told(written(tmp_path, TO_SEND + 'body_file = "letter.html"\n' + PORTAL)).faults
    assert "letter.html is larger than 1 MB, which no letter is" in fault.en
    assert_said_in_both(fault, f"{tmp_path}/b24sync.toml:9")


@pytest.mark.parametrize(("webhook", "expected"), PORTALS)
def test_a_webhook_is_never_shown_whatever_is_wrong_with_it(
    tmp_path: Path, webhook: str, expected: str
) -> None:
    path = written(tmp_path, f"[portal]\nwebhook = {webhook}\n")
    (fault,) = told(path, {"EMPTY": " "}).faults
    assert str(fault).replace(f"{path}:2: portal.webhook: ", "").replace(str(tmp_path), "FOLDER") == expected
    assert_said_in_both(fault, f"{path}:2")


@pytest.mark.parametrize(("text", "expected"), AFTER_PORTAL)
def test_the_rest_of_the_portal_is_looked_at_too(tmp_path: Path, text: str, expected: str) -> None:
    path = written(tmp_path, PORTAL + text)
    (fault,) = told(path).faults
    assert str(fault).replace(str(path), "FILE").replace(str(tmp_path), "FOLDER") == expected
    assert_said_in_both(fault, f"{path}:3")


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "said"),
    [
        (0o606, 0o700, "доступен для записи всем (выполните chmod o-w"),
        (0o600, 0o707, "лежит в папке, где его может подменить кто угодно (chmod o-w"),
    ],
)
def test_a_file_that_others_could_write_is_told_of_in_both(
    tmp_path: Path, file_mode: int, folder_mode: int, said: str
) -> None:
    path = written(tmp_path, PORTAL, mode=file_mode)
    tmp_path.chmod(folder_mode)
    (fault,) = told(path).faults
    assert fault.ru.startswith(f"{path}: {said}")
    assert_said_in_both(fault, str(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", "это не текст в кодировке UTF-8 (сохраните файл в UTF-8)"),
        (b"#" * 4_000_001, "больше 4 МБ, файл настроек таким не бывает"),
        (None, "не читается: это папка"),
    ],
)
def test_a_file_that_holds_no_text_is_told_of_in_both(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "b24sync.toml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    (fault,) = told(path).faults
    assert fault.ru.endswith(f": {said}")
    assert_said_in_both(fault, str(path))


@pytest.mark.parametrize(("text", "expected"), SYNTAX)
def test_what_is_no_toml_is_said_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    path = written(tmp_path, text)
    (fault,) = told(path).faults
    assert str(fault).replace(str(path), "FILE") == expected
    assert_said_in_both(fault, str(path))


def test_a_fault_is_a_pair_by_its_type_and_pairs_are_made_of_messages() -> None:
    """What is said in English only does not pass mypy, and a pair of one sentence twice is made nowhere."""
    for holder, name in ((Problem, "message"), (StepProblem, "message"), (TextError, "told")):
        types = get_type_hints(holder if name == "message" else holder.__init__, localns={"Both": Both})
        assert types[name] is Both
    by_hand = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in ("config", "rules", "steps", "portal", "mail")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Both"
    ]
    assert by_hand == []

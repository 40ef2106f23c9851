"""``doctor`` in the language of who reads it."""

from __future__ import annotations

import re

from b24sync.words import doctor as words
from b24sync.words import speak
from tests.support.cli import Office

RUSSIAN = 'language = "ru"\ntimezone = "Europe/Moscow"\n'
WRONG = """
[[rules]]
name = "wrong"
on = "deal.stage_changed"
to = ["C9:NOSUCH"]
[[rules.steps]]
use = "update_fields"
set = { UF_CRM_NOTHERE = "{{ deal.title }}" }
[[rules]]
name = "nobody"
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["user:999", "department:77"]
"""
MAIL = """
[mail]
transport = "file"
from = "a@example.ru"
document_template = "Накладная"
[safety]
dry_run = true
"""


def test_every_line_of_the_doctor_is_russian_and_its_checks_keep_their_names(polled: Office) -> None:
    polled.write(head=RUSSIAN, rules=polled.rules + WRONG, sections=MAIL)
    told = polled.run("doctor", "--json").rows
    ran = polled.run("doctor")
    lines = [line for line in ran.out.splitlines() if line.strip()]
    assert re.fullmatch(r"ошибок: \d+, предупреждений: \d+, в порядке: \d+", lines.pop())
    assert len(lines) == len(told)
    for line, row in zip(lines, told, strict=True):
        status, _, rest = line.partition(" ")
        assert status in {"ок", "внимание", "ошибка"}
        assert rest.strip().startswith(f"{row['check']}: ")
        message, _, remedy = rest.partition(f"{row['check']}: ")[2].partition(" → ")
        assert re.search("[а-яё]", message, re.IGNORECASE), line
        assert not row["remedy"] or re.search("[а-яё]", remedy, re.IGNORECASE), line


def test_without_a_portal_it_is_russian_too(polled: Office) -> None:
    polled.write(head=RUSSIAN)
    for line in polled.run("doctor", "--offline").out.splitlines():
        assert not line or re.search("[а-яё]", line, re.IGNORECASE), line


def test_a_sentence_is_its_own_translation_in_english_and_keeps_its_values_in_russian() -> None:
    for one in words.SENTENCES:
        pattern = words.pattern_of(one.en)
        assert pattern.fullmatch(one.en), one.en
    text = 'rules[1].to[0]: the portal has no stage "C9:X" of deal'
    speak("en")
    assert words.said(text) == text
    speak("ru")
    assert words.said(text) == 'rules[1].to[0]: на портале нет стадии "C9:X" у deal'
    assert words.said("something new") == "something new"

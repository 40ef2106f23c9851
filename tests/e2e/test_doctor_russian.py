"""``doctor`` in the language of who reads it."""

from __future__ import annotations

import re

from b24sync.doctor.finding import fail
from b24sync.words import doctor as words
from b24sync.words import doctor_names as names
from b24sync.words import doctor_portal as portal
from b24sync.words import joined, speak
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


def test_a_finding_speaks_english_to_machines_and_the_spoken_language_to_people() -> None:
    inner = names.KNOWN.both(words="NEW")
    finding = fail("stages", names.NO_STAGE.both(where="rules[1].to[0]", stage="X", kind="deal"), inner)
    speak("ru")
    assert finding.as_json()["message"] == "rules[1].to[0]: the portal has no stage X of deal"
    assert words.said(finding.message) == "rules[1].to[0]: на портале нет стадии X у deal"
    assert words.said(finding.remedy) == "есть: NEW"
    speak("en")
    assert words.said(finding.remedy) == "known: NEW"
    assert words.said("a portal's own words") == "a portal's own words"
    outer = joined([portal.CANNOT_CHECK.both(why=inner), "X"], by="; ")
    assert (outer.ru, outer.en) == ("не проверить: есть: NEW; X", "cannot be checked: known: NEW; X")

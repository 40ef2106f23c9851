"""CRM text in tables: no spreadsheet, Russian or English, takes a cell or a part of one for a formula."""

from __future__ import annotations

import csv
import io
import itertools
import re

import pytest

from b24sync.cli.cells import defused

STARTS = ["=", "+", "-", "@", "＝", "＠", " =", '"=', "\t=", "'=", "\u200b=", "\x00=", "\ufeff="]
BEFORE = ["", "Анна;", "Анна\t", "Анна\n", "Анна\r\n", "Анна,", "Анна; ", 'Анна";"', "x\u2028", "x\x0b"]
TAILS = ["1+1", 'HYPERLINK("http://evil.example";"x")', "cmd|' /C calc'!A0", "SUM(A1)"]
ATTACKS = ["".join(parts) for parts in itertools.product(BEFORE, STARTS, TAILS)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula_however_the_line_is_split(delimiter: str) -> None:
    assert len(ATTACKS) == 520
    for attack in ATTACKS:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow([7, defused(attack), "end"])
        line = out.getvalue()
        assert line.count("\n") == 1, attack
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b\ufeff]", line), attack
        for other in ",;\t":
            for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
                for row in csv.reader([line], delimiter=other, quoting=quoting):
                    for cell in row:
                        assert not re.match(r"[\s\"]*[=+\-@＝＋－＠]", cell), (attack, cell)


@pytest.mark.parametrize(
    "value", ["-5", "-5.25", "100", "0", "", "Анна Иванова", "ООО «Ромашка»", "a=b", "a - b"]
)
def test_numbers_and_plain_texts_stay_as_they_are(value: str) -> None:
    assert defused(value) == value

"""Crafted files: each is a usage error (2) with its place, within a bounded memory, and nothing is kept."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.cli import LONG, Office, Ran, no_traceback
from tests.support.together import together

MEMORY = 600_000_000
NAME = "hostile"
"""Of every file: a word that is in no other path, so that who says it means the file."""
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE calendar [{}]><calendar year="2027">&x;</calendar>'
LAUGHS = '<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghix", strict=True)
)
DEEP = "[" * 200_000
CALENDARS: dict[str, bytes] = {
    "nothing": b"",
    "a NUL": b"\0",
    "billion laughs": DOCTYPE.format(LAUGHS).encode(),
    "an external entity": DOCTYPE.format('<!ENTITY x SYSTEM "file:///etc/passwd">').encode(),
    "an external entity over HTTP": DOCTYPE.format('<!ENTITY x SYSTEM "http://127.0.0.1:9/">').encode(),
    "a parameter entity": DOCTYPE.format('<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;').encode(),
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-calendar year=+ACI-2027+ACI-/+AD4-',
    "UTF-7 doctype": b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE x+AD4-',
    "an unknown encoding": b'<?xml version="1.0" encoding="rot13"?><calendar year="2027"/>',
    "a codec that is none of text": b'<?xml version="1.0" encoding="base64"?><calendar year="2027"/>',
    "an encoding of several bytes": b'<?xml version="1.0" encoding="shift_jis"?><calendar year="2027"/>',
    "UTF-16 doctype": DOCTYPE.format('<!ENTITY x "y">').encode("utf-16"),
    "UTF-16 cut": b"\xff\xfe<",
    "deep XML": b"<calendar>" * 90_000,
    "XML of another year": b'<calendar year="99999"/>',
    "digits of another script": '<calendar year="٢٠٢٧"><day d="٠١.٠١" t="1"/></calendar>'.encode(),
    "deep JSON": DEEP.encode(),
    "deep object": b'{"a":' * 100_000,
    "a huge number": b'{"year": ' + b"9" * 5_000 + b', "months": []}',
    "a float year": b'{"year": 2027.5, "months": []}',
    "months of other types": b'{"year": 2027, "months": {"a": 1}, "transitions": 7, "statistic": []}',
    "months of lists": json.dumps({"year": 2027, "months": [[1], None, 5] * 4}).encode(),
    "a month of objects": json.dumps(
        {"year": 2027, "months": [{"month": {}, "days": [1]} for _ in range(12)]}
    ).encode(),
    "dayoff of other types": b'{"year": 2027, "dayoff": {"0101": []}, "workday": 5, "countrycode": {"a": 1}}',
    "a lone surrogate": b'{"year": 2027, "dayoff": ["\\ud800"], "countrycode": "\\udfff"}',
    "a surrogate in the normal form": b'{"format":1,"kinds":"\\ud800","names":{"0":"\\udc00"}}',
    "kinds of another type": b'{"kinds": 5}',
    "kinds null": b'{"kinds": null, "format": 1, "status": "published", "country": "RU", "year": 2027}',
    "warnings of another type": b'{"kinds": "", "warnings": 7, "decree_days": 7}',
    "a list": b"[1, 2, 3]",
    "NaN": b'{"year": NaN, "months": NaN}',
    "a huge field": b'2027-01-01;off;"' + b"x" * 900_000,
    "an open quote": b'date;kind\n2027-01-01;"off\n' + b"x" * 200_000,
    "a NUL in CSV": b"2027-01-01;off\0\n",
    "another year a line": "".join(f"{year:04}-01-01;off\n" for year in range(1, 9999)).encode(),
    "data.gov of nothing": "Год/Месяц".encode(),
    "data.gov of a huge field": 'Год/Месяц,Январь\n2027,"'.encode() + b"1," * 400_000,
    "data.gov of other digits": "Год/Месяц\n٢٠٢٧,1\n".encode(),
    "cp1251 of nonsense": bytes(range(128, 256)) * 100,
    "too large": b" " * 1_000_001,
    "gzip": gzip.compress(b"2027-01-01;off\n"),
}
HEAD = {"b24sync": "history", "format": 1, "schema": 1, "tables": {}}


def _bomb(content: bytes) -> bytes:
    """A list that is begun, and thirty times the content behind it; packed in parts, which is sooner done."""
    return gzip.compress(b"[") + gzip.compress(content, 1) * 30


def _lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


HISTORIES: dict[str, bytes] = {
    "nothing": b"",
    "a NUL": b"\0",
    "no JSON": b"{",
    "a list": b"[]\n",
    "deep": DEEP.encode(),
    "a huge number": b"9" * 5_000 + b"\n",
    "a corrupt gzip": gzip.compress(_lines(HEAD) * 100)[:-30] + b"\xff" * 30,
    "a cut gzip": gzip.compress(_lines(HEAD) * 100)[:40],
    "a gzip of a wrong kind": b"\x1f\x8b\x63\x00" + b"\0" * 100,
    "a gzip of garbage": b"\x1f\x8b\x08\x00" + b"\xff" * 200,
    "tables of a wrong type": _lines({**HEAD, "tables": {"entities": 5}}),
    "columns of a wrong type": _lines({**HEAD, "tables": {"entities": [{}]}}),
    "columns null": _lines({**HEAD, "tables": {"entities": [None]}}),
    "columns that are SQL": _lines(
        {**HEAD, "tables": {"entities": ["id) VALUES (1); DROP TABLE events; --"]}}
    ),
    "a table that is SQL": _lines({**HEAD, "tables": {"sqlite_master": ["sql"]}}),
    "a schema of a wrong type": _lines({**HEAD, "schema": True}, {"end": 0}),
    "a negative schema": _lines({**HEAD, "schema": -1}, {"end": 1}),
    "sequences of wrong types": _lines({**HEAD, "sequences": {"events": 2**70}, "tables": {}}, {"end": 0}),
    "lone surrogates": _lines({**HEAD, "tables": {"meta": ["name", "value"]}}, ["meta", "\ud800", "\udfff"]),
    "a row of another shape": _lines({**HEAD, "tables": {"meta": ["name", "value"]}}, ["meta", [1], {}]),
    "a row with too much": _lines({**HEAD, "tables": {"meta": ["name", "value"]}}, ["meta", 1, 2, 3]),
    "numbers beyond SQLite": _lines({**HEAD, "tables": {"meta": ["name", "value"]}}, ["meta", "a", 2**80]),
    "an end of another kind": _lines(HEAD, {"end": "x"}),
    "something behind the end": _lines(HEAD, {"end": 0}, {"end": 0}),
    "no UTF-8": _lines(HEAD) + b'["meta", "\xff\xfe"]\n',
}
REPLAYED = {
    "a NUL",
    "deep",
    "a cut gzip",
    "a gzip of garbage",
    "columns that are SQL",
    "a schema of a wrong type",
    "a row of another shape",
    "numbers beyond SQLite",
    "an end of another kind",
    "no UTF-8",
}
BOMBS: dict[str, Callable[[], bytes]] = {
    "a gzip bomb in one line": lambda: _bomb(b" " * 10_000_000),
    "a gzip bomb of lists in one line": lambda: _bomb(b"[]," * 2_000_000),
    "a gzip bomb of numbers in one line": lambda: _bomb(b"0," * 5_000_000),
}
"""Histories that take long to make; the last one also takes long to be read, as far as it is."""


def _refused(office: Office, commands: dict[str, list[str]], configs: Sequence[Path] = ()) -> None:
    """Assert that each command, by the name of its case, is refused, and names the crafted file."""
    ended = together(office, *commands.values(), configs=configs, memory=MEMORY)
    for what, ran in zip(commands, ended, strict=True):
        _is_refused(ran, what)


def _is_refused(ran: Ran, what: str) -> None:
    no_traceback(ran)
    assert ran.code == 2, (what, ran.code, ran.err[:600])
    assert NAME in ran.err, (what, ran.err[:600])
    assert len(ran.err) < 30_000, (what, len(ran.err))
    ran.err.encode("utf-8")


def _write(office: Office, contents: dict[str, bytes]) -> dict[str, str]:
    """Crafted files, each in a folder of its own: the paths by the names of the cases."""
    paths = {what: _place(office, number) for number, what in enumerate(contents)}
    for what, content in contents.items():
        paths[what].write_bytes(content)
    return {what: str(path) for what, path in paths.items()}


def _place(office: Office, number: int) -> Path:
    folder = office.folder / f"case-{number}"
    folder.mkdir()
    return folder / NAME


def test_a_crafted_calendar_is_refused_with_its_place(office: Office) -> None:
    files = _write(office, CALENDARS)
    _refused(office, {what: ["calendar", "import", path] for what, path in files.items()})
    assert office.query("SELECT count(*) FROM calendars") == [(0,)]


def test_a_crafted_calendar_of_the_configuration_is_refused_as_well(office: Office) -> None:
    whats = ("UTF-7", "billion laughs", "deep JSON", "a huge field", "kinds null", "too large")
    files = _write(office, {what: CALENDARS[what] for what in whats})
    configs = [_config(office, sections=f'[calendar]\nfile = ["{path}"]\n') for path in files.values()]
    _refused(office, {what: ["calendar", "show", "2027"] for what in whats}, configs)


def _config(office: Office, **parts: str) -> Path:
    """One more configuration of the office, beside the others."""
    written = office.write(**parts)
    return written.rename(written.with_name(f"{len([*office.folder.glob('*.toml')])}.toml"))


def test_a_crafted_history_is_refused_with_its_place_and_nothing_is_kept(office: Office) -> None:
    """Whether it is to be imported or replayed, which is read by the same lines: so of a kind once."""
    files = _write(office, HISTORIES)
    _refused(office, {what: ["snapshot", "import", path] for what, path in files.items()})
    assert not office.database.exists()
    replayed = {what: path for what, path in files.items() if LONG or what in REPLAYED}
    assert len(replayed) >= len(REPLAYED)
    _refused(office, {what: ["replay", "--from", path] for what, path in replayed.items()})


def test_a_history_that_unpacks_without_an_end_is_read_in_a_bounded_memory(office: Office) -> None:
    """The costly kind by one of the commands, which are both seen to read in that way by the other one."""
    file = office.folder / NAME
    for what, content in BOMBS.items():
        if "numbers" in what and not LONG:
            continue
        file.write_bytes(content())
        for command in (["snapshot", "import"], ["replay", "--from"])[
            : 1 if "lists" in what and not LONG else 2
        ]:
            _is_refused(office.run(*command, str(file), memory=MEMORY, timeout=50), what)
            assert not office.database.exists()


ENDLESS: dict[str, Callable[[Path], object]] = {
    "/dev/zero": lambda file: file.symlink_to("/dev/zero"),
    "a pipe that nobody writes": os.mkfifo,
    "a folder": lambda file: file.mkdir(),
    "a link to itself": lambda file: file.symlink_to(file),
    "nothing": lambda _file: None,
    "a huge sparse file": lambda file: (file.touch(), os.truncate(file, 2**40)),
}


def test_what_is_no_file_is_refused_at_once(office: Office) -> None:
    paths = {what: _place(office, number) for number, what in enumerate(ENDLESS)}
    for what, path in paths.items():
        ENDLESS[what](path)
    commands = ("snapshot import", "replay --from", "test", "calendar import")
    _refused(
        office,
        {
            f"{command}: {what}": [*command.split(), str(path)]
            for command in commands
            for what, path in paths.items()
        },
    )


def test_what_is_no_file_is_refused_where_the_configuration_names_it(office: Office) -> None:
    mail = '[mail]\ntransport = "file"\nfrom = "a@b.example"\n'
    letter = '[[rules]]\nname = "r"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\n'
    plain = {"rules": "", "sections": "", "portal_lines": office.portal_lines}
    commands, configs = dict[str, list[str]](), list[Path]()
    for number, what in enumerate(ENDLESS):
        ENDLESS[what](_place(office, number))
        crafted = f"case-{number}/{NAME}"
        settings = {
            "calendar": {"sections": f'[calendar]\nfile = ["{crafted}"]\n'},
            "ca_file": {"portal_lines": f'ca_file = "{crafted}"\n'},
            "body_file": {"rules": f'{letter}body_file = "{crafted}"\n', "sections": mail},
        }
        for setting, parts in settings.items():
            if (setting, what) == ("ca_file", "a huge sparse file"):  # only named here, and read by OpenSSL
                continue
            configs.append(_config(office, **{**plain, **parts}))
            words = ["calendar", "show", "2027"] if setting == "calendar" else ["poll"]
            commands[f"{setting}: {what}"] = words
    _refused(office, commands, configs)

"""The portal, or whoever writes into it, hands the webhook's secret back, under any key, in any spelling."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from b24sync import secrecy
from b24sync.sandbox import SandboxSettings
from b24sync.sandbox.schema import INVOICE
from tests.support.firm import Firm, opened

SECRET = "Zq9Xw7Vu5Tt3Ss1R"
LINK = "https://romashka.bitrix24.ru/rest/1/{}/crm.controller.item.getFile/?token=abc&id=5"


def percent(text: str, *, lower: bool = False, times: int = 1) -> str:
    """Every character in percent-encoding, also those that need none."""
    for _ in range(times):
        text = "".join(f"%{byte:02x}" if lower else f"%{byte:02X}" for byte in text.encode())
    return text


SPELLINGS = {
    "as it is": SECRET,
    "in lower case": SECRET.lower(),
    "in upper case": SECRET.upper(),
    "percent": percent(SECRET),
    "percent in lower case": percent(SECRET, lower=True),
    "percent twice": percent(SECRET, times=2),
    "one percent": f"%{ord(SECRET[0]):02x}{SECRET[1:]}",
    "JSON escapes": "".join(f"\\u{ord(char):04x}" for char in SECRET),
    "JSON escapes twice": "".join(f"\\\\u{ord(char):04X}" for char in SECRET),
    "HTML numbers": "".join(f"&#{ord(char)};" for char in SECRET),
    "HTML numbers in hexadecimal": "".join(f"&#x{ord(char):X};" for char in SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 behind one": base64.b64encode(b"/" + SECRET.encode() + b"/x").decode(),
    "base64 behind two": base64.urlsafe_b64encode(b"1/" + SECRET.encode()).decode(),
    "base64 of the link": base64.b64encode(LINK.format(SECRET).encode()).decode(),
    "hexadecimal": SECRET.encode().hex(),
    "a NUL inside": f"{SECRET[:7]}\0{SECRET[7:]}",
    "an escape inside": f"{SECRET[:7]}\x1b{SECRET[7:]}",
    "a zero-width space inside": f"{SECRET[:7]}\u200b{SECRET[7:]}",
    "a direction mark inside": f"{SECRET[:3]}\u202e{SECRET[3:]}",
    "a soft hyphen inside": f"{SECRET[:9]}\xad{SECRET[9:]}",
    "a byte order mark inside": "\ufeff".join(SECRET),
}
SHAPES = {
    "alone": "{}",
    "a path": "/rest/1/{}/profile.json",
    "a link": LINK,
    "a link as JSON has it": LINK.replace("/", "\\/"),
    "a quoted link": quote(LINK, safe="{}"),
    "in a sentence": "мой вебхук: https://romashka.bitrix24.ru/rest/1/{}/ , берегите",
}
KEYS = ("downloadUrlMachine", "showUrl", "detailUrl", "ufCrmLink", "anything", "Ссылка")
RULES = """
[[rules]]
name = "mail"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
subject = "{{ invoice.title }}"
body = "{% for name in names %}{{ name }}: {{ invoice.fields[name] }} {% endfor %}"
[[rules]]
name = "tell"
on = "invoice.sent"
[[rules.steps]]
use = "notify"
to = ["user:7"]
text = "{% for name in names %}{{ name }}: {{ invoice.fields[name] }} {% endfor %}"
[[rules.steps]]
use = "create_task"
title = "{{ invoice.title }}"
description = "{% for name in names %}{{ invoice.fields[name] }} {% endfor %}"
responsible = "user:7"
"""


def planted() -> dict[str, Any]:
    """Fields that no schema knows, each with the secret in another spelling, shape, and depth."""
    fields: dict[str, Any] = {}
    for number, (shape, spelling) in enumerate(
        (shape, spelling) for shape in SHAPES.values() for spelling in SPELLINGS.values()
    ):
        value: Any = shape.replace("{}", spelling)
        if number % 3 == 1:
            value = {"id": number, KEYS[number % len(KEYS)]: value}
        elif number % 3 == 2:
            value = [[value, number], {value: 1}]
        fields[f"{KEYS[number % len(KEYS)]}{number}"] = value
    return fields


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    names = ", ".join(f"'{name}'" for name in planted())
    rules = RULES.replace("names %}", f"[{names}] %}}")
    with opened(tmp_path / "firm", settings=SandboxSettings(secret=SECRET), rules=rules) as firm:
        firm.write(sections=firm.mail_section())
        firm.poll()
        yield firm


def plant(firm: Firm, fields: dict[str, Any]) -> None:
    """Let the portal show more fields of every invoice than its schema has."""
    original = firm.portal.run_command

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            more = fields if value.get("entityTypeId") == INVOICE and "stageId" in value else {}
            return {**{name: shown(one) for name, one in value.items()}, **more}
        return [shown(one) for one in value] if isinstance(value, list) else value

    def run_command(method: str, params: Any, watch: Any = None) -> Any:
        from dataclasses import replace

        answer, block = original(method, params, watch)
        return replace(answer, result=shown(answer.result)), block

    firm.portal.run_command = run_command  # type: ignore[method-assign]


def folded(text: str) -> str:
    """Text with every spelling undone that a reader, a browser or a decoder would undo."""
    import html
    import re
    from urllib.parse import unquote

    for _ in range(4):
        text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        text = html.unescape(unquote(text))
    return re.sub(secrecy._UNSEEN, "", text).lower()


def assert_clean(where: str, text: str) -> None:
    plain = folded(text)
    bare = plain.replace("\\", "")
    for secret in (SECRET.lower(), SECRET.encode().hex()):
        place = bare.find(secret)
        assert place < 0, (where, bare[max(0, place - 80) : place + 60])
    for before in range(3):
        core = base64.b64encode(b"x" * before + SECRET.encode()).decode().rstrip("=")[4:-2]
        assert core not in text, (where, core)


def everything_out(firm: Firm, invoice: int) -> Iterator[tuple[str, str]]:
    """All that left the program, and all that it keeps."""
    for args in (
        ["events", "--json"],
        ["actions", "--json"],
        ["actions"],
        ["explain", f"invoice:{invoice}"],
        ["explain", f"invoice:{invoice}", "--json"],
        ["replay", "--json"],
        ["status", "--json"],
    ):
        yield " ".join(args), firm.run(*args).said
    firm.run("snapshot", "export", str(firm.folder / "export.jsonl"))
    yield "export", (firm.folder / "export.jsonl").read_bytes().decode("utf-8", "replace")
    for mail in firm.mailed():
        yield (
            "mail",
            str(mail.message["Subject"])
            + "".join(
                part.get_content() for part in mail.message.walk() if part.get_content_maintype() == "text"
            ),
        )
    yield from (("notice", text) for text in firm.told(7))
    for task in firm.portal.tasks:
        yield "task", f"{task.get('TITLE')} {task.get('DESCRIPTION')}"
    for table in ("entities", "revisions", "events", "actions", "cache", "meta"):
        yield from ((table, str(row)) for row in firm.query(f"SELECT * FROM {table}"))


def test_the_webhook_in_any_field_and_spelling_is_mailed_told_shown_and_kept_nowhere(firm: Firm) -> None:
    invoice = firm.invoice()
    plant(firm, planted())
    firm.portal.update_item(INVOICE, invoice, title=f"see {LINK.format(SECRET)}")
    firm.send(invoice)
    firm.later()
    firm.poll("--reconcile")
    firm.later()
    firm.poll()
    assert len(firm.mailed()) == 1
    assert firm.told(7)
    assert firm.states().keys() == {"done"}, firm.actions()
    out = list(everything_out(firm, invoice))
    assert len(out) > 20
    assert any("rest/1/***" in text for _, text in out), "nothing was planted"
    for where, text in out:
        assert_clean(where, text)


def test_a_text_with_the_secret_is_scrubbed_and_its_neighbours_stay() -> None:
    secrecy.know(SECRET, of_portal=True)
    for case in product(SPELLINGS, SHAPES):
        spelling, shape = case
        text = f"до {SHAPES[shape].replace('{}', SPELLINGS[spelling])} после"
        clean = secrecy.scrub(text)
        assert_clean(f"{case}", clean)
        assert clean.startswith("до "), case
        assert clean.endswith(" после"), case
        assert secrecy.scrub(clean) == clean, case
        as_json = secrecy.scrub_json(json.dumps({"a": [text], text: 1}))
        assert_clean(f"{case} as JSON", as_json)
        assert len(json.loads(as_json)) == 2, case


def test_texts_that_only_look_like_a_secret_stay_as_they_are() -> None:
    secrecy.know(SECRET, of_portal=True)
    for text in (
        "скидка 5% и ещё 10%20 &#8470; \\u041f",
        SECRET[:-1],
        "https://romashka.bitrix24.ru/rest/1/",
        "100%",
        "a\u200bb\xad",
        "%D0%9F%5A",
    ):
        assert secrecy.scrub(text) == text
        assert secrecy.scrub_json(json.dumps(text)) == json.dumps(text)


def test_a_password_that_is_a_word_or_a_number_spoils_no_address_and_no_amount() -> None:
    for password in ("romashka", "120000", "2026-03"):
        secrecy.know(password)
    assert (
        secrecy.scrub("anna@romashka.example 120000 2026-03-02") == "anna@romashka.example 120000 2026-03-02"
    )

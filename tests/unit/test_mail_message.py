"""Messages as another program reads them."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from b24sync.domain.addresses import Address
from b24sync.errors import MailPermanentError
from b24sync.mail.headers import clean
from b24sync.mail.message import build, envelope, file_name, to_bytes
from b24sync.ports import Attachment
from tests.support.mail import NOON, outgoing

FROM = "Счета, ООО «Ромашка» <billing@example.ru>"


def written(one, **options):
    return to_bytes(build(one, **({"from_": FROM, "date": NOON} | options)))


def read(one, **options):
    return message_from_bytes(written(one, **options), policy=default)


def body(message, kind="plain"):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def test_a_reader_sees_every_header_as_it_was_meant():
    message = read(
        outgoing(cc=("Пётр <petr@client.ru>",), bcc=("boss@example.ru",)),
        reply_to="Ответы <answers@example.ru>",
    )
    assert message["Message-ID"] == "<b24sync.17@example.ru>"
    assert message["Subject"] == "Счёт № 512"
    assert message["From"].addresses[0].display_name == "Счета, ООО «Ромашка»"
    assert message["From"].addresses[0].addr_spec == "billing@example.ru"
    assert str(message["To"]) == "anna@client.ru"
    assert message["Cc"].addresses[0].display_name == "Пётр"
    assert message["Reply-To"].addresses[0].addr_spec == "answers@example.ru"
    assert message["Date"].datetime == NOON
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "ru"


def test_bcc_is_in_the_envelope_only():
    one = outgoing(cc=("cc@client.ru",), bcc=("secret@example.ru",))
    assert b"secret@" not in written(one)
    assert [address.spec for address in envelope(one).copies] == ["cc@client.ru", "secret@example.ru"]


def test_text_and_html_are_alternatives_of_one_another():
    message = read(outgoing(text="Текст. «Да»\n", html="<p>Разметка</p>"))
    assert message.get_content_type() == "multipart/alternative"
    assert body(message) == "Текст. «Да»\n"
    assert body(message, "html").strip() == "<p>Разметка</p>"


def test_html_alone_gets_a_readable_text_beside_it():
    message = read(outgoing(text="", html="<h1>Счёт</h1><p>К оплате <b>5</b>&nbsp;₽</p>"))
    assert body(message).strip() == "Счёт\n\nК оплате 5 ₽"


def test_text_alone_stays_text():
    assert read(outgoing(html="")).get_content_type() == "text/plain"


def test_attachments_come_out_byte_for_byte_with_their_names():
    files = (
        Attachment("Счёт № 512 «Ромашка».pdf", bytes(range(256)) * 300 + b"\r\n.\r\n\n\r"),
        Attachment('a"b\\c;d.csv', b"x\n.y", "text/csv"),
        Attachment("mail.eml", b"From: x\n\nbody", "message/rfc822"),
        Attachment("odd", b"", "no mime\r\nX-Evil: 1"),
    )
    parts = list(read(outgoing(attachments=files)).iter_attachments())
    assert [part.get_content_type() for part in parts] == [
        "application/pdf",
        "text/csv",
        "application/octet-stream",
        "application/octet-stream",
    ]
    assert [part.get_payload(decode=True) for part in parts] == [file.content for file in files]
    assert [part.get_filename() for part in parts] == [
        "Счёт № 512 «Ромашка».pdf",
        "a_b_c;d.csv",
        "mail.eml",
        "odd",
    ]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\r\nContent-Type: text/html.pdf", "a Content-Type_ text_html.pdf"),
        ("", "file"),
        ("...", "file"),
        ("ж" * 300 + ".pdf", "ж" * 116 + ".pdf"),
    ],
)
def test_a_file_name_cannot_leave_its_folder_or_its_header(name, safe):
    assert file_name(name) == safe


@pytest.mark.parametrize(
    "break_", ["\r\n", "\n", "\r", "\r\n ", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00"]
)
def test_no_value_can_add_a_header_of_its_own(break_):
    evil = f"x{break_}Bcc: thief@evil.ru{break_}{break_}body"
    message = read(
        outgoing(subject=evil, message_id=f"<1@x>{break_}Bcc: thief@evil.ru", lang=evil),
        from_=f'"{evil}" <billing@example.ru>'.replace(break_, " "),
    )
    assert message["Bcc"] is None
    assert message["Subject"] == "x Bcc: thief@evil.ru body"
    assert message["Message-ID"].startswith("<1@x>")


def test_an_encoded_word_from_the_crm_stays_text():
    assert (
        read(outgoing(subject="=?utf-8?q?a=0D=0ABcc:_x@evil.ru?="))["Subject"]
        == "=?utf-8?q?a=0D=0ABcc:_x@evil.ru?="
    )


@given(st.text(max_size=400))
@example("ж \U0001f600" * 60)
@example("Invoice 5 " + "a" * 70 + " ж")
@example("word " * 60)
@example("a" * 300)
@example("=?utf-8?q?x?=")
@example("\ud800 half")
def test_any_subject_is_read_back_and_no_line_is_too_long(subject):
    octets = written(outgoing(subject=subject, html="", text="x"))
    assert message_from_bytes(octets, policy=default)["Subject"] == clean(subject)
    assert max(len(line) for line in octets.split(b"\r\n")) <= 78
    assert octets.isascii()


NAME = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=120)


@given(NAME)
@example(
    'Smith, John Very Long Name Of Company Incorporated Limited, The First, Of Somewhere And "Quoted" (x)'
)
@example("Счета, ООО «Ромашка» и очень длинное название организации для проверки переноса строк, часть два")
@example("a@b.ru")
@example("back\\slash")
def test_any_display_name_leaves_one_sender(name):
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    octets = written(outgoing(html=""), from_=f"{quoted} <billing@example.ru>")
    assert [one.addr_spec for one in message_from_bytes(octets, policy=default)["From"].addresses] == [
        "billing@example.ru"
    ]
    # Python's modern parser keeps the spaces between encoded words of a name (RFC 2047 §6.2 drops them).
    raw = message_from_bytes(octets)["From"].replace("\r\n", "")
    shown, spec = parseaddr(raw)
    assert (str(make_header(decode_header(shown))), spec) == (clean(name), "billing@example.ru")


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=150))
def test_any_file_name_is_read_back(name):
    parts = list(read(outgoing(attachments=(Attachment(name, b"1"),))).iter_attachments())
    assert parts[0].get_filename() == file_name(name)


def test_many_recipients_fold_between_addresses():
    many = tuple(f"Имя, {number} <user{number}@client.ru>" for number in range(30))
    octets = written(outgoing(to=many))
    assert len(message_from_bytes(octets, policy=default)["To"].addresses) == 30
    assert max(len(line) for line in octets.split(b"\r\n")) <= 78


def test_the_same_address_gets_one_copy():
    people = envelope(outgoing(to=("a@b.ru", "A@B.ru"), cc=("a@b.ru", "c@b.ru"), bcc=("c@b.ru",)))
    assert (people.to, people.copies) == ((Address("", "a", "b.ru"),), (Address("", "c", "b.ru"),))


def test_a_redirected_mail_goes_elsewhere_and_shows_for_whom_it_was():
    one = outgoing(to=("Анна <anna@client.ru>",), cc=("cc@client.ru",), bcc=("boss@example.ru",))
    message = read(one, redirect_to="Стенд <stage@example.ru>")
    assert [address.addr_spec for address in message["To"].addresses] == ["stage@example.ru"]
    assert message["Cc"] is None
    assert (
        message["X-B24sync-Original-To"].replace("\r\n", "")
        == "anna@client.ru, cc@client.ru, boss@example.ru"
    )
    first = body(message).split("\n")[0]
    assert first == "[Пробный режим: это письмо для anna@client.ru, cc@client.ru, boss@example.ru]"
    assert "это письмо для anna@client.ru" in body(message, "html")
    people = envelope(one, redirect_to="stage@example.ru")
    assert [address.spec for address in (*people.to, *people.copies)] == ["stage@example.ru"]


def test_the_redirect_notice_is_in_the_language_of_the_mail():
    message = read(outgoing(), redirect_to="stage@example.ru", lang="en")
    assert body(message).startswith("[Trial mode: this mail is for anna@client.ru]")
    assert message["Content-Language"] == "en"


@pytest.mark.parametrize(
    "changes", [{"to": ()}, {"to": ("nobody",)}, {"cc": ("x@",)}, {"bcc": ("x@y@z.ru",)}]
)
def test_a_letter_with_a_bad_recipient_is_refused_for_good(changes):
    with pytest.raises(MailPermanentError):
        build(outgoing(**changes), from_=FROM, date=NOON)


def test_a_bad_sender_names_the_setting():
    with pytest.raises(MailPermanentError, match=r"mail\.from"):
        build(outgoing(), from_="billing", date=NOON)


def test_a_mail_over_the_limit_is_refused_for_good():
    message = build(outgoing(attachments=(Attachment("a.pdf", b"x" * 19_000_000),)), from_=FROM, date=NOON)
    with pytest.raises(MailPermanentError, match="more than 25 MB"):
        to_bytes(message)
    small = build(outgoing(attachments=(Attachment("a.pdf", b"x" * 19_000),)), from_=FROM, date=NOON)
    with pytest.raises(MailPermanentError, match=r"more than 0\.025 MB"):
        to_bytes(small, limit_bytes=25_000)
    assert 25_000 < len(to_bytes(small, limit_bytes=30_000)) <= 30_000


def test_control_characters_never_reach_the_body():
    message = read(outgoing(text="a\x00\x1b[31mb\rc\r\nd\ud800", html="<p>\x07x</p>"))
    assert body(message) == "a[31mb\nc\nd?\n"
    assert "\x07" not in body(message, "html")


def test_lines_end_in_cr_lf_and_nothing_else():
    octets = written(
        outgoing(
            text="a\nb\rc\r\n.\r\nMAIL FROM:<x@y>\n",
            attachments=(Attachment("a.txt", b"\n.\n", "text/plain"),),
        )
    )
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert b"\r" not in octets.replace(b"\r\n", b"")

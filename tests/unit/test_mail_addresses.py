"""Addresses as people type them into a CRM."""

from __future__ import annotations

import pytest

from b24sync.domain.addresses import Address, parse_address
from b24sync.errors import MailPermanentError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("anna@client.ru", Address("", "anna", "client.ru")),
        (" anna@client.ru\u00a0", Address("", "anna", "client.ru")),
        ("\u200banna@client.ru\ufeff", Address("", "anna", "client.ru")),
        ("<anna@client.ru>", Address("", "anna", "client.ru")),
        ("Счета <billing@example.ru>", Address("Счета", "billing", "example.ru")),
        ('"Петров, Иван \\"ИП\\"" <ivan@example.ru>', Address('Петров, Иван "ИП"', "ivan", "example.ru")),
        ("Ромашка, ООО <box@example.ru>", Address("Ромашка, ООО", "box", "example.ru")),
        ('"a@b.ru" <a@b.ru>', Address("a@b.ru", "a", "b.ru")),
        ("o'neil+tag@sub.client.co", Address("", "o'neil+tag", "sub.client.co")),
        ("инфо@почта.рф".replace("инфо", "info"), Address("", "info", "xn--80a1acny.xn--p1ai")),
        ("info@straße.de", Address("", "info", "xn--strae-oqa.de")),
        ("info@STRASSE.de", Address("", "info", "STRASSE.de")),
        ("info@Пример.РФ", Address("", "info", "xn--e1afmkfd.xn--p1ai")),
        ("root@localhost", Address("", "root", "localhost")),
    ],
)
def test_an_address_is_read_in_every_usual_form(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("anna", "no @ and no domain"),
        ("anna@", "has no domain"),
        ("@client.ru", "no name before the @"),
        ("anna@client.ru, boss@client.ru", "several addresses"),
        ("anna@client.ru;boss@client.ru", "several addresses"),
        ("anna@client.ru boss@client.ru", "several addresses"),
        ("a@b.ru, Anna <anna@client.ru>", "several addresses"),
        ("Anna <anna@client.ru>, Boss <boss@client.ru>", "several addresses"),
        ("Anna <anna@client.ru", "malformed"),
        ("anna @client.ru", "space"),
        ("anna@client..ru", "malformed domain"),
        ("anna@-client.ru", "malformed domain"),
        ("anna@client.ru.", "malformed domain"),
        ("anna@cli ent.ru", "space"),
        ("info@ｅxample.ru", "malformed domain"),
        ("info@по\u200dчта.рф", "malformed domain"),
        ("info@☃.рф", "malformed domain"),
        ("info@-почта.рф", "malformed domain"),
        ("a..b@client.ru", "malformed name"),
        (".a@client.ru", "malformed name"),
        ("анна@client.ru", "SMTPUTF8"),
        (f"{'a' * 65}@client.ru", "malformed name"),
        (f"a@{'b' * 64}.ru", "malformed domain"),
        (f"a@{'.'.join(['b' * 60] * 5)}", "malformed domain"),
        (f"{'a' * 60}@{'.'.join(['b' * 48] * 4)}", "254"),
        ("anna@client.ru\r\nBcc: thief@evil.ru", "line break"),
        ("Anna\n <anna@client.ru>", "line break"),
        ("anna@client.ru\n", "line break"),
        ("anna\x00@client.ru", "control character"),
        ("anna@client.ru\u2028x", "line break"),
        ("anna@[127.0.0.1]", "malformed domain"),
        (f"anna@{'ж' * 64}.рф", "malformed domain"),
    ],
)
def test_a_malformed_address_is_refused_for_good_with_words_and_a_remedy(text, words):
    with pytest.raises(MailPermanentError) as caught:
        parse_address(text, where="to")
    assert words in str(caught.value)
    assert str(caught.value).startswith("to: the address ")
    assert caught.value.remedy
    assert str(caught.value).isprintable()

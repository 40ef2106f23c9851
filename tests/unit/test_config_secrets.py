"""Secrets of a configuration: where they come from, and that they are shown nowhere."""

from __future__ import annotations

import pytest

from b24sync.config.load import load
from b24sync.errors import ConfigError
from tests.support.config import ENVIRON, PORTAL, faults, loaded, written

WEBHOOK = "https://example.bitrix24.ru/rest/1/s3cretword/"
BY_VARIABLE = '[portal]\nwebhook = "env:B24SYNC_WEBHOOK"\n'
BY_FILE = '[portal]\nwebhook = "file:secret/webhook"\n'


def test_a_secret_may_be_in_a_variable(tmp_path):
    found = load(written(tmp_path, BY_VARIABLE, mode=0o644), environ=ENVIRON)
    assert found.settings.portal.webhook.reveal() == WEBHOOK


def test_a_variable_that_is_not_set_is_named(tmp_path):
    place = "FILE:2: portal.webhook: the variable B24SYNC_WEBHOOK"
    end = "(set it where b24sync runs, in the crontab say)"
    assert faults(tmp_path, "", portal=BY_VARIABLE, environ={}) == [f"{place} is not set {end}"]
    assert faults(tmp_path, "", portal=BY_VARIABLE, environ={"B24SYNC_WEBHOOK": " "}) == [
        f"{place} is empty {end}"
    ]


def test_a_name_that_no_variable_can_have_is_a_fault(tmp_path):
    portal = '[portal]\nwebhook = "env:https://x/rest/1/s3cretword/"\n'
    assert faults(tmp_path, "", portal=portal) == [
        'FILE:2: portal.webhook: names no variable (write "env:NAME")'
    ]


def test_a_secret_may_be_in_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "webhook").write_text(f"{WEBHOOK}\r\n")
    found = load(written(tmp_path, BY_FILE, mode=0o644), environ={})
    assert found.settings.portal.webhook.reveal() == WEBHOOK


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (fault,) = faults(tmp_path, "", portal=BY_FILE)
    path = tmp_path / "secret" / "webhook"
    assert fault == f"FILE:2: portal.webhook: the file {path} cannot be read: No such file or directory"


def test_an_empty_or_binary_file_is_no_secret(tmp_path):
    (tmp_path / "secret").mkdir()
    path = tmp_path / "secret" / "webhook"
    path.write_bytes(b"\n")
    assert faults(tmp_path, "", portal=BY_FILE) == [
        f"FILE:2: portal.webhook: the file {path} is empty (write the secret into it)"
    ]
    path.write_bytes(b"\xff\xfe")
    (fault,) = faults(tmp_path, "", portal=BY_FILE)
    assert fault.endswith("cannot be read: is no text in UTF-8")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_literal_secret_that_others_can_read_is_refused(tmp_path, mode):
    path = written(tmp_path, PORTAL, mode=mode)
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert tuple(map(str, caught.value.faults)) == (
        f"{path}:2: portal.webhook: is written in a file that others can read (chmod 600 {path}, or write "
        f'"env:NAME" or "file:PATH" here)',
    )
    assert "s3cretword" not in str(caught.value)


def test_a_literal_secret_of_the_owner_alone_is_taken(tmp_path):
    assert load(written(tmp_path, PORTAL, mode=0o400), environ={}).settings.portal.webhook.reveal() == WEBHOOK


def test_a_configuration_without_literal_secrets_may_be_read_by_all(tmp_path):
    text = BY_VARIABLE + '[mail]\nhost = "localhost"\nfrom = "a@b.ru"\nsecurity = "none"\n'
    assert load(written(tmp_path, text, mode=0o644), environ=ENVIRON).settings.mail


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("https://x.ru/rest/1/", "has no secret after the user id"),
        ("https://x.ru/", "has no /rest/ in its path: this is the portal's address, not a webhook"),
        ("x.ru/rest/1/s3cretword/", "is no webhook URL"),
        ("https://x.ru:99999/rest/1/s3cretword/", "is no webhook URL"),
        ("https://u:p@x.ru/rest/1/s3cretword/", "has more than a webhook URL has: no login, ? or #"),
        ("http://x.ru/rest/1/s3cretword/", "would send the secret in the clear"),
        ("http://127.0.0.1.evil.ru/rest/1/s3cretword/", "would send the secret in the clear"),
    ],
)
def test_a_wrong_webhook_is_told_without_showing_it(tmp_path, address, message):
    (fault,) = faults(tmp_path, "", portal=f'[portal]\nwebhook = "{address}"\n')
    assert fault.startswith(f"FILE:2: portal.webhook: {message}")
    assert "s3cretword" not in fault


def test_a_webhook_may_be_pasted_with_a_method_and_without_the_slash(tmp_path):
    for end in ("", "/", "/profile.json", "/profile"):
        found = loaded(
            tmp_path, "", portal=f'[portal]\nwebhook = "https://x.ru/crm/rest/1/s3cretword{end}"\n'
        )
        assert found.settings.portal.webhook.reveal() == "https://x.ru/crm/rest/1/s3cretword/"
        assert found.secrets == ("s3cretword",)


def test_a_secret_of_another_type_is_not_shown(tmp_path):
    assert faults(tmp_path, "", portal="[portal]\nwebhook = 31337\n") == [
        "FILE:2: portal.webhook: is no text (write it in quotes)"
    ]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_loopback_needs_no_encryption(tmp_path, host):
    portal = f'[portal]\nwebhook = "http://{host}/rest/1/s3cretword"\n'
    found = loaded(tmp_path, "", portal=portal)
    assert found.settings.portal.webhook.reveal() == f"http://{host}/rest/1/s3cretword/"


def test_the_secrets_to_be_hidden_are_handed_over(tmp_path):
    text = '[mail]\nhost = "h"\nfrom = "a@b.ru"\nuser = "u"\npassword = "env:SMTP_PASSWORD"\n'
    assert loaded(tmp_path, text).secrets == ("s3cretword", "pa55word")


def test_offline_needs_no_secret(tmp_path):
    text = BY_VARIABLE + '[mail]\nhost = "h"\nfrom = "a@b.ru"\nuser = "u"\npassword = "file:none"\n'
    found = load(written(tmp_path, text), environ={}, offline=True)
    assert not found.settings.portal.webhook
    assert found.secrets == ()

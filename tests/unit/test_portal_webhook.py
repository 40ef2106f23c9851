"""A webhook is read strictly, says why it is none, and never shows its secret."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from b24sync.log import redact
from b24sync.portal.webhook import Webhook

SECRET = "w4ebh00kS3cret"


@pytest.mark.parametrize(
    ("text", "address", "portal", "user"),
    [
        (f"https://b24.example/rest/1/{SECRET}/", f"https://b24.example/rest/1/{SECRET}/m", "b24.example", 1),
        (
            f"  https://B24.example/rest/17/{SECRET} \n",
            f"https://b24.example/rest/17/{SECRET}/m",
            "b24.example",
            17,
        ),
        (
            f"https://b24.example/rest/1/{SECRET}/profile.json",
            f"https://b24.example/rest/1/{SECRET}/m",
            "b24.example",
            1,
        ),
        (
            f"https://b24.example/rest/1/{SECRET}/profile/",
            f"https://b24.example/rest/1/{SECRET}/m",
            "b24.example",
            1,
        ),
        (
            f"https://in.example:8443/crm/rest/1/{SECRET}/",
            f"https://in.example:8443/crm/rest/1/{SECRET}/m",
            "in.example:8443/crm",
            1,
        ),
        (
            f"http://localhost:8080/rest/1/{SECRET}/",
            f"http://localhost:8080/rest/1/{SECRET}/m",
            "localhost:8080",
            1,
        ),
        (f"http://127.0.0.1/rest/1/{SECRET}/", f"http://127.0.0.1/rest/1/{SECRET}/m", "127.0.0.1", 1),
        (f"http://[::1]:81/rest/1/{SECRET}/", f"http://[::1]:81/rest/1/{SECRET}/m", "[::1]:81", 1),
        (
            f"https://b24.example:443/rest/1/{SECRET}/",
            f"https://b24.example/rest/1/{SECRET}/m",
            "b24.example",
            1,
        ),
    ],
)
def test_a_webhook_is_read(text: str, address: str, portal: str, user: int) -> None:
    webhook = Webhook.parse(text)
    assert (webhook.address("m"), webhook.portal, webhook.user_id) == (address, portal, user)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no webhook URL"),
        ("b24.example/rest/1/x/", "is no webhook URL"),
        (f"ftp://b24.example/rest/1/{SECRET}/", "is no webhook URL"),
        (f"https:///rest/1/{SECRET}/", "is no webhook URL"),
        (f"https://b24.example:port/rest/1/{SECRET}/", "is no webhook URL"),
        (f"https://[::1/rest/1/{SECRET}/", "is no webhook URL"),
        (f"http://b24.example/rest/1/{SECRET}/", "in the clear"),
        (f"http://127.0.0.1.evil.example/rest/1/{SECRET}/", "in the clear"),
        ("https://b24.example/", "has no /rest/"),
        ("https://b24.example/rest/1/", "has no secret"),
        ("https://b24.example/rest/1", "has no secret"),
        (f"https://b24.example/rest/me/{SECRET}/", "user's number"),
        (f"https://b24.example/rest/1/{SECRET}/a/b/", "user's number"),
        (f"https://b24.example/rest/1/{SECRET}/?x=1", "no login"),
        (f"https://b24.example/rest/1/{SECRET}/#x", "no login"),
        (f"https://me:pass@b24.example/rest/1/{SECRET}/", "no login"),
    ],
)
def test_what_is_no_webhook_says_why_without_the_secret(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        Webhook.parse(text)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_webhook_hides_its_secret_and_is_not_written_down() -> None:
    webhook = Webhook.parse(f"https://b24.example/rest/1/{SECRET}/")
    assert str(webhook) == "https://b24.example/rest/1/***/"
    assert SECRET not in f"{webhook} {webhook!r} {[webhook]}"
    with pytest.raises(TypeError):
        pickle.dumps(webhook)
    with pytest.raises(TypeError):
        vars(webhook)
    assert redact(f"somebody wrote {SECRET}") == "somebody wrote ***"


def test_webhooks_are_values() -> None:
    one, same = (Webhook.parse(f"https://b24.example/rest/1/{SECRET}{end}") for end in ("", "/"))
    other = Webhook.parse(f"https://b24.example/rest/1/{SECRET}x/")
    assert one == same == copy.copy(one) == copy.deepcopy(one)
    assert hash(one) == hash(same)
    assert one != other
    assert one != "text"

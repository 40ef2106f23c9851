"""Logs are for people or machines, and hold no secret, whatever was logged."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24sync.log import RedactingFilter, format_exception, printable, redact, register_secret, setup

PASSWORD = 'pa"ss/wo rd+ü&<>'
register_secret(PASSWORD)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("POST /rest/1/abc123/crm.item.list", "POST /rest/1/***/crm.item.list"),
        ("https://p.example/rest/12/abc123", "https://p.example/rest/12/***"),
        ("https://p.example/rest/12/abc123/", "https://p.example/rest/12/***/"),
        ("(/rest/api/1/abc123/tasks.task.add)", "(/rest/api/1/***/tasks.task.add)"),
        (
            r'{"u": "https:\/\/p.example\/rest\/1\/abc123\/x?token=q%7Cz"}',
            r'{"u": "https:\/\/p.example\/rest\/1\/***\/x?token=***"}',
        ),
        (
            "u=https%3A%2F%2Fp.example%2Frest%2F1%2Fabc123%2Fx",
            "u=https%3A%2F%2Fp.example%2Frest%2F1%2F***%2Fx",
        ),
        ("/rest/1/abc?x=1&auth=zzz&y=2", "/rest/1/***?x=1&auth=***&y=2"),
        ("download?access_token=zzz&refresh_token=yyy", "download?access_token=***&refresh_token=***"),
        ("/rest/1/abc/ and /rest/2/def/", "/rest/1/***/ and /rest/2/***/"),
        ("the rest/of it, 1/2", "the rest/of it, 1/2"),
        ("<a href='/rest/1/abc'>", "<a href='/rest/1/***'>"),
    ],
)
def test_secrets_are_recognised_by_their_place(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.mark.parametrize(
    "spelling",
    [
        PASSWORD,
        quote(PASSWORD, safe=""),
        quote(PASSWORD),
        quote(PASSWORD, safe="").lower(),
        json.dumps(PASSWORD)[1:-1],
        json.dumps(PASSWORD, ensure_ascii=False)[1:-1],
        "pa&quot;ss/wo rd+ü&amp;&lt;&gt;",
    ],
)
def test_a_registered_secret_is_hidden_in_every_spelling(spelling: str) -> None:
    assert redact(f"login with {spelling}!") == "login with ***!"


def test_a_secret_that_contains_another_is_hidden_whole() -> None:
    register_secret("inner-secret")
    register_secret("outer-inner-secret-outer")
    assert redact("outer-inner-secret-outer inner-secret") == "*** ***"


def test_a_tiny_secret_does_not_blacken_every_text() -> None:
    register_secret("a")
    register_secret("")
    assert redact("a banana") == "a banana"


@given(st.text())
def test_redaction_is_stable(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def entries(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def boom() -> None:
    url = f"https://p.example/rest/1/{'topsecret'}/batch"
    raise RuntimeError(f"cannot open {url} with {PASSWORD}")


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_no_handler_lets_a_secret_through(fmt: str) -> None:
    stream = io.StringIO()
    setup(fmt=fmt, verbose=True, stream=stream)  # type: ignore[arg-type]
    log = logging.getLogger("b24sync.test")
    log.debug(
        "POST %s",
        "/rest/1/topsecret/batch",
        extra={"password": PASSWORD, "urls": [{"u": "/rest/1/topsecret"}]},
    )
    try:
        boom()
    except RuntimeError:
        log.exception("failed", stack_info=True)
    logging.getLogger("urllib3.connectionpool").debug(
        '%s "%s %s"', "http://p:80", "POST", "/rest/1/topsecret/x"
    )
    written = stream.getvalue()
    assert "topsecret" not in written
    assert PASSWORD not in written
    assert "Traceback" in written
    assert "/rest/1/***" in written


def test_json_is_one_object_a_line_with_extra_fields() -> None:
    stream = io.StringIO()
    setup(fmt="json", verbose=False, stream=stream)
    logging.getLogger("b24sync.test").warning(
        "two\nlines \u2028 \x1b[31m", extra={"entity": "invoice:5", "n": 3, "auth": "x"}
    )
    (entry,) = entries(stream)
    assert entry["message"] == "two\nlines \u2028 \x1b[31m"
    assert (entry["level"], entry["logger"], entry["entity"], entry["n"]) == (
        "warning",
        "b24sync.test",
        "invoice:5",
        3,
    )
    assert str(entry["at"]).endswith("+00:00")
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_text_keeps_control_characters_from_the_terminal() -> None:
    stream = io.StringIO()
    setup(fmt="text", verbose=False, stream=stream)
    logging.getLogger("b24sync.test").warning("name \x1b[31mred\x07 \u202egnp.exe")
    assert stream.getvalue().endswith("WARNING b24sync.test: name [31mred gnp.exe\n")


def test_only_warnings_are_shown_unless_verbose_and_a_second_setup_replaces_the_first() -> None:
    first, second = io.StringIO(), io.StringIO()
    setup(fmt="text", verbose=True, stream=first)
    setup(fmt="text", verbose=False, stream=second)
    log = logging.getLogger("b24sync.test")
    log.info("quiet")
    log.warning("loud")
    assert first.getvalue() == ""
    assert second.getvalue().count("\n") == 1


def test_a_filter_cleans_records_for_handlers_of_others(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("b24sync.test.filtered")
    cleaner = RedactingFilter()
    log.addFilter(cleaner)
    with caplog.at_level(logging.DEBUG):
        log.debug("%s", "/rest/1/topsecret/x")
    log.removeFilter(cleaner)
    assert "topsecret" not in caplog.text


def test_a_traceback_with_causes_is_cleaned() -> None:
    try:
        try:
            boom()
        except RuntimeError as error:
            raise ValueError("outer /rest/9/topsecret/") from error
    except ValueError as error:
        text = format_exception(error)
    assert "topsecret" not in text
    assert "direct cause" in text


def test_printable_keeps_lines_and_tabs() -> None:
    assert printable("a\tb\nc\r\x00\x9b\u2066d") == "a\tb\ncd"

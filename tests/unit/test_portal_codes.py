"""One table says what an error means, by code and status, never by its text."""

from __future__ import annotations

from typing import Any

import pytest

from b24sync.errors import InDoubtError, PermanentError, TransientError, UntriedError
from b24sync.log import register_secret
from b24sync.portal import error_mapping
from b24sync.portal.codes import Recovery, scope_of
from b24sync.portal.http_reply import HttpReply, parse_date, parse_object, parse_seconds
from tests.support.data import data

MEANINGS = {
    "INTERNAL_SERVER_ERROR": Recovery.BROKEN,
    "ERROR_UNEXPECTED_ANSWER": Recovery.BROKEN,
    "QUERY_LIMIT_EXCEEDED": Recovery.BUSY,
    "ERROR_BATCH_METHOD_NOT_ALLOWED": Recovery.REFUSED,
    "ERROR_BATCH_LENGTH_EXCEEDED": Recovery.REFUSED,
    "NO_AUTH_FOUND": Recovery.CREDENTIALS,
    "INVALID_REQUEST": Recovery.REFUSED,
    "OVERLOAD_LIMIT": Recovery.LATER,
    "ACCESS_DENIED": Recovery.CREDENTIALS,
    "INVALID_CREDENTIALS": Recovery.CREDENTIALS,
    "ERROR_MANIFEST_IS_NOT_AVAILABLE": Recovery.REFUSED,
    "insufficient_scope": Recovery.SCOPE,
    "expired_token": Recovery.CREDENTIALS,
    "user_access_error": Recovery.CREDENTIALS,
    "PORTAL_DELETED": Recovery.CREDENTIALS,
    "ERROR_METHOD_NOT_FOUND": Recovery.REFUSED,
    "OPERATION_TIME_LIMIT": Recovery.BLOCKED,
    "WRONG_AUTH_TYPE": Recovery.REFUSED,
}


def fault(status: int, content: Any, *, whole: bool = True) -> error_mapping.Trouble:
    found = error_mapping.fault_of_reply(HttpReply(status=status, content=content), whole=whole)
    assert found is not None
    return found


def test_every_documented_system_error_is_understood() -> None:
    found = {
        code: fault(status, {"error": code, "error_description": text}).recovery
        for status, code, text in data("error_codes.json")["general"]
    }
    assert found == MEANINGS


def test_every_documented_method_error_is_a_refusal() -> None:
    for method, code in data("error_codes.json")["methods"].items():
        found = fault(400, {"error": code, "error_description": "Access denied."}, whole=False)
        assert found.recovery in {Recovery.REFUSED, Recovery.NOT_FOUND}, method
        assert isinstance(error_mapping.error_of(found, "some.method", write=True), PermanentError), method
        assert found.text, method


@pytest.mark.parametrize(
    ("status", "content", "whole", "recovery"),
    [
        (403, {"error": "ACCESS_DENIED"}, True, Recovery.CREDENTIALS),
        (403, {"error": "ACCESS_DENIED"}, False, Recovery.REFUSED),
        (400, {"error": "ACCESS_DENIED"}, True, Recovery.REFUSED),
        (400, {"error": ""}, False, Recovery.REFUSED),
        (400, {"error": 0}, False, Recovery.REFUSED),
        (200, {"error": "0", "error_description": "x"}, False, Recovery.REFUSED),
        (500, {"error": "0"}, False, Recovery.BROKEN),
        (429, {"error": "NEW_LIMIT"}, False, Recovery.BUSY),
        (401, {"error": "NEW_AUTH"}, False, Recovery.CREDENTIALS),
        (404, None, True, Recovery.LATER),
        (407, None, True, Recovery.LATER),
        (408, None, True, Recovery.BROKEN),
        (413, None, True, Recovery.REFUSED),
        (403, {"message": "blocked"}, True, Recovery.CREDENTIALS),
        (302, None, True, Recovery.LATER),
        (200, {"data": 1}, True, Recovery.BROKEN),
        (503, None, True, Recovery.BROKEN),
        (422, {"error": {"code": "BITRIX_REST_V3_EXCEPTION_X", "message": "m"}}, False, Recovery.REFUSED),
    ],
)
def test_unknown_codes_go_by_their_status(
    status: int, content: dict[str, Any] | None, whole: bool, recovery: Recovery
) -> None:
    assert fault(status, content, whole=whole).recovery is recovery


def test_the_text_never_decides() -> None:
    assert (
        fault(400, {"error": "", "error_description": "QUERY_LIMIT_EXCEEDED not found"}).recovery
        is Recovery.REFUSED
    )


def test_classic_methods_say_not_found_by_words_alone() -> None:
    said = {"error": "", "error_description": "Not found"}
    assert fault(400, said, whole=False).recovery is Recovery.NOT_FOUND
    assert error_mapping.trouble_of_command(said).recovery is Recovery.NOT_FOUND
    for words in ("Access denied.", "Owner not found", ""):
        other = {"error": "", "error_description": words}
        assert error_mapping.trouble_of_command(other).recovery is Recovery.REFUSED
    assert fault(400, said, whole=True).recovery is Recovery.REFUSED


def test_a_success_is_no_fault() -> None:
    assert error_mapping.fault_of_reply(HttpReply(status=200, content={"result": False}), whole=False) is None
    assert error_mapping.fault_of_reply(HttpReply(status=200, content={"result": None}), whole=False) is None


def test_an_error_of_rest_3_names_its_fields() -> None:
    error = {
        "code": "BITRIX_REST_V3_X",
        "message": "Error",
        "validation": [{"message": "is missing", "field": "from"}],
    }
    found = fault(400, {"error": error})
    assert (found.code, found.text) == (
        "BITRIX_REST_V3_X",
        "Error; from: is missing [BITRIX_REST_V3_X, HTTP 400]",
    )


@pytest.mark.parametrize("place", ["top", "time"])
@pytest.mark.parametrize("value", [1772442300, "1772442300", 1772442300.0])
def test_the_end_of_a_block_is_found_where_portals_put_it(place: str, value: object) -> None:
    content: dict[str, Any] = {"error": "OPERATION_TIME_LIMIT"}
    content |= {"operating_reset_at": value} if place == "top" else {"time": {"operating_reset_at": value}}
    assert fault(429, content).reset_at == 1772442300.0


def test_what_was_run_and_cannot_be_told_is_doubt_for_a_write_and_passing_for_a_read() -> None:
    found = error_mapping.trouble_of_command({"error": "WRONG_ENCODING"})
    assert type(error_mapping.error_of(found, "m", write=True)) is InDoubtError
    assert type(error_mapping.error_of(found, "m", write=False)) is TransientError


def test_a_block_without_an_end_is_transient() -> None:
    found = error_mapping.trouble_of_command({"error": "OPERATION_TIME_LIMIT"})
    assert type(error_mapping.error_of(found, "m", write=True)) is UntriedError


@pytest.mark.parametrize(
    ("method", "scope"),
    [
        ("crm.item.list", "crm"),
        ("task.item.add", "task"),
        ("tasks.task.add", "task"),
        ("IM.notify", "im"),
        ("server.time", ""),
    ],
)
def test_scopes_are_named_by_method(method: str, scope: str) -> None:
    assert scope_of(method) == scope


@pytest.mark.parametrize(
    ("raw", "content"),
    [
        (b'{"a": 1, "b": 1.5}', {"a": 1, "b": 1.5}),
        (b'\xef\xbb\xbf{"a": []}', {"a": []}),
        (b'{"a": "\\u0441\\ud83d\\ude00"}', {"a": "с😀"}),
        (b'{"a": ["\\ud83d!", {"\\uDE00": "x"}]}', {"a": ["\ufffd!", {"\ufffd": "x"}]}),
        (b'{"a": "\\ud83d\\ude00\\ud83d", "b": [1, null]}', {"a": "😀\ufffd", "b": [1, None]}),
        (b"[" * 100_000, None),
        (b"null", None),
        (b"\xff\xfe", None),
        (b"", None),
    ],
)
def test_a_body_is_a_json_object_or_nothing(raw: bytes, content: dict[str, Any] | None) -> None:
    assert parse_object(raw) == content


def test_headers_are_read_leniently() -> None:
    assert parse_date(None) is parse_date("yesterday") is None
    assert str(parse_date("Mon, 02 Mar 2026 12:00:00 +0300")) == "2026-03-02 09:00:00+00:00"
    assert str(parse_date("Mon, 02 Mar 2026 09:00:00 -0000")) == "2026-03-02 09:00:00+00:00"
    assert (parse_seconds("120"), parse_seconds("soon"), parse_seconds(None)) == (120.0, 0.0, 0.0)


def test_a_secret_that_is_told_later_is_taken_out_of_a_text_that_was_clean_before() -> None:
    error = {"error": "X", "error_description": "there is no pass-w0rd-told-later here"}
    assert "pass-w0rd-told-later" in error_mapping.trouble_of_command(error).text
    register_secret("pass-w0rd-told-later")
    assert error_mapping.trouble_of_command(error).text == "there is no *** here [X]"

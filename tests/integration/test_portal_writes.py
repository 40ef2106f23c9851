"""A write goes out once unless it is certain that nothing was done; the server counts what arrives."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator

import pytest

from b24sync.deadline import Deadline
from b24sync.errors import (
    CredentialsError,
    InDoubtError,
    MethodBlockedError,
    NotFoundError,
    PermanentError,
    PortalAwayError,
    PortalError,
    ScopeError,
    UntriedError,
)
from b24sync.portal import http
from b24sync.portal.client import PortalClient
from b24sync.portal.pacing import MemoryBucket
from b24sync.portal.webhook import Webhook
from b24sync.ports import Call
from tests.support.scripted_portal import (
    SECRET,
    Cut,
    Raw,
    ScriptedPortal,
    batch_reply,
    error,
    free_port,
    reply,
)
from tests.support.stepping_clock import SteppingClock

NOTE = Call(
    "im.notify.system.add", {"USER_ID": 7, "MESSAGE": "paid", "TAG": "b24sync|1|7", "CLIENT_ID": "b24sync"}
)
MOVE = Call("crm.item.update", {"entityTypeId": 31, "id": 5, "fields": {"stageId": "DT31_1:P"}})


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    portal = ScriptedPortal()
    yield portal
    portal.close()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def make(portal: ScriptedPortal, clock: SteppingClock) -> Iterator[Callable[..., PortalClient]]:
    made: list[PortalClient] = []

    def _make(**options: object) -> PortalClient:
        options = {"clock": clock, "bucket": MemoryBucket(None), **options}
        made.append(PortalClient(Webhook.parse(portal.url), **options))  # type: ignore[arg-type]
        return made[-1]

    yield _make
    for client in made:
        client.close()


@pytest.fixture
def client(make: Callable[..., PortalClient]) -> PortalClient:
    return make()


def kinds(answers: list) -> list[type[PortalError] | None]:
    return [type(answer.error) if answer.error else None for answer in answers]


def test_many_writes_share_a_batch_that_does_not_halt(client: PortalClient, portal: ScriptedPortal) -> None:
    answers = client.write([NOTE, MOVE])
    assert kinds(answers) == [None, None]
    assert portal.requests[0].params["halt"] == 0
    assert (
        portal.requests[0].commands["c1"] == "crm.item.update?entityTypeId=31&id=5&fields[stageId]=DT31_1%3AP"
    )
    assert len(portal.requests) == 1


def test_one_write_goes_alone_with_its_types(client: PortalClient, portal: ScriptedPortal) -> None:
    (answer,) = client.write([MOVE])
    assert answer.value() == dict(MOVE.params)
    assert portal.requests[0].method == "crm.item.update"


def test_fifty_one_writes_take_two_requests(client: PortalClient, portal: ScriptedPortal) -> None:
    answers = client.write([NOTE] * 51)
    assert kinds(answers) == [None] * 51
    assert len(portal.requests) == 2


def test_writes_that_a_batch_would_distort_go_alone(client: PortalClient, portal: ScriptedPortal) -> None:
    clear = Call("crm.item.productrow.set", {"ownerId": 5, "ownerType": "SI", "productRows": []})
    trap = Call("tasks.task.add", {"fields": {"TITLE": "costs $result[c0][id] dollars"}})
    answers = client.write([NOTE, clear, trap, MOVE])
    assert kinds(answers) == [None] * 4
    assert answers[1].value()["productRows"] == []
    assert answers[2].value()["fields"]["TITLE"] == "costs $result[c0][id] dollars"
    assert [request.method for request in portal.requests] == [
        "batch",
        "crm.item.productrow.set",
        "tasks.task.add",
    ]


UNCERTAIN = [
    Cut(),
    Raw(200, b'{"result": 12', announce=400),
    Raw(200, b'{"result": {"resu'),
    Raw(200, b"<html>please log in</html>"),
    Raw(502, b"<html>Bad gateway</html>"),
    Raw(503, b"<html>Service unavailable</html>"),
    Raw(504, b""),
    error(500, "INTERNAL_SERVER_ERROR"),
    error(500, "ERROR_UNEXPECTED_ANSWER"),
    error(500, "WRONG_ENCODING"),
    error(500, "0"),
    reply(200, {"time": {}}),
]


@pytest.mark.parametrize("fault", UNCERTAIN)
@pytest.mark.parametrize("calls", [[NOTE], [NOTE, MOVE]], ids=["alone", "batch"])
def test_a_write_without_a_proper_answer_is_in_doubt_and_never_repeated(
    fault: Raw | Cut, calls: list[Call], client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    portal.script(fault)
    answers = client.write(calls)
    assert kinds(answers) == [InDoubtError] * len(calls)
    assert [answer.error.method for answer in answers if answer.error] == [call.method for call in calls]
    assert (len(portal.requests), clock.slept) == (1, [])


def test_a_write_that_is_answered_too_late_is_in_doubt(
    make: Callable[..., PortalClient], portal: ScriptedPortal
) -> None:
    portal.script(Raw(200, b'{"result": 1}', wait_s=1.0))
    (answer,) = make(timeout_s=0.2).write([NOTE])
    assert isinstance(answer.error, InDoubtError)
    assert len(portal.requests) == 1


def test_a_write_whose_answer_stalls_half_way_is_in_doubt(
    make: Callable[..., PortalClient], portal: ScriptedPortal
) -> None:
    portal.script(Raw(200, b'{"result": 1}', stall_s=1.0))
    (answer,) = make(timeout_s=0.2).write([NOTE])
    assert isinstance(answer.error, InDoubtError)
    assert "no answer in time" in str(answer.error)


@pytest.mark.parametrize("first", ["the connection's own limit", "the deadline of the request"])
def test_a_handshake_that_hangs_did_nothing(
    first: str, clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if first == "the deadline of the request":  # as it comes on a busy machine
        monkeypatch.setattr(http, "Deadline", lambda _seconds: Deadline(0.05))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        webhook = Webhook.parse(f"https://127.0.0.1:{mute.getsockname()[1]}/rest/1/{SECRET}/")
        client = PortalClient(webhook, clock=clock, bucket=MemoryBucket(None), budget_s=0, timeout_s=0.2)
        (answer,) = client.write([NOTE])
    assert isinstance(answer.error, UntriedError)
    assert "took too long" in str(answer.error)


NOT_DONE = [error(503, "QUERY_LIMIT_EXCEEDED"), Raw(429, b"slow down")]


@pytest.mark.parametrize("fault", NOT_DONE)
@pytest.mark.parametrize("calls", [[NOTE], [NOTE, MOVE]], ids=["alone", "batch"])
def test_a_write_refused_before_it_was_run_is_repeated(
    fault: Raw, calls: list[Call], client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(fault, fault)
    assert kinds(client.write(calls)) == [None] * len(calls)
    assert len(portal.requests) == 3


def test_a_write_that_stays_refused_has_no_effect_and_may_be_tried_later(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    portal.otherwise = lambda _: error(503, "QUERY_LIMIT_EXCEEDED")
    answers = client.write([NOTE] * 60)
    assert kinds(answers) == [UntriedError] * 60
    assert sum(clock.slept) <= 20
    assert all(len(request.commands) == 50 for request in portal.requests)  # the rest was not even sent


def test_nothing_is_sent_after_a_request_in_doubt(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(Cut())
    answers = client.write([NOTE] * 60)
    assert kinds(answers) == [InDoubtError] * 50 + [UntriedError] * 10
    assert len(portal.requests) == 1


def test_a_portal_that_cannot_be_reached_did_nothing(clock: SteppingClock) -> None:
    webhook = Webhook.parse(f"http://127.0.0.1:{free_port()}/rest/1/{SECRET}/")
    client = PortalClient(webhook, clock=clock, bucket=MemoryBucket(None))
    answers = client.write([NOTE, MOVE])
    assert kinds(answers) == [PortalAwayError, PortalAwayError]
    assert 10 < sum(clock.slept) <= 20


def test_a_name_that_does_not_resolve_did_nothing(clock: SteppingClock) -> None:
    webhook = Webhook.parse(f"https://no-such-portal.invalid/rest/1/{SECRET}/")
    client = PortalClient(webhook, clock=clock, bucket=MemoryBucket(None), budget_s=0)
    (answer,) = client.write([NOTE])
    assert isinstance(answer.error, UntriedError)
    assert "no-such-portal.invalid cannot be reached" in str(answer.error)


@pytest.mark.parametrize(
    ("command_error", "kind"),
    [
        ({"error": "QUERY_LIMIT_EXCEEDED"}, UntriedError),
        ({"error": "OPERATION_TIME_LIMIT"}, MethodBlockedError),
        ({"error": "INTERNAL_SERVER_ERROR"}, InDoubtError),
        ({"error": "ERROR_UNEXPECTED_ANSWER"}, InDoubtError),
        ({"error": "WRONG_ENCODING"}, InDoubtError),
        ({"error": "insufficient_scope"}, ScopeError),
        ({"error": "ACCESS_DENIED"}, PermanentError),
        ({"error": "NOT_FOUND"}, NotFoundError),
        ({"error": "", "error_description": "Email send error"}, PermanentError),
        ({"error": 100}, PermanentError),
    ],
)
def test_each_command_of_a_batch_is_judged_by_itself(
    command_error: dict, kind: type, client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(batch_reply({"c0": 12, "c2": True}, {"c1": command_error}))
    answers = client.write([NOTE, MOVE, NOTE])
    assert kinds(answers) == [None, kind, None]
    assert (answers[0].value(), answers[2].value()) == (12, True)
    assert len(portal.requests) == 1


def test_a_command_with_neither_result_nor_error_is_in_doubt(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(batch_reply({"c0": 12}))
    assert kinds(client.write([NOTE, MOVE])) == [None, InDoubtError]
    assert len(portal.requests) == 1


def test_numeric_command_keys_come_back_as_lists_and_empty_maps_too(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(reply(200, {"result": [], "time": {}}))
    assert kinds(client.write([NOTE, MOVE])) == [InDoubtError, InDoubtError]


def test_a_blocked_method_stops_its_writes_only(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(error(429, "OPERATION_TIME_LIMIT"))
    assert kinds(client.write([NOTE])) == [MethodBlockedError]
    assert kinds(client.write([NOTE, MOVE, MOVE])) == [MethodBlockedError, None, None]
    assert all("notify" not in command for command in portal.requests[1].commands.values())
    assert kinds(client.write([NOTE])) == [MethodBlockedError]
    assert len(portal.requests) == 2


def test_a_refused_write_alone_is_a_refusal_not_a_wrong_webhook(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(
        error(403, "ACCESS_DENIED", "Access denied"), error(403, "insufficient_scope"), error(400, "")
    )
    assert kinds(client.write([MOVE]) + client.write([MOVE]) + client.write([MOVE])) == [
        PermanentError,
        ScopeError,
        PermanentError,
    ]


def test_a_refused_webhook_stops_all_writes_without_effect(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.otherwise = lambda _: error(401, "NO_AUTH_FOUND")
    answers = client.write([NOTE] * 60)
    assert kinds(answers) == [CredentialsError] * 60
    assert len(portal.requests) == 1


def test_a_redirected_write_was_not_done(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(Raw(307, b"", {"Location": "https://elsewhere.example/"}))
    assert kinds(client.write([NOTE])) == [UntriedError]
    assert len(portal.requests) == 1


def test_a_connection_that_was_idle_for_long_is_not_trusted_with_a_write(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    client.write([NOTE])
    clock.step(60)
    client.write([NOTE])
    assert portal.connections == 2


def test_what_is_sent_is_utf8_json(client: PortalClient, portal: ScriptedPortal) -> None:
    client.write([Call("im.notify.system.add", {"MESSAGE": "Счёт № 7 \ud800"})])
    assert json.loads(portal.requests[0].raw)["MESSAGE"] == "Счёт № 7 ?"

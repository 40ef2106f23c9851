"""Asking what is missing and running again, and what is kept of the answers that a condition heard."""

from __future__ import annotations

import json

import pytest

from b24sync.calls import Answer, Call, identity
from b24sync.engine.conditions import _to_keep
from b24sync.errors import NotFoundError, PermanentError, PortalAwayError
from b24sync.ports import Read, Write
from b24sync.rules.loader import Loader, PendingError, read_through, settled

DEAL, CONTACT, GONE, REFUSED = (Call("crm.item.get", {"id": number}) for number in (1, 2, 3, 4))


class Portal:
    """Answers with the id; keeps what it was asked."""

    def __init__(self, **errors: Exception) -> None:
        self.rounds: list[list[int]] = []
        self.errors = errors

    def read(self, calls):
        self.rounds.append([call.params["id"] for call in calls])
        return [Answer(call, call.params["id"], self.errors.get(f"id{call.params['id']}")) for call in calls]


@pytest.mark.parametrize("as_text", [True, False])
def test_independent_branches_are_asked_at_once_and_what_follows_from_them_in_the_next_round(as_text) -> None:
    loader, portal = Loader(as_text=as_text), Portal()

    def first_then(one: Call, other: Call) -> int:
        return loader.answer(one).value() * 10 + loader.answer(other).value()

    branches = [lambda: first_then(DEAL, GONE), lambda: first_then(CONTACT, GONE)]
    assert read_through(portal, loader.effects(lambda: loader.each(branches))) == [13, 23]
    assert portal.rounds == [[1, 2], [3]], "GONE is wanted by both and asked once"
    assert read_through(portal, loader.effects(lambda: loader.answer(DEAL).value())) == 1
    assert len(portal.rounds) == 2, "what is known is not asked again"


def test_an_error_is_an_answer_and_is_not_asked_for_again() -> None:
    away = PortalAwayError("gone for lunch")
    loader, portal = Loader(as_text=True), Portal(id1=away)
    for _ in range(2):
        with pytest.raises(PortalAwayError):
            read_through(portal, loader.effects(lambda: loader.answer(DEAL).value()))
    assert portal.rounds == [[1]]


def test_a_pending_branch_does_not_hide_what_the_others_want() -> None:
    loader = Loader()
    with pytest.raises(PendingError) as pending:
        loader.each([lambda: loader.answer(DEAL), lambda: 5, lambda: loader.answer(CONTACT)])
    assert pending.value.calls == (DEAL, CONTACT)


def test_a_reading_generator_that_lacks_an_answer_is_given_up_with_what_it_lacks() -> None:
    loader = Loader()
    with pytest.raises(PendingError) as pending:
        settled(loader.effects(lambda: loader.answer(DEAL).value()))
    assert pending.value.calls == (DEAL,)
    read_through(Portal(), loader.effects(lambda: loader.answer(DEAL)))
    assert settled(loader.effects(lambda: loader.answer(DEAL).value())) == 1


def test_a_generator_that_wants_to_write_is_refused() -> None:
    def writing():
        yield Write(DEAL)

    with pytest.raises(TypeError, match="write"):
        read_through(Portal(), writing())
    with pytest.raises(TypeError, match="write"):
        settled(writing())


def test_a_generator_hears_its_answers_in_the_order_of_its_calls() -> None:
    def asking():
        answers = yield Read((CONTACT, DEAL))
        return [answer.value() for answer in answers]

    assert read_through(Portal(), asking()) == [2, 1]


def test_what_was_heard_is_known_by_call() -> None:
    loader = Loader(as_text=True)
    read_through(
        Portal(),
        loader.effects(lambda: loader.each([lambda: loader.answer(DEAL), lambda: loader.answer(GONE)])),
    )
    loader.heard.clear()
    loader.answer(GONE)
    assert {name: answer.result for name, answer in loader.heard.items()} == {identity(GONE): 3}


# what is recorded with an event


def test_links_of_files_hold_the_secret_and_are_not_kept() -> None:
    file = {
        "id": 7,
        "url": "/bitrix/x?auth=sesame",
        "urlMachine": "https://host/rest/1/sesame/crm.controller.item.getFile/?x",
    }
    kept = _to_keep(Answer(DEAL, {"item": {"id": 1, "UF_CRM_FILE": file, "UF_CRM_FILES": [file]}}))
    assert kept == {"item": {"id": 1, "UF_CRM_FILE": {"id": 7}, "UF_CRM_FILES": [{"id": 7}]}}
    assert "sesame" not in json.dumps(kept)


def test_what_was_taken_for_missing_is_kept_as_nothing() -> None:
    assert _to_keep(Answer(GONE, error=NotFoundError("gone", code="NOT_FOUND"))) is None
    assert _to_keep(Answer(REFUSED, error=PermanentError("no", code="ACCESS_DENIED"))) is None

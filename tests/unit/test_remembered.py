"""What is kept of the answers that a condition heard."""

from __future__ import annotations

import json

from b24sync.calls import Answer, Call
from b24sync.engine.remembered import Remembered, identity
from b24sync.errors import NotFoundError, PermanentError
from b24sync.ports import Read

DEAL, GONE, REFUSED = (Call("crm.item.get", {"id": number}) for number in (1, 2, 3))


def effects(*calls: Call):
    answers = yield Read(calls)
    return [answer.result for answer in answers]


def remembered(*answers: Answer) -> Remembered:
    return Remembered({identity(answer.call): answer for answer in answers})


def test_links_of_files_hold_the_secret_and_are_not_kept() -> None:
    file = {
        "id": 7,
        "url": "/bitrix/x?auth=sesame",
        "urlMachine": "https://host/rest/1/sesame/crm.controller.item.getFile/?x",
    }
    memory = remembered(Answer(DEAL, {"item": {"id": 1, "UF_CRM_FILE": file, "UF_CRM_FILES": [file]}}))
    heard = memory.run(effects(DEAL))
    assert "sesame" in json.dumps(heard)
    assert memory.used == {
        identity(DEAL): {"item": {"id": 1, "UF_CRM_FILE": {"id": 7}, "UF_CRM_FILES": [{"id": 7}]}}
    }


def test_what_a_talk_took_for_missing_is_kept_as_nothing() -> None:
    missing = Answer(GONE, error=NotFoundError("gone", code="NOT_FOUND"))
    refused = Answer(REFUSED, error=PermanentError("no", code="ACCESS_DENIED"))
    memory = remembered(missing, refused)
    memory.run(effects(GONE, REFUSED))
    assert memory.used == {identity(GONE): None, identity(REFUSED): None}

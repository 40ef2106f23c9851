"""What the portal answers for an id that nothing has: only NOT_FOUND means deleted (portal.md §15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.calls import Call
from b24sync.doctor.finding import Finding, ok, warn
from b24sync.domain.entity import DEAL, TASK
from b24sync.errors import NotFoundError, TransientError
from b24sync.rest import items, people
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.doctor.probing import Look, Scene
    from b24sync.rest.kinds import Kind

NAME = "not_found"
ABSURD = 2_147_483_646


def look(scene: Scene) -> Look:
    """Ask for it in every watched kind, by the classic way for deals, and among the users."""
    kinds = list(scene.app.watched)
    classic = [Call("crm.deal.get", {"id": ABSURD})] if DEAL in scene.app.settings.poll.watch else []
    users = [people.users([ABSURD])] if scene.uses.wants_people() else []
    answers = yield [*(items.get(kind, ABSURD) for kind in kinds), *classic, *users]
    found, told = list[Finding](), list[str]()
    for kind, answer in zip(kinds, answers, strict=False):
        found += _entity(kind, answer)
        told.append(f"{answer.call.method} {kind.name}: {_said(answer)}")
    for answer in answers[len(kinds) :]:
        told.append(f"{answer.call.method}: {_said(answer)}")
    for answer in answers[len(answers) - len(users) :]:
        found += _user(answer)
    return [*found, *([] if found else [ok(NAME, words.ABSENT_TOLD.both(answers="; ".join(told)))])]


def _entity(kind: Kind, answer: Answer) -> list[Finding]:
    if isinstance(answer.error, TransientError):
        raise answer.error
    if isinstance(answer.error, NotFoundError) or (kind.name == TASK and not items.row_of(answer.result)):
        return []
    values = {"kind": kind.name, "method": answer.call.method, "answer": _said(answer)}
    return [warn(f"{NAME}.{kind.name}", words.ABSENT_UNTOLD.both(**values), words.NO_DELETED.both())]


def _user(answer: Answer) -> list[Finding]:
    """Users that were given for an id that nobody has: whoever is looked up would be the first of them."""
    if answer.error is None and people.read_users(answer.result):
        return [warn(f"{NAME}.user", words.USERS_UNFILTERED.both(), words.TELL_VENDOR.both())]
    return []


def _said(answer: Answer) -> str:
    """What a portal answered, in its own words."""
    if answer.error is not None:
        return answer.error.code or '""'
    return "[]" if not answer.result else "…"

"""``b24sync retry``, ``cancel``, ``release``: a person's word on actions."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.cli.asking import confirm
from b24sync.cli.entities import did_you_mean, known_entity
from b24sync.cli.layout import say
from b24sync.cli.session import interactive
from b24sync.cli.times import typed_time
from b24sync.errors import B24SyncError, UsageError
from b24sync.steps.registry import MAIL_STEPS, step_word
from b24sync.words import Message
from b24sync.words import commands as said
from b24sync.words import moving as words
from b24sync.words.operate import NO_RULE
from b24sync.words.vocabulary import STATES, word

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.cli.session import Session
    from b24sync.store.action_rows import Action

_OPERATOR_RULES = ("resend-invoice", "remind")
_SHOWN = 20  # recipients that are named; the others are counted


@dataclass(frozen=True, slots=True)
class Command:
    """One of the three commands.

    Attributes:
        states: What it moves by id (contract.md §4).
        every: What it moves with ``--all``.
        to: The state it moves to.
        done: How its end is told.
    """

    name: str
    states: Sequence[str]
    every: Sequence[str]
    to: str
    done: Message


RETRY = Command("retry", ("failed", "pending", "uncertain"), ("failed", "pending"), "pending", said.MOVED_DUE)
CANCEL = Command(
    "cancel",
    ("failed", "held", "uncertain", "pending"),
    ("failed", "held", "uncertain"),
    "cancelled",
    said.MOVED_CANCELLED,
)
RELEASE = Command("release", ("held",), ("held",), "pending", said.MOVED_RELEASED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which actions, as typed."""

    ids: Sequence[int] = ()
    every: bool = False
    rule: str | None = None
    entity: str | None = None
    since: str | None = None
    yes: bool = False

    def narrowed(self) -> bool:
        """Whether anything but ids and ``--all`` says which."""
        return any(value is not None for value in (self.rule, self.entity, self.since))


def move(session: Session, command: Command, wanted: Wanted) -> int:
    """Show what would be moved, ask, move it."""
    if wanted.ids and wanted.every:
        raise UsageError(words.EITHER())
    if not (wanted.ids or wanted.every or wanted.narrowed()):
        raise UsageError(words.SAY_WHICH())
    with session.app(offline=True) as app:
        app.open_store(create=False)
        fits = _filter(app, wanted)
        chosen = [action for action in _named(app, command, wanted) if fits(action)]
        if not chosen:
            print(words.NOTHING[command.name]())
            return 0
        _ask(app, command, wanted, chosen)
        moved = _move(app, command, wanted, chosen)
        print(command.done(actions=words.ACTIONS(moved)))
        if moved and command.to == "pending" and sys.stdout.isatty():
            print(said.NEXT_POLL())
    return 0


def _named(app: App, command: Command, wanted: Wanted) -> Iterator[Action]:
    """The actions by id, or all that the command is for.

    Raises:
        UsageError: There is no such action, or it is in another state.
    """
    actions = app.store.actions
    for action_id in dict.fromkeys(wanted.ids or actions.ids_in(command.every)):
        action = actions.one(action_id)
        if action is None:
            raise UsageError(said.NO_ACTION(id=action_id), remedy=said.SHOWS_IDS())
        if wanted.ids and action.state not in command.states:
            raise _other_state(action, command)
        yield action


def _other_state(action: Action, command: Command) -> UsageError:
    return UsageError(
        said.OTHER_STATE(id=action.id, state=word(STATES, action.state)),
        remedy=said.TAKES(states=", ".join(word(STATES, one) for one in command.states)),
    )


def _filter(app: App, wanted: Wanted) -> Callable[[Action], bool]:
    """Whether an action is of the rule, entity and time that were named.

    Raises:
        UsageError: One of them is none.
    """
    key = known_entity(app, wanted.entity) if wanted.entity is not None else None
    since = typed_time(wanted.since, now=app.clock.now(), tz=app.tz).timestamp() if wanted.since else 0
    if wanted.rule is not None:
        known = {rule.name for rule in app.settings.rules} | {*_OPERATOR_RULES}
        rules = {*known, *(action.rule for action in _every(app))}
        if wanted.rule not in rules:
            raise UsageError(NO_RULE(name=wanted.rule), remedy=did_you_mean(wanted.rule, known))
    return lambda action: (
        (key is None or (action.kind, action.entity_id) == (key.kind, key.id))
        and wanted.rule in {None, action.rule}
        and action.planned_at >= since
    )


def _every(app: App) -> Iterator[Action]:
    """The actions that wait for a person or their time; a rule's name may be gone from the configuration."""
    for action_id in app.store.actions.ids_in(("failed", "held", "uncertain", "pending")):
        action = app.store.actions.one(action_id)
        if action is not None:
            yield action


def _ask(app: App, command: Command, wanted: Wanted, chosen: Sequence[Action]) -> None:
    """Show counts and recipients and ask; by ids, or without mails, a script needs no ``--yes``."""
    mails = any(action.step in MAIL_STEPS for action in chosen)
    if not interactive() and (wanted.ids or not mails) and not wanted.yes:
        return
    say(list(_overview(app, chosen, ask_portal=interactive() and not wanted.yes)))
    count = words.ACTIONS(len(chosen))
    confirm(words.ASK[command.name](), declined=words.DECLINED[command.name](count=count), yes=wanted.yes)


def _overview(app: App, chosen: Sequence[Action], *, ask_portal: bool) -> Iterator[str]:
    yield words.TOUCHED(count=words.ACTIONS(len(chosen)))
    groups = Counter((action.rule, action.step, action.state) for action in chosen)
    for (rule, step, state), count in sorted(groups.items()):
        yield "  " + words.LINE(count=count, rule=rule, step=step_word(step), state=word(STATES, state))
    try:
        names = _recipients(app, chosen, ask_portal=ask_portal)
    except B24SyncError as error:
        yield "  " + words.UNKNOWN_RECIPIENTS(why=error)
        return
    if names:
        shown = ", ".join(names[:_SHOWN])
        more = len(names) - _SHOWN
        told = words.MORE(names=shown, count=more) if more > 0 else shown
        yield "  " + words.RECIPIENTS(names=told)


def _recipients(app: App, chosen: Sequence[Action], *, ask_portal: bool) -> list[str]:
    """Whom the mails go to, as recorded; else as the portal has it now, if it may be asked."""
    found: dict[str, None] = {}
    unknown = []
    for action in chosen:
        told = _addresses(action.result.get("would") or action.result.get("intent") or action.result)
        found.update(dict.fromkeys(told))
        if not told and action.step in MAIL_STEPS:
            unknown.append(action)
    if unknown and ask_portal:
        for would in _rehearsed(app, unknown[:_SHOWN]):
            found.update(dict.fromkeys(_addresses(would)))
    return list(found)


def _rehearsed(app: App, actions: Sequence[Action]) -> list[Mapping[str, Any]]:
    from b24sync.cli.operate import Operator

    operator = Operator.of(app)
    trial = app.workshop().trial(funnels=operator.funnels, now=operator.maker.now, deadline=None)
    return [would for _, would in trial.rehearse(list(actions))]


def _addresses(told: Mapping[str, Any]) -> list[str]:
    """Whom something goes to: addresses of mails, names of users."""
    to, names = told.get("to"), told.get("names") or ()
    listed = [to] if isinstance(to, str | int) else list(to or ())
    named = dict(zip(listed, names, strict=False))
    return [str(named.get(one) or f"user:{one}") if isinstance(one, int) else str(one) for one in listed]


def _move(app: App, command: Command, wanted: Wanted, chosen: Sequence[Action]) -> int:
    """All of those named by their ids or none; of the others those that are still as they were shown."""
    now = int(app.clock.now().timestamp())
    at = now + app.store.figures.clock_offset_s()  # by the portal's clock, as everything that happened
    states = command.states if wanted.ids else command.every
    moved = 0
    with app.store.transaction():
        for action in chosen:
            if app.store.outbox.move(action.id, from_=states, to=command.to, now=now, at=at):
                moved += 1
            elif wanted.ids:
                raise _other_state(app.store.actions.one(action.id) or action, command)
    return moved

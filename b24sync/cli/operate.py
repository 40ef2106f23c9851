"""``b24sync run-rule``, ``resend-invoice``, ``remind``.

One action now, by an operator's word, recorded like any other.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from b24sync.cli import mail_steps
from b24sync.cli.asking import confirm
from b24sync.cli.entities import did_you_mean, key_in, number_in
from b24sync.cli.intentions import told_lines
from b24sync.cli.layout import say
from b24sync.domain.entity import INVOICE, Entity, Key
from b24sync.engine.contexts import OF
from b24sync.engine.dispatch import Dispatcher
from b24sync.engine.plan import marker
from b24sync.engine.planned_step import marks
from b24sync.engine.poll_report import worst
from b24sync.errors import ConfigError, MailPermanentError, PermanentError, TransientError, UsageError
from b24sync.log import printable
from b24sync.ports import Failed, Skipped
from b24sync.rest import feeds, items
from b24sync.rules.loader import Loader, read_through
from b24sync.steps.outcomes import StepError
from b24sync.steps.registry import reason_word
from b24sync.store.action_rows import Action, Planned
from b24sync.store.lock import operator_alive
from b24sync.store.outbox import AS_USUAL, OPERATOR_CLAIM, STEP_MARK
from b24sync.words import commands as said
from b24sync.words import listing
from b24sync.words import operate as words
from b24sync.words.verdicts import verdict
from b24sync.words.vocabulary import STATES, word

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.cli.session import Session
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.engine.contexts import ContextMaker
    from b24sync.engine.funnels import Funnels

EXIT_OF_STATE = {"done": 0, "skipped": 0, "failed": 1, "uncertain": 1, "held": 1, "pending": 69}


def resend_invoice(session: Session, invoice: str, *, to: str | None, rule: str | None, yes: bool) -> int:
    """Mail an invoice again now, as the rule that mails invoices does."""
    options = {"to": to} if to else {}
    return _mail(session, invoice, "resend-invoice", "send_invoice", options, rule=rule, yes=yes)


def remind(session: Session, invoice: str, *, rule: str | None, yes: bool) -> int:
    """Mail a reminder of an invoice now, as the rule that reminds does."""
    return _mail(session, invoice, "remind", "send_reminder", {}, rule=rule, yes=yes)


def _mail(
    session: Session,
    invoice: str,
    command: str,
    step: str,
    options: Mapping[str, Any],
    *,
    rule: str | None,
    yes: bool,
) -> int:
    with session.app() as app:
        if app.settings.mail is None:
            raise ConfigError(str(app.loaded.path), [words.NO_MAIL.both(command=command)])
        chosen = mail_steps.chosen(app.settings, step, rule)
        operator = Operator.of(app)
        entity = operator.find(invoice, INVOICE)
        given = {**options, "event": f"{INVOICE}.operator"}
        if chosen:
            given |= {OF: chosen, STEP_MARK: operator.marks(chosen["rule"])[chosen["position"]]}
        planned = operator.planned(command, step, 0, entity.key, given)
        preview = operator.preview(planned)
        if operator.goes_as_usual(planned, preview.to):
            planned = replace(planned, options={**planned.options, AS_USUAL: True})
        shown = {"to": preview.to, "subject": preview.subject, **operator.would(planned)}
        say([*told_lines(f"{called(entity)}: ", step, shown, app.tz, indent="  ")])
        declined = words.NOT_MAILED(entity=called(entity), to=", ".join(preview.to))
        confirm(words.DO_IT(), declined=declined, yes=yes)
        return operator.run([planned])


def run_rule(session: Session, name: str, entity: str, *, dry_run: bool, yes: bool) -> int:
    """Run one rule on one entity, whatever its event would be."""
    with session.app() as app:
        rule = _rule(app, name)
        operator = Operator.of(app)
        found = operator.find(entity, rule.triggers()[0].kind)
        options = operator.event_options(rule, found)
        reason = operator.why_not(rule, found, options)
        if reason:
            print(printable(words.DOES_NOT_MATCH(rule=rule.name, entity=called(found), why=verdict(reason))))
            return 0
        planned = [
            operator.planned(rule.name, step.name, number, found.key, {**options, STEP_MARK: mark})
            for number, (step, mark) in enumerate(zip(rule.steps, marks(rule.steps), strict=True))
        ]
        for line in operator.intentions(planned):
            print(printable(line))
        if dry_run:
            return 0
        confirm(words.DO_IT(), declined=words.NOT_RUN(rule=rule.name, entity=called(found)), yes=yes)
        return operator.run(planned)


def _rule(app: App, name: str) -> RuleSettings:
    for rule in app.settings.rules:
        if rule.name == name:
            return rule
    names = [rule.name for rule in app.settings.rules]
    raise UsageError(
        words.NO_RULE(name=name),
        remedy=did_you_mean(name, names),
    )


@dataclass(slots=True)
class Operator:
    """An operator at work on one configuration."""

    app: App
    funnels: Funnels
    maker: ContextMaker
    batch: str = field(default_factory=lambda: uuid.uuid4().hex[:16])

    @classmethod
    def of(cls, app: App) -> Operator:
        """At work, with the portal's stages known."""
        from b24sync.engine import funnels as stages

        funnels = app.workshop().funnels()
        missing = stages.missing(funnels, app.watched, {})
        answers, now = app.portal.chain({"time": feeds_time()})
        if answers and missing:
            found = stages.fetch(app.portal, missing)
            with app.store.transaction():
                stages.save(app.store.meta, found, at=int(now.timestamp()))
            funnels = app.workshop().funnels()
        return cls(app, funnels, app.workshop().contexts(funnels, now))

    # which entity

    def find(self, text: str, kind: str) -> Entity:
        """An entity by ``kind:id``, id, or (invoices) ``№NUMBER``, read anew.

        Raises:
            UsageError: There is none.
        """
        number = number_in(text)
        key = self._by_number(number) if number else key_in(self.app, text, kind=kind)
        if key.kind != kind:
            raise UsageError(words.OTHER_KIND(entity=key, kind=kind))
        linker = self.app.workshop().linker(self.funnels, self.maker.now)
        try:
            entity = read_through(self.app.portal, linker.entity(key.kind, key.id))
        except PermanentError as error:
            raise UsageError(error.message, remedy=error.remedy) from None
        if entity is None:
            raise UsageError(words.NOT_AT_PORTAL(entity=key))
        return entity

    def _by_number(self, number: str) -> Key:
        kind = self.app.kinds[INVOICE]
        call = feeds.by_number(kind, number)
        rows = [
            row
            for row in items.page_rows(self.app.portal.read([call])[0].value())
            if items.number_of(row) == number
        ]
        if not rows:
            raise UsageError(words.NOT_NUMBERED(number=number))
        if len(rows) > 1:
            ids = ", ".join(str(items.row_id(row)) for row in rows)
            raise UsageError(listing.SEVERAL_NUMBERED(number=number), remedy=listing.NAME_ONE(which=ids))
        return Key(INVOICE, items.row_id(rows[0]))

    # what would be done

    def event_options(self, rule: RuleSettings, entity: Entity) -> dict[str, Any]:
        """The event that the rule is run with: its first trigger, at the stage where the entity is."""
        stage = entity.values.get("stage_id")
        status = self.funnels.status(entity.key.kind, stage) if stage else None
        return {"event": rule.triggers()[0].event, "moved_to": status, "to_stage": stage}

    def why_not(self, rule: RuleSettings, entity: Entity, options: Mapping[str, Any]) -> str:
        """Why the rule's condition does not hold; empty if it does."""
        if not rule.when:
            return ""
        event = self.maker.event_of(
            self._action(self.planned(rule.name, rule.steps[0].name, 0, entity.key, options))
        )
        loader = Loader()
        judge = self.app.workshop().judge(loader, self.funnels, self.maker.now)
        verdict = read_through(self.app.portal, loader.effects(lambda: judge.holds(rule, event, entity)))
        return verdict.reason

    def marks(self, rule: str) -> list[str]:
        """The marks of a rule's steps; none if there is no such rule."""
        found = next((one for one in self.app.settings.rules if one.name == rule), None)
        return marks(found.steps) if found else []

    def planned(self, rule: str, step: str, position: int, key: Key, options: Mapping[str, Any]) -> Planned:
        """An operator's action, not yet written."""
        name = f"operator/{self.batch}/{rule}/{position}"
        mark = marker(self.app.store.installation(), name)
        return Planned(
            key=name,
            event_id=None,
            rule=rule,
            step=step,
            position=position,
            kind=key.kind,
            entity_id=key.id,
            options=dict(options),
            marker=mark,
        )

    def _action(self, planned: Planned) -> Action:
        return Action(
            id=0,
            key=planned.key,
            event_id=None,
            rule=planned.rule,
            step=planned.step,
            position=planned.position,
            kind=planned.kind,
            entity_id=planned.entity_id,
            state="pending",
            attempts=1,
            next_attempt_at=None,
            error=None,
            result={},
            memory={},
            options=planned.options,
            sending=False,
            claimed_by=None,
            planned_run=0,
            planned_at=int(self.maker.now.timestamp()),
            settled_at=None,
            settled_run=None,
            marker=planned.marker,
        )

    def preview(self, planned: Planned) -> Any:
        """To whom a mail would go and under which subject."""
        action = self._action(planned)
        step: Any = self.maker.step_of(action)
        try:
            found = read_through(self.app.portal, step.preview(self.maker.context(action)))
        except (StepError, MailPermanentError, PermanentError) as error:
            raise UsageError(str(error)) from None
        if isinstance(found, Failed | Skipped):
            reason = "" if isinstance(found, Failed) else reason_word(planned.step, found.reason)
            raise UsageError(found.message if isinstance(found, Failed) else words.NOT_WANTED(why=reason))
        return found

    def goes_as_usual(self, planned: Planned, to: Sequence[str]) -> bool:
        """Whether the address that the operator wrote is the one that the mail goes to anyway."""
        usual = {name: value for name, value in planned.options.items() if name != "to"}
        if len(usual) == len(planned.options):
            return False
        try:
            found = self.preview(replace(planned, options=usual)).to
        except UsageError:  # nobody would get it, which is why an address was written
            return False
        return {one.casefold() for one in found} == {one.casefold() for one in to}

    def would(self, planned: Planned) -> Mapping[str, Any]:
        """What a mail would be like: copies, document; nothing if that cannot be found out now."""
        trial = self.app.workshop().trial(funnels=self.funnels, now=self.maker.now, deadline=None)
        told = trial.rehearse([self._action(planned)])
        known = ("cc", "bcc", "attachment")
        return {name: would[name] for _, would in told for name in known if name in would}

    def intentions(self, planned: Sequence[Planned]) -> Iterator[str]:
        """What each step would do, in words; nothing is done.

        Raises:
            TransientError: The portal cannot be asked now.
        """
        trial = self.app.workshop().trial(funnels=self.funnels, now=self.maker.now, deadline=None)
        told = trial.rehearse([self._action(one) for one in planned])
        if trial.portal_down:
            raise TransientError(trial.portal_down)
        for action, would in told:
            yield from told_lines(f"{action.position + 1}. ", action.step, would, self.app.tz)

    # doing it

    def run(self, planned: Sequence[Planned]) -> int:
        """Write the actions and run them in order, until one does not end well; returns the exit code."""
        app, at = self.app, int(self.maker.now.timestamp())
        if app.settings.safety.dry_run:
            print(words.DRY_RUN())
            planned = [replace(one, state="skipped", result={"reason": "dry_run"}) for one in planned]
        with operator_alive(app.store.path):
            with app.store.transaction():
                runs = app.store.journal.last_runs(1)
                run = runs[0]["id"] if runs else 0
                due_at = int(app.clock.now().timestamp())
                mine = [replace(one, claimed_by=self._name) for one in planned]
                ids = [app.store.outbox.plan(one, run=run, at=at, due_at=due_at) for one in mine]
                for action_id, one in zip(ids, mine, strict=True):
                    if action_id and one.state == "pending" and self._mails(one):
                        standing = self.marks(one.options.get(OF, {}).get("rule", one.rule))
                        app.store.outbox.supersede(action_id, one, standing=standing, run=run, at=at)
            dispatcher = app.workshop().dispatcher(
                funnels=self.funnels, run=run, now=self.maker.now, deadline=None
            )
            dispatcher.claimed_by = self._name
            codes = [0]
            for action_id in ids if not app.settings.safety.dry_run else []:
                code = self._run_one(dispatcher, action_id or 0)
                codes.append(code)
                if code:
                    break
            self._leave_to_poll()
        return worst(*codes)

    def _run_one(self, dispatcher: Dispatcher, action_id: int) -> int:
        action = self.app.store.actions.one(action_id)
        if action is None:
            raise UsageError(said.ACTION_GONE(id=action_id))
        dispatcher.run_alone(action)
        ended = self.app.store.actions.one(action_id) or action
        print(printable(words.ENDED(id=ended.id, state=word(STATES, ended.state)) + _why(ended)))
        return EXIT_OF_STATE.get(ended.state, 1)

    def _leave_to_poll(self) -> None:
        """What could not be done now is due in the next poll."""
        with self.app.store.transaction():
            due_at = int(self.app.clock.now().timestamp())
            self.app.store.outbox.give_back(like=self._name, due_at=due_at)

    def _mails(self, planned: Planned) -> bool:
        step = self.maker.step_of(self._action(planned))
        return step is not None and step.sends == "mail"

    @property
    def _name(self) -> str:
        """What it claims its actions with."""
        return f"{OPERATOR_CLAIM}{self.batch}"


def called(entity: Entity) -> str:
    """How an entity is shown to people: ``№125 (invoice:512)``, or ``deal:17`` where it has no number."""
    number = entity.values.get("number")
    return f"№{number} ({entity.key})" if number else str(entity.key)


def _why(action: Action) -> str:
    told = (
        action.error
        or action.result.get("message")
        or reason_word(action.step, action.result.get("reason") or "")
    )
    if action.state == "pending":
        told = words.GOES_ON(why=told or action.result.get("waits_for") or words.NOT_NOW())
    return f" ({told})" if told else ""


def feeds_time() -> Any:
    """A call that only tells the portal's time."""
    from b24sync.calls import Call

    return Call("server.time")

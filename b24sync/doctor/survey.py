"""Everything that the checks want to know of the portal, asked in as few requests as its depth allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from b24sync.calls import Answer, Call
from b24sync.domain.entity import COMPANY, DEAL, INVOICE, TASK
from b24sync.domain.row_source import RowSource
from b24sync.engine import funnels as stages
from b24sync.engine.capture import skew
from b24sync.engine.funnels import Funnels
from b24sync.errors import PermanentError
from b24sync.rest import catalog, documents, feeds, history, items, lists, people
from b24sync.rest.json_values import id_or_none
from b24sync.rest.kinds import Kind
from b24sync.rest.stages import category_list, read_categories

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.doctor.uses import Uses

MOST_USERS = 50


@dataclass(slots=True)
class Survey:
    """The portal's answers by name, and what follows from several of them.

    Attributes:
        funnels: Stages of all kinds that could be read.
        funnel_names: Kind → funnel id → name.
        skew: How far the date filter is shifted; ``None``: not measured.
        skew_of: The row that it was measured with, as ``invoice:512``; empty: there is none.
        departments: All of them; ``None``: they cannot be read.
        users: Those that the configuration names, by id; ``None``: they cannot be read.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    funnels: Funnels | None = None
    funnel_names: dict[str, dict[int, str]] = field(default_factory=dict)
    skew: timedelta | None = None
    skew_of: str = ""
    departments: dict[int, people.Department] | None = None
    users: dict[int, people.User] | None = None
    now: datetime | None = None
    local: datetime | None = None

    def answer(self, name: str) -> Answer | None:
        """An answer; ``None`` if it was not asked for."""
        return self.answers.get(name)

    def result(self, name: str) -> Any:
        """The result of an answer; ``None`` if it was refused or not asked for."""
        found = self.answers.get(name)
        return None if found is None or found.error is not None else found.result

    def newest_row(self, kind: str) -> dict[str, Any] | None:
        """The row of a kind that changed last."""
        rows = items.page_rows(self.result(f"newest.{kind}"))
        return rows[0] if rows else None


def take(app: App, uses: Uses) -> Survey:
    """Ask.

    Raises:
        TransientError: The portal cannot be reached.
        CredentialsError: It refuses the webhook.
    """
    survey = Survey()
    _ask(app, survey, _first_calls(app, uses))
    survey.now, survey.local = app.portal.portal_time, app.clock.now()
    kinds = _staged(app, uses)
    survey.funnels = Funnels(app.settings.invoice, stages.fetch(app.portal, kinds))
    survey.funnel_names = {kind.name: _names(survey.result(f"categories.{kind.name}")) for kind in kinds}
    _people(app, survey)
    _measure(app, survey)
    return survey


def _ask(app: App, survey: Survey, calls: Mapping[str, Call]) -> None:
    survey.answers.update(zip(calls, app.portal.read(list(calls.values())), strict=True))


def _staged(app: App, uses: Uses) -> list[Kind]:
    names = {kind.name for kind in app.watched} | {use.kind for use in uses.stages}
    return [app.kinds[name] for name in sorted(names) if name in app.kinds and name != TASK]


def _first_calls(app: App, uses: Uses) -> dict[str, Call]:
    calls = {"scope": Call("scope"), "profile": people.profile(), "admin": Call("user.admin")}
    for kind in _staged(app, uses):
        if kind.api == "item":
            calls[f"categories.{kind.name}"] = category_list(kind)
    for kind in app.watched:
        calls[f"newest.{kind.name}"] = feeds.newest(kind)
        if kind.history_type_id is not None:
            calls[f"history.{kind.name}"] = history.newest(kind)
    for name in sorted({*uses.kinds(), *app.settings.kinds, INVOICE, DEAL}):
        if name in app.kinds and name != TASK:
            calls[f"fields.{name}"] = items.fields(app.kinds[name])
    return {**calls, **_source_calls(uses), **_other_calls(app, uses)}


def _source_calls(uses: Uses) -> dict[str, Call]:
    calls = {}
    for text in uses.sources:
        source = RowSource.parse(text)
        if source.entity_type_id is not None:
            calls[f"fields.{text}"] = items.fields(Kind(text, source.entity_type_id, None))
        elif source.list_id is not None:
            iblock_type = source.word if source.word != "list" else lists.LISTS
            calls[f"fields.{text}"] = lists.fields(source.list_id, iblock_type=iblock_type)
    return calls


def _other_calls(app: App, uses: Uses) -> dict[str, Call]:
    calls = {f"section.{number}": catalog.section(number) for number in uses.section_ids}
    if uses.templates:
        calls["templates"] = documents.template_list()
    if app.settings.invoice.my_company:
        calls["my_company"] = items.get(app.kinds[COMPANY], app.settings.invoice.my_company)
    if app.settings.calendar.portal == "add":
        calls["calendar"] = Call("calendar.settings.get")
    if app.settings.mail and app.settings.mail.transport == "portal":
        calls["senders"] = Call("mail.mailbox.senders")
    if uses.heads or uses.departments or uses.headed:
        calls["departments"] = people.departments()
    if uses.users:
        for start in range(0, len(uses.users), MOST_USERS):
            calls[f"users.{start}"] = people.users(sorted(uses.users)[start : start + MOST_USERS])
    return calls


def _names(result: Any) -> dict[int, str]:
    return {category.id: category.name for category in read_categories(result)}


def _people(app: App, survey: Survey) -> None:
    """The other departments, and the users behind ids: those named, and the heads."""
    if (page := survey.result("departments")) is not None:
        rows = people.read_departments(page)
        while rows and len(rows) % people.PAGE == 0:
            answer = app.portal.read([people.departments(start=len(rows))])[0]
            more = people.read_departments(answer.result) if answer.error is None else []
            if not more:
                break
            rows += more
        survey.departments = {one.id: one for one in rows}
    named = [survey.result(name) for name in survey.answers if name.startswith("users.")]
    survey.users = (
        None if None in named else {user.id: user for page in named for user in people.read_users(page)}
    )
    heads = [one.head_id for one in (survey.departments or {}).values() if one.head_id]
    missing = sorted(set(heads) - set(survey.users or {}))
    if survey.users is not None and missing:
        portions = [missing[start : start + MOST_USERS] for start in range(0, len(missing), MOST_USERS)]
        for answer in app.portal.read([people.users(portion) for portion in portions]):
            if answer.error is None:
                survey.users.update({user.id: user for user in people.read_users(answer.result)})


def _measure(app: App, survey: Survey) -> None:
    """How far the date filter is shifted, by the newest row of the first kind that has one."""
    for kind in app.watched:
        row = survey.newest_row(kind.name)
        saved = items.snapshot_times(row)[1] if row else None
        if kind.api != "item" or row is None or saved is None or id_or_none(row.get("id")) is None:
            continue
        entity_id = items.row_id(row)
        survey.skew_of = f"{kind.name}:{entity_id}"
        try:
            survey.skew = _known_skew(app, kind, entity_id, saved)
        except PermanentError:  # this portal does not filter by that field: not measured, as the check says
            survey.skew = None
        return


def _known_skew(app: App, kind: Kind, entity_id: int, saved: datetime) -> timedelta | None:
    zero = skew.checks(kind, entity_id, saved, timedelta(0))
    answers: Sequence[Answer] = app.portal.read(list(zero.values()))
    if skew.holds(dict(zip(zero, answers, strict=True)), saved):
        return timedelta(0)
    if any(answer.error is not None for answer in answers):
        return None
    return skew.measure(app.portal, kind, entity_id, saved)

"""All checks of one configuration, in the order in which a person would fix what they find."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from b24sync.doctor import (
    access,
    calendar_years,
    catalogue,
    condition_values,
    database_checks,
    feed_checks,
    field_checks,
    funnel_checks,
    mail_checks,
    rule_trials,
    staff,
    stage_checks,
)
from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.doctor.probes.together import probed
from b24sync.doctor.survey import Survey, take
from b24sync.doctor.uses import Uses, uses_of
from b24sync.errors import B24SyncError, CredentialsError, PortalError, UsageError
from b24sync.words import doctor_portal as words

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.words import Both

log = logging.getLogger(__name__)
_ONLINE = "scopes, admin, date_filter, stage_history, stages, fields, people, templates"


class Examination:
    """One configuration under examination.

    Attributes:
        exit_code: 77 or 69 if the portal refuses or cannot be reached; else 0.
    """

    def __init__(self, app: App, *, offline: bool) -> None:
        self.exit_code = 0
        self._app = app
        self._offline = offline
        app.use_store(database_checks.scratch(app.settings.store.path))

    def findings(self) -> Iterator[Finding]:
        """All of them, each as soon as it is known."""
        app = self._app
        uses = uses_of(app.settings, app.language)
        yield ok(
            "configuration",
            words.LOADED.both(
                path=app.loaded.path,
                count=len(app.settings.rules),
                kinds=", ".join(app.settings.poll.watch),
            ),
        )
        for warning in app.loaded.warnings:
            yield warn("configuration", warning)
        if app.settings.safety.dry_run:
            yield warn("safety", words.DRY_RUN.both(), words.END_TRIAL.both())
        survey = None
        if not self._offline:
            survey, found = self._survey(uses)
            yield from found
        yield from (
            self._online(uses, survey)
            if survey
            else self._guarded("rules", lambda: rule_trials.compiled(app))
        )
        yield from self._guarded("mail", lambda: mail_checks.mail(app, offline=self._offline))
        yield from mail_checks.robots(uses)
        yield from self._guarded(
            "calendar", lambda: calendar_years.calendar(app, app.portal_now().astimezone(app.tz).date())
        )
        yield from self._guarded("database", lambda: database_checks.database(app))
        yield from self._guarded("lock", lambda: database_checks.lock(app))

    def _survey(self, uses: Uses) -> tuple[Survey | None, list[Finding]]:
        app = self._app
        try:
            survey = take(app, uses)
        except UsageError as error:
            return None, [fail("portal", _not_checked(error), error.remedy)]
        except PortalError as error:
            self.exit_code = 77 if isinstance(error, CredentialsError) else 69
            return None, [fail("portal", _not_checked(error), error.remedy or words.SEE_ADDRESS.both())]
        user = f"user:{app.webhook.user_id}"
        return survey, [ok("portal", words.ANSWERS.both(portal=app.webhook.portal, user=user))]

    def _online(self, uses: Uses, survey: Survey) -> Iterator[Finding]:
        app = self._app
        checks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
            ("scopes", lambda: access.scopes(uses, survey)),
            ("admin", lambda: access.admin(uses, survey)),
            ("reading", lambda: feed_checks.reading(app, survey)),
            ("date_filter", lambda: feed_checks.date_filter(survey)),
            ("stage_history", lambda: feed_checks.stage_history(app, survey)),
            ("clock", lambda: feed_checks.clock(app, survey)),
            ("stages", lambda: stage_checks.stages(uses, survey)),
            ("funnels", lambda: funnel_checks.funnels(uses, survey)),
            ("conditions", lambda: condition_values.conditions(app.settings, survey.funnels)),
            ("sections", lambda: catalogue.sections(uses, survey)),
            ("fields", lambda: field_checks.fields(app, uses, survey)),
            ("lookups", lambda: field_checks.sources(app, uses, survey)),
            ("my_company", lambda: field_checks.my_company(app, uses, survey)),
            ("people", lambda: staff.people(uses, survey)),
            ("templates", lambda: mail_checks.templates(app, uses, survey)),
            ("mail", lambda: mail_checks.portal_mail(app, uses, survey)),
            ("rules", lambda: rule_trials.rules(app, survey)),
            ("probes", lambda: probed(app, uses, survey)),
        ]
        for name, body in checks:
            yield from self._guarded(name, body)

    def _guarded(self, name: str, body: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
        """A check whose own trouble is a finding, so that the others are made."""
        try:
            yield from body()
        except PortalError as error:
            if error.exit_code in {69, 77}:
                self.exit_code = self.exit_code or error.exit_code
            yield unchecked(name, error.message, error.remedy)
        except B24SyncError as error:
            yield fail(name, error.message, error.remedy or words.SEE_VERBOSE.both())
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            # An answer that no documentation describes must not hide what the other checks find.
            log.info("the check %s", name, exc_info=True)
            yield unchecked(name, words.UNEXPECTED.both(kind=type(error).__name__, why=error))


def _not_checked(error: B24SyncError) -> Both:
    return words.NOT_CHECKED.both(why=error.message, checks=_ONLINE)

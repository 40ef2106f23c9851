"""What the webhook may do: its scopes, and whether its owner sees everything (portal.md §7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain.entity import TASK
from b24sync.domain.row_source import RowSource
from b24sync.errors import ScopeError
from b24sync.words import doctor_portal as words

if TYPE_CHECKING:
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.words import Both


@dataclass(frozen=True, slots=True)
class Need:
    """A scope that the configuration needs.

    Attributes:
        scopes: Any of these will do; the first is the one to add.
        methods: REST methods of it that are used.
        why: What for.
    """

    scopes: tuple[str, ...]
    methods: str
    why: Both | str


def needs(uses: Uses) -> list[Need]:
    """All scopes that the configuration needs."""
    return [need for need in (*_feeds(uses), *_people(uses), *_steps(uses)) if need.why]


def _feeds(uses: Uses) -> Iterator[Need]:
    watched = uses.settings.poll.watch
    crm = ", ".join(kind for kind in watched if kind != TASK)
    legacy = ", crm.invoice.list" if uses.settings.invoice.api == "legacy" else ""
    yield Need(
        ("crm",),
        f"crm.item.list, crm.stagehistory.list, crm.status.list{legacy}",
        words.WATCHING.both(kinds=crm) if crm else "",
    )
    why = words.WATCHING.both(kinds=TASK) if TASK in watched else ""
    yield Need(("task", "tasks"), "tasks.task.list", why)


def _people(uses: Uses) -> Iterator[Need]:
    why = words.FINDING_PEOPLE.both() if uses.wants_people() else ""
    yield Need(("user", "user_basic", "user_brief"), "user.get", why)
    place = uses.heads or next(iter((*uses.departments.values(), *uses.headed.values())), "")
    yield Need(("department",), "department.get", place)
    yield Need(("im",), "im.notify.system.add", words.ALERTS.both() if uses.settings.alerts else "")


def _steps(uses: Uses) -> Iterator[Need]:
    for step, rules in uses.steps.items():
        for need in step.scopes:
            named = ", ".join(dict.fromkeys(rules))
            by = words.BY_RULE.both(rules=named)
            why = words.FOR_RULE.both(what=need.why, rules=named) if need.why else by
            yield Need(need.scopes, need.methods, why)
    lists = [place for source, place in uses.sources.items() if RowSource.parse(source).list_id is not None]
    yield Need(("lists",), "lists.element.get, lists.field.get", lists[0] if lists else "")
    yield Need(("catalog",), "catalog.product.get, catalog.section.get", uses.sections)
    place = "calendar.portal" if uses.settings.calendar.portal == "add" else ""
    yield Need(("calendar",), "calendar.settings.get", place)
    mails = words.INVOICE_PDF.both() if uses.templates else ""
    yield Need(("crm", "documentgenerator"), "crm.documentgenerator.document.add", mails)


def scopes(uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Whether the webhook has every scope that the configuration needs."""
    given = _given(survey.result("scope"))
    refused = _refused(survey)
    missing = [need for need in needs(uses) if given is not None and not set(need.scopes) & given]
    for need in missing:
        yield _missing(need.scopes[0], need.methods, need.why)
    said = {need.scopes[0] for need in missing}
    for scope, methods in refused.items():
        if scope not in said:
            yield _missing(scope, ", ".join(methods), words.REFUSES.both())
    if given is None and not refused:
        answer = survey.answer("scope")
        yield unchecked("scopes", answer.error if answer and answer.error else words.NO_SCOPES_TOLD.both())
    elif not missing and not refused:
        wanted = dict.fromkeys(
            next((one for one in need.scopes if one in (given or ())), need.scopes[0]) for need in needs(uses)
        )
        yield ok("scopes", words.SCOPES_THERE.both(scopes=", ".join(wanted)))
    if (
        given is not None
        and "user_brief" in given
        and not {"user", "user_basic"} & given
        and uses.wants_people()
    ):
        yield warn("scopes", words.USER_BRIEF.both(), words.ADD_SCOPE.both(scope="user_basic"))


def _missing(scope: str, methods: str, why: Both | str) -> Finding:
    told = words.SCOPE_MISSING.both(scope=scope, methods=methods, why=why)
    return fail("scopes", told, words.ADD_SCOPE.both(scope=scope))


def _given(result: Any) -> set[str] | None:
    return {str(one) for one in result} if isinstance(result, list) and result else None


def _refused(survey: Survey) -> dict[str, list[str]]:
    """Scopes that the portal said are missing → methods that it refused."""
    found: dict[str, list[str]] = {}
    for answer in survey.answers.values():
        if isinstance(answer.error, ScopeError) and answer.error.code.lower() == "insufficient_scope":
            methods = found.setdefault(answer.error.scope or answer.call.method.partition(".")[0], [])
            if answer.call.method not in methods:
                methods.append(answer.call.method)
    return found


def admin(uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Whether the owner of the webhook is an administrator."""
    profile = survey.result("profile")
    profile = profile if isinstance(profile, dict) else {}
    said = profile.get("ADMIN") if "ADMIN" in profile else survey.result("admin")
    who = " ".join(str(profile.get(part) or "") for part in ("NAME", "LAST_NAME")).strip()
    name = f" {who}" if who else ""
    if said is None:
        answer = survey.answer("admin")
        yield unchecked("admin", answer.error if answer and answer.error else words.NOT_TOLD_ADMIN.both())
    elif said in {True, "Y", "1", "true"}:
        yield ok("admin", words.IS_ADMIN.both(name=name))
    else:
        by_tasks = "invoice.tasks_completed" in uses.events
        told = (words.HIDES_TASKS if by_tasks else words.HIDES_ROWS).both(name=name)
        yield warn("admin", told, words.LET_ADMIN.both())

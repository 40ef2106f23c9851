"""What the webhook may do: its scopes, and whether its owner sees everything (portal.md §7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain.entity import TASK
from b24sync.errors import ScopeError

if TYPE_CHECKING:
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses

_WHERE = "Developer resources → Webhooks → Edit → Rights (the secret stays as it is if the owner does it)"


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
    why: str


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
        f"watching {crm}" if crm else "",
    )
    yield Need(("task", "tasks"), "tasks.task.list", "watching task" if TASK in watched else "")


def _people(uses: Uses) -> Iterator[Need]:
    yield Need(
        ("user", "user_basic", "user_brief"), "user.get", "finding people" if uses.wants_people() else ""
    )
    place = uses.heads or next(iter((*uses.departments.values(), *uses.headed.values())), "")
    yield Need(("department",), "department.get", place)
    yield Need(("im",), "im.notify.system.add", "alerts" if uses.settings.alerts else "")


def _steps(uses: Uses) -> Iterator[Need]:
    for step, rules in uses.steps.items():
        for need in step.scopes:
            why = f"rule {', '.join(dict.fromkeys(rules))}"
            yield Need(need.scopes, need.methods, f"{need.why} ({why})" if need.why else why)
    named = [place for source, place in uses.sources.items() if not source.startswith("item:")]
    yield Need(("lists",), "lists.element.get, lists.field.get", named[0] if named else "")
    yield Need(("catalog",), "catalog.product.get, catalog.section.get", uses.sections)
    why = "calendar.portal" if uses.settings.calendar.portal == "add" else ""
    yield Need(("calendar",), "calendar.settings.get", why)
    mails = "the PDF of invoices" if uses.templates else ""
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
            yield _missing(scope, ", ".join(methods), "the portal refuses it: insufficient_scope")
    if given is None and not refused:
        answer = survey.answer("scope")
        yield unchecked("scopes", answer.error if answer and answer.error else "scope gave no list")
    elif not missing and not refused:
        wanted = dict.fromkeys(
            next((one for one in need.scopes if one in (given or ())), need.scopes[0]) for need in needs(uses)
        )
        yield ok("scopes", f"all there: {', '.join(wanted)}")
    if (
        given is not None
        and "user_brief" in given
        and not {"user", "user_basic"} & given
        and uses.wants_people()
    ):
        yield warn(
            "scopes",
            "user_brief hides the e-mail addresses of users (user.get)",
            f"add the scope user_basic: {_WHERE}",
        )


def _missing(scope: str, methods: str, why: str) -> Finding:
    return fail(
        "scopes",
        f"the webhook lacks the scope {scope}: {methods} ({why})",
        f"add the scope {scope}: {_WHERE}",
    )


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
    name = " ".join(str(profile.get(part) or "") for part in ("NAME", "LAST_NAME")).strip()
    who = f"the webhook's owner{f' {name}' if name else ''}"
    if said is None:
        answer = survey.answer("admin")
        yield unchecked(
            "admin", answer.error if answer and answer.error else "profile and user.admin do not say"
        )
    elif said in {True, "Y", "1", "true"}:
        yield ok("admin", f"{who} is an administrator and sees everything")
    else:
        yield _no_admin(uses, who)


def _no_admin(uses: Uses, who: str) -> Finding:
    remedy = "let an administrator make the webhook, or give its owner the right to read everything"
    if "invoice.tasks_completed" in uses.events:
        hidden = (
            "tasks of others are hidden from tasks.task.list, so invoice.tasks_completed may come although "
            "tasks are still open"
        )
        return warn(
            "admin", f"{who} is no administrator: {hidden}; CRM rows may be hidden too (silently)", remedy
        )
    return warn(
        "admin",
        f"{who} is no administrator: what that person may not see is missing silently (rows, "
        f"tasks of others)",
        remedy,
    )

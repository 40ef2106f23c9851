"""Whether the fields that the configuration names exist, and take what is written (portal.md §11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain.entity import TASK
from b24sync.domain.wording import did_you_mean, quoted
from b24sync.errors import NotFoundError
from b24sync.rest import items
from b24sync.rest.fields import Fields, FieldSpec, read_fields
from b24sync.rest.kinds import Kind
from b24sync.rest.lists import Property, read_properties
from b24sync.steps.create_invoice import CreateInvoice

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.domain.step_settings import FieldUse

_PREFIX = "UF_CRM_"
_USER_TYPES = frozenset(("employee", "user", "integer"))


def fields(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Each used field."""
    known = {name: known_fields(app, survey, name) for name in _owners(uses)}
    for name in sorted(name for name, found in known.items() if found is None and not name.partition(":")[2]):
        answer = survey.answer(f"fields.{name}")
        yield unchecked(
            "fields",
            f"the fields of {name} ({answer.error if answer and answer.error else 'the portal names none'})",
        )
    faults = [fault for use in uses.fields if (fault := _fault(use, known)) is not None]
    yield from dict.fromkeys(faults)
    if not faults and uses.fields and None not in known.values():
        yield ok("fields", f"{len({(use.owner, use.code) for use in uses.fields})} used, all there")
    elif not uses.fields:
        yield ok("fields", "no field of the portal's own codes is used")


def _owners(uses: Uses) -> set[str]:
    return {name for use in uses.fields for name in (use.owner, use.or_owner) if name}


def known_fields(app: App, survey: Survey, owner: str) -> Fields | Mapping[str, Property] | None:
    """The fields of a kind or a look-up's source; ``None`` if they cannot be read."""
    if owner == TASK:
        return read_fields(app.kinds[TASK], None)
    word, _, number = owner.partition(":")
    result = survey.result(f"fields.{owner}")
    if number and word != "item":
        return read_properties(result) or None
    kind = app.kinds.get(owner) or Kind(owner, int(number or 0), None)
    found = read_fields(kind, result)
    return found if found.specs else None


def _fault(use: FieldUse, known: Mapping[str, Fields | Mapping[str, Property] | None]) -> Finding | None:
    found = known.get(use.owner)
    if found is None or (use.owner == TASK and use.purpose == "read"):
        return None
    if not isinstance(found, Fields):
        return _of_list(use, found)
    spec = found.find(use.code)
    other = known.get(use.or_owner)
    if spec is None and isinstance(other, Fields):
        spec = other.find(use.code)
    if spec is None:
        method = items.fields(found.kind).method
        return fail(
            "fields",
            f"{use.where}: {use.owner} has no field {quoted(use.code)} ({method})",
            _advice(use.code, found),
        )
    return _of_purpose(use, spec)


def _advice(code: str, known: Fields) -> str:
    """The field that was probably meant.

    By its code without the prefix that all share, or by its name for people.
    """
    own = {spec.code.removeprefix(_PREFIX): spec for spec in known.specs if spec.code.startswith("UF_")}
    by_title = {spec.title: spec for spec in known.specs if spec.title}
    near = own.get(did_you_mean(code.removeprefix(_PREFIX), own)) or by_title.get(
        did_you_mean(code, by_title)
    )
    if near is None and not code.startswith("UF_"):
        near = known.find(known.close_to(code))
    if near is not None:
        return f"did you mean {_named(near, near.code)}?"
    listed = [_named(spec, spec.code) for spec in own.values()]
    return f"known: {', '.join(listed[:20]) or 'no custom field'}{', …' if len(listed) > 20 else ''}"


def _named(spec: FieldSpec | None, code: str) -> str:
    return f"{spec.code} ({spec.title})" if spec and spec.title else code


def _of_list(use: FieldUse, known: Mapping[str, Property]) -> Finding | None:
    if use.code in known or use.code in {"id", "name", "NAME", "ID"}:
        return None
    listed = ", ".join(f"{one.code} ({one.name})" for one in list(known.values())[:12])
    return fail(
        "fields", f"{use.where}: {use.owner} has no {quoted(use.code)} (lists.field.get)", f"known: {listed}"
    )


def _of_purpose(use: FieldUse, spec: FieldSpec) -> Finding | None:
    if use.purpose == "person" and spec.type not in _USER_TYPES:
        return fail(
            "fields",
            f"{use.where}: {_named(spec, use.code)} is of type {spec.type}, which holds no user",
            "choose a field of type employee",
        )
    if use.purpose != "write":
        return None
    if spec.is_read_only:
        return fail(
            "fields", f"{use.where}: {_named(spec, use.code)} can only be read", "choose another field"
        )
    return _of_choice(use, spec)


def _of_choice(use: FieldUse, spec: FieldSpec) -> Finding | None:
    """A text written into a list must be one of its values."""
    text = use.value
    if not spec.choices or not isinstance(text, str) or "{" in text or "." in text or not text:
        return None
    if text in spec.choices or text.casefold() in {choice.casefold() for choice in spec.choices.values()}:
        return None
    near = did_you_mean(text, spec.choices.values())
    remedy = f"did you mean {quoted(near)}?" if near else f"known: {', '.join(spec.choices.values())}"
    return fail("fields", f"{use.where}: {_named(spec, use.code)} has no value {quoted(text)}", remedy)


def sources(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Whether lists and smart processes that look-ups and kinds name exist."""
    for name in app.settings.kinds:
        yield from _exists(
            f"kinds.{name}",
            f"fields.{name}",
            f"newest.{name}",
            survey,
            f"smart process {app.settings.kinds[name].entity_type_id}",
        )
    for source, where in uses.sources.items():
        yield from _exists("lookups", f"fields.{source}", "", survey, f"{source} ({where})")


def _exists(check: str, asked: str, also: str, survey: Survey, what: str) -> Iterator[Finding]:
    answer = survey.answer(asked) or survey.answer(also)
    if answer is None:
        return
    if answer.error is None:
        yield ok(check, f"{what} is there")
    elif isinstance(answer.error, NotFoundError) or answer.error.code in {
        "ERROR_IBLOCK_NOT_FOUND",
        "NOT_FOUND",
        "ENTITY_TYPE_NOT_SUPPORTED",
    }:
        yield fail(
            check,
            f"the portal has no {what}: {answer.error}",
            "write the id that the portal shows in the address of its page",
        )
    elif answer.error.code == "ACCESS_DENIED":
        yield fail(check, f"{what}: {answer.error}", "give the webhook's owner the right to read it")
    else:
        yield unchecked(check, f"{what}: {answer.error}")


def my_company(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Whether the own company is one."""
    number = app.settings.invoice.my_company
    if not number:
        if CreateInvoice in uses.steps:
            remedy = "write [invoice] my_company (b24sync init lists the own companies)"
            yield warn(
                "my_company",
                "invoices that b24sync creates will name no own company (invoice.my_company is 0)",
                remedy,
            )
        return
    answer = survey.answer("my_company")
    if answer is None or answer.error is not None:
        error = answer.error if answer else "not asked"
        is_gone = isinstance(error, NotFoundError) or getattr(error, "code", "") == "NOT_FOUND"
        yield (fail if is_gone else unchecked)("my_company", f"company {number}: {error}")
        return
    row = answer.result.get("item", answer.result) if isinstance(answer.result, Mapping) else {}
    if row.get("isMyCompany", "Y") in {"Y", True, "1"}:
        yield ok("my_company", f"company {number}: {row.get('title', '')}")
    else:
        remedy = "write the id of a company of your own (CRM → Settings → My company details)"
        yield fail(
            "my_company", f"company {number} ({row.get('title', '')}) is a client, not an own company", remedy
        )

"""Whether the fields that the configuration names exist, and take what is written (portal.md §11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain.entity import TASK
from b24sync.domain.row_source import RowSource
from b24sync.domain.wording import did_you_mean, quoted
from b24sync.errors import NotFoundError
from b24sync.rest import items
from b24sync.rest.fields import Fields, FieldSpec, read_fields
from b24sync.rest.kinds import Kind
from b24sync.rest.lists import Property, read_properties
from b24sync.steps.create_invoice import CreateInvoice
from b24sync.words import doctor_names as words
from b24sync.words import joined

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.domain.step_settings import FieldUse
    from b24sync.words import Both

_PREFIX = "UF_CRM_"
_USER_TYPES = frozenset(("employee", "user", "integer"))


def fields(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Each used field."""
    known = {name: known_fields(app, survey, name) for name in _owners(uses)}
    for name in sorted(
        name for name, found in known.items() if found is None and RowSource.parse(name).number is None
    ):
        answer = survey.answer(f"fields.{name}")
        why = answer.error if answer and answer.error else words.NONE_NAMED.both()
        yield unchecked("fields", words.FIELDS_OF.both(kind=name, why=why))
    faults = [fault for use in uses.fields if (fault := _fault(use, known)) is not None]
    yield from dict.fromkeys(faults)
    if not faults and uses.fields and None not in known.values():
        count = len({(use.owner, use.code) for use in uses.fields})
        yield ok("fields", words.ALL_THERE.both(count=count))
    elif not uses.fields:
        yield ok("fields", words.NO_OWN_FIELDS.both())


def _owners(uses: Uses) -> set[str]:
    return {name for use in uses.fields for name in (use.owner, use.or_owner) if name}


def known_fields(app: App, survey: Survey, owner: str) -> Fields | Mapping[str, Property] | None:
    """The fields of a kind or a look-up's source; ``None`` if they cannot be read."""
    if owner == TASK:
        return read_fields(app.kinds[TASK], None)
    source = RowSource.parse(owner)
    result = survey.result(f"fields.{owner}")
    if source.list_id is not None:
        return read_properties(result) or None
    kind = app.kinds.get(owner) or Kind(owner, source.entity_type_id or 0, None)
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
        values = {"where": use.where, "owner": use.owner, "code": quoted(use.code)}
        told = words.NO_FIELD.both(**values, method=items.fields(found.kind).method)
        return fail("fields", told, _advice(use.code, found))
    return _of_purpose(use, spec)


def _advice(code: str, known: Fields) -> Both:
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
        return words.MEANT.both(word=_named(near, near.code))
    listed = [_named(spec, spec.code) for spec in own.values()]
    if not listed:
        return words.KNOWN.both(words=words.NO_CUSTOM_FIELD.both())
    return words.KNOWN.both(words=", ".join(listed[:20]) + (", …" if len(listed) > 20 else ""))


def _named(spec: FieldSpec | None, code: str) -> str:
    return f"{spec.code} ({spec.title})" if spec and spec.title else code


def _of_list(use: FieldUse, known: Mapping[str, Property]) -> Finding | None:
    if use.code in known or use.code in {"id", "name", "NAME", "ID"}:
        return None
    listed = ", ".join(f"{one.code} ({one.name})" for one in list(known.values())[:12])
    told = words.NO_PROPERTY.both(where=use.where, owner=use.owner, code=quoted(use.code))
    return fail("fields", told, words.KNOWN.both(words=listed))


def _of_purpose(use: FieldUse, spec: FieldSpec) -> Finding | None:
    values = {"where": use.where, "field": _named(spec, use.code)}
    if use.purpose == "person" and spec.type not in _USER_TYPES:
        told = words.NO_USER_IN.both(**values, type=spec.type)
        return fail("fields", told, words.CHOOSE_EMPLOYEE.both())
    if use.purpose != "write":
        return None
    if spec.is_read_only:
        return fail("fields", words.READ_ONLY.both(**values), words.CHOOSE_OTHER.both())
    return _of_choice(use, spec)


def _of_choice(use: FieldUse, spec: FieldSpec) -> Finding | None:
    """A text written into a list must be one of its values."""
    text = use.value
    if not spec.choices or not isinstance(text, str) or "{" in text or "." in text or not text:
        return None
    if text in spec.choices or text.casefold() in {choice.casefold() for choice in spec.choices.values()}:
        return None
    near = did_you_mean(text, spec.choices.values())
    listed = ", ".join(spec.choices.values())
    remedy = words.MEANT.both(word=quoted(near)) if near else words.KNOWN.both(words=listed)
    told = words.NO_VALUE.both(where=use.where, field=_named(spec, use.code), value=quoted(text))
    return fail("fields", told, remedy)


def sources(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Whether lists and smart processes that look-ups and kinds name exist."""
    for name in app.settings.kinds:
        yield from _exists(
            f"kinds.{name}",
            f"fields.{name}",
            f"newest.{name}",
            survey,
            words.SMART_PROCESS.both(number=app.settings.kinds[name].entity_type_id),
        )
    for source, where in uses.sources.items():
        yield from _exists("lookups", f"fields.{source}", "", survey, f"{source} ({where})")


def _exists(check: str, asked: str, also: str, survey: Survey, what: Both | str) -> Iterator[Finding]:
    answer = survey.answer(asked) or survey.answer(also)
    if answer is None:
        return
    if answer.error is None:
        yield ok(check, words.IS_THERE.both(what=what))
    elif isinstance(answer.error, NotFoundError) or answer.error.code in {
        "ERROR_IBLOCK_NOT_FOUND",
        "NOT_FOUND",
        "ENTITY_TYPE_NOT_SUPPORTED",
    }:
        yield fail(check, words.NO_SUCH.both(what=what, why=answer.error), words.WRITE_ID.both())
    elif answer.error.code == "ACCESS_DENIED":
        yield fail(check, joined([what, str(answer.error)], by=": "), words.GIVE_RIGHT.both())
    else:
        yield unchecked(check, joined([what, str(answer.error)], by=": "))


def my_company(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Whether the own company is one."""
    number = app.settings.invoice.my_company
    if not number:
        if CreateInvoice in uses.steps:
            yield warn("my_company", words.NO_OWN_COMPANY.both(), words.WRITE_MY_COMPANY.both())
        return
    answer = survey.answer("my_company")
    if answer is None or answer.error is not None:
        error = answer.error if answer and answer.error else words.NOT_ASKED.both()
        is_gone = isinstance(error, NotFoundError) or getattr(error, "code", "") == "NOT_FOUND"
        told = words.COMPANY.both(id=number, title=error)
        yield (
            fail("my_company", told, words.OWN_COMPANY_ID.both())
            if is_gone
            else unchecked("my_company", told)
        )
        return
    row = answer.result.get("item", answer.result) if isinstance(answer.result, Mapping) else {}
    if row.get("isMyCompany", "Y") in {"Y", True, "1"}:
        yield ok("my_company", words.COMPANY.both(id=number, title=row.get("title", "")))
    else:
        told = words.IS_CLIENT.both(id=number, title=row.get("title", ""))
        yield fail("my_company", told, words.OWN_COMPANY_ID.both())

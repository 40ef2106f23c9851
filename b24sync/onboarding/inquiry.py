"""What a portal has, as far as it tells: stages, fields, people, lists, templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from b24sync.calls import Answer, Call
from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE
from b24sync.domain.settings import InvoiceSettings
from b24sync.engine import funnels as stages
from b24sync.engine.funnels import Funnels
from b24sync.rest import documents, items, json_values, lists, people
from b24sync.rest.documents import Template, read_templates
from b24sync.rest.fields import FieldSpec, read_fields
from b24sync.rest.kinds import STANDARD, Kind, kinds_from
from b24sync.rest.people import Department
from b24sync.rest.stages import Category, category_list, read_categories
from b24sync.words import init as words
from b24sync.words import joined
from b24sync.words.vocabulary import KINDS

if TYPE_CHECKING:
    from b24sync.portal.client import PortalClient
    from b24sync.words import Both

MOST_USERS = 500
_FIRST_DYNAMIC = 128


@dataclass(frozen=True, slots=True)
class Person:
    """An active employee."""

    id: int
    name: str
    position: str
    departments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Anything that has a number and a name."""

    id: int
    name: str


@dataclass(slots=True)
class PortalFacts:
    """What was found out; what could not be asked is empty, and ``unknown`` says why.

    Attributes:
        owner_id: The portal user who owns the webhook.
        is_admin: ``None``: the portal does not say.
        zone: Time zone of the owner's profile, if it is set.
        scopes: Of the webhook; ``None``: unknown.
        is_legacy: Whether only invoices of the old module are there.
        funnels: Stages by kind: invoice, deal, and smart processes under ``type:1046``.
        categories: Kind → its funnels.
        fields: Kind → its custom fields.
        own_companies: Those that invoices can be from.
        processes: Smart processes; the id is the entityTypeId.
        lists: As look-ups write them, ``list:37`` → name.
        unknown: Sentences.
        chosen: What a person chose where several things fit, such as ``project_lead``.
    """

    portal: str
    owner_id: int
    owner: str = ""
    is_admin: bool | None = None
    zone: str = ""
    server_offset: str = ""
    scopes: frozenset[str] | None = None
    is_legacy: bool = False
    funnels: Funnels = field(default_factory=lambda: Funnels(InvoiceSettings()))
    categories: dict[str, tuple[Category, ...]] = field(default_factory=dict)
    fields: dict[str, tuple[FieldSpec, ...]] = field(default_factory=dict)
    users: tuple[Person, ...] = ()
    departments: tuple[Department, ...] = ()
    own_companies: tuple[Named, ...] = ()
    processes: tuple[Named, ...] = ()
    lists: dict[str, str] = field(default_factory=dict)
    templates: tuple[Template, ...] = ()
    unknown: list[Both] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)

    def may(self, *scopes: str) -> bool:
        """Whether the webhook has one of the scopes, as far as is known."""
        return self.scopes is None or bool(self.scopes.intersection(scopes))

    def invoice_templates(self) -> list[Template]:
        """Document templates for invoices."""
        return [one for one in self.templates if one.suits(STANDARD[INVOICE])]


def inquire(portal: PortalClient, name: str) -> PortalFacts:
    """Ask the portal; what it refuses is noted and left out.

    Raises:
        TransientError: It cannot be reached.
        CredentialsError: It refuses the webhook.
    """
    facts = PortalFacts(name, portal.user_id)
    calls = _calls()
    answers = dict(zip(calls, portal.read(list(calls.values())), strict=True))
    facts.server_offset = portal.server_utc_offset or ""
    _about_owner(facts, answers)
    _about_crm(facts, answers)
    _about_people(facts, answers, portal)
    _about_lists(facts, answers)
    _about_stages(facts, answers, portal)
    return facts


def _calls() -> dict[str, Call]:
    calls = {
        "scope": Call("scope"),
        "profile": people.profile(),
        "admin": Call("user.admin"),
        "types": Call("crm.type.list"),
    }
    for name in (INVOICE, DEAL):
        calls[f"categories.{name}"] = category_list(STANDARD[name])
    for name in (INVOICE, DEAL, CONTACT, COMPANY):
        calls[f"fields.{name}"] = items.fields(STANDARD[name])
    own = items.list_page(
        STANDARD[COMPANY],
        filter={"isMyCompany": "Y"},
        order={"id": "ASC"},
        select=("id", "title", "isMyCompany"),
    )
    return {
        **calls,
        "legacy": Call("crm.invoice.fields"),
        "users": people.users_page(filter={"ACTIVE": True}),
        "departments": people.departments(),
        "lists": lists.all_lists(),
        "processes": lists.all_lists(iblock_type=lists.PROCESSES),
        "templates": documents.template_list(),
        "companies": own,
    }


def _about_owner(facts: PortalFacts, answers: Mapping[str, Answer]) -> None:
    scopes = answers["scope"].result if answers["scope"].error is None else None
    facts.scopes = frozenset(str(one) for one in scopes) if isinstance(scopes, list) and scopes else None
    profile = answers["profile"].result if answers["profile"].error is None else None
    if isinstance(profile, Mapping):
        facts.owner = " ".join(json_values.text(profile.get(part)) for part in ("NAME", "LAST_NAME")).strip()
        facts.zone = json_values.text(profile.get("TIME_ZONE"))
        facts.is_admin = profile["ADMIN"] in {True, "Y", "1"} if "ADMIN" in profile else None
    if facts.is_admin is None and answers["admin"].error is None:
        facts.is_admin = answers["admin"].result in {True, "Y", "1"}


def _about_crm(facts: PortalFacts, answers: Mapping[str, Answer]) -> None:
    for name in (INVOICE, DEAL, CONTACT, COMPANY):
        found = _read(
            facts,
            answers[f"fields.{name}"],
            words.WHAT_FIELDS.both(kind=KINDS[name].both()),
            partial(_specs, name),
        )
        facts.fields[name] = tuple(spec for spec in found or () if spec.code.startswith("UF_"))
    smart = answers[f"fields.{INVOICE}"].error is None or answers[f"categories.{INVOICE}"].error is None
    facts.is_legacy = not smart and answers["legacy"].error is None
    for name in (INVOICE, DEAL):
        found_funnels = _read(
            facts,
            answers[f"categories.{name}"],
            words.WHAT_FUNNELS.both(kind=KINDS[name].both()),
            read_categories,
        )
        facts.categories[name] = tuple(found_funnels or ())
    facts.templates = tuple(
        _read(facts, answers["templates"], words.WHAT_TEMPLATES.both(), read_templates) or ()
    )
    facts.own_companies = tuple(
        _read(facts, answers["companies"], words.WHAT_COMPANIES.both(), _companies) or ()
    )
    facts.processes = tuple(_read(facts, answers["types"], words.WHAT_PROCESSES.both(), _types) or ())


def _specs(name: str, result: Any) -> Sequence[FieldSpec]:
    return read_fields(STANDARD[name], result).specs


def _companies(result: Any) -> list[Named]:
    rows = [row for row in items.page_rows(result) if row.get("isMyCompany", "Y") in {"Y", True, "1"}]
    return [
        Named(number, json_values.text(row.get("title")))
        for row in rows
        if (number := json_values.id_or_none(row.get("id"))) is not None
    ]


def _types(result: Any) -> list[Named]:
    listed = result.get("types", ()) if isinstance(result, Mapping) else ()
    rows = listed.values() if isinstance(listed, Mapping) else listed
    found = [
        Named(json_values.id_or_none(row.get("entityTypeId")) or 0, json_values.text(row.get("title")))
        for row in rows
        if isinstance(row, Mapping)
    ]
    return [one for one in found if one.id >= _FIRST_DYNAMIC]


def _about_people(facts: PortalFacts, answers: Mapping[str, Answer], portal: PortalClient) -> None:
    rows = _read(facts, answers["users"], words.WHAT_USERS.both(), json_values.rows) or []
    while rows and len(rows) % people.PAGE == 0 and len(rows) < MOST_USERS:
        more = json_values.rows(
            portal.read([people.users_page(start=len(rows), filter={"ACTIVE": True})])[0].result
        )
        if not more:
            break
        rows += more
    read = [(people.read_user(row), json_values.text(row.get("WORK_POSITION"))) for row in rows]
    facts.users = tuple(
        Person(user.id, user.name, position, user.department_ids)
        for user, position in read
        if user is not None and user.active
    )
    facts.departments = tuple(
        _read(facts, answers["departments"], words.WHAT_DEPARTMENTS.both(), people.read_departments) or ()
    )


def _about_lists(facts: PortalFacts, answers: Mapping[str, Answer]) -> None:
    for name, word in (("lists", "list"), ("processes", "bitrix_processes")):
        what = words.WHAT_LISTS if word == "list" else words.WHAT_PROCESS_LISTS
        rows = _read(facts, answers[name], what.both(), json_values.rows) or []
        numbered = [
            (json_values.id_or_none(row.get("ID")), json_values.text(row.get("NAME"))) for row in rows
        ]
        facts.lists.update({f"{word}:{number}": title for number, title in numbered if number is not None})


def _about_stages(facts: PortalFacts, answers: Mapping[str, Answer], portal: PortalClient) -> None:
    """The stages of invoices, deals and smart processes, which are asked by the funnels' numbers."""
    known = kinds_from("legacy" if facts.is_legacy else "smart")
    kinds = [
        known[INVOICE],
        known[DEAL],
        *(Kind(f"type:{one.id}", one.id, one.id) for one in facts.processes[:20]),
    ]
    facts.funnels = Funnels(
        InvoiceSettings(api="legacy" if facts.is_legacy else "smart"), stages.fetch(portal, kinds)
    )
    for name in (INVOICE, DEAL):
        if name not in facts.funnels.by_kind and answers[f"categories.{name}"].error is None:
            facts.unknown.append(words.WHAT_STAGES.both(kind=KINDS[name].both()))


def _read(
    facts: PortalFacts, answer: Answer, what: Both, read: Callable[[Any], Sequence[Any]]
) -> list[Any] | None:
    """What an answer holds; ``None`` if there is none, which is noted."""
    if answer.error is None:
        return list(read(answer.result))
    facts.unknown.append(joined([what, answer.error.message], by=": "))
    return None

"""Fields of CRM entities: types, flags, and the two ways of spelling their names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

LEAD, DEAL, CONTACT, COMPANY, OLD_INVOICE, QUOTE, INVOICE = 1, 2, 3, 4, 5, 7, 31
FIRST_DYNAMIC = 128

_BASE = """
id:integer:r title:string createdTime:datetime:r updatedTime:datetime:r createdBy:user:r updatedBy:user:r
assignedById:user opened:boolean webformId:integer sourceId:crm_status sourceDescription:text
lastActivityBy:user:r lastActivityTime:datetime:r observers:user:m utmSource:string utmMedium:string
utmCampaign:string utmContent:string utmTerm:string
"""
_STAGED = "categoryId:crm_category stageId:crm_status movedBy:user:r movedTime:datetime:r"
_CLIENT = "companyId:crm_company contactId:crm_contact contactIds:crm_contact:m"
_MONEY = "opportunity:double isManualOpportunity:boolean taxValue:double currencyId:crm_currency"
_DATES = "begindate:date closedate:date"
_DEAL = f"""{_BASE} {_STAGED} {_CLIENT} {_MONEY} {_DATES} leadId:crm_lead quoteId:crm_quote
stageSemanticId:string:r isNew:boolean:r isRecurring:boolean isReturnCustomer:boolean:r
isRepeatedApproach:boolean:r closed:boolean:r typeId:crm_status probability:integer comments:text
additionalInfo:text locationId:location originatorId:string originId:string"""
_DYNAMIC = f"""{_BASE} {_STAGED} {_CLIENT} {_MONEY} {_DATES} xmlId:string previousStageId:crm_status:r
mycompanyId:crm_company parentId2:crm_entity parentId31:crm_entity"""
_INVOICE = f"""{_BASE} {_STAGED} {_CLIENT} {_MONEY} {_DATES} xmlId:string previousStageId:crm_status:r
mycompanyId:crm_company accountNumber:string comments:text locationId:location isRecurring:boolean
parentId2:crm_entity parentId7:crm_entity"""
_CONTACT = f"""{_BASE} name:string lastName:string secondName:string honorific:crm_status typeId:crm_status
post:string companyId:crm_company companyIds:crm_company:m comments:text birthdate:date hasPhone:boolean:r
hasEmail:boolean:r originatorId:string originId:string export:boolean"""
_COMPANY = f"""{_BASE} typeId:crm_status industry:crm_status employees:crm_status revenue:double
currencyId:crm_currency comments:text isMyCompany:boolean hasPhone:boolean:r hasEmail:boolean:r
contactIds:crm_contact:m originatorId:string originId:string"""

# Names of the classic methods that are no plain upper-case form of the universal ones.
_CLASSIC = {
    "createdTime": "DATE_CREATE",
    "updatedTime": "DATE_MODIFY",
    "createdBy": "CREATED_BY_ID",
    "updatedBy": "MODIFY_BY_ID",
    "movedBy": "MOVED_BY_ID",
    "industry": "INDUSTRY",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field: ``name`` is its key inside the stand-in (camelCase; own fields keep UF_CRM_…)."""

    name: str
    type: str
    read_only: bool = False
    multiple: bool = False
    title: str = ""
    items: tuple[tuple[int, str], ...] = ()
    uf_id: int = 0

    @property
    def is_uf(self) -> bool:
        """Whether it is a field that the company added."""
        return self.name.startswith("UF_")


@dataclass(slots=True)
class EntityType:
    """A kind of CRM entity: its fields by name, and what it supports."""

    id: int
    title: str
    fields: dict[str, Field] = field(default_factory=dict)

    @property
    def staged(self) -> bool:
        """Whether its items have stages."""
        return "stageId" in self.fields

    @property
    def dynamic(self) -> bool:
        """Whether it is a smart process."""
        return self.id >= FIRST_DYNAMIC

    @property
    def owner_type(self) -> str:
        """The short code of product rows and bindings: D, C, CO, SI, T416."""
        return OWNER_TYPES.get(self.id) or f"T{self.id:x}"


TYPE_NAMES = {
    LEAD: "LEAD",
    DEAL: "DEAL",
    CONTACT: "CONTACT",
    COMPANY: "COMPANY",
    OLD_INVOICE: "INVOICE",
    QUOTE: "QUOTE",
    INVOICE: "SMART_INVOICE",
}
"""Words of the portal for its types; a smart process is DYNAMIC_1046."""

TYPE_BOOKS = {DEAL: "DEAL_TYPE", CONTACT: "CONTACT_TYPE", COMPANY: "COMPANY_TYPE"}
"""The reference book behind ``typeId``."""

OWNER_TYPES = {LEAD: "L", DEAL: "D", CONTACT: "C", COMPANY: "CO", OLD_INVOICE: "I", QUOTE: "Q", INVOICE: "SI"}


def standard_types() -> dict[int, EntityType]:
    """The types that every portal has and the stand-in serves."""
    texts = {DEAL: ("Сделка", _DEAL), CONTACT: ("Контакт", _CONTACT), COMPANY: ("Компания", _COMPANY)}
    texts[INVOICE] = ("Счёт", _INVOICE)
    types = {number: EntityType(number, title, _fields(text)) for number, (title, text) in texts.items()}
    del types[CONTACT].fields["title"]
    return types


def dynamic_type(number: int, title: str) -> EntityType:
    """A smart process."""
    return EntityType(number, title, _fields(_DYNAMIC))


def _fields(text: str) -> dict[str, Field]:
    """The fields of a text; each type has its own, which a company adds to."""
    return {one.name: one for one in _parsed(text)}


@cache
def _parsed(text: str) -> tuple[Field, ...]:
    words = (word.split(":") for word in text.split())
    return tuple(Field(name, kind, "r" in flags, "m" in flags, title=name) for name, kind, *flags in words)


@lru_cache(maxsize=4096)
def upper_name(name: str) -> str:
    """The ``upperName`` of crm.item.fields: stageId → STAGE_ID, parentId2 → PARENT_ID_2."""
    if name.startswith("UF_"):
        return name
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    return re.sub(r"([a-z])(\d)", r"\1_\2", words).upper()


@lru_cache(maxsize=4096)
def classic_name(name: str) -> str:
    """The name in crm.deal.* and its like: updatedTime → DATE_MODIFY."""
    return _CLASSIC.get(name) or upper_name(name)


@lru_cache(maxsize=4096)
def item_name(name: str) -> str:
    """The camelCase form of a field in crm.item.*: UF_CRM_3_DIGIT → ufCrm3Digit (portal.md §3.1)."""
    if not name.startswith("UF_CRM_"):
        return name
    rest = name.removeprefix("UF_CRM_")
    number, _, tail = rest.partition("_")
    if number.isdigit() and tail:
        return f"ufCrm{number}_{tail}" if _has_digit(tail) else f"ufCrm{number}{_camel(tail)}"
    return f"ufCrm_{rest}" if _has_digit(rest) else f"ufCrm{_camel(rest)}"


def _has_digit(text: str) -> bool:
    return any(mail.isdigit() for mail in text)


def _camel(text: str) -> str:
    return "".join(word.capitalize() for word in text.split("_"))


def describe(spec: Field, status_type: str | None) -> dict[str, Any]:
    """A field as crm.item.fields shows it."""
    shown: dict[str, Any] = {
        "type": spec.type,
        "isRequired": False,
        "isReadOnly": spec.read_only,
        "isImmutable": False,
        "isMultiple": spec.multiple,
        "isDynamic": spec.is_uf,
        "title": spec.title,
        "upperName": upper_name(spec.name),
    }
    if status_type is not None:
        shown["statusType"] = status_type
    if spec.items:
        shown["items"] = [{"ID": str(number), "VALUE": text} for number, text in spec.items]
    return shown

"""Documents of the portal's generator, and their PDFs (portal.md §12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24sync.calls import Call
from b24sync.rest import json_values
from b24sync.rest.dates import parse_time
from b24sync.rest.kinds import Kind

_PREFIX = "crm.documentgenerator"


@dataclass(frozen=True, slots=True)
class Template:
    """A document template.

    ``for_types`` are the portal's words for what it can be made of (``31``, ``2_category_0``).
    """

    id: int
    name: str
    for_types: tuple[str, ...] = ()

    def suits(self, kind: Kind) -> bool:
        """Whether the template is meant for entities of the kind."""
        number = str(kind.entity_type_id)
        return any(one == number or one.startswith(f"{number}_") for one in self.for_types)


@dataclass(frozen=True, slots=True)
class Document:
    """A document.

    Attributes:
        pdf_url: ``*Machine`` link of the PDF, empty while it is being made. Holds a secret: never log or keep
            it.
        download_url: ``*Machine`` link of the original file.
        is_failed: The portal could not make the PDF and will not try again.
    """

    id: int
    number: str
    title: str
    template_id: int | None
    pdf_url: str
    download_url: str
    is_failed: bool
    created_at: datetime | None
    has_stamps: bool
    public_url: str


def template_list(*, start: int = 0) -> Call:
    """The active templates, a page."""
    params = {
        "filter": {"active": "Y"},
        "select": ["*", "entityTypeId"],
        "order": {"id": "ASC"},
        "start": start,
    }
    return Call(f"{_PREFIX}.template.list", params)


def template(template_id: int) -> Call:
    """One template, to see its version; an old portal may lack the method, a webhook the right."""
    return Call(f"{_PREFIX}.template.get", {"id": template_id})


def read_version(result: Any) -> str:
    """When a template was changed last, in the portal's words; empty if it does not say."""
    row = result.get("template") if isinstance(result, Mapping) else None
    return json_values.text(row.get("updateTime")) if isinstance(row, Mapping) else ""


def add(kind: Kind, entity_id: int, template_id: int, *, stamps: bool) -> Call:
    """Make a document. Each one uses up a number, so look for a usable one first."""
    params = {"templateId": template_id, "entityTypeId": kind.entity_type_id, "entityId": entity_id}
    made = {"document": {"id": 1, "templateId": 1, "pdfUrlMachine": "https://example.invalid/document.pdf"}}
    return Call(f"{_PREFIX}.document.add", {**params, "stampsEnabled": int(stamps)}, lambda _test: made)


def get(document_id: int) -> Call:
    """One document, to see whether its PDF is there."""
    return Call(f"{_PREFIX}.document.get", {"id": document_id})


def list_for(kind: Kind, entity_id: int, template_id: int) -> Call:
    """The documents of an entity by a template, the newest first."""
    params = {
        "select": ["*"],
        "filter": {"entityTypeId": kind.entity_type_id, "entityId": entity_id, "templateId": template_id},
        "order": {"id": "DESC"},
        "start": 0,
    }
    return Call(f"{_PREFIX}.document.list", params)


def newest(kind: Kind) -> Call:
    """The documents of a kind, the newest first."""
    params = {
        "select": ["id", "title", "createTime", "templateId"],
        "filter": {"entityTypeId": kind.entity_type_id},
        "order": {"id": "DESC"},
        "start": 0,
    }
    return Call(f"{_PREFIX}.document.list", params)


def newest_id(result: Any) -> int | None:
    """The highest id of a list answer; ``None`` if it holds no document."""
    ids = (json_values.id_or_none(row.get("id")) for row in _rows(result, "documents"))
    return max((number for number in ids if number is not None), default=None)


def read_templates(result: Any) -> list[Template]:
    """The templates of an answer: a map by id, ``[]`` if there is none."""
    found = []
    for row in _rows(result, "templates"):
        number = json_values.id_or_none(row.get("id"))
        types = row.get("entityTypeId") or ()
        listed = (
            types.values()
            if isinstance(types, Mapping)
            else [types]
            if isinstance(types, str | int)
            else types
        )
        if number is not None:
            found.append(
                Template(number, json_values.text(row.get("name")), tuple(str(one) for one in listed))
            )
    return found


def read_document(result: Any) -> Document | None:
    """The document of an answer; ``None`` if it holds none."""
    row = result.get("document") if isinstance(result, Mapping) else None
    return _document(row) if isinstance(row, Mapping) else None


def read_documents(result: Any, *, kind: Kind, entity_id: int, template_id: int) -> list[Document]:
    """The documents of a list answer that really belong to the entity and the template."""
    own = []
    for row in _rows(result, "documents"):
        owner = (json_values.id_or_none(row.get("entityTypeId")), json_values.id_or_none(row.get("entityId")))
        document = _document(row)
        if document and document.template_id == template_id and owner == (kind.entity_type_id, entity_id):
            own.append(document)
    return sorted(own, key=lambda document: document.id, reverse=True)


def _document(row: Mapping[str, Any]) -> Document | None:
    number = json_values.id_or_none(row.get("id"))
    if number is None:
        return None
    inner = row.get("values")
    stamps = row.get("stampsEnabled", inner.get("stampsEnabled") if isinstance(inner, Mapping) else None)
    return Document(
        id=number,
        number=json_values.text(row.get("number")),
        title=json_values.text(row.get("title")),
        template_id=json_values.id_or_none(row.get("templateId")),
        pdf_url=json_values.text(row.get("pdfUrlMachine")),
        download_url=json_values.text(row.get("downloadUrlMachine")),
        is_failed=row.get("isTransformationError") in {True, "Y", "1"},
        created_at=parse_time(row.get("createTime")),
        has_stamps=stamps in {True, "Y", "1"},
        public_url=json_values.text(row.get("publicUrl")),
    )


def _rows(result: Any, name: str) -> list[Mapping[str, Any]]:
    listed = result.get(name, []) if isinstance(result, Mapping) else []
    listed = listed.values() if isinstance(listed, Mapping) else listed
    return [row for row in listed if isinstance(row, Mapping)]

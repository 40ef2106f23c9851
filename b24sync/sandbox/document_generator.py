"""Documents by template: numbers used up, PDFs that come later, addresses for machines (portal.md §12)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from .envelope import PAGE, Answer, Refusal
from .filters import Column, compile_filter, descends, sort_rows
from .item_methods import skewed
from .method_registry import Method, Params, rest
from .pdf_file import small_pdf
from .php import as_list, as_map, to_int, truthy
from .portal_dates import show_time
from .query import answer
from .schema import upper_name

if TYPE_CHECKING:
    from .stand_in import Sandbox

Document = dict[str, Any]


class Documents:
    """Templates and documents."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self.templates: dict[int, dict[str, Any]] = {}
        self.all: dict[int, Document] = {}
        self._next = 1
        self._numbers: dict[int, int] = {}

    def add_template(self, key: int, name: str, entity_types: list[str], *, active: bool = True) -> int:
        """Keep a template; ``entity_types`` as "31" or "2_category_0"."""
        self.templates[key] = {
            "id": str(key),
            "name": name,
            "region": "ru",
            "code": None,
            "active": "Y" if active else "N",
            "moduleId": "crm",
            "numeratorId": "1",
            "withStamps": "Y",
            "isDeleted": "N",
            "sort": "500",
            "download": f"{self._portal.base_url}/bitrix/services/main/ajax.php?id={key}",
            "users": ["UA"],
            "entityTypeId": entity_types,
        }
        self.change_template(key)
        return key

    def change_template(self, key: int) -> None:
        """Somebody uploads the template's file anew."""
        now = show_time(self._portal.second(), self._portal.server_zone)
        self.templates[key] |= {"createTime": self.templates[key].get("createTime", now), "updateTime": now}

    def add(self, template: int, etid: int, entity: int, *, stamps: bool, values: dict[str, Any]) -> Document:
        """Make a document; each uses up a number of its template."""
        key, self._next = self._next, self._next + 1
        self._numbers[template] = self._numbers.get(template, 0) + 1
        now = self._portal.second()
        number = f"{now.year}-{self._numbers[template]:03d}"
        item = self._portal.items.get(etid, entity) or {}
        document: Document = {
            "id": key,
            "number": number,
            "title": f"{self.templates[template]['name']} {number}",
            "template": template,
            "entityTypeId": etid,
            "entityId": entity,
            "created": now,
            "by": self._portal.settings.owner_id,
            "stamps": stamps,
            "values": values,
            "polls": 0,
            "ready": self._portal.settings.pdf_polls <= 0 and self._portal.settings.transformer_ok,
            "failed": False,
            "public": None,
            "sum": item.get("opportunity") or 0.0,
            "currency": item.get("currencyId") or "RUB",
            "rows": len(self._portal.items.rows.of(etid, entity)),
        }
        document["content"] = self._content(document)
        self.all[key] = document
        return document

    def poll(self, document: Document) -> None:
        """One look at a document brings its PDF nearer."""
        document["polls"] += 1
        if document["ready"] or document["polls"] < self._portal.settings.pdf_polls:
            return
        if self._portal.settings.transformer_ok:
            document["ready"] = True
        else:
            document["failed"] = True

    def token(self, key: int, action: str) -> str:
        """The token of a machine address."""
        secret = self._portal.settings.secret
        return hashlib.sha256(f"{secret}:{key}:{action}".encode()).hexdigest()[:32]

    def machine_url(self, key: int, action: str) -> str:
        """An address that works by a plain GET; it holds the webhook's secret."""
        settings = self._portal.settings
        method = f"crm.documentgenerator.document.{action}.json"
        head = f"{self._portal.base_url}/rest/{settings.owner_id}/{settings.secret}/{method}"
        return f"{head}?token={self.token(key, action)}&id={key}"

    def file(self, params: dict[str, Any], action: str) -> bytes | None:
        """The PDF behind a machine address, or ``None`` for a wrong token."""
        key = to_int(params.get("id")) or 0
        document = self.all.get(key)
        if document is None or params.get("token") != self.token(key, action):
            return None
        if action != "download" and not document["ready"]:
            return None
        return bytes(document["content"])

    def _content(self, document: Document) -> bytes:
        lines = [document["title"], f"{document['sum']:.2f} {document['currency']}"]
        return small_pdf([*lines, f"{document['entityTypeId']}:{document['entityId']}"])

    def shown(self, document: Document, *, fresh: bool) -> dict[str, Any]:
        """As document.add (``fresh``) or document.get shows it; entity and template ids are text."""
        zone = self._portal.server_zone
        ajax = f"{self._portal.base_url}/bitrix/services/main/ajax.php?action=crm.documentgenerator.document"
        key = document["id"]
        shown: dict[str, Any] = {
            "changeStampsEnabled": True,
            "changeStampsDisabledReason": "",
            "changeQrCodeEnabled": False,
            "qrCodeEnabled": False,
            "changeQrCodeDisabledReason": "",
            "products": {
                "currencyId": document["currency"],
                "totalSum": f"{document['sum']:.2f}",
                "totalRows": document["rows"],
            },
            "downloadUrl": f"{ajax}.download&SITE_ID=s1&id={key}",
            "publicUrl": document["public"],
            "id": key if fresh else str(key),
            "title": document["title"],
            "number": document["number"],
            "createTime": show_time(document["created"], zone),
            "createdBy": document["by"] if fresh else str(document["by"]),
            "updateTime": show_time(document["created"], zone),
            "updatedBy": None,
            "stampsEnabled": document["stamps"],
            "isTransformationError": document["failed"],
            "values": document["values"],
            "templateId": str(document["template"]),
            "pullTag": f"TRANSFORMDOCUMENT{key}",
            "emailDiskFile": 5600 + key,
            "entityId": str(document["entityId"]),
            "entityTypeId": str(document["entityTypeId"]),
            "downloadUrlMachine": self.machine_url(key, "download"),
        }
        if document["ready"]:
            shown |= {
                "imageUrl": f"{ajax}.getImage&SITE_ID=s1&id={key}",
                "pdfUrl": f"{ajax}.getPdf&SITE_ID=s1&id={key}",
                "imageUrlMachine": self.machine_url(key, "getImage"),
                "pdfUrlMachine": self.machine_url(key, "getPdf"),
            }
        return shown


@rest("crm.documentgenerator.document.add", "crm", "documentgenerator", takes="values:array fields:array")
def document_add(portal: Sandbox, params: Params) -> Answer:
    """Make a document of an item."""
    book = portal.document_book
    template, etid, entity = _subject(portal, params)
    if portal.items.get(etid, entity) is None or entity in portal.items.book(etid).hidden:
        raise Refusal("DOCGEN_ACCESS_ERROR", "Access denied")
    limit = portal.settings.document_limit
    if limit is not None and len(book.all) >= limit:
        raise Refusal("DOCGEN_LIMIT_ERROR", "Maximum count of documents has been reached")
    document = book.add(
        template,
        etid,
        entity,
        stamps=truthy(params.get("stampsEnabled")),
        values=as_map(params.get("values")),
    )
    return Answer({"document": book.shown(document, fresh=True)})


def _subject(portal: Sandbox, params: Params) -> tuple[int, int, int]:
    """Template, entity type and entity that a document is asked of."""
    template, etid = to_int(params.get("templateId")), to_int(params.get("entityTypeId"))
    if template is None:
        raise Refusal("100", _NOT_BUILT.format("Template"))
    if template not in portal.document_book.templates:
        raise Refusal("0", "Template not found")
    if etid not in portal.types:
        raise Refusal("0", "No provider for entityTypeId")
    entity = to_int(params.get("entityId"))
    if not entity:
        raise Refusal("0", 'Empty required parameter "value"')
    return template, etid, entity


_NOT_BUILT = "Bitrix\\DocumentGenerator\\{} constructor must be is public"
"""What binding a template or a document says without its id."""


def _document(portal: Sandbox, params: Params) -> Document:
    key = to_int(params.get("id"))
    if key is None:
        raise Refusal("100", _NOT_BUILT.format("Document"))
    document = portal.document_book.all.get(key)
    if document is None:
        raise Refusal("0", "Document not found")
    return document


@rest("crm.documentgenerator.document.get", "crm", "documentgenerator")
def document_get(portal: Sandbox, params: Params) -> Answer:
    """One document; the PDF's address appears after some looks."""
    document = _document(portal, params)
    portal.document_book.poll(document)
    return Answer({"document": portal.document_book.shown(document, fresh=False)})


@rest("crm.documentgenerator.document.delete", "crm", "documentgenerator")
def document_delete(portal: Sandbox, params: Params) -> Answer:
    """Delete a document; its number stays used up."""
    del portal.document_book.all[_document(portal, params)["id"]]
    return Answer(result=None)


@rest("crm.documentgenerator.document.enablepublicurl", "crm", "documentgenerator")
def document_public(portal: Sandbox, params: Params) -> Answer:
    """Switch the public address on or off."""
    document = _document(portal, params)
    on = truthy(params.get("status", 1))
    document["public"] = f"{portal.base_url}/~{document['id']:05x}" if on else None
    return Answer({"publicUrl": document["public"]})


def _file(action: str) -> Method:
    def file(portal: Sandbox, params: Params) -> Answer:
        """The bytes behind a machine address; a bad token is told as JSON with HTTP 200."""
        content = portal.document_book.file(params, action)
        if content is None:
            raise Refusal("ACCESS_DENIED", "Invalid token", 200)
        return Answer(content)

    return file


for _action in ("download", "getPdf", "getImage"):
    rest(f"crm.documentgenerator.document.{_action}", "crm", "documentgenerator")(_file(_action))


_COLUMNS = {
    "id": "id",
    "templateId": "template",
    "entityTypeId": "entityTypeId",
    "entityId": "entityId",
    "number": "number",
    "title": "title",
    "createdBy": "by",
}
_LISTED = (
    "id",
    "title",
    "number",
    "templateId",
    "createTime",
    "updateTime",
    "createdBy",
    "updatedBy",
    "stampsEnabled",
    "values",
    "entityId",
    "entityTypeId",
    "fileId",
    "pdfId",
    "imageId",
    "publicUrl",
)


@rest(
    "crm.documentgenerator.document.list",
    "crm",
    "documentgenerator",
    takes="select:array order:array filter:array",
)
def document_list(portal: Sandbox, params: Params) -> Answer:
    """Documents by filter; their entity's type only with ``*``, which is also the default."""
    names = {str(name) for name in as_list(params.get("select"))} or {"*"}
    if "entityTypeId" in names and "*" not in names:
        raise _unknown("entityTypeId")
    keep = compile_filter(params.get("filter"), lambda name: _column(portal, name))
    rows = [document for document in portal.document_book.all.values() if keep is None or keep(document)]
    order = as_map(params.get("order")) or {"id": "ASC"}
    rows = sort_rows(rows, [(_column(portal, name).get, descends(way)) for name, way in order.items()])
    start = to_int(params.get("start")) or 0
    offset = max(0, start) // PAGE * PAGE
    shown = [_listed(portal, document, names) for document in rows[offset : offset + PAGE]]
    return answer("documents", shown, None if start < 0 else len(rows), start)


def _unknown(name: str) -> Refusal:
    """What the query says of a field that the table of documents does not have."""
    upper = upper_name(name)
    model = "\\Bitrix\\DocumentGenerator\\Model\\Document Entity"
    return Refusal("100", f"Unknown field definition {upper} ({upper}) for {model}")


def _column(portal: Sandbox, name: str) -> Column:
    if name in {"createTime", "updateTime"}:
        return Column(name, "time", lambda row: row["created"], lambda value: skewed(portal, value))
    inner = _COLUMNS.get(name)
    if inner is None:
        raise _unknown(name)
    if inner in {"number", "title"}:
        return Column(name, "text", lambda row: row[inner], str)
    return Column(name, "int", lambda row: row[inner], to_int)


def _listed(portal: Sandbox, document: Document, names: set[str]) -> dict[str, Any]:
    whole = portal.document_book.shown(document, fresh=False)
    urls = {name for name in whole if name.endswith(("Url", "UrlMachine")) and name != "publicUrl"}
    chosen = urls | (set(_LISTED) if "*" in names else names)
    row = {name: value for name, value in whole.items() if name in chosen}
    extra = {
        "fileId": str(3 * document["id"]),
        "pdfId": str(3 * document["id"] + 2) if document["ready"] else None,
    }
    return row | {name: value for name, value in extra.items() if name in chosen}

"""The PDF of an invoice.

A document of the portal's generator, made once for the same content, and waited for.

Making a document uses up a number. So a document of the same printed content is used again, what was asked
for is noted before, and after a lost answer the portal is looked through for a newer document before another
one is made.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from b24sync.domain.entity import INVOICE
from b24sync.errors import NotFoundError, PermanentError
from b24sync.ports import Download, OnLostAnswer, Read, SaveDocument, Waiting, Write
from b24sync.rest import documents
from b24sync.rest.json_values import id_or_none
from b24sync.steps import printed_content
from b24sync.steps.outcomes import StepError, words_of
from b24sync.words import Message
from b24sync.words import field_faults as fields_said
from b24sync.words import remedies as words

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.domain.entity import Entity
    from b24sync.errors import PortalError
    from b24sync.ports import Effects
    from b24sync.rest.documents import Document
    from b24sync.steps.context import StepContext
    from b24sync.steps.memory import Memory

_NO_PDF = Message(
    "портал не смог сделать PDF документа {id} ({title}); проверьте на портале шаблон {template}, затем "
    "b24sync retry",
    "the portal could not make the PDF of document {id} ({title}); check the template {template} in the "
    "portal, "
    "then b24sync retry",
)
_NO_TEMPLATE = Message(
    "{meant} (есть: {known}); создайте его на портале или исправьте mail.document_template",
    "{meant} (known: {known}); make one in the portal or correct mail.document_template",
)
_TEMPLATE_NAMED = Message("шаблона документа «{name}» нет", "no document template {name!r}")
_TEMPLATE_ANY = Message("шаблона документа для счетов нет", "no document template for invoices")
_TEMPLATES = Message("шаблоны документов", "document templates")
_NONE = Message("нет", "none")
_SLOW_PDF = Message(
    "портал не сделал PDF документа {id} за сутки; посмотрите его там, затем b24sync retry",
    "the portal has not made the PDF of document {id} within a day; look at it there, then b24sync retry",
)

LIMIT_BYTES = 20_000_000
_LONGEST = timedelta(hours=24)
_SOON = timedelta(seconds=2)
_TEMPLATE_PAGES = 20
_GONE = frozenset(("0", ""))  # "Document not found" has no code of its own (portal.md §12)


@dataclass(frozen=True, slots=True)
class Pdf:
    """A finished PDF; ``document_id`` is the portal's document."""

    document_id: int
    content: bytes


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the document is made of."""

    ctx: StepContext
    memory: Memory
    invoice: Entity
    template_id: int
    digest: str


_PdfOrWait: TypeAlias = Pdf | Waiting


def still_made(ctx: StepContext, memory: Memory) -> Effects[Waiting | None]:
    """Whether the document of an earlier try is still being made.

    Asked before anything else, since it is asked often.

    Raises:
        StepError: It is not ready after a day.
    """
    document_id = memory.get("document_id")
    if document_id is None:
        return None
    document = yield from _get(document_id)
    if document is None or document.pdf_url or document.is_failed:
        return None
    return (yield from _waiting(ctx, memory))


def pdf_of(ctx: StepContext, memory: Memory, invoice: Entity, template: int | str) -> Effects[_PdfOrWait]:
    """The PDF of an invoice, or that it is being made.

    Args:
        ctx: The action.
        memory: What it keeps.
        invoice: As it was just read.
        template: Id or name of the portal's template; empty: the first one for invoices.

    Raises:
        StepError: There is no template, the portal refuses, or it cannot make the PDF.
    """
    template_id = yield from _template_id(ctx, template)
    digest = yield from printed_content.digest(ctx, invoice, template_id, stamps=_stamps(ctx))
    wanted = _Wanted(ctx, memory, invoice, template_id, digest)
    document = yield from _known(wanted)
    if document is None:
        document = yield from _made(wanted)
    if document.is_failed:
        yield from _forget(wanted, document)
        raise StepError(_NO_PDF(id=document.id, title=document.title, template=template_id))
    if not document.pdf_url:
        return (yield from _waiting(ctx, memory))
    content = yield from _downloaded(document)
    return Pdf(document.id, content)


def _template_id(ctx: StepContext, template: int | str) -> Effects[int]:
    number = id_or_none(template)
    if number is not None:
        return number
    listed = yield from _templates()
    suitable = [one for one in listed if one.suits(ctx.kinds[INVOICE])]
    if template:
        named = [one for one in listed if one.name.strip().casefold() == str(template).strip().casefold()]
        suitable = [one for one in suitable if one in named] or named
    if suitable:
        return suitable[0].id
    known = ", ".join(f"{one.id} {one.name}" for one in listed) or _NONE()
    meant = _TEMPLATE_NAMED(name=template) if template else _TEMPLATE_ANY()
    raise StepError(_NO_TEMPLATE(meant=meant, known=known))


def _templates() -> Effects[list[documents.Template]]:
    found: dict[int, documents.Template] = {}
    for page in range(_TEMPLATE_PAGES):
        answer: Answer
        (answer,) = yield Read((documents.template_list(start=50 * page),))
        if answer.error is not None:
            raise StepError(_words(answer.error, _TEMPLATES()))
        rows = documents.read_templates(answer.result)
        fresh = [one for one in rows if one.id not in found]
        found.update({one.id: one for one in fresh})
        if len(rows) < 50 or not fresh:
            break
    return list(found.values())


def _stamps(ctx: StepContext) -> bool:
    return ctx.settings.mail is None or ctx.settings.mail.stamps


def _known(wanted: _Wanted) -> Effects[Document | None]:
    """The document that this action, or an earlier mail, had made of the same content.

    ``None`` if the portal has it no more.
    """
    memory = wanted.memory
    own = memory.get("document_id")
    if own is not None and memory.get("document_digest") == wanted.digest:
        document = yield from _get(own)
        if document is not None:
            return document
    kept = wanted.ctx.records.document(wanted.invoice.key, wanted.template_id)
    if kept is None or kept[1] != wanted.digest or kept[0] == own:
        return None
    document = yield from _get(kept[0])
    if document is None or document.is_failed or _never_comes(wanted, document):
        return None
    yield from _remember(wanted, document)
    return document


def _never_comes(wanted: _Wanted, document: Document) -> bool:
    """Whether the PDF of a document was waited for in vain, so that a new document is to be made."""
    if document.pdf_url:
        return False
    made = document.created_at
    is_old = made is not None and wanted.ctx.now - made > _LONGEST
    return is_old or wanted.memory.get("document_given_up") == document.id


def _made(wanted: _Wanted) -> Effects[Document]:
    """A new document, or the one that a lost answer made."""
    document = (yield from _adopted(wanted)) or (yield from _added(wanted))
    yield SaveDocument(wanted.invoice.key, wanted.template_id, document.id, wanted.digest)
    yield from _remember(wanted, document)
    if not document.pdf_url and not document.is_failed:
        return (yield from _get(document.id)) or document
    return document


def _adopted(wanted: _Wanted) -> Effects[Document | None]:
    """The document that an earlier try asked for; else it is noted that one is asked for now."""
    listed = yield from _listed(wanted)
    asked = wanted.memory.get("document_asked") or {}
    if (asked.get("digest"), asked.get("template")) == (wanted.digest, wanted.template_id):
        newer = [one for one in listed if one.id > asked.get("after", 0)]
        if newer:
            return newer[0]
    after = max((one.id for one in listed), default=0)
    reading = {"after": after, "digest": wanted.digest, "template": wanted.template_id}
    yield from wanted.memory.put(document_asked=reading, document_id=None, document_digest=None, since=None)
    return None


def _added(wanted: _Wanted) -> Effects[Document]:
    kind = wanted.ctx.kinds[INVOICE]
    call = documents.add(kind, wanted.invoice.key.id, wanted.template_id, stamps=_stamps(wanted.ctx))
    answer: Answer = yield Write(call, OnLostAnswer.FIND)
    if answer.error is not None:
        # Nothing was made: what is there later was made by somebody else.
        yield from wanted.memory.put(document_asked=None)
        remedy = fields_said.CHECK_TEMPLATE(id=wanted.template_id)
        doing = fields_said.DOCUMENT_OF(entity=wanted.invoice.key)
        raise StepError(_words(answer.error, doing, remedy))
    document = documents.read_document(answer.result)
    if document is None:
        raise StepError(fields_said.NO_DOCUMENT(entity=wanted.invoice.key))
    return document


def _listed(wanted: _Wanted) -> Effects[list[Document]]:
    kind, number = wanted.ctx.kinds[INVOICE], wanted.invoice.key.id
    answer: Answer
    (answer,) = yield Read((documents.list_for(kind, number, wanted.template_id),))
    if answer.error is not None:
        raise StepError(_words(answer.error, fields_said.DOCUMENTS_OF(entity=wanted.invoice.key)))
    return documents.read_documents(
        answer.result, kind=kind, entity_id=number, template_id=wanted.template_id
    )


def _remember(wanted: _Wanted, document: Document) -> Effects[None]:
    since = wanted.ctx.now.isoformat()
    yield from wanted.memory.put(
        document_id=document.id,
        document_digest=wanted.digest,
        document_asked=None,
        since=since,
    )


def _forget(wanted: _Wanted, document: Document) -> Effects[None]:
    """A document that came to nothing is not used again."""
    yield SaveDocument(wanted.invoice.key, wanted.template_id, document.id, "")
    yield from wanted.memory.put(document_id=None, document_digest=None, since=None)


def _get(document_id: int) -> Effects[Document | None]:
    """A document; ``None`` if it is gone.

    Raises:
        StepError: The portal refuses to show it.
    """
    answer: Answer
    (answer,) = yield Read((documents.get(document_id),))
    if answer.error is None:
        return documents.read_document(answer.result)
    if isinstance(answer.error, NotFoundError) or answer.error.code in _GONE:
        return None
    raise StepError(_words(answer.error, fields_said.DOCUMENT(id=document_id)))


def _waiting(ctx: StepContext, memory: Memory) -> Effects[Waiting]:
    since = memory.get("since")
    if since is not None and ctx.now - datetime.fromisoformat(since) > _LONGEST:
        document_id = memory.get("document_id")
        yield from memory.put(
            document_id=None, document_digest=None, since=None, document_given_up=document_id
        )
        raise StepError(_SLOW_PDF(id=document_id))
    return Waiting(ctx.now + _SOON, "pdf", memory.all())


def _downloaded(document: Document) -> Effects[bytes]:
    """The PDF's bytes; its address holds a secret and is shown nowhere."""
    what = fields_said.PDF_OF(id=document.id)
    try:
        content: bytes = yield Download(document.pdf_url, LIMIT_BYTES)
    except PermanentError as error:
        raise StepError(fields_said.LOOK_AT_IT(what=what, why=error.reason)) from None
    if len(content) > LIMIT_BYTES:
        size, most = f"{len(content) / 1e6:.1f}", f"{LIMIT_BYTES / 1e6:g}"
        raise StepError(fields_said.PDF_TOO_LARGE(what=what, size=size, most=most))
    if not content.startswith(b"%PDF"):
        why = fields_said.SENT_INSTEAD(found=_said(content))
        raise StepError(fields_said.LOOK_AT_IT(what=what, why=why))
    return content


def _said(content: bytes) -> str:
    """What was sent in place of a PDF, in words."""
    try:
        found: Any = json.loads(content)
    except ValueError:
        return fields_said.NO_PDF()
    if isinstance(found, dict) and ("error" in found or "error_description" in found):
        words = " ".join(f"{found.get('error', '')}: {found.get('error_description', '')}".split())
        return fields_said.AN_ERROR(error=words[:200])
    return fields_said.OTHER_JSON()


def _remedy(code: str) -> str | None:
    found = words.REMEDIES.get(code) if code.startswith("DOCGEN_") else None
    return None if found is None else found()


def _words(error: PortalError, doing: str, otherwise: str = "") -> str:
    said, remedy = f"{doing}: {error.message}", _remedy(error.code)
    if remedy is None:
        whole = words_of(error, doing)
        remedy = otherwise if whole == said else whole.removeprefix(f"{said}; ")
    return f"{said}; {remedy}" if remedy else said

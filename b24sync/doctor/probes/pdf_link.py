"""Whether the newest document of an invoice has a PDF that needs no browser (portal.md §12)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, ok, warn
from b24sync.domain.entity import INVOICE
from b24sync.rest import documents
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from b24sync.doctor.probing import Look, Scene
    from b24sync.rest.documents import Document

NAME = "pdf_link"
_LIMIT_BYTES = 20_000_000
_LONG = timedelta(minutes=30)


def look(scene: Scene) -> Look:
    """Look for the newest document, then for its link, then behind it."""
    kind = scene.app.kinds[INVOICE]
    if not scene.uses.templates or kind.api == "legacy":
        return []
    (listed,) = yield [documents.newest(kind)]
    number = documents.newest_id(listed.value())
    if number is None:
        return []
    (answer,) = yield [documents.get(number)]
    document = documents.read_document(answer.value())
    return [] if document is None else [_finding(scene, document)]


def _finding(scene: Scene, document: Document) -> Finding:
    values = {"id": document.id, "number": document.number}
    if document.is_failed:
        return warn(NAME, words.PDF_FAILED.both(**values), words.SEE_TRANSFORMER.both())
    if not document.pdf_url:
        now, made = scene.app.portal_now(), document.created_at
        if made is not None and now - made < _LONG:
            return ok(NAME, words.PDF_NOT_YET.both(**values))
        return warn(NAME, words.PDF_ABSENT.both(**values), words.SEE_TRANSFORMER.both())
    content = scene.app.portal.download(document.pdf_url, limit_bytes=_LIMIT_BYTES)
    if not content.startswith(b"%PDF"):
        return warn(NAME, words.PDF_OTHER.both(**values), words.SEE_LINK.both())
    return ok(NAME, words.PDF_FINE.both(**values, size=max(1, round(len(content) / 1000))))

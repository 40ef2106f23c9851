"""All that a document of an invoice may print, read anew: the same content needs no second document.

What the portal refuses to show leaves a doubt. Then a document is used again by the action that had it made
and by no other, so that no stale one is sent and a second try uses up no second number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import COMPANY, CONTACT, DEAL
from b24sync.errors import NoMethodError
from b24sync.ports import Read
from b24sync.rest import documents, people, requisites
from b24sync.rest.json_values import id_or_none
from b24sync.rest.printed import digest_of, of_entity, of_user
from b24sync.rules.scope import EntityView, RowsView
from b24sync.steps.side_by_side import together

if TYPE_CHECKING:
    from b24sync.calls import Answer, Call
    from b24sync.domain.entity import Entity
    from b24sync.ports import Effects
    from b24sync.steps.context import StepContext


def own_company_id(invoice: Entity) -> int | None:
    """The own company that issues the invoice."""
    return id_or_none(invoice.fields.get("mycompanyId"))


def digest(ctx: StepContext, invoice: Entity, template_id: int, *, stamps: bool) -> Effects[str]:
    """A digest of what a template may print of an invoice.

    Its row and product rows, the deal, client and own company with requisites, bank details and addresses,
    the responsible, the template's own version.
    """
    scope = yield from ctx.scope(("rows", DEAL, CONTACT, COMPANY))
    parties = [view.entity for name in (CONTACT, COMPANY) if isinstance(view := scope.get(name), EntityView)]
    own_id = own_company_id(invoice)
    own = (yield from ctx.entity(COMPANY, own_id)) if own_id else None
    deal = scope.get(DEAL)
    entities = [
        invoice,
        *parties,
        *([own] if own else []),
        *([deal.entity] if isinstance(deal, EntityView) else []),
    ]
    content = _Content()
    yield from together(
        [
            _requisites(ctx, [*parties, *([own] if own else [])], content),
            _others(invoice, template_id, content),
        ]
    )
    view = scope.get("rows")
    return digest_of(
        entities=[of_entity(ctx.kinds[one.key.kind], one) for one in entities],
        rows=[one.row for one in view] if isinstance(view, RowsView) else [],
        more=content.found,
        template=template_id,
        stamps=stamps,
        only_for=ctx.marker if content.is_doubtful else "",
    )


@dataclass(slots=True)
class _Content:
    """What was read so far, and whether something could not be."""

    found: dict[str, Any] = field(default_factory=dict)
    is_doubtful: bool = False


def _requisites(ctx: StepContext, parties: Sequence[Entity], content: _Content) -> Effects[None]:
    owners: dict[str, list[int]] = {}
    for party in parties:
        owners.setdefault(party.key.kind, []).append(party.key.id)
    if not owners:
        return
    found = yield from _rows(
        content, {kind: (requisites.of_owners(ctx.kinds[kind], ids), ids) for kind, ids in owners.items()}
    )
    ids = requisites.ids_of([row for rows in found.values() for row in rows])
    if ids:
        bank, addresses = requisites.bank_details(ids), requisites.addresses(ids)
        found |= yield from _rows(content, {"bank": (bank, ids), "addresses": (addresses, ids)})
    content.found["requisites"] = found


def _rows(
    content: _Content, asked: Mapping[str, tuple[Call, Sequence[int]]]
) -> Effects[dict[str, list[dict[str, Any]]]]:
    answers: list[Answer] = yield Read(tuple(call for call, _ in asked.values()))
    found = {}
    for (name, (_, ids)), answer in zip(asked.items(), answers, strict=True):
        # a portal without the method keeps nothing of the kind
        refused = answer.error is not None and not isinstance(answer.error, NoMethodError)
        rows = [] if answer.error is not None else requisites.read_rows(answer.result, of=ids)
        content.is_doubtful |= refused or len(rows) >= requisites.PAGE
        found[name] = rows
    return found


def _others(invoice: Entity, template_id: int, content: _Content) -> Effects[None]:
    """The responsible and the template's version, where the portal shows them."""
    user_id = invoice.values.get("responsible_id")
    calls = [documents.template(template_id), *([people.user(user_id)] if user_id else [])]
    answers: list[Answer] = yield Read(tuple(calls))
    content.found["template_version"] = documents.read_version(answers[0].result)
    if user_id and answers[1].error is None:
        content.found["responsible"] = of_user(answers[1].result)

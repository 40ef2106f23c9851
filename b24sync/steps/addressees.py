"""Whom a mail about an invoice goes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.domain.addresses import parse_address
from b24sync.domain.entity import COMPANY, CONTACT, DEAL, Key
from b24sync.steps.outcomes import StepError
from b24sync.words import Message

if TYPE_CHECKING:
    from b24sync.domain.entity import Entity
    from b24sync.ports import Effects
    from b24sync.steps.context import StepContext

_NO_ADDRESS = Message("{name} (user:{id}): нет адреса почты", "{name} (user:{id}) has no e-mail address")
_NOBODY_WITH_ADDRESS = Message(
    "{meant}: ни у кого нет адреса почты", "{meant}: nobody with an e-mail address"
)
_CLIENT_WITHOUT_ADDRESS = Message(
    "ни у контакта, ни у компании нет адреса почты",
    "neither the contact nor the company has an e-mail address",
)
_GIVE_ADDRESS = Message(
    "{entity}: {meant}{said}; укажите адрес клиента в CRM, затем b24sync retry, или b24sync "
    "resend-invoice {id} "
    "--to АДРЕС",
    "{entity}: {meant}{said}; give the client one in the CRM, then b24sync retry, or b24sync "
    "resend-invoice {id} "
    "--to ADDRESS",
)

_CARD = Message(
    "исправьте адрес почты в карточке CRM, затем b24sync retry",
    "correct the e-mail address in its card of the CRM, then b24sync retry",
)
_IN_RULE = Message("исправьте адрес в правиле", "correct the address in the rule")
_IN_PORTAL = Message("исправьте его на портале", "correct it in the portal")
_TYPED = Message("напишите его правильно", "write it right")
_TEXT = Message("текст {text}", "the text {text}")
_RULE = Message("правило", "the rule")


@dataclass(frozen=True, slots=True)
class Addressee:
    """One address.

    Attributes:
        address: ``name@host``, fit for a mail.
        name: Of the person, for the greeting; empty if unknown.
        owner: Contact or company that has the address.
    """

    address: str
    name: str = ""
    owner: Key | None = None


@dataclass(frozen=True, slots=True)
class Addressees:
    """All of one kind (to, cc or bcc), and who was meant and has no address."""

    found: tuple[Addressee, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(one.address for one in self.found))


def main_addressees(ctx: StepContext, invoice: Entity, to: Sequence[str]) -> Effects[Addressees]:
    """Who gets the mail: the operator's word, else the rule's, else the client.

    Raises:
        StepError: Nobody has an address.
        MailPermanentError: An address is malformed; the message names whose it is.
    """
    operator = ctx.operator.get("to")
    if operator:
        typed = (operator,) if isinstance(operator, str) else tuple(operator)
        return Addressees(tuple(Addressee(_checked(one, "--to", _TYPED())) for one in typed))
    if to:
        found = yield from addressees(ctx, invoice, to)
    else:
        found = Addressees(tuple((yield from _client(ctx, invoice, CONTACT, COMPANY))))
    if not found.found:
        said = f" ({'; '.join(found.left_out)})" if found.left_out else ""
        meant = _NOBODY_WITH_ADDRESS(meant=", ".join(to)) if to else _CLIENT_WITHOUT_ADDRESS()
        raise StepError(_GIVE_ADDRESS(entity=invoice.key, meant=meant, said=said, id=invoice.key.id))
    return found


def addressees(ctx: StepContext, invoice: Entity, words: Sequence[str]) -> Effects[Addressees]:
    """The addresses behind words of the configuration (domain.values.Address).

    Raises:
        MailPermanentError: One is malformed; the message names whose it is.
    """
    found: list[Addressee] = []
    left_out: list[str] = []
    for word in words:
        if word in {CONTACT, COMPANY}:
            found += yield from _client(ctx, invoice, word)
        elif "{" in word:
            text = (yield from ctx.text(word, mode="plain")).strip(" \t")
            found += [Addressee(_checked(text, _TEXT(text=repr(word)), _IN_RULE()))] if text else []
        elif "@" in word:
            found.append(Addressee(_checked(word, _RULE(), _IN_RULE())))
        else:
            users = yield from ctx.people((word,), several=True)
            left_out += [*users.left_out, *users.nobody]
            left_out += [_NO_ADDRESS(name=user.name, id=user.id) for user in users.users if not user.email]
            found += [
                Addressee(_checked(user.email, f"user:{user.id} {user.name}", _IN_PORTAL()), user.name)
                for user in users.users
                if user.email
            ]
    return Addressees(tuple(found), tuple(left_out))


def _client(ctx: StepContext, invoice: Entity, *kinds: str) -> Effects[list[Addressee]]:
    """The first client of these kinds that has an address.

    Of each kind the deal's, else the invoice's own.
    """
    deal_id = invoice.values.get("deal_id")
    deal = (yield from ctx.entity(DEAL, deal_id)) if deal_id else None
    for key in _clients(deal, invoice, kinds):
        client = yield from ctx.entity(key.kind, key.id)
        emails = client.values.get("emails", ()) if client is not None else ()
        if client is not None and emails:
            name = str(client.values.get("name") or "")
            address = _checked(emails[0], f"{key.kind} {key.id} {name}".rstrip(), _CARD())
            return [Addressee(address, name if key.kind == CONTACT else "", key)]
    return []


def _clients(deal: Entity | None, invoice: Entity, kinds: Sequence[str]) -> Iterator[Key]:
    for kind in kinds:
        ids = [one.values.get(f"{kind}_id") for one in (deal, invoice) if one is not None]
        yield from (Key(kind, number) for number in dict.fromkeys(ids) if number)


def _checked(text: str, where: str, remedy: str) -> str:
    return parse_address(text, where=where, remedy=remedy).spec

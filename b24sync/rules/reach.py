"""The portal as rules see it: entities and what they are linked to, users, departments, rows.

Answers come from a `Loader`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from b24sync.calls import Answer, Call
from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, TASK, Entity, Key
from b24sync.errors import NotFoundError, PermanentError, PortalError, ScopeError
from b24sync.rest import catalog, items, people, rows, tasks
from b24sync.rest.kinds import Kind
from b24sync.rules.loader import Loader
from b24sync.words import remedies as words

_DEEPEST = 50


class Reach:
    """What can be reached from one event's entity. Every method may raise ``PendingError``."""

    def __init__(
        self, loader: Loader, *, kinds: Mapping[str, Kind], statuses: Mapping[str, str], base_url: str
    ) -> None:
        self.loader = loader
        self._kinds = kinds
        self._statuses = statuses
        self._base_url = base_url
        self._known: dict[Key, Entity | None] = {}
        self.imagined: Mapping[Key, Mapping[str, Any]] = {}
        """What entities are taken to hold instead of what the portal shows (a dry run's own changes)."""

    def know(self, entity: Entity) -> None:
        """Take over an entity that has just been read, so that it is not read again."""
        self._known[entity.key] = entity

    def entity(self, key: Key) -> Entity | None:
        """An entity; ``None`` if the portal has none of this id.

        Raises:
            PermanentError: The portal does not show it. A hidden one is not a missing one: what is said and
                done without it would be wrong (a mail to the company in place of the contact).
        """
        if key not in self._known:
            kind = self._kinds[key.kind]
            self._known[key] = self._read(kind, key, self.loader.answer(items.get(kind, key.id)))
        return self._known[key]

    def _read(self, kind: Kind, key: Key, answer: Answer) -> Entity | None:
        if answer.error is not None:
            if _is_missing(answer.error, kind):
                return None
            raise _named(answer.error, key)
        row = items.row_of(answer.result)
        if row is None or items.row_id(row) != key.id:
            return None
        found = items.entity(kind, row, statuses=self._statuses, base_url=self._base_url)
        instead = self.imagined.get(key)
        return replace(found, values={**found.values, **instead}) if instead else found

    def linked(self, entity: Entity, name: str) -> Entity | None:
        """The entity of another kind that this one is linked to (contract.md §5 "Names").

        ``None`` if there is none.
        """
        if name == entity.key.kind:
            return entity
        if entity.key.kind == TASK:
            return self._linked_to_task(entity, name)
        if name == DEAL:
            return self._by_id(DEAL, entity.values.get("deal_id"))
        if name in {CONTACT, COMPANY}:
            return self._client(entity, name)
        return None

    def _by_id(self, kind: str, entity_id: int | None) -> Entity | None:
        return None if entity_id is None else self.entity(Key(kind, entity_id))

    def _client(self, entity: Entity, name: str) -> Entity | None:
        """An invoice's client is its deal's, else its own; a smart process's its own, else its deal's."""
        own = entity.values.get(f"{name}_id") or self._company_of_contact(entity, name)
        if entity.key.kind == INVOICE or own is None:
            deal = self.linked(entity, DEAL) if entity.key.kind != DEAL else None
            of_deal = self._by_id(name, deal.values.get(f"{name}_id")) if deal is not None else None
            if of_deal is not None:
                return of_deal
        return self._by_id(name, own)

    def _company_of_contact(self, entity: Entity, name: str) -> int | None:
        if entity.key.kind != CONTACT or name != COMPANY:
            return None
        found = entity.fields.get("companyId", entity.fields.get("COMPANY_ID"))
        return int(found) if found and str(found).isdigit() and int(found) > 0 else None

    def _linked_to_task(self, task: Entity, name: str) -> Entity | None:
        bound = next((key for key in tasks.bindings(task.fields, self._kinds) if key.kind == name), None)
        if bound is not None and name in {DEAL, INVOICE}:
            return self.entity(bound)
        if name == DEAL:
            return self._through(self._linked_to_task(task, INVOICE), DEAL)
        if name in {CONTACT, COMPANY}:
            through = self._linked_to_task(task, INVOICE) or self._linked_to_task(task, DEAL)
            return self._through(through, name) or (self.entity(bound) if bound else None)
        return None

    def _through(self, entity: Entity | None, name: str) -> Entity | None:
        return None if entity is None else self.linked(entity, name)

    def user(self, user_id: int) -> people.User | None:
        """A user, dismissed or not; ``None`` if there is none of this id."""
        found = people.read_users(self.loader.answer(people.user(user_id)).value())
        return next((user for user in found if user.id == user_id), None)

    def members(self, department_id: int) -> list[people.User]:
        """The active members of a department."""
        found = self._pages(
            lambda start: people.users_of_department(department_id, start=start), people.read_users
        )
        return [user for user in found if user.active and department_id in user.department_ids]

    def departments(self) -> dict[int, people.Department]:
        """All departments, by id."""
        found = self._pages(lambda start: people.departments(start=start), people.read_departments)
        return {department.id: department for department in found}

    def head_of(self, user: people.User) -> people.User | None:
        """The head over a user: of the first department, climbing to one who is someone else and active.

        The top one has none.
        """
        known = self.departments()
        department = known.get(user.department_ids[0]) if user.department_ids else None
        for _ in range(_DEEPEST):
            if department is None:
                return None
            head = None if department.head_id in {None, user.id} else self.user(department.head_id or 0)
            if head is not None and head.active:
                return head
            department = known.get(department.parent_id or 0)
        return None

    def rows(self, key: Key) -> list[rows.Row]:
        """The product rows of an entity; none if it is gone."""
        kind = self._kinds[key.kind]
        if kind.api == "legacy":
            answer = self.loader.answer(rows.list_for(kind, key.id))
            return (
                []
                if answer.error is not None and _is_missing(answer.error, kind)
                else rows.read_rows(answer.value())
            )
        return self._pages(lambda start: rows.list_for(kind, key.id, start=start), rows.read_rows)

    def section_of(self, product_id: int) -> int | None:
        """The section of a product, of a variation that of its product.

        ``None`` if it has none or is gone.
        """
        product = self._product(product_id)
        if product is not None and product.section_id is None and product.parent_id is not None:
            product = self._product(product.parent_id)
        return None if product is None else product.section_id

    def _product(self, product_id: int) -> catalog.Product | None:
        answer = self.loader.answer(catalog.product(product_id))
        if isinstance(answer.error, PermanentError) and catalog.is_gone(answer.error):
            return None
        return catalog.read_product(answer.value())

    def parents_of_section(self, section_id: int) -> tuple[int, ...]:
        """A section and those above it, nearest first."""
        found: list[int] = []
        number: int | None = section_id
        while number is not None and number not in found and len(found) < _DEEPEST:
            found.append(number)
            answer = self.loader.answer(catalog.section(number))
            if isinstance(answer.error, PermanentError) and catalog.is_gone(answer.error):
                break
            section = catalog.read_section(answer.value())
            number = None if section is None else section.parent_id
        return tuple(found)

    def _pages(self, call: Callable[[int], Call], read: Callable[[Any], list[Any]]) -> list[Any]:
        """All pages of a list that goes by offset; a page of 50 has a next one."""
        found: list[Any] = []
        while True:
            page = read(self.loader.answer(call(len(found))).value())
            found += page
            if len(page) < items.PAGE:
                return found


def _is_missing(error: Exception, kind: Kind) -> bool:
    """Whether the portal says that there is no such thing.

    The old module has an empty code for whatever is wrong with an id.
    """
    unsaid = kind.api == "legacy" and isinstance(error, PermanentError) and not error.code
    return isinstance(error, NotFoundError) or unsaid


def _named(error: PortalError, key: Key) -> PortalError:
    """A refusal with the name of what it is about; any other error as it is."""
    if not isinstance(error, PermanentError) or isinstance(error, ScopeError):
        return error
    remedy = error.remedy or (words.GIVE_RIGHT_TO_SEE() if error.code in {"ACCESS_DENIED", ""} else "")
    return PermanentError(f"{key}: {error.reason}", method=error.method, code=error.code, remedy=remedy)

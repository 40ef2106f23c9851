"""The person at the portal: what anybody may do in its pages, whatever the webhook may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .iblock_lists import Property
from .item_methods import Names, show_item
from .schema import COMPANY, CONTACT, DEAL, INVOICE, EntityType, Field, dynamic_type

if TYPE_CHECKING:
    import threading

    from .crm_activities import Activities
    from .crm_items import Items
    from .crm_stages import Funnels
    from .document_generator import Documents
    from .iblock_lists import Lists
    from .legacy_invoices import OldInvoices
    from .notices import Notices
    from .portal_settings import SandboxSettings
    from .portal_tasks import Tasks
    from .portal_users import People
    from .product_catalog import Catalog
    from .server_clock import SandboxClock
    from .stage_history import History


class Actions:
    """Actions of people, and views of what the portal has done."""

    lock: threading.RLock
    settings: SandboxSettings
    clock: SandboxClock
    types: dict[int, EntityType]
    funnels: Funnels
    people: People
    history: History
    catalog: Catalog
    items: Items
    task_book: Tasks
    activity_book: Activities
    notices: Notices
    document_book: Documents
    list_book: Lists
    old_invoices: OldInvoices

    # items

    def add_item(self, entity_type_id: int, by: int = 1, **fields: Any) -> int:
        """Create an item; also ``id`` and ``createdTime`` may be given, own fields as UF_CRM_…."""
        with self.lock:
            return self.items.add(entity_type_id, fields, by, trusted=True)

    def add_bulk(
        self,
        entity_type_id: int,
        count: int,
        make: Callable[[int], Mapping[str, Any]] | Mapping[str, Any] | None = None,
        by: int = 1,
    ) -> range:
        """Add very many light items, all created now; gives their ids.

        Args:
            entity_type_id: Their type.
            count: How many.
            make: Fields of number ``n`` (from 0), always the same for the same ``n``; or a template whose
                texts may hold ``{n}``.
            by: Who creates them.
        """
        with self.lock:
            return self.items.generate(entity_type_id, count, _maker(make), by)

    def update_item(self, entity_type_id: int, item_id: int, by: int = 1, **fields: Any) -> bool:
        """Change an item; False (nothing saved) if nothing would be different."""
        with self.lock:
            return self.items.update(entity_type_id, item_id, fields, by, trusted=True)

    def delete_item(self, entity_type_id: int, item_id: int) -> None:
        """Delete an item with its rows and history."""
        with self.lock:
            self.items.delete(entity_type_id, item_id)

    def item(self, entity_type_id: int, item_id: int) -> dict[str, Any] | None:
        """An item as crm.item.get with original UF names shows it, visible or not; ``None``: not there."""
        with self.lock:
            found = self.items.get(entity_type_id, item_id)
            if found is None:
                return None
            return show_item(self._self(), self._names(entity_type_id), found)

    def item_ids(self, entity_type_id: int) -> list[int]:
        """Ids of all items of a type."""
        with self.lock:
            return list(self.items.book(entity_type_id).table.ids)

    def set_rows(
        self, entity_type_id: int, item_id: int, rows: Sequence[Mapping[str, Any]], by: int = 1
    ) -> None:
        """Replace the product rows of an item (keys as in crm.item.productrow.set)."""
        with self.lock:
            self.items.rows.replace(entity_type_id, item_id, rows)
            self.items.touch(entity_type_id, item_id, by)

    def rows(self, entity_type_id: int, item_id: int) -> list[dict[str, Any]]:
        """Product rows of an item."""
        with self.lock:
            return [dict(row) for row in self.items.rows.of(entity_type_id, item_id)]

    def hide(self, entity_type_id: int, item_id: int, *, history: bool = True) -> None:
        """Take the owner of the webhook the right to see an item, and its stage history.

        With its history left, it is as an item whose transaction is not complete.
        """
        with self.lock:
            self.items.book(entity_type_id).hidden.add(item_id)
            if not history:
                self.history.told_of_hidden.add((entity_type_id, item_id))

    def reveal(self, entity_type_id: int, item_id: int) -> None:
        """Give the right back."""
        with self.lock:
            self.items.book(entity_type_id).hidden.discard(item_id)

    def merge_contacts(self, keep_id: int, gone_id: int) -> None:
        """Merge two contacts: the second is deleted, whoever was bound to it is bound to the first."""
        with self.lock:
            for etid, kind in self.types.items():
                if "contactIds" in kind.fields:
                    self._rebind(etid, keep_id, gone_id)
            gone = self.items.get(CONTACT, gone_id) or {}
            kept = [
                {name: value for name, value in entry.items() if name != "id"} for entry in gone.get("fm", [])
            ]
            if kept:
                self.items.update(CONTACT, keep_id, {"fm": kept}, 1, trusted=True)
            self.items.delete(CONTACT, gone_id)

    def _rebind(self, etid: int, keep_id: int, gone_id: int) -> None:
        for key in list(self.items.book(etid).table.ids):
            item = self.items.get(etid, key)
            ids = list((item or {}).get("contactIds") or [])
            if gone_id in ids:
                fresh = list(dict.fromkeys(keep_id if one == gone_id else one for one in ids))
                self.items.update(etid, key, {"contactIds": fresh}, 1, trusted=True)

    def withhold_history(self, entity_type_id: int, *ids: int) -> None:
        """Let rows of the stage history come late: until they are released nobody can read them."""
        with self.lock:
            self.history.withhold(entity_type_id, *ids)

    def release_history(self, entity_type_id: int, *ids: int) -> None:
        """Let withheld rows be read; without ids all of them."""
        with self.lock:
            self.history.release(entity_type_id, *ids)

    def stage_history(self, entity_type_id: int) -> list[dict[str, Any]]:
        """All rows of the stage history as kept, whoever may see them; times are aware UTC."""
        with self.lock:
            zone = self._self().server_zone
            rows = self.history.table(entity_type_id).rows()
            return [row.shown(zone) | {"CREATED_TIME": row.created} for row in rows]

    # tasks, old invoices

    def add_task(self, by: int = 1, **fields: Any) -> int:
        """Create a task; fields in upper case, as TITLE, RESPONSIBLE_ID, UF_CRM_TASK=["SI_7"]."""
        with self.lock:
            key = self.task_book.add(fields, by)
            self.activity_book.bind_task(self.task_book.all[key])
            return key

    def update_task(self, task_id: int, by: int = 1, **fields: Any) -> bool:
        """Change a task."""
        with self.lock:
            return self.task_book.update(task_id, fields, by)

    def complete_task(self, task_id: int, by: int | None = None) -> None:
        """Finish a task (its creator does, unless another is named)."""
        with self.lock:
            task = self.task_book.all[task_id]
            self.task_book.complete(task_id, by if by is not None else task["CREATED_BY"])

    def renew_task(self, task_id: int, by: int = 1) -> None:
        """Open a finished task again."""
        with self.lock:
            self.task_book.set_status(task_id, 2, by)

    def delete_task(self, task_id: int) -> None:
        """Delete a task."""
        with self.lock:
            del self.task_book.all[task_id]

    def task(self, task_id: int) -> dict[str, Any] | None:
        """A task as kept: upper-case fields, typed values, aware UTC times."""
        with self.lock:
            task = self.task_book.all.get(task_id)
            return dict(task) if task is not None else None

    def add_legacy_invoice(self, by: int = 1, **fields: Any) -> int:
        """Create an old invoice (fields of crm.invoice)."""
        with self.lock:
            return self.old_invoices.add(fields, by)

    def update_legacy_invoice(self, invoice_id: int, **fields: Any) -> bool:
        """Change an old invoice."""
        with self.lock:
            return self.old_invoices.update(invoice_id, fields)

    def delete_legacy_invoice(self, invoice_id: int) -> None:
        """Delete an old invoice."""
        with self.lock:
            self.old_invoices.delete(invoice_id)

    # the company's set-up

    def add_user(self, user_id: int | None = None, **fields: Any) -> int:
        """Add a person; fields as user.get spells them (NAME, LAST_NAME, EMAIL, UF_DEPARTMENT, …)."""
        with self.lock:
            return self.people.add_user(user_id, fields)

    def dismiss(self, user_id: int) -> None:
        """Dismiss a person."""
        with self.lock:
            self.people.users[user_id]["ACTIVE"] = False

    def add_department(
        self, name: str, *, parent: int | None = None, head: int | None = None, key: int | None = None
    ) -> int:
        """Add a department."""
        with self.lock:
            return self.people.add_department(key, name, parent, head)

    def add_smart_process(self, entity_type_id: int, title: str) -> int:
        """Add a smart process without funnels."""
        with self.lock:
            self.types[entity_type_id] = dynamic_type(entity_type_id, title)
            return entity_type_id

    def add_user_field(
        self,
        entity_type_id: int,
        name: str,
        kind: str = "string",
        *,
        title: str = "",
        multiple: bool = False,
        items: Sequence[tuple[int, str]] = (),
    ) -> str:
        """Add an own field, as UF_CRM_PROJECT_LEAD of type employee."""
        with self.lock:
            fields = self.types[entity_type_id].fields
            number = 5000 + sum(1 for spec in fields.values() if spec.is_uf) * 2 + entity_type_id * 100
            fields[name] = Field(
                name, kind, multiple=multiple, title=title or name, items=tuple(items), uf_id=number
            )
            return name

    def add_list(
        self,
        list_id: int,
        name: str,
        properties: Sequence[Property],
        *,
        kind: str = "lists",
        code: str | None = None,
    ) -> int:
        """Add a universal list."""
        with self.lock:
            return self.list_book.add(list_id, name, kind, code, list(properties))

    def add_element(
        self, list_id: int, name: str, values: Mapping[int, Any], element_id: int | None = None
    ) -> int:
        """Add an element to a list; values by property id."""
        with self.lock:
            return self.list_book.add_element(list_id, name, values, element_id)

    def add_contact(
        self, name: str, last_name: str, *, email: str = "", phone: str = "", **fields: Any
    ) -> int:
        """Add a contact with a work e-mail and a phone."""
        return self.add_item(CONTACT, name=name, lastName=last_name, fm=_entries(email, phone), **fields)

    def add_company(self, title: str, *, email: str = "", phone: str = "", **fields: Any) -> int:
        """Add a company with a work e-mail and a phone."""
        return self.add_item(COMPANY, title=title, fm=_entries(email, phone), **fields)

    def add_deal(self, title: str, **fields: Any) -> int:
        """Add a deal."""
        return self.add_item(DEAL, title=title, **fields)

    def add_invoice(self, title: str, **fields: Any) -> int:
        """Add a smart invoice."""
        return self.add_item(INVOICE, title=title, **fields)

    # what the portal has done

    @property
    def effects(self) -> Actions:
        """The views below, under one name."""
        return self

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """Notifications that people see now (an earlier one with the same TAG is gone)."""
        with self.lock:
            return [dict(notice) for notice in self.notices.shown]

    @property
    def notifications_all(self) -> list[dict[str, Any]]:
        """Every notification ever sent."""
        with self.lock:
            return [dict(notice) for notice in self.notices.all]

    @property
    def activities(self) -> list[dict[str, Any]]:
        """Activities as kept."""
        with self.lock:
            return [dict(row) for row in self.activity_book.all.values()]

    @property
    def mails(self) -> list[dict[str, Any]]:
        """E-mails really sent by the portal."""
        with self.lock:
            return [dict(mail) for mail in self.activity_book.mails]

    @property
    def senders(self) -> list[str]:
        """Addresses that e-mails may be sent from ("Name <box@x>"); the list itself, to be changed."""
        return self.activity_book.senders

    @property
    def comments(self) -> list[dict[str, Any]]:
        """Comments in timelines."""
        with self.lock:
            return [dict(comment) for comment in self.activity_book.comments]

    @property
    def documents(self) -> list[dict[str, Any]]:
        """Documents made."""
        with self.lock:
            return [dict(document) for document in self.document_book.all.values()]

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """Tasks as kept."""
        with self.lock:
            return [dict(task) for task in self.task_book.all.values()]

    def _names(self, entity_type_id: int) -> Names:
        return Names(self._self(), self.types[entity_type_id], {"useOriginalUfNames": "Y"})

    def _self(self) -> Any:
        return self


def _maker(
    make: Callable[[int], Mapping[str, Any]] | Mapping[str, Any] | None,
) -> Callable[[int], Mapping[str, Any]]:
    if callable(make):
        return make
    template = dict(make or {})

    def fill(number: int) -> Mapping[str, Any]:
        return {
            name: value.replace("{n}", str(number)) if isinstance(value, str) else value
            for name, value in template.items()
        }

    return fill


def _entries(email: str, phone: str) -> list[dict[str, str]]:
    entries = [("EMAIL", email), ("PHONE", phone)]
    return [{"typeId": kind, "valueType": "WORK", "value": value} for kind, value in entries if value]

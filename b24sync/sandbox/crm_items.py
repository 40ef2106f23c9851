"""Items of the CRM: what an addition, a change and a deletion do to them (portal.md §3, §6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .envelope import Refusal
from .php import as_list, to_int
from .product_rows import Rows
from .schema import CONTACT, DEAL, INVOICE, TYPE_BOOKS, EntityType, item_name
from .stage_history import CREATED, FINISHED, HistoryRow
from .table import Stamps, Table
from .typed_values import IGNORED, read_value

if TYPE_CHECKING:
    from .stand_in import Sandbox

Item = dict[str, Any]
_INVOICE_TERM = timedelta(days=7)


class ItemBook:
    """All items of one type, with their index by modification time."""

    def __init__(self) -> None:
        self.table: Table[Item] = Table()
        self.stamps = Stamps()
        self.hidden: set[int] = set()
        self.next_id = 1

    def put(self, item: Item, former: datetime | None) -> None:
        """Keep an item; ``former`` is the modification time under which it was kept before."""
        key = item["id"]
        if former is not None:
            self.stamps.remove(int(former.timestamp()), key)
        self.table.put(key, item)
        self.stamps.add(int(item["updatedTime"].timestamp()), key)

    def remove(self, item: Item) -> None:
        """Forget an item."""
        self.stamps.remove(int(item["updatedTime"].timestamp()), item["id"])
        self.table.remove(item["id"])
        self.hidden.discard(item["id"])


class Items:
    """Items of all types; every change goes through here, whoever makes it."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self._books: dict[int, ItemBook] = {}
        self.rows = Rows(portal)

    def book(self, etid: int) -> ItemBook:
        """The items of a type."""
        return self._books.setdefault(etid, ItemBook())

    def get(self, etid: int, key: int) -> Item | None:
        """An item as kept, or ``None``."""
        return self.book(etid).table.get(key)

    def add(self, etid: int, fields: Mapping[str, Any], by: int, *, trusted: bool = False) -> int:
        """Create an item.

        Args:
            etid: Its type.
            fields: Inputs by name; unknown and unreadable ones are ignored.
            by: Who does it.
            trusted: Times and ids that are read-only for REST may be given (the person at the portal).
        """
        book = self.book(etid)
        kind = self._portal.types[etid]
        given = self._read(kind, fields, trusted=trusted)
        now = given.get("createdTime") or self._portal.second()
        key = given.pop("id", None) or book.next_id
        if key in book.table:
            raise ValueError(f"item {etid}:{key} exists")
        item: Item = {"id": key} | self._defaults(kind, key, by, now) | given
        if kind.staged:
            self._place(kind, item, given)
            self._require(kind, item)
        self._finish(kind, item, given)
        self._check_number(kind, item)
        item["updatedTime"] = given.get("updatedTime") or now
        item["movedTime"] = given.get("movedTime") or now
        if "fm" in fields:
            self._merge_multifields(item, fields["fm"])
        book.next_id = max(book.next_id, key + 1)
        book.put(item, None)
        if _has_history(kind, item):
            stage = item["stageId"]
            semantics = self._portal.funnels.semantics(etid, stage)
            self._portal.history.created(
                etid=etid, owner=key, at=now, category=item["categoryId"], stage=stage, semantics=semantics
            )
        return int(key)

    def generate(self, etid: int, count: int, make: Callable[[int], Mapping[str, Any]], by: int) -> range:
        """Add many items that exist only as a rule.

        Item ``n`` is made anew by ``make(n)`` whenever it is read.

        Some bytes each are kept. All are created now; a changed one becomes an item like any other.
        """
        book, kind, now = self.book(etid), self._portal.types[etid], self._portal.second()
        first, base = book.next_id, self._defaults(kind, 0, by, now, number="")
        numbers = self._portal.reserve_account_numbers(count) if kind.id == INVOICE else 0

        def item(key: int) -> Item:
            given = self._read(kind, make(key - first), trusted=True)
            title = {"title": f"{kind.title} #{key}"} if kind.id != CONTACT else {}
            row = base | title | {"id": key, "updatedTime": now, "movedTime": now} | given
            if kind.id == INVOICE and "accountNumber" not in given:
                row["accountNumber"] = str(numbers + key - first)
            if kind.staged:
                self._place(kind, row, given)
            self._finish(kind, row, given)
            return row

        book.table.generate(first, count, item)
        book.stamps.extend(int(now.timestamp()), first, count)
        book.next_id = first + count
        if kind.staged:
            self._generate_history(etid, first, count, item)
        return range(first, first + count)

    def _generate_history(self, etid: int, first: int, count: int, item: Callable[[int], Item]) -> None:
        def row(owner: int) -> HistoryRow:
            made = item(owner)
            stage = made["stageId"]
            semantics = self._portal.funnels.semantics(etid, stage)
            kind = CREATED if semantics == "P" else FINISHED
            return HistoryRow(
                id=0,
                type_id=kind,
                entity_type_id=etid,
                owner_id=owner,
                created=made["createdTime"],
                category_id=made["categoryId"],
                stage_id=stage,
                semantics=semantics,
            )

        self._portal.history.generate(etid, first, count, row)

    def update(
        self, etid: int, key: int, fields: Mapping[str, Any], by: int, *, trusted: bool = False
    ) -> bool:
        """Change an item; gives False, and saves nothing, if nothing would be different.

        Raises:
            Refusal: A required field is empty, the stage is unknown, the number is taken.
            KeyError: There is no such item.
        """
        kind = self._portal.types[etid]
        before = self.get(etid, key)
        if before is None:
            raise KeyError(key)
        given = self._read(kind, fields, trusted=trusted)
        given.pop("id", None)
        item = before | given
        if kind.staged:
            self._place(kind, item, given, before)
        self._finish(kind, item, given, before)
        if "fm" in fields:
            self._merge_multifields(item, fields["fm"])
        if _same(before, item):
            return False
        if kind.staged and item["stageId"] != before["stageId"]:
            self._require(kind, item)
        self._check_number(kind, item)
        self._save(kind, before, item, by)
        return True

    def touch(self, etid: int, key: int, by: int) -> None:
        """Save an item again although its own fields stay (its product rows changed)."""
        before = self.get(etid, key)
        if before is None:
            raise KeyError(key)
        item = dict(before)
        self._finish(self._portal.types[etid], item, {}, before)
        self._save(self._portal.types[etid], before, item, by)

    def delete(self, etid: int, key: int) -> None:
        """Delete an item with its product rows and its stage history."""
        item = self.get(etid, key)
        if item is None:
            raise KeyError(key)
        self.book(etid).remove(item)
        self.rows.forget(etid, key)
        self._portal.history.forget(etid, key)

    def _save(self, kind: EntityType, before: Item, item: Item, by: int) -> None:
        now = self._portal.second()
        item["updatedTime"] = now
        item["updatedBy"] = by
        moved = kind.staged and item["stageId"] != before["stageId"]
        if moved:
            item["movedTime"], item["movedBy"] = now, by
            if "previousStageId" in kind.fields:
                item["previousStageId"] = before["stageId"]
        self.book(kind.id).put(item, before["updatedTime"])
        changed_funnel = kind.staged and item["categoryId"] != before["categoryId"]
        if (moved or changed_funnel) and _has_history(kind, item):
            stage = item["stageId"]
            self._portal.history.moved(
                settings=self._portal.settings,
                etid=kind.id,
                owner=item["id"],
                at=now,
                category=item["categoryId"],
                stage=stage,
                semantics=self._portal.funnels.semantics(kind.id, stage),
                funnel_changed=changed_funnel,
            )

    def _read(self, kind: EntityType, fields: Mapping[str, Any], *, trusted: bool) -> Item:
        server, now = self._portal.server_zone, self._portal.clock.now()
        names = {item_name(name): name for name in kind.fields}
        given: Item = {}
        for raw_name, raw in fields.items():
            spec = kind.fields.get(names.get(raw_name, raw_name))
            if spec is None:
                if trusted and raw_name != "fm":
                    raise ValueError(f"{kind.title} has no field {raw_name}")
                continue
            if spec.read_only and not trusted:
                continue
            value = read_value(spec, raw, server, now)
            if value is not IGNORED:
                given[spec.name] = value
        return given

    def _defaults(
        self, kind: EntityType, key: int, by: int, now: datetime, *, number: str | None = None
    ) -> Item:
        today = now.astimezone(self._portal.server_zone).date()
        item: Item = {
            "createdTime": now,
            "createdBy": by,
            "updatedBy": by,
            "assignedById": by,
            "lastActivityBy": by,
            "lastActivityTime": now,
            "opened": True,
        }
        if kind.staged:
            item |= {"movedBy": by, "companyId": 0, "contactId": 0, "contactIds": []}
            item |= {"begindate": today, "closedate": today + _INVOICE_TERM}
            item |= {"opportunity": 0.0, "taxValue": 0.0, "currencyId": "RUB", "isManualOpportunity": False}
        if kind.id != CONTACT:
            item["title"] = f"{kind.title} №{key}" if kind.id == INVOICE else f"{kind.title} #{key}"
        if kind.id == DEAL and (types := self._portal.funnels.statuses.get(TYPE_BOOKS[DEAL])):
            item["typeId"] = types[0].status_id
        if kind.id == INVOICE:
            item["accountNumber"] = self._portal.next_account_number() if number is None else number
        return item

    def _place(self, kind: EntityType, item: Item, given: Item, before: Item | None = None) -> None:
        """Settle funnel and stage: a new funnel without a stage starts in its first one."""
        funnels = self._portal.funnels
        default: int = before["categoryId"] if before else funnels.default_category(kind.id)
        chosen = given.get("categoryId")
        category: int = chosen if chosen is not None else default
        if (kind.id, category) not in funnels.categories or kind.id == INVOICE:
            category = default
        item["categoryId"] = category
        moved_funnel = before is not None and before["categoryId"] != category
        stage = given.get("stageId")
        if stage is not None and not funnels.knows(kind.id, category, stage):
            if before is not None and stage == before["stageId"] and not moved_funnel:
                return
            raise Refusal("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value of the field "Stage"')
        if stage is None:
            stage = (
                before["stageId"] if before and not moved_funnel else funnels.first_stage(kind.id, category)
            )
        item["stageId"] = stage

    def _finish(self, kind: EntityType, item: Item, given: Item, before: Item | None = None) -> None:
        """Settle what follows from other fields: contact lists, sums, the closing of a deal."""
        _join(item, given, "contactId", "contactIds", kind)
        _join(item, given, "companyId", "companyIds", kind)
        if not kind.staged:
            return
        total = self.rows.total(kind.id, item["id"])
        if total is not None:
            item["taxValue"] = total[1]
            if not item.get("isManualOpportunity"):
                item["opportunity"] = total[0]
        item["opportunity"] = round(item.get("opportunity") or 0.0, 2)
        if kind.id == DEAL:
            self._close(item, before)

    def _close(self, item: Item, before: Item | None) -> None:
        semantics = self._portal.funnels.semantics(DEAL, item["stageId"])
        item["stageSemanticId"] = semantics
        item["closed"] = semantics != "P"
        was = before.get("stageSemanticId", "P") if before else "P"
        if semantics != "P" and was == "P":
            item["closedate"] = self._portal.today()

    def _merge_multifields(self, item: Item, given: Any) -> None:
        item["fm"] = self._portal.multifields.merge(item.get("fm", []), given)
        for name, code in (("hasEmail", "EMAIL"), ("hasPhone", "PHONE")):
            item[name] = any(entry["typeId"] == code for entry in item["fm"])

    def _require(self, kind: EntityType, item: Item) -> None:
        names = self._portal.settings.required_fields.get(kind.id, {}).get(item["stageId"], ())
        for name in names:
            field = next(
                (spec for spec in kind.fields.values() if name in {spec.name, item_name(spec.name)}), None
            )
            if field is not None and item.get(field.name) in (None, "", 0, []):
                text = f'Поле "{field.title or name}" обязательно для заполнения'
                raise Refusal("CRM_FIELD_ERROR_REQUIRED", text)

    def _check_number(self, kind: EntityType, item: Item) -> None:
        if kind.id == INVOICE and not self._portal.claim_account_number(item["id"], item["accountNumber"]):
            raise Refusal("CRM_FIELD_ERROR_VALUE_NOT_UNIQUE", 'Field "Number" must be unique')


def _has_history(kind: EntityType, item: Item) -> bool:
    """Whether moves are written down: those of the templates of recurring deals are not (*source*)."""
    return kind.staged and not (kind.id == DEAL and item.get("isRecurring"))


def _join(item: Item, given: Item, one: str, many: str, kind: EntityType) -> None:
    if many not in kind.fields or one not in kind.fields:
        return
    if many in given:
        ids = [key for key in as_list(given[many]) if to_int(key)]
        item[many], item[one] = ids, ids[0] if ids else 0
    elif one in given:
        others = [key for key in item.get(many) or [] if key != given[one]]
        item[many] = [given[one], *others] if given[one] else []


def _same(before: Item, after: Item) -> bool:
    blank: tuple[Any, ...] = (None, "", 0, [])
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old != new and not (old in blank and new in blank):
            return False
    return True

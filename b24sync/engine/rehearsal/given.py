"""The entities of a test, made of its tables: what they leave open is linked and filled up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, TASK, Entity, Key
from b24sync.domain.event import STUCK, Event, moved_name, stuck_name, written_out
from b24sync.rest import items, row_edits, stages
from b24sync.rest.stages import Semantic, Stage

if TYPE_CHECKING:
    from b24sync.domain.rule_test import RuleTest, Table
    from b24sync.domain.settings import Settings
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.rehearsal.people_of_test import Staff
    from b24sync.rest.kinds import Kind

_WRITTEN = ("url", "status", "status_title", "stage_title", "name")
_STATUSES: Mapping[str, tuple[str, Semantic]] = {
    "draft": ("N", "P"),
    "sent": ("S", "P"),
    "paid": ("P", "S"),
    "rejected": ("D", "F"),
}
_DEAL_STAGES: tuple[tuple[str, Semantic], ...] = (
    *(("NEW", "P"), ("PREPARATION", "P"), ("PREPAYMENT_INVOICE", "P"), ("EXECUTING", "P")),
    *(("FINAL_INVOICE", "P"), ("WON", "S"), ("LOSE", "F"), ("APOLOGY", "F")),
)


class Given:
    """Everything that a test says about entities.

    Attributes:
        subject: The event's entity.
        entities: By key; a step's writes go into them.
    """

    def __init__(
        self,
        test: RuleTest,
        *,
        settings: Settings,
        kinds: Mapping[str, Kind],
        funnels: Funnels,
        staff: Staff,
        base_url: str,
        tz: tzinfo,
    ) -> None:
        self._kinds, self._funnels, self._staff = kinds, funnels, staff
        self._base_url, self._tz = base_url, tz
        self.rows = test.rows
        self.entities: dict[Key, Entity] = {}
        kind = test.event.partition(".")[0]
        tables = {name: dict(values) for name, values in test.given().items()}
        tables.setdefault(kind, {})
        for name, table in tables.items():
            table.setdefault("id", 1)
            self._fill(name, table, tables, is_subject=name == kind, test=test)
        tables |= _stubs(tables)
        _fill_people(tables, settings, staff)
        self.subject = Key(kind, int(tables[kind]["id"]))
        self._settle_stage(test, tables[kind], kind)
        for name, table in tables.items():
            entity = self._entity(name, table, tables)
            self.entities[entity.key] = entity

    def _fill(
        self,
        name: str,
        table: dict[str, Any],
        tables: Mapping[str, Table],
        *,
        is_subject: bool,
        test: RuleTest,
    ) -> None:
        for link in (DEAL, CONTACT, COMPANY):
            if link in tables and link != name and name in {INVOICE, DEAL, *test.kinds}:
                table.setdefault(f"{link}_id", tables[link].get("id", 1))
        if name in {INVOICE, DEAL, *test.kinds}:
            table.setdefault("currency", "RUB")
        word = "responsible" if is_subject else f"{name}.responsible"
        given = test.responsible if is_subject else None
        if given or "responsible_id" not in table:
            table["responsible_id"] = self._staff.add(given, name=word)

    def _settle_stage(self, test: RuleTest, table: dict[str, Any], kind: str) -> None:
        """The entity is where the event led it, unless the test says otherwise."""
        to = to_of(test)
        if kind == INVOICE:
            status = (
                table.pop("status", None) or to or ("draft" if test.event.endswith("created") else "sent")
            )
            table.setdefault("stage_id", self._funnels.stage_ids(status)[0])
        elif kind != TASK and to:
            table.setdefault("stage_id", to)
        elif kind == DEAL:
            table.setdefault("stage_id", "NEW")
        elif kind == TASK and test.event == "task.completed":
            table.setdefault("status", 5)

    def _entity(self, name: str, table: Table, tables: Mapping[str, Table]) -> Entity:
        kind = self._kinds[name]
        raw: dict[str, Any] = {"id": table["id"]}
        for key, value in table.items():
            if key in {"id", "fields", "emails", "phones", "url", "deal_id", "invoice_id"} and not (
                key == "deal_id" and name != TASK
            ):
                continue
            row_edits.put(kind, raw, "title" if (name, key) == (COMPANY, "name") else key, self._plain(value))
        for key, type_id in (("emails", "EMAIL"), ("phones", "PHONE")):
            listed = [table[key]] if isinstance(table.get(key), str) else table.get(key, ())
            raw.setdefault("fm", []).extend(
                {"typeId": type_id, "valueType": "WORK", "value": str(value)} for value in listed
            )
        if name == TASK:
            raw["ufCrmTask"] = [
                self._kinds[link].binding(int(tables[link]["id"]))
                for link in (DEAL, INVOICE)
                if link in tables
            ]
        raw.update({code: self._plain(value) for code, value in (table.get("fields") or {}).items()})
        entity = items.entity(kind, raw, statuses=self._funnels.statuses(), base_url=self._base_url)
        said = {
            key: table[key] for key in _WRITTEN if key in table and (key != "name" or key in entity.values)
        }
        return Entity(entity.key, {**entity.values, **said}, entity.fields)

    def _plain(self, value: Any) -> Any:
        """A value as the portal would send it."""
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=self._tz)).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, str) and _is_local_time(value):
            return datetime.fromisoformat(value).replace(tzinfo=self._tz).isoformat()
        return [self._plain(one) for one in value] if isinstance(value, list) else value

    def write(self, key: Key, sets: Mapping[str, Any]) -> None:
        """Take over what a step wrote."""
        entity = self.entities.get(key)
        if entity is None:
            return
        kind, raw = self._kinds[key.kind], dict(entity.fields)
        for name, value in sets.items():
            row_edits.put(kind, raw, name, value)
        fresh = items.entity(kind, raw, statuses=self._funnels.statuses(), base_url=self._base_url)
        written = {name: fresh.values[name] for name in sets if name in fresh.values}
        if "stage_id" in sets and "status" in fresh.values:
            written["status"] = fresh.values["status"]
        self.entities[key] = Entity(key, {**entity.values, **written}, fresh.fields)


def _is_local_time(text: str) -> bool:
    if len(text) < 16 or text[4:5] != "-":
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


def _stubs(tables: Mapping[str, Table]) -> dict[str, dict[str, Any]]:
    """Entities that are there because another one names their id."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables.values():
        for link in (DEAL, CONTACT, COMPANY):
            number = table.get(f"{link}_id")
            if isinstance(number, int) and number > 0 and link not in tables and link not in found:
                found[link] = {"id": number}
    return found


def _fill_people(tables: Mapping[str, dict[str, Any]], settings: Settings, staff: Staff) -> None:
    """Somebody in each user field that a name of ``[people]`` goes by and the test leaves open."""
    for name, meaning in settings.people.items():
        root, _, code = meaning.partition(".fields.")
        if not code or root not in tables or staff.people[name] != meaning:
            continue
        given = dict(tables[root].get("fields") or {})
        if code not in given:
            tables[root]["fields"] = {**given, code: staff.add(None, name=name)}


def to_of(test: RuleTest) -> str:
    """Where the event leads to: as it says, or as its short form does."""
    _, _, to = written_out(test.event)
    return to or test.to


def event_of(test: RuleTest, subject: Entity, at: datetime, funnels: Funnels) -> Event:
    """The event of a test."""
    kind, name, _ = written_out(test.event)
    to = to_of(test)
    moves = name in {moved_name(kind), stuck_name(kind)}
    if moves and not to:
        to = str(subject.values.get("status") or subject.values.get("stage_id") or "")

    def stage(text: str) -> str | None:
        if not text:
            return None
        return funnels.stage_ids(text)[0] if kind == INVOICE else text

    from_stage, to_stage = stage(test.from_), stage(to)
    return Event(
        key=f"{subject.key}/{f'{STUCK}/{test.after}' if test.after else 'test'}",
        name=name,
        entity=subject.key,
        occurred_at=at,
        from_=None if from_stage is None else funnels.status(kind, from_stage),
        to=None if to_stage is None else funnels.status(kind, to_stage),
        from_stage=from_stage,
        to_stage=to_stage,
        changes={
            field: list(change) if isinstance(change, list) else [None, change]
            for field, change in test.changes.items()
        },
        by=test.by or None,
    )


def stages_for(settings: Settings, test: RuleTest) -> dict[str, tuple[Stage, ...]]:
    """Stages that a portal may have: those that the configuration and the test name, and the usual ones."""
    given = settings.invoice.status
    legacy = settings.invoice.api == "legacy"
    invoice = [
        Stage(stage_id, name, n, "S" if name == "paid" else "F" if name == "rejected" else "P")
        for n, (name, ids) in enumerate(given.items())
        for stage_id in ids
    ]
    invoice += [
        Stage(word if legacy else f"DT31_1:{word}", name, 50 + n, semantic)
        for n, (name, (word, semantic)) in enumerate(_STATUSES.items())
        if name not in given
    ]
    return {
        INVOICE: tuple(invoice),
        DEAL: _deal_stages((test.deal or {}).get("stage_id"), test.to, test.from_),
    }


def _deal_stages(*named: Any) -> tuple[Stage, ...]:
    """The usual stages; in a funnel of its own, those that the test names, with one to go on to."""
    usual = [Stage(word, word, n, semantic) for n, (word, semantic) in enumerate(_DEAL_STAGES)]
    known = {stage.id for stage in usual}
    others = [name for name in dict.fromkeys(named) if isinstance(name, str) and name and name not in known]
    for n, name in enumerate(others):
        funnel, semantic = stages.category_of(name), stages.semantic_of(name)
        usual.append(Stage(name, name, n, semantic, funnel))
        if semantic == "P":
            usual.append(Stage("next", "next", 50, "P", funnel))
    return tuple(usual)

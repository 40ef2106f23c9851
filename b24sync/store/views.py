"""Read-only views for other tools: stable names, described in the document ``database``.

Tables may change with every release; these do not. Times are ISO 8601 in UTC, money is decimal text.
"""

from __future__ import annotations

from collections.abc import Callable

from b24sync.store.shapes import WITH_SHAPES, value_of


def _time(column: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column}, 'unixepoch')"


def _field(*codes: str) -> str:
    found = ", ".join(f"json_extract(data, '$.{code}')" for code in codes)
    return f"coalesce({found})" if len(codes) > 1 else found


_TITLE_OF_STAGE = (
    "(SELECT json_extract(s.value, '$[1]') FROM cache c, json_each(c.value) s"
    " WHERE c.name = 'stages:' || kind AND json_extract(s.value, '$[0]') = stage)"
)
_CREATED = (
    "(SELECT c.occurred_at FROM events c WHERE c.kind = m.kind AND c.entity_id = m.entity_id"
    " AND c.name = m.kind || '.created')"
)


def _entities(field: Callable[..., str], source: str) -> str:
    """The view of entities, whose rows are kept in one way or another."""

    def number(*codes: str) -> str:
        return f"nullif(CAST({field(*codes)} AS INTEGER), 0)"

    return f"""
    CREATE VIEW v_entities AS SELECT
        kind || ':' || id AS entity, kind, id,
        CAST({field("accountNumber", "ACCOUNT_NUMBER")} AS TEXT) AS number,
        {field("title", "TITLE", "ORDER_TOPIC", "name")} AS title,
        stage, {_TITLE_OF_STAGE} AS stage_title, {_time("stage_at")} AS stage_since,
        CAST({field("opportunity", "OPPORTUNITY", "PRICE")} AS TEXT) AS amount,
        {field("currencyId", "CURRENCY_ID", "CURRENCY")} AS currency,
        due_on AS due_date,
        {number("assignedById", "ASSIGNED_BY_ID", "RESPONSIBLE_ID", "responsibleId")} AS responsible_id,
        {number("parentId2", "UF_DEAL_ID")} AS deal_id,
        {number("contactId", "CONTACT_ID", "UF_CONTACT_ID")} AS contact_id,
        {number("companyId", "COMPANY_ID", "UF_COMPANY_ID")} AS company_id,
        {_time("created_at")} AS created_at, {_time("updated_at")} AS updated_at, state
    FROM {source};"""


VIEWS = f"""{_entities(_field, "entities")}

    CREATE VIEW v_events AS SELECT
        id, key, name, kind || ':' || entity_id AS entity, kind, entity_id,
        {_time("occurred_at")} AS occurred_at, {_time("detected_at")} AS detected_at,
        from_ AS "from", to_ AS "to", changes, by_user AS "by", own, run
    FROM events;

    CREATE VIEW v_moves AS
    WITH moves AS (
        SELECT kind, entity_id, to_stage AS stage, occurred_at AS at, id FROM events
        WHERE to_stage IS NOT NULL AND name NOT LIKE '%.stuck'
        UNION ALL
        SELECT kind, entity_id, NULL, occurred_at, id FROM events WHERE name = kind || '.deleted'
    ), stays AS (
        SELECT kind, entity_id, stage, at, id FROM moves
        UNION ALL
        SELECT m.kind, m.entity_id, m.from_stage, {_CREATED}, 0 FROM events m
        WHERE m.from_stage IS NOT NULL AND m.id = (SELECT min(f.id) FROM events f
            WHERE f.kind = m.kind AND f.entity_id = m.entity_id AND f.to_stage IS NOT NULL
            AND f.name NOT LIKE '%.stuck')
        UNION ALL
        SELECT e.kind, e.id, e.stage, e.stage_at, 0 FROM entities e
        WHERE e.stage IS NOT NULL AND e.kind <> 'task' AND NOT EXISTS (SELECT 1 FROM events f
            WHERE f.kind = e.kind AND f.entity_id = e.id AND f.to_stage IS NOT NULL
            AND f.name NOT LIKE '%.stuck')
    ), ended AS (
        SELECT *, lead(at) OVER (PARTITION BY kind, entity_id ORDER BY id, at) AS left_at FROM stays
    )
    SELECT kind || ':' || entity_id AS entity, kind, entity_id, stage, {_TITLE_OF_STAGE} AS stage_title,
        {_time("at")} AS "from", {_time("left_at")} AS "until", left_at - at AS seconds
    FROM ended WHERE stage IS NOT NULL;

    CREATE VIEW v_actions AS SELECT
        id, event_id AS event, rule, step, position, kind || ':' || entity_id AS entity, kind, entity_id,
        state, attempts, error, result,
        {_time("planned_at")} AS planned_at, {_time("settled_at")} AS settled_at
    FROM actions;

    CREATE VIEW v_commission AS SELECT
        id, {_time("at")} AS at, kind || ':' || entity_id AS entity, kind, entity_id,
        user_id AS user, user_name, role, percent, state, amount, currency, reverses
    FROM ledger;
    """

_MOVE = "to_stage IS NOT NULL AND +{0}.name NOT LIKE '%.stuck'"


def _own(other: str, entity: str, key: str = "entity_id") -> str:
    return f"{other}.kind = {entity}.kind AND {other}.entity_id = {entity}.{key}"


# every arm asks by the index of an entity's events, so that one entity is found at once and all of them in
# linear time
MOVES = f"""
    DROP VIEW v_moves;
    CREATE VIEW v_moves AS
    WITH stays AS (
        SELECT e.kind, e.entity_id, e.to_stage AS stage, e.occurred_at AS at,
            (SELECT g.occurred_at FROM events g WHERE {_own("g", "e")} AND g.id > e.id
                AND ((g.{_MOVE.format("g")}) OR +g.name = g.kind || '.deleted')
                ORDER BY g.id LIMIT 1) AS left_at
        FROM events e WHERE e.{_MOVE.format("e")}
        UNION ALL
        SELECT e.kind, e.entity_id, e.from_stage,
            (SELECT c.occurred_at FROM events c WHERE {_own("c", "e")}
                AND +c.name = c.kind || '.created' ORDER BY c.id LIMIT 1),
            e.occurred_at
        FROM events e WHERE e.from_stage IS NOT NULL AND e.{_MOVE.format("e")} AND NOT EXISTS (
            SELECT 1 FROM events f WHERE {_own("f", "e")} AND f.id < e.id AND f.{_MOVE.format("f")})
        UNION ALL
        SELECT e.kind, e.id, e.stage, e.stage_at,
            (SELECT max(g.occurred_at) FROM events g WHERE {_own("g", "e", "id")}
                AND +g.name = g.kind || '.deleted')
        FROM entities e WHERE e.stage IS NOT NULL AND e.kind <> 'task' AND NOT EXISTS (
            SELECT 1 FROM events f WHERE {_own("f", "e", "id")} AND f.{_MOVE.format("f")})
    )
    SELECT kind || ':' || entity_id AS entity, kind, entity_id, stage, {_TITLE_OF_STAGE} AS stage_title,
        {_time("at")} AS "from", {_time("left_at")} AS "until", left_at - at AS seconds
    FROM stays;
    """

# rows are kept packed
ENTITIES = f"""
    DROP VIEW v_entities;{_entities(value_of, WITH_SHAPES)}
    """

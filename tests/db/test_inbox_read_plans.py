"""The inbox's pages cost what they show, however much there is: read off the steps PostgreSQL really takes."""

import json
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from bed.rows import NOW, insert_number
from curbe.inbox import service
from curbe.infra.db import Pool, Query

pytestmark = pytest.mark.anyio

# How many rows a step may touch for one page of 50, with room for what the planner reads on the way.
A_PAGE = 50
FEW = 4 * A_PAGE
MANY_CONVERSATIONS = """
WITH someone AS (
    SELECT gen_random_uuid() AS contact, gen_random_uuid() AS id, n FROM generate_series(1, $3::integer) AS n
), new_contacts AS (
    INSERT INTO contacts (tenant_id, id, name) SELECT $1, contact, 'Person ' || n FROM someone
)
INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, last_message_at)
SELECT $1, id, $2, contact, n::text, '2026-11-22 12:00Z'::timestamptz - n * interval '1 minute' FROM someone
"""
MANY_MESSAGES = """
INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text,
                      payload, created_at)
SELECT c.tenant_id, gen_random_uuid(), c.channel_connection_id, c.id, 'inbound', gen_random_uuid()::text, 'text', 'hola',
       '{}', c.last_message_at - n * interval '1 second'
  FROM conversations c, generate_series(0, CASE WHEN c.external_thread_id = '7' THEN 9999 ELSE 1 END) AS n
"""


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
async def test_no_page_walks_or_sorts_the_whole_table(
    owner: asyncpg.Connection, web: Pool, plans: str
) -> None:
    numbers = [await insert_number(owner) for _ in range(2)]
    for number, count in zip(numbers, (20_000, 2_000), strict=True):
        await owner.execute(MANY_CONVERSATIONS, number.tenant_id, number.connection_id, count)
    await owner.execute(MANY_MESSAGES)
    await owner.execute("ANALYZE conversations, contacts, messages")
    tenant_id = numbers[0].tenant_id
    long_one = await owner.fetchval("SELECT id FROM conversations WHERE external_thread_id = '7' LIMIT 1")
    some = await owner.fetch("SELECT id FROM conversations WHERE tenant_id = $1 LIMIT 50", tenant_id)
    messages = await owner.fetch("SELECT id FROM messages WHERE tenant_id = $1 LIMIT 50", tenant_id)
    deep = {"before_at": NOW - timedelta(minutes=15_000), "before_id": uuid4()}
    first = {"before_at": service._END.at, "before_id": service._END.id}
    anything = {
        "tenant_id": tenant_id,
        "state": None,
        "connection_id": None,
        "unread_only": False,
        "most": A_PAGE,
    }
    inside = {"tenant_id": tenant_id, "conversation_id": long_one, "most": A_PAGE}
    halfway = {"from_at": NOW - timedelta(minutes=7, seconds=5000), "from_id": uuid4()}
    end = {"from_at": service._END.at, "from_id": service._END.id}
    beginning = {"from_at": service._BEGINNING.at, "from_id": service._BEGINNING.id}

    cases: list[tuple[Query, dict[str, object]]] = [
        (service._CONVERSATION_PAGE, anything | first),
        (service._CONVERSATION_PAGE, anything | deep),
        (service._CONVERSATIONS, {"tenant_id": tenant_id, "ids": [row["id"] for row in some]}),
        (service._PAGE_DOWN, inside | end),
        (service._PAGE_DOWN, inside | halfway),
        (service._PAGE_UP, inside | beginning),
        (service._PAGE_UP, inside | halfway),
        (
            service._MESSAGES,
            {"tenant_ids": [tenant_id] * len(messages), "ids": [row["id"] for row in messages]},
        ),
    ]
    for query, params in cases:
        steps = await steps_of(web, tenant_id, query, params, plans=plans)
        # A table with nothing in it may be read whole: what is asked for is in the large ones.
        walked = {step["Relation Name"] for step in steps if step["Node Type"] == "Seq Scan"}
        assert not walked & {"conversations", "contacts", "messages"}, (query.name, steps)
        assert max(rows_touched(step) for step in steps) <= FEW, (query.name, steps)


def rows_touched(step: dict) -> float:
    return (
        step["Actual Rows"] * step["Actual Loops"]
        + step.get("Rows Removed by Filter", 0) * step["Actual Loops"]
    )


async def steps_of(
    web: Pool, tenant_id: UUID, query: Query, params: dict[str, object], *, plans: str
) -> list[dict]:
    """The steps PostgreSQL really took for the query, as the role that serves requests."""
    values = ", ".join(literal(params[name]) for name in query.names)
    async with web.transaction(tenant_id) as tx:
        await tx.connection.execute(f"SET LOCAL plan_cache_mode = {plans}")
        await tx.connection.execute(f"PREPARE looked_at AS {query.numbered}")
        told = await tx.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE looked_at ({values})")
        await tx.connection.execute("DEALLOCATE looked_at")
    todo, steps = [json.loads(told)[0]["Plan"]], []
    while todo:
        step = todo.pop()
        todo += step.pop("Plans", [])
        steps.append(step)
    return steps


def literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool() | int():
            return str(value)
        case list():
            return f"ARRAY[{', '.join(literal(item) for item in value)}]::uuid[]"
        case datetime():
            return f"'{value.isoformat()}'"
        case _:
            return f"'{value}'"

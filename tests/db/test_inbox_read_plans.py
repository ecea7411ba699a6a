"""The inbox's pages cost what they show, however much there is: read off the steps PostgreSQL really takes."""

import json
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from bed.rows import NOW, insert_number
from bed.users import insert_member
from curbe.inbox import notes, service, unread, views
from curbe.inbox.deeds import NOBODY
from curbe.inbox.rules import ACTIVE, codes_of
from curbe.infra.db import Pool, Query

pytestmark = pytest.mark.anyio

# How many rows a step may touch for one page of 50, with room for what the planner reads on the way; a page is put together from one of
# each of the six states.
A_PAGE = 50
FEW = 6 * A_PAGE + 10
ANY: dict[str, object] = {
    "holder_id": None,
    "team_id": None,
    "connection_id": None,
    "unread_only": False,
    "priority_codes": None,
    "most": A_PAGE,
}
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

# In each conversation 400 notes, of which every other one calls the user; half of the calls have been read.
MANY_LINES = """
WITH written AS (
    INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, body, created_at)
    SELECT c.tenant_id, gen_random_uuid(), c.id, 'note', 'user:1', 'a note', '2026-11-20 12:00Z'::timestamptz + n * interval '1 minute'
      FROM conversations c, generate_series(1, 400) AS n
    RETURNING tenant_id, id, created_at)
INSERT INTO mentions (tenant_id, user_id, annotation_id, created_at, read_at)
SELECT tenant_id, $2, id, created_at, CASE WHEN extract(minute FROM created_at)::integer % 4 = 0 THEN created_at END
  FROM written WHERE tenant_id = $1 AND extract(minute FROM created_at)::integer % 2 = 0
"""
# Half of all are resolved and some snoozed. Of the oldest hundred some are the user's and some nobody's, all others somebody else's; every
# conversation has one label, and a few of the oldest the other. Some of the oldest are urgent; all but those hundred have a low priority.
A_FEW_OF_EACH = """
WITH old AS (
    SELECT id, row_number() OVER (ORDER BY last_message_at) AS n FROM conversations WHERE tenant_id = $1
), changed AS (
    UPDATE conversations c
       SET state = CASE WHEN old.n % 10 = 7 THEN 'snoozed' WHEN old.n % 2 = 0 THEN 'resolved' ELSE 'open' END::conversation_state,
           assignee_id = CASE WHEN old.n > 100 THEN $5::uuid WHEN old.n % 10 = 1 THEN $2::uuid END,
           unread_count = CASE WHEN old.n <= 100 AND old.n % 3 = 0 THEN 1 ELSE 0 END,
           team_id = CASE WHEN old.n <= 100 AND old.n % 5 = 0 THEN $3::uuid END,
           priority = CASE WHEN old.n > 100 THEN 1 WHEN old.n % 7 = 0 THEN 4 ELSE 0 END
      FROM old WHERE c.tenant_id = $1 AND c.id = old.id
    RETURNING c.tenant_id, c.id, c.state_code, c.last_message_at, old.n
), team AS (
    INSERT INTO teams (tenant_id, id, name) VALUES ($1, $3, 'Sales')
), label AS (
    INSERT INTO labels (tenant_id, id, name, color) VALUES ($1, $4, 'VIP', '#aa00ff'), ($1, $2, 'All', '#aa00ff')
)
INSERT INTO conversation_labels (tenant_id, conversation_id, label_id, state_code, last_message_at)
SELECT tenant_id, id, label, state_code, last_message_at
  FROM changed, unnest(ARRAY[$4, $2]::uuid[]) AS label
 WHERE label = $2 OR (n <= 100 AND n % 4 = 1)
"""


async def test_no_page_walks_or_sorts_the_whole_table(owner: asyncpg.Connection, web: Pool) -> None:
    numbers = [await insert_number(owner) for _ in range(2)]
    for number, count in zip(numbers, (20_000, 2_000), strict=True):
        await owner.execute(MANY_CONVERSATIONS, number.tenant_id, number.connection_id, count)
    await owner.execute(MANY_MESSAGES)
    await owner.execute("ANALYZE conversations, contacts, messages")
    tenant_id = numbers[0].tenant_id
    long_one = await owner.fetchval("SELECT id FROM conversations WHERE external_thread_id = '7' LIMIT 1")
    some = await owner.fetch("SELECT id FROM conversations WHERE tenant_id = $1 LIMIT 50", tenant_id)
    keys = {"tenant_ids": [tenant_id] * len(some), "ids": [row["id"] for row in some]}
    messages = await owner.fetch("SELECT id FROM messages WHERE tenant_id = $1 LIMIT 50", tenant_id)
    deep = {"from_at": NOW - timedelta(minutes=15_000), "from_id": uuid4()}
    end = {"from_at": service.END.at, "from_id": service.END.id}
    beginning = {"from_at": service.BEGINNING.at, "from_id": service.BEGINNING.id}
    anything = ANY | {"tenant_id": tenant_id, "state_codes": codes_of([])}
    inside = {"tenant_id": tenant_id, "conversation_id": long_one, "most": A_PAGE}
    halfway = {"from_at": NOW - timedelta(minutes=7, seconds=5000), "from_id": uuid4()}

    cases: list[tuple[Query, dict[str, object]]] = [
        (views._LATEST, anything | end),
        (views._LATEST, anything | deep),
        (views._OLDEST, anything | beginning),
        (views._OLDEST, anything | deep),
        (service._CONVERSATIONS, keys),
        (service._PAGE_DOWN, inside | end),
        (service._PAGE_DOWN, inside | halfway),
        (service._PAGE_UP, inside | beginning),
        (service._PAGE_UP, inside | halfway),
        (
            service._MESSAGES,
            {"tenant_ids": [tenant_id] * len(messages), "ids": [row["id"] for row in messages]},
        ),
    ]
    for plans in ("force_custom_plan", "force_generic_plan"):
        for query, params in cases:
            await costs_what_it_shows(web, tenant_id, query, params, plans=plans)


async def test_no_filter_walks_past_what_it_does_not_show(owner: asyncpg.Connection, web: Pool) -> None:
    """Of 20,000 conversations a few are somebody's, unread, snoozed, of a team, urgent or have a label: all of them among the oldest."""
    number = await insert_number(owner)
    tenant_id = number.tenant_id
    await owner.execute(MANY_CONVERSATIONS, tenant_id, number.connection_id, 20_000)
    await owner.execute(
        "ANALYZE conversations"
    )  # or each row is compared with each, where nothing is known of them yet
    user, other = [(await insert_member(owner, tenant_id, password=None)).id for _ in range(2)]
    team, label = uuid4(), uuid4()
    await owner.execute("ANALYZE conversations")  # else each row looks for itself among all
    await owner.execute(A_FEW_OF_EACH, tenant_id, user, team, label, other)
    await owner.execute("ANALYZE conversations, conversation_labels")
    active = ANY | {"tenant_id": tenant_id, "state_codes": codes_of(ACTIVE)}
    latest = {"from_at": service.END.at, "from_id": service.END.id}
    oldest = {"from_at": service.BEGINNING.at, "from_id": service.BEGINNING.id}
    labels = [
        {"label_id": one, "further_label_ids": further}
        for one, further in ((label, []), (user, []), (label, [user]))
    ]
    conditions: list[dict[str, object]] = [
        {"holder_id": user},
        {"holder_id": NOBODY},
        {"holder_id": user, "unread_only": True},
        {"holder_id": NOBODY, "unread_only": True},
        {"unread_only": True},
        {"team_id": team},
        {"state_codes": [4]},
        {},
    ]

    for some in conditions:
        for query, start in ((views._LATEST, latest), (views._OLDEST, oldest)):
            await costs_what_it_shows(web, tenant_id, query, active | start | some)
    for labelled in labels:
        for query, start in ((views._LABELLED_LATEST, latest), (views._LABELLED_OLDEST, oldest)):
            await costs_what_it_shows(web, tenant_id, query, active | start | labelled)
    for codes in ([4], [2, 4], [1, 4]):
        wanted = active | {"priority_codes": codes, "label_ids": []}
        for query, start in ((views._PRIORITISED_LATEST, latest), (views._PRIORITISED_OLDEST, oldest)):
            await costs_what_it_shows(web, tenant_id, query, wanted | start)
    for holder in (
        user,
        NOBODY,
        other,
    ):  # the most pressing first of what somebody has: a statement for each priority
        for code in (4, 3, 1):
            wanted = active | {"priority_codes": [code], "label_ids": [], "holder_id": holder}
            await costs_what_it_shows(web, tenant_id, views._PRIORITISED_LATEST, wanted | latest)
    counted = {
        "tenant_id": tenant_id,
        "user_id": user,
        "nobody": NOBODY,
        "state_codes": codes_of(ACTIVE),
        "most": 100,
    }
    await costs_what_it_shows(web, tenant_id, views._COUNT, counted)


# Everything of the first number is unread and nobody's; of the second one conversation.
ALL_UNREAD = """
UPDATE conversations SET unread_count = 1
 WHERE tenant_id = $1 AND (channel_connection_id = $2 OR external_thread_id = '1')
"""


async def test_what_is_unread_is_counted_in_a_page_of_rows_however_much_there_is(
    owner: asyncpg.Connection, web: Pool
) -> None:
    number = await insert_number(owner)
    tenant_id = number.tenant_id
    quiet = await insert_number(owner, tenant_id)
    user = (await insert_member(owner, tenant_id, password=None)).id
    for one in (number, quiet):
        await owner.execute(MANY_CONVERSATIONS, tenant_id, one.connection_id, 2_000)
    await owner.execute("ANALYZE conversations")
    await owner.execute(ALL_UNREAD, tenant_id, number.connection_id)
    await owner.execute("ANALYZE conversations")
    asked: list[tuple[dict[str, object], int]] = [
        ({}, 100),
        ({"connection_id": number.connection_id}, 100),
        ({"connection_id": quiet.connection_id}, 1),
        ({"holder_id": user}, 0),
        ({"holder_id": NOBODY}, 100),
        ({"holder_id": NOBODY, "connection_id": quiet.connection_id}, 1),
        ({"team_id": uuid4()}, 0),
        ({"label_ids": [uuid4()]}, 0),
    ]

    for wanted, found in asked:
        row = {"id": uuid4(), "state_code": 1, "label_ids": [], "most": 100, **wanted}
        params: dict[str, object] = {"tenant_id": tenant_id, "lists": msgspec.json.encode([row]).decode()}
        await costs_what_it_shows(web, tenant_id, unread._COUNT, params)
        async with web.transaction(tenant_id) as tx:
            counted = await unread._COUNT.one(tx, **params)
        assert counted is not None
        assert counted.found == found, wanted


async def test_a_conversations_lines_and_a_users_mentions_cost_what_they_show(
    owner: asyncpg.Connection, web: Pool
) -> None:
    number = await insert_number(owner)
    tenant_id = number.tenant_id
    user = (await insert_member(owner, tenant_id, password=None)).id
    await owner.execute(MANY_CONVERSATIONS, tenant_id, number.connection_id, 50)
    await owner.execute(MANY_LINES, tenant_id, user)
    await owner.execute("ANALYZE conversations, annotations, mentions")
    conversation = await owner.fetchval("SELECT id FROM conversations LIMIT 1")
    lines = {
        "tenant_id": tenant_id,
        "conversation_id": conversation,
        "from_at": notes.EVER[0],
        "to_at": notes.EVER[1],
        "after_at": NOW + timedelta(minutes=100),
        "after_id": uuid4(),
        "most": A_PAGE,
    }
    calls = {
        "tenant_id": tenant_id,
        "user_id": user,
        "reads": [False, True],
        "after_ats": [NOW + timedelta(minutes=100)] * 2,
        "after_ids": [uuid4(), uuid4()],
        "most": A_PAGE,
    }

    await costs_what_it_shows(web, tenant_id, notes._PAGE, lines)
    await costs_what_it_shows(web, tenant_id, notes._MENTIONS, calls)


async def costs_what_it_shows(
    web: Pool, tenant_id: UUID, query: Query, params: dict[str, object], *, plans: str = "force_custom_plan"
) -> None:
    steps = await steps_of(web, tenant_id, query, params, plans=plans)
    # A table with nothing in it may be read whole: what is asked for is in the large ones.
    walked = {
        step["Relation Name"] for step in steps if step["Node Type"] == "Seq Scan" and rows_touched(step)
    }
    assert not walked & {
        "conversations",
        "contacts",
        "messages",
        "conversation_labels",
        "annotations",
        "mentions",
    }, (
        query.name,
        params,
        steps,
    )
    assert max(rows_touched(step) for step in steps) <= FEW, (query.name, params, steps)


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
            kind = {bool: "boolean", int: "smallint", datetime: "timestamptz"}.get(
                type((value or [None])[0]), "uuid"
            )
            return f"ARRAY[{', '.join(literal(item) for item in value)}]::{kind}[]"
        case datetime():
            return f"'{value.isoformat()}'"
        case _:
            return f"'{value}'"

"""What ANALYZE works out of the tables that change all the time: of the columns that statements look for rows by, and of no other.

It comes by itself as often as the tables change, and sorts thirty thousand values of each column.
"""

import asyncpg
import pytest

pytestmark = pytest.mark.anyio

LOOKED_FOR = {
    "messages": {
        "tenant_id",
        "id",
        "channel_connection_id",
        "conversation_id",
        "direction",
        "provider_message_id",
        "type",
        "phase",
        "status",
        "failed_by",
        "failure_kind",
        "error_code",
        "retry_of",
        "created_at",
        "stored_at",
    },
    "conversations": {
        "tenant_id",
        "id",
        "channel_connection_id",
        "contact_id",
        "state",
        "state_code",
        "unread_count",
        "last_inbound_at",
        "last_message_at",
        "merged_into",
        "assignee_id",
        "team_id",
        "holder_id",
        "snoozed_until",
        "priority",
    },
    "events": {"tenant_id", "xid", "id", "type", "conversation_id", "message_id", "created_at"},
}
# For a table's name: which columns ANALYZE works out.
WORKED_OUT = """
SELECT attname FROM pg_attribute
 WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND coalesce(attstattarget, -1) <> 0"""


@pytest.mark.parametrize("table", LOOKED_FOR)
async def test_what_rows_are_looked_for_by_is_known_and_nothing_else(
    table: str, connection: asyncpg.Connection
) -> None:
    assert {row["attname"] for row in await connection.fetch(WORKED_OUT, table)} == LOOKED_FOR[table]


async def test_of_a_day_of_webhooks_no_body_is_looked_at(connection: asyncpg.Connection) -> None:
    await connection.execute("SELECT keep_webhook_partitions(40, 30)")
    last = await connection.fetchval(
        "SELECT max(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'webhook_events'::regclass"
        " AND inhrelid::regclass::text ~ '[0-9]{8}$'"
    )

    assert {row["attname"] for row in await connection.fetch(WORKED_OUT, last)} == {
        "id",
        "xid",
        "received_at",
        "meta_app_id",
    }

"""Rules for notifications from before they kept a number: those of tenants with one go on by it."""

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.owners import migrate_as_a_plain_owner
from bed.rows import insert_number

pytestmark = pytest.mark.anyio


async def test_a_rule_that_names_no_number_gets_the_only_one_that_is_connected(
    owner: asyncpg.Connection,
) -> None:
    alone = await insert_number(owner)
    await insert_number(owner, alone.tenant_id, status="revoked")
    one = await insert_number(owner)
    await insert_number(owner, one.tenant_id)
    for tenant_id in (alone.tenant_id, one.tenant_id):
        await owner.execute(
            """INSERT INTO notification_rules (tenant_id, id, event, enabled, rule, updated_by)
               VALUES ($1, $2, 'an.event', true, '{}', 'key:x')""",
            tenant_id,
            uuid7(),
        )

    await migrate_as_a_plain_owner(
        owner, "0159_numbers_of_rules", "notification_rules", "channel_connections"
    )

    kept = await owner.fetch("SELECT tenant_id, channel_connection_id FROM notification_rules")
    assert dict(tuple(row) for row in kept) == {
        alone.tenant_id: alone.connection_id,
        one.tenant_id: None,
    }

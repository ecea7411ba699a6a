"""Whom a log's readers wait for: for whoever may still write into it, and for nobody else on the server."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from bed.appliers import applier
from bed.rows import Number
from bed.webhooks import deliver, each_alone, text
from curbe.infra.db import Pool, Role
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event, EventPage, append, latest, read

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
TAKE_AN_ID = "SELECT pg_current_xact_id()"
INSERT = "INSERT INTO webhook_events (meta_app_id, body) VALUES ($1, $2)"


@asynccontextmanager
async def writing_elsewhere(dsn: str) -> AsyncIterator[None]:
    """A transaction with an id, in another database of the same server, that goes on and on."""
    elsewhere = await asyncpg.connect(dsn, database="postgres")
    try:
        async with elsewhere.transaction():
            await elsewhere.execute(TAKE_AN_ID)
            yield
    finally:
        await elsewhere.close()


async def events_after(web: Pool, tenant: UUID) -> EventPage:
    """Append an event and return what who follows the log sees then."""
    async with web.transaction(tenant) as tx:
        start = await latest(tx)
    async with web.transaction(tenant) as tx:
        await append(tx, [Event(tenant_id=tenant, type=EventType.MESSAGE_SENT, data="{}")])
    async with web.transaction(tenant) as tx:
        return await read(tx, tenant_id=tenant, after=start, limit=100)


async def test_a_long_transaction_in_another_database_holds_no_webhook_back(
    owner: Owner, apply: Pool, number: Number, dsn: str
) -> None:
    async with writing_elsewhere(dsn):
        await deliver(owner, *each_alone(number, messages=[text("wamid.1")]))
        assert await applier(apply).apply_once(0) == 1


async def test_a_long_transaction_in_another_database_holds_no_event_back(
    web: Pool, tenant: UUID, dsn: str
) -> None:
    async with writing_elsewhere(dsn):
        seen = await events_after(web, tenant)
    assert (len(seen.events), seen.pending) == (1, False)


@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER, Role.APPLY])
async def test_what_a_colleague_writes_for_long_holds_no_webhook_back(
    owner: Owner, apply: Pool, number: Number, dsn: str, role: Role
) -> None:
    """A list of a hundred thousand people that is brought in one transaction, say."""
    colleague = await Pool.open(dsn, role)
    async with colleague.transaction(number.tenant_id) as tx:
        await tx.connection.execute(TAKE_AN_ID)
        await deliver(owner, *each_alone(number, messages=[text("wamid.1")]))
        assert await applier(apply).apply_once(0) == 1
    await colleague.close()


async def test_who_stores_a_webhook_is_waited_for(
    owner: Owner, intake: Pool, apply: Pool, number: Number
) -> None:
    first, second = each_alone(number, messages=[text("wamid.1"), text("wamid.2")])
    applying = applier(apply)
    async with intake.transaction() as tx:
        await tx.connection.execute(INSERT, number.meta_app_id, first)
        await deliver(owner, second, app=number.meta_app_id)
        assert await applying.apply_once(0) == 0, "the second was applied before the first could be seen"
    assert await applying.apply_once(0) == 2
    assert await owner.fetchval("SELECT count(*) FROM messages") == 2


async def test_who_was_told_of_all_follows_on_where_a_transaction_elsewhere_ends_while_they_look(
    web: Pool, tenant: UUID, dsn: str
) -> None:
    """Whose transaction it was cannot be seen any more then, so it is waited for: the log is as far as it was, not another one."""
    # All of a transaction looks at one moment: the one in which the other still goes on.
    more = "&" if "?" in dsn else "?"
    looking = await Pool.open(f"{dsn}{more}default_transaction_isolation=repeatable+read", Role.WEB)
    async with AsyncExitStack() as looks:
        async with writing_elsewhere(dsn):
            told = (await events_after(web, tenant)).cursor
            tx = await looks.enter_async_context(looking.transaction(tenant))
        seen = await read(tx, tenant_id=tenant, after=told, limit=100)
    await looking.close()

    assert (seen.events, seen.cursor) == ([], told)


async def test_what_is_written_and_not_committed_is_not_told_to_the_writer_either(
    owner: Owner, web: Pool, tenant: UUID
) -> None:
    async with web.transaction(tenant) as tx:
        start = await latest(tx)
        await append(tx, [Event(tenant_id=tenant, type=EventType.MESSAGE_SENT, data="{}")])
        await owner.execute(TAKE_AN_ID)  # a later transaction, which has ended
        seen = await read(tx, tenant_id=tenant, after=start, limit=100)
    assert (len(seen.events), seen.pending) == (0, True)


async def test_whom_the_lane_does_not_wait_for_cannot_write_into_the_webhook_log(connection: Owner) -> None:
    """The rule that all of the above rests on, of every partition, and of functions that would do it for them."""
    may = await connection.fetch(
        """
        SELECT r.rolname AS role, c.oid::regclass::text AS log
          FROM pg_class c CROSS JOIN pg_roles r
         WHERE (c.oid = 'webhook_events'::regclass
                OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'webhook_events'::regclass))
           AND r.rolname = ANY($1::text[]) AND has_table_privilege(r.oid, c.oid, 'INSERT')""",
        [role.value for role in Role if role is not Role.INTAKE],
    )
    functions = await connection.fetch(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pg_get_functiondef(oid) ~* 'insert\\s+into\\s+(public\\.)?webhook_events'"
    )
    assert (may, functions) == ([], [])

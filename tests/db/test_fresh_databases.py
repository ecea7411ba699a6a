"""The tests' own databases: who comes next finds nothing of whoever had one before, neither rows nor another schema."""

import asyncio

import asyncpg
import pytest

from bed import postgres
from bed.rows import insert_number
from bed.warm import Warm
from curbe.infra.db import Role, Unreachable

_POLICY = "SELECT quote_ident(policyname) FROM pg_policies WHERE tablename = 'contacts' ORDER BY 1 LIMIT 1"
_OF_CONTACTS = """
SELECT c.relrowsecurity, c.relforcerowsecurity, c.relacl::text,
       (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid),
       (SELECT array_agg(tgenabled ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid),
       (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid),
       (SELECT count(*) FROM pg_attribute WHERE attrelid = c.oid AND NOT attisdropped),
       (SELECT count(*) FROM pg_proc WHERE pronamespace = c.relnamespace)
  FROM pg_class c WHERE c.oid = 'contacts'::regclass"""
EVERYBODY = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
CHANGES = {
    "row-level security is off": "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY",
    "it is not forced": "ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY",
    "a policy is gone": "DROP POLICY {policy} ON contacts",
    "everybody may read": "GRANT SELECT ON contacts TO PUBLIC",
    "a column is new": "ALTER TABLE contacts ADD COLUMN mislaid text",
    "triggers do not fire": "ALTER TABLE contacts DISABLE TRIGGER USER; ALTER TABLE contacts DISABLE TRIGGER ALL",
    "a rule is new": "ALTER TABLE contacts ADD CONSTRAINT none_at_all CHECK (false) NOT VALID",
    "a function is new": "CREATE FUNCTION mislaid() RETURNS int LANGUAGE sql RETURN 1",
    "a function has settings": "ALTER FUNCTION logs_lie_ahead() SET work_mem = '1MB'",
    "everybody may write a column": "GRANT UPDATE (username) ON contacts TO PUBLIC",
    "a column has a default": "ALTER TABLE contacts ALTER COLUMN username SET DEFAULT 'mislaid'",
    "an index is another": "DROP INDEX contacts_merged; CREATE INDEX contacts_merged ON contacts (tenant_id, merged_into)",
    "the schema is somebody's": "ALTER SCHEMA public OWNER TO CURRENT_USER",
}


async def looked(dsn: str, change: str = "SELECT") -> tuple[object, ...]:
    """Insert a number, make a change as the owner, and return what the catalog said of contacts before, and how many tenants there were."""
    owner = await asyncpg.connect(dsn)
    try:
        seen = (*await owner.fetchrow(_OF_CONTACTS), await owner.fetchval("SELECT count(*) FROM tenants"))
        await insert_number(owner)
        await owner.execute(change.format(policy=await owner.fetchval(_POLICY)))
        return seen
    finally:
        await owner.close()


def taken(server: postgres.Server, change: str = "SELECT") -> tuple[str, tuple[object, ...]]:
    """Take a database as a test does; return it and what was seen in it."""
    with server.fresh() as dsn:
        return dsn, asyncio.run(looked(dsn, change))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_a_test_did_to_the_schema_the_next_one_has_that_of_the_migrations(
    postgres_server: postgres.Server, change: str
) -> None:
    _, first = taken(postgres_server)
    dsn, before = taken(postgres_server, change)
    after, seen = taken(postgres_server)

    assert before == first
    assert after != dsn, "it was given on as it was"
    assert seen == first
    assert seen[-1] == 0


def test_what_holds_but_rows_is_emptied_and_given_on(postgres_server: postgres.Server) -> None:
    dsn, _ = taken(postgres_server)

    assert [taken(postgres_server)[0] for _ in range(3)] == [dsn] * 3
    assert taken(postgres_server)[1][-1] == 0


def test_every_fresh_database_counts_from_the_beginning(postgres_server: postgres.Server) -> None:
    async def next_number(dsn: str) -> int:
        owner = await asyncpg.connect(dsn)
        try:
            return int(await owner.fetchval("SELECT nextval(pg_get_serial_sequence('outbox', 'position'))"))
        finally:
            await owner.close()

    for _ in range(2):
        with postgres_server.fresh() as dsn:
            assert asyncio.run(next_number(dsn)) == 1


def test_whoever_still_holds_a_transaction_open_is_sent_away_and_so_is_what_it_wrote(
    postgres_server: postgres.Server,
) -> None:
    async def left_open(dsn: str) -> asyncpg.Connection:
        held = await asyncpg.connect(dsn)
        await held.execute("BEGIN; LOCK TABLE contacts")
        await insert_number(held)
        return held

    with asyncio.Runner() as runner:
        with postgres_server.fresh() as dsn:
            held = runner.run(left_open(dsn))

        assert taken(postgres_server) == (dsn, taken(postgres_server)[1])
        held.terminate()


def test_a_test_that_sends_everybody_away_hands_nothing_on(postgres_server: postgres.Server) -> None:
    dsn, first = taken(postgres_server)
    taken(postgres_server, EVERYBODY)

    after, seen = taken(postgres_server)

    assert (after != dsn, seen) == (True, first)


@pytest.mark.anyio
async def test_what_a_test_set_on_its_connection_is_as_before_for_the_next(dsn: str, warm: Warm) -> None:
    asked = "SELECT current_user, current_setting('work_mem'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
    owner = await warm.owner(dsn)
    before = await owner.fetchrow(asked)
    await owner.execute("SET work_mem = '1MB'; SELECT pg_advisory_lock(1); SET ROLE app_web; LISTEN curbe_x")
    await owner.execute("CREATE TEMPORARY TABLE mislaid (x int)")
    await warm.owner_back(dsn, owner)

    again = await warm.owner(dsn)
    assert again is owner
    assert await again.fetchrow(asked) == before
    assert await again.fetchval("SELECT count(*) FROM pg_listening_channels()") == 0
    assert await again.fetchval("SELECT to_regclass('mislaid') IS NULL")
    await warm.owner_back(dsn, again)


@pytest.mark.anyio
async def test_what_a_test_left_amid_something_is_kept_for_nobody(dsn: str, warm: Warm) -> None:
    owner, pool = await warm.owner(dsn), await warm.pool(dsn, Role.WEB)
    of_other_roles = warm.backends(dsn)
    await owner.execute("BEGIN")
    with pytest.raises(Unreachable):
        async with pool.transaction():
            await warm.pool_back(dsn, pool)
    await warm.owner_back(dsn, owner)

    assert warm.backends(dsn) == of_other_roles


def test_a_connection_that_was_sent_away_is_given_to_nobody(postgres_server: postgres.Server) -> None:
    warm = postgres_server.warm
    with asyncio.Runner() as runner, postgres_server.fresh() as dsn:
        warm.forget(dsn)  # those of another loop
        for change in ("SELECT", EVERYBODY):
            owner = runner.run(warm.owner(dsn))
            runner.run(warm.owner_back(dsn, owner))
            assert warm.backends(dsn) == [owner.get_server_pid()]
            runner.run(looked(dsn, change))

    assert warm.backends(dsn) == []

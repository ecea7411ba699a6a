"""No SQL run as a tenant reaches another tenant's rows, even without a WHERE; and each policy is needed for that."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import asyncpg
import pytest

from bed import postgres
from bed.rows import Number, insert_number
from bed.tenancy import Probe, insert_one_of_everything, tenants_tables, undone

pytestmark = pytest.mark.anyio

ROLES = ("app_web", "app_worker")


Populated = tuple[asyncpg.Connection, Number, Number]


@pytest.fixture(scope="module")
def populated_dsn(postgres_server: postgres.Server) -> Iterator[str]:
    with postgres_server.fresh() as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def populated(populated_dsn: str) -> AsyncIterator[Populated]:
    """The owner's connection, and two tenants with a row in every table."""
    owner = await asyncpg.connect(populated_dsn)
    yield owner, await insert_one_of_everything(owner), await insert_one_of_everything(owner)
    await owner.close()


async def breaches(
    owner: asyncpg.Connection, *, role: str, me: UUID | None, victim: UUID
) -> dict[str, list[str]]:
    probe = Probe(owner, role=role, me=me, victim=victim)
    async with probe.granted():
        found = {table: await probe.reaches(table) for table in await tenants_tables(owner)}
    return {table: ways for table, ways in found.items() if ways}


@pytest.mark.parametrize("role", ROLES)
async def test_a_tenant_reaches_no_row_of_another(populated: Populated, role: str) -> None:
    owner, mine, theirs = populated

    assert await breaches(owner, role=role, me=mine.tenant_id, victim=theirs.tenant_id) == {}


@pytest.mark.parametrize("role", ROLES)
async def test_without_a_tenant_nobody_reaches_any_row(populated: Populated, role: str) -> None:
    owner, _, theirs = populated

    assert await breaches(owner, role=role, me=None, victim=theirs.tenant_id) == {}


@pytest.mark.parametrize("role", ROLES)
async def test_a_tenant_reaches_its_own_rows(populated: Populated, role: str) -> None:
    """The control: a probe that reached nothing at all would find no breach anywhere."""
    owner, mine, _ = populated

    found = await breaches(owner, role=role, me=mine.tenant_id, victim=mine.tenant_id)

    assert {table for table, ways in found.items() if "select" in ways} == set(await tenants_tables(owner))


@pytest.mark.parametrize("role", ROLES)
async def test_a_tenant_that_is_no_uuid_is_an_error_and_not_everybody(
    populated: Populated, role: str
) -> None:
    owner, *_ = populated
    async with owner.transaction():
        await owner.execute(f"SET LOCAL ROLE {role}")
        await owner.execute("SELECT set_config('app.tenant_id', 'all', true)")

        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await owner.fetch("SELECT FROM messages")


@pytest.mark.parametrize("role", ROLES)
async def test_of_the_tenants_themselves_a_tenant_sees_only_itself(populated: Populated, role: str) -> None:
    owner, mine, _ = populated
    async with undone(owner):
        await owner.execute(f"SET LOCAL ROLE {role}")
        await owner.execute("SELECT set_config('app.tenant_id', $1, true)", str(mine.tenant_id))
        seen = await owner.fetch("SELECT id FROM tenants")

    assert [row["id"] for row in seen] == [mine.tenant_id]


async def test_the_operator_sees_the_tenants_and_nothing_of_theirs(populated: Populated) -> None:
    owner, *_ = populated
    async with owner.transaction():
        await owner.execute("SET LOCAL ROLE app_web")
        await owner.execute("SELECT set_config('app.platform', 'on', true)")
        readable = [
            table
            for table in await tenants_tables(owner)
            if await owner.fetchval("SELECT has_table_privilege($1, 'SELECT')", table)
        ]
        rows = {
            table: await owner.fetchval(f"SELECT count(*) FROM {table}") for table in ("tenants", *readable)
        }

    assert rows.pop("tenants") == 2
    assert rows
    assert set(rows.values()) == {0}


async def test_a_keys_holder_sees_that_keys_row_alone(populated: Populated) -> None:
    owner, mine, _ = populated
    async with owner.transaction():
        await owner.execute("SET LOCAL ROLE app_web")
        keys = await owner.fetch("SELECT tenant_id FROM api_key_of_hash($1)", mine.tenant_id.bytes * 2)
        nobodys = await owner.fetch("SELECT tenant_id FROM api_key_of_hash($1)", bytes(32))
        listed = await owner.fetch("SELECT tenant_id FROM api_keys")
        changed = await owner.execute("UPDATE api_keys SET name = 'mine now'")
        others = await owner.fetchval("SELECT count(*) FROM messages")

    assert [row["tenant_id"] for row in keys] == [mine.tenant_id]
    assert nobodys == listed == []
    assert changed == "UPDATE 0"
    assert others == 0


@pytest.mark.parametrize("role", ROLES)
async def test_every_policy_is_needed_weakened_alone_it_lets_another_tenant_in(
    populated: Populated, role: str
) -> None:
    owner, mine, theirs = populated
    probe = Probe(owner, role=role, me=mine.tenant_id, victim=theirs.tenant_id)
    unnoticed = []

    async with probe.granted():
        for table in await tenants_tables(owner):
            async with undone(owner):
                await owner.execute(f"ALTER POLICY tenant ON {table} USING (true)")
                if not await probe.reaches(table):
                    unnoticed.append(table)

    assert unnoticed == []


async def test_a_row_of_another_tenant_cannot_be_pointed_at(populated: Populated) -> None:
    """Foreign keys are checked past the policies: another's id and one that does not exist are refused alike."""
    owner, mine, theirs = populated
    refusals = []

    for connection_id in (theirs.connection_id, UUID(int=1)):
        async with owner.transaction():
            await owner.execute("SET LOCAL ROLE app_web")
            await owner.execute("SELECT set_config('app.tenant_id', $1, true)", str(mine.tenant_id))
            contact_id = await owner.fetchval("SELECT id FROM contacts")
            with pytest.raises(asyncpg.ForeignKeyViolationError) as refused:
                async with owner.transaction():
                    await owner.execute(
                        """INSERT INTO conversations
                               (tenant_id, id, channel_connection_id, contact_id, external_thread_id)
                           VALUES ($1, $2, $3, $4, 'x')""",
                        mine.tenant_id,
                        UUID(int=2),
                        connection_id,
                        contact_id,
                    )
            refusals.append((refused.value.sqlstate, refused.value.constraint_name))

    assert refusals[0] == refusals[1]


async def test_a_message_cannot_be_put_into_a_conversation_of_another_number(populated: Populated) -> None:
    owner, mine, _ = populated
    conversation_id = await owner.fetchval(
        "SELECT id FROM conversations WHERE tenant_id = $1", mine.tenant_id
    )
    async with undone(owner):
        other = await insert_number(owner, mine.tenant_id)

        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await owner.execute(
                """INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction,
                                         provider_message_id, type, payload, created_at)
                   VALUES ($1, $2, $3, $4, 'inbound', 'wamid.x', 'text', '{}', now())""",
                mine.tenant_id,
                UUID(int=4),
                other.connection_id,
                conversation_id,
            )


async def test_whoever_looks_after_the_tables_and_a_probe_of_them_do_not_wait_for_each_other(
    populated: Populated, populated_dsn: str
) -> None:
    """As autovacuum does, which comes whenever it likes."""
    owner, mine, theirs = populated
    probe = Probe(owner, role="app_web", me=mine.tenant_id, victim=theirs.tenant_id)
    analyzing = await asyncpg.connect(populated_dsn)

    async with probe.granted():
        await analyzing.execute("ANALYZE (SKIP_LOCKED) messages", timeout=10)
        await owner.execute("ALTER POLICY tenant ON messages USING (true)", timeout=10)
    await analyzing.close()

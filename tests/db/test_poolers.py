"""Nothing works through a pooler that keeps back what a connection begins with: it would work as the database's owner, of any tenant."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from bed.installation import SETTINGS, installed
from bed.poolers import PGBOUNCER, pgbouncer, silent_pooler
from curbe.infra.db import Pool, Role
from curbe.infra.migrate import migrate, require_known_schema
from curbe.infra.poolers import Pooled

pytestmark = pytest.mark.anyio

needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="there is no PgBouncer here")
# What people who look for the error's words are told to write.
IGNORED = (
    "role,search_path,jit,statement_timeout,idle_in_transaction_session_timeout,plan_cache_mode,extra_float_digits,"
    "enable_seqscan,enable_bitmapscan,enable_hashjoin,enable_mergejoin"
)


@pytest.fixture
async def silent(dsn: str) -> AsyncIterator[str]:
    """The database behind a pooler that leaves out what it does not know."""
    async with silent_pooler(dsn) as through:
        yield through


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_begins_with_what_it_was_given(dsn: str, role: Role) -> None:
    pool = await Pool.open(dsn, role)
    try:
        assert await pool.value("SELECT current_user::text") == role.value
    finally:
        await pool.close()


@pytest.mark.parametrize("role", list(Role))
async def test_no_role_works_where_its_connections_are_the_owners(silent: str, role: Role) -> None:
    whoever = await asyncpg.connect(silent)
    assert await whoever.fetchval("SELECT current_user::text") not in set(Role)
    await whoever.close()

    with pytest.raises(Pooled, match=r"role.*let DATABASE_URL name PostgreSQL itself"):
        await Pool.open(silent, role)


async def test_no_migration_runs_and_no_schema_is_believed_there(silent: str) -> None:
    with pytest.raises(Pooled, match="search_path"):
        await migrate(silent)
    with pytest.raises(Pooled, match="search_path"):
        await require_known_schema(silent)


async def test_a_command_says_what_stands_in_the_way_and_so_does_the_doctor(silent: str) -> None:
    with installed(**SETTINGS, DATABASE_URL=silent) as installation:
        listed = await asyncio.to_thread(installation.curbe, "tenant", "list")
        looked = await asyncio.to_thread(installation.curbe, "doctor")

    assert listed.returncode == 1
    assert listed.stderr.startswith("curbe: database_pooled: a pooler stands between Curbe and PostgreSQL")
    assert looked.returncode == 1
    assert "FAIL  database" in looked.stdout
    assert "let DATABASE_URL name PostgreSQL itself" in looked.stdout


@needs_pgbouncer
@pytest.mark.parametrize("mode", ["session", "transaction"])
@pytest.mark.parametrize("role", list(Role))
async def test_pgbouncer_is_refused_whether_it_refuses_or_is_told_to_ignore(
    dsn: str, mode: str, role: Role
) -> None:
    for ignores in ("", IGNORED):
        with pgbouncer(dsn, mode=mode, ignores=ignores) as through:
            with pytest.raises(Pooled):
                await Pool.open(through, role)
            with pytest.raises(Pooled):
                await migrate(through)

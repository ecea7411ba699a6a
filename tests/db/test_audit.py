"""The audit log: written with the deed, sealed in order, and a later change is found at the right row."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from curbe.audit.rules import Head, Wrong
from curbe.audit.seal import seal_once
from curbe.audit.service import AuditEntry, Report, entries, record, verify
from curbe.domain.access import PLATFORM
from curbe.infra.db import Pool, Role

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
Tamper = Callable[[Owner, UUID, int], Awaitable[None]]


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[Owner]:
    """The one who can do anything: triggers and row-level security do not hold it."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


def entry(tenant: UUID, number: int = 0) -> AuditEntry:
    return AuditEntry(
        tenant_id=tenant, actor="key:1", action="thing.done", subject=str(number), detail={"number": number}
    )


async def write(web: Pool, tenant: UUID, count: int, *, of: int = 1) -> None:
    """Write ``count`` transactions of ``of`` entries each."""
    for first in range(0, count * of, of):
        async with web.transaction(tenant) as tx:
            await record(tx, [entry(tenant, first + number) for number in range(of)])


async def check(web: Pool, tenant: UUID, *, known: Head | None = None) -> Report:
    async with web.transaction(tenant) as tx:
        return await verify(tx, tenant_id=tenant, known=known)


async def row_number(owner: Owner, tenant: UUID, number: int) -> asyncpg.Record:
    """The row sealed as link ``number``."""
    found = await owner.fetchrow(
        "SELECT audit_xid AS xid, audit_id AS id FROM audit_seals WHERE tenant_id = $1 AND seq = $2",
        tenant,
        number,
    )
    assert found is not None
    return found


async def seal(apply: Pool, count: int) -> int:
    """Seal exactly ``count`` rows; any open transaction on the server makes the youngest wait for it."""
    done = 0
    async with asyncio.timeout(20):
        while done < count:
            done += await seal_once(apply)
            await asyncio.sleep(0.01)
    assert await seal_once(apply) == 0
    assert done == count
    return done


async def test_a_log_nobody_touched_verifies_and_says_how_much_waits_for_its_seal(
    web: Pool, apply: Pool
) -> None:
    tenant = uuid4()
    await write(web, tenant, 5, of=3)
    sealed = await seal(apply, 15)
    await write(web, tenant, 2)

    report = await check(web, tenant)

    assert sealed == 15
    assert (report.ok, report.sealed, report.waiting) == (True, 15, 2)
    assert report.head is not None
    assert report.head.seq == 15


async def test_an_empty_log_verifies(web: Pool) -> None:
    report = await check(web, uuid4())

    assert (report.ok, report.sealed, report.waiting, report.head) == (True, 0, 0, None)


async def test_sealing_goes_on_where_it_stopped_and_twice_changes_nothing(web: Pool, apply: Pool) -> None:
    tenant = uuid4()
    for _ in range(3):
        await write(web, tenant, 4)
        await seal(apply, 4)
        assert await seal_once(apply) == 0

    report = await check(web, tenant)

    assert (report.ok, report.sealed) == (True, 12)


async def test_more_rows_than_a_batch_holds_are_sealed_in_one_pass(web: Pool, apply: Pool) -> None:
    first, second = uuid4(), uuid4()
    await write(web, first, 2, of=2300)
    await write(web, second, 1, of=1700)

    await seal(apply, 6300)
    assert (await check(web, first)).sealed == 4600
    assert (await check(web, second)).sealed == 1700


async def test_each_tenant_has_its_own_chain_and_so_has_the_platform(web: Pool, apply: Pool) -> None:
    tenants = [uuid4(), uuid4(), PLATFORM]
    async with apply.transaction() as tx:
        await record(tx, [entry(tenant, number) for number in range(4) for tenant in tenants])
    await seal(apply, 12)

    reports = [await check(web, tenant) for tenant in tenants]

    assert [(report.ok, report.sealed) for report in reports] == [(True, 4)] * 3
    assert len({report.head for report in reports}) == 3


async def test_a_deed_that_is_rolled_back_leaves_no_trace(web: Pool) -> None:
    tenant = uuid4()

    async def fail_after_recording() -> None:
        async with web.transaction(tenant) as tx:
            await record(tx, [entry(tenant)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_recording()

    assert (await check(web, tenant)).waiting == 0


async def test_a_tenant_can_write_only_into_its_own_log(web: Pool) -> None:
    tenant, other = uuid4(), uuid4()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with web.transaction(tenant) as tx:
            await record(tx, [entry(other)])


async def test_nobody_who_serves_can_change_or_remove_a_row(dsn: str, web: Pool) -> None:
    tenant = uuid4()
    await write(web, tenant, 1)
    for role in Role:
        connection = await asyncpg.connect(dsn, server_settings={"role": role.value})
        for statement in (
            "UPDATE audit_log SET actor = 'me'",
            "DELETE FROM audit_log",
            "TRUNCATE audit_seals",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        await connection.close()


async def test_even_the_owner_must_first_take_the_trigger_away(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    for statement in ("UPDATE audit_log SET actor = 'me'", "DELETE FROM audit_seals", "TRUNCATE audit_log"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_a_row_whose_transaction_an_older_one_may_still_precede_waits(
    dsn: str, web: Pool, apply: Pool
) -> None:
    tenant = uuid4()
    slow = await asyncpg.connect(dsn)
    await slow.execute("BEGIN")
    await slow.fetchval("SELECT current_xid()")
    await write(web, tenant, 1)

    assert await seal_once(apply) == 0
    await slow.execute(
        "INSERT INTO audit_log (tenant_id, actor, action) VALUES ($1, 'late', 'thing.done')", tenant
    )
    await slow.execute("COMMIT")
    await seal(apply, 2)

    async with web.transaction(tenant) as tx:
        actors = [row.actor for row in await entries(tx, tenant_id=tenant, limit=10)]
    assert actors == ["key:1", "late"]
    assert (await check(web, tenant)).ok
    await slow.close()


async def test_thirty_two_writers_and_four_sealers_make_one_chain(web: Pool, apply: Pool) -> None:
    tenant = uuid4()
    writing = True

    async def keep_sealing() -> None:
        while writing:
            await seal_once(apply)

    async with asyncio.TaskGroup() as sealers:
        for _ in range(4):
            sealers.create_task(keep_sealing())
        async with asyncio.TaskGroup() as writers:
            for _ in range(32):
                writers.create_task(write(web, tenant, 10, of=2))
        writing = False
    report = await check(web, tenant)
    await seal(apply, report.waiting)

    report = await check(web, tenant)
    assert (report.problem, report.sealed, report.waiting) == (None, 640, 0)


def edit(column: str, value: str) -> Tamper:
    async def edited(owner: Owner, tenant: UUID, number: int) -> None:
        row = await row_number(owner, tenant, number)
        await owner.execute(
            f"UPDATE audit_log SET {column} = {value} WHERE tenant_id = $1 AND id = $2",
            tenant,
            row["id"],
        )

    return edited


async def edit_the_seal(owner: Owner, tenant: UUID, number: int) -> None:
    await owner.execute(
        "UPDATE audit_seals SET hash = sha256(hash) WHERE tenant_id = $1 AND seq = $2", tenant, number
    )


async def delete(owner: Owner, tenant: UUID, number: int) -> None:
    row = await row_number(owner, tenant, number)
    await owner.execute("DELETE FROM audit_log WHERE tenant_id = $1 AND id = $2", tenant, row["id"])


async def delete_with_its_seal(owner: Owner, tenant: UUID, number: int) -> None:
    await delete(owner, tenant, number)
    await owner.execute("DELETE FROM audit_seals WHERE tenant_id = $1 AND seq = $2", tenant, number)


async def insert(owner: Owner, tenant: UUID, number: int) -> None:
    row = await row_number(owner, tenant, number)
    await owner.execute(
        "INSERT INTO audit_log (tenant_id, xid, id, actor, action) "
        "OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, 'x', 'y')",
        tenant, row["xid"], -row["id"],
    )  # fmt: skip


async def swap(owner: Owner, tenant: UUID, number: int) -> None:
    """Let a row and the next change places, and their seals with them, as one who knows the tables would."""
    one, two = await row_number(owner, tenant, number), await row_number(owner, tenant, number + 1)
    for table, xid, id_ in (("audit_log", "xid", "id"), ("audit_seals", "audit_xid", "audit_id")):
        await owner.execute(
            f"UPDATE {table} SET {xid} = CASE WHEN {id_} = $2 THEN $4::bigint ELSE $3::bigint END "
            f"WHERE tenant_id = $1 AND {id_} IN ($2, $5)",
            tenant, one["id"], one["xid"], two["xid"], two["id"],
        )  # fmt: skip


async def swap_what_they_say(owner: Owner, tenant: UUID, number: int) -> None:
    one, two = await row_number(owner, tenant, number), await row_number(owner, tenant, number + 1)
    await owner.execute(
        "UPDATE audit_log a SET subject = b.subject, detail = b.detail FROM audit_log b "
        "WHERE a.tenant_id = $1 AND b.tenant_id = $1 "
        "AND a.id IN ($2, $3) AND b.id IN ($2, $3) AND a.id <> b.id",
        tenant, one["id"], two["id"],
    )  # fmt: skip


@pytest.mark.parametrize("number", [1, 17, 29])
@pytest.mark.parametrize(
    ("tamper", "wrong"),
    [
        (edit("actor", "'key:2'"), Wrong.EDITED),
        (edit("action", "'thing.undone'"), Wrong.EDITED),
        (edit("subject", "NULL"), Wrong.EDITED),
        (edit("detail", "'{}'"), Wrong.EDITED),
        (edit("at", "at - '1us'::interval"), Wrong.EDITED),
        (edit_the_seal, Wrong.EDITED),
        (delete, Wrong.DELETED),
        (delete_with_its_seal, Wrong.UNSEALED),
        (insert, Wrong.INSERTED),
        (swap, Wrong.REORDERED),
        (swap_what_they_say, Wrong.EDITED),
    ],
)
async def test_what_was_tampered_with_is_found_at_the_right_row(
    web: Pool, apply: Pool, owner: Owner, tamper: Tamper, wrong: Wrong, number: int
) -> None:
    tenant = uuid4()
    await write(web, tenant, 30)
    await seal(apply, 30)
    before = await row_number(owner, tenant, number)

    await tamper(owner, tenant, number)

    problem = (await check(web, tenant)).problem
    assert problem is not None
    assert problem.wrong is wrong
    if wrong is Wrong.INSERTED:
        assert (problem.xid, problem.id) == (before["xid"], -before["id"])
    else:
        assert problem.seq == (number + 1 if wrong is Wrong.REORDERED else number)


async def test_a_seal_moved_to_an_earlier_row_is_out_of_order(web: Pool, apply: Pool, owner: Owner) -> None:
    tenant = uuid4()
    await write(web, tenant, 10)
    await seal(apply, 10)

    await owner.execute(
        "UPDATE audit_seals s SET audit_xid = e.audit_xid, audit_id = e.audit_id FROM audit_seals e "
        "WHERE s.tenant_id = $1 AND s.seq = 7 AND e.tenant_id = $1 AND e.seq = 4",
        tenant,
    )

    problem = (await check(web, tenant)).problem
    assert problem is not None
    assert (problem.wrong, problem.seq) == (Wrong.REORDERED, 7)


async def test_a_tail_cut_off_leaves_seals_without_rows(web: Pool, apply: Pool, owner: Owner) -> None:
    tenant = uuid4()
    await write(web, tenant, 10)
    await seal(apply, 10)
    for number in (9, 10):
        await delete(owner, tenant, number)

    problem = (await check(web, tenant)).problem

    assert problem is not None
    assert (problem.wrong, problem.seq) == (Wrong.DELETED, 9)


async def test_a_tail_cut_off_with_its_seals_shows_against_a_head_kept_elsewhere(
    web: Pool, apply: Pool, owner: Owner
) -> None:
    tenant = uuid4()
    await write(web, tenant, 10)
    await seal(apply, 10)
    known = (await check(web, tenant)).head
    for number in (9, 10):
        await delete_with_its_seal(owner, tenant, number)

    assert (await check(web, tenant)).ok, "nothing inside the database can show it"
    problem = (await check(web, tenant, known=known)).problem
    assert problem is not None
    assert (problem.wrong, problem.seq) == (Wrong.TRUNCATED, 9)

    await write(web, tenant, 5)
    await seal(apply, 5)
    problem = (await check(web, tenant, known=known)).problem
    assert problem is not None
    assert (problem.wrong, problem.seq) == (Wrong.TRUNCATED, 10)


async def test_the_first_of_several_wrong_rows_is_named(web: Pool, apply: Pool, owner: Owner) -> None:
    tenant = uuid4()
    await write(web, tenant, 20)
    await seal(apply, 20)
    await edit("actor", "'key:2'")(owner, tenant, 12)
    await insert(owner, tenant, 5)
    await delete(owner, tenant, 15)

    problem = (await check(web, tenant)).problem

    assert problem is not None
    assert problem.wrong is Wrong.INSERTED


async def test_a_log_whose_transaction_ids_were_all_shifted_still_verifies(
    web: Pool, apply: Pool, owner: Owner
) -> None:
    """A restore into another cluster needs that: its counter of transactions begins anew."""
    tenant = uuid4()
    await write(web, tenant, 10)
    await seal(apply, 10)

    await owner.execute("UPDATE audit_log SET xid = xid - 1000000")
    await owner.execute("UPDATE audit_seals SET audit_xid = audit_xid - 1000000")
    await write(web, tenant, 2)
    await seal(apply, 2)

    report = await check(web, tenant)
    assert (report.problem, report.sealed) == (None, 12)

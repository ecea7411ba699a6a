"""What a transaction sees of people is told by its settings: a tenant its members, a person what is theirs, and nobody a hash."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
import pytest

from bed.rows import insert_tenant
from bed.users import Person, insert_member, insert_user
from curbe.auth.session_store import drop_over
from curbe.infra.crypto import key_hash
from curbe.infra.db import Pool, Transaction
from curbe.tenants import people
from curbe.tenants.person_rules import email_digest
from curbe.tenants.service import SEES_ALL

pytestmark = pytest.mark.anyio

TABLES: Final = (
    "users",
    "passwords",
    "sessions",
    "password_resets",
    "memberships",
    "invites",
    "operator_entries",
)


@dataclass(frozen=True, slots=True)
class World:
    """Two tenants with a member each, somebody of none; a session, a reset and an invitation of each member."""

    acme: UUID
    other: UUID
    ana: Person
    ben: Person
    loner: Person


def token_of(person: Person, kind: str) -> bytes:
    return key_hash(f"{kind} of {person.id}")


@pytest.fixture
async def world(owner: asyncpg.Connection) -> World:
    acme, other = await insert_tenant(owner), await insert_tenant(owner)
    ana, ben = await insert_member(owner, acme), await insert_member(owner, other)
    for tenant, one in ((acme, ana), (other, ben)):
        await owner.execute(
            """INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, proved_at, expires_at)
               VALUES ($1, $1, $2, now(), now(), now(), now() + interval '1 day')""",
            one.id,
            token_of(one, "session"),
        )
        await owner.execute(
            "INSERT INTO password_resets VALUES ($1, $2, now(), now() + interval '1 hour')",
            token_of(one, "link"),
            one.id,
        )
        await owner.execute(
            "INSERT INTO invites VALUES ($1, $2, $3, now(), now() + interval '1 hour')",
            tenant,
            token_of(one, "link"),
            one.id,
        )
        await owner.execute("INSERT INTO operator_entries VALUES ($1, $2, now())", tenant, one.id)
    return World(acme, other, ana, ben, await insert_user(owner))


async def seen(tx: Transaction) -> dict[str, int]:
    """How many rows of each table the transaction sees, where it sees any."""
    counts = {}
    for table in TABLES:
        try:
            await tx.savepoint()
            counts[table] = await tx.connection.fetchval(f"SELECT count(*) FROM {table}")
        except asyncpg.InsufficientPrivilegeError:
            await tx.rollback_to()
    return {table: count for table, count in counts.items() if count}


async def test_without_a_setting_nobody_sees_anybody(web: Pool, worker: Pool, world: World) -> None:
    del world
    for pool in (web, worker):
        async with pool.transaction() as tx:
            assert await seen(tx) == {}


async def test_a_tenant_sees_its_members_and_nothing_of_their_accounts(
    web: Pool, worker: Pool, world: World
) -> None:
    mine = {"users": 1, "memberships": 1, "invites": 1}
    async with web.transaction(world.acme) as tx:
        assert await seen(tx) == {**mine, "operator_entries": 1}
        assert await people.user_of_id(tx, world.ana.id)
        assert await people.user_of_id(tx, world.ben.id) is None
        assert await people.user_of_id(tx, world.loner.id) is None
        assert await people.user_of_email(tx, world.ben.email) is None
    async with worker.transaction(world.acme) as tx:
        assert await seen(tx) == mine


async def test_an_address_shows_the_one_user_who_has_it_and_their_hash(web: Pool, world: World) -> None:
    async with web.transaction(context=people.as_named(world.ben.email)) as tx:
        assert await seen(tx) == {"users": 1, "passwords": 1}
        assert await people.user_of_email(tx, world.ben.email)
        assert await people.user_of_email(tx, world.ana.email) is None


async def test_a_user_sees_what_is_theirs_in_every_tenant(web: Pool, world: World) -> None:
    async with web.transaction(context=people.as_user(world.ana.id)) as tx:
        assert await seen(tx) == {
            "users": 1, "passwords": 1, "sessions": 1, "password_resets": 1, "memberships": 1,
        }  # fmt: skip
        assert [one.tenant_id for one in await people.open_memberships(tx, world.ana.id)] == [world.acme]
        assert await people.open_memberships(tx, world.ben.id) == []


async def test_a_token_shows_its_session_and_a_link_its_invitation(web: Pool, world: World) -> None:
    async with web.transaction(context={"app.session": token_of(world.ana, "session").hex()}) as tx:
        assert await seen(tx) == {"users": 1, "sessions": 1}
    async with web.transaction(context={"app.link": token_of(world.ana, "link").hex()}) as tx:
        assert await seen(tx) == {"password_resets": 1, "invites": 1}


async def test_the_operator_sees_every_account_and_no_hash(web: Pool, world: World) -> None:
    del world
    async with web.transaction(context=SEES_ALL) as tx:
        assert await seen(tx) == {"users": 3}


@pytest.fixture
async def as_ana(web: Pool, world: World) -> AsyncIterator[Transaction]:
    async with web.transaction(world.acme, context=people.as_user(world.ana.id)) as tx:
        yield tx


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET name = 'x' WHERE id <> $1",
        "UPDATE passwords SET hash = '$argon2id$x' WHERE user_id <> $1",
        "DELETE FROM sessions WHERE user_id <> $1",
        "DELETE FROM password_resets WHERE user_id <> $1",
        "DELETE FROM memberships WHERE user_id <> $1",
    ],
)
async def test_nobody_changes_what_is_anothers(world: World, as_ana: Transaction, statement: str) -> None:
    assert (await as_ana.connection.execute(statement, world.ana.id)).endswith(" 0")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'mallory@example.org')",
        "INSERT INTO sessions SELECT gen_random_uuid(), $1, sha256('x'), now(), now(), now(), now()",
        "INSERT INTO passwords VALUES ($1, '$argon2id$x', now()) ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash",
        "INSERT INTO password_resets VALUES (sha256('x'), $1, now(), now())",
        "UPDATE sessions SET user_id = $1",
        "UPDATE passwords SET user_id = $1",
    ],
)
async def test_nobody_makes_anything_in_anothers_name(
    world: World, as_ana: Transaction, statement: str
) -> None:
    arguments = [world.ben.id] if "$1" in statement else []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_ana.connection.execute(statement, *arguments)
    await as_ana.connection.execute("ROLLBACK; BEGIN")


async def test_a_member_is_made_only_in_the_tenant_of_the_transaction(
    world: World, as_ana: Transaction
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_ana.connection.execute(
            "INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'owner')",
            world.other,
            world.ana.id,
        )
    await as_ana.connection.execute("ROLLBACK; BEGIN")


# --- what the tables refuse


@pytest.mark.parametrize(
    "email",
    [
        "Ana@example.org",
        "ana",
        "a@b@c.org",
        "ána@example.org",
        "ana @example.org",
        "",
        "a\\b@c.org",
        "a" * 250 + "@x.org",
    ],
)
async def test_an_address_lies_in_one_form_only(owner: asyncpg.Connection, email: str) -> None:
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.DataError)):
        await owner.execute("INSERT INTO users (id, email) VALUES (gen_random_uuid(), $1)", email)


async def test_an_address_is_one_users_alone(owner: asyncpg.Connection) -> None:
    ana = await insert_user(owner)

    with pytest.raises(asyncpg.UniqueViolationError):
        await insert_user(owner, email=ana.email)
    digest = await owner.fetchval("SELECT email_digest FROM users WHERE id = $1", ana.id)
    assert digest == email_digest(f" {ana.email.upper()} ")


async def test_a_password_in_the_open_cannot_be_stored(owner: asyncpg.Connection) -> None:
    ana = await insert_user(owner, password=None)

    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("INSERT INTO passwords VALUES ($1, 'secret', now())", ana.id)


async def test_what_is_over_is_cleared_away_and_nothing_else(
    worker: Pool, world: World, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "UPDATE sessions SET expires_at = now() - interval '1 s' WHERE user_id = $1", world.ana.id
    )
    await owner.execute(
        "UPDATE password_resets SET expires_at = now() - interval '1 s' WHERE user_id = $1", world.ana.id
    )
    await owner.execute(
        "UPDATE invites SET expires_at = now() - interval '1 s' WHERE user_id = $1", world.ana.id
    )

    async with worker.transaction() as tx:
        assert await drop_over(tx) == 1

    for table in ("sessions", "password_resets"):
        assert [row[0] for row in await owner.fetch(f"SELECT user_id FROM {table}")] == [world.ben.id]

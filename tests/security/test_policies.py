"""Each policy lets in whom it names and nobody else; and each, broken in any way, makes that test of its table fail.

Read from the catalog, so what a migration adds is covered before anybody thinks of it. `tests/db/test_isolation.py` tries every kind of
statement against the tables of tenants; here every policy of every table and role is tried, and then broken: a suite that a broken policy
passes is worth nothing.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from bed import postgres
from bed.tenancy import insert_one_of_everything, undone

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]

# Two whole worlds: in each, one id is the tenant's and its user's, and every hash is that id twice over.
_A_USERS = [
    "INSERT INTO passwords VALUES ({id}, '$argon2id$' || {id}, now())",
    "INSERT INTO totp_secrets (user_id, secret_enc, created_at) VALUES ({id}, 'sealed', now())",
    "INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES ({id}, {hash}, now())",
    "INSERT INTO oidc_identities (user_id, identity_hash, created_at) VALUES ({id}, {hash}, now())",
    """INSERT INTO passkeys (id, user_id, credential_hash, credential_id, public_key, sign_count, name, created_at)
       VALUES ({id}, {id}, {hash}, 'x', 'x', 0, 'phone', now())""",
    "INSERT INTO password_resets (user_id, token_hash, created_at, expires_at) VALUES ({id}, {hash}, now(), {over})",
    """INSERT INTO sign_in_challenges (token_hash, purpose, user_id, asked, expires_at)
       VALUES ({hash}, 'proof', {id}, {hash}, {over})""",
    "UPDATE sessions SET expires_at = {over}, token_hash = {hash} WHERE user_id = {id}",
]
# Roles that see all there is of a table, each for what is written in docs/adr/0004: broken open they are as before.
OPEN = {"app_apply", "app_lookup"}


@dataclass(frozen=True)
class Policy:
    """One, as the catalog has it."""

    table: str
    name: str
    roles: tuple[str, ...]
    command: str
    rule: str

    @property
    def settings(self) -> set[str]:
        """What the transaction has to say for this policy to let anybody in."""
        return set(re.findall(r"current_setting\('(app\.\w+)'", self.rule))

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True)
class World:
    """A database with two tenants; ``mine`` is the one whose transaction it is."""

    owner: asyncpg.Connection
    mine: UUID
    theirs: UUID

    async def policies(self) -> list[Policy]:
        rows = await self.owner.fetch(
            "SELECT tablename, policyname, roles::text[] AS roles, cmd, qual FROM pg_policies ORDER BY 1, 2"
        )
        return [Policy(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in rows]

    async def said(self, setting: str) -> str:
        """Return what ``setting`` is in a transaction of mine."""
        match setting:
            case "app.tenant_id" | "app.user_id":
                return str(self.mine)
            case "app.platform":
                return "on"
            case "app.email":
                return str(
                    await self.owner.fetchval("SELECT email_digest FROM users WHERE id = $1", self.mine)
                )
            case "app.link" | "app.session" | "app.credential":
                return (self.mine.bytes * 2).hex()
            case _:
                raise LookupError(f"{setting} is new: say here what it is in a transaction of mine")

    async def faults(self, table: str, policies: list[Policy]) -> list[str]:
        """Return what is wrong with ``table``, whose policies should be these."""
        mine = [policy for policy in policies if policy.table == table]
        found = [f"{table} shows its owner rows"] if await self._its_owner_sees(table) else []
        for role in {role for policy in mine for role in policy.roles} - OPEN:
            seen = await self._seen(table, role, {})
            found += [f"{table} shows {role} rows though nothing was said"] * any(map(is_of_now, seen))
        for policy in mine:
            for role in policy.roles:
                found += await self._faults_of(policy, role)
        return found

    async def _faults_of(self, policy: Policy, role: str) -> list[str]:
        said = {setting: await self.said(setting) for setting in policy.settings}
        seen = await self._seen(policy.table, role, said)
        if not any(self._is_of(row, self.mine) for row in seen):
            return [f"{policy} does not let {role} in"]
        everybodys = role in OPEN or "app.platform" in said
        if not everybodys and any(self._is_of(row, self.theirs) for row in seen):
            return [f"{policy} shows {role} another's"]
        if not everybodys and policy.command == "ALL":
            changed = await self._changed(policy.table, role, said)
            return [f"{policy} lets {role} change another's"] if changed > len(seen) else []
        return []

    def _is_of(self, row: str, whose: UUID) -> bool:
        return str(whose) in row or (whose.bytes * 2).hex() in row

    async def _seen(self, table: str, role: str, said: dict[str, str]) -> list[str]:
        async with self._as(role, said):
            return [row[0] for row in await self.owner.fetch(f"SELECT t::text FROM {table} t")]

    async def _changed(self, table: str, role: str, said: dict[str, str]) -> int:
        async with self._as(role, said):
            column = await self.owner.fetchval(
                "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND attgenerated = '' "
                "AND attidentity = '' AND NOT attisdropped LIMIT 1",
                table,
            )
            try:
                done = await self.owner.execute(f"UPDATE {table} SET {column} = {column}")
            except asyncpg.PostgresError:  # a trigger that lets nobody change it, whoever they are
                return 0
            return int(done.split()[-1])

    async def _its_owner_sees(self, table: str) -> bool:
        """Tell whether an owner without further powers sees rows: what FORCE ROW LEVEL SECURITY is against."""
        async with undone(self.owner):
            await self.owner.execute("CREATE ROLE a_plain_owner NOSUPERUSER NOBYPASSRLS")
            await self.owner.execute("GRANT CREATE, USAGE ON SCHEMA public TO a_plain_owner")
            await self.owner.execute(f"ALTER TABLE {table} OWNER TO a_plain_owner")
            await self.owner.execute("SET LOCAL ROLE a_plain_owner")
            return bool(await self.owner.fetchval(f"SELECT count(*) FROM {table}"))

    @asynccontextmanager
    async def _as(self, role: str, said: dict[str, str]) -> AsyncIterator[None]:
        async with undone(self.owner):
            await self.owner.execute(f"SET LOCAL ROLE {role}")
            for setting, value in said.items():
                await self.owner.execute("SELECT set_config($1, $2, true)", setting, value)
            yield


def is_of_now(row: str) -> bool:
    """Tell whether a row seen by nobody in particular is one that should not be: what is over, the worker sees."""
    return "2000-01-01" not in row


@pytest.fixture(scope="module")
def two_worlds_dsn(postgres_server: postgres.Server) -> Iterator[str]:
    with postgres_server.fresh() as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def world(two_worlds_dsn: str) -> AsyncIterator[World]:
    owner = await asyncpg.connect(two_worlds_dsn)
    ids = []
    for over in ("2000-01-01", "2100-01-01"):  # what is mine is over, so the policies of what is over show it
        ids.append((await insert_one_of_everything(owner)).tenant_id)
        for sql in _A_USERS:
            await owner.execute(
                sql.format(id=f"'{ids[-1]}'", hash=f"'\\x{(ids[-1].bytes * 2).hex()}'", over=f"'{over}'")
            )
    made = World(owner, *ids)
    # Everything is granted, so that the policies are tried and not the grants.
    for role in {role for policy in await made.policies() for role in policy.roles}:
        await owner.execute(f"GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}")
    yield made
    await owner.close()


async def test_each_policy_lets_in_whom_it_names_and_nobody_else(world: World) -> None:
    policies = await world.policies()
    tables = {policy.table for policy in policies}

    assert {table: found for table in sorted(tables) if (found := await world.faults(table, policies))} == {}
    assert len(policies) > 100
    assert len(tables) > 50


def mutations(policy: Policy) -> dict[str, str]:
    """Return every way to break a policy: what is gone, what lets everybody in, what its table no longer asks."""
    broken = {
        "dropped": f"DROP POLICY {policy.name} ON {policy.table}",
        "for anybody": f"ALTER POLICY {policy.name} ON {policy.table} USING (true)",
        "not forced": f"ALTER TABLE {policy.table} NO FORCE ROW LEVEL SECURITY",
        "not asked": f"ALTER TABLE {policy.table} DISABLE ROW LEVEL SECURITY",
    }
    if OPEN.issuperset(
        policy.roles
    ):  # open already, to roles that nobody asks as: `tests/db/test_catalog.py` names them
        del broken["for anybody"]
    return broken


async def test_every_policy_broken_in_any_way_is_noticed(world: World) -> None:
    policies = await world.policies()
    survived, killed = [], 0

    for policy in policies:
        for how, sql in mutations(policy).items():
            async with undone(world.owner):
                await world.owner.execute(sql)
                if await world.faults(policy.table, policies):
                    killed += 1
                else:
                    survived.append(f"{policy} {how}")

    assert survived == []
    assert killed > 400

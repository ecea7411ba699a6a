"""People with accounts, and the browsers they sit at: httpx with a cookie, the session's token and an Origin."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
from uuid_utils.compat import uuid7

from curbe.auth.browser import csrf_token
from curbe.auth.passwords import _HASHER
from curbe.auth.session_rules import PREFIX
from curbe.domain.access import Role
from curbe.infra.crypto import key_hash, random_token

PASSWORD: Final = "correct horse battery"
HERE: Final = "http://localhost:8080"  # where the tests' installation is reached by a browser on its machine


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    id: UUID
    email: str


@cache  # a hash takes 50 ms of a core
def hash_of(password: str) -> str:
    return _HASHER.hash(password)


async def insert_user(
    owner: asyncpg.Connection,
    *,
    email: str | None = None,
    name: str = "Ana",
    password: str | None = PASSWORD,
    operator: bool = False,
    disabled: bool = False,
) -> Person:
    """Insert a user; without ``email``, with one of their own."""
    person = Person(uuid7(), email or f"{uuid7().hex}@example.org")
    await owner.execute(
        """INSERT INTO users (id, email, name, is_operator, disabled_at)
           VALUES ($1, $2, $3, $4, CASE WHEN $5 THEN now() END)""",
        person.id,
        person.email,
        name,
        operator,
        disabled,
    )
    if password is not None:
        await owner.execute(
            "INSERT INTO passwords (user_id, hash, changed_at) VALUES ($1, $2, now())",
            person.id,
            hash_of(password),
        )
    return person


async def insert_member(
    owner: asyncpg.Connection, tenant_id: UUID, role: Role = Role.AGENT, **user: Any
) -> Person:
    """Insert a user who has joined a tenant."""
    person = await insert_user(owner, **user)
    await join(owner, tenant_id, person, role)
    return person


async def join(owner: asyncpg.Connection, tenant_id: UUID, person: Person, role: Role = Role.AGENT) -> None:
    """Let somebody who has an account join a tenant."""
    await owner.execute(
        "INSERT INTO memberships (tenant_id, user_id, role, joined_at) VALUES ($1, $2, $3, now())",
        tenant_id,
        person.id,
        role.value,
    )


def browser(client: httpx.AsyncClient, *, at: str = HERE, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Return a browser that shows our pages and that nobody has signed in at."""
    transport = httpx.ASGITransport(client._transport.app, client=(address, 50_000))  # type: ignore[attr-defined]
    return httpx.AsyncClient(transport=transport, base_url=at, headers={"Origin": at})


async def try_signing_in(
    at: httpx.AsyncClient, who: Person | str, password: str = PASSWORD
) -> httpx.Response:
    """Type an address and a password, and return the answer."""
    email = who if isinstance(who, str) else who.email
    return await at.post("/api/auth/sign-in", json={"email": email, "password": password})


async def signed_in(client: httpx.AsyncClient, who: Person, **where: str) -> httpx.AsyncClient:
    """Return a browser at which ``who`` has signed in."""
    at = browser(client, **where)
    answer = await try_signing_in(at, who)
    assert answer.status_code == 200, answer.text
    at.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return at


async def session_at(
    owner: asyncpg.Connection, client: httpx.AsyncClient, who: Person, *, at: str = HERE
) -> httpx.AsyncClient:
    """Return a browser with a session of ``who`` that was put into the database: without the work of a password."""
    token = random_token(PREFIX).reveal()
    await owner.execute(
        """INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, proved_at, expires_at)
           VALUES ($1, $2, $3, now(), now(), now(), now() + interval '1 day')""",
        uuid7(),
        who.id,
        key_hash(token),
    )
    there = browser(client, at=at)
    there.cookies["curbe"] = token
    there.headers["X-CSRF-Token"] = csrf_token(token)
    return there

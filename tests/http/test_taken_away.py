"""What is taken away from an account while somebody still uses it: whoever is under way does not put it back, nor outlive it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher

from bed.authenticator import Authenticator
from bed.locks import waiting_for_a_lock
from bed.tenants import Tenant
from bed.users import HERE, PASSWORD, Person, browser, hash_of, insert_user, signed_in, try_signing_in

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
NEWER = "a battery of later on"


@pytest.fixture
async def ana(owner: Owner) -> Person:
    return await insert_user(owner)


@asynccontextmanager
async def while_taking_away(owner: Owner, who: Person) -> AsyncIterator[None]:
    """Do as the first identity of a person does, and commit at the end of the block."""
    async with owner.transaction():
        await owner.execute("SELECT FROM users WHERE id = $1 FOR UPDATE", who.id)
        await owner.execute(
            "INSERT INTO oidc_identities (identity_hash, user_id, created_at) VALUES (sha256($1), $2, now())",
            who.email.encode(),
            who.id,
        )
        for table in ("passkeys", "recovery_codes", "passwords", "sessions"):
            await owner.execute(f"DELETE FROM {table} WHERE user_id = $1", who.id)
        yield


async def meanwhile(owner: Owner, who: Person, asking: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
    """Return the answer to what is asked while everything is taken away: it waits for that, and goes on when it is done."""
    async with asyncio.TaskGroup() as tasks, while_taking_away(owner, who):
        asked = tasks.create_task(asking)
        async with asyncio.timeout(10):
            while not await owner.fetchval(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            ):
                assert not asked.done(), "it did not wait"
                await asyncio.sleep(0.01)
    return asked.result()


async def test_a_password_that_was_right_a_moment_ago_begins_no_session(
    operator: httpx.AsyncClient, owner: Owner, ana: Person
) -> None:
    answer = await meanwhile(owner, ana, try_signing_in(browser(operator), ana))

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    assert await owner.fetchval("SELECT count(*) FROM sessions WHERE user_id = $1", ana.id) == 0


async def test_a_password_is_not_changed_back_into_being(
    operator: httpx.AsyncClient, owner: Owner, ana: Person
) -> None:
    at = await signed_in(operator, ana)
    change = {"current_password": PASSWORD, "new_password": "quite another battery"}

    answer = await meanwhile(owner, ana, at.post("/api/auth/password", json=change))

    assert answer.status_code == 422
    assert await owner.fetchval("SELECT count(*) FROM passwords WHERE user_id = $1", ana.id) == 0


async def while_another_is_chosen(
    owner: Owner, who: Person, asking: Coroutine[Any, Any, httpx.Response]
) -> httpx.Response:
    """Return the answer to what is asked with the old password, which was found right, while a link brings a newer one."""
    async with owner.transaction():
        await owner.execute(
            "UPDATE passwords SET hash = $2, changed_at = now() WHERE user_id = $1", who.id, hash_of(NEWER)
        )
        asked = asyncio.ensure_future(asking)
        await waiting_for_a_lock(owner)
    return await asked


async def test_a_newer_password_is_not_replaced_by_who_knows_the_old_one(
    operator: httpx.AsyncClient, owner: Owner, ana: Person
) -> None:
    at = await signed_in(operator, ana)
    change = {"current_password": PASSWORD, "new_password": "quite another battery"}

    answer = await while_another_is_chosen(owner, ana, at.post("/api/auth/password", json=change))

    assert (answer.status_code, answer.json()["field"]) == (422, "current_password")
    assert (await try_signing_in(browser(operator), ana, NEWER)).status_code == 200


async def test_a_newer_password_is_not_replaced_by_the_old_one_that_is_hashed_anew(
    operator: httpx.AsyncClient, owner: Owner, ana: Person
) -> None:
    """A hash of earlier parameters is made anew as its person signs in."""
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    await owner.execute("UPDATE passwords SET hash = $2 WHERE user_id = $1", ana.id, weak)

    await while_another_is_chosen(owner, ana, try_signing_in(browser(operator), ana))

    assert (await try_signing_in(browser(operator), ana, NEWER)).status_code == 200
    assert (await try_signing_in(browser(operator), ana)).status_code == 401


async def test_a_passkey_does_not_outlive_the_session_that_adds_it(
    operator: httpx.AsyncClient, owner: Owner, ana: Person
) -> None:
    at = await signed_in(operator, ana)
    asked = (await at.post("/api/auth/passkeys/options")).json()
    made = {
        "challenge": asked["challenge"],
        "credential": Authenticator(HERE).create(asked["options"]),
        "name": "a",
    }

    answer = await meanwhile(owner, ana, at.post("/api/auth/passkeys", json=made))

    assert answer.status_code == 401
    assert await owner.fetchval("SELECT count(*) FROM passkeys WHERE user_id = $1", ana.id) == 0


async def test_an_invitation_chooses_no_password_once_its_person_came_from_the_provider(
    operator: httpx.AsyncClient, acme: Tenant, owner: Owner
) -> None:
    eva = await insert_user(owner, password=None)
    invited = (await acme.post("/people/invites", {"email": eva.email, "role": "agent"})).json()
    chosen = {"token": invited["link"].rpartition("/")[2], "password": PASSWORD}

    answer = await meanwhile(owner, eva, browser(operator).post("/api/auth/invites/accept", json=chosen))

    assert answer.json()["code"] == "link_invalid"
    assert await owner.fetchval("SELECT count(*) FROM passwords WHERE user_id = $1", eva.id) == 0

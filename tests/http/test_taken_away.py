"""What is taken away from an account while somebody still uses it: whoever is under way does not put it back, nor outlive it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pyotp
import pytest
from argon2 import PasswordHasher

from bed.authenticator import Authenticator
from bed.locks import waiting_for_a_lock
from bed.tenants import Tenant
from bed.users import HERE, PASSWORD, Person, browser, hash_of, insert_user, join, signed_in, try_signing_in
from curbe.auth import links
from curbe.domain.access import PLATFORM
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.tenants import people

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


@pytest.mark.parametrize("what", ["app", "recovery codes"])
async def test_neither_an_app_nor_recovery_codes_outlive_the_session_that_adds_them(
    operator: httpx.AsyncClient, owner: Owner, ana: Person, what: str
) -> None:
    at = await signed_in(operator, ana)
    secret = (await at.post("/api/auth/totp")).json()["secret"]
    asking = at.post("/api/auth/totp/confirm", json={"code": pyotp.TOTP(secret).now()})
    if what == "recovery codes":
        assert (await asking).status_code == 200
        asking = at.post("/api/auth/recovery-codes")

    answer = await meanwhile(owner, ana, asking)

    assert answer.status_code == 401
    assert await owner.fetchval("SELECT count(*) FROM recovery_codes WHERE user_id = $1", ana.id) == 0


async def test_an_invitation_chooses_no_password_once_its_person_came_from_the_provider(
    operator: httpx.AsyncClient, acme: Tenant, owner: Owner
) -> None:
    eva = await insert_user(owner, password=None)
    invited = (await acme.post("/people/invites", {"email": eva.email, "role": "agent"})).json()
    chosen = {"token": invited["link"].rpartition("/")[2], "password": PASSWORD}

    answer = await meanwhile(owner, eva, browser(operator).post("/api/auth/invites/accept", json=chosen))

    assert answer.json()["code"] == "link_invalid"
    assert await owner.fetchval("SELECT count(*) FROM passwords WHERE user_id = $1", eva.id) == 0


# --- a password that is another by now, an account that is stopped: who was letting themselves in does not come in


@asynccontextmanager
async def while_held(owner: Owner, who: Person) -> AsyncIterator[None]:
    """Hold a user's row, as who stops an account or chooses a password by a link does, and commit at the end of the block."""
    async with owner.transaction():
        await owner.execute("SELECT FROM users WHERE id = $1 FOR UPDATE", who.id)
        yield


async def reset(web: Pool, at: httpx.AsyncClient, who: Person) -> httpx.Response:
    async with web.transaction(PLATFORM, context=people.as_user(who.id)) as tx:
        token = await links.new_reset(tx, user_id=who.id, now=utc_now())
    return await at.post(
        "/api/auth/password-resets/complete", json={"token": token.reveal(), "password": NEWER}
    )


async def sessions_of(owner: Owner, who: Person) -> int:
    return await owner.fetchval("SELECT count(*) FROM sessions WHERE user_id = $1", who.id)


async def test_a_second_factor_that_was_asked_for_after_an_older_password_begins_no_session(
    web: Pool, operator: httpx.AsyncClient, owner: Owner, ana: Person
) -> None:
    """Whoever has the old password and the telephone is who the new one keeps out."""
    at = await signed_in(operator, ana)
    secret = (await at.post("/api/auth/totp")).json()["secret"]
    codes = (await at.post("/api/auth/totp/confirm", json={"code": pyotp.TOTP(secret).now()})).json()[
        "recovery_codes"
    ]
    step = (await try_signing_in(browser(operator), ana)).json()
    assert (await reset(web, browser(operator), ana)).status_code == 204

    answer = await browser(operator).post(
        "/api/auth/sign-in/second-factor",
        json={"method": "recovery", "challenge": step["challenge"], "code": codes[0]},
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    assert await sessions_of(owner, ana) == 0
    again = (await try_signing_in(browser(operator), ana, NEWER)).json()
    proof = {"method": "recovery", "challenge": again["challenge"], "code": codes[1]}
    assert (await browser(operator).post("/api/auth/sign-in/second-factor", json=proof)).status_code == 200


async def test_a_password_that_was_replaced_as_it_was_shown_begins_no_session(
    operator: httpx.AsyncClient, owner: Owner, ana: Person
) -> None:
    async with while_held(owner, ana):
        asked = asyncio.ensure_future(try_signing_in(browser(operator), ana))
        await waiting_for_a_lock(owner)
        await owner.execute(
            "UPDATE passwords SET hash = $2, changed_at = now() WHERE user_id = $1", ana.id, hash_of(NEWER)
        )
        await owner.execute("DELETE FROM sessions WHERE user_id = $1", ana.id)
    answer = await asked

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    assert await sessions_of(owner, ana) == 0


@pytest.mark.parametrize("what", ["reset", "change", "stop"])
async def test_who_takes_in_a_password_or_stops_an_account_waits_for_who_is_signing_in(
    web: Pool, operator: httpx.AsyncClient, owner: Owner, ana: Person, what: str
) -> None:
    """Else the session that is being begun would not be seen, and would stay."""
    at = await signed_in(operator, ana)
    async with owner.transaction():
        await owner.execute("SELECT FROM users WHERE id = $1 FOR KEY SHARE", ana.id)
        await owner.execute(
            """INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, proved_at, expires_at)
               VALUES (gen_random_uuid(), $1, sha256('one'), now(), now(), now(), now() + interval '1 day')""",
            ana.id,
        )
        change = {"current_password": PASSWORD, "new_password": NEWER}
        asking = {
            "reset": lambda: reset(web, browser(operator), ana),
            "change": lambda: at.post("/api/auth/password", json=change),
            "stop": lambda: operator.patch(f"/api/operator/users/{ana.id}", json={"disabled": True}),
        }
        asked = asyncio.ensure_future(asking[what]())
        await waiting_for_a_lock(owner)
    answer = await asked

    assert answer.is_success, answer.text
    assert await sessions_of(owner, ana) == (1 if what == "change" else 0)


@pytest.mark.parametrize("way", ["password", "embedded"])
async def test_an_account_that_is_stopped_as_it_is_let_in_is_not_let_in(
    operator: httpx.AsyncClient, acme: Tenant, owner: Owner, ana: Person, way: str
) -> None:
    await join(owner, acme.id, ana)
    token = (await acme.post("/embed-tokens", {"user_id": str(ana.id)})).json()["token"]
    at = browser(operator)
    async with while_held(owner, ana):
        asked = asyncio.ensure_future(
            try_signing_in(at, ana)
            if way == "password"
            else at.post("/api/auth/embed", json={"token": token})
        )
        await waiting_for_a_lock(owner)
        await owner.execute("UPDATE users SET disabled_at = now() WHERE id = $1", ana.id)
    answer = await asked

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    assert await sessions_of(owner, ana) == 0

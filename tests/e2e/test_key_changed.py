"""The encryption key is changed: everybody comes in as before, and once all is sealed anew the old key can go."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pyotp
import pytest

from bed.api import api
from bed.installation import SETTINGS, Installation, installed
from bed.rows import insert_number, insert_tenant
from bed.users import Person, browser, insert_user, signed_in, try_signing_in
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret, binding, fresh_key
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

OLD, NEW = (fresh_key().reveal() for _ in range(2))
BOTH = {"TOKEN_ENCRYPTION_KEY": NEW, "TOKEN_ENCRYPTION_KEYS_RETIRED": OLD}
ANNOUNCED = {"TOKEN_ENCRYPTION_KEY": OLD, "TOKEN_ENCRYPTION_KEYS_RETIRED": NEW}
ONLY_OLD = {"TOKEN_ENCRYPTION_KEY": OLD}
ONLY_NEW = {"TOKEN_ENCRYPTION_KEY": NEW}
NOBODYS = "curbe_p_" + "A" * 43


@pytest.fixture
async def ana(owner: asyncpg.Connection) -> Person:
    return await insert_user(owner)


@pytest.fixture
def here(dsn: str) -> Iterator[Installation]:
    with installed(**{**SETTINGS, **BOTH}, DATABASE_URL=dsn) as installation:
        yield installation


def code_of(app: pyotp.TOTP, *, steps: int = 0) -> str:
    return app.at(utc_now() + timedelta(seconds=30 * steps))


async def add_app(web: Pool, ana: Person, *, environ: dict[str, str] | None = None) -> tuple[pyotp.TOTP, str]:
    """Add an authenticator app while the old key is the key, unless told otherwise; return it, and a recovery code."""
    async with api(web, key=NOBODYS, environ=environ or ONLY_OLD) as client:
        at = await signed_in(client, ana)
        app = pyotp.TOTP((await at.post("/api/auth/totp")).json()["secret"])
        confirmed = await at.post("/api/auth/totp/confirm", json={"code": code_of(app, steps=-1)})
        return app, confirmed.json()["recovery_codes"][0]


async def come_in(web: Pool, ana: Person, environ: dict[str, str], **answer: Any) -> httpx.Response:
    async with api(web, key=NOBODYS, environ=environ) as client:
        return await come_in_at(client, ana, **answer)


async def come_in_at(client: httpx.AsyncClient, ana: Person, **answer: Any) -> httpx.Response:
    at = browser(client)
    asked = (await try_signing_in(at, ana)).json()
    body = {"challenge": asked["challenge"], **answer}
    return await at.post("/api/auth/sign-in/second-factor", json=body)


async def seal_token(owner: asyncpg.Connection, *, key: str) -> tuple[UUID, str]:
    """Connect a number whose token and PIN were sealed with ``key``; return it, and where the token lies."""
    number = await insert_number(owner)
    place = binding("channel_connections", number.tenant_id, number.connection_id, "access_token_enc")
    keyring = Keyring.from_base64(Secret(key))
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $2, pin_enc = $3 WHERE id = $1",
        number.connection_id,
        keyring.seal(Secret("EAAtoken"), bound_to=place),
        keyring.seal(Secret("123456"), bound_to=place.replace("access_token_enc", "pin_enc")),
    )
    return number.connection_id, place


async def seal_webhook_secret(owner: asyncpg.Connection, *, key: str) -> None:
    """Give a tenant an outgoing webhook whose secret was sealed with ``key``."""
    tenant_id, webhook_id, keyring = await insert_tenant(owner), uuid4(), Keyring.from_base64(Secret(key))
    place = binding("outgoing_webhooks", tenant_id, webhook_id, "secret_enc")
    await owner.execute(
        """INSERT INTO outgoing_webhooks (tenant_id, id, url, description, types, secret_enc, secret_last4, epoch, xid, number)
           VALUES ($1, $2, 'https://crm.example.org', '', '{}', $3, 'AAAA', 1, 0, 0)""",
        tenant_id,
        webhook_id,
        keyring.seal(Secret("whsec_" + "A" * 43 + "="), bound_to=place),
    )


def about_the_key(here: Installation, **environment: str) -> tuple[str, str]:
    done = here.curbe("doctor", **environment)
    (line,) = [line for line in done.stdout.splitlines() if "encryption key" in line]
    return line[:4].strip(), line


async def test_an_app_opens_with_a_retired_key_and_goes_on_doing_so_for_processes_not_restarted_yet(
    web: Pool, ana: Person
) -> None:
    app, _ = await add_app(web, ana)

    first = await come_in(web, ana, BOTH, method="totp", code=code_of(app))
    there = await come_in(web, ana, ONLY_OLD, method="totp", code=code_of(app, steps=1))

    assert (first.status_code, there.status_code) == (200, 200), there.text


async def test_what_a_process_with_the_new_key_seals_opens_where_that_key_is_a_retired_one_still(
    web: Pool, ana: Person
) -> None:
    """So a key that is first added everywhere as a retired one can become the key one process after another."""
    app, _ = await add_app(web, ana, environ=BOTH)

    let_in = await come_in(web, ana, ANNOUNCED, method="totp", code=code_of(app))

    assert let_in.status_code == 200, let_in.text


async def test_who_has_an_app_that_no_key_opens_is_told_so_and_comes_in_with_a_recovery_code(
    web: Pool, ana: Person
) -> None:
    app, recovery_code = await add_app(web, ana)

    refused = await come_in(web, ana, ONLY_NEW, method="totp", code=code_of(app))
    let_in = await come_in(web, ana, ONLY_NEW, method="recovery", code=recovery_code)

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "recovery code" in refused.json()["fix"]
    assert let_in.status_code == 200


async def test_a_code_that_could_not_be_looked_at_counts_as_no_wrong_one(web: Pool, ana: Person) -> None:
    app, recovery_code = await add_app(web, ana)
    async with api(web, key=NOBODYS, environ=ONLY_NEW) as client:
        tried = [await come_in_at(client, ana, method="totp", code=code_of(app)) for _ in range(11)]
        let_in = await come_in_at(client, ana, method="recovery", code=recovery_code)

    assert {one.status_code for one in tried} == {503}
    assert let_in.status_code == 200, let_in.text


async def test_the_doctor_counts_what_is_under_a_retired_key_until_all_is_sealed_anew(
    here: Installation, web: Pool, owner: asyncpg.Connection, ana: Person
) -> None:
    app, _ = await add_app(web, ana)
    connection_id, place = await seal_token(owner, key=OLD)
    await seal_webhook_secret(owner, key=OLD)

    before = about_the_key(here)
    done = here.answer("reseal")
    again = here.answer("reseal")
    after = about_the_key(here, TOKEN_ENCRYPTION_KEYS_RETIRED="")

    assert before[0] == "warn"
    assert "1 token" in before[1]
    assert "1 authenticator app" in before[1]
    assert "1 webhook secret" in before[1]
    assert done == {
        "tokens": {"resealed": 1, "current": 0, "closed": 0},
        "pins": {"resealed": 1, "current": 0, "closed": 0},
        "pins_forgotten": 0,
        "apps": {"resealed": 1, "current": 0, "closed": 0},
        "apps_closed": [],
        "webhooks": {"resealed": 1, "current": 0, "closed": 0},
    }
    assert again == {
        "tokens": {"resealed": 0, "current": 1, "closed": 0},
        "pins": {"resealed": 0, "current": 1, "closed": 0},
        "pins_forgotten": 0,
        "apps": {"resealed": 0, "current": 1, "closed": 0},
        "apps_closed": [],
        "webhooks": {"resealed": 0, "current": 1, "closed": 0},
    }
    assert after[0] == "ok"
    sealed = await owner.fetchval(
        "SELECT access_token_enc FROM channel_connections WHERE id = $1", connection_id
    )
    assert Keyring.from_base64(Secret(NEW)).open(sealed, bound_to=place) == Secret("EAAtoken")
    let_in = await come_in(web, ana, ONLY_NEW, method="totp", code=code_of(app))
    assert let_in.status_code == 200


async def test_what_no_key_opens_is_left_as_it_is_counted_and_the_command_fails(
    here: Installation, web: Pool, owner: asyncpg.Connection, ana: Person
) -> None:
    await add_app(web, ana)
    await seal_token(owner, key=OLD)
    before = await owner.fetch(
        "SELECT access_token_enc FROM channel_connections UNION ALL SELECT secret_enc FROM totp_secrets"
    )

    done = here.curbe("reseal", TOKEN_ENCRYPTION_KEYS_RETIRED="")

    assert done.returncode == 1
    assert "TOKEN_ENCRYPTION_KEYS_RETIRED" in done.stdout
    assert about_the_key(here, TOKEN_ENCRYPTION_KEYS_RETIRED="")[0] == "FAIL"
    after = await owner.fetch(
        "SELECT access_token_enc FROM channel_connections UNION ALL SELECT secret_enc FROM totp_secrets"
    )
    assert before == after


async def test_of_a_pin_that_no_key_opens_the_doctor_does_not_say_that_sealing_anew_helps(
    here: Installation, owner: asyncpg.Connection
) -> None:
    connection_id, place = await seal_token(owner, key=OLD)
    anew = Keyring.from_base64(Secret(NEW)).seal(Secret("EAAtoken"), bound_to=place)
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $2 WHERE id = $1", connection_id, anew
    )

    state, line = about_the_key(here, TOKEN_ENCRYPTION_KEYS_RETIRED="")

    assert state == "warn"
    assert "1 PIN sealed with a key that is not here" in line
    assert "`curbe reseal`" not in line


async def test_a_pin_whose_key_is_lost_can_be_let_go_of_and_is_on_record_then(
    here: Installation, owner: asyncpg.Connection
) -> None:
    connection_id, place = await seal_token(owner, key=OLD)
    anew = Keyring.from_base64(Secret(NEW)).seal(Secret("EAAtoken"), bound_to=place)
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $2 WHERE id = $1", connection_id, anew
    )

    before = here.curbe("reseal", TOKEN_ENCRYPTION_KEYS_RETIRED="")
    done = here.curbe("reseal", "--forget-pins", TOKEN_ENCRYPTION_KEYS_RETIRED="")

    assert (before.returncode, done.returncode) == (1, 0)
    assert "--forget-pins" in before.stdout
    assert "PINs forgotten: 1" in done.stdout
    assert (
        await owner.fetchval("SELECT pin_enc FROM channel_connections WHERE id = $1", connection_id) is None
    )
    assert await owner.fetch(
        "SELECT actor, subject FROM audit_log WHERE action = 'connection.pin_forgotten'"
    ) == [("cli", str(connection_id))]
    assert about_the_key(here, TOKEN_ENCRYPTION_KEYS_RETIRED="")[0] == "ok"


async def test_the_doctor_and_reseal_name_whose_app_no_key_opens(
    here: Installation, web: Pool, ana: Person
) -> None:
    await add_app(web, ana)

    done = here.curbe("reseal", TOKEN_ENCRYPTION_KEYS_RETIRED="")
    told = here.curbe("reseal", "--json", TOKEN_ENCRYPTION_KEYS_RETIRED="")

    assert ana.email in done.stdout
    assert json.loads(told.stdout)["apps_closed"] == [ana.email]
    assert ana.email in about_the_key(here, TOKEN_ENCRYPTION_KEYS_RETIRED="")[1]


async def test_an_app_that_was_begun_and_never_confirmed_is_no_reason_to_keep_a_key(
    here: Installation, web: Pool, ana: Person
) -> None:
    async with api(web, key=NOBODYS, environ=ONLY_OLD) as client:
        assert (await (await signed_in(client, ana)).post("/api/auth/totp")).status_code == 200

    done = here.answer("reseal", TOKEN_ENCRYPTION_KEYS_RETIRED="")

    assert done["apps"] == {"resealed": 0, "current": 0, "closed": 0}
    assert about_the_key(here, TOKEN_ENCRYPTION_KEYS_RETIRED="")[0] == "ok"

"""``curbe user ...`` as an operator meets it: who is made can sign in, who is stopped cannot, links work once."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

import asyncpg
import httpx
import pytest

from bed.api import api
from bed.installation import SETTINGS, Installation, installed
from bed.users import browser, try_signing_in
from curbe.auth import factor_store
from curbe.domain.access import PLATFORM
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.tenants import people

pytestmark = pytest.mark.anyio
PASSWORD = "a password of my own"
NOBODY = "00000000-0000-7000-8000-000000000001"


@pytest.fixture
def here(dsn: str) -> Iterator[Installation]:
    with installed(**SETTINGS, DATABASE_URL=dsn) as installation:
        yield installation


async def signs_in(web: Pool, email: str, password: str = PASSWORD) -> httpx.Response:
    async with api(web, key="curbe_p_" + "A" * 43) as client:
        return await try_signing_in(browser(client), email, password)


async def test_an_operator_and_a_person_of_a_tenant_are_made_and_sign_in(
    here: Installation, web: Pool, owner: asyncpg.Connection
) -> None:
    tenant = here.answer("tenant", "create", "Sol")["id"]

    root = here.answer(
        "user", "create", "Root@Example.org", "--operator", "--password-stdin", typed=f"{PASSWORD}\nmore\n"
    )
    ana = here.answer(
        "user", "create", "ana@example.org", "--name", "Ana", "--tenant", tenant, "--role", "owner",
        "--password-stdin", typed=PASSWORD,
    )  # fmt: skip

    assert (root["email"], root["new"], root["link"]) == ("root@example.org", True, None)
    as_root, as_ana = await signs_in(web, "root@example.org"), await signs_in(web, "ana@example.org")
    assert as_root.json()["user"]["is_operator"] is True
    assert as_ana.json()["user"]["name"] == "Ana"
    assert [(one["tenant_id"], one["role"]) for one in as_ana.json()["memberships"]] == [(tenant, "owner")]
    rows = await owner.fetch(
        "SELECT tenant_id, action, actor, subject FROM audit_log WHERE action LIKE 'person.%' OR action LIKE 'operator.%' ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [
        (PLATFORM, "operator.made", "cli", root["id"]),
        (UUID(tenant), "person.joined", "cli", ana["id"]),
    ]
    listed = here.answer("user", "list")
    assert [(one["email"], one["is_operator"]) for one in listed] == [
        ("root@example.org", True),
        ("ana@example.org", False),
    ]
    assert "argon2" not in here.curbe("user", "list", "--json").stdout


async def test_without_a_password_a_new_account_gets_a_link_that_works_once(
    here: Installation, web: Pool
) -> None:
    made = here.answer("user", "create", "ana@example.org", "--operator")
    token = made["link"].removeprefix("http://127.0.0.1:8080/reset#")

    async with api(web, key="curbe_p_" + "A" * 43) as client:
        body = {"token": token, "password": PASSWORD}
        answers = [
            await browser(client).post("/api/auth/password-resets/complete", json=body) for _ in range(2)
        ]

    assert [answer.status_code for answer in answers] == [204, 410]
    assert (await signs_in(web, "ana@example.org")).status_code == 200


async def test_an_account_that_is_there_keeps_its_password_and_gets_further_places(
    here: Installation, web: Pool
) -> None:
    one, other = (here.answer("tenant", "create", name)["id"] for name in ("Sol", "Luna"))
    here.answer(
        "user",
        "create",
        "ana@example.org",
        "--tenant",
        one,
        "--role",
        "agent",
        "--password-stdin",
        typed=PASSWORD,
    )

    again = here.answer(
        "user",
        "create",
        "ANA@example.org",
        "--tenant",
        other,
        "--role",
        "admin",
        "--password-stdin",
        typed="another password",
    )
    promoted = here.answer("user", "create", "ana@example.org", "--operator")
    refused = [
        here.curbe("user", "create", "ana@example.org", "--tenant", one, "--role", "owner"),
        here.curbe("user", "create", "ana@example.org", "--operator"),
    ]

    assert (again["new"], again["link"], promoted["new"]) == (False, None, False)
    assert [done.returncode for done in refused] == [1, 1]
    session = (await signs_in(web, "ana@example.org")).json()
    assert {one["role"] for one in session["memberships"]} == {"agent", "admin"}
    assert session["user"]["is_operator"] is True


async def test_who_is_stopped_signs_in_no_more_until_let_in_again(here: Installation, web: Pool) -> None:
    here.answer("user", "create", "ana@example.org", "--operator", "--password-stdin", typed=PASSWORD)

    here.answer("user", "disable", "Ana@example.org")
    stopped = await signs_in(web, "ana@example.org")
    here.answer("user", "enable", "ana@example.org")

    assert stopped.status_code == 401
    assert (await signs_in(web, "ana@example.org")).status_code == 200


async def test_a_link_for_who_forgot_their_password_is_printed_once(here: Installation, web: Pool) -> None:
    here.answer("user", "create", "ana@example.org", "--operator", "--password-stdin", typed=PASSWORD)

    made = here.answer(
        "user", "reset-link", "ana@example.org", CURBE_PUBLIC_BASE_URL="https://chat.example.org"
    )
    shown = here.curbe("user", "reset-link", "ana@example.org")

    assert made["link"].startswith("https://chat.example.org/reset#")
    assert "http://127.0.0.1:8080/reset#" in shown.stdout
    assert "reset#" not in shown.stderr
    assert (await signs_in(web, "ana@example.org")).status_code == 200, "the old one still opens"


async def test_who_lost_their_second_factor_is_let_in_by_the_password_again(
    here: Installation, web: Pool
) -> None:
    user = here.answer("user", "create", "ana@example.org", "--operator", "--password-stdin", typed=PASSWORD)
    signed_in = await signs_in(web, "ana@example.org")
    await add_factor(web, UUID(user["id"]))
    asked = (await signs_in(web, "ana@example.org")).json()

    here.answer("user", "reset-factors", "ana@example.org")

    assert (signed_in.json()["state"], asked["state"]) == ("signed_in", "second_factor")
    assert (await signs_in(web, "ana@example.org")).json()["state"] == "signed_in"
    again = here.curbe("user", "reset-factors", "ana@example.org")
    assert (again.returncode, again.stdout) == (1, "")
    assert "no second factor" in again.stderr


async def test_untying_an_account_from_the_provider_ends_its_sessions_and_is_written_down(
    here: Installation, web: Pool, owner: asyncpg.Connection
) -> None:
    user = here.answer("user", "create", "ana@example.org", "--operator", "--password-stdin", typed=PASSWORD)
    await signs_in(web, "ana@example.org")
    await owner.execute(
        "INSERT INTO oidc_identities (identity_hash, user_id, created_at) VALUES (sha256('a'), $1, now())",
        UUID(user["id"]),
    )

    here.answer("user", "untie", "ana@example.org")

    assert await owner.fetchval("SELECT count(*) FROM oidc_identities") == 0
    assert await owner.fetchval("SELECT count(*) FROM sessions") == 0
    actor = await owner.fetchval("SELECT actor FROM audit_log WHERE action = 'identity.unlinked'")
    assert actor == "cli"
    again = here.curbe("user", "untie", "ana@example.org")
    assert (again.returncode, again.stdout) == (1, "")
    assert "identity provider" in again.stderr


async def add_factor(web: Pool, user_id: UUID) -> None:
    """Give an account an authenticator app, confirmed."""
    now = utc_now()
    async with web.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
        await factor_store.put_totp(tx, user_id=user_id, secret_enc="sealed", now=now)
        await factor_store.confirm_totp(tx, user_id=user_id, now=now)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["create", "ana@example.org"], 2, "--operator, or --tenant ID and --role"),
        (["create", "ana@example.org", "--operator", "--role", "agent"], 2, "either"),
        (["create", "ana@example.org", "--tenant", NOBODY], 2, "either"),
        (["create", "ana@example.org", "--tenant", NOBODY, "--role", "boss"], 2, "boss"),
        (["create", "ana@example.org", "--tenant", NOBODY, "--role", "agent"], 1, "no tenant"),
        (["create", "ana", "--operator"], 2, "e-mail address"),
        (["create", "ana@example.org", "--operator", "--password-stdin"], 2, "empty"),
        (["reset-link", "nobody@example.org"], 1, "Nobody"),
        (["disable", "nobody@example.org"], 1, "Nobody"),
        (["reset-factors", "nobody@example.org"], 1, "Nobody"),
        (["untie", "nobody@example.org"], 1, "Nobody"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    here: Installation, arguments: list[str], code: int, says: str
) -> None:
    done = here.curbe("user", *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr


def test_a_password_that_is_typed_at_a_terminal_is_asked_for_and_not_shown(here: Installation) -> None:
    command = ["user", "create", "ana@example.org", "--operator", "--password-stdin"]
    terminal, typed_into = pty.openpty()
    shown = b""
    with (
        os.fdopen(typed_into) as stdin,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "curbe", *command],
            cwd=here.folder,
            env=here.environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the terminal of who runs the tests is none of its
            bufsize=0,
        ) as process,
        os.fdopen(terminal, "wb", buffering=0) as keyboard,
    ):
        assert process.stdout is not None
        while not shown.endswith(b"Password: "):  # from its space on nothing is echoed
            said = process.stdout.read(1)
            assert said, shown
            shown += said
        keyboard.write(f"{PASSWORD}\n".encode())
        shown += process.stdout.read()
        assert process.wait() == 0, shown

    assert b"ana@example.org" in shown
    assert PASSWORD.encode() not in shown


@pytest.mark.parametrize(
    ("password", "says"), [("secret", "characters"), ("1q2w3e4r5t", "chosen, and stolen, most often")]
)
def test_a_password_that_is_easily_guessed_is_not_taken(here: Installation, password: str, says: str) -> None:
    done = here.curbe(
        "user", "create", "ana@example.org", "--operator", "--password-stdin", typed=f"{password}\n"
    )

    assert done.returncode == 2
    assert says in done.stderr
    assert here.answer("user", "list") == []

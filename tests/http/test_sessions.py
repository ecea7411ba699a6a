"""Sessions over HTTP: what opens the door to a person, what does not, when it closes, and what a browser may be made to do."""

import asyncio
import statistics
import threading
import time
import unicodedata
from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher

from bed.api import api
from bed.tenants import Tenant, caller, told
from bed.users import (
    HERE,
    PASSWORD,
    Person,
    browser,
    insert_member,
    insert_user,
    join,
    signed_in,
    try_signing_in,
)
from curbe.auth.passwords import LONGEST, Passwords
from curbe.auth.sign_in import SignIn
from curbe.domain.access import PLATFORM, Role
from curbe.domain.errors import Unavailable
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

WRONG = "not the password"


@pytest.fixture
async def ana(acme: Tenant, owner: asyncpg.Connection) -> Person:
    """An agent of acme."""
    return await insert_member(owner, acme.id, Role.AGENT)


async def platform_log(owner: asyncpg.Connection, who: Person) -> list[str]:
    rows = await owner.fetch(
        "SELECT action FROM audit_log WHERE tenant_id = $1 AND subject = $2 ORDER BY id",
        PLATFORM,
        str(who.id),
    )
    return [row["action"] for row in rows]


# --- signing in


async def test_the_right_password_begins_a_session(acme: Tenant, ana: Person) -> None:
    at = browser(acme.client)

    answer = await try_signing_in(at, ana)

    assert answer.status_code == 200
    session = answer.json()
    assert session["state"] == "signed_in"
    assert session["user"] == {
        "id": str(ana.id),
        "email": ana.email,
        "name": "Ana",
        "language": None,
        "is_operator": False,
        "has_password": True,
        "totp": False,
        "passkeys": 0,
    }
    [membership] = session["memberships"]
    assert (membership["tenant_id"], membership["tenant_name"], membership["role"]) == (
        str(acme.id),
        "Somebody",
        "agent",
    )
    assert membership["language"] is None
    assert "inbox:read" in membership["scopes"]
    assert "people:write" not in membership["scopes"]
    assert (session["embedded"], session["insecure"]) == (False, False)
    again = await at.get("/api/auth/session")
    assert again.json() == session


async def test_an_address_is_the_same_in_any_letters(acme: Tenant, ana: Person) -> None:
    answer = await try_signing_in(browser(acme.client), f"  {ana.email.upper()} ")

    assert answer.status_code == 200


async def test_every_wrong_attempt_gets_the_same_answer(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    disabled = await insert_user(owner, disabled=True)
    without = await insert_user(owner, password=None)
    tries = [
        (ana.email, WRONG),
        (ana.email, PASSWORD.upper()),
        (ana.email, PASSWORD + " "),
        ("nobody@example.org", PASSWORD),
        ("no address at all", PASSWORD),
        ("ána@example.org", PASSWORD),
        ("", PASSWORD),
        (disabled.email, PASSWORD),
        (without.email, PASSWORD),
    ]

    answers = [await try_signing_in(browser(acme.client), *one) for one in tries]

    assert {answer.status_code for answer in answers} == {401}
    assert [told(answer) for answer in answers] == [told(answers[0])] * len(tries)
    assert told(answers[0])["code"] == "wrong_credentials"
    assert not any("set-cookie" in answer.headers for answer in answers)


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(acme: Tenant, ana: Person) -> None:
    async def seconds(email: str, number: int) -> float:
        at = browser(acme.client, address=f"203.0.113.{number}")
        began = time.perf_counter()
        await try_signing_in(at, email, WRONG)
        return time.perf_counter() - began

    known = [await seconds(ana.email, n) for n in range(9)]
    unknown = [await seconds(f"{n}@example.org", n) for n in range(9)]

    assert statistics.median(unknown) > statistics.median(known) / 2


async def test_neither_password_nor_token_lies_in_the_database(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    at = await signed_in(acme.client, ana)

    stored = str(await owner.fetch("SELECT s::text, p::text, u::text FROM sessions s, passwords p, users u"))

    assert "$argon2id$" in stored
    assert PASSWORD not in stored
    assert at.cookies["curbe"][8:] not in stored


async def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_sign_in(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await owner.execute("UPDATE passwords SET hash = $1 WHERE user_id = $2", weak, ana.id)

    first = await try_signing_in(browser(acme.client), ana)

    assert first.status_code == 200
    stored = await owner.fetchval("SELECT hash FROM passwords WHERE user_id = $1", ana.id)
    assert "m=47104,t=2,p=1" in stored
    assert (await try_signing_in(browser(acme.client), ana)).status_code == 200


# --- guessing


async def test_who_keeps_guessing_has_to_wait_and_nobody_is_locked_out(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    colleague = await insert_member(owner, acme.id)
    guesser = browser(acme.client, address="203.0.113.7")

    answers = [await try_signing_in(guesser, ana, WRONG) for _ in range(8)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 3
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert (await try_signing_in(guesser, ana)).status_code == 429
    elsewhere = browser(acme.client, address="203.0.113.8")
    assert (await try_signing_in(elsewhere, ana)).status_code == 200
    beside = browser(acme.client, address="203.0.113.7")
    assert (await try_signing_in(beside, colleague)).status_code == 200


async def test_an_address_that_tries_one_account_after_another_has_to_wait(acme: Tenant, ana: Person) -> None:
    guesser = browser(acme.client, address="2001:db8:1:2::7")

    answers = await asyncio.gather(*(try_signing_in(guesser, f"{n}@example.org", WRONG) for n in range(30)))

    assert sorted(answer.status_code for answer in answers) == [401] * 20 + [429] * 10
    neighbour = browser(acme.client, address="2001:db8:1:2:ffff::8")
    waits = [await try_signing_in(neighbour, ana) for _ in range(6)]
    assert {answer.status_code for answer in waits} == {429}, "one subscriber has the whole /64"
    assert all(int(answer.headers["Retry-After"]) <= 15 for answer in waits), "it costs Ana nothing"
    elsewhere = browser(acme.client, address="2001:db8:1:3::8")
    assert (await try_signing_in(elsewhere, ana)).status_code == 200


async def test_a_guesser_at_one_ipv4_address_stops_nobody_at_another_where_both_come_over_ipv6s_socket(
    acme: Tenant, ana: Person
) -> None:
    guesser = browser(acme.client, address="::ffff:203.0.113.5")
    for n in range(21):
        answer = await try_signing_in(guesser, f"nobody{n}@example.org")
    assert answer.status_code == 429

    elsewhere = browser(acme.client, address="::ffff:203.0.113.6")

    assert (await try_signing_in(elsewhere, ana)).status_code == 200
    same = browser(acme.client, address="203.0.113.5")
    assert (await try_signing_in(same, ana)).status_code == 429


async def test_who_types_the_right_password_is_never_slowed(acme: Tenant, ana: Person) -> None:
    at = browser(acme.client, address="203.0.113.9")

    answers = [await try_signing_in(at, ana) for _ in range(25)]

    assert {answer.status_code for answer in answers} == {200}


async def test_an_office_whose_sessions_are_over_learns_it_on_every_page(acme: Tenant) -> None:
    """A page that were told to wait would not show the sign-in: twenty pages in the morning, and nobody else could come in."""
    stale, nobody, frame = [browser(acme.client, address="203.0.113.7") for _ in range(3)]
    stale.cookies["curbe"] = "curbe_s_" + "A" * 43
    frame.headers["Authorization"] = "Bearer curbe_s_" + "A" * 43
    program = caller(acme.client, key="curbe_t_" + "A" * 43, address="203.0.113.7")

    answers = [await at.get("/api/auth/session") for at in (stale, nobody, frame) * 10]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "unauthorized")}
    slowed = [await program.get(f"{acme.path}/keys") for _ in range(5)]
    assert 429 in {answer.status_code for answer in slowed}, "a program is"


async def test_what_could_not_be_looked_at_counts_as_no_wrong_password(ana: Person, web: Pool) -> None:
    passwords, release = Passwords(), threading.Event()
    signing_in = SignIn(web, passwords)
    for _ in range(2):
        passwords._threads.submit(release.wait)
    waiting = [asyncio.ensure_future(passwords.hashed(Secret(PASSWORD))) for _ in range(64)]
    await asyncio.sleep(0)

    try:
        for _ in range(6):
            with pytest.raises(Unavailable):
                await signing_in.with_password(
                    email=ana.email, password=Secret(PASSWORD), address="203.0.113.7"
                )
    finally:
        for one in waiting:
            one.cancel()
        release.set()
    await asyncio.gather(*waiting, return_exceptions=True)

    shown = await signing_in.with_password(email=ana.email, password=Secret(PASSWORD), address="203.0.113.7")
    assert shown.user.id == ana.id


async def test_a_password_of_nothing_but_accents_holds_nobody_up(acme: Tenant, ana: Person) -> None:
    accents = "\u0300" * 60_000 + "\u0323" * 60_000
    began = time.perf_counter()

    refused = await try_signing_in(browser(acme.client), ana, accents)

    assert refused.status_code == 401
    assert time.perf_counter() - began < 8


async def test_a_member_that_looks_like_many_places_holds_nobody_up(acme: Tenant) -> None:
    began = time.perf_counter()

    refused = await browser(acme.client).post("/api/auth/sign-in", json={"`$." * 40_000 + "\n": 1})

    assert refused.status_code == 422
    assert time.perf_counter() - began < 8


async def test_a_cookie_of_nothing_but_escapes_holds_nobody_up_and_the_one_beside_it_counts(
    acme: Tenant, ana: Person
) -> None:
    at = await signed_in(acme.client, ana)
    quoted = 'x="' + '\\"' * 60_000 + f'"; curbe={at.cookies["curbe"]}'
    began = time.perf_counter()

    known = await browser(acme.client).get("/api/auth/session", headers={"Cookie": quoted})

    assert known.json()["user"]["id"] == str(ana.id)
    assert time.perf_counter() - began < 8


async def test_the_longest_password_opens_however_the_keyboard_composes_it(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    letters = "\u1f82\u1f83\u1f84\u1f85"  # each is four characters where its marks are typed apart
    eva = await insert_user(owner, password=letters * 64)
    typed = unicodedata.normalize("NFD", letters * 64)

    assert len(typed) == 4 * LONGEST
    assert (await try_signing_in(browser(acme.client), eva, typed)).status_code == 200
    assert (await try_signing_in(browser(acme.client), eva, typed + "x")).status_code == 401


# --- what a session opens


async def test_a_session_opens_what_its_role_may_and_nothing_else(acme: Tenant, ana: Person) -> None:
    at = await signed_in(acme.client, ana)

    allowed = await at.get(f"{acme.path}/inbox/conversations")
    refused = await at.post(f"{acme.path}/keys", json={"scopes": ["inbox:read"]})

    assert allowed.status_code == 200
    assert (refused.status_code, refused.json()["code"], refused.json()["scope"]) == (
        403,
        "missing_scope",
        "keys:write",
    )


async def test_a_tenant_one_is_no_member_of_looks_like_none(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    mine, other = await new_tenant(), await new_tenant()
    ana = await insert_member(owner, mine.id, Role.OWNER)
    for state in ("joined_at = NULL", "disabled_at = now()"):
        third = await new_tenant()
        await join(owner, third.id, ana)
        await owner.execute(f"UPDATE memberships SET {state} WHERE tenant_id = $1", third.id)
    at = await signed_in(mine.client, ana)

    answers = [await at.get(f"/api/tenants/{tenant}/keys") for tenant in (other.id, third.id, uuid4())]

    assert {answer.status_code for answer in answers} == {404}
    assert [told(answer) for answer in answers] == [told(answers[0])] * 3
    assert len((await at.get("/api/auth/session")).json()["memberships"]) == 1


async def test_the_routes_of_the_operator_are_closed_to_every_role(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    boss = await insert_member(owner, acme.id, Role.OWNER)
    at = await signed_in(acme.client, boss)

    assert (await at.get("/api/tenants")).status_code == 403
    assert (await at.post("/api/tenants", json={"name": "Mine"})).status_code == 403


async def test_an_operator_enters_every_tenant_and_leaves_one_line_each(
    web: Pool, new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    one, other = await new_tenant(), await new_tenant()
    root = await insert_user(owner, operator=True)
    at = await signed_in(one.client, root)

    for tenant in (one, one, other):
        assert (await at.get(f"{tenant.path}/keys")).status_code == 200
    assert (await at.get(f"/api/tenants/{uuid4()}/keys")).status_code == 404
    async with api(web, key=one.key) as another_process:
        there = browser(another_process)
        there.cookies["curbe"] = at.cookies["curbe"]
        assert (await there.get(f"{one.path}/keys")).status_code == 200

    entered = await owner.fetch(
        "SELECT tenant_id, actor FROM audit_log WHERE action = 'operator.entered' ORDER BY id"
    )
    assert [tuple(row) for row in entered] == [(one.id, f"user:{root.id}"), (other.id, f"user:{root.id}")]
    assert (await at.get("/api/tenants")).status_code == 200


async def test_a_key_beside_a_cookie_is_what_counts(acme: Tenant, ana: Person) -> None:
    at = await signed_in(acme.client, ana)

    with_key = await at.get(f"{acme.path}/keys", headers={"Authorization": f"Bearer {acme.key}"})
    with_wrong_key = await at.get(
        f"{acme.path}/inbox/conversations", headers={"Authorization": "Bearer nonsense"}
    )

    assert with_key.status_code == 200
    assert with_wrong_key.status_code == 401


async def test_a_key_is_nobody_who_could_sign_out(acme: Tenant) -> None:
    answer = await acme.client.get("/api/auth/session")

    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


async def test_what_is_done_is_done_in_ones_own_name(acme: Tenant, owner: asyncpg.Connection) -> None:
    boss = await insert_member(owner, acme.id, Role.ADMIN)
    at = await signed_in(acme.client, boss)

    await at.post(f"{acme.path}/keys", json={"scopes": ["inbox:read"]})

    [newest, *_] = (await acme.get("/audit")).json()["items"]
    assert (newest["action"], newest["actor"]) == ("key.created", f"user:{boss.id}")


# --- the end of a session


async def test_who_signs_out_is_out_from_the_next_request_on(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    here, there = await signed_in(acme.client, ana), await signed_in(acme.client, ana)
    token = here.cookies["curbe"]

    answer = await here.post("/api/auth/sign-out")

    assert answer.status_code == 204
    assert "curbe" not in here.cookies
    assert (await here.get("/api/auth/session")).status_code == 401
    here.cookies["curbe"] = token
    assert (await here.get("/api/auth/session")).status_code == 401
    assert (await there.get("/api/auth/session")).status_code == 200
    assert await platform_log(owner, ana) == ["session.begun", "session.begun", "session.ended"]


async def test_signing_out_everywhere_ends_every_session_and_nobody_elses(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    colleague = await signed_in(acme.client, await insert_member(owner, acme.id))
    here, there = await signed_in(acme.client, ana), await signed_in(acme.client, ana)

    assert (await here.post("/api/auth/sign-out-everywhere")).status_code == 204

    assert [(await at.get("/api/auth/session")).status_code for at in (here, there, colleague)] == [
        401,
        401,
        200,
    ]
    assert (await platform_log(owner, ana))[-1] == "sessions.ended"


@pytest.mark.parametrize(
    "past",
    [
        "UPDATE sessions SET last_seen_at = now() - interval '13 hours'",
        "UPDATE sessions SET expires_at = now() - interval '1 second'",
        "UPDATE users SET disabled_at = now()",
    ],
)
async def test_a_session_that_is_over_opens_nothing(
    acme: Tenant, ana: Person, owner: asyncpg.Connection, past: str
) -> None:
    at = await signed_in(acme.client, ana)
    await owner.execute(past)

    answers = [await at.get(f"{acme.path}/inbox/conversations"), await at.get("/api/auth/session")]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert told(answers[0])["code"] == "unauthorized"


async def test_a_session_that_is_used_goes_on(acme: Tenant, ana: Person, owner: asyncpg.Connection) -> None:
    at = await signed_in(acme.client, ana)
    await owner.execute("UPDATE sessions SET last_seen_at = now() - interval '11 hours'")

    await at.get(f"{acme.path}/inbox/conversations")

    assert await owner.fetchval("SELECT last_seen_at > now() - interval '1 minute' FROM sessions")
    assert await owner.fetchval("SELECT last_seen_at > now() - interval '1 minute' FROM memberships")


# --- what a browser may be made to do


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-CSRF-Token": ""}, "csrf_failed"),
        ({"X-CSRF-Token": "A" * 43}, "csrf_failed"),
        ({"Origin": "https://evil.example"}, "foreign_origin"),
        ({"Origin": "null"}, "foreign_origin"),
        ({"Origin": "http://localhost:8081"}, "foreign_origin"),
        ({"Origin": "https://localhost:8080"}, "foreign_origin"),
        ({"Origin": ""}, "foreign_origin"),
    ],
)
async def test_another_sites_page_cannot_use_somebodys_cookie(
    acme: Tenant, owner: asyncpg.Connection, headers: dict[str, str], code: str
) -> None:
    at = await signed_in(acme.client, await insert_member(owner, acme.id, Role.OWNER))

    answer = await at.patch(acme.path, json={"name": "Theirs"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert (await acme.get()).json()["name"] == "Somebody"


async def test_a_request_without_an_origin_cannot_use_a_cookie(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    at = await signed_in(acme.client, await insert_member(owner, acme.id, Role.OWNER))
    del at.headers["Origin"]

    assert (await at.get(acme.path)).status_code == 200
    answer = await at.patch(acme.path, json={"name": "Theirs"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_one_sessions_token_does_not_fit_another(acme: Tenant, owner: asyncpg.Connection) -> None:
    boss = await insert_member(owner, acme.id, Role.OWNER)
    one, other = await signed_in(acme.client, boss), await signed_in(acme.client, boss)

    answer = await one.patch(
        acme.path, json={"name": "Mine"}, headers={"X-CSRF-Token": other.headers["X-CSRF-Token"]}
    )

    assert answer.json()["code"] == "csrf_failed"
    assert (await one.patch(acme.path, json={"name": "Mine"})).status_code == 200


async def test_nobody_is_signed_in_by_another_sites_page(acme: Tenant, ana: Person) -> None:
    at = browser(acme.client)
    at.headers["Origin"] = "https://evil.example"

    answer = await try_signing_in(at, ana)

    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert "set-cookie" not in answer.headers


# --- over what it comes


def cookies(answer: httpx.Response) -> list[str]:
    return answer.headers.get_list("set-cookie")


async def test_over_https_the_cookie_is_one_that_no_other_host_or_scheme_can_set(
    web: Pool, acme: Tenant, ana: Person
) -> None:
    async with api(
        web, key=acme.key, environ={"CURBE_PUBLIC_BASE_URL": "https://curbe.example.org"}
    ) as client:
        at = browser(client, at="https://curbe.example.org")
        answer = await try_signing_in(at, ana)

        [cookie] = cookies(answer)
        assert cookie.startswith("__Host-curbe=curbe_s_")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax", "Max-Age=2592000"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        token = at.cookies["__Host-curbe"]
        tossed = browser(client, at="https://curbe.example.org")
        tossed.cookies["curbe"] = token
        assert (await tossed.get("/api/auth/session")).status_code == 401


async def test_behind_a_proxy_that_does_not_tell_the_scheme_the_public_address_does(
    web: Pool, acme: Tenant, ana: Person
) -> None:
    async with api(
        web, key=acme.key, environ={"CURBE_PUBLIC_BASE_URL": "https://curbe.example.org"}
    ) as client:
        at = browser(client, at="http://curbe.example.org")
        at.headers["Origin"] = "https://curbe.example.org"

        answer = await try_signing_in(at, ana)

    assert cookies(answer)[0].startswith("__Host-curbe=")


async def test_over_plain_http_from_elsewhere_nobody_signs_in(acme: Tenant, ana: Person) -> None:
    at = browser(acme.client, at="http://192.0.2.1:8080")
    del at.headers["Origin"]

    answer = await try_signing_in(at, ana)

    assert (answer.status_code, answer.json()["code"]) == (403, "insecure_transport")
    assert "CURBE_ALLOW_HTTP" in answer.json()["fix"]
    local = await signed_in(acme.client, ana)
    at.cookies["curbe"] = local.cookies["curbe"]
    assert (await at.get("/api/auth/session")).status_code == 401


async def test_over_plain_http_that_the_operator_allows_the_session_says_so(
    web: Pool, acme: Tenant, ana: Person
) -> None:
    allowing = {"CURBE_ALLOW_HTTP": "true", "CURBE_PUBLIC_BASE_URL": "http://192.0.2.1:8080"}
    async with api(web, key=acme.key, environ=allowing) as client:
        at = browser(client, at="http://192.0.2.1:8080")

        answer = await try_signing_in(at, ana)

    assert answer.json()["insecure"]
    assert cookies(answer)[0].startswith("curbe=")
    assert "Secure" not in cookies(answer)[0]


async def test_on_this_machine_plain_http_is_as_good(acme: Tenant, ana: Person) -> None:
    for at in (HERE, "http://127.0.0.1:8080", "http://[::1]:8080"):
        answer = await try_signing_in(browser(acme.client, at=at), ana)
        assert (answer.status_code, answer.json().get("insecure")) == (200, False), at

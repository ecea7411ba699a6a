"""The people of a tenant over HTTP: who is invited joins, roles go only as far as one's own, an owner always stays."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.inbox import Inbox
from bed.locks import waiting_for_a_lock
from bed.rows import insert_number
from bed.tenants import Tenant, told
from bed.users import (
    PASSWORD,
    Person,
    browser,
    insert_member,
    insert_user,
    join,
    session_at,
    signed_in,
    try_signing_in,
)
from curbe.domain.access import Role
from curbe.operate import people as operate

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]
CHOSEN = "a password of my own"


@pytest.fixture
async def boss(acme: Tenant, owner: asyncpg.Connection) -> Person:
    return await insert_member(owner, acme.id, Role.OWNER, name="Olga")


@pytest.fixture
async def hers(acme: Tenant, owner: asyncpg.Connection, boss: Person) -> httpx.AsyncClient:
    """The owner's browser."""
    return await session_at(owner, acme.client, boss)


async def invite(
    at: httpx.AsyncClient, tenant: Tenant, email: str = "ben@example.org", role: str = "agent", **more: Any
) -> httpx.Response:
    return await at.post(f"{tenant.path}/people/invites", json={"email": email, "role": role, **more})


def token_in(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return answer.json()["link"].rpartition("/invite/")[2]


async def accept(at: httpx.AsyncClient, token: str, **more: Any) -> httpx.Response:
    return await at.post("/api/auth/invites/accept", json={"token": token, **more})


async def listed(tenant: Tenant) -> dict[str, dict[str, Any]]:
    return {one["email"]: one for one in (await tenant.get("/people")).json()["items"]}


async def log_of(tenant: Tenant) -> list[tuple[str, str]]:
    return [(row["action"], row["actor"]) for row in (await tenant.get("/audit")).json()["items"]]


# --- inviting and joining


async def test_who_is_invited_chooses_a_password_and_is_in(
    acme: Tenant, boss: Person, hers: httpx.AsyncClient
) -> None:
    invited = await invite(hers, acme, "  Ben@Example.ORG ", "supervisor", name="Ben")
    token = token_in(invited)
    waiting = (await listed(acme))["ben@example.org"]
    at = browser(acme.client)
    shown = await at.get(f"/api/auth/invites/{token}")

    answer = await accept(at, token, password=CHOSEN)

    assert invited.json()["link"] == f"http://127.0.0.1:8080/invite/{token}"
    assert (waiting["name"], waiting["role"], waiting["invited"], waiting["disabled"]) == (
        "Ben", "supervisor", True, False,
    )  # fmt: skip
    assert shown.json() == {
        "tenant_name": "Somebody",
        "email": "ben@example.org",
        "role": "supervisor",
        "inviter": "Olga",
        "needs_password": True,
    }
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "signed_in"
    assert answer.json()["user"]["name"] == "Ben"
    assert [one["role"] for one in answer.json()["memberships"]] == ["supervisor"]
    assert (await at.get(f"{acme.path}/people")).status_code == 200
    joined = (await listed(acme))["ben@example.org"]
    assert (joined["user_id"], joined["invited"]) == (waiting["user_id"], False)
    assert (await try_signing_in(browser(acme.client), "ben@example.org", CHOSEN)).status_code == 200
    log = await log_of(acme)
    assert ("person.invited", f"user:{boss.id}") in log
    assert ("person.joined", f"user:{joined['user_id']}") in log


async def test_an_id_tells_its_inviter_not_since_when_there_is_an_account(
    acme: Tenant, hers: httpx.AsyncClient, dsn: str
) -> None:
    """An id that holds the moment at which it was made would tell one from before apart from one made now."""
    place = operate.Place(acme.id, Role.AGENT)
    by_cli, _ = await operate.create_user(
        dsn, email="cli@example.org", name="Eva", password=None, place=place
    )
    ids = [(await invite(hers, acme, f"{n}@example.org")).json()["user_id"] for n in range(3)]

    assert {UUID(one).version for one in ids} | {by_cli.id.version} == {4}
    assert [(await invite(hers, acme, f"{n}@example.org")).json()["user_id"] for n in range(3)] == ids


async def test_a_link_works_once(acme: Tenant, hers: httpx.AsyncClient) -> None:
    token = token_in(await invite(hers, acme))

    answers = await asyncio.gather(
        *(accept(browser(acme.client), token, password=f"{CHOSEN} {n}") for n in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]
    later = await accept(browser(acme.client), token, password=CHOSEN)
    assert (later.status_code, later.json()["code"]) == (410, "link_invalid")


async def test_a_link_that_was_used_a_moment_ago_is_told_as_used_and_tries_no_password(
    acme: Tenant, hers: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    """The other request ended after this one had looked at the link, and before it looked at whose it is."""
    token = token_in(await invite(hers, acme))
    answers: list[httpx.Response] = []

    async def second() -> None:
        answers.append(await accept(browser(acme.client), token, password=CHOSEN))

    async with asyncio.TaskGroup() as tasks, owner.transaction():
        await owner.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        tasks.create_task(second())
        await waiting_for_a_lock(owner)
        await owner.execute("UPDATE memberships SET joined_at = now() WHERE joined_at IS NULL")
        await owner.execute("DELETE FROM invites")
        await owner.execute(
            """INSERT INTO passwords (user_id, hash, changed_at)
               SELECT id, '$argon2id$another', now() FROM users WHERE email = 'ben@example.org'"""
        )

    assert (answers[0].status_code, answers[0].json()["code"]) == (410, "link_invalid")
    assert (await browser(acme.client).get(f"/api/auth/invites/{token}")).status_code == 410


async def test_every_link_that_is_not_good_looks_the_same(
    acme: Tenant, hers: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    used = token_in(await invite(hers, acme, "one@example.org"))
    await accept(browser(acme.client), used, password=CHOSEN)
    expired = token_in(await invite(hers, acme, "two@example.org"))
    await owner.execute("UPDATE invites SET expires_at = now()")
    replaced = token_in(await invite(hers, acme, "three@example.org"))
    await invite(hers, acme, "three@example.org")
    taken_back = token_in(gone := await invite(hers, acme, "four@example.org"))
    await hers.delete(f"{acme.path}/people/{gone.json()['user_id']}")
    shut_out = token_in(await invite(hers, acme, "five@example.org"))
    await owner.execute("UPDATE memberships SET disabled_at = now() WHERE joined_at IS NULL")
    at = browser(acme.client)

    bad = [used, expired, replaced, taken_back, shut_out, "A" * 43, "short", "ñ" * 43]
    answers = [await accept(at, token, password=CHOSEN) for token in bad]
    shown = [await at.get(f"/api/auth/invites/{token}") for token in bad[:4]]

    assert [told(answer) for answer in answers] == [told(answers[0])] * len(bad)
    assert {answer.status_code for answer in (*answers, *shown)} == {410}


async def test_the_database_holds_no_link(
    acme: Tenant, hers: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    token = token_in(await invite(hers, acme))

    assert token not in str(await owner.fetch("SELECT i::text, m::text FROM invites i, memberships m"))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        (None, "needed"),
        ("short", "characters"),
        ("x" * 300, "characters"),
        ("aaaaaaaaaaaaaaa", "repeats"),
        ("ben@example.org", "address"),
    ],
)
async def test_a_password_that_is_easily_guessed_is_not_taken(
    acme: Tenant, hers: httpx.AsyncClient, password: str | None, why: str
) -> None:
    token = token_in(await invite(hers, acme))

    answer = await accept(browser(acme.client), token, **({"password": password} if password else {}))

    assert (answer.status_code, answer.json()["field"]) == (422, "password")
    assert why in answer.json()["detail"]
    assert (await accept(browser(acme.client), token, password=CHOSEN)).status_code == 200


async def test_an_account_that_is_there_joins_with_its_own_password_and_never_by_the_link_alone(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    first, second = await new_tenant(), await new_tenant()
    ben = await insert_member(owner, first.id, email="ben@example.org", name="Benjamín")
    hers = await session_at(owner, first.client, await insert_member(owner, second.id, Role.OWNER))
    token = token_in(await invite(hers, second, ben.email, name="Ben"))
    at = browser(first.client)

    hijacked = await accept(at, token, password=CHOSEN)
    without = await accept(at, token)
    right = await accept(at, token, password=PASSWORD, name="Whoever knows his password")

    assert (hijacked.status_code, hijacked.json()["code"]) == (401, "wrong_credentials")
    assert (without.status_code, without.json()["field"]) == (422, "password")
    assert right.status_code == 200
    assert len(right.json()["memberships"]) == 2
    assert right.json()["user"]["name"] == "Benjamín"
    assert (await try_signing_in(browser(first.client), ben)).status_code == 200


async def test_who_is_signed_in_joins_without_a_password_and_stays_signed_in(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    first, second = await new_tenant(), await new_tenant()
    ben = await insert_member(owner, first.id, email="ben@example.org")
    other = await insert_member(owner, first.id)
    hers = await session_at(owner, first.client, await insert_member(owner, second.id, Role.OWNER))
    token = token_in(await invite(hers, second, ben.email))
    his, theirs = await session_at(owner, first.client, ben), await session_at(owner, first.client, other)
    forged = await session_at(owner, first.client, ben)
    forged.headers["X-CSRF-Token"] = "not his"

    assert (await accept(theirs, token)).status_code == 422
    assert (await accept(forged, token)).status_code == 422
    answer = await accept(his, token)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert len(answer.json()["memberships"]) == 2


async def test_an_inviter_does_not_see_whether_the_address_has_an_account(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    acme, other = await new_tenant(), await new_tenant()
    known = await insert_member(owner, other.id, name="Known Elsewhere")
    hers = await session_at(owner, acme.client, await insert_member(owner, acme.id, Role.OWNER))

    answers = [await invite(hers, acme, email) for email in (known.email, "new@example.org")]

    assert [answer.json().keys() for answer in answers] == [{"user_id", "link"}] * 2
    there, new = [(await listed(acme))[email] for email in (known.email, "new@example.org")]
    same = {"name", "role", "disabled", "invited", "last_seen_at", "teams"}
    assert {key: there[key] for key in same} == {key: new[key] for key in same}
    assert "Known Elsewhere" not in (await acme.get("/people")).text


async def test_who_is_in_already_cannot_be_invited(
    acme: Tenant, hers: httpx.AsyncClient, boss: Person
) -> None:
    answer = await invite(hers, acme, boss.email)

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


NO_INVITATIONS = [
    ({"email": "ben", "role": "agent"}, "email"),
    ({"email": "ben@localhost", "role": "agent"}, "email"),
    ({"email": "bén@example.org", "role": "agent"}, "email"),
    ({"email": "a@b@example.org", "role": "agent"}, "email"),
    ({"email": "ben@example.org\nBcc: x@example.org", "role": "agent"}, "email"),
    ({"email": "ben@example.org", "role": "emperor"}, "role"),
    ({"email": "ben@example.org", "role": "agent", "name": "x" * 201}, "name"),
    ({"email": "ben@example.org", "role": "agent", "name": "a\nb"}, "name"),
]


async def test_an_invitation_that_cannot_be_is_refused(acme: Tenant, hers: httpx.AsyncClient) -> None:
    for body, field in NO_INVITATIONS:
        answer = await hers.post(f"{acme.path}/people/invites", json=body)

        assert (answer.status_code, answer.json()["field"]) == (422, field), body


# --- roles


@pytest.mark.parametrize("giver", [Role.ADMIN, Role.OWNER])
@pytest.mark.parametrize("role", list(Role))
async def test_roles_are_given_and_taken_only_up_to_ones_own(
    acme: Tenant, owner: asyncpg.Connection, giver: Role, role: Role
) -> None:
    await insert_member(owner, acme.id, Role.OWNER)
    at = await session_at(owner, acme.client, await insert_member(owner, acme.id, giver))
    low, same = await insert_member(owner, acme.id), await insert_member(owner, acme.id, role)
    allowed = giver is Role.OWNER or role is not Role.OWNER

    answers = [
        await invite(at, acme, "ben@example.org", role),
        await at.patch(f"{acme.path}/people/{low.id}", json={"role": role}),
        await at.patch(f"{acme.path}/people/{same.id}", json={"disabled": True}),
        await at.patch(f"{acme.path}/people/{same.id}", json={"role": "agent"}),
        await at.delete(f"{acme.path}/people/{same.id}"),
    ]

    assert [answer.is_success for answer in answers] == [allowed] * 5
    if not allowed:
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "role_beyond")}


async def test_a_key_makes_nobody_more_than_itself(acme: Tenant) -> None:
    scopes = ["people:write", "people:read", "keys:write"]
    key = (await acme.post("/keys", {"scopes": scopes})).json()["key"]
    modest = {"Authorization": f"Bearer {key}"}

    answer = await acme.client.post(
        f"{acme.path}/people/invites", json={"email": "ben@example.org", "role": "agent"}, headers=modest
    )

    assert answer.json()["code"] == "role_beyond"
    assert (await invite(acme.client, acme, role="admin")).status_code == 201
    assert (await invite(acme.client, acme, "eve@example.org", "owner")).json()["code"] == "role_beyond"


async def test_another_role_counts_from_the_next_request_on(
    acme: Tenant, hers: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    ben = await insert_member(owner, acme.id, Role.ADMIN)
    at = await session_at(owner, acme.client, ben)
    assert (await at.get(f"{acme.path}/keys")).status_code == 200

    changed = await hers.patch(f"{acme.path}/people/{ben.id}", json={"role": "agent"})

    assert (changed.status_code, changed.json()["role"]) == (200, "agent")
    assert (await at.get(f"{acme.path}/keys")).status_code == 403
    assert (await at.get(f"{acme.path}/people")).status_code == 200
    [event] = (await acme.get("/events")).json()["items"]
    assert (event["type"], event["data"]) == ("people_changed", {"user_id": str(ben.id)})
    [row, *_] = (await acme.get("/audit")).json()["items"]
    assert (row["action"], row["subject"], row["detail"]) == (
        "person.role_changed",
        str(ben.id),
        {"from": "admin", "to": "agent"},
    )


async def test_who_is_shut_out_of_a_tenant_keeps_the_others(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    one, other = await new_tenant(), await new_tenant()
    ben = await insert_member(owner, one.id)
    await join(owner, other.id, ben)
    at = await session_at(owner, one.client, ben)

    out = await one.client.patch(f"{one.path}/people/{ben.id}", json={"disabled": True})

    assert out.json()["disabled"] is True
    assert (await at.get(one.path)).status_code == 404
    assert (await at.get(other.path)).status_code == 200
    back = await one.client.patch(f"{one.path}/people/{ben.id}", json={"disabled": False})
    assert back.json()["disabled"] is False
    assert (await at.get(one.path)).status_code == 200
    assert [action for action, _ in await log_of(one)][:2] == ["person.enabled", "person.disabled"]


async def test_who_is_removed_is_out_and_can_be_invited_again(
    acme: Tenant, hers: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    ben = await insert_member(owner, acme.id)
    at = await session_at(owner, acme.client, ben)

    assert (await hers.delete(f"{acme.path}/people/{ben.id}")).status_code == 204
    assert (await at.get(acme.path)).status_code == 404
    assert ben.email not in await listed(acme)
    assert (await hers.delete(f"{acme.path}/people/{ben.id}")).status_code == 404
    token = token_in(await invite(hers, acme, ben.email))
    assert (await accept(at, token)).status_code == 200


async def test_who_is_removed_lets_go_of_their_conversations_and_every_screen_is_told(
    acme: Tenant, hers: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    ben = await insert_member(owner, acme.id)
    inbox = Inbox(owner, await insert_number(owner, acme.id))
    his = [await inbox.conversation(assignee_id=ben.id) for _ in range(2)]
    other = await inbox.conversation()

    assert (await hers.delete(f"{acme.path}/people/{ben.id}")).status_code == 204

    events = await owner.fetch(
        "SELECT data::text FROM events WHERE tenant_id = $1 AND type = 'conversation_updated'", acme.id
    )
    shown = {row["id"]: row["assignee_id"] for row in (json.loads(one[0]) for one in events)}
    assert shown == {str(one): None for one in his}
    assert str(other) not in shown


# --- the last owner


@pytest.mark.parametrize(
    "change", [{"role": "admin"}, {"disabled": True}, {"role": "agent", "disabled": True}, None]
)
async def test_the_last_owner_stays(
    acme: Tenant,
    hers: httpx.AsyncClient,
    boss: Person,
    operator: httpx.AsyncClient,
    change: dict[str, Any] | None,
) -> None:
    path = f"{acme.path}/people/{boss.id}"
    for at in (hers, operator):
        answer = await (at.patch(path, json=change) if change else at.delete(path))
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    assert (await hers.patch(path, json={"role": "owner"})).status_code == 200


async def test_an_owner_who_is_shut_out_or_only_invited_does_not_count(
    acme: Tenant, hers: httpx.AsyncClient, boss: Person, owner: asyncpg.Connection
) -> None:
    out = await insert_member(owner, acme.id, Role.OWNER)
    await owner.execute("UPDATE memberships SET disabled_at = now() WHERE user_id = $1", out.id)
    await invite(hers, acme, "ben@example.org", "owner")

    refused = await hers.delete(f"{acme.path}/people/{boss.id}")
    await hers.patch(f"{acme.path}/people/{out.id}", json={"disabled": False})
    gone = await hers.delete(f"{acme.path}/people/{boss.id}")

    assert (refused.status_code, gone.status_code) == (409, 204)


async def test_an_owner_whose_account_the_operator_stopped_does_not_count(
    acme: Tenant,
    hers: httpx.AsyncClient,
    boss: Person,
    owner: asyncpg.Connection,
    operator: httpx.AsyncClient,
) -> None:
    """They own the tenant and cannot come in: without the other one nobody could."""
    gone = await insert_member(owner, acme.id, Role.OWNER, disabled=True)

    refused = [await hers.delete(f"{acme.path}/people/{boss.id}")]
    refused += [await hers.patch(f"{acme.path}/people/{boss.id}", json={"role": "admin"})]
    removed = await hers.delete(f"{acme.path}/people/{gone.id}")
    stopped = await operator.patch(f"/api/operator/users/{boss.id}", json={"disabled": True})

    assert {(one.status_code, one.json()["code"]) for one in refused} == {(409, "last_owner")}
    assert removed.status_code == 204
    assert stopped.status_code == 200  # the operator's alone to say, and to take back


async def test_two_owners_who_remove_each_other_at_once_leave_one(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    for _ in range(5):
        acme = await new_tenant()
        pair = [await insert_member(owner, acme.id, Role.OWNER) for _ in range(2)]
        ats = [await session_at(owner, acme.client, one) for one in pair]

        answers = await asyncio.gather(
            *(at.delete(f"{acme.path}/people/{one.id}") for at, one in zip(ats, reversed(pair), strict=True))
        )

        assert min(answer.status_code for answer in answers) == 204
        assert {answer.status_code for answer in answers} <= {204, 404, 409}
        left = await owner.fetchval("SELECT count(*) FROM memberships WHERE tenant_id = $1", acme.id)
        assert left == 1


# --- listing


async def test_the_list_comes_in_pages_and_holds_nobody_elses_people(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    acme, other = await new_tenant(), await new_tenant()
    ours = [str((await insert_member(owner, acme.id)).id) for _ in range(5)]
    await insert_member(owner, other.id)
    await insert_user(owner)

    found, cursor = [], None
    while True:
        page = (
            await acme.get("/people", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        ).json()
        found += [one["user_id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break

    assert found == ours


async def test_the_list_says_in_which_teams_each_one_is(acme: Tenant, owner: asyncpg.Connection) -> None:
    ben, eva = await insert_member(owner, acme.id), await insert_member(owner, acme.id)
    team = (await acme.post("/teams", {"name": "Support", "member_ids": [str(ben.id)]})).json()

    people = await listed(acme)

    assert (people[ben.email]["teams"], people[eva.email]["teams"]) == ([team["id"]], [])
    await acme.client.delete(f"{acme.path}/people/{ben.id}")
    assert (await acme.get("/teams")).json()["items"][0]["member_ids"] == []


async def test_who_has_just_come_is_seen(acme: Tenant, owner: asyncpg.Connection) -> None:
    ben = await insert_member(owner, acme.id)
    at = await signed_in(acme.client, ben)

    await at.get(acme.path)

    assert (await listed(acme))[ben.email]["last_seen_at"]


async def test_nobody_of_that_id_is_nobody(acme: Tenant, hers: httpx.AsyncClient) -> None:
    path = f"{acme.path}/people/{uuid4()}"
    assert (await hers.patch(path, json={"role": "agent"})).status_code == 404
    assert (await hers.delete(path)).status_code == 404

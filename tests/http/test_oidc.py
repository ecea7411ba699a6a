"""Signing in at an identity provider: a real one in a process of its own, and every way in which its word is not to be believed."""

import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest

from bed.api import api
from bed.authenticator import Authenticator
from bed.graph import Graph
from bed.installation import Running
from bed.tenants import Tenant
from bed.users import (
    HERE,
    PASSWORD,
    Person,
    browser,
    hash_of,
    insert_user,
    join,
    signed_in,
    try_signing_in,
)
from curbe.infra.db import Pool
from curbe.operate.people import untie

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


@dataclass(frozen=True, slots=True)
class Provider:
    """A running OpenID provider at which anybody may say who they are."""

    issuer: str

    async def knows(self, subject: str, **claims: object) -> None:
        async with httpx.AsyncClient() as client:
            (await client.put(f"{self.issuer}/users/{subject}", json=claims)).raise_for_status()

    async def sent_back(self, to: str, subject: str) -> str:
        """Sign in there as ``subject`` and return the address the browser is sent back to."""
        async with httpx.AsyncClient() as client:
            answer = await client.post(to, data={"sub": subject})
        assert answer.status_code in (302, 303), answer.text
        return answer.headers["location"]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).with_name("oidc-provider-mock")
    process = Popen(
        [program, "--port", str(port), "--require-nonce", "true"], stdout=PIPE, stderr=PIPE, text=True
    )
    running = Running(process)
    try:
        issuer = f"http://127.0.0.1:{port}"
        running.until(lambda: answers(issuer))
        yield Provider(issuer)
    finally:
        process.terminate()
        running.ended()


def answers(issuer: str) -> bool:
    try:
        return httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def environ(graph: Graph, provider: Provider) -> dict[str, str]:
    return {
        **graph.environ,
        "CURBE_OIDC_ISSUER": provider.issuer,
        "CURBE_OIDC_CLIENT_ID": "curbe-of-tests",
        "CURBE_OIDC_CLIENT_SECRET": "a-secret-of-tests",
        "CURBE_OIDC_LABEL": "Acme SSO",
    }


@pytest.fixture
async def at(operator: httpx.AsyncClient) -> httpx.AsyncClient:
    return browser(operator)


async def asked(at: httpx.AsyncClient, *, next_page: str = "/t/1/inbox") -> str:
    """Press the button; return where the browser is sent."""
    answer = await at.get("/api/auth/oidc/start", params={"next": next_page})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def back(at: httpx.AsyncClient, address: str) -> httpx.Response:
    """Follow the provider's redirect to us."""
    parts = urlsplit(address)
    return await at.get(f"{parts.path}?{parts.query}")


def refused(answer: httpx.Response) -> str:
    target = urlsplit(answer.headers["location"])
    assert (answer.status_code, target.path) == (302, "/sign-in")
    return parse_qs(target.query)["reason"][0]


@pytest.mark.parametrize("vouched", [True, "true", "True"])
async def test_who_the_provider_vouches_for_is_signed_in_and_goes_on_to_their_page(
    at: httpx.AsyncClient, provider: Provider, owner: Owner, vouched: object
) -> None:
    ana = await insert_user(owner, password=None)
    await provider.knows("ana-1", email=ana.email.upper(), email_verified=vouched, name="Ana")

    done = await back(at, await provider.sent_back(await asked(at), "ana-1"))

    assert (done.status_code, done.headers["location"]) == (302, "/t/1/inbox")
    session = (await at.get("/api/auth/session")).json()
    assert (session["user"]["id"], session["user"]["has_password"]) == (str(ana.id), False)


async def test_what_a_provider_adds_to_its_redirect_is_passed_over(
    at: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    ana = await insert_user(owner)
    await provider.knows("ana-3", email=ana.email, email_verified=True)

    address = await provider.sent_back(await asked(at), "ana-3")
    done = await back(at, f"{address}&iss=https%3A%2F%2Fid.example.org&session_state=1")

    assert (done.status_code, done.headers["location"]) == (302, "/t/1/inbox")


async def test_who_is_sent_here_by_the_provider_begins_to_sign_in_whatever_it_adds(
    at: httpx.AsyncClient, provider: Provider
) -> None:
    """A click on Curbe among a company's programs [OpenID Connect Core 1.0, 4: initiating login from a third party]."""
    added = {"iss": provider.issuer, "login_hint": "ana", "target_link_uri": "https://chat.example.org/"}

    begun = await at.get("/api/auth/oidc/start", params=added)

    assert begun.status_code == 302, begun.text
    assert begun.headers["location"].startswith(provider.issuer)


async def test_a_person_stays_the_same_when_the_provider_tells_another_address(
    at: httpx.AsyncClient, operator: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    ana = await insert_user(owner)
    other = await insert_user(owner)
    await provider.knows("ana-2", email=ana.email, email_verified=True)
    await back(at, await provider.sent_back(await asked(at), "ana-2"))
    await provider.knows("ana-2", email=other.email, email_verified=True)
    again = browser(operator)

    await back(again, await provider.sent_back(await asked(again), "ana-2"))

    assert (await again.get("/api/auth/session")).json()["user"]["id"] == str(ana.id)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email_verified": False}, "unverified"),
        ({"email_verified": "false"}, "unverified"),  # as text, which is no more a yes than the word itself
        ({"email": None, "email_verified": True}, "unverified"),
        ({"email": "nobody@example.org", "email_verified": True}, "unknown"),
    ],
)
async def test_who_is_not_vouched_for_or_not_known_gets_no_session(
    at: httpx.AsyncClient, provider: Provider, owner: Owner, claims: dict[str, object], reason: str
) -> None:
    eva = await insert_user(owner)
    told = {"email": eva.email, **claims}
    await provider.knows("eva-3", **{name: value for name, value in told.items() if value is not None})

    answer = await back(at, await provider.sent_back(await asked(at), "eva-3"))

    assert refused(answer) == reason
    assert (await at.get("/api/auth/session")).status_code == 401


async def test_who_is_disabled_here_gets_no_session(
    at: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    eva = await insert_user(owner, disabled=True)
    await provider.knows("eva-4", email=eva.email, email_verified=True)

    assert refused(await back(at, await provider.sent_back(await asked(at), "eva-4"))) == "unknown"


async def test_an_answer_counts_in_the_browser_that_asked_alone_and_once(
    at: httpx.AsyncClient, operator: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    ana = await insert_user(owner)
    await provider.knows("ana-5", email=ana.email, email_verified=True)
    address = await provider.sent_back(await asked(at), "ana-5")
    victim, stranger = browser(operator), browser(operator)
    await asked(victim)

    assert refused(await back(stranger, address)) == "expired"
    assert refused(await back(victim, address)) == "mismatch", "an attacker's answer in another's browser"
    assert (await back(at, address)).headers["location"] == "/t/1/inbox"
    assert refused(await back(at, address)) == "expired"


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example", "//evil.example/x", "/\\evil.example", "javascript:alert(1)", "//[", "",
        "/\t/evil.example",  # a browser leaves the tab out
    ],
)  # fmt: skip
async def test_it_sends_nobody_to_another_site(
    at: httpx.AsyncClient, provider: Provider, owner: Owner, next_page: str
) -> None:
    ana = await insert_user(owner)
    await provider.knows("ana-6", email=ana.email, email_verified=True)

    done = await back(at, await provider.sent_back(await asked(at, next_page=next_page), "ana-6"))

    assert done.headers["location"] == "/"


async def test_the_question_carries_what_ties_the_answer_to_it(at: httpx.AsyncClient) -> None:
    query = parse_qs(urlsplit(await asked(at)).query)

    assert query["redirect_uri"] == [f"{HERE}/api/auth/oidc/callback".replace("localhost", "127.0.0.1")]
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))


async def test_the_sign_in_page_learns_what_is_offered(at: httpx.AsyncClient) -> None:
    assert (await at.get("/api/auth/methods")).json() == {
        "password": True,
        "passkeys": True,
        "oidc": {"label": "Acme SSO"},
        "mail": False,
    }


async def test_an_account_of_the_providers_is_opened_by_no_invitations_link(
    at: httpx.AsyncClient, operator: httpx.AsyncClient, acme: Tenant, provider: Provider, owner: Owner
) -> None:
    """It has no password and is in no tenant yet; whoever has the link must not choose its password all the same."""
    ana = await insert_user(owner, password=None)
    await provider.knows("ana-7", email=ana.email, email_verified=True)
    await back(at, await provider.sent_back(await asked(at), "ana-7"))
    invited = (await acme.post("/people/invites", {"email": ana.email, "role": "agent"})).json()
    token = invited["link"].rpartition("/")[2]
    thief = browser(operator)

    shown = (await thief.get(f"/api/auth/invites/{token}")).json()
    stolen = await thief.post(
        "/api/auth/invites/accept", json={"token": token, "password": "chosen by a thief 1"}
    )

    assert shown["needs_password"] is False
    assert stolen.status_code == 401, stolen.text
    assert (await owner.fetchval("SELECT count(*) FROM passwords WHERE user_id = $1", ana.id)) == 0


async def invited_by_a_thief(
    operator: httpx.AsyncClient, tenant: Tenant, email: str
) -> tuple[httpx.AsyncClient, str]:
    """Invite an address that has no account, open the link oneself and choose the password; return the browser and the account."""
    invited = (await tenant.post("/people/invites", {"email": email, "role": "agent"})).json()
    thief = browser(operator)
    joined = await thief.post(
        "/api/auth/invites/accept",
        json={"token": invited["link"].rpartition("/")[2], "password": PASSWORD},
    )
    assert joined.status_code == 200, joined.text
    thief.headers["X-CSRF-Token"] = joined.json()["csrf_token"]
    return thief, joined.json()["user"]["id"]


async def test_what_opened_an_account_before_its_person_came_from_the_provider_opens_it_no_more(
    at: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    acme: Tenant,
    new_tenant: Callable[[], Awaitable[Tenant]],
    provider: Provider,
    owner: Owner,
) -> None:
    """Without a mail server the link of an invitation is its inviter's to see: whoever that was may have begun the account."""
    email, other, device = "eva@corp.example", await new_tenant(), Authenticator(HERE)
    thief, eva = await invited_by_a_thief(operator, acme, email)
    asked_for = (await thief.post("/api/auth/passkeys/options")).json()
    kept = {
        "challenge": asked_for["challenge"],
        "credential": device.create(asked_for["options"]),
        "name": "a",
    }
    assert (await thief.post("/api/auth/passkeys", json=kept)).status_code == 201
    await provider.knows("eva-8", email=email, email_verified=True)

    await back(at, await provider.sent_back(await asked(at), "eva-8"))

    session = (await at.get("/api/auth/session")).json()
    assert session["user"]["id"] == eva
    assert [session["user"][name] for name in ("has_password", "totp", "passkeys")] == [False, False, 0]
    assert (await at.get("/api/auth/factors")).json()["recovery_codes"] == 0
    await join(owner, other.id, Person(UUID(eva), email))
    again = (await browser(operator).post("/api/auth/passkeys/sign-in/options")).json()
    answer = {"challenge": again["challenge"], "credential": device.get(again["options"])}
    answers = [
        await thief.get("/api/auth/session"),
        await try_signing_in(browser(operator), email),
        await browser(operator).post("/api/auth/passkeys/sign-in", json=answer),
    ]
    assert [one.status_code for one in answers] == [401, 401, 401]


async def test_it_is_in_the_operators_audit_log_what_an_identity_took_away(
    at: httpx.AsyncClient, operator: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    ana = await insert_user(owner)
    await signed_in(operator, ana)
    await provider.knows("ana-9", email=ana.email, email_verified=True)

    await back(at, await provider.sent_back(await asked(at), "ana-9"))

    entries = (await operator.get("/api/operator/audit")).json()["items"]
    told = {entry["action"]: entry["detail"] for entry in entries if entry["subject"] == str(ana.id)}
    assert told["password.taken_away"] == {
        "why": "identity.linked", "password": True, "totp": False, "passkeys": 0, "recovery_codes": 0
    }  # fmt: skip
    assert told["sessions.ended"] == {"count": 1, "why": "identity.linked"}


async def test_what_a_person_chose_after_they_came_from_the_provider_stays(
    at: httpx.AsyncClient, operator: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    ana = await insert_user(owner, password=None)
    await provider.knows("ana-10", email=ana.email, email_verified=True)
    await back(at, await provider.sent_back(await asked(at), "ana-10"))
    await owner.execute(
        "INSERT INTO passwords (user_id, hash, changed_at) VALUES ($1, $2, now())", ana.id, hash_of(PASSWORD)
    )
    there = browser(operator)

    await back(there, await provider.sent_back(await asked(there), "ana-10"))

    assert (await at.get("/api/auth/session")).status_code == 200
    assert (await try_signing_in(browser(operator), ana)).status_code == 200


async def test_who_comes_with_the_address_of_an_account_that_is_somebody_elses_there_gets_no_session(
    at: httpx.AsyncClient, operator: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    """Addresses are given to another person after one has left, and aliases change their owner."""
    ana = await insert_user(owner)
    await provider.knows("ana-11", email=ana.email, email_verified=True)
    await back(at, await provider.sent_back(await asked(at), "ana-11"))
    await provider.knows("successor-11", email=ana.email, email_verified=True)
    there = browser(operator)

    answer = await back(there, await provider.sent_back(await asked(there), "successor-11"))

    assert refused(answer) == "tied"
    assert (await there.get("/api/auth/session")).status_code == 401
    assert (await at.get("/api/auth/session")).status_code == 200
    entries = (await operator.get("/api/operator/audit")).json()["items"]
    told = [
        entry["actor"]
        for entry in entries
        if entry["subject"] == str(ana.id) and entry["action"] == "identity.refused"
    ]
    assert told == ["anybody"]


async def test_an_account_that_an_operator_untied_is_the_next_ones_who_comes_with_its_address(
    at: httpx.AsyncClient, operator: httpx.AsyncClient, provider: Provider, owner: Owner, dsn: str
) -> None:
    ana = await insert_user(owner)
    await provider.knows("ana-12", email=ana.email, email_verified=True)
    await back(at, await provider.sent_back(await asked(at), "ana-12"))
    await provider.knows("ana-12-anew", email=ana.email, email_verified=True)
    there = browser(operator)

    await untie(dsn, email=ana.email)

    assert (await at.get("/api/auth/session")).status_code == 401
    await back(there, await provider.sent_back(await asked(there), "ana-12-anew"))
    assert (await there.get("/api/auth/session")).json()["user"]["id"] == str(ana.id)
    assert refused(await back(at, await provider.sent_back(await asked(at), "ana-12"))) == "tied"


async def test_an_account_of_another_provider_is_tied_to_this_one_too(
    at: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    ana = await insert_user(owner)
    await owner.execute(
        """INSERT INTO oidc_identities (identity_hash, user_id, issuer, created_at)
           VALUES (sha256($1::text::bytea), $2, 'https://former.example.org', now())""",
        str(ana.id),
        ana.id,
    )
    await provider.knows("ana-13", email=ana.email, email_verified=True)

    await back(at, await provider.sent_back(await asked(at), "ana-13"))

    assert (await at.get("/api/auth/session")).json()["user"]["id"] == str(ana.id)


async def test_who_comes_back_is_written_down_as_of_this_provider_and_may_follow_to_another(
    at: httpx.AsyncClient, operator: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    """Whoever was tied before the provider was written down counts as of any, until they come back."""
    ana = await insert_user(owner)
    await provider.knows("ana-14", email=ana.email, email_verified=True)
    await back(at, await provider.sent_back(await asked(at), "ana-14"))
    await owner.execute("UPDATE oidc_identities SET issuer = NULL WHERE user_id = $1", ana.id)
    await back(at, await provider.sent_back(await asked(at), "ana-14"))
    await owner.execute(  # from here on it is another provider that is asked
        """UPDATE oidc_identities SET issuer = 'https://former.example.org', identity_hash = sha256('ana-14')
            WHERE user_id = $1 AND issuer = $2""",
        ana.id,
        provider.issuer,
    )
    await provider.knows("ana-14-elsewhere", email=ana.email, email_verified=True)
    there = browser(operator)

    await back(there, await provider.sent_back(await asked(there), "ana-14-elsewhere"))

    assert (await there.get("/api/auth/session")).json()["user"]["id"] == str(ana.id)


async def test_two_identities_from_before_that_are_one_account_s_both_go_on_signing_in(
    at: httpx.AsyncClient, provider: Provider, owner: Owner
) -> None:
    ana = await insert_user(owner)
    subjects = ("ana-15", "ana-15-too")
    for subject in subjects:
        await provider.knows(subject, email=ana.email, email_verified=True)
        await owner.execute(
            """INSERT INTO oidc_identities (identity_hash, user_id, created_at)
               VALUES (sha256($1::text::bytea), $2, now())""",
            f"{provider.issuer}\n{subject}",
            ana.id,
        )

    answers = [await back(at, await provider.sent_back(await asked(at), subject)) for subject in subjects]

    assert [one.headers["location"] for one in answers] == ["/t/1/inbox", "/t/1/inbox"]


async def test_over_https_no_neighbour_s_page_makes_this_browser_sign_in_as_somebody_else(
    web: Pool, acme: Tenant, environ: dict[str, str], provider: Provider, owner: Owner
) -> None:
    """Another host of the same domain may set cookies for all of it, but none whose name begins with ``__Host-``."""
    eva = await insert_user(owner)
    await provider.knows("eva-16", email=eva.email, email_verified=True)
    there = "https://curbe.example.org"
    async with api(web, key=acme.key, environ={**environ, "CURBE_PUBLIC_BASE_URL": there}) as client:
        neighbour, somebody = browser(client, at=there), browser(client, at=there)
        begun = await neighbour.get("/api/auth/oidc/start")
        [kept] = begun.headers.get_list("set-cookie")
        name, _, value = kept.partition(";")[0].partition("=")
        sent_back = await provider.sent_back(begun.headers["location"], "eva-16")

        somebody.cookies.set(name.removeprefix("__Host-"), value)
        tossed = await back(somebody, sent_back)
        own = await back(neighbour, sent_back)

    assert name.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(kept.split("; "))
    assert "Domain" not in kept
    assert refused(tossed) == "expired"
    assert own.headers["location"] == "/"
    assert own.headers.get_list("set-cookie")[0].startswith("__Host-curbe=curbe_s_")

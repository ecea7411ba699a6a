"""An identity provider that changes its keys, or is at fault: people get on, or learn on the sign-in page what is wrong."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest

from bed.graph import Graph
from bed.provider import CLIENT_ID, Provider, fresh_key, providing
from bed.users import browser, insert_user

pytestmark = pytest.mark.anyio


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with providing() as running:
        yield running


@pytest.fixture
def environ(graph: Graph, provider: Provider) -> dict[str, str]:
    return {
        **graph.environ,
        "CURBE_OIDC_ISSUER": provider.issuer,
        "CURBE_OIDC_CLIENT_ID": CLIENT_ID,
        "CURBE_OIDC_CLIENT_SECRET": "a-secret-of-tests",
    }


async def question(at: httpx.AsyncClient) -> str:
    answer = await at.get("/api/auth/oidc/start", params={"next": "/t/1/inbox"})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def sign_in(operator: httpx.AsyncClient, provider: Provider, **claims: Any) -> str:
    """Sign in at the provider in a browser of one's own; return where that ends: the page, or the reason why not."""
    at = browser(operator)
    answer = await at.get(provider.answer_to(await question(at), **claims))
    assert answer.status_code == 302, answer.text
    return told(answer)


def told(answer: httpx.Response) -> str:
    target = urlsplit(answer.headers["location"])
    return parse_qs(target.query)["reason"][0] if target.path == "/sign-in" else target.path


async def test_people_sign_in_with_the_new_key_right_after_the_provider_changed_it(
    operator: httpx.AsyncClient, provider: Provider, owner: asyncpg.Connection
) -> None:
    ana = await insert_user(owner)
    claims = {"sub": "ana", "email": ana.email, "email_verified": True}
    assert await sign_in(operator, provider, **claims) == "/t/1/inbox"

    provider.key = fresh_key("second")

    assert await sign_in(operator, provider, **claims) == "/t/1/inbox"
    assert provider.asked == 2


async def test_tokens_with_made_up_keys_do_not_make_us_ask_for_the_keys_each_time(
    operator: httpx.AsyncClient, provider: Provider
) -> None:
    provider.key_set = {"keys": [provider.key.as_dict(private=False)]}
    provider.key = fresh_key("nobody's")
    claims = {"sub": "eva", "email": "eva@example.org", "email_verified": True}

    ends = [await sign_in(operator, provider, **claims) for _ in range(4)]

    assert ends == ["token"] * 4
    assert provider.asked == 2


@pytest.mark.parametrize(
    ("description", "key_set", "reason"),
    [
        ({"issuer": "https://somebody.else.example"}, None, "discovery"),
        (
            {
                "issuer": "https://somebody.else.example",
                "authorization_endpoint": "x",
                "token_endpoint": "x",
                "jwks_uri": "x",
            },
            None,
            "issuer",
        ),
        (None, {}, "keys"),
        (None, {"keys": []}, "keys"),
        (None, {"keys": None}, "keys"),
        (None, {"keys": [{"kty": "EC", "crv": "nobody knows", "x": "a", "y": "b"}, 7]}, "keys"),
        (None, [], "discovery"),
    ],
)
async def test_a_provider_that_describes_itself_wrongly_leads_back_to_the_sign_in_page(
    operator: httpx.AsyncClient,
    provider: Provider,
    description: dict[str, Any] | None,
    key_set: Any,
    reason: str,
) -> None:
    provider.description, provider.key_set = description, key_set

    answer = await browser(operator).get("/api/auth/oidc/start")

    assert answer.status_code == 302, answer.text
    assert told(answer) == reason


async def test_a_key_of_a_kind_that_we_do_not_know_spoils_no_other(
    operator: httpx.AsyncClient, provider: Provider, owner: asyncpg.Connection
) -> None:
    ana = await insert_user(owner)
    odd = {"kty": "EC", "crv": "nobody knows", "x": "a", "y": "b", "kid": "odd"}
    provider.key_set = {"keys": [odd, provider.key.as_dict(private=False)]}

    assert await sign_in(operator, provider, sub="ana", email=ana.email, email_verified=True) == "/t/1/inbox"


async def test_an_address_that_no_account_can_have_is_told_on_the_sign_in_page(
    operator: httpx.AsyncClient, provider: Provider
) -> None:
    end = await sign_in(operator, provider, sub="jose", email="josé@ejemplo.example", email_verified=True)

    assert end == "address"

"""Signing in at an identity provider that does not answer."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bed.graph import Graph
from bed.users import browser

pytestmark = pytest.mark.anyio


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    return {
        **graph.environ,
        "CURBE_OIDC_ISSUER": "http://127.0.0.1:9",  # discard: nobody listens there
        "CURBE_OIDC_CLIENT_ID": "curbe-of-tests",
        "CURBE_OIDC_CLIENT_SECRET": "a-secret-of-tests",
    }


async def test_the_button_leads_back_to_the_sign_in_page_which_says_so(operator: httpx.AsyncClient) -> None:
    answer = await browser(operator).get("/api/auth/oidc/start", params={"next": "/t/1/inbox"})

    target = urlsplit(answer.headers["location"])
    assert (answer.status_code, target.path) == (302, "/sign-in")
    assert parse_qs(target.query)["reason"] == ["unavailable"]

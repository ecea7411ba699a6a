"""Whose address a request has: the one that a trusted proxy names, and nobody else's word."""

import httpx
import pytest

from bed.api import serving

pytestmark = pytest.mark.anyio

ENOUGH = 21  # wrong keys that one address may not send at once


async def answers(url: str, *, by: str, reported: str, times: int = 1) -> set[int]:
    """Send wrong keys from this address of this machine, as if for ``reported``; return how they are answered."""
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(local_address=by)) as client:
        sent = {"Authorization": "Bearer curbe_t_wrong", "X-Forwarded-For": reported}
        return {(await client.get(f"{url}/api/tenants", headers=sent)).status_code for _ in range(times)}


@pytest.mark.parametrize(("host", "by"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "127.0.0.1")])
async def test_a_proxy_on_this_machine_is_believed_over_any_protocol(dsn: str, host: str, by: str) -> None:
    async with serving(dsn, CURBE_HOST=host) as server:
        url = server.url.replace("[::]", "127.0.0.1")
        assert 429 in await answers(url, by=by, reported="203.0.113.5", times=ENOUGH)

        assert await answers(url, by=by, reported="203.0.113.6") == {401}


async def test_a_proxy_in_a_trusted_network_is_believed(dsn: str) -> None:
    async with serving(dsn, CURBE_TRUSTED_PROXIES="127.0.1.0/24, 10.0.0.1") as server:
        assert 429 in await answers(server.url, by="127.0.1.7", reported="203.0.113.5", times=ENOUGH)

        assert await answers(server.url, by="127.0.1.7", reported="203.0.113.6") == {401}


async def test_whoever_is_not_trusted_cannot_take_another_address(dsn: str) -> None:
    async with serving(dsn, CURBE_TRUSTED_PROXIES="127.0.1.0/24") as server:
        assert 429 in await answers(server.url, by="127.0.0.1", reported="203.0.113.5", times=ENOUGH)

        assert await answers(server.url, by="127.0.0.1", reported="203.0.113.6") == {429}

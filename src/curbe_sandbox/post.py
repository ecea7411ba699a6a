"""The way out: one HTTP client that delivers webhooks and performs Meta's verification handshake."""

import asyncio
import secrets
from typing import Final

import aiohttp
from yarl import URL

_HANDSHAKE_SECONDS: Final = 10


class NotDelivered(Exception):
    """No HTTP answer came; the text says why."""


class Poster:
    """A client on keep-alive connections. It belongs to one event loop and is closed at its end."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        self._urls: dict[str, URL] = {}

    async def post(self, url: str, body: bytes, headers: dict[str, str], *, timeout_s: float) -> int:
        """Deliver ``body`` and return the HTTP status.

        Raises:
            NotDelivered: refused, cut off, not answered in time, or no such address.
        """
        target = self._urls.get(url)
        if target is None:
            target = self._urls[url] = URL(url)
        try:
            async with asyncio.timeout(timeout_s):
                answer = await self._session.request(
                    "POST", target, data=body, headers=headers, allow_redirects=False
                )
                async with answer:
                    await answer.read()
                    return answer.status
        except TimeoutError:
            raise NotDelivered("no answer in time") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}") from None

    async def handshake(self, url: str, verify_token: str) -> str | None:
        """Verify a callback as Meta does before using one; return None, or what is wrong."""
        challenge = str(secrets.randbelow(10**9) + 10**9)
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        try:
            async with (
                asyncio.timeout(_HANDSHAKE_SECONDS),
                self._session.get(url, params=asked, allow_redirects=False) as answer,
            ):
                body = await answer.read()
        except TimeoutError:
            return "the callback did not answer in time"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"the callback could not be reached: {type(error).__name__}"
        if answer.status != 200:
            return f"the callback answered HTTP {answer.status} instead of 200"
        if body != challenge.encode():
            return "the callback did not answer with exactly the challenge"
        return None

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

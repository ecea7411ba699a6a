"""The way out: one HTTP client that delivers webhooks and performs Meta's verification handshake."""

import asyncio
import secrets
import time
from collections import defaultdict
from typing import Final

import aiohttp

from curbe_sandbox.lean import Address, Broken, Connection, connect

_HANDSHAKE_SECONDS: Final = 10
_IDLE_SECONDS: Final = 3  # servers commonly close an idle connection after 5: do not write into the closing


class NotDelivered(Exception):
    """No HTTP answer came; the text says why."""


class Poster:
    """A client on keep-alive connections. It belongs to one event loop and is closed at its end."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._addresses: dict[str, Address] = {}
        self._idle: defaultdict[str, list[Connection]] = defaultdict(list)

    async def post(self, url: str, body: bytes, headers: dict[str, str], *, timeout_s: float) -> int:
        """Deliver ``body`` and return the HTTP status.

        Raises:
            NotDelivered: refused, cut off, not answered in time, or no such address.
        """
        connection: Connection | None = None
        try:
            async with asyncio.timeout(timeout_s):
                address = self._address(url)
                connection = self._take_idle(url) or await connect(address)
                status = await connection.post(_head(address, body, headers), body)
        except TimeoutError:
            raise NotDelivered("no answer in time") from None
        except (OSError, ValueError, Broken) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}") from None
        else:
            if connection.reusable:
                connection.idle_since = time.monotonic()
                self._idle[url].append(connection)
                connection = None
            return status
        finally:
            if connection is not None:
                connection.close()

    def _address(self, url: str) -> Address:
        address = self._addresses.get(url)
        if address is None:
            address = self._addresses[url] = Address(url)
        return address

    def _take_idle(self, url: str) -> Connection | None:
        idle = self._idle[url]
        while idle:
            connection = idle.pop()
            if connection.reusable and time.monotonic() - connection.idle_since < _IDLE_SECONDS:
                return connection
            connection.close()
        return None

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
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        await self._session.close()


def _head(address: Address, body: bytes, headers: dict[str, str]) -> bytes:
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"{address.head}{lines}Content-Length: {len(body)}\r\n\r\n".encode("latin-1")

"""A lean HTTP/1.1 connection for delivering webhooks: one POST at a time, kept alive, nothing beyond that.

Three status webhooks follow each send, which makes this the hottest path of all: at 1,000 sends/s a general
client took 0.2 of a core more.
"""

import asyncio
import ssl
from typing import Final, cast
from urllib.parse import urlsplit

import httptools

_LARGEST_ANSWER: Final = 1024 * 1024


class Broken(Exception):
    """The connection ended, or what came was no HTTP; the text says which."""


class Address:
    """A callback URL taken apart once."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"not an http address: {url!r}")
        self.host: Final = parts.hostname
        self.tls: Final = ssl.create_default_context() if parts.scheme == "https" else None
        self.port: Final = parts.port or (443 if self.tls else 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.head: Final = f"POST {target} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n"


class Connection(asyncio.Protocol):
    """One connection to a callback; ``post`` may be called again once it has returned."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[int] | None = None
        self._received = 0
        self.reusable = True
        self.idle_since = 0.0  # kept by whoever keeps the connection

    async def post(self, head: bytes, body: bytes) -> int:
        """Send a request and return the status of its answer, read to its end.

        Raises:
            Broken: the connection ended before the answer did, or the answer is no HTTP.
        """
        if self._transport is None:
            raise Broken("not connected")
        self._answer = asyncio.get_running_loop().create_future()
        self._received = 0
        self._transport.write(head + body)
        return await self._answer

    def close(self) -> None:
        """Close at once."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # uvloop's transports have the methods of asyncio.Transport without being its subclass
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what waits for an answer."""
        self._fail(f"connection lost: {exc}" if exc else "the connection was closed without an answer")

    def data_received(self, data: bytes) -> None:
        """Feed the parser; bytes nobody asked for end the connection."""
        self._received += len(data)
        if self._answer is None or self._answer.done() or self._received > _LARGEST_ANSWER:
            self._fail("more bytes than an answer has")
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"no HTTP: {error}")
            self.close()

    def on_message_complete(self) -> None:
        """Hand over the status."""
        if not self._parser.should_keep_alive():
            self.reusable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(self._parser.get_status_code())

    def _fail(self, why: str) -> None:
        self.reusable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Broken(why))


async def connect(address: Address) -> Connection:
    """Return a new connection.

    Raises:
        OSError: it is refused, or there is no such host.
    """
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, address.host, address.port, ssl=address.tls)
    return connection

"""The one door out: every HTTP request that Curbe makes, with what must hold for each of them.

No redirects, no cookies, no proxy from the environment, verified TLS, bounded answers, and secrets only to
the origins named at construction. A failure says on which side of the line it lies: `NotSent`, not one byte
of the request left, or `AnswerLost`, it may have been acted upon. Neither carries more of the URL than its
origin, as queries hold tokens.
"""

import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Literal, Self

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from curbe.infra.addresses import is_public
from curbe.infra.crypto import Secret
from curbe.infra.egress_errors import (
    AnswerLate,
    AnswerLost,
    AnswerTooLarge,
    EgressError,
    ForbiddenAddress,
    NotSent,
)
from curbe.infra.resolver import Lookups
from curbe.infra.targets import origin, readable, require_public

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

_NEVER: Final = 1e9  # seconds; longer timeouts are rounded up to whole seconds, which would blur the line
_IDLE: Final = 15  # seconds; shorter than servers keep an idle connection: few requests meet a closed one
_OURS: Final = frozenset({"authorization", "cookie", "host", "content-length", "accept-encoding"})
_UNPACKED: Final = frozenset({"gzip", "deflate"})


class Timeouts(msgspec.Struct, frozen=True):
    """How long to wait: for a connection (free slot, name, TCP, TLS), and for everything.

    Raises:
        ValueError: ``total`` is not longer than ``connect``: a timeout could then fall on either side of the
            line.
    """

    connect: timedelta
    total: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) < self.connect < self.total:
            raise ValueError("the time for everything must be longer than the time for a connection")

    def after(self, spent: timedelta) -> "Timeouts | None":
        """Return what is left for another request once ``spent`` is; None where that is no longer than a connection may take."""
        left = self.total - spent
        return Timeouts(connect=self.connect, total=left) if left > self.connect else None


class Streamed(msgspec.Struct, frozen=True):
    """A body too large to hold: ``chunks()`` yields its ``size`` bytes from the beginning."""

    size: int
    chunks: Callable[[], AsyncIterator[bytes]]


class Response(msgspec.Struct, frozen=True):
    """A whole answer; ``headers`` are looked up without regard to case, ``body`` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Egress:
    """Makes requests; an asynchronous context manager, one for each process.

    Args:
        trusted: origins (scheme, host, port) configured by the operator. They are reached wherever they lie,
            and only they are sent secrets.
        connections: how many may be open at once, to all hosts together.
        lookup: resolves names for `public_only` requests; the system's resolver if None.
    """

    def __init__(
        self, *, trusted: Collection[str], connections: int = 1000, lookup: Lookup | None = None
    ) -> None:
        self._trusted: Final = frozenset(origin(URL(base)) for base in trusted)
        self._connections: Final = connections
        self._lookup: Final = lookup or Lookups()
        self._to_trusted: aiohttp.ClientSession | None = None
        self._to_public: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._to_trusted = _session(
            aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE, ttl_dns_cache=30)
        )
        self._to_public = _session(
            aiohttp.TCPConnector(
                limit=self._connections,
                keepalive_timeout=_IDLE,
                use_dns_cache=False,
                resolver=_PublicResolver(self._lookup),
                socket_factory=_public_socket,
            )
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self._to_trusted, self._to_public):
            if session is not None:
                await session.close()
        self._to_trusted = self._to_public = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        timeouts: Timeouts,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        body: bytes | Streamed | None = None,
        bearer: Secret | None = None,
        scheme: Literal["Bearer", "OAuth"] = "Bearer",
        vapid: str | None = None,
        public_only: bool = False,
        sink: Callable[[bytes], object] | None = None,
    ) -> Response:
        """Return the answer, whatever its status; a redirect is an answer too.

        Args:
            method: GET, POST, ...
            url: complete, already percent-encoded.
            timeouts: for this request.
            max_bytes: the longest body taken, after decompression.
            headers: further ones; none that carries a secret or frames the message.
            body: to send.
            bearer: goes into ``Authorization``, to trusted origins only.
            scheme: the word before it there.
            vapid: goes there instead: a signature made for this origin, which is no secret from it and worth nothing elsewhere (RFC 8292).
            public_only: for URLs that tenants enter: https on port 443, to public addresses alone.
            sink: gets the body of a 200 piece by piece, as it comes; the answer's own body is then empty. What
                it got of an answer that was lost or too large is to be thrown away.

        Raises:
            ForbiddenAddress: the URL breaks a rule; nothing was sent.
            NotSent: nothing was sent.
            AnswerLost: something may have been.
            ValueError: a header is not the caller's to set, or a secret would go to an origin that is not
                trusted.
        """
        target = self._checked(method, url, public_only=public_only)
        sent = self._headers(target, headers, bearer, scheme, vapid)
        session = self._to_public if public_only else self._to_trusted
        if session is None:
            raise RuntimeError("the egress is used outside its context")
        limits = aiohttp.ClientTimeout(
            total=timeouts.total.total_seconds(),
            connect=timeouts.connect.total_seconds(),
            ceil_threshold=_NEVER,
        )
        try:
            async with session.request(
                method, target, headers=sent, data=_data(body, sent), timeout=limits, allow_redirects=False
            ) as answer:
                if sink is not None and answer.status == HTTPStatus.OK:
                    await _pour(answer, sink, max_bytes)
                    return Response(answer.status, answer.headers, b"")
                content = await _read(answer, max_bytes)
                return Response(answer.status, answer.headers, content)
        except (aiohttp.ClientError, TimeoutError, OSError, _Unusable) as error:
            failure = _failure(error, method, origin(target))
        raise failure  # out here: aiohttp's error, whose text has the whole URL, must not be chained to it

    def _checked(self, method: str, url: str, *, public_only: bool) -> URL:
        target = readable(method, url)
        if public_only:
            require_public(method, target)
        elif origin(target) not in self._trusted:
            raise ForbiddenAddress(method, origin(target), "the origin is not one this installation talks to")
        return target

    def _headers(
        self,
        target: URL,
        headers: Mapping[str, str] | None,
        bearer: Secret | None,
        scheme: str,
        vapid: str | None,
    ) -> dict[str, str]:
        sent = {"Accept-Encoding": "identity", "User-Agent": "Curbe"}
        for name, value in (headers or {}).items():
            if name.lower() in _OURS:
                raise ValueError(f"the header {name} is not the caller's to set")
            sent[name] = value
        if vapid is not None:
            sent["Authorization"] = f"vapid {vapid}"
        if bearer is not None:
            if origin(target) not in self._trusted:
                raise ValueError("a secret is only sent to a trusted origin")
            sent["Authorization"] = f"{scheme} {bearer.reveal()}"
        return sent


class _Unusable(Exception):
    """An answer that came and cannot be used; ``too_large`` or of an unknown encoding."""

    def __init__(self, reason: str, *, too_large: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.too_large = too_large


class _NotPublic(OSError):
    """A name leads to an address that is not public; an `OSError`, so that the client gives up connecting."""


class _PublicResolver(AbstractResolver):
    """Resolves a name once, and only if all its addresses are public; the connection goes to one of these."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup: Final = lookup

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - both families are looked up
    ) -> list[ResolveResult]:
        addresses = await self._lookup(host, port)
        if not addresses or not all(is_public(address) for address in addresses):
            raise _NotPublic("the name does not lead to public addresses alone")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""


def _public_socket(info: tuple[Any, ...]) -> socket.socket:
    """Return a socket for one address, checked where nothing lies between the check and the connection."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise _NotPublic("the address is not public")
    return socket.socket(family, kind, protocol)


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
    # aiohttp repeats idempotent requests by itself when a connection breaks; asking again is the caller's to
    # decide.
    session._retry_connection = False  # noqa: SLF001 - there is no public switch
    return session


def _data(body: bytes | Streamed | None, sent: dict[str, str]) -> bytes | AsyncIterator[bytes] | None:
    """Return what aiohttp sends for ``body``; of a streamed one it has to be told the length."""
    if not isinstance(body, Streamed):
        return body
    sent["Content-Length"] = str(body.size)
    return body.chunks()


async def _pour(answer: aiohttp.ClientResponse, sink: Callable[[bytes], object], max_bytes: int) -> None:
    """Give the body to ``sink``. It comes as it is: packed ones, which nobody asked for, are refused."""
    if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise _Unusable("the answer is encoded in a way that was not asked for")
    too_large = f"the answer is longer than {max_bytes} bytes"
    if (answer.content_length or 0) > max_bytes:
        raise _Unusable(too_large, too_large=True)
    size = 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > max_bytes:
            raise _Unusable(too_large, too_large=True)
        sink(chunk)


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Return the whole body, decompressed. Nothing past ``max_bytes`` is kept, nor unpacked."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > max_bytes:
            raise _Unusable(f"the answer is longer than {max_bytes} bytes", too_large=True)
        chunks.append(chunk)
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    return body if encoding == "identity" or not body else _unpacked(body, encoding, max_bytes)


def _unpacked(body: bytes, encoding: str, max_bytes: int) -> bytes:
    if encoding not in _UNPACKED:
        raise _Unusable("the answer is encoded in a way that was not asked for")
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # tells gzip and zlib apart by itself
    try:
        plain = unpacker.decompress(body, max_bytes + 1)
    except zlib.error:
        raise _Unusable("the answer is packed wrongly") from None
    if len(plain) > max_bytes:
        raise _Unusable(f"the answer unpacks to more than {max_bytes} bytes", too_large=True)
    if not unpacker.eof:
        raise _Unusable("the answer is packed and cut off")
    return plain


# aiohttp raises these only while it looks for a connection, before it writes. The first that fits counts.
_BEFORE_WRITING: Final[Sequence[tuple[type[Exception], str]]] = (
    (aiohttp.ClientConnectorDNSError, "the name cannot be resolved"),
    (aiohttp.ClientConnectorCertificateError, "the certificate is not valid for that name"),
    (aiohttp.ClientConnectorSSLError, "TLS failed"),
    (aiohttp.ClientConnectorError, "no connection"),
    (aiohttp.ConnectionTimeoutError, "no connection in time"),
)


def _failure(error: Exception, method: str, origin: str) -> EgressError:
    """Return on which side of the line ``error`` lies.

    `Timeouts` keeps the timer of the whole request from firing before there is a connection. Whatever is not
    certain to have happened before that counts as sent, also a kept connection that was found closed: a part
    may be out.
    """
    if isinstance(error, _Unusable):
        return (AnswerTooLarge if error.too_large else AnswerLost)(method, origin, error.reason)
    if isinstance(error, aiohttp.InvalidURL):
        return ForbiddenAddress(method, origin, "the host cannot be read")
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, _NotPublic):
        return ForbiddenAddress(method, origin, str(error.os_error))
    for kind, reason in _BEFORE_WRITING:
        if isinstance(error, kind):
            return NotSent(method, origin, reason)
    if isinstance(error, TimeoutError):
        return AnswerLate(method, origin, "no whole answer in time")
    return AnswerLost(method, origin, f"the connection or the answer broke ({type(error).__name__})")

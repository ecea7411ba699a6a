"""The ASGI edge of the API: an id for each request, security headers, access lines, metrics."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final

import structlog
import uuid_utils

from curbe.infra import log
from curbe.infra.metrics import Metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

_SANE_ID: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# For JSON answers: nothing is run, framed, cached or guessed. A route that serves pages sets its own.
_FOR_JSON: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_FURTHER: Final = "further_headers"
_ALWAYS_TLS: Final = (b"strict-transport-security", b"max-age=31536000")

_logger: Final = structlog.get_logger(__name__)


def security_headers(public_base_url: str) -> Headers:
    """Return the headers every answer has unless its route sets its own; HSTS where the world uses https."""
    return (*_FOR_JSON, _ALWAYS_TLS) if public_base_url.startswith("https://") else _FOR_JSON


def request_id_of(scope: Mapping[str, Any]) -> str | None:
    """Return the id of the request that ``scope`` is of; None outside an Edge."""
    return scope.get("state", {}).get("request_id")


def note_refusal(scope: Mapping[str, Any], code: str) -> None:
    """Let the access line of this request tell the code of its refusal; outside an Edge there is none."""
    scope.get("state", {})["refusal"] = code


def add_headers(scope: Mapping[str, Any], headers: Headers) -> None:
    """Give the answer to this request these headers too, whatever it will be; outside an Edge nothing happens."""
    scope.get("state", {}).setdefault(_FURTHER, []).extend(headers)


class Edge:
    """Wraps the API's ASGI app. The webhook's address is served before it and pays nothing for it."""

    def __init__(self, app: AsgiApp, *, metrics: Metrics, headers: Headers) -> None:
        self._app: Final = app
        self._metrics: Final = metrics
        self._headers: Final = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, WebSocket or lifespan."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = _asked_id(scope) or str(uuid_utils.uuid7())
        scope.setdefault("state", {})["request_id"] = request_id
        further = scope["state"][_FURTHER] = [(b"x-request-id", request_id.encode())]
        answer = _Answer(send, headers=self._headers, further=further)
        began = time.perf_counter()
        with log.bound(request_id=request_id):
            try:
                await self._app(scope, receive, answer)
            finally:
                if scope["type"] == "http":
                    self._tell(scope, status=answer.status, seconds=time.perf_counter() - began)

    def _tell(self, scope: Scope, *, status: int | None, seconds: float) -> None:
        """Count the request and write its line: the route's template, never the path or the query string."""
        route = scope.get("path_template") or "unrouted"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        shown = "none" if status is None else str(status)  # none: nobody was answered
        self._metrics.http_requests.labels(route=route, method=method, status=shown).inc()
        self._metrics.http_seconds.labels(route=route).observe(seconds)
        refusal = scope["state"].get("refusal")
        told = {} if refusal is None else {"code": refusal}
        _logger.info("request", route=route, method=method, status=shown, ms=round(seconds * 1000, 1), **told)


class _Answer:
    """Passes the answer on: remembers its status, adds the headers it lacks."""

    __slots__ = ("_further", "_headers", "_send", "status")

    def __init__(self, send: Send, *, headers: Headers, further: Sequence[tuple[bytes, bytes]]) -> None:
        """``further`` headers come after ``headers``; what is added to them until the answer begins is sent."""
        self._send: Final = send
        self._headers: Final = headers
        self._further: Final = further
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        if message["type"] in {"http.response.start", "websocket.accept", "websocket.http.response.start"}:
            present = list(message.get("headers", ()))
            names = {bytes(name).lower() for name, _ in present}
            missing = [header for header in (*self._headers, *self._further) if header[0] not in names]
            message = {**message, "headers": [*present, *missing]}
        await self._send(message)


def _asked_id(scope: Scope) -> str | None:
    """Return the caller's ``X-Request-Id`` where there is one, and only one, fit for a log."""
    asked = [value for name, value in scope["headers"] if name == b"x-request-id"]
    return asked[0].decode() if len(asked) == 1 and _SANE_ID.fullmatch(asked[0]) else None

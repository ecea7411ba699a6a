"""The webhook address: a bare ASGI callable that answers 200 only for what is committed.

The checks run in this order, cheapest first: method, size, whether there is a signature, the signature over the raw bytes, the commit. The
body is not parsed before the answer. Signed requests are never rate-limited; only failed ones are [cloud-api: transport].
"""

import hmac
import re
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

import structlog

from curbe.channels.cloudapi.webhook import is_signed
from curbe.infra.addresses import place_of
from curbe.infra.edge import Receive, Scope, Send
from curbe.infra.metrics import Metrics
from curbe.infra.settings import MetaApp
from curbe.infra.throttle import Throttle
from curbe.ingest.commit import GroupCommitter, NotStored

PATH: Final = "/webhooks/meta/whatsapp"
LARGEST_BODY: Final = 3 * 2**20  # Meta's own limit is 3 MB [webhooks overview, Sep 2026]

Headers = Sequence[tuple[bytes, bytes]]

log: Final = structlog.get_logger(__name__)

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_TEXT: Final = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]


def _lines(headers: Headers) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)


class _Answer:
    """A constant answer: status, headers and body as ASGI messages."""

    __slots__ = ("body", "start", "status", "whole")

    def __init__(self, status: int, body: bytes, *extra: tuple[bytes, bytes]) -> None:
        headers = [*_TEXT, (b"content-length", str(len(body)).encode()), *extra]
        self.start = {"type": "http.response.start", "status": status, "headers": headers}
        self.body = {"type": "http.response.body", "body": body}
        self.status = b"HTTP/1.1 %d %s\r\n" % (status, HTTPStatus(status).phrase.encode())
        self.whole = _lines(headers), b"\r\n" + body


_OK: Final = _Answer(200, b"ok")
# One constant body for every failed signature: it must not tell which part was wrong.
_UNSIGNED: Final = _Answer(401, b"The signature is missing or wrong.")
_SLOW_DOWN: Final = _Answer(429, b"Too many requests that were refused.", (b"retry-after", b"60"))
_TOO_LARGE: Final = _Answer(413, b"The body is larger than 3 MiB.", (b"connection", b"close"))
_NOT_STORED: Final = _Answer(503, b"Not stored; deliver it again.", (b"retry-after", b"2"))
_WRONG_METHOD: Final = _Answer(
    405, b"GET verifies this address, POST delivers to it.", (b"allow", b"GET, POST")
)
_WRONG_TOKEN: Final = _Answer(403, b"The verify token is wrong.")
_BAD_CHALLENGE: Final = _Answer(400, b"hub.mode must be subscribe, hub.challenge letters and digits.")
_ENCODED: Final = _Answer(415, b"Compressed bodies are not accepted.", (b"connection", b"close"))


def stored_answer(others: Headers, *, stored: bool, last: bool) -> bytes:
    """Return the bytes of the answer to a signed webhook: 200 if it is ``stored``, else 503.

    Args:
        others: headers that every answer has.
        stored: whether the webhook is committed.
        last: whether the connection is closed after this answer.
    """
    answer = _OK if stored else _NOT_STORED
    headers, body = answer.whole
    return answer.status + _lines(others) + headers + (b"connection: close\r\n" if last else b"") + body


def signature_of(headers: Headers, *, most: int) -> bytes | None:
    """Return the signature in these headers; None unless there is exactly one, and an uncompressed body of 1 to ``most`` bytes."""
    signature, length, encoded = _headers(headers)
    return signature if 0 < length <= most and not encoded else None


class _TooLarge(Exception):
    """The body grew past the limit."""


class _Gone(Exception):
    """The client hung up before the body was whole."""


class WebhookReceiver:
    """``GET`` answers Meta's handshake, ``POST`` takes signed webhooks."""

    def __init__(
        self, *, apps: Sequence[MetaApp], verify_token: str, committer: GroupCommitter, metrics: Metrics
    ) -> None:
        if not apps or not all(app.secrets for app in apps):
            raise ValueError("webhooks cannot be received without an app secret: set META_APP_SECRET")
        self._apps: Final = tuple(apps)
        self._verify_token: Final = verify_token.encode()
        self._committer: Final = committer
        self._metrics: Final = metrics
        self._failures: Final = Throttle(per_second=1, burst=60)
        # Counted separately: a flood of unsigned requests must not keep the operator from setting up the webhook.
        self._guesses: Final = Throttle(per_second=1, burst=60)
        self._lines: Final = Throttle(per_second=1, burst=60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request to :data:`PATH`."""
        match scope["method"]:
            case "POST":
                answer = await self._take(scope, receive)
            case "GET":
                answer = self._verify(scope)
            case _:
                answer = _WRONG_METHOD
        await send(answer.start)
        await send(answer.body)

    async def _take(self, scope: Scope, receive: Receive) -> _Answer:  # noqa: PLR0911 - one for each refusal
        began = time.perf_counter()
        signature, length, encoded = _headers(scope["headers"])
        if length > LARGEST_BODY:
            return self._refuse("too_large", _TOO_LARGE, scope)
        if encoded:
            return self._refuse("encoded", _ENCODED, scope)
        if signature is None:
            return self._unsigned(scope, "no_signature")
        try:
            body = await _read(receive)
        except _TooLarge:
            return self._refuse("too_large", _TOO_LARGE, scope)
        except _Gone:
            return self._refuse("cut_off", _NOT_STORED, scope)
        app_id = self.signer(body, signature)
        if app_id is None:
            return self._unsigned(scope, "bad_signature")
        try:
            await self._committer.store(app_id, body)
        except NotStored:
            self.note(began, stored=False)
            return _NOT_STORED
        self.note(began, stored=True)
        return _OK

    def note(self, began: float, *, stored: bool) -> None:
        """Record in the metrics that a signed webhook is answered now; ``began``: ``time.perf_counter()`` when it arrived."""
        if stored:
            self._metrics.webhooks_received.inc()
            self._metrics.webhook_ack_seconds.observe(time.perf_counter() - began)
        else:
            self._metrics.webhooks_refused.labels(reason="not_stored").inc()

    def signer(self, body: bytes, signature: bytes) -> str | None:
        """Return the id of the app whose current or previous secret signed ``body``."""
        for app in self._apps:
            if is_signed(body, signature, app.secrets) is not None:
                return app.app_id
        return None

    def _unsigned(self, scope: Scope, reason: str) -> _Answer:
        self._metrics.webhooks_refused.labels(reason=reason).inc()
        address = _address(scope)
        if not self._failures.allow(place_of(address), now=time.monotonic()):
            return _SLOW_DOWN
        log.warning("webhook_refused", reason=reason, client=address)
        return _UNSIGNED

    def _refuse(self, reason: str, answer: _Answer, scope: Scope) -> _Answer:
        """Count and log a refusal that does not slow the client down; its log lines are as limited as those of wrong signatures."""
        self._metrics.webhooks_refused.labels(reason=reason).inc()
        address = _address(scope)
        if self._lines.allow(place_of(address), now=time.monotonic()):
            log.warning("webhook_refused", reason=reason, client=address)
        return answer

    def _verify(self, scope: Scope) -> _Answer:
        """Answer Meta's handshake with exactly the challenge, and only if the verify token is right.

        A client that guessed wrong too often is refused without looking at its token, because a person may have chosen a short one.
        """
        place, now = place_of(_address(scope)), time.monotonic()
        if self._guesses.wait(place, now=now) > 0:
            return self._refuse("too_many_guesses", _SLOW_DOWN, scope)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        token = query.get("hub.verify_token", [""])[0].encode()
        if not hmac.compare_digest(token, self._verify_token):
            self._guesses.allow(place, now=now)
            return self._refuse("wrong_verify_token", _WRONG_TOKEN, scope)
        challenge = query.get("hub.challenge", [""])[0]
        # Letters and digits only: anything else, such as HTML, would be shown on our own origin.
        if query.get("hub.mode") != ["subscribe"] or not _CHALLENGE.fullmatch(challenge):
            return self._refuse("bad_challenge", _BAD_CHALLENGE, scope)
        return _Answer(200, challenge.encode())


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "?"


def _headers(headers: Headers) -> tuple[bytes | None, int, bool]:
    """Return the one signature header (None where absent or doubled), the announced length, and whether the body is compressed."""
    signatures: list[bytes] = []
    length = 0
    encoded = False
    for name, value in headers:
        if name == b"x-hub-signature-256":
            signatures.append(value)
        elif name == b"content-length":
            length = int(value) if value.isdigit() else LARGEST_BODY + 1
        elif name == b"content-encoding":
            encoded = value.strip().lower() not in (b"", b"identity")
    return (signatures[0] if len(signatures) == 1 else None), length, encoded


async def _read(receive: Receive) -> bytes:
    """Return the whole body, at most :data:`LARGEST_BODY`."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body = message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise _TooLarge
        return body
    chunks: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise _Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _TooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await receive()

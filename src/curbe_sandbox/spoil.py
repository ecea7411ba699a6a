"""Answers gone wrong: what each kind of fault does to the connection and to the bytes on it."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from curbe_sandbox.asgi import Receive, Scope, Send
from curbe_sandbox.errors import refusal
from curbe_sandbox.faults import FaultOrder
from curbe_sandbox.transport import TRANSPORT
from curbe_sandbox.wire import Answer

_BOMB_MB: Final = 64
_DEFAULT_ORDER: Final = FaultOrder(kind="slow")
_PLAIN: Final = ("without_wamid", "repeat_wamid")  # the answer itself is already what the fault asked for


async def send_answer(answer: Answer, send: Send) -> None:
    """Send an answer as it is."""
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def send_spoilt(
    answer: Answer, kind: str, order: FaultOrder | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send an answer the way a fault of ``kind`` asks for."""
    order = order or _DEFAULT_ORDER
    if kind in _PLAIN:
        await send_answer(answer, send)
    elif kind in _WHOLE:
        await send_answer(_WHOLE[kind](order), send)
    elif kind == "slow":
        await asyncio.sleep(order.ms / 1000)
        await send_answer(answer, send)
    else:
        await _BROKEN[kind](answer, scope, receive, send)


def _error(order: FaultOrder) -> Answer:
    made = refusal(order.code, order.details or "Asked for by a fault.", http_status=order.http_status).answer
    wait = () if order.retry_after_s is None else ((b"retry-after", str(order.retry_after_s).encode()),)
    return Answer(status=made.status, body=made.body, headers=wait)


def _http_status(order: FaultOrder) -> Answer:
    body = order.body if order.body is not None else "<html><body>Sorry, something went wrong.</body></html>"
    wait = () if order.retry_after_s is None else ((b"retry-after", str(order.retry_after_s).encode()),)
    return Answer(status=order.http_status or 503, body=body.encode(), content_type="text/html", headers=wait)


def _redirect(order: FaultOrder) -> Answer:
    return Answer(status=301, content_type="text/plain", headers=((b"location", order.location.encode()),))


def _gzip_bomb(_order: FaultOrder) -> Answer:
    body = gzip.compress(b" " * (_BOMB_MB * 1024 * 1024))
    return Answer(status=500, body=body, headers=((b"content-encoding", b"gzip"),))


def _server_error(_order: FaultOrder) -> Answer:
    return Answer(status=500, body=refusal(131000, "Something went wrong.").answer.body)


def _garbage(order: FaultOrder) -> Answer:
    return Answer(body=(order.body or '{"messaging_product":"whatsapp","contacts":[{"inp\x00').encode())


_WHOLE: Final[dict[str, Callable[[FaultOrder], Answer]]] = {
    "error": _error,
    "http_status": _http_status,
    "redirect": _redirect,
    "gzip_bomb": _gzip_bomb,
    "accept_then_500": _server_error,
    "accept_then_garbage": _garbage,
}


async def _drop(_answer: Answer, scope: Scope, receive: Receive, _send: Send) -> None:
    scope[TRANSPORT].abort()
    await _gone(receive)


async def _never(_answer: Answer, _scope: Scope, receive: Receive, _send: Send) -> None:
    await _gone(receive)


async def _truncate(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    await _start(answer, send, length=len(answer.body))
    await send(
        {"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True}
    )
    scope[TRANSPORT].close()
    await _gone(receive)


async def _trickle(answer: Answer, _scope: Scope, receive: Receive, send: Send) -> None:
    await _start(answer, send, length=len(answer.body))
    gone = asyncio.ensure_future(_gone(receive))
    for byte in answer.body:
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        if (await asyncio.wait({gone}, timeout=1))[0]:
            return
    gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _endless(answer: Answer, _scope: Scope, receive: Receive, send: Send) -> None:
    await _start(answer, send, length=None)
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})
    gone = asyncio.ensure_future(_gone(receive))
    while not (await asyncio.wait({gone}, timeout=0.5))[0]:
        await send({"type": "http.response.body", "body": b" ", "more_body": True})


async def _wrong(answer: Answer, _scope: Scope, _receive: Receive, send: Send) -> None:
    flipped = bytes(byte ^ 1 for byte in answer.body[-1:])  # as long as before, and not the same
    await send_answer(msgspec.structs.replace(answer, body=answer.body[:-1] + flipped), send)


_BROKEN: Final[dict[str, Callable[[Answer, Scope, Receive, Send], Awaitable[None]]]] = {
    "refuse": _drop,
    "wrong_bytes": _wrong,
    "accept_then_drop": _drop,
    "cut_halfway": _drop,
    "silent": _never,
    "read_timeout": _never,
    "accept_then_truncate": _truncate,
    "accept_then_trickle": _trickle,
    "accept_then_endless": _endless,
}


async def _start(answer: Answer, send: Send, *, length: int | None) -> None:
    headers: list[tuple[bytes, bytes]] = [(b"content-type", answer.content_type.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    start: dict[str, Any] = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)


async def _gone(receive: Receive) -> None:
    """Wait until the other side, or the server on its way out, has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass

"""The program as one ASGI application: Graph paths bare and fast, the control API behind them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from curbe_sandbox.asgi import AsgiApp, Receive, Scope, Send
from curbe_sandbox.control.app import control_app
from curbe_sandbox.errors import GraphRefusal
from curbe_sandbox.faults import AFTER_KINDS, Fault
from curbe_sandbox.graph import media, route
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.spoil import send_answer, send_spoilt
from curbe_sandbox.wire import Answer, Call

_MEDIA_PATH: Final = "/whatsapp_business/attachments/"
_LARGEST_BODY: Final = 110 * 1024 * 1024  # a document of 100 MB and its multipart envelope


class Server:
    """The application. The sandbox inside is made when the server starts, in its event loop."""

    def __init__(self, make_sandbox: Callable[[], Sandbox]) -> None:
        self._make_sandbox = make_sandbox
        self._box: Sandbox | None = None
        self._control: AsgiApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the start and the end of the program."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        box, control = self._box, self._control
        if box is None or control is None:
            raise RuntimeError("the server has not been started: run it with lifespan on")
        path: str = scope["path"]
        if path.startswith("/sandbox"):
            await control(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await send_answer(Answer(status=413, body=b"", content_type="text/plain"), send)
            return
        call = _call(scope, path, body)
        if path.startswith(_MEDIA_PATH):
            answer, fault = _download(box, call)
            await _send(answer, fault, scope, receive, send)
            return
        try:
            answer, fault = await route.answer(box, call)
        except Exception:
            box.timeline.broken += 1  # shown by /sandbox/healthz; the server reports it and answers 500
            raise
        if answer.hold_ms:
            await asyncio.sleep(answer.hold_ms / 1000)
        await _send(answer, fault, scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._box = self._make_sandbox()
        self._control = control_app(self._box)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._box.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _send(answer: Answer, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
    kind = fault.order.kind if fault else answer.fault
    if kind:
        await send_spoilt(answer, kind, fault.order if fault else None, scope, receive, send)
    else:
        await send_answer(answer, send)


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body, or None where it is larger than anything Graph takes."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > _LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _call(scope: Scope, path: str, body: bytes) -> Call:
    headers = {b"authorization": b"", b"content-type": b"", b"host": b"", b"file_offset": b""}
    for name, value in scope["headers"]:
        if name in headers:
            headers[name] = value
    segments = path.strip("/").split("/")
    versioned = segments[0][:1] == "v" and segments[0][1:2].isdigit()
    return Call(
        method=scope["method"],
        version=segments[0] if versioned else "",
        path=tuple(segments[1:] if versioned else segments),
        query_string=scope["query_string"].decode("latin-1"),
        authorization=headers[b"authorization"].decode("latin-1"),
        content_type=headers[b"content-type"].decode("latin-1"),
        body=body,
        file_offset=headers[b"file_offset"].decode("latin-1"),
        origin=f"{scope['scheme']}://{headers[b'host'].decode('latin-1')}",
        now=datetime.now(UTC),
    )


def _download(box: Sandbox, call: Call) -> tuple[Answer, Fault | None]:
    """Return the file behind a link, and the fault that must spoil it, if one was ordered."""
    node = call.query.get("mid", "")
    media_file = box.world.media.get(node)
    number_id = media_file.phone_number_id if media_file else ""
    fault = box.faults.match(node=node, operation="download", number=number_id)
    try:
        answer = media.download(box, call)
    except GraphRefusal as refused:
        return refused.answer, None
    if fault is None or (answer.status != 200 and fault.order.kind in AFTER_KINDS):
        return answer, None
    box.faults.use(fault)
    return answer, fault

"""Meta's two hosts as far as files go: the Graph API that tells a link, and the host that gives the file; each answer is scripted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Meta:
    """A host. ``asked`` holds method, path and Authorization of each request, in order."""

    url: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)  # media id -> answer of the Graph API
    files: dict[str, list[Answer]] = field(default_factory=dict)  # path -> answers, the last one for ever
    uploads: list[tuple[str, bytes]] = field(default_factory=list)  # MIME type and bytes

    def paths(self) -> list[str]:
        """Return what was asked for."""
        return [path for _, path, _ in self.asked]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        self.asked.append((request.method, request.path, request.headers.get("Authorization", "")))
        if request.path in self.files:
            answers = self.files[request.path]
            return await (answers.pop(0) if len(answers) > 1 else answers[0])(request)
        if request.path.endswith("/media") and request.method == "POST":
            form = await request.post()
            file: Any = form["file"]
            self.uploads.append((file.content_type, file.file.read()))
            return web.json_response({"id": f"90{len(self.uploads)}"})
        node = self.nodes.get(request.path.rsplit("/", 1)[-1])
        if node is None:
            return web.json_response(
                {"error": {"code": 100, "message": "Unsupported get request."}}, status=400
            )
        return web.json_response(node)


def gives(content: bytes, mime_type: str = "image/png") -> Answer:
    """Return the whole file."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=content, content_type=mime_type)

    return answer


def refuses(status: int, **headers: str) -> Answer:
    """Return a status without a file."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return answer


def breaks_off(content: bytes, *, after: int) -> Answer:
    """Return the beginning of the file and close the connection."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(content))})
        await response.prepare(request)
        await response.write(content[:after])
        await asyncio.sleep(0.05)
        if request.transport is not None:
            request.transport.close()
        return response

    return answer


def announces(size: int) -> Answer:
    """Say that a file of ``size`` bytes follows, and send only its beginning."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(size)})
        await response.prepare(request)
        await response.write(b"\x89PNG")
        return response

    return answer


@asynccontextmanager
async def meta() -> AsyncIterator[Meta]:
    """Yield a host on a free port."""
    host = Meta()
    app = web.Application(client_max_size=2**28)
    app.router.add_route("*", "/{path:.*}", host.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield host
    finally:
        await runner.cleanup()

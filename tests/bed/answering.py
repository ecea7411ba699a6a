"""A Graph API that gives the answers it was told to, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from curbe.channels.cloudapi.client import CloudApi
from curbe.infra.crypto import Secret
from curbe.infra.http import Egress


class Graph:
    """Answers each request with the next answer it was given, and keeps the requests."""

    def __init__(self, *answers: tuple[int, object]) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, bytes]] = []
        self.base = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int([*head.lower().split("content-length:"), "0\r\n"][1].split("\r\n")[0])
                self.requests.append((head, await reader.readexactly(length)))
                status, answer = self.answers.pop(0)
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, IndexError):
            writer.close()  # a request without an answer left finds the connection closed

    def lines(self) -> list[str]:
        return [head.split(" HTTP/1.1")[0] for head, _ in self.requests]


@asynccontextmanager
async def graph_answering(
    *answers: tuple[int, object], app_secret: Secret | None = None
) -> AsyncIterator[tuple[CloudApi, Graph]]:
    graph = Graph(*answers)
    server = await asyncio.start_server(graph.serve, "127.0.0.1", 0)
    graph.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with Egress(trusted=[graph.base]) as egress:
            base_url = graph.base + "/"
            yield CloudApi(egress, base_url=base_url, version="v25.0", app_secret=app_secret), graph
    finally:
        server.close()

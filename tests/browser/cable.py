"""A cable between a browser and the server, which can be pulled: every connection breaks, and no new one is made until it is back."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit


class Cable:
    """Forwards TCP connections from a port of its own."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target: Final = (target.hostname or "", target.port or 80)
        self._loop: Final = asyncio.new_event_loop()
        self._open: Final[set[asyncio.Transport]] = set()
        self._pulled = False
        self._server: asyncio.Server | None = None
        self._thread: Final = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where a browser reaches the server through it."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def pull(self) -> None:
        """Break every connection, and every new one at once."""
        self._loop.call_soon_threadsafe(self._break)

    def plug_in(self) -> None:
        """Let connections through again."""
        self._loop.call_soon_threadsafe(self._mend)

    def start(self) -> None:
        """Begin to forward."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        """End it."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        self._break()
        await asyncio.sleep(0.1)  # until each end has heard that the other is gone

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", 0)

    def _break(self) -> None:
        self._pulled = True
        for transport in list(self._open):
            transport.abort()

    def _mend(self) -> None:
        self._pulled = False

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._pulled:
            writer.transport.abort()
            return
        back_reader, back_writer = await asyncio.open_connection(*self._target)
        ends = {writer.transport, back_writer.transport}
        self._open.update(ends)
        with contextlib.suppress(OSError):
            await asyncio.gather(_copy(reader, back_writer), _copy(back_reader, writer))
        self._open.difference_update(ends)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@contextmanager
def cable_to(url: str) -> Iterator[Cable]:
    """Yield a cable to the server at ``url``."""
    cable = Cable(url)
    cable.start()
    try:
        yield cable
    finally:
        cable.stop()

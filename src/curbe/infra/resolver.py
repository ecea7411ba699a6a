"""What a name leads to, as the system's resolver has it."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

_AT_ONCE: Final = 64


class Lookups:
    """Asks the system's resolver, once for all who want the same name at the same time.

    Each in a thread of its own: a lookup cannot be broken off, and one that waits for a dead nameserver holds its thread, of which the loop
    itself has two. Nobody who asks for Meta's name waits behind one that a tenant entered, and no process that ends waits for either.
    """

    def __init__(self) -> None:
        self._turns: Final = asyncio.Semaphore(_AT_ONCE)
        self._under_way: Final[dict[tuple[str, int], asyncio.Future[Sequence[str]]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a name.

        Raises:
            OSError: there are none, or it is no name.
        """
        name = (host, port)
        found = self._under_way.get(name)
        if found is None:
            found = self._under_way[name] = asyncio.ensure_future(self._look_up(host, port))
            found.add_done_callback(lambda done: self._end(name, done))
        return await asyncio.shield(found)

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        async with self._turns:
            return await _in_a_thread(host, port)

    def _end(self, name: tuple[str, int], done: asyncio.Future[Sequence[str]]) -> None:
        del self._under_way[name]
        if not done.cancelled():
            done.exception()  # whoever asked may be gone


async def _in_a_thread(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(addresses: Sequence[str], error: OSError | None) -> None:
        if found.done():
            return
        if error is None:
            found.set_result(addresses)
        else:
            found.set_exception(error)

    def look_up() -> None:
        addresses: Sequence[str] = ()
        failure: OSError | None = None
        try:
            addresses = _addresses(host, port)
        except OSError as error:
            failure = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, addresses, failure)

    threading.Thread(target=look_up, name=f"lookup {host}", daemon=True).start()
    return await found


def _addresses(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or longer than labels are
        raise socket.gaierror(socket.EAI_NONAME, "no name") from error
    return [str(sockaddr[0]) for *_, sockaddr in found]

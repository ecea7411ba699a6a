"""Browsers that follow their tenants' events, and Meta that delivers what they are told of, in one process with one clock.

    python -m bench.socket_clients PORT ORDER

ORDER is a file with :class:`Order` in JSON. Opens the sockets and prints a line, waits for a line, delivers webhooks at the rate, prints a
line when the time is over, and a line of JSON: :class:`Told`. A delay counts from the moment a webhook was due until a socket had the whole
frame. Sockets offer compression, as browsers do.
"""

import asyncio
import base64
import re
import sys
import time
import zlib
from collections import deque
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import uvloop

_NAMES: Final = re.compile(rb'"wamid\.([0-9a-f]+)"')
_AT_ONCE: Final = 100  # sockets that are opened together
_GRACE: Final = 5.0  # seconds that the last frames are waited for
_TEXT, _PING, _PONG = 0x1, 0x9, 0xA
_COMPRESSED: Final = 0x40
_END: Final = b"\x00\x00\xff\xff"


class Follower(msgspec.Struct, frozen=True):
    """A tenant, its key, how many sockets follow it."""

    tenant_id: UUID
    key: str
    sockets: int


class Delivery(msgspec.Struct, frozen=True):
    """A webhook, the message's name in it (hexadecimal), how many sockets are to hear of it."""

    name: str
    sockets: int
    request: bytes


class Order(msgspec.Struct, frozen=True):
    """What is to be done. ``rate``: webhooks a second."""

    followers: list[Follower]
    deliveries: list[Delivery]
    rate: float


class Told(msgspec.Struct, frozen=True):
    """What was seen. Delays in milliseconds."""

    opened_in: float  # seconds
    frames: int
    missing: int
    frame_bytes: float  # on average, as it was read
    p50: float
    p95: float
    p99: float
    longest: float


class Seen:
    """What all sockets have seen so far."""

    def __init__(self) -> None:
        self.due: Final[dict[bytes, float]] = {}
        self.delays: Final[list[float]] = []
        self.bytes = 0

    def heard(self, frame: bytes) -> None:
        """Note what a frame tells of, once a name."""
        now = time.monotonic()
        names = {*_NAMES.findall(frame)} & self.due.keys()
        self.delays.extend(now - self.due[name] for name in names)
        self.bytes += len(frame) if names else 0


class Socket(asyncio.Protocol):
    """One browser's socket: reads text frames, answers pings."""

    def __init__(self, seen: Seen, request: bytes) -> None:
        self._seen: Final = seen
        self._request: Final = request
        self._got = bytearray()
        self._inflate: Final = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        self._open = False
        self.greeted: Final = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Read what is whole."""
        self._got += data
        if not self._open:
            head, end, rest = bytes(self._got).partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.greeted.set_exception(ConnectionError(head.decode()))
                return
            self._open, self._got = True, bytearray(rest)
        while (frame := self._frame()) is not None:
            self._read(*frame)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits for the greeting."""
        if not self.greeted.done():
            self.greeted.set_exception(error or ConnectionError("the server closed the connection"))

    def _frame(self) -> tuple[int, bytes] | None:
        """Take one frame off what was received: its first byte and its payload; None while none is whole."""
        got = self._got
        if len(got) < 2:
            return None
        length, start = got[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            length = int.from_bytes(got[2:start], "big")
        if len(got) < start + length:
            return None
        payload = bytes(got[start : start + length])
        first = got[0]
        del got[: start + length]
        return first, payload

    def _read(self, first: int, payload: bytes) -> None:
        kind = first & 0x0F
        if kind == _PING:
            mask = b"\x00\x00\x00\x00"
            self._transport.write(bytes([0x80 | _PONG, 0x80 | len(payload)]) + mask + payload)
        elif kind == _TEXT:
            text = self._inflate.decompress(payload + _END) if first & _COMPRESSED else payload
            if not self.greeted.done():
                self.greeted.set_result(None)
            self._seen.heard(text)


class Deliverer(asyncio.Protocol):
    """Meta's connection: one webhook after the other, without waiting for the answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]


def path_of(tenant_id: UUID) -> str:
    """Return where a tenant's events are followed."""
    return f"/api/tenants/{tenant_id}/events/ws"


def upgrade(follower: Follower) -> bytes:
    """Return the request that opens a socket."""
    nonce = base64.b64encode(bytes(16)).decode()
    return (
        f"GET {path_of(follower.tenant_id)} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        f"Authorization: Bearer {follower.key}\r\n\r\n"
    ).encode()


async def main(port: int, order: Order) -> Told:
    """Do as ordered."""
    loop = asyncio.get_running_loop()
    seen = Seen()
    waiting = deque(upgrade(one) for one in order.followers for _ in range(one.sockets))
    sockets: list[Socket] = []
    began = time.monotonic()
    while waiting:
        some = [waiting.popleft() for _ in range(min(_AT_ONCE, len(waiting)))]
        made = [
            (await loop.create_connection(lambda r=request: Socket(seen, r), "127.0.0.1", port))[1]
            for request in some
        ]
        await asyncio.gather(*(socket.greeted for socket in made))
        sockets += made
    opened_in = time.monotonic() - began
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    _, meta = await loop.create_connection(Deliverer, "127.0.0.1", port)
    began = time.monotonic()
    for number, delivery in enumerate(order.deliveries):
        due = began + number / order.rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        seen.due[delivery.name.encode()] = due
        meta.transport.write(delivery.request)
    print("end", flush=True)
    wanted = sum(delivery.sockets for delivery in order.deliveries)
    until = time.monotonic() + _GRACE
    while len(seen.delays) < wanted and time.monotonic() < until:  # noqa: ASYNC110 - any of thousands may be the last
        await asyncio.sleep(0.05)
    return _told(seen, wanted=wanted, opened_in=opened_in)


def _told(seen: Seen, *, wanted: int, opened_in: float) -> Told:
    ordered = sorted(seen.delays)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0

    return Told(
        opened_in=opened_in,
        frames=len(ordered),
        missing=wanted - len(ordered),
        frame_bytes=seen.bytes / max(1, len(ordered)),
        p50=at(0.5),
        p95=at(0.95),
        p99=at(0.99),
        longest=at(1),
    )


if __name__ == "__main__":
    ordered = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Order)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(msgspec.json.encode(runner.run(main(int(sys.argv[1]), ordered))).decode(), flush=True)

"""The load generator of ``load.c`` in Python, for machines without a C compiler: the same options, the same answer.

It needs about five times the processor time, so the servers it drives look slower at saturation; ratios hold less well.
"""

import asyncio
import json
import resource
import struct
import sys
import time
from collections import defaultdict, deque
from pathlib import Path
from typing import Any, Final

import uvloop

_GRACE: Final = 5.0  # seconds that the last answers are waited for


class Load:
    """One run: its schedule, its connections, what it saw. Times are seconds of the monotonic clock."""

    def __init__(self, options: dict[str, str]) -> None:
        self.options: Final = options
        self.requests: Final = _requests(Path(options["file"]))
        self.rate: Final = float(options["rate"])
        self.seconds: Final = float(options["seconds"])
        self.idle: Final[deque[Connection]] = deque()
        self.busy: Final[set[Connection]] = set()
        self.latencies: Final[list[float]] = []
        self.timeline: Final[defaultdict[int, list[float]]] = defaultdict(
            list
        )  # latencies, by the second they were due in
        self.lateness: Final[list[float]] = []
        self.counts: Final = {"done": 0, "ok": 0, "refused": 0, "broken": 0, "unsent": 0}
        self.started = self.measure_from = self.measure_until = 0.0
        self.sent = 0
        self.stopped = False

    async def run(self) -> dict[str, Any]:
        """Connect, drive the server, and return what was seen."""
        loop = asyncio.get_running_loop()
        for _ in range(int(self.options["connections"])):
            await self.connect()
        self.started = loop.time()
        self.measure_from = self.started + float(self.options["warmup"])
        self.measure_until = self.measure_from + self.seconds
        pacing = [self._pace()] if self.rate else []
        if not self.rate:
            for connection in list(self.idle):
                self.idle.remove(connection)
                connection.start(self.next_request(), loop.time())
        _, cpu, *_ = await asyncio.gather(_at(self.measure_from, "begin"), self._finish(), *pacing)
        return self._report(cpu)

    async def connect(self) -> None:
        """Open one connection."""
        await asyncio.get_running_loop().create_connection(
            lambda: Connection(self), self.options["host"], int(self.options["port"])
        )

    def next_request(self) -> bytes:
        """Return the next request in turn."""
        request = self.requests[self.sent % len(self.requests)]
        self.sent += 1
        return request

    def answered(self, connection: "Connection", status: int, now: float) -> None:
        """Count an answer (status 0: there will be none) and use its connection again."""
        self.busy.discard(connection)
        self.counts["ok" if 200 <= status < 300 else "refused" if status else "broken"] += 1
        self.counts["done"] += bool(status) and self.measure_from <= now < self.measure_until
        self.record(connection.due, now)
        if not status:
            return
        if self.rate or self.stopped:
            self.idle.append(connection)
            self.send_due(now)
        else:
            connection.start(self.next_request(), now)

    def record(self, due: float, now: float) -> None:
        """Note how long what was due then took, where that lies in the measured time."""
        if self.measure_from <= due < self.measure_until:
            self.latencies.append(now - due)
            self.timeline[int(due - self.measure_from)].append(now - due)

    def send_due(self, now: float) -> None:
        """Send what is due, as far as connections are free."""
        while self.rate and self.idle:
            due = self.started + self.sent / self.rate
            if due > now or due >= self.measure_until:
                return
            if due >= self.measure_from:
                self.lateness.append(now - due)
            self.idle.popleft().start(self.next_request(), due)

    async def _pace(self) -> None:
        loop = asyncio.get_running_loop()
        while (now := loop.time()) < self.measure_until:
            self.send_due(now)
            await asyncio.sleep(0.0005)

    async def _finish(self) -> float:
        await asyncio.sleep(self.measure_from - time.monotonic())
        before = _cpu()
        await _at(self.measure_until, "end")
        cpu = _cpu() - before
        self.stopped = True
        until = time.monotonic() + _GRACE
        while self.busy and time.monotonic() < until:  # noqa: ASYNC110 - any of hundreds may be the last
            await asyncio.sleep(0.01)
        now = time.monotonic()
        for connection in list(self.busy):
            self.answered(connection, 0, now)
        while self.rate and (due := self.started + self.sent / self.rate) < self.measure_until:
            self.sent += 1
            self.counts["unsent"] += 1
            self.record(due, now)
        return cpu

    def _report(self, cpu: float) -> dict[str, Any]:
        self.latencies.sort()
        self.lateness.sort()
        shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999, "max": 1.0}
        return {
            "seconds": self.seconds,
            **self.counts,
            "samples": len(self.latencies),
            **{name: _share(self.latencies, share) for name, share in shares.items()},
            "over_a_second": sum(one > 1 for one in self.latencies),
            "timeline": [
                [_share(sorted(self.timeline[second]), share) for share in (0.5, 0.99, 1.0)]
                for second in sorted(self.timeline)
            ],
            "sent_late_p99": _share(self.lateness, 0.99),
            "cpu": round(cpu * 1e6),
            "generator": "Python",
        }


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, load: Load) -> None:
        self._load: Final = load
        self._transport: asyncio.Transport | None = None
        self._answer = b""
        self.due = 0.0

    def start(self, request: bytes, due: float) -> None:
        """Send a request that was due at ``due``."""
        assert self._transport is not None
        self.due = due
        self._load.busy.add(self)
        self._transport.write(request)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for work."""
        self._transport = transport  # type: ignore[assignment]
        self._load.idle.append(self)

    def data_received(self, data: bytes) -> None:
        """Read until the answer is whole."""
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if len(body) >= length:
            self._answer = b""
            self._load.answered(self, int(head[9:12]), time.monotonic())

    def connection_lost(self, _error: Exception | None) -> None:
        """Count what was under way as broken."""
        if self in self._load.busy:
            self._load.answered(self, 0, time.monotonic())
        elif self in self._load.idle:
            self._load.idle.remove(self)


def _requests(path: Path) -> list[bytes]:
    everything, at, found = path.read_bytes(), 0, []
    while at < len(everything):
        (length,) = struct.unpack_from("<I", everything, at)
        found.append(everything[at + 4 : at + 4 + length])
        at += 4 + length
    return found


async def _at(moment: float, word: str) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
    print(word, flush=True)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _share(ordered: list[float], share: float) -> int:
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1e6) if ordered else 0


def main() -> None:
    """Run as told on the command line."""
    options = dict(word.split("=", 1) for word in sys.argv[1:])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(Load(options).run())))


if __name__ == "__main__":
    main()

"""Drives a server from a process of its own: the C generator where there is a compiler, else the same in Python."""

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from bench import world
from bench.machine import Meter

_FOLDER: Final = Path(__file__).parent / "load"
PATH: Final = "/webhooks/meta/whatsapp"
_EACH: Final = 1e6  # microseconds


class Shape(msgspec.Struct, frozen=True):
    """How to drive a server. ``rate`` 0: closed loop."""

    rate: float
    connections: int
    seconds: float
    warmup: float


class Seen(msgspec.Struct, frozen=True, rename={"generator_cpu": "cpu"}):
    """What the generator saw. Latencies in microseconds; in open loop from the moment a request was due."""

    seconds: float
    done: int
    ok: int
    refused: int
    broken: int
    unsent: int
    p50: int
    p90: int
    p99: int
    p999: int
    max: int
    over_a_second: int  # answers
    sent_late_p99: int
    generator_cpu: int  # microseconds
    timeline: list[tuple[int, int, int]]  # p50, p99 and longest of what was due in each second


class Driven(msgspec.Struct, frozen=True):
    """One measurement of one server."""

    seen: Seen
    app_cpu: float  # seconds
    postgres_cpu: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.seen.done / self.seen.seconds

    @property
    def errors(self) -> int:
        """Requests without a 2xx answer."""
        return self.seen.refused + self.seen.broken + self.seen.unsent

    @property
    def app_us(self) -> float:
        """Processor microseconds of the application for one answer."""
        return self.app_cpu * _EACH / max(self.seen.done, 1)

    @property
    def postgres_us(self) -> float:
        """Processor microseconds of PostgreSQL for one answer."""
        return self.postgres_cpu * _EACH / max(self.seen.done, 1)

    @property
    def generator_us(self) -> float:
        """Processor microseconds of the generator for one answer."""
        return self.seen.generator_cpu / max(self.seen.done, 1)


class Generator:
    """The program, built once a run."""

    def __init__(self, folder: Path) -> None:
        """Build it in ``folder``."""
        compiler = shutil.which("cc")
        program = folder / "load"
        if compiler:
            subprocess.run([compiler, "-O2", "-o", program, _FOLDER / "load.c"], check=True)
        self.language: Final = "C" if compiler else "Python"
        self._command: Final = [str(program)] if compiler else [sys.executable, str(_FOLDER / "load.py")]

    def drive(self, *, port: int, file: Path, shape: Shape, meter: Meter) -> Driven:
        """Drive the server on ``port`` with the requests of ``file`` and return what came of it."""
        options = {
            "host": "127.0.0.1",
            "port": port,
            "file": file,
            "connections": shape.connections,
            "seconds": shape.seconds,
            "warmup": shape.warmup,
            "rate": shape.rate,
        }
        words = [f"{name}={value}" for name, value in options.items()]
        with subprocess.Popen([*self._command, *words], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            _expect(process.stdout.readline(), "begin")
            meter.started()
            _expect(process.stdout.readline(), "end")
            app, postgres = meter.spent()
            seen = msgspec.convert(json.loads(process.stdout.readline()), Seen)
        return Driven(seen=seen, app_cpu=app, postgres_cpu=postgres)


def write_requests(file: Path, requests: Iterable[bytes]) -> None:
    """Write prepared requests for the generator."""
    with file.open("wb") as out:
        for request in requests:
            out.write(struct.pack("<I", len(request)) + request)


def webhook_request(body: bytes, *, path: str = PATH) -> bytes:
    """Return a webhook delivery as Meta makes it: headers, signature, body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: facebookexternalua\r\n"
        f"Content-Type: application/json\r\nX-Hub-Signature-256: {world.signature(body)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _expect(line: str, word: str) -> None:
    if line.strip() != word:
        raise RuntimeError(f"the generator said {line.strip()!r} instead of {word!r}; its error is above")

"""Clients of the API: a few keep-alive connections, each waiting for its answer before it asks again."""

import socket
import threading
import time
from collections.abc import Sequence
from typing import Final

import msgspec

_PATIENCE: Final = 30.0  # seconds that no answer may take
_CHUNK: Final = 1 << 18


class Question(msgspec.Struct, frozen=True):
    """One request, and what kind of question it is."""

    kind: str
    request: bytes


class Told(msgspec.Struct, frozen=True):
    """An answer: its kind, how long it took in milliseconds, its size in bytes."""

    kind: str
    ms: float
    size: int


def get(path: str, *, key: str) -> bytes:
    """Return a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nAccept: application/json\r\n\r\n".encode()


def one_by_one(port: int, questions: Sequence[Question]) -> list[Told]:
    """Ask one question after the other over one connection: how long an answer takes where nobody else asks."""
    return _Crowd(port, questions, clients=1, rate=0).answers()


def at_rate(port: int, questions: Sequence[Question], *, clients: int, rate: float) -> list[Told]:
    """Ask ``rate`` questions a second over ``clients`` connections.

    Questions are due evenly whatever the server does, and the time counts from the moment one was due: a server that stalls is charged for
    everybody it made wait.
    """
    return _Crowd(port, questions, clients=clients, rate=rate).answers()


class _Crowd:
    """Some clients and the questions they share."""

    def __init__(self, port: int, questions: Sequence[Question], *, clients: int, rate: float) -> None:
        self._port: Final = port
        self._questions: Final = questions
        self._rate: Final = rate
        self._next = 0
        self._lock: Final = threading.Lock()
        self._told: Final[list[Told]] = []
        self._broken: Final[list[str]] = []
        self._threads: Final = [threading.Thread(target=self._ask_all) for _ in range(clients)]
        self._began = 0.0

    def answers(self) -> list[Told]:
        """Ask everything and return every answer.

        Raises:
            RuntimeError: a question was not answered with 200.
        """
        self._began = time.perf_counter() + 0.05
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()
        if self._broken:
            raise RuntimeError(f"{len(self._broken)} questions failed, the first with {self._broken[0]}")
        return self._told

    def _ask_all(self) -> None:
        with socket.create_connection(("127.0.0.1", self._port), timeout=_PATIENCE) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self._broken:
                with self._lock:
                    number, self._next = self._next, self._next + 1
                if number >= len(self._questions):
                    return
                self._ask(connection, number)

    def _ask(self, connection: socket.socket, number: int) -> None:
        question = self._questions[number]
        due = self._began + number / self._rate if self._rate else time.perf_counter()
        if (wait := due - time.perf_counter()) > 0:
            time.sleep(wait)
        try:
            connection.sendall(question.request)
            status, size = _answer(connection)
        except OSError as broken:
            self._broken.append(f"{question.kind}: {broken}")
            return
        took = (time.perf_counter() - due) * 1000
        if status != b"200":
            self._broken.append(f"{question.kind}: {status.decode()} to {question.request[:200]!r}")
        self._told.append(Told(kind=question.kind, ms=took, size=size))


def _answer(connection: socket.socket) -> tuple[bytes, int]:
    """Read one whole answer and return its status and the size of its body."""
    got = bytearray()
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += _received(connection)
    head = bytes(got[:end]).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    left = length - (len(got) - end - 4)
    while left > 0:
        left -= len(_received(connection))
    return head.split(b" ", 2)[1], length


def _received(connection: socket.socket) -> bytes:
    got = connection.recv(_CHUNK)
    if not got:
        raise ConnectionError("the server closed the connection")
    return got

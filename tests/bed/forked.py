"""Commands of ``curbe`` in processes of their own that begin where each of them would be after a quarter of a second: all loaded that every
command loads, and nothing done yet.

A process apart has loaded that, and forks for each command. What a command alone needs is loaded by its own process, as ever.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

_LARGEST: Final = 2**17  # bytes of what is asked: arguments and environment
_MOST_FILES: Final = 2**10  # that are open at once


class Forks:
    """The process that forks; it ends when whoever has this does."""

    def __init__(self) -> None:
        self._asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with asked:
            self._process: Final = subprocess.Popen(
                [sys.executable, "-P", __file__, str(asked.fileno())], pass_fds=[asked.fileno()]
            )

    def run(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], typed: str, within: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, which reads ``typed``, and return what it said.

        Raises:
            subprocess.TimeoutExpired: it did not end in time, and was killed.
        """
        told, telling = os.pipe()
        with (
            os.fdopen(told) as ending,
            tempfile.TemporaryFile("w+") as given,
            tempfile.TemporaryFile("w+") as said,
            tempfile.TemporaryFile("w+") as logged,
        ):
            given.write(typed)
            given.seek(0)
            asked = json.dumps([list(arguments), str(cwd), dict(env)]).encode()
            try:
                socket.send_fds(
                    self._asking, [asked], [given.fileno(), said.fileno(), logged.fileno(), telling]
                )
            finally:
                os.close(telling)
            pid = int(ending.readline())
            if not select.select([ending], [], [], within)[0]:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(arguments), within)
            code = int(ending.readline())
            said.seek(0)
            logged.seek(0)
            return subprocess.CompletedProcess(list(arguments), code, said.read(), logged.read())

    def close(self) -> None:
        """End it."""
        self._asking.close()
        self._process.wait()


@cache
def forks() -> Forks:
    """Return the one of this process."""
    made = Forks()
    atexit.register(made.close)
    return made


def _forked(asking: socket.socket) -> list[str]:
    """Fork for whoever asks, and tell them how each ends; in the process of a command, return its arguments."""
    poll = select.poll()
    running: dict[int, tuple[int, int]] = {}  # by what tells of its end: its id, and whom to tell
    poll.register(asking, select.POLLIN)
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        for ready, _ in poll.poll():
            if ready != asking.fileno():
                pid, telling = running.pop(ready)
                poll.unregister(ready)
                os.close(ready)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                os.write(telling, b"%d\n" % code)
                os.close(telling)
                continue
            asked, files, _, _ = socket.recv_fds(asking, _LARGEST, 4)
            if not asked:
                sys.exit()
            *streams, telling = files
            if (pid := os.fork()) == 0:
                signal.signal(signal.SIGINT, interrupted)
                asking.close()
                for stream, file in enumerate(streams):
                    os.dup2(file, stream)
                os.closerange(3, _MOST_FILES)
                return _placed(*json.loads(asked))
            os.write(telling, b"%d\n" % pid)
            ended = os.pidfd_open(pid)
            poll.register(ended, select.POLLIN)
            running[ended] = (pid, telling)
            for file in streams:
                os.close(file)


def _placed(arguments: list[str], folder: str, environment: dict[str, str]) -> list[str]:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    return arguments


if __name__ == "__main__":
    from curbe.cli import main

    main(_forked(socket.socket(fileno=int(sys.argv[1]))))

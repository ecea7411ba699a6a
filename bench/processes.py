"""Real processes: started, waited for until they say that they are ready, stopped by their own id."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

_URL: Final = re.compile(r"http://[\w.\[\]:-]+:(\d+)")


class Running(msgspec.Struct, frozen=True):
    """A process that is ready. ``port`` is the one in the line it said so with; 0 where that names none."""

    pid: int
    port: int


@contextmanager
def running(command: Sequence[str], *, env: Mapping[str, str], log: Path) -> Iterator[Running]:
    """Start ``python <command>``, give it back once it printed a line, and stop it at the end of the block.

    Raises:
        RuntimeError: it ended without a line; its last words are in the message.
    """
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("META_", "CURBE_", "TOKEN_", "DATABASE_"))
    }
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            [sys.executable, *command], env={**clean, **env}, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"{' '.join(command)} did not start: {log.read_text()[-2000:]}")
            found = _URL.search(line)
            yield Running(pid=process.pid, port=int(found[1]) if found else 0)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()

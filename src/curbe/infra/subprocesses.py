"""Runs a program of ours that opens strangers' files, in a process of its own that is killed if nobody waits for it any more."""

import asyncio
import os
import signal
import sys
from typing import Final

import msgspec

_ENVIRONMENT: Final = {"PATH": os.defpath, "LANG": "C.UTF-8"}  # none of this process's secrets
# Signals that a service manager or a terminal sends to all processes that it stops. The programs' own limits use other signals.
_FROM_OUTSIDE: Final = frozenset({-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})


class NotRun(Exception):
    """The program could not be started, or was ended from outside. That says nothing about the file: it may work later."""


class Ended(msgspec.Struct, frozen=True):
    """How a program ended: its exit code (minus the signal's number where a signal ended it), its standard output and standard error."""

    code: int
    answer: bytes
    complaint: bytes


async def run_apart(module: str, *arguments: str, patience: float, given: bytes | None = None) -> Ended:
    """Run ``python -m module`` and return how it ended. If this is cancelled, the program is killed.

    Args:
        module: the program.
        arguments: its arguments.
        patience: seconds that it may take; its CPU time and memory are limited by the program itself.
        given: its standard input; None: it has none.

    Raises:
        TimeoutError: it took longer, and was killed.
        NotRun: the system could not start it, or it was ended from outside.
    """
    process = await _begun(module, *arguments, given=given)
    try:
        async with asyncio.timeout(patience):
            answer, complaint = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
        code = await process.wait()
    if code in _FROM_OUTSIDE:
        raise NotRun(f"the program was ended by signal {-code}")
    return Ended(code, answer, complaint)


async def _begun(module: str, *arguments: str, given: bytes | None) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            module,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL if given is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_ENVIRONMENT,
            start_new_session=True,  # so that a Ctrl-C at the terminal does not reach it: we stop it ourselves
        )
    except OSError as failure:  # no memory, no process or no descriptor left
        raise NotRun(f"the program cannot be begun: {failure.strerror}") from failure


def exception_named(complaint: bytes) -> str:
    """Return the name of the exception at the end of a traceback, without its message, which may hold parts of the file."""
    last = complaint.decode(errors="replace").strip().rsplit("\n", 1)[-1]
    name = last.partition(":")[0]
    return name if name.replace(".", "").replace("_", "").isalnum() else "no word"

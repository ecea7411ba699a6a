"""Runs a program of ours that opens strangers' files as a process of its own, which ends with who waits for it."""

import asyncio
import os
import signal
import sys
from typing import Final

import msgspec

_ENVIRONMENT: Final = {"PATH": os.defpath, "LANG": "C.UTF-8"}  # none of this process's secrets
# What a service manager or a terminal sends to all that belongs to a process it stops; the limits of a program end it by other signals.
_FROM_OUTSIDE: Final = frozenset({-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})


class NotRun(Exception):
    """The program could not be begun, or was ended from outside: of what it was given that says nothing, and later it may run."""


class Ended(msgspec.Struct, frozen=True):
    """How a program ended: its exit code, which is below zero where a signal ended it, and what it wrote."""

    code: int
    answer: bytes
    complaint: bytes


async def run_apart(module: str, *arguments: str, patience: float, given: bytes | None = None) -> Ended:
    """Run ``python -m module`` and return how it ended; who stops waiting stops it.

    Args:
        module: the program.
        arguments: its arguments.
        patience: seconds, by the clock; a program limits its CPU time and memory by itself.
        given: its standard input, if it has any.

    Raises:
        TimeoutError: it took longer, and was killed.
        NotRun: the system begins no process, or somebody else ended this one.
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
            start_new_session=True,  # a Ctrl-C is for us, who finish what is under way
        )
    except OSError as failure:  # no memory, no process or no descriptor left
        raise NotRun(f"the program cannot be begun: {failure.strerror}") from failure


def exception_named(complaint: bytes) -> str:
    """Return the name of the exception that a traceback ends with; its words may hold parts of the file."""
    last = complaint.decode(errors="replace").strip().rsplit("\n", 1)[-1]
    name = last.partition(":")[0]
    return name if name.replace(".", "").replace("_", "").isalnum() else "no word"

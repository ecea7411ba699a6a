"""Runs a program of ours that opens strangers' files as a process of its own, which ends with who waits for it."""

import asyncio
import os
import sys
from typing import Final

import msgspec

_ENVIRONMENT: Final = {"PATH": os.defpath, "LANG": "C.UTF-8"}  # none of this process's secrets


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
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL if given is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_ENVIRONMENT,
    )
    try:
        async with asyncio.timeout(patience):
            answer, complaint = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
        code = await process.wait()
    return Ended(code, answer, complaint)


def exception_named(complaint: bytes) -> str:
    """Return the name of the exception that a traceback ends with; its words may hold parts of the file."""
    last = complaint.decode(errors="replace").strip().rsplit("\n", 1)[-1]
    name = last.partition(":")[0]
    return name if name.replace(".", "").replace("_", "").isalnum() else "no word"

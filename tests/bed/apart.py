"""Somebody who ends the programs that a process of ours runs apart, as who stops a service does to all that belongs to it."""

import asyncio
import os
import signal
from pathlib import Path


async def end_apart(module: str) -> None:
    """Tell the program that this process runs as ``module`` to stop, as soon as it runs."""
    async with asyncio.timeout(20):
        while not (found := _children(module)):  # noqa: ASYNC110 - the system has no event for it
            await asyncio.sleep(0.005)
    for pid in found:
        os.kill(pid, signal.SIGTERM)


def _children(module: str) -> list[int]:
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            continue
        if parent == os.getpid() and module.encode() in arguments:
            found.append(int(process.name))
    return found

"""What is going to happen: statuses on their way, people's answers, retries. Counted, so tests can wait."""

import asyncio
import sys
import traceback
from collections.abc import Callable, Coroutine
from typing import Any


class Timeline:
    """Callbacks in the future and tasks under way. A failing one is reported and counted, never swallowed."""

    def __init__(self) -> None:
        self.broken = 0  # callbacks and tasks that raised: bugs of the sandbox
        self._handles: set[asyncio.TimerHandle] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def scheduled(self) -> int:
        """How many callbacks wait for their time."""
        return len(self._handles)

    def after(self, seconds: float, do: Callable[..., object], *args: Any) -> asyncio.TimerHandle:
        """Call ``do`` later; the handle may be cancelled with ``forget``."""
        handle = asyncio.get_running_loop().call_later(max(seconds, 0.0), lambda: self._run(handle, do, args))
        self._handles.add(handle)
        return handle

    def forget(self, handle: asyncio.TimerHandle) -> None:
        """Cancel one callback."""
        handle.cancel()
        self._handles.discard(handle)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def clear(self) -> None:
        """Cancel all callbacks; tasks under way go on."""
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()

    async def stop(self) -> None:
        """Cancel everything and wait for the tasks to end."""
        self.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, handle: asyncio.TimerHandle, do: Callable[..., object], args: tuple[Any, ...]) -> None:
        self._handles.discard(handle)
        try:
            do(*args)
        except Exception as error:  # noqa: BLE001 - one broken callback must not take its neighbours along
            self._report(error)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(error)

    def _report(self, error: BaseException) -> None:
        self.broken += 1
        print("curbe-sandbox: a bug in the sandbox:", file=sys.stderr)
        traceback.print_exception(error, file=sys.stderr)

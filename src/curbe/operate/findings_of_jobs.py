"""What the doctor makes of background jobs. No I/O."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from curbe.infra.jobs import JobBacklog
from curbe.operate.findings import Finding, State

_OVERDUE: Final = timedelta(minutes=5)
_NAME: Final = "jobs"


def jobs(backlog: Sequence[JobBacklog]) -> list[Finding]:
    """Judge what fails again and again, and whether anybody takes what is due."""
    found = [
        Finding(
            _NAME,
            State.WARN,
            f"{one.failing} {one.kind} failed three times or more, last as {one.last_error}",
            "each is tried again by itself; the log of `curbe work` has the cause (job_failed)",
        )
        for one in backlog
        if one.failing
    ]
    overdue = max((one.overdue_seconds for one in backlog), default=0.0)
    if overdue > _OVERDUE.total_seconds():
        since = timedelta(seconds=round(overdue))
        fix = "see that `curbe work` runs, and read its log"
        found.append(
            Finding(_NAME, State.WARN, f"the oldest has been due for {since}, and nobody takes it", fix)
        )
    return found or [Finding(_NAME, State.OK, "none fails, none is late")]

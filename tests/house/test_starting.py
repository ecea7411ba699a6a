"""What is begun loads what it needs: a command is there at once, and whoever waits while web starts anew waits less."""

import subprocess
import sys

import pytest

# Each takes from a twentieth to a fifth of a second.
SHOWN = {"rich", "pygments"}  # tracebacks in colour
OF_THE_WEB = {"litestar", "uvicorn", "aiohttp"}
OF_FEW = {"webauthn", "joserfc", "openpyxl", "av", "PIL", "obstore", "aiosmtplib"}


@pytest.mark.parametrize(
    ("begun", "without"),
    [
        ("curbe.cli", SHOWN | OF_THE_WEB | OF_FEW),
        ("curbe.cli, curbe.app", SHOWN | OF_FEW),
        ("curbe.campaigns.workbook", {"asyncio", "structlog"}),
        ("curbe.media.examine, curbe.media.pictures", {"structlog", "av"}),
        ("curbe.media.examine, curbe.media.recordings", {"structlog", "PIL"}),
    ],
)
def test_what_is_begun_loads_nothing_that_it_may_never_need(begun: str, without: set[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys, {begun}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert set(told.stdout.split()) & without == set()

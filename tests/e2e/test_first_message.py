"""A newcomer's first message, by the steps of README.md and examples/: each does what the page says, in that order."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bed.installation import Installation, Running, installed

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
THE_SANDBOXES = re.findall(r"the sandbox's: (\d+) (\d+) (\S+)", README)[0]
TO = re.findall(r"examples/send\.sh (\+\d+)", README)[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def here(empty_dsn: str) -> Iterator[Installation]:
    with installed(DATABASE_URL=empty_dsn) as installation:
        yield installation


@pytest.fixture
def sandbox(here: Installation) -> Iterator[tuple[str, str]]:
    """The sandbox that plays the app of a fresh `.env`, with its address, and the platform key."""
    graph = f"http://127.0.0.1:{free_port()}"
    key = here.answer("init", "--graph-base-url", graph, "--port", str(free_port()))["platform_key"]
    process = subprocess.Popen(
        [sys.executable, ROOT / "examples/sandbox.py"],
        cwd=here.folder,
        env=here.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Running(process)
    assert running.ready() == graph
    yield graph, key
    process.terminate()
    running.ended()


def example(name: str, *arguments: str, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        ["/bin/sh", ROOT / "examples" / name, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def test_the_steps_of_the_readme_end_with_an_answer_in_the_inbox(
    here: Installation, sandbox: tuple[str, str]
) -> None:
    graph, key = sandbox
    with_key = {"CURBE_URL": here.start("serve").ready(), "CURBE_KEY": key}
    worker = here.start("work")
    worker.ready()
    with_key["TENANT"] = str(example("create-tenant.sh", "Clínica Sol", **with_key)["id"])
    example("connect.sh", *THE_SANDBOXES, **with_key)
    (writes,) = re.findall(r"^curl -X POST http://127\.0\.0\.1:8090(\S+) -d '(.*?)'", README, re.MULTILINE)
    subprocess.run(
        ["curl", "-fsS", "-X", "POST", graph + writes[0], "-d", writes[1]], check=True, capture_output=True
    )
    worker.until(lambda: bool(example("inbox.sh", **with_key)["items"]))
    answer = example("send.sh", TO, "Hola", **with_key)

    assert answer["status"] in {"accepted", "sent", "delivered", "read"}
    (conversation,) = example("inbox.sh", **with_key)["items"]
    assert len(example("inbox.sh", conversation["id"], **with_key)["items"]) == 2

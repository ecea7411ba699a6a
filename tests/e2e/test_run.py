"""Processes that are to run and to stop: what is killed comes back, what is told to stop stops, nothing is left behind."""

import asyncio
import errno
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bed.installation import SETTINGS, Installation, Running, installed
from curbe.supervisor import _Child

STOP = 20  # seconds that a graceful stop may take


@pytest.fixture(scope="module")
def prepared() -> Iterator[tuple[Installation, str]]:
    """An installation with an embedded PostgreSQL, and its platform key; the tests take turns in it."""
    with installed() as installation:
        yield installation, installation.answer("init", "--port", "0")["platform_key"]


@pytest.fixture
def here(prepared: tuple[Installation, str]) -> Iterator[Installation]:
    yield prepared[0]
    prepared[0].stop_all()


@pytest.fixture
def key(prepared: tuple[Installation, str]) -> str:
    return prepared[1]


@pytest.fixture
def on_database(dsn: str) -> Iterator[Installation]:
    with installed(**SETTINGS, DATABASE_URL=dsn) as installation:
        yield installation


def ask(url: str, path: str, *, key: str = "", body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data)  # noqa: S310 - our own http address
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
        return json.load(answer)


def is_ready(url: str) -> bool:
    try:
        return ask(url, "/readyz")["status"] == "ready"
    except (OSError, urllib.error.HTTPError):
        return False


def is_alive(pid: int) -> bool:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def killed(running: Running, name: str) -> None:
    """Kill one of its children, and wait until there is another in its place."""
    before = running.children()[name]
    os.kill(before, signal.SIGKILL)
    running.until(lambda: running.children().get(name, before) != before)


def test_run_says_one_line_when_it_is_ready_and_ends_with_nothing_left(here: Installation, key: str) -> None:
    running = here.start("run")

    url = running.ready()

    assert running.said == [f"curbe ready on {url}\n"]
    assert is_ready(url)
    tenant = ask(url, "/api/tenants", key=key, body={"name": "Sol"})
    left = [*running.children().values(), here.postmaster()]
    assert len(left) == 3
    running.signal(signal.SIGTERM)
    assert running.ended(within=STOP) == 0
    assert [pid for pid in left if is_alive(pid)] == []
    assert tenant["id"] in {one["id"] for one in here.answer("tenant", "list")}, (
        "what was stored is still there"
    )


def test_what_is_killed_while_it_runs_comes_back_at_the_same_address(here: Installation, key: str) -> None:
    running = here.start("run")
    url = running.ready()

    for _ in range(2):
        killed(running, "serve")
        running.until(lambda: is_ready(url))
        killed(running, "work")
        before = here.postmaster()
        os.kill(before, signal.SIGKILL)
        running.until(partial(lambda pid: not is_alive(pid), before))
        running.until(lambda: is_ready(url))

    assert ask(url, "/api/tenants", key=key, body={"name": "Luna"})["name"] == "Luna"
    running.signal(signal.SIGTERM)
    assert running.ended(within=STOP) == 0


@pytest.mark.anyio
async def test_what_the_system_does_not_begin_anew_at_once_is_begun_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = _Child("serve", ("--version",), dict(os.environ), says=re.compile("^curbe"))
    keeping = asyncio.ensure_future(child.keep(asyncio.Event()))
    try:
        async with asyncio.timeout(40):
            while not child.line:  # noqa: ASYNC110 - another process says it
                await asyncio.sleep(0.05)
            monkeypatch.setattr(
                sys, "executable", "/nowhere"
            )  # as where no process is left to have: an OSError
            await asyncio.sleep(4)
            assert not keeping.done()
            last = child.process

            monkeypatch.undo()

            while child.process is last:  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.05)
    finally:
        child.stop()
        await keeping


def test_who_asks_while_web_starts_anew_waits_and_is_answered(here: Installation, key: str) -> None:
    running = here.start("run")
    url = running.ready()

    os.kill(running.children()["serve"], signal.SIGKILL)
    answered = [ask(url, "/api/tenants", key=key, body={"name": f"Mar {n}"})["name"] for n in range(3)]

    assert answered == ["Mar 0", "Mar 1", "Mar 2"]


def test_a_killed_supervisor_takes_its_processes_along_and_the_next_start_finds_the_way_free(
    here: Installation, key: str
) -> None:
    first = here.start("run")
    url = first.ready()
    children = list(first.children().values())
    assert len(children) == 2

    first.signal(signal.SIGKILL)
    first.ended()
    second = here.start("run", "--port", url.rpartition(":")[2])
    try:
        assert second.ready() == url
        assert [pid for pid in children if is_alive(pid)] == []
    finally:
        for pid in filter(is_alive, children):  # where the test fails, it must not leave what it tests for
            os.kill(pid, signal.SIGKILL)
    assert ask(url, "/api/tenants", key=key, body={"name": "Mar"})["name"] == "Mar"
    second.signal(signal.SIGTERM)
    assert second.ended(within=STOP) == 0


def test_a_signal_while_it_still_starts_ends_it_with_nothing_left(here: Installation) -> None:
    for pause in (0.2, 0.8, 1.6):
        running = here.start("run")
        threading.Event().wait(pause)
        running.signal(signal.SIGTERM)

        code = running.ended(within=STOP)

        # Before Python itself is up, the signal does what it does to any program.
        assert code in {0, -signal.SIGTERM}, "".join(running.logged)
        assert here.postmaster() == 0
        assert not any("Traceback" in line for line in running.logged)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_broken_off_leaves_no_database_running(here: Installation, number: int) -> None:
    """Who copies the folder of a Curbe that is stopped must not copy a server at work."""
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("these tests were started by nohup")
    with socket.create_server(("127.0.0.1", 0)) as meta:
        meta.settimeout(60)
        running = here.start("doctor", META_GRAPH_BASE_URL=f"http://127.0.0.1:{meta.getsockname()[1]}")
        waits, _ = meta.accept()
        with waits:
            assert here.postmaster()

            running.signal(number)

            assert running.ended() == 128 + number
    assert here.postmaster() == 0
    assert running.logged == []


def test_a_process_that_cannot_begin_ends_the_run_with_its_reason(here: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = here.start("run", "--port", str(taken.getsockname()[1]))

        assert running.ended() == 1

    said = "".join(running.logged)
    assert "--port" in said
    assert "Traceback" not in said
    assert running.said == []
    assert here.postmaster() == 0


def test_serve_and_work_started_by_themselves_share_the_embedded_database_and_the_last_one_stops_it(
    here: Installation,
) -> None:
    serve, work = here.start("serve"), here.start("work")
    url = serve.ready()
    assert work.ready() == ""
    server = here.postmaster()

    serve.signal(signal.SIGTERM)
    assert serve.ended(within=STOP) == 0
    assert is_alive(server)
    os.kill(server, signal.SIGKILL)
    work.until(lambda: not is_alive(server))
    work.until(lambda: here.postmaster() not in {0, server})  # whoever is left starts it again
    work.signal(signal.SIGINT)

    assert work.ended(within=STOP) == 0
    assert not is_ready(url)
    assert here.postmaster() == 0


@pytest.mark.parametrize(
    ("command", "stop"),
    [*product(("serve", "work"), (signal.SIGTERM, signal.SIGHUP)), ("run", signal.SIGINT)],
)
def test_each_process_ends_with_zero_when_told_to_stop(
    on_database: Installation, command: str, stop: signal.Signals
) -> None:
    running = on_database.start(command, "--port", "0")
    running.ready()

    running.signal(stop)

    assert running.ended(within=STOP) == 0
    assert not any("Traceback" in line for line in running.logged), "".join(running.logged)
    assert len(running.said) == 1


def test_a_request_under_way_is_answered_before_the_process_ends(on_database: Installation) -> None:
    running = on_database.start("serve", "--port", "0")
    url = running.ready()
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
        head = "POST /webhooks/meta/whatsapp HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\n"
        connection.sendall(f"{head}Content-Length: 2\r\n\r\n{{".encode())
        threading.Event().wait(0.3)  # long enough to have been taken up

        running.signal(signal.SIGTERM)
        running.until(lambda: not is_ready(url))
        connection.sendall(b"}")

        connection.settimeout(STOP)
        assert connection.recv(100).startswith(b"HTTP/1.1 401"), "it was read to its end and judged"
    assert running.ended(within=STOP) == 0


def test_a_client_that_never_finishes_does_not_hold_up_the_stop(on_database: Installation) -> None:
    running = on_database.start("run", "--port", "0")
    url = running.ready()
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
        head = "POST /webhooks/meta/whatsapp HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\n"
        connection.sendall(f"{head}Content-Length: 9\r\n\r\n{{".encode())
        threading.Event().wait(0.3)
        began = time.monotonic()

        running.signal(signal.SIGTERM)

        assert running.ended(within=STOP) == 0
    assert time.monotonic() - began < STOP


def test_a_second_signal_ends_a_stop_that_takes_too_long(on_database: Installation) -> None:
    running = on_database.start("run", "--port", "0")
    url = running.ready()
    children = running.children()
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
        head = "POST /webhooks/meta/whatsapp HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\n"
        connection.sendall(f"{head}Content-Length: 9\r\n\r\n{{".encode())
        threading.Event().wait(0.3)

        running.signal(signal.SIGHUP)  # a terminal that ends says so twice, which is nobody's hurry
        running.signal(signal.SIGINT)
        running.signal(signal.SIGHUP)
        threading.Event().wait(0.5)
        assert running.process.poll() is None
        running.signal(signal.SIGINT)

        assert running.ended(within=5) == 0
    assert [pid for pid in children.values() if is_alive(pid)] == []


def test_on_a_busy_machine_the_worker_lets_the_web_process_go_first(on_database: Installation) -> None:
    niceness = {}
    for command in ("serve", "work"):
        running = on_database.start(command, "--port", "0")
        running.ready()
        niceness[command] = os.getpriority(os.PRIO_PROCESS, running.pid)

    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert niceness == {"serve": ours, "work": max(5, ours)}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def metrics(url: str, *, token: str = "") -> dict[str, float]:
    request = urllib.request.Request(f"{url}/metrics")  # noqa: S310 - our own http address
    if token:
        request.add_header("X-Forwarded-For", "203.0.113.5")
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        families = text_string_to_metric_families(answer.read().decode())
    return {
        sample.name: sample.value
        for family in families
        for sample in family.samples
        if sample.name.startswith("curbe_")
    }


def test_the_worker_tells_its_health_where_it_is_given_a_port(on_database: Installation) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    running = on_database.start("work", "--port", url.rpartition(":")[2])
    running.ready()

    running.until(lambda: is_ready(url))

    assert metrics(url)["curbe_outbox_queued"] == 0


def test_run_tells_of_web_and_worker_each_at_its_own_port_also_after_the_worker_died(
    on_database: Installation,
) -> None:
    port = free_port()
    running = on_database.start("run", "--port", "0", CURBE_WORKER_PORT=str(port))
    web, worker = running.ready(), f"http://127.0.0.1:{port}"

    killed(running, "work")

    running.until(lambda: is_ready(worker))
    assert {"curbe_apply_backlog_seconds", "curbe_outbox_queued", "curbe_apply_lag_seconds_count"} <= set(
        metrics(worker)
    )
    assert "curbe_webhooks_pending" in metrics(web)
    assert set(metrics(web)) & set(metrics(worker)) == set()


def test_run_takes_no_port_that_it_was_not_given(on_database: Installation) -> None:
    """Another installation may be meant to listen there."""
    port = free_port()
    running = on_database.start("run", "--port", str(port))
    running.ready()

    with socket.socket() as asking:
        assert asking.connect_ex(("127.0.0.1", port + 1000)) == errno.ECONNREFUSED


def test_run_says_that_a_port_it_was_told_for_its_worker_is_taken(on_database: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        running = on_database.start("run", "--port", "0", CURBE_WORKER_PORT=str(port))

        assert running.ended() == 1
    assert f"CURBE_WORKER_PORT is {port}: port {port} of 127.0.0.1 is in use" in "".join(running.logged)


@pytest.mark.anyio
async def test_the_age_of_what_is_not_applied_is_told_while_applying_stands_still(
    on_database: Installation, owner: asyncpg.Connection
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    running = on_database.start("work", "--port", url.rpartition(":")[2])
    running.ready()
    running.until(lambda: is_ready(url))

    async with owner.transaction():  # another applier that holds every lane and does nothing
        await owner.execute("SELECT FROM apply_lanes FOR UPDATE")
        beside = await asyncpg.connect(on_database.environment["DATABASE_URL"])
        await beside.execute(
            """INSERT INTO webhook_events (meta_app_id, body, received_at)
               VALUES ('1', '{}', now() - interval '1 hour')"""
        )
        await beside.close()
        behind = (await asyncio.to_thread(metrics, url))["curbe_apply_backlog_seconds"]

    assert 3600 <= behind < 3700
    await asyncio.to_thread(running.until, lambda: metrics(url)["curbe_apply_backlog_seconds"] == 0)


def test_the_metrics_are_for_who_has_the_token_wherever_they_come_from(on_database: Installation) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    token = "a-token-of-prometheus"
    running = on_database.start("work", "--port", url.rpartition(":")[2], CURBE_METRICS_TOKEN=token)
    running.ready()
    running.until(lambda: is_ready(url))
    serving = on_database.start("serve", "--port", "0", CURBE_METRICS_TOKEN=token).ready()

    for one in (url, serving):
        assert metrics(one, token=token)
        with pytest.raises(urllib.error.HTTPError) as refused:
            metrics(one, token="another-token")
        with refused.value as answer:
            assert answer.code == 401


@pytest.mark.anyio
async def test_the_worker_tells_what_it_knows_while_the_database_is_away(
    on_database: Installation, dsn: str, owner: asyncpg.Connection
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    running = on_database.start("work", "--port", url.rpartition(":")[2])
    running.ready()
    running.until(lambda: is_ready(url))
    name = await owner.fetchval("SELECT current_database()")
    await owner.close()
    outside = await asyncpg.connect(dsn, database="postgres")

    await outside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    await outside.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    told = await asyncio.to_thread(metrics, url)

    assert "curbe_outbox_queued" in told
    assert not await asyncio.to_thread(is_ready, url)
    await outside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    await outside.close()
    await asyncio.to_thread(running.until, lambda: is_ready(url))

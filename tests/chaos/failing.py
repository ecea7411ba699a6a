"""A disk that answers PostgreSQL with errors: a library between it and the kernel that files tell what is to fail. Takes a C compiler."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final

_SOURCE: Final = Path(__file__).with_name("failing.c")
_PRELOAD: Final = "LD_PRELOAD"


class Fails(StrEnum):
    """What the disk does no more."""

    SYNCS = "syncs"
    WRITES = "writes"


def may_fail() -> bool:
    """Tell whether disks that answer with errors can be had here."""
    return sys.platform == "linux" and shutil.which("cc") is not None


class FailingDisk:
    """Orders to the library; a PostgreSQL that is started within ``beneath`` obeys them."""

    def __init__(self, folder: Path) -> None:
        """``folder`` must be one that PostgreSQL's own user may pass through."""
        self._orders: Final = folder / "failing"
        self._orders.mkdir(mode=0o711)
        self._orders.chmod(0o711)  # whatever the umask
        self._library: Final = self._orders / "failing.so"

    @contextmanager
    def beneath(self) -> Iterator[None]:
        """Have what is started meanwhile take the library along; only PostgreSQL heeds it."""
        flags = ["-shared", "-fPIC", "-O2", f'-DORDERS="{self._orders}"']
        subprocess.run(["cc", *flags, "-o", self._library, _SOURCE, "-ldl"], check=True)
        self._library.chmod(0o755)
        before = os.environ.get(_PRELOAD)
        os.environ[_PRELOAD] = " ".join(filter(None, (str(self._library), before)))
        try:
            yield
        finally:
            os.environ.pop(_PRELOAD)
            if before is not None:
                os.environ[_PRELOAD] = before

    @contextmanager
    def failing(self, what: Fails) -> Iterator[None]:
        """Have every such call of PostgreSQL's answered with an I/O error."""
        order = self._orders / what
        order.touch()
        try:
            yield
        finally:
            order.unlink()

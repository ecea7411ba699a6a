"""What the log says while a test does something."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import structlog

from curbe.infra import log


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """Yield a list that holds, afterwards, the lines that were written."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = StringIO()
    lines: list[dict[str, Any]] = []
    log.configure("info", format="json", stream=stream)
    try:
        yield lines
    finally:
        root.handlers[:], root.level = handlers, level
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
        lines += [json.loads(line) for line in stream.getvalue().splitlines()]

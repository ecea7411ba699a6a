"""The program that opens workbooks: ``python -m curbe.campaigns.workbook``, a process of its own with little memory and time.

A workbook is XML in a zip, and half a megabyte of it may take gigabytes or hours to read; here it takes nothing with it, and a large one
that means no harm takes no turns from who is being answered meanwhile.
"""

import io
import json
import os
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Final

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 5_000  # characters
TOO_MUCH: Final = (
    3  # how the program ends where its standard error says, in a sentence, what there is too much of
)
_LARGEST_UNPACKED: Final = 512 * 2**20  # bytes: a workbook that unpacks to more is a bomb
_LAST_LINE: Final = 2**20  # of a sheet [Excel specifications and limits]
# Bytes that the lines take where they go: one long text may stand in millions of cells.
_MOST_KEPT: Final = 512 * 2**20
_EACH_CELL: Final = 50  # of these, beside its text
_MEMORY: Final = 2 * 2**30  # bytes of address space
_SECONDS: Final = 180  # of CPU


class TooMuch(Exception):
    """A workbook is larger than one that people make; the sentence says in what."""


def rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a workbook's first sheet that hold anything, each with its number, which counts from 1.

    Raises:
        TooMuch: see there.
        Exception: whatever the reader raises: it is no workbook.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - who only wants to know the limits does not load it

    _require_small(content)
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.active if book.active is not None else book.worksheets[0]
    # Programs write where a sheet ends before they know, or a constant: whoever believes them leaves out the rows beyond, in silence.
    sheet.reset_dimensions()
    # A row says its own number, and those that it passes over come as empty ones.
    for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if line > _LAST_LINE:
            raise TooMuch(f"the workbook has a row beyond the {_LAST_LINE:,}th")
        cells = values[: MOST_COLUMNS + 1]  # the one too many: who reads the head says so
        if cells.count(None) == len(cells):
            continue
        texts = [_text(value).strip()[:LONGEST_CELL] for value in cells]
        if any(texts):
            yield line, texts


def _require_small(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > _LARGEST_UNPACKED:
            raise TooMuch("the workbook unpacks to too much")


def _text(value: object) -> str:
    """Return a cell as a person reads it: a phone number that Excel took for an amount keeps its digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time() == time()
            else value.isoformat(sep=" ", timespec="minutes")
        )
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _hold_back() -> None:
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _said(content: bytes) -> Iterator[bytes]:
    kept = 0
    # The head and one row too many: who reads the lines says so.
    for line, cells in islice(rows_of(content), MOST_ROWS + 2):
        row = json.dumps([line, cells], ensure_ascii=False).encode(errors="replace") + b"\n"
        kept += 2 * len(row) + _EACH_CELL * (len(cells) - cells.count(""))
        if kept > _MOST_KEPT:
            raise TooMuch("the workbook holds too much text")
        yield row


def main() -> int:
    """Read a workbook from standard input and write its lines to standard output, each as JSON: its number and its cells.

    Raises:
        Exception: whatever the reader raises: it is no workbook.
    """
    _hold_back()
    warnings.simplefilter("ignore")
    try:
        for row in _said(sys.stdin.buffer.read()):
            sys.stdout.buffer.write(row)
    except TooMuch as much:
        sys.stderr.write(str(much))
        return TOO_MUCH
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Tables as people have them, CSV in any of its dialects or XLSX, read into rows of text. No database, no network."""

import asyncio
import csv
import io
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from curbe.campaigns.workbook import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, TOO_MUCH
from curbe.domain.errors import InvalidRequest, Unavailable
from curbe.domain.phone_tables import separator_of
from curbe.infra.subprocesses import NotRun, exception_named, run_apart

LARGEST_FILE: Final = 32 * 2**20  # bytes
_ZIP: Final = b"PK\x03\x04"
_PATIENCE: Final = 240.0  # seconds; the program's own limit is CPU time
_AT_ONCE: Final = 2  # files
# Characters: of what one line takes to read nobody else has a turn.
_LONGEST_LINE: Final = MOST_COLUMNS * LONGEST_CELL
_LINE: Final = msgspec.json.Decoder(tuple[int, list[str]])


class Row(msgspec.Struct, frozen=True):
    """A row as it stands in the file; ``line`` counts from 1, the head included."""

    line: int
    cells: list[str]


class Sheet(msgspec.Struct, frozen=True):
    """A table: its head, its rows that are not empty, and how it was read."""

    columns: list[str]
    rows: list[Row]
    kind: str  # csv | xlsx
    encoding: str | None = None
    separator: str | None = None


class Sheets:
    """Reads files, few of them at a time: their memory, and no other request's threads."""

    def __init__(self) -> None:
        """No file is being read yet."""
        self._turns: Final = asyncio.Semaphore(_AT_ONCE)

    async def read(self, content: bytes, *, filename: str | None = None) -> Sheet:
        """Return the table in a file.

        Args:
            content: the file.
            filename: its name, for the refusal.

        Raises:
            InvalidRequest: it is no table, or too large a one; the detail says why.
            Unavailable: it cannot be read at the moment.
        """
        if len(content) > LARGEST_FILE:
            raise _refusal(f"the file is larger than {LARGEST_FILE // 2**20} MiB", filename)
        if not content.strip():
            raise _refusal("the file is empty", filename)
        async with self._turns:
            if content.startswith(_ZIP):
                lines = await _opened_apart(content, filename)
                sheet = await asyncio.to_thread(_xlsx, lines, filename)
            else:
                sheet = await asyncio.to_thread(_csv, content, filename)
        if not sheet.rows:
            raise _refusal("the file has a head and no rows", filename)
        return sheet


def decoded(content: bytes) -> tuple[str, str]:
    """Return a text and its encoding: UTF-8 or UTF-16 where it says so or is so, else Windows-1252, which is what Excel writes."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), encoding.removesuffix("-sig")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "windows-1252"


def _csv(content: bytes, filename: str | None) -> Sheet:
    text, encoding = decoded(content)
    if "\0" in text:
        raise _refusal("it is no text", filename)
    separator = separator_of(text)
    lines = _rows_of(csv.reader(_lines_of(text, filename), delimiter=separator), filename)
    columns, rows = _table(lines, filename)
    return Sheet(columns=columns, rows=rows, kind="csv", encoding=encoding, separator=separator)


def _lines_of(text: str, filename: str | None) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > _LONGEST_LINE:
            raise _refusal(f"line {number:,} has more than {_LONGEST_LINE:,} characters", filename)
        yield line


def _rows_of(reader: Any, filename: str | None) -> Iterator[Row]:
    """Yield rows with the line on which each begins: a quoted cell may go over several."""
    begins = 1
    try:
        for cells in reader:
            yield Row(begins, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _refusal(f"line {begins} cannot be read: {error}", filename) from None


async def _opened_apart(content: bytes, filename: str | None) -> bytes:
    try:
        ended = await run_apart("curbe.campaigns.workbook", patience=_PATIENCE, given=content)
    except TimeoutError:
        raise _refusal("the workbook takes too long to read", filename) from None
    except NotRun as failure:
        raise Unavailable(
            "The workbook cannot be read at the moment.", fix="Send it again in a while."
        ) from failure
    if ended.code == TOO_MUCH:
        raise _refusal(ended.complaint.decode(), filename)
    if ended.code < 0:  # killed, by the limit of its time or of the machine's memory
        raise _refusal("the workbook takes too much to read", filename)
    if ended.code != 0:  # whatever a broken workbook does to its reader, the answer is the same
        name = exception_named(ended.complaint).rpartition(".")[2]
        raise _refusal(f"the workbook cannot be read ({name})", filename)
    return ended.answer


def _xlsx(lines: bytes, filename: str | None) -> Sheet:
    columns, rows = _table((Row(*_LINE.decode(line)) for line in io.BytesIO(lines)), filename)
    return Sheet(columns=columns, rows=rows, kind="xlsx")


def _table(lines: Iterator[Row], filename: str | None) -> tuple[list[str], list[Row]]:
    head = next((row for row in lines if any(cell.strip() for cell in row.cells)), None)
    if head is None:
        raise _refusal("the file is empty", filename)
    columns = _columns(head.cells, filename)
    rows: list[Row] = []
    for row in lines:
        cells = [cell.strip()[:LONGEST_CELL] for cell in row.cells[:MOST_COLUMNS]]
        if not any(cells):
            continue
        if len(rows) >= MOST_ROWS:
            raise _refusal(f"the file has more than {MOST_ROWS:,} rows", filename)
        rows.append(Row(row.line, cells))
    return columns, rows


def _columns(cells: list[str], filename: str | None) -> list[str]:
    """Return the head's names, each once: an empty one is called by its place."""
    width = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    if width > MOST_COLUMNS:
        raise _refusal(f"the file has more than {MOST_COLUMNS} columns", filename)
    names: list[str] = []
    for place, cell in enumerate(cells[:width], start=1):
        name = cell.strip()[:200] or f"column {place}"
        while name in names:
            name = f"{name} ({place})"
        names.append(name)
    return names


def _refusal(why: str, filename: str | None) -> InvalidRequest:
    called = f"{filename[:80]}: " if filename else ""
    return InvalidRequest(
        f"{called}{why}.",
        fix="Give a CSV or XLSX file whose first row names the columns and whose other rows are people.",
        field="file",
    )

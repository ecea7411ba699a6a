"""Tables as people have them, CSV in any of its dialects or XLSX, read into rows of text. No database, no network."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import msgspec

from curbe.domain.errors import InvalidRequest

LARGEST_FILE: Final = 32 * 2**20  # bytes
MOST_ROWS: Final = 200_000
_MOST_COLUMNS: Final = 200
_LARGEST_UNPACKED: Final = 512 * 2**20  # bytes: a workbook that unpacks to more is a bomb
_LAST_LINE: Final = 2**20  # of a workbook's sheet [Excel specifications and limits]
_LONGEST_CELL: Final = 5_000  # characters
_ZIP: Final = b"PK\x03\x04"
_SEPARATORS: Final = ",;\t|"
_SAMPLE: Final = 64 * 1024  # characters


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


def read(content: bytes, *, filename: str | None = None) -> Sheet:
    """Return the table in a file.

    Args:
        content: the file.
        filename: its name, for the refusal.

    Raises:
        InvalidRequest: it is no table, or too large a one; the detail says why.
    """
    if len(content) > LARGEST_FILE:
        raise _refusal(f"the file is larger than {LARGEST_FILE // 2**20} MiB", filename)
    if not content.strip():
        raise _refusal("the file is empty", filename)
    sheet = _xlsx(content, filename) if content.startswith(_ZIP) else _csv(content, filename)
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
    separator = _separator(text)
    lines = _rows_of(csv.reader(io.StringIO(text, newline=""), delimiter=separator), filename)
    columns, rows = _table(lines, filename)
    return Sheet(columns=columns, rows=rows, kind="csv", encoding=encoding, separator=separator)


def _rows_of(reader: Any, filename: str | None) -> Iterator[Row]:
    """Yield rows with the line on which each begins: a quoted cell may go over several."""
    begins = 1
    try:
        for cells in reader:
            yield Row(begins, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _refusal(f"line {begins} cannot be read: {error}", filename) from None


def _separator(text: str) -> str:
    """Return what separates the cells of the head: of the usual ones, that which stands most often outside quotes."""
    first = text[:_SAMPLE].lstrip("\r\n").splitlines()
    head = first[0] if first else ""
    outside = "".join(part for place, part in enumerate(head.split('"')) if place % 2 == 0)
    return max(_SEPARATORS, key=outside.count) if any(mark in outside for mark in _SEPARATORS) else ","


def _xlsx(content: bytes, filename: str | None) -> Sheet:
    from openpyxl import load_workbook  # noqa: PLC0415 - a fifth of what every process would load, for the first workbook

    try:
        _require_small(content, filename)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.active if book.active is not None else book.worksheets[0]
            lines = _lines_of(sheet.iter_rows(values_only=True), filename)
            columns, rows = _table(lines, filename)
        finally:
            book.close()
    except InvalidRequest:
        raise
    except Exception as error:  # whatever a broken workbook does to its reader, the answer is the same
        raise _refusal(f"the workbook cannot be read ({type(error).__name__})", filename) from error
    return Sheet(columns=columns, rows=rows, kind="xlsx")


def _lines_of(values: Iterable[Sequence[object]], filename: str | None) -> Iterator[Row]:
    """Yield the lines that hold anything. A row says its own number, and those that it passes over come as empty ones."""
    for line, every in enumerate(values, start=1):
        if line > _LAST_LINE:
            raise _refusal(f"the workbook has a row beyond the {_LAST_LINE:,}th", filename)
        cells = every[:_MOST_COLUMNS]
        if cells.count(None) < len(cells):
            yield Row(line, [_text(value) for value in cells])


def _require_small(content: bytes, filename: str | None) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > _LARGEST_UNPACKED:
            raise _refusal("the workbook unpacks to too much", filename)


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


def _table(lines: Iterator[Row], filename: str | None) -> tuple[list[str], list[Row]]:
    head = next((row for row in lines if any(cell.strip() for cell in row.cells)), None)
    if head is None:
        raise _refusal("the file is empty", filename)
    columns = _columns(head.cells, filename)
    rows: list[Row] = []
    for row in lines:
        cells = [cell.strip()[:_LONGEST_CELL] for cell in row.cells[:_MOST_COLUMNS]]
        if not any(cells):
            continue
        if len(rows) >= MOST_ROWS:
            raise _refusal(f"the file has more than {MOST_ROWS:,} rows", filename)
        rows.append(Row(row.line, cells))
    return columns, rows


def _columns(cells: list[str], filename: str | None) -> list[str]:
    """Return the head's names, each once: an empty one is called by its place."""
    width = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    if width > _MOST_COLUMNS:
        raise _refusal(f"the file has more than {_MOST_COLUMNS} columns", filename)
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

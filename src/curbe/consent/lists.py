"""Reads lists of people from CSV files with any separator and encoding. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from curbe.consent.rules import folded
from curbe.domain.errors import InvalidRequest
from curbe.domain.phone_tables import phone_column, separator_of

MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = (
    200  # as in campaigns' files; a line of nothing but separators could be millions of cells
)
_SAMPLE: Final = 5  # rows
_FEWEST_DIGITS: Final = 5  # of a phone number; fewer may be the name of a column, such as "Phone 2"
_DATES: Final = frozenset({"date", "at", "fecha", "data", "consent date", "opt in date"})


class Row(msgspec.Struct, frozen=True):
    """A line of a list: its line number, its cells as they came, and what was found in them."""

    line: int
    cells: list[str]
    phone: str
    date: str | None


class Columns(msgspec.Struct, frozen=True):
    """Which columns of a list are which, by the names in its head; null: the one whose name tells it, if one does."""

    phone: str | None = None
    date: str | None = None


GUESSED: Final = Columns()


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What a list holds before anybody is written down. ``columns`` is empty where it has no head; ``sample``: its first rows."""

    columns: list[str]
    phone: str | None
    date: str | None
    row_count: int
    sample: list[list[str]]


class _Layout(msgspec.Struct, frozen=True):
    header: list[str]
    body: list[tuple[int, list[str]]]
    phone: int | None
    date: int | None


def read(data: bytes, columns: Columns = GUESSED) -> tuple[list[str], list[Row]]:
    """Return the header (empty where there is none) and the rows of a CSV that has a column of phone numbers.

    Raises:
        InvalidRequest: it is no text, has no rows, too many rows or columns, has no such column, or none of phones can be told.
    """
    found = _layout(data, columns)
    phone, date = found.phone, found.date
    if phone is None:
        raise InvalidRequest(
            "No column of the list has a name that is one of phone numbers.",
            fix="Name a column `phone`, or say which one it is.",
            field="phone",
        )
    return found.header, [
        Row(line, cells, _cell(cells, phone), (_cell(cells, date) or None) if date is not None else None)
        for line, cells in found.body
    ]


def overview(data: bytes) -> Overview:
    """Return what a list holds.

    Raises:
        InvalidRequest: it is no text, has no rows, or too many rows or columns.
    """
    found = _layout(data, GUESSED)

    def name(place: int | None) -> str | None:
        return found.header[place] if place is not None and found.header else None

    return Overview(
        columns=found.header,
        phone=name(found.phone),
        date=name(found.date),
        row_count=len(found.body),
        sample=[cells for _, cells in found.body[:_SAMPLE]],
    )


def _layout(data: bytes, columns: Columns) -> _Layout:
    """Return a list's header and rows, and where its columns are. A first line that contains a phone and no known column name is a row."""
    lines = _lines(_text(data))
    if not lines:
        raise InvalidRequest("The list is empty.", fix="Send a CSV with a column of phone numbers.")
    first = _named(lines[0][1])
    phone = phone_column(first) if columns.phone is None else _told(first, columns.phone, field="phone")
    headless = phone is None and any(_looks_like_a_phone(cell) for cell in first)
    header, body = ([], lines) if headless else (first, lines[1:])
    if len(body) > MOST_ROWS:
        raise InvalidRequest(
            f"The list has more than {MOST_ROWS:,} rows, as many as are taken at once.", fix="Split the list."
        )
    if headless:
        return _Layout(header, body, 0, None)
    date = _date_column(first) if columns.date is None else _told(first, columns.date, field="date")
    return _Layout(header, body, phone, date)


def _named(cells: Sequence[str]) -> list[str]:
    """Return distinct column names to choose from: an empty name becomes its column's place, and empty ones at the end are dropped."""
    width = max((place for place, cell in enumerate(cells, start=1) if cell), default=0)
    names: list[str] = []
    for place, cell in enumerate(cells[:width], start=1):
        name = cell or f"column {place}"
        while name in names:
            name = f"{name} ({place})"
        names.append(name)
    return names


def _looks_like_a_phone(cell: str) -> bool:
    return sum(char.isdigit() for char in cell) >= _FEWEST_DIGITS


def _date_column(header: Sequence[str]) -> int | None:
    return next((n for n, name in enumerate(header) if folded(name) in _DATES), None)


def _told(header: Sequence[str], told: str, *, field: str) -> int:
    """Return the index of the column that was named."""
    if told not in header:
        raise InvalidRequest(
            f"The list has no column {told!r}.",
            fix=f"Its columns are: {', '.join(header)[:500]}.",
            field=field,
        )
    return header.index(told)


def _text(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise InvalidRequest("The list is not a text file.", fix="Send it as CSV, in UTF-8.")
    return text


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the lines that are not empty, each with its line number; at most one more than the header and the rows allowed."""
    # Newlines unchanged: a line may end in a carriage return alone, and a cell may contain one.
    table = io.StringIO(text, newline="")
    return list(islice(_numbered(csv.reader(table, delimiter=separator_of(text))), MOST_ROWS + 2))


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    begins = 1  # the line on which a row begins; a quoted cell may span several lines
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise _too_wide(begins)
            if any(cell.strip() for cell in cells):
                yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1  # type: ignore[attr-defined] - csv's reader has it
    except csv.Error as broken:
        raise InvalidRequest(
            f"The list cannot be read as CSV: {broken}.", fix="Send it as CSV, in UTF-8."
        ) from None


def _too_wide(line: int) -> InvalidRequest:
    return InvalidRequest(
        f"Line {line} of the list has more than {MOST_COLUMNS} columns.",
        fix="Leave out the columns that are not the phone number or the date, and empty ones at the end of the lines.",
    )


def _cell(cells: Sequence[str], n: int) -> str:
    return cells[n] if n < len(cells) else ""

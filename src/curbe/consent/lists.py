"""Lists of people that somebody brings as CSV: read whatever their separator and encoding, and written for a spreadsheet to read. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from curbe.consent.rules import folded
from curbe.domain.errors import InvalidRequest

MOST_ROWS: Final = 50_000
_PHONES: Final = frozenset(
    {
        *("phone", "phone number", "telephone", "mobile", "mobile number", "whatsapp", "wa id", "number"),
        *("telefono", "numero de telefono", "movil", "telefono movil", "celular", "numero", "tel"),
        *("telefone", "numero de telefone", "telemovel"),
    }
)
_DATES: Final = frozenset({"date", "at", "fecha", "data", "consent date", "opt in date"})
_FORMULA: Final = re.compile(r"^[=@\t\r-]|^\+(?![\d\s().-]+$)")


class Row(msgspec.Struct, frozen=True):
    """A line of a list: where it stands, its cells as they came, and what was found in them."""

    line: int
    cells: list[str]
    phone: str
    date: str | None


def read(data: bytes) -> tuple[list[str], list[Row]]:
    """Return the header (empty where there is none) and the rows of a CSV that has a column of phone numbers.

    Raises:
        InvalidRequest: it is no text, has no rows or too many, or no column of phones can be told.
    """
    lines = _lines(_text(data))
    if not lines:
        raise InvalidRequest("The list is empty.", fix="Send a CSV with a column of phone numbers.")
    first = lines[0][1]
    named = [folded(cell) for cell in first]
    phone = next((n for n, name in enumerate(named) if name in _PHONES), None)
    header, body = (first, lines[1:]) if phone is not None else ([], lines)
    if phone is None:
        if not any(any(char.isdigit() for char in cell) for cell in first):
            raise InvalidRequest(
                "No column of the list is named as one of phone numbers.", fix="Name a column `phone`."
            )
        phone = 0
    date = next((n for n, name in enumerate(named) if name in _DATES), None) if header else None
    if len(body) > MOST_ROWS:
        raise InvalidRequest(
            f"The list has {len(body)} rows; at most {MOST_ROWS} are taken at once.", fix="Split the list."
        )
    return header, [
        Row(line, cells, _cell(cells, phone), (_cell(cells, date) or None) if date is not None else None)
        for line, cells in body
    ]


def written(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV in which no cell is a formula to a spreadsheet."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: str) -> str:
    return "'" + cell if _FORMULA.search(cell) else cell


def _text(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise InvalidRequest("The list is no text.", fix="Send it as CSV, in UTF-8.")
    return text


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the lines that are not empty, each with its number in the file."""
    head = text[: text.find("\n")] if "\n" in text else text
    separator = max(",;\t|", key=head.count)
    return list(_numbered(csv.reader(io.StringIO(text), delimiter=separator)))


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]  # type: ignore[attr-defined] - csv's reader has it
    except csv.Error as broken:
        raise InvalidRequest(
            f"The list cannot be read as CSV: {broken}.", fix="Send it as CSV, in UTF-8."
        ) from None


def _cell(cells: Sequence[str], n: int) -> str:
    return cells[n] if n < len(cells) else ""

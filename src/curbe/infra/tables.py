"""Tables to download: CSV that a spreadsheet opens without running anything in it. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

MEDIA_TYPE: Final = "text/csv"  # in UTF-8: Litestar says so
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What begins a cell further in: semicolons and tabs separate them too, where commas are for decimals, and a line ends wherever one breaks.
_FURTHER_IN: Final = re.compile('([;\t\r\n][ \u00a0"]*)([=+@|\uff1d\uff0b\uff0d\uff20-][^;\t\r\n]*)')
_MARK: Final = b"\xef\xbb\xbf"
# Or a phone; one with hyphens is a subtraction to a spreadsheet.
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?|\+[\d\s().]+")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe, numbers and phones stay.

    Nor any part of it, whatever the spreadsheet takes for a separator: Excel in Spanish or Portuguese knows no commas.
    """
    if cell.lstrip(" \u00a0").startswith(_STARTS_A_FORMULA) and not _NUMBER.fullmatch(cell):
        cell = "'" + cell
    return _FURTHER_IN.sub(_guarded, cell)


def _guarded(part: re.Match[str]) -> str:
    return part[0] if _NUMBER.fullmatch(part[2].rstrip()) else f"{part[1]}'{part[2]}"


def lines(rows: Iterable[Sequence[str]], *, marked: bool = True) -> bytes:
    """Return rows as CSV in UTF-8, with the mark by which Excel knows that it is (unless it is the middle of a table)."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return (_MARK if marked else b"") + text.getvalue().encode()


def with_mark(text: str) -> bytes:
    """Return CSV that was kept without it with the mark by which Excel knows that it is UTF-8."""
    return _MARK + text.encode()


def attachment(filename: str) -> dict[str, str]:
    """Return the headers with which a browser saves a file and never shows it."""
    return {"Content-Disposition": f'attachment; filename="{filename}"', "X-Content-Type-Options": "nosniff"}

"""Phone numbers in the tables that people bring: what separates the columns, what theirs is called, and how they are written there."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from curbe.domain.phone import LONGEST_TYPED, to_e164, variants

# What the column is called, the surest names first: a "number" beside a "phone" is that of something else.
_SURE: Final = ("phone", "telefono", "telefone", "movil", "celular", "mobile")
_NAMES: Final = (
    *_SURE,
    *("phone number", "telephone", "mobile number", "whatsapp", "numero de telefono", "telefono movil"),
    *("numero de telefone", "telemovel", "numero", "number", "tel", "wa id"),
)
_SEPARATORS: Final = ",;\t|"
_SAMPLE: Final = 64 * 1024  # characters
_BETWEEN_WORDS: Final = re.compile(r"[^a-z0-9]+")
_AROUND: Final = "'`\u00b4\u2019 \u00a0\u200b\u200e\u200f\u202a\u202c\ufeff"  # what spreadsheets and address books put around numbers
_DECORATION: Final = re.compile(r"[\s().\-/]")
# How mobiles there were called from abroad until 2019, and still are in many a table.
_OLD_MEXICO: Final = re.compile(r"\+521\d{10}")


def separator_of(text: str) -> str:
    """Return what separates the cells of a CSV's head: of the usual ones, that which stands most often outside quotes."""
    first = text[:_SAMPLE].lstrip("\r\n").splitlines()
    head = first[0] if first else ""
    outside = "".join(part for place, part in enumerate(head.split('"')) if place % 2 == 0)
    return max(_SEPARATORS, key=outside.count)  # the first of them where none stands there


def phone_column(columns: Sequence[str]) -> int | None:
    """Return where the column is whose name is one of phone numbers; of several the surest, None where none is."""
    names = [_plain(column) for column in columns]
    return next((names.index(name) for name in _NAMES if name in names), None)


def phone_column_by_part(columns: Sequence[str]) -> int | None:
    """Return where the first column is in whose name phones are mentioned: a guess that somebody looks at."""
    return next(
        (n for n, column in enumerate(columns) if any(word in _plain(column) for word in _SURE)), None
    )


def bare_phone(cell: str) -> str:
    """Return a cell without what stands around the number."""
    return cell.strip(_AROUND)


@lru_cache(maxsize=10_000)
def read_phone(typed: str, country: str | None) -> str:
    """Return a number as people keep it in tables as E.164; ``00`` before the country code is as good as ``+``.

    Raises:
        InvalidRequest: it is no number; the detail says why.
    """
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    # A longer cell is refused below, and a refusal is not remembered: it may be a hundred thousand dashes.
    digits = _DECORATION.sub("", typed) if len(typed) <= LONGEST_TYPED else ""
    if _OLD_MEXICO.fullmatch(digits):
        return variants(digits)[0]
    return to_e164(typed, default_country=country)


def _plain(column: str) -> str:
    # Letter by letter: of a whole text it takes a time that grows with the square of its length, and a cell may be a megabyte of accents.
    parts = (unicodedata.normalize("NFKD", letter) for letter in column)
    letters = "".join(parts).encode("ascii", "ignore").decode().lower()
    return _BETWEEN_WORDS.sub(" ", letters).strip()

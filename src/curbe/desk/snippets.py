"""Makes the snippet of a text in which words were found: a piece of it, and where the words are. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

_BEFORE: Final = 40  # letters shown before the first word found
_LONGEST: Final = 160
_WORD: Final = re.compile(r"\w+")
# Letters without an accent to remove that are nevertheless found by another letter (as in migration 0016).
_OTHERS: Final = str.maketrans("øłđıß", "oldis")


class Snippet(msgspec.Struct, frozen=True):
    """A piece of a text. ``ranges`` are the words found in it, as [start, end) in UTF-16 code units, as JavaScript counts."""

    text: str
    ranges: list[tuple[int, int]]


def words_of(typed: str) -> list[str]:
    """Return the words of a query in the form in which they are compared: lower case, without accents."""
    return _WORD.findall(_plain(typed)[0].replace("_", " "))


def snippet(text: str, typed: str) -> Snippet:
    """Return the piece of ``text`` around the first word that begins with a word of ``typed``; its beginning if none does."""
    found = list(_found(text, words_of(typed)))
    first = found[0][0] if found else 0
    start = 0 if first <= _BEFORE else _word_start(text, first - _BEFORE)
    end = min(len(text), start + _LONGEST)
    head, tail = ("…" if start else ""), ("…" if end < len(text) else "")
    shown = text[start:end]
    ranges = [
        (_units(head + text[start:left]), _units(head + text[start : min(right, end)]))
        for left, right in found
        if start <= left < end
    ]
    return Snippet(head + shown + tail, ranges)


def _found(text: str, wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    plain, places = _plain(text)
    for word in _WORD.finditer(plain.replace("_", " ")):
        length = max((len(one) for one in wanted if word[0].startswith(one)), default=0)
        if length:
            yield places[word.start()], places[word.start() + length - 1] + 1


def _plain(text: str) -> tuple[str, list[int]]:
    """Return ``text`` in the compared form, and for each of its letters the index in the original."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFD", letter.lower()):
            if not unicodedata.combining(part):
                letters.append(part)
                places.append(place)
    return "".join(letters).translate(_OTHERS), places


def _word_start(text: str, place: int) -> int:
    """Return where the first word from ``place`` on begins; ``place`` itself if it is inside a long word."""
    space = text.find(" ", place, place + _BEFORE)
    return place if space < 0 else space + 1


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

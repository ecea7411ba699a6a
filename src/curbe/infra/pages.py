"""Keyset pages: a list's items and an opaque cursor to the next ones: a position, no permission."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar

import msgspec

from curbe.domain.errors import InvalidRequest

_LONGEST_CURSOR: Final = 512
_HUGE_NUMBER: Final = re.compile(rb"[0-9]{19}")
_STANDARD: Final = str.maketrans("-_", "+/")

Item = TypeVar("Item")
Row = TypeVar("Row")
Position = TypeVar("Position")

# How a cursor's times are declared: a forged one without a zone would only fail in the database.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page of a list. ``next_cursor`` asks for the one after it; null on the last."""

    items: list[Item]
    next_cursor: str | None = None


def page_of(
    rows: Sequence[Row], *, limit: int, item: Callable[[Row], Item], position: Callable[[Row], object]
) -> Page[Item]:
    """Return the page of the first ``limit`` of ``rows``.

    Args:
        rows: up to ``limit + 1`` rows in the list's order; the one too many tells that there is a next page.
        limit: how many items a page has.
        item: what to show of a row.
        position: where a row stands in the order, as ``decode_cursor`` is to give it back.
    """
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(
        items=[item(row) for row in shown], next_cursor=encode_cursor(position(shown[-1])) if more else None
    )


def encode_cursor(position: object) -> str:
    """Return ``position`` (a tuple or Struct of times, ids, numbers and words) as an opaque text for URLs."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def decode_cursor(cursor: str, *, type: type[Position]) -> Position:  # noqa: A002 - msgspec's own name for it
    """Return the position that ``encode_cursor`` was given, as a ``type``; its times are ``Moment``s.

    Raises:
        InvalidRequest: on anything that no page gave out.
    """
    try:
        return msgspec.json.decode(_raw(cursor), type=type)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise InvalidRequest(
            "cursor was not given out by this list.",
            fix="Pass next_cursor of the page before unchanged, or leave it out to begin again.",
            field="cursor",
        ) from None


def _raw(cursor: str) -> bytes:
    if len(cursor) > _LONGEST_CURSOR:
        raise ValueError("longer than any we gave out")
    raw = base64.b64decode(cursor.translate(_STANDARD) + "=" * (-len(cursor) % 4), validate=True)
    if b"\\" in raw:  # nothing we put into a cursor needs an escape, but U+0000 does
        raise ValueError("escaped")
    if _HUGE_NUMBER.search(raw):  # it would only fail in the database
        raise ValueError("a number no column holds")
    return raw

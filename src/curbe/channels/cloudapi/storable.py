"""JSON that PostgreSQL can hold: what text and jsonb refuse is replaced, or named where it cannot be."""

import re
from typing import Final

MAX_DEPTH: Final = 100  # Meta nests a dozen levels; a thousand would exhaust whoever reads the stored payload
_LONG: Final = 100_000  # characters; numeric holds 131,072 digits before the point and 16,383 after it
_EXPONENT: Final = re.compile(r"[eE][+-]?\d{4}")
_HUGE_NUMBER: Final = re.compile(r"[eE][+-]?\d{4}|\d{1000}")
_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_BRACKET: Final = re.compile(r"[\[\]{}]")

# A surrogate pair is kept, U+0000 and half a pair (group 1) are replaced, every other escape is stepped over.
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def is_utf8(body: bytes) -> bool:
    """Say whether ``body`` is UTF-8; Meta's bodies are plain ASCII, which costs nothing to see."""
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def mended(body: bytes) -> bytes:
    r"""Return ``body`` with U+FFFD for every ``\u0000``, lone surrogate and byte that is not UTF-8.

    People can send U+0000 and half an emoji, Meta passes both on as escapes, and neither fits PostgreSQL's
    text or jsonb. A body without such things comes back equal.
    """
    if not is_utf8(body):
        body = body.decode("utf-8", "replace").encode()
    return _ESCAPE.sub(lambda match: rb"\ufffd" if match.group(1) else match.group(), body)


def unstorable(payload: str) -> str | None:
    """Return why jsonb could not hold ``payload`` (well-formed JSON, strings mended); None if it can."""
    if payload.count("[") + payload.count("{") > MAX_DEPTH and _depth(payload) > MAX_DEPTH:
        return f"nested deeper than {MAX_DEPTH} levels"
    if (len(payload) > _LONG or _EXPONENT.search(payload)) and _HUGE_NUMBER.search(_STRING.sub("", payload)):
        return "a number too large or too small to store"
    return None


def _depth(payload: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", payload)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest

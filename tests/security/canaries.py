"""Secrets that are unlike anything else, and the search for them in whatever an installation leaves behind.

A canary is looked for as it is and as it would look encoded: in base64 at any offset, in hexadecimal, escaped for a URL or for JSON, and
in part (a half of it is a leak as well).
"""

import base64
import json
import secrets
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

SHORTEST: Final = 10  # characters; anything shorter may turn up by chance
_PART: Final = 14  # a part of a longer one is a leak as well


def canary(shape: str = "") -> str:
    """Return a secret that begins with ``shape``, as the real ones of its kind do."""
    return shape + secrets.token_urlsafe(24).replace("-", "x").replace("_", "y")


class Search:
    """Looks for canaries, by their names."""

    def __init__(self, canaries: dict[str, str]) -> None:
        self._needles: Final = {
            name: {needle.encode() for needle in _forms(secret)} for name, secret in canaries.items()
        }

    def found(self, where: str, content: bytes | str) -> list[str]:
        """Return what of it stands in ``content``, as "name in where"."""
        hay = content.encode() if isinstance(content, str) else content
        return [
            f"{name} in {where}"
            for name, needles in self._needles.items()
            if any(needle in hay for needle in needles)
        ]

    def in_all(self, artefacts: Iterable[tuple[str, bytes | str]]) -> list[str]:
        """Return the same of everything."""
        return [told for where, content in artefacts for told in self.found(where, content)]


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield from (secret[:_PART], secret[-_PART:])
    yield quote(secret, safe="")
    yield json.dumps(secret).strip('"')
    yield raw.hex()
    yield raw.hex().upper()
    for offset in range(3):  # wherever it stands in what was encoded
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        yield encoded[4 : 4 + len(raw)]
        yield encoded[4 : 4 + len(raw)].replace("+", "-").replace("/", "_")

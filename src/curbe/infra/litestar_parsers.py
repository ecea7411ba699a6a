"""What Litestar reads of a request in a time that grows with the square of what is sent, replaced by what does not: anybody may send it.

Litestar has no setting for it, so its private names are replaced, all of them here, as they are in Litestar 2.25. Where a newer one has
renamed one of them, or no longer asks it, ``tests/unit/test_litestar_parsers.py`` fails: look whether it still needs what is here.
"""

import re
from collections.abc import Generator
from typing import Any, Final

from litestar import _multipart
from litestar._multipart import MultipartSegment, PushMultipartParser  # type: ignore[attr-defined] - its dependency
from litestar._signature import model

# Where a wrong value stands, at the end of msgspec's words about it. Litestar's own pattern goes on over backticks: among those in the
# name of a member that somebody made up it would look for minutes.
_PLACE: Final = re.compile(r"`\$\.([^`]+)`$")
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"})


class _Parts(PushMultipartParser):
    """The parts of a form, each in an encoding of text or in UTF-8: Python knows slow ones (of host names), and a part names its own."""

    def parse(self, chunk: Any) -> Generator[Any, None, None]:
        for part in super().parse(chunk):
            if isinstance(part, MultipartSegment) and part.charset and part.charset.lower() not in _CHARSETS:
                part.charset = None
            yield part


def replace() -> None:
    """Have Litestar use them, in every app of this process. It may be called again."""
    model.ERR_RE = _PLACE
    _multipart.PushMultipartParser = _Parts  # type: ignore[attr-defined]

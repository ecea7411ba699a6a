"""What Litestar reads of a request in a time that grows with the square of what is sent, replaced by what does not: anybody may send it.

Litestar has no setting for it, so its private names are replaced, all of them here, as they are in Litestar 2.25. Where a newer one has
renamed one of them, or no longer asks it, ``tests/unit/test_litestar_parsers.py`` fails: look whether it still needs what is here.
"""

import re
from typing import Final

from litestar._signature import model

# Where a wrong value stands, at the end of msgspec's words about it. Litestar's own pattern goes on over backticks: among those in the
# name of a member that somebody made up it would look for minutes.
_PLACE: Final = re.compile(r"`\$\.([^`]+)`$")


def replace() -> None:
    """Have Litestar use them, in every app of this process. It may be called again."""
    model.ERR_RE = _PLACE

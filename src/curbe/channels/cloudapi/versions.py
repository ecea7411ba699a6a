"""Until when each version of the Graph API is usable, as far as Meta has told [Meta: Graph API changelog, Aug 2026]. Data."""

from collections.abc import Mapping
from datetime import date
from typing import Final

# The day of each; the newest version has none yet. What is older than all of these has ended.
_USABLE_UNTIL: Final[Mapping[str, date]] = {
    "v19.0": date(2026, 5, 21),
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
}


def usable_until(version: str) -> date | None:
    """Return the day on which Meta takes a version, such as ``v25.0``, away; None where it has named none.

    Of a version that is older than all that are known, that is the day of the oldest of those at the latest.
    """
    oldest = min(_USABLE_UNTIL, key=_number)
    return _USABLE_UNTIL.get(version, _USABLE_UNTIL[oldest] if _number(version) < _number(oldest) else None)


def _number(version: str) -> float:
    return float(version.removeprefix("v"))

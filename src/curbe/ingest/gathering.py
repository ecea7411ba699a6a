"""How long a lane gathers before its next batch. Pure.

A batch costs some milliseconds whatever it holds. Begun one right after the other, batches shrink until they have used up whatever
processor there is: four thousand webhooks a second then cost twice what they cost in tenths of a second, and less again the more is
gathered. So a lane waits for a moment that nobody notices, the longer the more there is to do, and one that is behind not at all.
"""

from typing import Final

# Seconds from a batch's beginning to the next one's.
_AFTER_FEW: Final = 0.02
_AFTER_MANY: Final = 0.1
_AFTER_CROWDS: Final = 0.25
_MANY: Final = 10  # webhooks
_CROWDS: Final = 200


def gather_for(applied: int, *, most: int, took: float) -> float:
    """Return the seconds to wait after a batch of ``applied`` webhooks, of ``most`` that there may be, that took ``took`` seconds."""
    if applied >= most:
        return 0.0
    apart = _AFTER_FEW if applied < _MANY else _AFTER_MANY if applied < _CROWDS else _AFTER_CROWDS
    return max(0.0, apart - took)

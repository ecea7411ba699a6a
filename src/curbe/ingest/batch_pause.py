"""How long a lane waits before its next batch, so that more webhooks come together in it. Pure.

Every batch costs some milliseconds, whatever it holds. If the next one began at once, batches would get ever smaller until they use up the
whole processor: four thousand webhooks a second then cost twice as much as in a batch every tenth of a second, and even larger batches cost
less still. So a lane waits for a moment that nobody notices: longer where much arrives, and not at all where it is behind.
"""

from typing import Final

# Seconds from the start of a batch to the start of the next.
_AFTER_FEW: Final = 0.02
_AFTER_MANY: Final = 0.1
_AFTER_CROWDS: Final = 0.25
_MANY: Final = 10  # webhooks
_CROWDS: Final = 200


def gather_for(applied: int, *, most: int, took: float) -> float:
    """Return how many seconds to wait after a batch that held ``applied`` webhooks (``most`` at the most) and took ``took`` seconds."""
    if applied >= most:
        return 0.0
    apart = _AFTER_FEW if applied < _MANY else _AFTER_MANY if applied < _CROWDS else _AFTER_CROWDS
    return max(0.0, apart - took)

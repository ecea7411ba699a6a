"""How long a lane waits for more webhooks before its next batch. Pure.

A batch costs some milliseconds even if it holds one webhook. If batches followed each other without a pause they would become ever smaller
and use up the whole processor: four thousand webhooks a second cost twice as much that way as in batches a tenth of a second apart. So a
lane waits, so briefly that nobody notices: longer the more webhooks arrive, but not at all when it is behind.
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

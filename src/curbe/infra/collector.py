"""Python's collector of cycles, set for processes that make many small objects which die by themselves."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Objects made and not gone between two looks at the young; Python's own 700 are several looks a batch.
REQUESTS: Final = 50_000
BATCHES: Final = (
    250_000  # more than a batch of two thousand webhooks makes, so that none is looked through while it lives
)
_OLDER: Final = (20, 50)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Collect nothing within the block: what loading modules makes stays, and looking through it again and again is a fifth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def spare_what_stays(young: int) -> None:
    """Leave what is alive now out of every later collection, and collect more rarely; called once, when a process is wired.

    A batch's rows have no cycles, so looking for them was a quarter of applying large ones (docs/explanation/performance.md). What lives
    is not looked through for this: of all that a start makes, one in fifty objects is left behind, and looking takes a tenth of a second.

    Args:
        young: :data:`REQUESTS` or :data:`BATCHES`, as the process has the one or the other.
    """
    gc.freeze()
    gc.set_threshold(young, *_OLDER)

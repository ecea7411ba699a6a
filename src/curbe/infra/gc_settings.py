"""Sets Python's garbage collector for processes that make many small objects without reference cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# How many objects may be made before the youngest generation is collected. With Python's own 700, that happens many times a batch.
REQUESTS: Final = 50_000
BATCHES: Final = 250_000  # more than a batch of two thousand webhooks makes, so that no batch is collected while it is being applied
_OLDER: Final = (20, 50)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Collect no garbage within the block, for loading modules: it makes next to none, and looking for it takes a fifth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def spare_what_stays(young: int) -> None:
    """Leave all objects that exist now out of every later collection, and collect more rarely. Call once, when a process is wired.

    A batch's rows have no cycles, and looking for some was a quarter of applying large ones (docs/explanation/performance.md). No
    collection is run before the objects are left out: it would free one in fifty of them, and take a tenth of a second.

    Args:
        young: :data:`REQUESTS` or :data:`BATCHES`, by what the process works on.
    """
    gc.freeze()
    gc.set_threshold(young, *_OLDER)

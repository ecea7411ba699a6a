"""Python's collector of cycles, set for processes that make many small objects which die by themselves."""

import gc
from typing import Final

_YOUNG: Final = (
    50_000  # objects between two looks at the young; Python's own 700 are a look several times a batch
)
_OLDER: Final = (20, 50)


def spare_what_stays() -> None:
    """Leave what is alive now out of every later collection, and collect more rarely; called once, when a process is wired.

    A batch's rows have no cycles, so looking for them was a tenth of applying (docs/explanation/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *_OLDER)

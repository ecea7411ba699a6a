"""What every table is made of: medians over the rounds, rows, what others took meanwhile."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
Others = Mapping[str, Sequence[float]]


def median(rows: Iterable[T], value: Callable[[T], float]) -> float:
    """Return the median of a value over the rounds."""
    return statistics.median(value(row) for row in rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table in Markdown."""
    return [row(head), row(["---"] * len(head)), *(row(cells) for cells in rows)]


def row(cells: Sequence[str]) -> str:
    """Return one row of a table."""
    return f"| {' | '.join(cells)} |"


def others(taken: Others, scenario: str) -> str:
    """Return how many cores other work took while a scenario ran, in the median."""
    return f"{statistics.median(taken[scenario]):.1f}"


def ms(microseconds: float) -> str:
    """Return microseconds as milliseconds."""
    return f"{microseconds / 1000:.1f}"

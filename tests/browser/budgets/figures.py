"""Figures beside what they are to be, and their table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One thing measured: the smaller the better."""

    name: str
    value: float
    unit: str
    aim: float
    most: float  # what fails the run: loose where the figure is a time, as machines differ

    @property
    def verdict(self) -> str:
        """Whether it is what it is to be, in a word."""
        if self.value <= self.aim:
            return "ok"
        return "above the aim" if self.value <= self.most else "TOO MUCH"

    def told(self) -> str:
        """Return it as a row."""
        return f"| {self.name} | {_told(self.value)} {self.unit} | {_told(self.aim)} | {_told(self.most)} | {self.verdict} |"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    lines = ["| figure | seen | aim | at most | |", "| --- | --- | --- | --- | --- |"]
    lines += [one.told() for one in figures]
    return "\n".join(lines)


def at_share(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of all lie below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _told(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"

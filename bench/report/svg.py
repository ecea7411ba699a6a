"""Plots as small SVG files, written by hand: legible on a light page and on a dark one, no script, no font of their own."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

Points = Sequence[tuple[float, float]]

_WIDTH: Final = 720
_COLORS: Final = ("#2f81f7", "#d29922", "#3fb950", "#db61a2", "#a371f7", "#f0883e", "#39c5cf")
_TEXT: Final = "#7d8590"  # of about the same contrast to white and to black
_LINE: Final = "#7d859055"
_LEFT: Final = 64
_TOP: Final = 56
_PLOT_HEIGHT: Final = 240
_BAR: Final = 22
_BAR_GAP: Final = 10
_NAMES: Final = 290  # the room for the names of bars


def bars(title: str, rows: Sequence[tuple[str, float]], *, unit: str) -> str:
    """Return horizontal bars, one a row."""
    most = max(value for _, value in rows)
    room = _WIDTH - _NAMES - 90
    parts = []
    for place, (name, value) in enumerate(rows):
        y = _TOP + place * (_BAR + _BAR_GAP)
        width = max(1.0, room * value / most)
        color = _COLORS[0] if "Curbe" in name else _TEXT
        parts += [
            _text(_NAMES - 8, y + 15, name, anchor="end"),
            f'<rect x="{_NAMES}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2" fill="{color}"/>',
            _text(_NAMES + width + 6, y + 15, _short(value)),
        ]
    return _svg(f"{title} ({unit})", _TOP + len(rows) * (_BAR + _BAR_GAP) + 8, parts)


def stacks(title: str, rows: Sequence[tuple[str, Mapping[str, float]]], *, unit: str) -> str:
    """Return horizontal bars made of named parts."""
    names = list(dict.fromkeys(name for _, parts in rows for name in parts))
    most = max(sum(parts.values()) for _, parts in rows)
    room = _WIDTH - _NAMES - 60
    drawn = _legend(names)
    for place, (label, parts) in enumerate(rows):
        y, x = _TOP + 8 + place * (_BAR + _BAR_GAP), float(_NAMES)
        drawn.append(_text(_NAMES - 8, y + 15, label, anchor="end"))
        for name, value in parts.items():
            width = room * value / most
            color = _COLORS[names.index(name) % len(_COLORS)]
            shown = f"<title>{escape(name)}: {value:.2f}</title>"
            place_of_it = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}"'
            drawn.append(f'<rect {place_of_it} fill="{color}">{shown}</rect>')
            x += width
        drawn.append(_text(x + 6, y + 15, _short(sum(parts.values()))))
    return _svg(f"{title} ({unit})", _TOP + 8 + len(rows) * (_BAR + _BAR_GAP) + 8, drawn)


def lines(
    title: str,
    series: Mapping[str, Points],
    *,
    x: str,
    y: str,
    log_x: bool = False,
    log_y: bool = False,
    floor: float | None = None,
) -> str:
    """Return lines over two axes; ``floor``: where the upright one begins."""
    xs = [at for points in series.values() for at, _ in points]
    ys = [max(value, floor or value) for points in series.values() for _, value in points]
    across = _Axis(xs, _LEFT, _WIDTH - 20, log=log_x)
    up = _Axis([*ys, *([floor] if floor is not None else [])], _TOP + _PLOT_HEIGHT, _TOP, log=log_y)
    drawn = _legend(list(series))
    for mark in up.marks():
        at = up.place(mark)
        drawn += [
            f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{at:.1f}" y2="{at:.1f}" stroke="{_LINE}"/>',
            _text(_LEFT - 6, at + 4, _short(mark), anchor="end"),
        ]
    for mark in sorted({*xs}) if log_x else across.marks():
        drawn.append(_text(across.place(mark), _TOP + _PLOT_HEIGHT + 18, _short(mark), anchor="middle"))
    for number, points in enumerate(series.values()):
        places = " ".join(
            f"{across.place(at):.1f},{up.place(max(value, floor or value)):.1f}" for at, value in points
        )
        color = _COLORS[number % len(_COLORS)]
        drawn.append(f'<polyline points="{places}" fill="none" stroke="{color}" stroke-width="1.8"/>')
        if log_x:  # a few sizes, each measured
            dots = [place.split(",") for place in places.split()]
            drawn += [f'<circle cx="{left}" cy="{top}" r="3" fill="{color}"/>' for left, top in dots]
    below = _TOP + _PLOT_HEIGHT + 36
    drawn.append(_text(_WIDTH - 20, below, x, anchor="end"))
    return _svg(f"{title} ({y})", below + 12, drawn)


class _Axis:
    """From values to places, evenly or by their logarithm."""

    def __init__(self, values: Sequence[float], first: float, last: float, *, log: bool) -> None:
        self._log: Final = log
        self._least: Final = min(values) if log else min(0.0, *values)
        self._most: Final = max(values) if max(values) > self._least else self._least + 1
        self._first: Final = first
        self._last: Final = last

    def place(self, value: float) -> float:
        low, high = self._scale(self._least), self._scale(self._most)
        return self._first + (self._last - self._first) * (self._scale(value) - low) / (high - low)

    def marks(self) -> list[float]:
        if self._log:
            powers = range(
                math.ceil(math.log10(self._least) - 1e-9), math.floor(math.log10(self._most) + 1e-9) + 1
            )
            return [10.0**power for power in powers]
        step = 10.0 ** math.floor(math.log10(self._most / 2))
        step *= next(times for times in (1, 2, 5, 10) if self._most / (step * times) <= 6)
        return [step * number for number in range(int(self._most / step) + 1)]

    def _scale(self, value: float) -> float:
        return math.log10(value) if self._log else value


def _legend(names: Sequence[str]) -> list[str]:
    drawn, x = [], 16.0
    for number, name in enumerate(names):
        drawn += [
            f'<rect x="{x:.0f}" y="34" width="10" height="10" rx="2" fill="{_COLORS[number % len(_COLORS)]}"/>',
            _text(x + 14, 43, name),
        ]
        x += 30 + 6.8 * len(name)
    return drawn


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{_TEXT}">{escape(words)}</text>'


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    body = "\n".join([_text(16, 22, title, size=14), *parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" height="{height:.0f}" role="img" '
        f'font-family="system-ui, sans-serif">\n<title>{escape(title)}</title>\n{body}\n</svg>\n'
    )


def _short(value: float) -> str:
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".")

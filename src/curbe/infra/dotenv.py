"""The ``.env`` file: KEY=VALUE lines as a shell would read them, but nothing is expanded or run."""

import re
from typing import Final

import msgspec

_LINE: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)", re.DOTALL)
_SINGLE_QUOTED: Final = re.compile(r"\s*'([^']*)'\s*(?:#.*)?")
_DOUBLE_QUOTED: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:+=@,|-]*")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


class DotEnv(msgspec.Struct, frozen=True):
    """What a file says. ``problems`` name the line and never repeat it: it may hold a secret."""

    values: dict[str, str]
    problems: tuple[str, ...]


def parse(text: str) -> DotEnv:
    """Return the settings written in ``text``.

    A line is ``KEY=value``, ``KEY='value'`` or ``KEY="value"``, the last with
    a backslash before a quote, n, r or t. ``export`` may stand before it. A ``#`` at the start of a line or
    after a space begins a comment. A value ends with its line.
    """
    values: dict[str, str] = {}
    seen_on: dict[str, int] = {}
    problems: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip("\r"))
        value = None if match is None else _value(match[2])
        if match is None:
            problems.append(f"line {number} is not KEY=VALUE")
        elif value is None:
            problems.append(
                f"line {number} ({match[1]}) has a quote that does not close, or text after the quote"
            )
        elif match[1] in seen_on:
            problems.append(f"line {number} sets {match[1]} again, after line {seen_on[match[1]]}: keep one")
        else:
            values[match[1]], seen_on[match[1]] = value, number
    return DotEnv(values=values, problems=tuple(problems))


def line(name: str, value: str) -> str:
    """Return the line that sets ``name`` to ``value``, quoted where it must be: ``parse`` reads it back.

    Raises:
        ValueError: a value with a carriage return or NUL cannot be written.
    """
    if "\r" in value or "\0" in value:
        raise ValueError(f"{name} holds a character that cannot stand in a .env file")
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{name}="{escaped}"'


def _value(raw: str) -> str | None:
    """Return what stands after the ``=``, None where its quotes do not match up."""
    start = raw.lstrip()[:1]
    if start == "'":
        match = _SINGLE_QUOTED.fullmatch(raw)
        return None if match is None else match[1]
    if start == '"':
        match = _DOUBLE_QUOTED.fullmatch(raw)
        return None if match is None else re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), match[1])
    return re.sub(r"\s#.*", "", raw).strip()

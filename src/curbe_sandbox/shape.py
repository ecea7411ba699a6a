"""Checks of a request's parts as values: a table of them says what Meta takes, and refuses in Meta's words.

A check is called with a value and the name of its place; it returns nothing or raises GraphRefusal.
"""

from collections.abc import Callable, Mapping
from typing import Any

from curbe_sandbox.errors import GraphRefusal, bad_parameter, refusal

Check = Callable[[Any, str], None]


def invalid(place: str, why: str) -> GraphRefusal:
    """Return the refusal of a value: 131009 inside interactive messages, code 100 elsewhere."""
    if place.startswith("interactive"):
        return refusal(131009, f"{place}: {why}")
    return bad_parameter(f"Param {place} {why}")


def missing(place: str) -> GraphRefusal:
    """Return the refusal of an absent part: 131008 inside interactive messages, code 100 elsewhere."""
    if place.startswith("interactive"):
        return refusal(131008, f"The parameter {place} is required.")
    return bad_parameter(f"The parameter {place} is required.")


def text(at_most: int | None = None, *, at_least: int = 1) -> Check:
    """A string of a length in characters."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str):
            raise invalid(place, "must be a string.")
        if len(value) < at_least or (not value.strip() and at_least):
            raise invalid(place, f"must be at least {at_least} characters long.")
        if at_most is not None and len(value) > at_most:
            raise invalid(place, f"must be at most {at_most} characters long.")

    return check


def flag(value: Any, place: str) -> None:
    """A boolean."""
    if not isinstance(value, bool):
        raise invalid(place, "must be a boolean.")


def coordinate(limit: float) -> Check:
    """A number within plus and minus ``limit`` degrees, or a string of one: Meta's examples show both."""

    def check(value: Any, place: str) -> None:
        try:
            degrees = float(value)
        except (TypeError, ValueError):
            raise invalid(place, "must be a number.") from None
        if isinstance(value, bool) or not -limit <= degrees <= limit:
            raise invalid(place, f"must be between -{limit} and {limit}.")

    return check


def whole_number(low: int, high: int) -> Check:
    """An integer in a range."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise invalid(place, f"must be an integer between {low} and {high}.")

    return check


def one_of(*values: str) -> Check:
    """One of these strings, exactly."""

    def check(value: Any, place: str) -> None:
        if value not in values:
            raise invalid(place, f"must be one of {{{', '.join(values)}}} - got {value!r:.60}.")

    return check


def url(value: Any, place: str) -> None:
    """An http or https address."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")) or len(value) > 4096:
        raise invalid(place, "is not a valid URI.")


def anything(_value: Any, _place: str) -> None:
    """Whatever it is."""


def each(item: Check, *, at_least: int = 1, at_most: int) -> Check:
    """A list of so many."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, list):
            raise invalid(place, "must be an array.")
        if not at_least <= len(value) <= at_most:
            raise invalid(place, f"must have between {at_least} and {at_most} elements.")
        for index, one in enumerate(value):
            item(one, f"{place}[{index}]")

    return check


def fields(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    also: Check = anything,
    more: bool = False,
) -> Check:
    """An object with these parts and, unless ``more``, no others; ``also`` checks it as a whole."""
    known = {**required, **(optional or {})}

    def check(value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise invalid(place, "must be an object.")
        for name in required:
            if name not in value:
                raise missing(f"{place}['{name}']")
        for name, part in value.items():
            part_check = known.get(name)
            if part_check is not None:
                part_check(part, f"{place}['{name}']")
            elif not more:
                raise invalid(place, f'has an unexpected key "{name:.40}".')
        also(value, place)

    return check


def exactly_one(*names: str) -> Check:
    """For ``also``: just one of these keys is present."""

    def check(value: Any, place: str) -> None:
        present = [name for name in names if name in value]
        if not present:
            raise missing(f"{place}['{names[0]}']")
        if len(present) > 1:
            raise invalid(place, f"takes only one of {', '.join(names)}.")

    return check

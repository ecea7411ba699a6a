"""Reads a template's components in the shape of Meta's API. Tolerates wrong types, as most components come from outside. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Part = Mapping[str, Any]


def kind_of(part: Part) -> str:
    """Return the type of a part or a button, in capitals as Meta writes it."""
    return str(part.get("type", "")).upper()


def text_of(part: Part) -> str:
    """Return a part's text; empty if it has none, or something that is no text."""
    text = part.get("text")
    return text if isinstance(text, str) else ""


def objects(value: object) -> list[Part]:
    """Return the objects in a list; none if it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def buttons_of(components: Sequence[Part]) -> list[Part]:
    """Return the buttons among components."""
    return [
        button for part in components if kind_of(part) == "BUTTONS" for button in objects(part.get("buttons"))
    ]


def cards_of(components: Sequence[Part]) -> list[list[Part]]:
    """Return the components of each card of a carousel."""
    carousels = [part for part in components if kind_of(part) == "CAROUSEL"]
    return [objects(card.get("components")) for part in carousels for card in objects(part.get("cards"))]

"""The variables in a template's texts: ``{{1}}`` or ``{{first_name}}``. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from curbe.templates.parts import Part, objects

# Spaces are matched only as part of the name; a pattern with optional spaces around it could take minutes on a hostile text.
VARIABLE: Final = re.compile(r"\{\{([^{}]*)\}\}")
NAMED: Final = "NAMED"
POSITIONAL: Final = "POSITIONAL"


def variables(text: str) -> list[str]:
    """Return the names between the braces, each once, in the order of their first use."""
    return list(dict.fromkeys(name.strip() for name in VARIABLE.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with the values filled in; a variable without a value stays as it is written."""
    return VARIABLE.sub(lambda found: values.get(found[1].strip(), found[0]), text)


def format_of(components: Sequence[Part]) -> str:
    """Return NAMED if the header and body name their variables, else POSITIONAL: Meta's two words."""
    names = [name for text in texts(components) for name in variables(text)]
    return NAMED if any(not name.isdecimal() for name in names) else POSITIONAL


def texts(components: Sequence[Part]) -> Iterator[str]:
    """Yield the texts that may contain variables, also those of a carousel's cards, but not those of buttons."""
    for part in components:
        if isinstance(text := part.get("text"), str):
            yield text
        for card in objects(part.get("cards")):
            yield from texts(objects(card.get("components")))

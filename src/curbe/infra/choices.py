"""Which words a place in a request takes, read from the request's type. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import inspect

_STEP: Final = re.compile(r"[^.\[\]]+")


def choices_at(annotation: Any, path: str) -> list[str]:
    """Return the words that may stand at ``path`` (``scopes[0]``, ``interactive.type``); none where any may, or the place is unknown."""
    steps = _STEP.findall(path)
    places = list(_alternatives(inspect.type_info(annotation)))
    while steps and places:
        name = steps.pop(0)
        if not steps and (tags := list(_tags(places, name))):
            return sorted(tags)
        places = [inner for place in places for inner in _within(place, name)]
    return _words(places)


def _tags(places: Iterable[inspect.Type], name: str) -> Iterator[str]:
    for place in places:
        if isinstance(place, inspect.StructType) and place.tag is not None and place.tag_field == name:
            yield str(place.tag)


def _within(place: inspect.Type, name: str) -> Iterator[inspect.Type]:
    match place:
        case inspect.StructType():
            for field in place.fields:
                if field.encode_name == name:
                    yield from _alternatives(field.type)
        case inspect.ListType() | inspect.SetType() | inspect.FrozenSetType() | inspect.VarTupleType():
            yield from _alternatives(place.item_type)
        case inspect.DictType():
            yield from _alternatives(place.value_type)
        case _:
            pass


def _alternatives(place: inspect.Type) -> Iterator[inspect.Type]:
    match place:
        case inspect.UnionType():
            for inner in place.types:
                yield from _alternatives(inner)
        case inspect.Metadata():
            yield from _alternatives(place.type)
        case _:
            yield place


def _words(places: Iterable[inspect.Type]) -> list[str]:
    told: dict[str, None] = {}
    for place in places:
        match place:
            case inspect.EnumType():
                told.update(dict.fromkeys(str(member.value) for member in place.cls))
            case inspect.LiteralType():
                told.update(dict.fromkeys(str(value) for value in place.values))
            case _:
                pass
    return list(told)

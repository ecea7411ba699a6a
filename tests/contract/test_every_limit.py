"""Every limit that the API's document states is kept before Meta is asked, and told with its place and its number.

The limits are taken from the document itself, where the samples reach them: so one that is stated and not kept, or kept and told without
its number, is found without being written down here.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from bed.contents import SAMPLES
from curbe.domain.content import Content, decoded

Json = dict[str, Any]
(_WHOLE,), DEFINITIONS = msgspec.json.schema_components(
    [Content], ref_template="{name}", schema_hook=lambda _anything: {"description": "anything"}
)
Place = tuple[str | int, ...]


def shapes(schema: Json, value: Any) -> Iterator[Json]:
    """The shapes of a schema that a value has."""
    if "$ref" in schema:
        yield from shapes(DEFINITIONS[schema["$ref"]], value)
    elif "anyOf" in schema or "oneOf" in schema:
        mapping = schema.get("discriminator", {}).get("mapping")
        if mapping is not None:
            yield from shapes(DEFINITIONS[mapping[value["type"]]], value)
        else:
            for one in schema.get("anyOf", schema.get("oneOf", [])):
                yield from shapes(one, value)
    else:
        yield schema


def limits(schema: Json, value: Any, place: Place = ()) -> Iterator[tuple[Place, str, int]]:
    """Every limit above the parts of a value, with where it stands."""
    for shape in shapes(schema, value):
        for name in ("maxLength", "maxItems", "maximum"):
            fits = {"maxLength": str, "maxItems": list, "maximum": int | float}[name]
            if name in shape and isinstance(value, fits) and not isinstance(value, bool):
                yield place, name, shape[name]
        if isinstance(value, dict):
            for member, inner in shape.get("properties", {}).items():
                if member in value:
                    yield from limits(inner, value[member], (*place, member))
        elif isinstance(value, list) and "items" in shape:
            for n, each in enumerate(value):
                yield from limits(shape["items"], each, (*place, n))


FOUND = sorted(
    {(name, limit) for name, sample in SAMPLES.items() for limit in limits(_WHOLE, sample)},
    key=repr,
)


def path_of(place: Place) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)


def too_much(value: Any, limit: str, most: int) -> Any:
    match limit:
        case "maxLength":
            begin = value if value.startswith("http") else "x"
            return begin + "x" * (most + 1 - len(begin))
        case "maxItems":
            return [copy.deepcopy(value[0]) for _ in range(most + 1)]
        case _:
            return most + 1


@pytest.mark.parametrize(
    ("sample", "limit"), FOUND, ids=lambda one: one if isinstance(one, str) else path_of(one[0]) + one[1]
)
def test_a_limit_that_is_stated_is_kept_and_told_with_its_place_and_its_number(
    sample: str, limit: tuple[Place, str, int]
) -> None:
    place, kind, most = limit
    broken = copy.deepcopy(SAMPLES[sample])
    holder = broken
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = too_much(holder[place[-1]], kind, most)

    with pytest.raises(msgspec.ValidationError) as refused:
        decoded(json.dumps(broken))

    said = str(refused.value)
    assert str(most) in said or "matching regex" in said, said
    # A list whose elements must differ or be numbered may say so first, of its holder.
    assert any(f"`{path_of(place[:n])}" in said for n in range(len(place), max(0, len(place) - 2), -1)), said


def test_the_samples_reach_most_limits_of_the_document() -> None:
    stated = sum(
        text.count('"maxLength"') + text.count('"maxItems"') for text in map(json.dumps, DEFINITIONS.values())
    )

    assert len({(limit[0][-1], limit[1:]) for _, limit in FOUND}) > 25
    assert len(FOUND) > stated

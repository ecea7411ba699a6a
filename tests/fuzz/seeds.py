"""What the fuzzer begins with: our own fixtures, what the sandbox sends, and the sample payloads where they lie beside the checkout."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_FIXTURES: Final = Path(__file__).parents[1] / "contract/testdata/webhooks"
_CORPUS: Final = Path(__file__).parents[3] / "shared/corpus/webhooks"
_MOST_OF_A_KEY: Final = 40


@dataclass(frozen=True, slots=True)
class Seeds:
    """``bodies`` are whole webhooks; ``parts`` the values that stand under each key in any of them, as JSON."""

    bodies: list[bytes]
    parts: dict[str, list[bytes]]
    keys: list[str]


def seeds(*, own_alone: bool = False) -> Seeds:
    """Return all there is to begin with; ``own_alone`` leaves out what does not belong to the checkout."""
    folders = [_FIXTURES] if own_alone else [_FIXTURES, _CORPUS]
    paths = sorted(path for folder in folders for path in folder.rglob("*.json") if path.name != "INDEX.json")
    bodies = [path.read_bytes() for path in paths]
    found: defaultdict[str, dict[bytes, None]] = defaultdict(dict)
    for body in bodies:
        for key, value in _keyed(json.loads(body)):
            found[key][json.dumps(value).encode()] = None
    parts = {key: list(values)[:_MOST_OF_A_KEY] for key, values in sorted(found.items())}
    return Seeds(bodies, parts, list(parts))


def _keyed(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _keyed(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keyed(inner)

"""Bodies made from seeds, by what is known of their structure and against it. Input ``n`` of a run is the same whenever it is made.

A tree is changed in one to eight places: values of other types, extreme ones, parts of other webhooks under the right and under the
wrong key, keys lost, doubled and misspelt, lists blown up, objects nested. Then it is written in one of the ways in which JSON can be
written, and sometimes the bytes are harmed as well.
"""

import copy
import json
from random import Random  # noqa: TID251 - seeded: each input repeats from its number
from typing import Any, Final

from .seeds import Seeds

LARGEST: Final = 3 * 2**20  # bytes; a larger body is refused before it is read
_ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**30, -(10**30), 0.5, 1e308, -0.0, "", " ", "0", "-1", "NaN", "null", "true",
    "\x00", "\ud83d", "\ude00 \ud83d", "\U0001f600", "é", "\u202e", "١٢٣", "²", "9" * 25, "1789000000", 1789000000, "1e9", "+34 600-111",
    "US.1", "US.ENT.2", "wamid.A", "x" * 600, "ñ" * 3000, [], {}, [[]], [{}], {"": ""}, {"type": "text"}, [None], ["text"], "text", "edit",
    "revoke", "reaction", "system", "interactive", "contacts", "unsupported", "user_changed_number", "user_changed_user_id", "messages",
    "history", "standby", "smb_message_echoes", "account_update", "calls", "failed", "delivered", "held", "9999999999999", "-62135596801",
)  # fmt: skip
_SPLINTERS: Final = (
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"NaN", b"1e999", b"-1e-99999", b"1" * 400, rb"\u0000", rb"\ud83d", rb"\u", b"\xff",
    b"\xc3", b"\\", b"{}", b"\x00", b"\xef\xbb\xbf", b'"type":"edit",', b'"id":"wamid.A",', b" " * 50, b"[" * 300, b'{"a":' * 300,
)  # fmt: skip
_JSON_INSIDE: Final = frozenset({"response_json"})  # flows answer in it
_DEEP: Final = (3, 40, 99, 120, 1000, 100_000)


def body(seeds: Seeds, *, seed: int, n: int) -> bytes:
    """Return input ``n`` of the run ``seed``."""
    chance = Random(f"{seed}:{n}")  # noqa: S311 - repeatable on purpose, guards nothing
    return _made(seeds, chance)[:LARGEST]


def _made(seeds: Seeds, chance: Random) -> bytes:
    roll = chance.random()
    if roll < 0.01:
        return chance.randbytes(chance.randrange(200))
    if roll < 0.0102:
        return _written(_blown_up(seeds, chance), chance)
    if roll < 0.1:
        return _harmed(chance.choice(seeds.bodies), chance)
    tree = json.loads(chance.choice(seeds.bodies))
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        _change(tree, seeds, chance)
    written = _written(tree, chance)
    return _harmed(written, chance) if chance.random() < 0.15 else written


def _change(tree: Any, seeds: Seeds, chance: Random) -> None:
    places = _places(tree)
    if not places:
        return
    # Deep places outnumber shallow ones; what holds everything together is met often enough all the same.
    holder, key = chance.choice(places[:8]) if chance.random() < 0.1 else chance.choice(places)
    if chance.random() < 0.03:
        inner = [(each, there) for each, there in places if there in _JSON_INSIDE]
        holder, key = chance.choice(inner or places)
    match chance.randrange(12):
        case 3:
            del holder[key]
        case 7:
            _give(holder, chance.choice(seeds.keys), seeds, chance)
        case 8:
            _exchange((holder, key), chance.choice(places))
        case 11 if isinstance(holder, dict):
            holder[_misspelt(key, chance)] = holder.pop(key)
        case roll:
            holder[key] = _other(holder[key], key, roll, seeds, chance)


def _other(value: Any, key: Any, roll: int, seeds: Seeds, chance: Random) -> Any:
    match roll:
        case 4 | 5:
            return _part(seeds, str(key), chance)
        case 6:
            return _part(seeds, chance.choice(seeds.keys), chance)
        case 9:
            return chance.choice(([value], {"message": value}, [value] * 3))
        case 10:
            return _worse(value, chance)
        case _:
            return _odd(chance)


def _exchange(one: tuple[Any, Any], other: tuple[Any, Any]) -> None:
    (holder, key), (there, name) = one, other
    if not _inside(holder[key], there) and not _inside(there[name], holder):
        holder[key], there[name] = there[name], holder[key]


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            if isinstance(node[key], dict | list):
                waiting.append(node[key])
    return found


def _inside(tree: Any, sought: Any) -> bool:
    if tree is sought:
        return True
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return any(_inside(each, sought) for each in inner)


def _odd(chance: Random) -> Any:
    if chance.random() < 0.03:
        depth = chance.choice(_DEEP[:4])
        return json.loads("[" * depth + "]" * depth)
    if chance.random() < 0.05:
        depth = chance.choice(_DEEP)
        return '{"a":' * depth + "1" + "}" * chance.choice((depth, 0))
    return copy.deepcopy(chance.choice(_ODD))  # it may be changed in its turn


def _part(seeds: Seeds, key: str, chance: Random) -> Any:
    return json.loads(chance.choice(seeds.parts[key])) if key in seeds.parts else _odd(chance)


def _give(holder: Any, key: str, seeds: Seeds, chance: Random) -> None:
    if isinstance(holder, dict):
        holder[key] = _part(seeds, key, chance)
    else:
        holder.insert(chance.randrange(len(holder) + 1), _part(seeds, key, chance))


def _worse(value: Any, chance: Random) -> Any:
    """Return something of the same type that is a little wrong."""
    match value:
        case str() if value.startswith("{"):
            return _harmed(value.encode("utf-8", "replace"), chance).decode("utf-8", "replace")
        case str():
            at = chance.randrange(len(value) + 1)
            odd = chance.choice([each for each in _ODD if isinstance(each, str)])
            return chance.choice(
                (
                    value[:at],
                    value + odd,
                    value[:at] + odd + value[at:],
                    value * 3,
                    value.upper(),
                    f" {value}",
                )
            )
        case bool() | None:
            return chance.choice((not value, "true", 1))
        case int() | float():
            return chance.choice((-value, value * 1000, str(value), value + 0.5))
        case list():
            return chance.choice((value * 2, value[::-1], value[:-1], [*value, None], {"0": value}))
        case _:
            return chance.choice(([list(pair) for pair in value.items()], list(value), [value, value]))


def _misspelt(key: str, chance: Random) -> str:
    return chance.choice((key.upper(), f"{key}s", key[:-1], f"_{key}", "", "type", "id"))


def _blown_up(seeds: Seeds, chance: Random) -> Any:
    """Return a webhook of up to a thousand updates, or with one value of megabytes."""
    tree = json.loads(chance.choice(seeds.bodies))
    lists = [(holder, key) for holder, key in _places(tree) if isinstance(holder[key], list) and holder[key]]
    if not lists or chance.random() < 0.3:
        texts = [(holder, key) for holder, key in _places(tree) if isinstance(holder[key], str)]
        if texts:
            holder, key = chance.choice(texts)
            holder[key] = chance.choice(
                ("x", "é ", "\x00", "\ud83d", "[", '\\"', "9", '{"a":', "\U0001f600")
            ) * chance.choice((30_000, 300_000, 3_000_000))
        return tree
    holder, key = chance.choice(lists)
    holder[key] = holder[key] * chance.choice((100, 1000, 4000))
    for _ in range(5):
        _change(tree, seeds, chance)
    return tree


def _written(tree: Any, chance: Random) -> bytes:
    style = chance.random()
    if style < 0.5:  # as Meta writes: ASCII, no spaces, slashes escaped
        return json.dumps(tree, separators=(",", ":")).replace("/", "\\/").encode()
    if style < 0.75:
        return json.dumps(tree).encode()
    if style < 0.85:
        return json.dumps(tree, indent=chance.choice((1, 8))).encode()
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", chance.choice(("surrogatepass", "replace")))


def _harmed(body: bytes, chance: Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.choice((0, 0, 1, 3, 20, 200)))
        match chance.randrange(6):
            case 0:
                body = body[:start]
            case 1:
                body += chance.choice((body[start:end], b"{", b"\n", b"null"))
            case 2:
                body = body[:start] + body[start:end] * 2 + body[end:]
            case 3 if body:
                at = start % len(body)
                body = body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :]
            case _:
                body = body[:start] + chance.choice(_SPLINTERS) + body[end:]
    return body

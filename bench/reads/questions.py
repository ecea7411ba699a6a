"""What is asked of the API: half of it by the largest tenant, half by the others."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from bench.reads.asked import Question, get
from curbe.auth.rules import PREFIX
from curbe.domain.access import PrincipalKind, Scope
from curbe.inbox.service import Place
from curbe.infra.crypto import key_hash, random_token
from curbe.infra.pages import encode_cursor

OTHERS: Final = 60  # tenants beside the largest that ask
_PLACES: Final = 400  # known of each tenant
_LONG_PLACES: Final = 2000


class Aim(msgspec.Struct, frozen=True):
    """How fast the slowest of twenty answers is to be, in milliseconds: the aim, and what must be."""

    aim: float
    must: float


LIST: Final = Aim(aim=20, must=100)
THREAD: Final = Aim(aim=10, must=50)
SEARCH: Final = Aim(aim=50, must=250)


class Asker(msgspec.Struct, frozen=True):
    """A tenant, its key, and some of what it has."""

    tenant_id: UUID
    key: str
    connections: list[UUID]  # the last is hardly used where there are several
    colleagues: list[UUID]
    teams: list[UUID]
    labels: list[UUID]
    places: list[Place]  # conversations, anywhere in the list
    long: list[tuple[UUID, UUID]]  # of long conversations: (conversation, one of its messages)


class Kind(msgspec.Struct, frozen=True):
    """One kind of question: how it is asked, how fast the answer is to be, how often it comes in the mix."""

    name: str
    aim: Aim
    weight: int
    path: Callable[[Asker, random.Random], str]


def _list(rest: str) -> Callable[[Asker, random.Random], str]:
    return lambda asker, _chance: f"/api/tenants/{asker.tenant_id}/inbox/conversations?{rest}"


def _deep(rest: str) -> Callable[[Asker, random.Random], str]:
    return lambda asker, chance: (
        f"/api/tenants/{asker.tenant_id}/inbox/conversations?{rest}cursor={encode_cursor(chance.choice(asker.places))}"
    )


def _of_one_number(asker: Asker, chance: random.Random) -> str:
    return f"/api/tenants/{asker.tenant_id}/inbox/conversations?connection={chance.choice(asker.connections)}"


def _of_a_quiet_number(asker: Asker, _chance: random.Random) -> str:
    return f"/api/tenants/{asker.tenant_id}/inbox/conversations?connection={asker.connections[-1]}"


def _of_a_colleague(asker: Asker, chance: random.Random) -> str:
    return f"/api/tenants/{asker.tenant_id}/inbox/conversations?state=active&assignee={chance.choice(asker.colleagues)}"


def _of_a_team(asker: Asker, chance: random.Random) -> str:
    return (
        f"/api/tenants/{asker.tenant_id}/inbox/conversations?state=active&team={chance.choice(asker.teams)}"
    )


def _labelled(asker: Asker, chance: random.Random) -> str:
    return (
        f"/api/tenants/{asker.tenant_id}/inbox/conversations?state=active&label={chance.choice(asker.labels)}"
    )


def _counts(asker: Asker, _chance: random.Random) -> str:
    return f"/api/tenants/{asker.tenant_id}/inbox/counts"


def _annotations(asker: Asker, chance: random.Random) -> str:
    return f"/api/tenants/{asker.tenant_id}/inbox/conversations/{chance.choice(asker.places).id}/annotations"


def _an_order(chance: random.Random) -> str:
    return f"pedido {chance.randrange(1_000_000)}"


def _search(where: str, words: Callable[[random.Random], str]) -> Callable[[Asker, random.Random], str]:
    return lambda asker, chance: (
        f"/api/tenants/{asker.tenant_id}/inbox/search?in={where}&q={quote(words(chance))}"
    )


def _thread(asker: Asker, chance: random.Random) -> str:
    return f"/api/tenants/{asker.tenant_id}/inbox/conversations/{chance.choice(asker.places).id}/messages"


def _further_up(asker: Asker, chance: random.Random) -> str:
    conversation, message = chance.choice(asker.long)
    return f"/api/tenants/{asker.tenant_id}/inbox/conversations/{conversation}/messages?before={message}"


def _one(asker: Asker, chance: random.Random) -> str:
    return f"/api/tenants/{asker.tenant_id}/inbox/conversations/{chance.choice(asker.places).id}"


KINDS: Final = (
    Kind("list, first page", LIST, 20, _list("")),
    Kind("list, any page", LIST, 10, _deep("")),
    Kind("list, open ones", LIST, 10, _list("state=open")),
    Kind("list, open ones, any page", LIST, 5, _deep("state=open&")),
    Kind("list, archived ones (1 %)", LIST, 2, _list("state=archived")),
    Kind("list, blocked ones (1 of 1,000)", LIST, 2, _list("state=blocked")),
    Kind("list, unread ones", LIST, 5, _list("unread=true")),
    Kind("list, unread ones that wait (none)", LIST, 2, _list("unread=true&state=waiting")),
    Kind("list, active ones", LIST, 20, _list("state=active")),
    Kind("list, active ones, any page", LIST, 5, _deep("state=active&")),
    Kind("list, active ones, those that wait longest", LIST, 2, _list("state=active&sort=oldest")),
    Kind("list, active ones of a colleague", LIST, 10, _of_a_colleague),
    Kind("list, active ones of nobody", LIST, 10, _list("state=active&assignee=none")),
    Kind("list, active ones of a team", LIST, 3, _of_a_team),
    Kind("list, active ones with a label", LIST, 3, _labelled),
    Kind("list, of one number", LIST, 4, _of_one_number),
    Kind("list, of a number hardly used", LIST, 2, _of_a_quiet_number),
    Kind("counts", LIST, 10, _counts),
    Kind("search, a rare word", SEARCH, 2, _search("all", lambda _: "zarzuela")),
    Kind("search, a word of every fourth message", SEARCH, 2, _search("messages", lambda _: "pedido")),
    Kind("search, an order by its number", SEARCH, 2, _search("all", _an_order)),
    Kind(
        "search, a first name and the beginning of a last one",
        SEARCH,
        2,
        _search("contacts", lambda _: "lucia rom"),
    ),
    Kind(
        "search, digits of a phone",
        SEARCH,
        2,
        _search("contacts", lambda chance: str(chance.randrange(10_000, 99_999))),
    ),
    Kind("one conversation", THREAD, 10, _one),
    Kind("thread, newest page", THREAD, 20, _thread),
    Kind("thread of 1,000 and more, any page", THREAD, 10, _further_up),
    Kind("notes and activity of a thread", THREAD, 10, _annotations),
)


def askers(dsn: str, *, seed: int) -> list[Asker]:
    """Give the largest tenant and some others a key, and return them, the largest first."""
    return asyncio.run(_askers(dsn, seed=seed))


def of_kind(kind: Kind, askers: Sequence[Asker], *, count: int, chance: random.Random) -> list[Question]:
    """Return ``count`` questions of one kind."""
    return [_question(kind, asker, chance) for asker in _taking_turns(askers, count, chance)]


def mixed(
    kinds: Sequence[Kind], askers: Sequence[Asker], *, count: int, chance: random.Random
) -> list[Question]:
    """Return ``count`` questions of every kind, each at least once, and otherwise as often as it comes."""
    chosen = [*kinds, *chance.choices(kinds, [kind.weight for kind in kinds], k=max(0, count - len(kinds)))]
    chance.shuffle(chosen)
    return [
        _question(kind, asker, chance)
        for kind, asker in zip(chosen, _taking_turns(askers, len(chosen), chance), strict=True)
    ]


def _question(kind: Kind, asker: Asker, chance: random.Random) -> Question:
    return Question(kind=kind.name, request=get(kind.path(asker, chance), key=asker.key))


def _taking_turns(askers: Sequence[Asker], count: int, chance: random.Random) -> Iterator[Asker]:
    largest, *others = askers
    for number in range(count):
        yield largest if number % 2 == 0 else chance.choice(others)


async def _askers(dsn: str, *, seed: int) -> list[Asker]:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT setseed($1)", seed / 1000)
        rows = await connection.fetch(
            "SELECT t.id FROM tenants t ORDER BY (t.id = (SELECT id FROM filled_tenants WHERE n = 1)) DESC, random() LIMIT $1",
            OTHERS + 1,
        )
        return [await _asker(connection, row["id"]) for row in rows]
    finally:
        await connection.close()


async def _asker(connection: asyncpg.Connection, tenant_id: UUID) -> Asker:
    key = random_token(PREFIX[PrincipalKind.TENANT])
    await connection.execute(
        "INSERT INTO api_keys (tenant_id, id, name, key_hash, last4, scopes, created_at) VALUES ($1, $2, 'bench', $3, $4, $5, $6)",
        tenant_id,
        uuid7(),
        key_hash(key),
        key.last4(),
        [Scope.INBOX_READ.value],
        datetime.now(UTC),
    )

    async def ids(of: str) -> list[UUID]:
        return [row["id"] for row in await connection.fetch(of, tenant_id)]

    places = await connection.fetch(
        "SELECT last_message_at, id FROM conversations WHERE tenant_id = $1 ORDER BY random() LIMIT $2",
        tenant_id,
        _PLACES,
    )
    long = await connection.fetch(
        """SELECT m.conversation_id, m.id FROM messages m
            WHERE m.tenant_id = $1 AND m.conversation_id IN
                  (SELECT p.conversation_id FROM filled_people p WHERE p.tenant_id = $1 AND p.n % 1000 = 0)
            ORDER BY random() LIMIT $2""",
        tenant_id,
        _LONG_PLACES,
    )
    return Asker(
        tenant_id=tenant_id,
        key=key.reveal(),
        connections=await ids(
            "SELECT id FROM channel_connections WHERE tenant_id = $1 ORDER BY phone_number_id"
        ),
        colleagues=await ids("SELECT user_id AS id FROM memberships WHERE tenant_id = $1"),
        teams=await ids("SELECT id FROM teams WHERE tenant_id = $1"),
        labels=await ids("SELECT id FROM labels WHERE tenant_id = $1"),
        places=[Place(row["last_message_at"], row["id"]) for row in places],
        long=[(row["conversation_id"], row["id"]) for row in long] or await _any(connection, tenant_id),
    )


async def _any(connection: asyncpg.Connection, tenant_id: UUID) -> list[tuple[UUID, UUID]]:
    rows = await connection.fetch(
        "SELECT conversation_id, id FROM messages WHERE tenant_id = $1 ORDER BY random() LIMIT $2",
        tenant_id,
        _PLACES,
    )
    return [(row["conversation_id"], row["id"]) for row in rows]

"""Nothing that Meta did not sign gets in: forty ways to try, and 5,000 forgeries, against the address itself.

Each is answered with the same status and the same words, tells no digest, and stores nothing. What is signed rightly beside them is
stored, byte for byte: an address that refused everything would pass as well.
"""

import asyncio
import gzip
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - seeded: the same forgeries every time

import asyncpg
import pytest

from bed.intake import SECRET, VERIFY_TOKEN, Answer, Intake, receiving, signature
from bed.rows import APP
from curbe.infra.db import Pool
from curbe.infra.settings import MetaApp

pytestmark = pytest.mark.anyio

HEADER = "X-Hub-Signature-256"
RETIRED, STRANGER = b"the secret of last year", b"the secret of another app"
BODY = rb'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"text":"caf\u00e9 \/"}}]}]}'
RIGHT = signature(BODY)
UNSIGNED = (401, b"The signature is missing or wrong.")
ENCODED = (415, b"Compressed bodies are not accepted.")
HEX_DIGEST = re.compile(rb"[0-9a-fA-F]{40,}")
FORGERIES = 5000


@dataclass(frozen=True)
class Attempt:
    """A delivery that is not Meta's."""

    headers: list[tuple[str, str]]
    body: bytes = BODY
    refused: tuple[int, bytes] = UNSIGNED
    more: dict[str, str] = field(default_factory=dict)


def sha1(body: bytes) -> str:
    return "sha1=" + hmac.new(SECRET, body, hashlib.sha1).hexdigest()


def rewritten(**how: object) -> bytes:
    return json.dumps(json.loads(BODY), **how).encode()  # type: ignore[arg-type]


def batch(*ids: str) -> bytes:
    """A body whose entries are of several accounts, as an attacker would mix them."""
    entries = [{"id": one, "changes": [{"field": "messages", "value": {}}]} for one in ids]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def of_field(name: str) -> bytes:
    return json.dumps({"entry": [{"id": "1", "changes": [{"field": name, "value": {}}]}]}).encode()


# What each is for stands in its name; the numbers never change.
ATTEMPTS = {
    "SIG-01 no signature at all": Attempt([]),
    "SIG-02 a batch of several accounts, signed by a stranger": Attempt(
        [(HEADER, signature(batch("1", "2"), STRANGER))], batch("1", "2")
    ),
    "SIG-03a an unsigned template notice": Attempt([], of_field("message_template_status_update")),
    "SIG-03b an unsigned account notice": Attempt([], of_field("account_update")),
    "SIG-03c an unsigned quality notice": Attempt([], of_field("phone_number_quality_update")),
    "SIG-03d an unsigned field nobody knows": Attempt([], of_field("surprise")),
    "SIG-04 all zeros": Attempt([(HEADER, "sha256=" + "0" * 64)]),
    "SIG-05 an empty header": Attempt([(HEADER, "")]),
    "SIG-06 the prefix alone": Attempt([(HEADER, "sha256=")]),
    "SIG-07 without the prefix": Attempt([(HEADER, RIGHT.removeprefix("sha256="))]),
    "SIG-08 another prefix": Attempt([(HEADER, RIGHT.replace("sha256", "sha512"))]),
    "SIG-09 the prefix in capitals": Attempt([(HEADER, RIGHT.replace("sha256", "SHA256"))]),
    "SIG-10 the digits in capitals": Attempt([(HEADER, "sha256=" + RIGHT[7:].upper())]),
    "SIG-11 one digit short": Attempt([(HEADER, RIGHT[:-1])]),
    "SIG-12 one digit long": Attempt([(HEADER, RIGHT + "0")]),
    "SIG-13 a space before": Attempt([(HEADER, " " + RIGHT)]),
    "SIG-14 a space behind": Attempt([(HEADER, RIGHT + " ")]),
    "SIG-15 a tab behind": Attempt([(HEADER, RIGHT + "\t")]),
    "SIG-16 a line end behind": Attempt([(HEADER, RIGHT + "\r\n")]),
    "SIG-17 a NUL behind": Attempt([(HEADER, RIGHT + "\0")]),
    "SIG-18 in quotes": Attempt([(HEADER, f'"{RIGHT}"')]),
    "SIG-19 two in one header": Attempt([(HEADER, f"{RIGHT},{RIGHT}")]),
    "SIG-20 a wrong one, then the right one, in one header": Attempt(
        [(HEADER, f"sha256={'0' * 64}, {RIGHT}")]
    ),
    "SIG-21 the header twice, both right": Attempt([(HEADER, RIGHT), (HEADER, RIGHT)]),
    "SIG-22 the header twice, the first right": Attempt([(HEADER, RIGHT), (HEADER, "sha256=" + "0" * 64)]),
    "SIG-23 the header twice, the second right": Attempt([(HEADER, "sha256=" + "0" * 64), (HEADER, RIGHT)]),
    "SIG-24 sha1 in the older header": Attempt([("X-Hub-Signature", sha1(BODY))]),
    "SIG-25 sha1 in this header": Attempt([(HEADER, sha1(BODY))]),
    "SIG-26 sha256 in the older header": Attempt([("X-Hub-Signature", RIGHT)]),
    "SIG-27 in base64": Attempt([(HEADER, "sha256=" + "q" * 43 + "=")]),
    "SIG-28 digits of another script": Attempt([(HEADER, "sha256=" + "\xb2" * 64)]),
    "SIG-29 of another app's secret": Attempt([(HEADER, signature(BODY, STRANGER))]),
    "SIG-30 of a secret that is retired": Attempt([(HEADER, signature(BODY, RETIRED))]),
    "SIG-31 of the empty secret": Attempt([(HEADER, signature(BODY, b""))]),
    "SIG-32 of the verify token": Attempt([(HEADER, signature(BODY, VERIFY_TOKEN.encode()))]),
    "SIG-33 the plain hash of the body": Attempt([(HEADER, "sha256=" + hashlib.sha256(BODY).hexdigest())]),
    "SIG-34 the hash of secret and body": Attempt(
        [(HEADER, "sha256=" + hashlib.sha256(SECRET + BODY).hexdigest())]
    ),
    "SIG-35 of the body written anew": Attempt([(HEADER, RIGHT)], rewritten()),
    "SIG-36 of the body with its escapes as letters": Attempt(
        [(HEADER, RIGHT)], rewritten(ensure_ascii=False)
    ),
    "SIG-37 of the body with other line ends": Attempt([(HEADER, signature(b"{\n}"))], b"{\r\n}"),
    "SIG-38 of the body without its byte order mark": Attempt([(HEADER, RIGHT)], b"\xef\xbb\xbf" + BODY),
    "SIG-39 a byte behind the body": Attempt([(HEADER, RIGHT)], BODY + b" "),
    "SIG-40 of another body": Attempt([(HEADER, RIGHT)], b"{}"),
    "SIG-41 an empty body": Attempt([(HEADER, RIGHT)], b""),
    "SIG-42 packed, signed before": Attempt(
        [(HEADER, RIGHT)], gzip.compress(BODY), ENCODED, {"Content-Encoding": "gzip"}
    ),
    "SIG-43 packed, and it does not say so": Attempt([(HEADER, RIGHT)], gzip.compress(BODY)),
    "SIG-44 in the query alone": Attempt([]),
}


@pytest.fixture
async def address(intake: Pool) -> AsyncIterator[Intake]:
    async with receiving(intake, apps=[MetaApp(app_id=APP, secrets=(SECRET,))]) as running:
        yield running


async def stored(owner: asyncpg.Connection) -> list[bytes]:
    return [row["body"] for row in await owner.fetch("SELECT body FROM webhook_events ORDER BY id")]


def refused_as(answer: Answer) -> tuple[int, bytes]:
    assert not HEX_DIGEST.search(answer.body), "the answer tells a digest"
    assert not any(HEX_DIGEST.search(value.encode()) for value in answer.headers.values())
    return answer.status, answer.body


def test_there_are_forty_of_them_at_least() -> None:
    assert len(ATTEMPTS) >= 40


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
async def test_what_meta_did_not_sign_is_refused_in_the_same_words_and_stores_nothing(
    address: Intake, owner: asyncpg.Connection, attempt: Attempt
) -> None:
    query = f"{HEADER}={RIGHT}&signature={RIGHT}"

    whole = await address.ask(
        "POST", attempt.body, headers=[*attempt.headers, *attempt.more.items()], query=query
    )
    pieces = await address.ask(
        "POST", attempt.body, headers=[*attempt.headers, *attempt.more.items()], chunk=7
    )

    assert refused_as(whole) == refused_as(pieces) == attempt.refused
    assert await stored(owner) == []


Forgery = Callable[[Random], tuple[bytes, str]]


def _one_bit_of_the_body(chance: Random) -> tuple[bytes, str]:
    body = bytearray(BODY)
    body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return bytes(body), RIGHT


def _one_bit_of_the_digest(chance: Random) -> tuple[bytes, str]:
    header = bytearray(RIGHT.encode())
    header[chance.randrange(len(header))] ^= 1 << chance.randrange(8)
    return BODY, header.decode("latin-1")


def _of_some_secret(chance: Random) -> tuple[bytes, str]:
    return BODY, signature(BODY, chance.randbytes(chance.randrange(1, 65)))


def _of_some_body(chance: Random) -> tuple[bytes, str]:
    return BODY, signature(chance.randbytes(chance.randrange(200)))


def _guessed(chance: Random) -> tuple[bytes, str]:
    return chance.randbytes(chance.randrange(200)), "sha256=" + chance.randbytes(32).hex()


def _of_another_length(chance: Random) -> tuple[bytes, str]:
    return BODY, "sha256=" + chance.randbytes(chance.choice([0, 1, 20, 31, 33, 64])).hex()


def _cut_or_padded(chance: Random) -> tuple[bytes, str]:
    end = chance.randrange(1, len(BODY))
    return (BODY[:end] if chance.random() < 0.5 else BODY + chance.randbytes(end)), RIGHT


def _of_a_secret_that_is_nearly_right(chance: Random) -> tuple[bytes, str]:
    secret = bytearray(SECRET)
    secret[chance.randrange(len(secret))] ^= 1 << chance.randrange(8)
    return BODY, signature(BODY, bytes(secret))


KINDS: list[Forgery] = [
    _one_bit_of_the_body,
    _one_bit_of_the_digest,
    _of_some_secret,
    _of_some_body,
    _guessed,
    _of_another_length,
    _cut_or_padded,
    _of_a_secret_that_is_nearly_right,
]


async def test_of_five_thousand_forgeries_none_gets_in_and_all_that_is_right_does(
    address: Intake, owner: asyncpg.Connection
) -> None:
    """Seeded; each comes from an address of its own, as who fails too often is told to slow down instead."""
    chance = Random(11)  # noqa: S311 - forgeries, not keys

    for n in range(FORGERIES):
        body, header = KINDS[n % len(KINDS)](chance)
        answer = await address.ask(
            "POST", body, headers=[(HEADER, header)], address=f"10.{n >> 8 & 255}.{n & 255}.1"
        )
        assert refused_as(answer) == UNSIGNED, (n, body, header)
    assert await stored(owner) == []
    rightly = [b"%d" % n for n in range(50)]
    assert set(await asyncio.gather(*(address.post(body) for body in rightly))) == {200}
    assert sorted(await stored(owner)) == sorted(rightly)


async def test_while_a_secret_is_changed_no_delivery_is_lost_and_afterwards_the_old_one_opens_nothing(
    intake: Pool, owner: asyncpg.Connection
) -> None:
    async def deliver(secrets: tuple[bytes, ...], by: bytes) -> int:
        async with receiving(intake, apps=[MetaApp(app_id=APP, secrets=secrets)]) as address:
            return (await address.ask("POST", BODY, headers=[(HEADER, signature(BODY, by))])).status

    before, during_old, during_new, after_old, after_new = [
        await deliver(secrets, by)
        for secrets, by in [
            ((RETIRED,), RETIRED),
            ((SECRET, RETIRED), RETIRED),
            ((SECRET, RETIRED), SECRET),
            ((SECRET,), RETIRED),
            ((SECRET,), SECRET),
        ]
    ]

    assert (before, during_old, during_new, after_old, after_new) == (200, 200, 200, 401, 200)
    assert len(await stored(owner)) == 4


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"])
async def test_no_other_method_delivers_however_it_is_signed(
    address: Intake, owner: asyncpg.Connection, method: str
) -> None:
    answer = await address.ask(method, BODY, headers=[(HEADER, RIGHT)])

    assert answer.status in {403, 405}
    assert await stored(owner) == []

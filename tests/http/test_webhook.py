"""The webhook's address: 200 for what is committed and for nothing else; who cannot sign gets nowhere and learns nothing."""

import asyncio
import gzip
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bed.intake import SECRET, VERIFY_TOKEN, Answer, Intake, receiving, signature
from bed.rows import APP
from curbe.infra.db import Pool
from curbe.infra.settings import MetaApp
from curbe.ingest.receive import LARGEST_BODY

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
BODY = b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}'


@pytest.fixture
async def address(intake: Pool) -> AsyncIterator[Intake]:
    async with receiving(intake) as found:
        yield found


async def stored(owner: Owner) -> list[bytes]:
    return [row["body"] for row in await owner.fetch("SELECT body FROM webhook_events ORDER BY xid, id")]


async def signed(address: Intake, body: bytes = BODY, *, secret: bytes = SECRET, **more: str) -> Answer:
    return await address.ask("POST", body, headers={"X-Hub-Signature-256": signature(body, secret), **more})


def handshake(**changes: str) -> str:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
    return urlencode({**asked, **{name.replace("_", ".", 1): value for name, value in changes.items()}})


# --- the handshake


async def test_meta_gets_its_challenge_back_as_plain_text(address: Intake) -> None:
    answer = await address.ask("GET", query=handshake())

    assert (answer.status, answer.body) == (200, b"1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "token", ["", "the verify token of these test", VERIFY_TOKEN + "s", VERIFY_TOKEN.upper(), "ñ"]
)
async def test_who_does_not_know_the_verify_token_gets_nothing_back(address: Intake, token: str) -> None:
    answer = await address.ask("GET", query=handshake(hub_verify_token=token))

    assert answer.status == 403
    assert b"1158201444" not in answer.body


@pytest.mark.parametrize("challenge", ["<script>alert(1)</script>", "", "x" * 300, "a b", "ñ"])
async def test_no_page_can_be_written_on_our_origin_by_a_challenge(address: Intake, challenge: str) -> None:
    answer = await address.ask("GET", query=handshake(hub_challenge=challenge))

    assert answer.status == 400
    assert challenge.encode() not in answer.body or not challenge


async def test_a_handshake_of_another_kind_is_refused(address: Intake) -> None:
    assert (await address.ask("GET", query=handshake(hub_mode="unsubscribe"))).status == 400
    assert (await address.ask("GET", query="")).status == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_no_other_method_does_anything(address: Intake, owner: Owner, method: str) -> None:
    answer = await address.ask(method, BODY, headers={"X-Hub-Signature-256": signature(BODY)})

    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert await stored(owner) == []


async def test_the_verify_token_cannot_be_guessed_without_end(address: Intake) -> None:
    guesses = [
        (await address.ask("GET", query=handshake(hub_verify_token=str(n)), address="203.0.113.9")).status
        for n in range(100)
    ]
    late = await address.ask("GET", query=handshake(), address="203.0.113.9")
    meta = await address.ask("GET", query=handshake(), address="173.252.88.7")

    assert (set(guesses), guesses[0], guesses[-1]) == ({403, 429}, 403, 429)
    assert late.status == 429
    assert (meta.status, meta.body) == (200, b"1158201444")


async def test_the_verify_token_cannot_be_guessed_from_all_addresses_of_an_ipv6_network(
    address: Intake,
) -> None:
    for n in range(100):
        await address.ask("GET", query=handshake(hub_verify_token=str(n)), address=f"2001:db8:1:2::{n + 1:x}")
    late = await address.ask("GET", query=handshake(), address="2001:db8:1:2::ffff")
    elsewhere = await address.ask("GET", query=handshake(), address="2001:db8:1:3::1")

    assert (late.status, elsewhere.status) == (429, 200)


async def test_who_floods_without_a_signature_keeps_nobody_from_the_handshake(address: Intake) -> None:
    for _ in range(100):
        await address.ask("POST", BODY)

    assert (await address.ask("GET", query=handshake())).status == 200


# --- the signature


async def test_what_is_answered_200_is_stored_byte_for_byte(address: Intake, owner: Owner) -> None:
    bodies = [
        BODY,
        b'{"\\u00e9":"\\/"}',
        "sin escapes: ñ".encode(),
        b"\x00\xff not even text",
        b" " + BODY + b"\r\n",
    ]

    for body in bodies:
        assert (await signed(address, body)).status == 200
        assert (await stored(owner))[-1] == body

    assert await stored(owner) == bodies


def forgeries() -> dict[str, list[tuple[str, str]]]:
    right = signature(BODY)
    header = "X-Hub-Signature-256"
    return {
        "none": [],
        "empty": [(header, "")],
        "of another secret": [(header, signature(BODY, b"another secret"))],
        "of another body": [(header, signature(BODY + b" "))],
        "without its prefix": [(header, right.removeprefix("sha256="))],
        "with another prefix": [(header, right.replace("sha256", "sha1"))],
        "upper case": [(header, right.upper())],
        "digits in upper case": [(header, "sha256=" + right[7:].upper())],
        "cut": [(header, right[:-1])],
        "longer": [(header, right + "0")],
        "with a space": [(header, f" {right}")],
        "not ASCII": [(header, "sha256=" + "ñ" * 64)],
        "twice": [(header, right), (header, right)],
        "one wrong, one right": [(header, "sha256=" + "0" * 64), (header, right)],
        "in the old header alone": [("X-Hub-Signature", right)],
        "of the empty secret": [(header, signature(BODY, b""))],
    }


@pytest.mark.parametrize("headers", forgeries().values(), ids=forgeries().keys())
async def test_a_wrong_signature_is_refused_in_the_same_words_and_stores_nothing(
    address: Intake, owner: Owner, headers: list[tuple[str, str]]
) -> None:
    answer = await address.ask("POST", BODY, headers=headers)

    assert (answer.status, answer.body) == (401, b"The signature is missing or wrong.")
    assert await stored(owner) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_change_of_a_single_bit_goes_unnoticed(
    address: Intake, owner: Owner, data: st.DataObject
) -> None:
    right = bytearray(signature(BODY).encode())
    changed = bytearray(BODY)
    target = data.draw(st.sampled_from([right, changed]))
    target[data.draw(st.integers(0, len(target) - 1))] ^= 1 << data.draw(st.integers(0, 6))

    headers = [("X-Hub-Signature-256", right.decode("latin-1"))]
    answer = await address.ask(
        "POST", bytes(changed), headers=headers, address=f"10.{data.draw(st.integers(0, 255))}.0.1"
    )

    assert answer.status in (401, 429)
    assert await stored(owner) == []


async def test_a_body_written_anew_no_longer_has_its_signature(intake: Pool, corpus: Path) -> None:
    """Meta signs the escapes as it wrote them; the sample is such a body, with the signature it came with."""
    vector = json.loads((corpus / "signature/vector.json").read_text())
    raw = (corpus / "signature/php_style_body.raw").read_bytes()
    headers = {"X-Hub-Signature-256": vector["x_hub_signature_256"]}
    app = MetaApp(app_id=APP, secrets=(vector["app_secret"].encode(),))

    async with receiving(intake, apps=[app]) as address:
        as_it_came = await address.ask("POST", raw, headers=headers)
        written_anew = await address.ask("POST", json.dumps(json.loads(raw)).encode(), headers=headers)

    assert (as_it_came.status, written_anew.status) == (200, 401)


async def test_while_a_secret_is_changed_the_old_and_the_new_one_count(intake: Pool, owner: Owner) -> None:
    apps = [MetaApp(app_id=APP, secrets=(b"new", b"old"))]
    async with receiving(intake, apps=apps) as address:
        statuses = [(await signed(address, secret=secret)).status for secret in (b"new", b"old", b"older")]

    assert statuses == [200, 200, 401]
    assert len(await stored(owner)) == 2


async def test_the_app_whose_secret_signed_is_kept_with_the_webhook(intake: Pool, owner: Owner) -> None:
    apps = [MetaApp(app_id="1" * 15, secrets=(b"one",)), MetaApp(app_id="2" * 15, secrets=(b"two",))]
    async with receiving(intake, apps=apps) as address:
        await signed(address, secret=b"two")

    assert await owner.fetchval("SELECT meta_app_id FROM webhook_events") == "2" * 15


@pytest.mark.parametrize("apps", [(), (MetaApp(app_id=APP, secrets=()),)], ids=["no app", "no secret"])
async def test_without_a_secret_there_is_no_address_at_all(intake: Pool, apps: tuple[MetaApp, ...]) -> None:
    with pytest.raises(ValueError, match="META_APP_SECRET"):
        async with receiving(intake, apps=apps):
            pass


async def test_an_empty_secret_signs_nothing(intake: Pool) -> None:
    async with receiving(intake, apps=[MetaApp(app_id=APP, secrets=(b"",))]) as address:
        with pytest.raises(ValueError, match="empty"):
            await signed(address, secret=b"")


async def test_who_floods_without_a_signature_is_slowed_and_meta_is_not(
    address: Intake, owner: Owner
) -> None:
    statuses = [(await address.ask("POST", BODY)).status for _ in range(100)]
    meta = await signed(address)

    assert (set(statuses), statuses[0], statuses[-1]) == ({401, 429}, 401, 429)
    assert meta.status == 200
    assert await stored(owner) == [BODY]


# --- size and shape


async def test_the_largest_body_is_taken_and_one_byte_more_is_not(address: Intake, owner: Owner) -> None:
    for chunk in (2**16, 2**30):
        largest, larger = os.urandom(LARGEST_BODY), bytes(LARGEST_BODY + 1)
        taken = await address.ask(
            "POST", largest, headers={"X-Hub-Signature-256": signature(largest)}, chunk=chunk
        )
        refused = await address.ask(
            "POST", larger, headers={"X-Hub-Signature-256": signature(larger)}, chunk=chunk
        )

        assert (taken.status, refused.status) == (200, 413)
    assert await owner.fetchval("SELECT max(octet_length(body)) FROM webhook_events") == LARGEST_BODY


@pytest.mark.parametrize("length", [str(LARGEST_BODY + 1), "9" * 30, "-1", "many"])
async def test_a_length_that_cannot_be_is_refused_before_anything_is_read(
    address: Intake, length: str
) -> None:
    assert (await signed(address, **{"Content-Length": length})).status == 413


async def test_a_compressed_body_is_not_unpacked(address: Intake, owner: Owner) -> None:
    packed = gzip.compress(bytes(2**20))

    assert (await signed(address, packed, **{"Content-Encoding": "gzip"})).status == 415
    assert await stored(owner) == []


async def test_a_body_cut_off_is_not_stored(address: Intake, owner: Owner) -> None:
    answer = await address.ask("POST", BODY, headers={"X-Hub-Signature-256": signature(BODY)}, hangs_up=True)

    assert answer.status == 503
    assert await stored(owner) == []


# --- the commit


async def test_a_thousand_at_once_are_stored_once_each_in_far_fewer_commits(
    address: Intake, owner: Owner
) -> None:
    bodies = [b'{"n":%d}' % n for n in range(1000)]

    statuses = await asyncio.gather(*(address.post(body) for body in bodies))

    assert set(statuses) == {200}
    assert sorted(await stored(owner)) == sorted(bodies)
    assert await owner.fetchval("SELECT count(DISTINCT xid) FROM webhook_events") < 100


@asynccontextmanager
async def standstill(dsn: str) -> AsyncIterator[None]:
    """A database that answers no more, as far as webhooks are concerned."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE webhook_events IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def test_while_the_database_hangs_meta_is_told_to_come_back_and_soon(
    dsn: str, intake: Pool, owner: Owner
) -> None:
    async with receiving(intake, timeout=0.5) as address:
        async with standstill(dsn), asyncio.timeout(2):
            refused = await signed(address)
        taken = await signed(address, b"afterwards")

    assert (refused.status, refused.headers["retry-after"]) == (503, "2")
    assert taken.status == 200
    assert await stored(owner) == [b"afterwards"]


async def test_when_its_connections_are_cut_what_is_not_committed_is_not_200(
    intake: Pool, owner: Owner
) -> None:
    bodies = [b'{"n":%d}' % n for n in range(300)]
    acked: list[bytes] = []

    async def deliver(address: Intake, body: bytes) -> None:
        if await address.post(body) == 200:
            acked.append(body)

    async def cut() -> None:
        for _ in range(10):
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'curbe app_intake'"
            )
            await asyncio.sleep(0.01)

    async with receiving(intake, floor=0.001, max_batch=10) as address, asyncio.TaskGroup() as tasks:
        tasks.create_task(cut())
        for body in bodies:
            tasks.create_task(deliver(address, body))
            await asyncio.sleep(0)

    assert set(acked) <= set(await stored(owner))
    assert acked


async def test_too_many_waiting_are_told_to_come_back_at_once(dsn: str, intake: Pool) -> None:
    async with receiving(intake, max_pending=5, timeout=1) as address, standstill(dsn):
        answers = await asyncio.gather(*(signed(address, b"%d" % n) for n in range(12)))

    assert [answer.status for answer in answers] == [503] * 12
    assert address.committer.pending == 0


async def test_what_was_taken_is_committed_before_the_end(intake: Pool, owner: Owner) -> None:
    async with receiving(intake) as address:
        waiting = [asyncio.ensure_future(address.post(b"%d" % n)) for n in range(50)]
        await asyncio.sleep(0)
        address.committer.stop()
        statuses = await asyncio.gather(*waiting)
        late = await address.post(b"late")

    assert statuses == [200] * 50
    assert late == 503
    assert len(await stored(owner)) == 50


async def test_how_many_were_committed_together_and_how_many_wait_is_told(intake: Pool) -> None:
    async with receiving(intake, floor=0.2) as address:
        await signed(address)  # alone: what comes next gathers until the floor has passed
        others = [asyncio.ensure_future(signed(address)) for _ in range(3)]
        await asyncio.sleep(0.05)
        waiting = address.metrics.registry.get_sample_value("curbe_webhooks_pending")
        await asyncio.gather(*others)

    def told(name: str) -> float | None:
        return address.metrics.registry.get_sample_value(f"curbe_webhook_batch_size_{name}")

    assert waiting == 3
    assert (told("count"), told("sum")) == (2, 4)
    assert address.metrics.registry.get_sample_value("curbe_webhooks_pending") == 0

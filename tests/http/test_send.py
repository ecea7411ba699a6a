"""Sending over HTTP: admitted or refused with the reason, taken once for each idempotency key, sent once at Meta."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.appliers import drain
from bed.graph import Graph, World
from bed.locks import waiting_for_a_lock
from bed.queueing import queue_texts
from bed.rows import Number, insert_conversation, insert_number
from bed.tenants import Tenant, told
from bed.webhooks import deliver, envelope
from curbe.channels.cloudapi.client import CloudApi
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.http import Egress
from curbe.infra.metrics import Metrics
from curbe.infra.settings import load
from curbe.outbound.api import answered
from curbe.outbound.send import Means, Senders
from curbe.outbound.service import Taken
from curbe.realtime.broadcast import Broadcast

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
NewTenant = Callable[[], Awaitable[Tenant]]
SEND = "/whatsapp/messages/send"
PERSON, DIGITS = "+34600000001", "34600000001"
HOUR = timedelta(hours=1)


@pytest.fixture
async def number(acme: Tenant, owner: Owner) -> Number:
    """A number of Acme's that Meta is never asked about."""
    return await insert_number(owner, acme.id)


@pytest.fixture
async def thread(owner: Owner, number: Number) -> UUID:
    """A conversation with somebody who has just written."""
    return await insert_conversation(owner, number, wa_id=DIGITS, last_inbound_at=utc_now())


async def count(owner: Owner, table: str) -> int:
    return await owner.fetchval(f"SELECT count(*) FROM {table}")


# --- taken


@pytest.mark.usefixtures("thread")
async def test_a_text_is_taken_and_everything_that_belongs_to_it_is_there(
    acme: Tenant, owner: Owner, thread: UUID
) -> None:
    answer = await acme.post(SEND, {"to": PERSON, "text": "Hola Lucía"})

    assert answer.status_code == 202
    told_id = UUID(answer.json()["id"])
    assert answer.json() == {
        "id": str(told_id),
        "status": "queued",
        "conversation_id": str(thread),
        "conversationId": str(thread),
    }
    assert await owner.fetchval("SELECT message_id FROM outbox") == told_id
    assert await owner.fetchval("SELECT text FROM messages WHERE id = $1", told_id) == "Hola Lucía"
    assert await owner.fetchval("SELECT message_id FROM events WHERE type = 'message_queued'") == told_id
    audited = await owner.fetchrow(
        "SELECT subject, detail::text FROM audit_log WHERE action = 'message.send'"
    )
    assert audited is not None
    assert audited["subject"] == str(told_id)
    assert "Luc" not in audited["detail"]
    assert "600000001" not in audited["detail"]


@pytest.mark.parametrize("spelt", ["+34 600 000 001", "+34-600-000001", "+34 (600) 00.00.01"])
async def test_a_number_as_people_write_it_finds_its_conversation(
    acme: Tenant, thread: UUID, spelt: str
) -> None:
    answer = await acme.post(SEND, {"to": spelt, "text": "hola"})

    assert answer.json().get("conversation_id") == str(thread), answer.text


@pytest.mark.parametrize("spelling", ["conversation_id", "conversationId"])
async def test_a_conversation_is_answered_by_its_id(acme: Tenant, thread: UUID, spelling: str) -> None:
    answer = await acme.post(SEND, {spelling: str(thread), "text": "hola"})

    assert (answer.status_code, answer.json()["conversation_id"]) == (202, str(thread))


# --- refused, and nothing is left of it


async def refused(acme: Tenant, owner: Owner, body: dict[str, Any]) -> dict[str, Any]:
    """Send what must be refused; return the refusal once it is clear that it left nothing."""
    before = [await count(owner, table) for table in ("messages", "outbox", "events", "audit_log")]
    answer = await acme.post(SEND, body)
    assert answer.status_code >= 400, answer.text
    assert [await count(owner, table) for table in ("messages", "outbox", "events", "audit_log")] == before
    return {"status": answer.status_code, **told(answer)}


async def test_free_text_after_the_window_is_refused_with_the_moment_it_closed_and_the_way_out(
    acme: Tenant, owner: Owner, number: Number
) -> None:
    wrote_at = utc_now() - timedelta(hours=24, seconds=5)
    await insert_conversation(owner, number, wa_id=DIGITS, last_inbound_at=wrote_at)

    refusal = await refused(acme, owner, {"to": PERSON, "text": "hola"})

    assert (refusal["status"], refusal["code"], refusal["allowed"]) == (409, "window_closed", ["template"])
    closed_at = datetime.fromisoformat(refusal["window_closed_at"])
    assert abs(closed_at - (wrote_at + timedelta(hours=24))) < timedelta(seconds=1)
    assert "template" in refusal["fix"].lower()


async def test_somebody_who_never_wrote_can_only_be_sent_a_template(
    acme: Tenant, owner: Owner, number: Number
) -> None:
    refusal = await refused(
        acme, owner, {"to": PERSON, "text": "hola", "connection_id": str(number.connection_id)}
    )

    assert (refusal["code"], refusal["window_closed_at"]) == ("window_closed", None)
    assert await count(owner, "contacts") == 0, "a refusal makes no person either"


async def test_the_last_moment_of_the_window_counts(acme: Tenant, owner: Owner, number: Number) -> None:
    wrote_at = utc_now() - timedelta(hours=23, minutes=59)
    await insert_conversation(owner, number, wa_id=DIGITS, last_inbound_at=wrote_at)

    assert (await acme.post(SEND, {"to": PERSON, "text": "hola"})).status_code == 202


UNSENDABLE = [
    ({"to": PERSON, "text": ""}, "text"),
    ({"to": PERSON, "text": " \n\t"}, "text"),
    ({"to": PERSON, "text": "x" * 4097}, "text"),
    ({"to": "not a number", "text": "hola"}, "to"),
    ({"to": "600000001", "text": "hola"}, "to"),
    ({"text": "hola"}, "to"),
]


@pytest.mark.usefixtures("thread")
async def test_what_cannot_be_sent_says_which_part(acme: Tenant, owner: Owner) -> None:
    for body, field in UNSENDABLE:
        refusal = await refused(acme, owner, body)

        assert (refusal["status"], refusal["code"]) == (422, "invalid_request"), body
        assert field in str(refusal.get("field")), refusal


@pytest.mark.usefixtures("thread")
async def test_the_longest_text_is_taken(acme: Tenant) -> None:
    assert (await acme.post(SEND, {"to": PERSON, "text": "ñ" * 4096})).status_code == 202


async def test_a_pair_that_does_not_belong_together_is_refused(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    other = await insert_number(owner, acme.id)

    wrong_person = await refused(
        acme, owner, {"to": "+34600000009", "conversationId": str(thread), "text": "hola"}
    )
    wrong_number = await refused(
        acme,
        owner,
        {"conversation_id": str(thread), "connection_id": str(other.connection_id), "text": "hola"},
    )
    two_threads = await refused(
        acme, owner, {"conversation_id": str(thread), "conversationId": str(uuid4()), "text": "hola"}
    )

    assert (wrong_person["field"], wrong_number["field"], two_threads["field"]) == (
        "to",
        "connection_id",
        "conversationId",
    )
    assert number.connection_id != other.connection_id


async def test_what_is_not_there_is_named_by_the_place_that_speaks_of_it(acme: Tenant, thread: UUID) -> None:
    nowhere = await acme.post(SEND, {"conversation_id": str(uuid4()), "text": "hola"})
    no_file = await acme.post(
        SEND, {"conversation_id": str(thread), "type": "image", "image": {"id": str(uuid4())}}
    )

    told = [(answer.status_code, answer.json()["field"]) for answer in (nowhere, no_file)]
    assert told == [(404, "conversation_id"), (404, "image.id")]


async def test_a_paused_number_takes_nothing_and_says_why(
    acme: Tenant, owner: Owner, thread: UUID, number: Number
) -> None:
    await owner.execute(
        """UPDATE channel_connections SET status = 'error', pause_reason = 'the token expired', paused_at = now()
            WHERE id = $1""",
        number.connection_id,
    )

    refusal = await refused(acme, owner, {"conversation_id": str(thread), "text": "hola"})

    assert (refusal["status"], refusal["code"]) == (409, "connection_paused")
    assert "the token expired" in refusal["detail"]


async def test_without_a_number_nothing_can_be_sent(acme: Tenant, owner: Owner) -> None:
    assert (await refused(acme, owner, {"to": PERSON, "text": "hola"}))["code"] == "no_connection"


# --- from which number


async def test_of_several_numbers_one_must_be_named_by_id_or_by_country(acme: Tenant, owner: Owner) -> None:
    numbers = {}
    for country in ("ES", "MX"):
        numbers[country] = await insert_number(owner, acme.id)
        await owner.execute(
            "UPDATE channel_connections SET country_id = $1 WHERE id = $2",
            country,
            numbers[country].connection_id,
        )
    spain = numbers["ES"]
    await insert_conversation(owner, spain, wa_id=DIGITS, last_inbound_at=utc_now())

    refusal = await refused(acme, owner, {"to": PERSON, "text": "hola"})

    assert (refusal["status"], refusal["code"]) == (409, "several_connections")
    for named in ({"country_id": "ES"}, {"connection_id": str(spain.connection_id)}):
        answer = await acme.post(SEND, {"to": PERSON, "text": "hola", **named})
        assert answer.status_code == 202, answer.text
    assert await owner.fetch("SELECT DISTINCT channel_connection_id FROM messages") == [
        (spain.connection_id,)
    ]


async def test_a_conversation_is_not_answered_in_the_name_of_another_country(
    acme: Tenant, owner: Owner
) -> None:
    spain = await insert_number(owner, acme.id)
    await owner.execute(
        "UPDATE channel_connections SET country_id = NULL, phone_number_e164 = '+34600000001' WHERE id = $1",
        spain.connection_id,
    )
    thread = await insert_conversation(owner, spain, wa_id=DIGITS, last_inbound_at=utc_now())
    body = {"conversation_id": str(thread), "text": "hola"}

    refusal = await refused(acme, owner, {**body, "country_id": "MX"})

    assert (refusal["code"], refusal["field"]) == ("invalid_request", "country_id")
    assert "(ES)" in refusal["detail"]
    assert (await acme.post(SEND, {**body, "country_id": "es"})).status_code == 202
    await owner.execute("UPDATE channel_connections SET phone_number_e164 = NULL")
    assert (await acme.post(SEND, {**body, "country_id": "MX"})).status_code == 202, (
        "nothing tells its country"
    )


async def test_a_phone_without_its_country_code_is_not_guessed_at_by_the_digits_of_the_number_that_sends(
    acme: Tenant, owner: Owner
) -> None:
    brazil = await insert_number(owner, acme.id)
    await owner.execute(
        "UPDATE channel_connections SET country_id = NULL, phone_number_e164 = '+5511987654321' WHERE id = $1",
        brazil.connection_id,
    )

    refusal = await refused(acme, owner, {"to": "34600111222", "text": "hola"})

    assert (refusal["code"], refusal["phone_fault"]) == ("invalid_request", "country"), (
        "a Spanish person's wa_id, and a possible number of Brazil"
    )
    assert await count(owner, "conversations") == 0


async def test_what_one_number_was_told_opens_no_window_for_another(acme: Tenant, owner: Owner) -> None:
    spain, mexico = [await insert_number(owner, acme.id) for _ in range(2)]
    await insert_conversation(owner, spain, wa_id=DIGITS, last_inbound_at=utc_now())

    body = {"to": PERSON, "text": "hola", "connection_id": str(mexico.connection_id)}

    assert (await refused(acme, owner, body))["code"] == "window_closed"


# --- once for each key


async def keyed(acme: Tenant, key: str, **body: Any) -> httpx.Response:
    return await acme.post(SEND, {"to": PERSON, "text": "hola", **body}, headers={"Idempotency-Key": key})


@pytest.mark.usefixtures("thread")
async def test_a_request_repeated_with_its_key_is_the_same_message(acme: Tenant, owner: Owner) -> None:
    first = await keyed(acme, "order-1042")
    again = await keyed(acme, "order-1042")
    other = await keyed(acme, "order-1043")

    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    assert await count(owner, "outbox") == 2


@pytest.mark.usefixtures("thread")
async def test_a_request_repeated_whose_message_was_deleted_is_told_so_and_sends_nothing(
    acme: Tenant, owner: Owner
) -> None:
    await keyed(acme, "order-1042")
    await owner.execute("DELETE FROM outbox")
    await owner.execute("DELETE FROM messages")

    again = await keyed(acme, "order-1042")

    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert await count(owner, "outbox") == 0


@pytest.mark.usefixtures("thread")
async def test_the_event_tells_the_key_it_was_asked_for_with_and_later_ones_do_not(
    acme: Tenant, owner: Owner
) -> None:
    conversation = (await keyed(acme, "order-1042")).json()["conversation_id"]
    await acme.post(SEND, {"to": PERSON, "text": "hola"})

    told = await owner.fetch(
        "SELECT data->>'client_id' FROM events WHERE type = 'message_queued' ORDER BY id"
    )
    assert [row[0] for row in told] == ["order-1042", None]
    page = await acme.get(f"/inbox/conversations/{conversation}/messages")
    assert all("client_id" not in one for one in page.json()["items"])


@pytest.mark.usefixtures("thread")
async def test_a_key_used_for_something_else_is_refused(acme: Tenant, owner: Owner) -> None:
    await keyed(acme, "order-1042")

    answers = [await keyed(acme, "order-1042", text="something else")]
    answers.append(await keyed(acme, "order-1042", ttl_seconds=60))

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert await count(owner, "messages") == 1


@pytest.mark.usefixtures("thread")
async def test_twenty_at_once_with_one_key_are_one_message(acme: Tenant, owner: Owner) -> None:
    answers = await asyncio.gather(*(keyed(acme, "order-1042") for _ in range(20)))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await count(owner, "messages") == await count(owner, "outbox") == 1


async def test_a_refusal_does_not_use_the_key_up(acme: Tenant, owner: Owner, number: Number) -> None:
    thread = await insert_conversation(owner, number, wa_id=DIGITS, last_inbound_at=utc_now() - 25 * HOUR)
    assert (await keyed(acme, "order-1042")).status_code == 409

    await owner.execute("UPDATE conversations SET last_inbound_at = now() WHERE id = $1", thread)

    assert (await keyed(acme, "order-1042")).status_code == 202


@pytest.mark.usefixtures("thread")
async def test_a_key_is_its_tenants_own(acme: Tenant, new_tenant: NewTenant, owner: Owner) -> None:
    other = await new_tenant()
    theirs = await insert_number(owner, other.id)
    await insert_conversation(owner, theirs, wa_id=DIGITS, last_inbound_at=utc_now())

    mine, others = await keyed(acme, "order-1042"), await keyed(other, "order-1042")

    assert (mine.status_code, others.status_code) == (202, 202)
    assert mine.json()["id"] != others.json()["id"]


@pytest.mark.usefixtures("thread")
async def test_a_key_too_long_is_refused(acme: Tenant) -> None:
    assert (await keyed(acme, "x" * 255)).status_code == 202
    assert (await keyed(acme, "x" * 256)).status_code == 422


# --- at Meta


@asynccontextmanager
async def senders(worker: Pool, apply: Pool, environ: dict[str, str]) -> AsyncIterator[None]:
    """The senders of `curbe work`, for the length of this block."""
    configured = load(environ, env_file=None)
    keyring = Keyring.of(configured)
    stop = asyncio.Event()
    async with Egress(trusted=[configured.meta_graph_base_url]) as egress, asyncio.TaskGroup() as tasks:
        means = Means(
            pool=worker,
            cloud_api=CloudApi.of(configured, egress=egress),
            keyring=keyring,
            callback_key=keyring.derive("callback data"),
            metrics=Metrics(),
        )
        tasks.create_task(Senders(means, everybody=apply).run(stop))
        try:
            yield
        finally:
            stop.set()


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    """Settings that this file's senders share with the API: one key opens the tokens that the other sealed."""
    return {
        **graph.environ,
        "META_VERIFY_TOKEN": "a-verify-token-of-these-tests",
        "TOKEN_ENCRYPTION_KEY": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
    }


@pytest.fixture
async def sending(worker: Pool, apply: Pool, environ: dict[str, str]) -> AsyncIterator[None]:
    async with senders(worker, apply, environ):
        yield


async def connect(acme: Tenant, graph: Graph, owner: Owner, *people: str) -> World:
    """Connect a number of the sandbox's, to which these people have just written, there and here."""
    world = graph.world()
    answer = await acme.post("/whatsapp/connect/complete", world.body())
    assert answer.status_code == 200, answer.text
    connection_id = UUID(answer.json()["id"])
    number = Number(acme.id, connection_id, world.phone_number_id, world.waba_id)
    for person in people:
        await insert_conversation(owner, number, wa_id=person, last_inbound_at=utc_now())
    return world


def taken_by_meta(graph: Graph, world: World) -> list[dict[str, Any]]:
    entries = graph.control("GET", "/record?limit=1000")["entries"]
    return [entry for entry in entries if entry.get("phone_number_id") == world.phone_number_id]


async def taken(graph: Graph, world: World, *, count: int = 1) -> bool:
    return len(taken_by_meta(graph, world)) >= count


async def paused(acme: Tenant) -> bool:
    return (await acme.get("/whatsapp/status")).json()["connections"][0]["paused"]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that another process or task will do."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - nobody sets an event for us
            await asyncio.sleep(0.05)


MAGIC = "15569990001"  # no code of Meta's: an ordinary person whose window is always open there


@pytest.mark.usefixtures("sending")
async def test_who_prefers_to_wait_is_told_what_meta_said(acme: Tenant, graph: Graph, owner: Owner) -> None:
    world = await connect(acme, graph, owner, MAGIC)

    answer = await acme.post(SEND, {"to": f"+{MAGIC}", "text": "Hola"}, headers={"Prefer": "wait=20"})

    assert (answer.status_code, answer.json()["status"]) == (200, "accepted"), answer.text
    (entry,) = taken_by_meta(graph, world)
    assert entry["wamid"] == answer.json()["provider_message_id"]
    assert entry["body"]["text"]["body"] == "Hola"
    assert answer.json()["id"] in entry["biz_opaque_callback_data"]


async def test_who_waits_while_the_server_stops_is_told_that_it_is_queued(
    acme: Tenant, web: Pool, thread: UUID
) -> None:
    queued = (await acme.post(SEND, {"to": PERSON, "text": "Hola"})).json()
    broadcast, taken = Broadcast(web), Taken(id=UUID(queued["id"]), conversation_id=thread)

    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(answered(web, broadcast, acme.id, taken, timedelta(seconds=30)))
        await asyncio.sleep(0)
        await broadcast.stop()
        assert waiting.done()

    told_then = waiting.result()
    assert (told_then.status_code, told_then.content.status) == (202, "queued")


async def test_a_number_begins_to_send_while_what_has_expired_elsewhere_is_still_withdrawn(
    acme: Tenant,
    new_tenant: NewTenant,
    graph: Graph,
    owner: Owner,
    web: Pool,
    worker: Pool,
    apply: Pool,
    environ: dict[str, str],
) -> None:
    await connect(acme, graph, owner, MAGIC)
    elsewhere = await insert_number(owner, (await new_tenant()).id)
    await queue_texts(web, elsewhere, [await insert_conversation(owner, elsewhere)])
    await owner.execute("UPDATE outbox SET expires_at = now(), waits = 'time', available_at = 'infinity'")
    cancelling = owner.transaction()
    await cancelling.start()
    await owner.execute("SELECT FROM outbox FOR UPDATE")

    async with senders(worker, apply, environ):
        try:
            await waiting_for_a_lock(owner)
            body = {"to": f"+{MAGIC}", "text": "Hola"}
            answer = await acme.post(SEND, body, headers={"Prefer": "wait=5"})
        finally:
            await cancelling.rollback()

    assert (answer.status_code, answer.json()["status"]) == (200, "accepted"), answer.text


@pytest.mark.usefixtures("sending")
async def test_what_meta_refuses_is_failed_with_words_for_people(
    acme: Tenant, graph: Graph, owner: Owner
) -> None:
    refused_by_code = "15560131026"
    world = await connect(acme, graph, owner, refused_by_code)

    body = {"to": f"+{refused_by_code}", "text": "Hola"}
    answer = await acme.post(SEND, body, headers={"Prefer": "wait=20"})

    assert (answer.status_code, answer.json()["status"]) == (200, "failed"), answer.text
    assert answer.json()["error"]["code"] == 131026
    assert answer.json()["error"]["words"]
    assert taken_by_meta(graph, world) == []


@pytest.mark.usefixtures("sending")
async def test_a_dead_token_pauses_the_number_and_keeps_its_queue(
    acme: Tenant, graph: Graph, owner: Owner
) -> None:
    world = await connect(acme, graph, owner, MAGIC)
    graph.revoke(world.token)

    answer = await acme.post(SEND, {"to": f"+{MAGIC}", "text": "Hola"}, headers={"Prefer": "wait=1"})
    await until(lambda: paused(acme))

    assert answer.json()["status"] in ("queued", "sending")
    assert await count(owner, "outbox") == 1
    # A new token takes the pause away, and what waited goes out once.
    again = {**world.body(), "access_token": graph.token(waba_ids=[world.waba_id])["token"]}
    assert (await acme.post("/whatsapp/connect/complete", again)).status_code == 200
    await until(lambda: taken(graph, world))
    assert len(taken_by_meta(graph, world)) == 1


@pytest.mark.usefixtures("sending")
async def test_fifty_requests_are_fifty_messages_at_meta_and_one_persons_stay_in_order(
    acme: Tenant, graph: Graph, owner: Owner
) -> None:
    people = [f"1556999{n:04}" for n in range(100, 110)]
    world = await connect(acme, graph, owner, *people)

    for n in range(50):
        body = {"to": f"+{people[n % 10]}", "text": str(n)}
        assert (await acme.post(SEND, body)).status_code == 202
    await until(lambda: taken(graph, world, count=50))

    entries = taken_by_meta(graph, world)
    assert sorted(int(entry["body"]["text"]["body"]) for entry in entries) == list(range(50))
    for n, person in enumerate(people):
        said = [int(entry["body"]["text"]["body"]) for entry in entries if entry["wa_id"] == person]
        assert said == list(range(n, 50, 10))


@pytest.mark.usefixtures("sending")
@pytest.mark.parametrize(
    ("person", "word"), [("15559000021", "held_for_quality_assessment"), ("15559000022", "paused")]
)
async def test_a_template_that_meta_holds_back_is_accepted_and_says_so(
    acme: Tenant, graph: Graph, owner: Owner, person: str, word: str
) -> None:
    world = await connect(acme, graph, owner, person)
    approved = {"name": "welcome", "language": "es", "components": [{"type": "BODY", "text": "Hola"}]}
    graph.control("POST", "/templates", {"waba_id": world.waba_id, **approved})

    template = {"name": "welcome", "language": {"code": "es"}}
    body = {"to": f"+{person}", "type": "template", "template": template}
    answer = await acme.post(SEND, body, headers={"Prefer": "wait=20"})

    assert answer.json()["status"] == "accepted", answer.text
    messages = f"/inbox/conversations/{answer.json()['conversation_id']}/messages"
    [shown] = (await acme.get(messages)).json()["items"]
    assert (shown["status"], shown["provider_status"]) == ("accepted", word)


@pytest.mark.usefixtures("sending")
async def test_somebody_who_shows_no_number_is_answered_by_their_user_id(
    acme: Tenant, graph: Graph, owner: Owner, apply: Pool
) -> None:
    world = await connect(acme, graph, owner)
    person = graph.control("POST", "/people", {"wa_id": "34633000001", "phone_hidden": True, "name": "Ana"})
    value = {
        "metadata": {"phone_number_id": world.phone_number_id},
        "contacts": [{"profile": {"name": "Ana"}, "user_id": person["bsuid"]}],
        "messages": [
            {
                "from_user_id": person["bsuid"],
                "id": "wamid.HIDDEN",
                "timestamp": str(int(utc_now().timestamp())),
                "type": "text",
                "text": {"body": "Hola"},
            }
        ],
    }
    entry = {"id": world.waba_id, "changes": [{"field": "messages", "value": value}]}
    await deliver(owner, envelope([entry]))
    await drain(apply)
    [conversation] = (await acme.get("/inbox/conversations?channel=whatsapp")).json()["items"]
    graph.control("PATCH", "/settings", {"enforce_window": False})

    body = {"conversation_id": conversation["id"], "text": "Buenas"}
    answer = await acme.post(SEND, body, headers={"Prefer": "wait=20"})

    assert (conversation["contact"]["phone"], answer.json()["status"]) == (None, "accepted"), answer.text
    (entry,) = taken_by_meta(graph, world)
    assert entry["body"]["recipient"] == person["bsuid"]
    assert "to" not in entry["body"]


@pytest.mark.usefixtures("sending")
async def test_who_waits_for_metas_answer_does_not_ask_the_database_meanwhile(
    acme: Tenant, graph: Graph, owner: Owner
) -> None:
    await connect(acme, graph, owner, MAGIC)
    graph.control("POST", "/faults", {"kind": "slow", "ms": 6000, "count": 1})
    await acme.post(SEND, {"to": f"+{MAGIC}", "text": "Hola"})
    async with asyncio.timeout(10):
        while not await owner.fetchval("SELECT bool_or(phase = 'sending') FROM messages"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    # Each claim asks whether the number is held back.
    claims = "SELECT seq_scan + idx_scan FROM pg_stat_user_tables WHERE relname = 'send_holds'"

    before = await owner.fetchval(claims)
    await asyncio.sleep(3)
    asked = await owner.fetchval(claims) - before

    assert await owner.fetchval("SELECT bool_or(phase = 'sending') FROM messages")
    assert asked < 30  # fifty claims a second would be five times as many

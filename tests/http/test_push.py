"""A browser in which no page of ours is open is told of what concerns its person, once; its push service reads nothing of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import pytest

from bed.api import _ENVIRON
from bed.appliers import drain
from bed.browsers import Browser, claims_of
from bed.pushing import Desk, Pusher, pushing
from bed.receiver import Receiver, hangs, receiver, status
from bed.rows import Number, insert_number
from bed.tenants import Tenant
from bed.users import Person, insert_member, insert_user, session_at
from bed.webhooks import body, change, deliver, text
from curbe.infra.clock import utc_now
from curbe.infra.crypto import fresh_key
from curbe.infra.db import Pool
from curbe.operate import doctor
from curbe.operate.findings import State
from curbe.push import rules

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection

HERE: Final = "/push-subscriptions"


@pytest.fixture
async def service() -> AsyncIterator[Receiver]:
    async with receiver() as service:
        yield service


@pytest.fixture
def environ(service: Receiver) -> dict[str, str]:
    return {
        "CURBE_PUSH_SERVICES": f"{service.origin},fcm.googleapis.com,*.push.apple.com",
        "CURBE_PUBLIC_BASE_URL": "https://curbe.example.org",
    }


@pytest.fixture
async def pusher(apply: Pool, worker: Pool, environ: dict[str, str]) -> AsyncIterator[Pusher]:
    async with pushing(apply, worker, environ) as pusher:
        yield pusher


@pytest.fixture
async def ours(owner: Owner, acme: Tenant) -> Number:
    return await insert_number(owner, acme.id)


@pytest.fixture
async def seated(
    owner: Owner, acme: Tenant, operator: httpx.AsyncClient, service: Receiver
) -> Callable[..., Awaitable[Desk]]:
    """Seats somebody at a browser of theirs, which is told."""
    seats = 0

    async def seat(person: Person | None = None, **wanted: Any) -> Desk:
        nonlocal seats
        seats += 1
        person = person or await insert_member(owner, acme.id)
        at = await session_at(owner, operator, person)
        browser = Browser(service, f"/push/{seats}")
        made = await browser.subscribe(at, acme.path, **wanted)
        return Desk(person, at, browser, made["id"])

    return seat


@pytest.fixture
def writes(owner: Owner, apply: Pool, ours: Number) -> Callable[..., Awaitable[UUID]]:
    """Lets a customer write, and returns their conversation."""
    count = 0

    async def write(words: str = "Is it ready?", *, sender: str = "34600000001", **more: Any) -> UUID:
        nonlocal count
        count += 1
        message = text(f"wamid.{count}", sender=sender, body=words, at=utc_now(), **more)
        await deliver(owner, body(change(ours, messages=[message], names={sender: "Rosa"})))
        await drain(apply)
        return await owner.fetchval(
            "SELECT id FROM conversations WHERE tenant_id = $1 AND contact_wa_id = $2", ours.tenant_id, sender
        )

    return write


Seated = Callable[..., Awaitable[Desk]]
Writes = Callable[..., Awaitable[UUID]]


async def test_a_browser_is_told_that_somebody_wrote_and_its_push_service_reads_nothing_of_it(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher, service: Receiver
) -> None:
    ana = await seated(with_content=True, language="es")

    conversation_id = await writes("Is my order ready?")
    await pusher.all()

    assert ana.browser.told() == [
        {
            "kind": "message",
            "tenant_id": str(acme.id),
            "conversation_id": str(conversation_id),
            "line_id": None,
            "workspace": "Somebody",
            "language": "es",
            "name": "Rosa",
            "text": "Is my order ready?",
        }
    ]
    [heard] = service.heard
    assert (heard.headers["content-encoding"], heard.headers["ttl"]) == ("aes128gcm", "3600")
    assert heard.headers["urgency"] == "high"
    assert not {b"Rosa", b"order"} & set(heard.body.split())
    public_key = (await ana.at.get(acme.path + HERE)).json()["public_key"]
    claims = claims_of(heard, public_key=public_key)
    assert (claims["aud"], claims["sub"]) == (service.origin, "https://curbe.example.org")
    assert timedelta(0) < timedelta(seconds=claims["exp"] - utc_now().timestamp()) < timedelta(hours=24)


# --- who is told of what


def kinds(desk: Desk) -> list[str]:
    return [told["kind"] for told in desk.browser.told()]


async def assign(acme: Tenant, conversation_id: UUID, to: Desk | None, *, by: Desk | None = None) -> None:
    path = f"/inbox/conversations/{conversation_id}"
    at = acme.client if by is None else by.at
    answer = await at.patch(acme.path + path, json={"assignee_id": None if to is None else str(to.person.id)})
    assert answer.status_code == 200, answer.text


async def test_who_wrote_and_what_is_told_to_nobody_who_did_not_ask_for_that(
    seated: Seated, writes: Writes, pusher: Pusher
) -> None:
    ana = await seated()

    await writes("I am at Calle Mayor 1")
    await pusher.all()

    [told] = ana.browser.told()
    assert (told["kind"], told.get("name"), told.get("text")) == ("message", None, None)


async def test_what_nobody_has_is_told_to_all_and_what_a_colleague_has_to_them_and_to_who_wants_all(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher
) -> None:
    ana, bea, cleo = await seated(), await seated(), await seated(whose="all")

    conversation_id = await writes(sender="34600000001")
    await pusher.all()
    assert [kinds(one) for one in (ana, bea, cleo)] == [["message"]] * 3

    other = await writes(sender="34600000002")
    await assign(acme, other, ana)
    await pusher.all()

    assert [told["conversation_id"] for told in bea.browser.told()] == [str(conversation_id)]
    assert str(other) in [told["conversation_id"] for told in ana.browser.told()]
    assert kinds(cleo) == ["message", "message"]


async def test_a_blocked_person_rings_at_nobodys(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher
) -> None:
    ana = await seated(whose="all")
    conversation_id = await writes()
    await acme.client.patch(f"{acme.path}/inbox/conversations/{conversation_id}", json={"state": "blocked"})

    await pusher.all()

    assert ana.browser.told() == []


async def test_what_was_read_meanwhile_is_not_told(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher
) -> None:
    ana, bea = await seated(), await seated()
    conversation_id = await writes()
    read = await bea.at.post(f"{acme.path}/inbox/conversations/{conversation_id}/read", json={})
    assert read.status_code == 200, read.text

    await pusher.all()

    assert (ana.browser.told(), bea.browser.told()) == ([], [])


async def test_there_are_some_seconds_in_which_to_read_it_elsewhere(
    seated: Seated, writes: Writes, apply: Pool, worker: Pool, environ: dict[str, str], owner: Owner
) -> None:
    ana = await seated()
    await writes()

    async with pushing(apply, worker, environ, grace=timedelta(minutes=1)) as pusher:
        assert await pusher.once() == 0
        await owner.execute("UPDATE events SET created_at = created_at - interval '1 minute'")
        await pusher.all()

    assert kinds(ana) == ["message"]


async def test_whoever_is_mentioned_in_a_note_is_told_of_it_and_nobody_else(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher
) -> None:
    ana, bea = await seated(with_content=True), await seated(with_content=True)
    conversation_id = await writes()
    await pusher.all()
    note = await ana.at.post(
        f"{acme.path}/inbox/conversations/{conversation_id}/notes",
        json={"body": "@Bea look", "mentions": [str(bea.person.id)]},
    )

    await pusher.all()

    assert kinds(ana) == ["message"]
    assert kinds(bea) == ["message", "mention"]
    told = bea.browser.told()[1]
    assert (told["line_id"], told["text"]) == (note.json()["id"], "@Bea look")


async def test_whoever_is_given_a_conversation_is_told_unless_they_took_it_themselves(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher
) -> None:
    ana, bea = await seated(), await seated()
    conversation_id = await writes()
    await pusher.all()

    await assign(acme, conversation_id, bea, by=ana)
    await pusher.all()
    await assign(acme, conversation_id, ana, by=ana)
    await pusher.all()

    assert kinds(bea) == ["message", "given"]
    assert kinds(ana) == ["message"]


async def test_what_is_a_few_minutes_old_is_told_to_nobody_as_after_a_time_in_which_no_worker_ran(
    seated: Seated, writes: Writes, pusher: Pusher, owner: Owner
) -> None:
    ana = await seated()
    await writes()
    await owner.execute("UPDATE events SET created_at = now() - $1::interval", rules.NEWS)

    await pusher.all()

    assert ana.browser.told() == []


async def test_many_messages_of_one_conversation_are_one_notice_to_each_browser_of_a_person(
    seated: Seated, writes: Writes, pusher: Pusher, owner: Owner
) -> None:
    at_work = await seated(with_content=True)
    phone = await seated(at_work.person, with_content=True)
    for n in range(3):
        await writes(f"part {n}")
    await pusher.all()
    await writes("and one more")
    await pusher.all()

    assert [told["text"] for told in at_work.browser.told()] == ["part 2"]
    assert phone.browser.told() == at_work.browser.told()

    await owner.execute("UPDATE push_notices SET told_at = told_at - $1::interval", rules.AGAIN_AFTER)
    await writes("later")
    await pusher.all()
    assert [told["text"] for told in phone.browser.told()] == ["part 2", "later"]


async def test_nothing_is_told_twice_by_a_worker_that_begins_a_round_anew(
    seated: Seated, writes: Writes, pusher: Pusher, owner: Owner, service: Receiver
) -> None:
    ana = await seated()
    await writes()
    await pusher.all()
    await owner.execute("DELETE FROM push_notices")

    await pusher.all()

    assert kinds(ana) == ["message"]
    assert len(service.heard) == 1


# --- until when


async def test_a_browser_is_told_no_more_once_its_person_signs_out_there(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher
) -> None:
    ana = await seated()
    phone = await seated(ana.person)
    assert (await ana.at.post("/api/auth/sign-out")).status_code < 300

    await writes()
    await pusher.all()

    assert (kinds(ana), kinds(phone)) == ([], ["message"])
    left = (await phone.at.get(acme.path + HERE)).json()["items"]
    assert [one["id"] for one in left] == [phone.subscription_id]


async def test_nobody_is_told_who_was_taken_out_of_the_tenant_or_disabled(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher, owner: Owner
) -> None:
    ana, bea = await seated(), await seated()
    assert (
        await acme.client.patch(f"{acme.path}/people/{ana.person.id}", json={"disabled": True})
    ).is_success
    assert (await acme.client.delete(f"{acme.path}/people/{bea.person.id}")).is_success

    await writes()
    await pusher.all()

    assert (kinds(ana), kinds(bea)) == ([], [])
    assert (
        await owner.fetchval("SELECT count(*) FROM push_subscriptions WHERE user_id = $1", bea.person.id) == 0
    )


async def test_whoever_signs_in_at_a_browser_next_takes_it_over(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher
) -> None:
    ana, bea = await seated(), await seated()
    shared = ana.browser
    await shared.subscribe(bea.at, acme.path)

    conversation_id = await writes()
    await assign(acme, conversation_id, ana)
    await pusher.all()

    assert (await ana.at.get(acme.path + HERE)).json()["items"] == []
    assert shared.told() == []


@pytest.mark.parametrize("code", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher, service: Receiver, owner: Owner, code: int
) -> None:
    ana = await seated()
    service.answers(ana.browser.path, status(code))

    await writes()
    await pusher.all()

    assert (await ana.at.get(acme.path + HERE)).json()["items"] == []
    await writes("again")
    await pusher.all()
    assert len(service.heard) == 1
    assert await owner.fetchval("SELECT count(*) FROM push_places") == 0


async def test_a_push_service_that_wants_to_be_left_alone_is_and_one_that_hangs_holds_up_no_other(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher, service: Receiver, owner: Owner
) -> None:
    busy, hanging, well = await seated(), await seated(), await seated()
    service.answers(busy.browser.path, status(429, **{"Retry-After": "600"}))
    service.answers(hanging.browser.path, hangs)

    await writes(sender="34600000001")
    await pusher.all()
    await writes(sender="34600000002")
    await pusher.all()

    assert kinds(well) == ["message", "message"]
    assert len(service.at(busy.browser.path)) == len(service.at(hanging.browser.path)) == 1
    rests = {
        str(row["id"]): row["rest"].total_seconds()
        for row in await owner.fetch(
            "SELECT id, retry_at - now() AS rest FROM push_subscriptions WHERE retry_at IS NOT NULL"
        )
    }
    assert 500 < rests[busy.subscription_id] <= 600
    assert 0 < rests[hanging.subscription_id] <= 60
    [shown] = (await busy.at.get(acme.path + HERE)).json()["items"]
    assert shown["failing_since"] is not None


async def test_the_doctor_tells_of_a_push_service_that_takes_nothing_and_nothing_where_nobody_is_told(
    seated: Seated, writes: Writes, pusher: Pusher, service: Receiver, owner: Owner, apply: Pool
) -> None:
    async def found() -> list[tuple[State, str]]:
        async with apply.transaction() as tx:
            return [(one.state, one.sentence) for one in await doctor._of_work(tx) if one.name == "pushes"]

    assert await found() == []
    ana, _ = await seated(), await seated()
    assert await found() == [(State.OK, "what 2 are told is taken")]
    service.answers(ana.browser.path, status(500))
    await writes()
    await pusher.all()
    await owner.execute("UPDATE push_subscriptions SET failing_since = failing_since - interval '1 hour'")

    [(state, sentence)] = await found()

    assert (state, "for 1 of 2 browsers" in sentence) == (State.WARN, True)


async def test_a_service_that_took_nothing_for_days_is_given_up(
    acme: Tenant, seated: Seated, writes: Writes, pusher: Pusher, service: Receiver, owner: Owner
) -> None:
    ana = await seated()
    service.answers(ana.browser.path, status(500))
    await writes()
    await pusher.all()
    await owner.execute(
        "UPDATE push_subscriptions SET retry_at = NULL, failing_since = now() - $1::interval", rules.PATIENCE
    )

    await writes(sender="34600000002")
    await pusher.all()

    assert (await ana.at.get(acme.path + HERE)).json()["items"] == []


async def test_no_redirect_is_followed(
    seated: Seated, writes: Writes, pusher: Pusher, service: Receiver
) -> None:
    ana = await seated()
    service.answers(ana.browser.path, status(307, Location=f"{service.origin}/elsewhere"))

    await writes()
    await pusher.all()

    assert service.at("/elsewhere") == []


async def test_where_nobody_is_told_there_is_nothing_to_do(
    writes: Writes, pusher: Pusher, owner: Owner
) -> None:
    await writes()

    assert await pusher.once() == 0
    assert await owner.fetchval("SELECT count(*) FROM push_places") == 0


async def test_under_another_encryption_key_browsers_are_told_by_the_one_they_subscribed_with(
    seated: Seated, writes: Writes, apply: Pool, worker: Pool, environ: dict[str, str], acme: Tenant
) -> None:
    ana = await seated()
    public_key = (await ana.at.get(acme.path + HERE)).json()["public_key"]
    rotated = {
        **environ,
        "TOKEN_ENCRYPTION_KEY": fresh_key().reveal(),
        "TOKEN_ENCRYPTION_KEYS_RETIRED": _ENVIRON["TOKEN_ENCRYPTION_KEY"],
    }
    await writes()

    async with pushing(apply, worker, rotated) as pusher:
        await pusher.all()

    assert kinds(ana) == ["message"]
    claims_of(ana.browser.service.heard[0], public_key=public_key)


# --- what is refused


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://push.example.org/one",
        "http://fcm.googleapis.com/one",
        "https://fcm.googleapis.com:8443/one",
        "https://fcm.googleapis.com.example.org/one",
        "https://me@fcm.googleapis.com/one",
        "https://fcm.googleapis.com@127.0.0.1/one",
        "https://fcm.googleapis.com/\u00e9",
        "https://a\\.push.apple.com/one",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/one",
        "fcm.googleapis.com",
    ],
)
async def test_a_browser_leads_to_no_server_that_is_no_push_service_of_this_installations(
    acme: Tenant, seated: Seated, service: Receiver, endpoint: str
) -> None:
    ana = await seated()
    public_key = (await ana.at.get(acme.path + HERE)).json()["public_key"]
    wanted = {**Browser(service).subscription(public_key), "endpoint": endpoint}

    answer = await ana.at.put(acme.path + HERE, json=wanted)

    assert (answer.status_code, answer.json()["field"]) == (422, "endpoint")


@pytest.mark.parametrize(
    ("field", "value"),
    [("p256dh", "AAAA"), ("p256dh", "?"), ("auth", "AAAA"), ("signer", "AAAA"), ("p256dh", "B" + "A" * 86)],
)
async def test_what_is_no_key_is_refused(
    acme: Tenant, seated: Seated, service: Receiver, field: str, value: str
) -> None:
    ana = await seated()
    public_key = (await ana.at.get(acme.path + HERE)).json()["public_key"]

    answer = await ana.at.put(
        acme.path + HERE, json={**Browser(service).subscription(public_key), field: value}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_key_is_nobody_who_could_be_told(acme: Tenant) -> None:
    assert (
        (await acme.get(HERE)).status_code
        == (await acme.client.put(acme.path + HERE, json={})).status_code
        == 403
    )


async def test_an_operator_who_looks_in_is_no_colleague_and_is_told_nothing(
    acme: Tenant, operator: httpx.AsyncClient, owner: Owner, service: Receiver
) -> None:
    at = await session_at(owner, operator, await insert_user(owner, operator=True))
    shown = (await at.get(acme.path + HERE)).json()

    answer = await at.put(acme.path + HERE, json=Browser(service).subscription(shown["public_key"]))

    assert (shown["items"], answer.status_code, answer.json()["code"]) == ([], 422, "invalid_request")


async def test_of_a_persons_browsers_the_ones_heard_of_last_are_told_and_no_more_than_ten(
    acme: Tenant, seated: Seated, service: Receiver
) -> None:
    ana = await seated()
    for n in range(rules.MOST):
        await Browser(service, f"/another/{n}").subscribe(ana.at, acme.path)

    items = (await ana.at.get(acme.path + HERE)).json()["items"]

    assert len(items) == rules.MOST
    assert ana.subscription_id not in {one["id"] for one in items}


async def test_a_browser_is_taken_off_by_its_person_and_by_nobody_else(acme: Tenant, seated: Seated) -> None:
    ana, bea = await seated(), await seated()
    where = f"{acme.path}{HERE}/{ana.subscription_id}"

    assert (await bea.at.delete(where)).status_code == 404
    assert (await ana.at.delete(where)).status_code == 204
    assert (await ana.at.get(acme.path + HERE)).json()["items"] == []

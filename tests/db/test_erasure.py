"""Somebody who is erased is nowhere any more: in no row, no file, no log. What stays is that they do not want to be written to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import pytest
from uuid_utils.compat import uuid7

from bed.clocks import stopped_at
from bed.locks import waiting_for_a_lock
from bed.notices import about, echo
from bed.rows import NOW, Number, insert_conversation, insert_number, insert_tenant
from bed.somebody import (
    BERTA,
    BSUID,
    CANARIES,
    EVERYWHERE,
    FORMER,
    NAME,
    PHONE,
    SPELT,
    WORDS,
    World,
    fill,
    found,
    say_no,
    write,
)
from bed.webhooks import body, change, status, text
from curbe.campaigns import persons, progress, store
from curbe.consent import facts
from curbe.consent.facts import Recipient
from curbe.consent.gate import Answer, Purpose, Refusal, TemplateName, Wanted
from curbe.consent.words import RefusalCode
from curbe.domain.errors import Conflict, NotFound
from curbe.inbox import contacts
from curbe.inbox import erasing as naming
from curbe.inbox.contact_names import rename
from curbe.infra.db import Pool, Role, Transaction, Unreachable
from curbe.infra.jobs import Runner, claim
from curbe.ingest.replay import Selection, replay
from curbe.media import purge as files
from curbe.media import store as media
from curbe.media.rules import storage_key
from curbe.media.storage import LocalStorage
from curbe.notifications.exporting import told_of
from curbe.realtime import service as realtime
from curbe.retention import erasing, erasures
from curbe.retention.erasing import Eraser
from curbe.retention.erasures import ERASE
from curbe.retention.stored_bytes import delete_bytes

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
# What outlives her, and why.
STAYS: Final = {
    "suppressions": "that she does not want to be written to, by phone and user id",
    "webhook_events": "the bytes as they came: thirty days at most",
}


def runner(
    worker: Pool, apply: Pool, storage: LocalStorage, *, turn: timedelta = timedelta(seconds=10)
) -> Runner:
    eraser = Eraser(worker, everybody=apply, storage=storage, now=stopped_at(NOW), turn=turn)
    return Runner(
        everybody=apply, pool=worker, handlers={ERASE: eraser}, at_once=1, lease=timedelta(minutes=15)
    )


async def ask(world: World, contact_id: UUID) -> None:
    """Ask for somebody to be erased."""
    tenant_id = world.number.tenant_id
    async with world.web.transaction(tenant_id) as tx:
        await erasures.request(tx, tenant_id=tenant_id, contact_id=contact_id, actor="user:boss", now=NOW)


async def erase(
    world: World, contact_id: UUID, worker: Pool, *, turn: timedelta = timedelta(seconds=10)
) -> None:
    """Erase somebody, turn by turn, until nothing is left to do."""
    await ask(world, contact_id)
    await work(world, worker, turn=turn)


async def work(world: World, worker: Pool, *, turn: timedelta = timedelta(seconds=10)) -> None:
    """Delete what is left of whoever was asked for, turn by turn."""
    erasing = runner(worker, world.apply, world.storage, turn=turn)
    for _ in range(400):
        await world.owner.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", ERASE)
        await erasing.run_due()
        if not await world.owner.fetchval("SELECT EXISTS (SELECT FROM jobs WHERE kind = $1)", ERASE):
            return
    raise AssertionError(await world.owner.fetchval("SELECT last_error FROM jobs WHERE kind = $1", ERASE))


@pytest.fixture
async def world(owner: Owner, web: Pool, apply: Pool, number: Number, tmp_path: Path) -> World:
    return World(owner, web, apply, number, tmp_path)


async def test_of_somebody_erased_nothing_is_found_in_the_whole_database_but_that_they_said_no(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    before = await found(world.owner, *CANARIES)
    assert before.keys() >= EVERYWHERE, "somebody who is in few tables proves little"
    gone = [
        contact_id,
        await world.conversation_of(contact_id),
    ]

    await erase(world, contact_id, worker)

    left = await found(world.owner, *CANARIES)
    assert {table: where for table, where in left.items() if table not in STAYS} == {}
    by_id = await found(world.owner, *map(str, gone))
    # By ids that lead nowhere: who did what, that there was an erasure, and the word of it to whoever had them open.
    assert set(by_id) <= {"audit_log", "contact_erasures", "events"}
    assert await world.contact_of(BERTA) is not None
    assert world.files() == 1, "the file that Berta got too stays"
    assert await world.owner.fetchval("SELECT count(*) FROM messages") == 1
    assert "Berta" in await world.owner.fetchval("SELECT failed_rows FROM consent_imports")


async def test_a_refused_row_of_a_list_goes_also_where_it_has_the_number_without_its_country_code(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    at_home = "0611 222 333"
    await world.owner.execute(
        "UPDATE consent_imports SET failed_rows = replace(failed_rows, $1, $2)", SPELT, at_home
    )
    await world.owner.execute("UPDATE campaign_faults SET cells = $1", json.dumps([at_home, NAME]))

    await erase(world, contact_id, worker)

    assert set(await found(world.owner, *CANARIES)) == set(STAYS)
    assert "Berta" in await world.owner.fetchval("SELECT failed_rows FROM consent_imports")


async def test_a_refused_row_of_a_list_goes_whole_where_a_cell_of_it_goes_over_several_lines(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    head, others = "line,phone,name\r\n", '3,+34 699 000 111,"Berta\r\n""B"""\r\n'
    await world.owner.execute(
        "UPDATE consent_imports SET failed_rows = $1", f'{head}2,{SPELT},"{NAME}\r\n{WORDS}"\r\n{others}'
    )

    await erase(world, contact_id, worker)

    assert await world.owner.fetchval("SELECT failed_rows FROM consent_imports") == head + others


async def test_a_campaigns_figures_stay_what_they_were(world: World, worker: Pool) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)

    await erase(world, contact_id, worker)

    async with world.web.transaction(world.number.tenant_id) as tx:
        campaign_id = await tx.connection.fetchval("SELECT id FROM campaigns")
        row = await store.lock(tx, tenant_id=world.number.tenant_id, campaign_id=campaign_id)
        figures = await progress.of(tx, campaign=row, tenant_id=world.number.tenant_id)
    assert (figures.recipients, figures.delivered, figures.skipped) == (2, 1, 1)


async def test_what_was_on_its_way_counts_in_a_campaign_as_what_became_of_it(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    tenant_id, became = world.number.tenant_id, "SELECT became FROM campaign_recipients WHERE state = 'taken'"
    whose = {
        "contact_ids": [contact_id],
        "conversation_ids": [await world.conversation_of(contact_id)],
        "phones": [PHONE],
        "names": [NAME],
    }

    async def turn() -> tuple[int, str]:
        async with worker.transaction(tenant_id) as tx:
            count = await persons.erase(tx, tenant_id=tenant_id, **whose)
        return count, await world.owner.fetchval(became)

    message_id = uuid7()
    of = {
        "channel_connection_id": world.number.connection_id,
        "conversation_id": whose["conversation_ids"][0],
    }
    await world.insert(
        "messages", **of, id=message_id, direction="outbound", type="text", text=WORDS, payload="{}", phase="sending", created_at=NOW
    )  # fmt: skip
    await world.owner.execute(
        "UPDATE campaign_recipients SET message_id = $1 WHERE state = 'taken'", message_id
    )
    assert (await turn())[1] == "sending"
    await world.owner.execute("UPDATE messages SET delivered_at = now() WHERE id = $1", message_id)

    assert await turn() == (1, "delivered")
    assert await turn() == (0, "delivered"), "and it ends"


async def asked(world: World, **who: object) -> Answer:
    async with world.web.transaction(world.number.tenant_id) as tx:
        (answer,) = await facts.ask(
            tx,
            [Recipient(**who)],  # type: ignore[arg-type]
            tenant_id=world.number.tenant_id,
            connection_id=world.number.connection_id,
            wanted=[Wanted(Purpose.REPLY, TemplateName("offer", "es_ES"))],
            now=NOW,
        )
        return answer


async def test_a_no_outlives_the_person_and_whoever_writes_afterwards_is_new(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await say_no(world)

    await erase(world, contact_id, worker)

    by_phone = await asked(world, phone=PHONE)
    assert isinstance(by_phone, Refusal)
    assert by_phone.code is RefusalCode.OPTED_OUT
    await world.hear(
        body(
            change(world.number, messages=[text("wamid.new", sender=PHONE, body="Hola")], names={PHONE: NAME})
        )
    )
    anew = await world.contact_of(PHONE)
    assert anew is not None
    assert anew != contact_id
    answer = await asked(world, contact_id=anew)
    assert isinstance(answer, Refusal)
    assert answer.code is RefusalCode.OPTED_OUT
    conversation_id = await world.conversation_of(anew)
    count = "SELECT count(*) FROM messages WHERE conversation_id = $1"
    assert await world.owner.fetchval(count, conversation_id) == 1


HERS: Final = {"contact_aliases", "contacts", "conversations", "messages"}
BESIDE: Final = {"contact_activity", "message_reactions", "message_revisions", "notices", "parked_statuses"}


async def rows_of(world: World, tables: set[str]) -> dict[str, int]:
    return {table: await world.owner.fetchval(f"SELECT count(*) FROM {table}") for table in sorted(tables)}


def said_once_more(number: Number) -> bytes:
    """Return the webhook in which Clementina wrote, as Meta delivers it again: beside a message of Berta's that is new."""
    said = [text(f"wamid.c{n}", sender=PHONE, body=WORDS, from_user_id=BSUID) for n in range(3)]
    berta = text("wamid.b2", sender=BERTA, body="Otra vez")
    return body(change(number, messages=[*said, berta], names={PHONE: NAME, BERTA: "Berta"}))


async def test_a_webhook_that_comes_again_after_the_erasure_makes_nobody_anew(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await erase(world, contact_id, worker)
    before = await rows_of(world, HERS)

    await world.hear(said_once_more(world.number))

    assert await world.contact_of(PHONE) is None
    assert set(await found(world.owner, *CANARIES)) == {"webhook_events"}
    assert await rows_of(world, HERS) == before | {"messages": before["messages"] + 1}, "Berta's"
    ignored = "SELECT count FROM ingest_counts WHERE outcome = 'ignored' AND reason = 'erased'"
    assert await world.owner.fetchval(ignored) == 3


async def test_a_webhook_that_comes_again_while_the_erasure_waits_makes_nobody_anew_either(
    world: World,
) -> None:
    contact_id = await write(world)
    await ask(world, contact_id)

    await world.hear(said_once_more(world.number))

    assert await world.contact_of(PHONE) is None
    assert await world.owner.fetchval("SELECT count(*) FROM contacts WHERE erased_at IS NULL") == 1, "Berta"


async def test_what_the_team_called_somebody_is_gone_from_the_request_on_and_nobody_names_them_again(
    world: World,
) -> None:
    contact_id = await write(world)

    async def call(name: str) -> None:
        tenant_id = world.number.tenant_id
        async with world.web.transaction(tenant_id) as tx:
            await rename(tx, tenant_id=tenant_id, contact_id=contact_id, name=name, actor="key:1")

    await call("La del quinto")
    await ask(world, contact_id)

    row = await world.owner.fetchrow("SELECT name, profile_name FROM contacts WHERE id = $1", contact_id)
    assert tuple(row) == (None, None)
    with pytest.raises(NotFound):
        await call("La del quinto")


async def test_what_is_told_again_beside_their_messages_while_the_erasure_is_under_way_makes_nobody_anew(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    asked_again = [*beside(world.number)[2:], called(world.number)]
    await world.hear(*asked_again)
    await ask(world, contact_id)
    await runner(worker, world.apply, world.storage, turn=timedelta(0)).run_due()
    assert await world.owner.fetchval("SELECT finished_at FROM contact_erasures") is None

    await world.hear(*asked_again)

    assert await world.contact_of(PHONE) is None
    await work(world, worker)
    assert set(await found(world.owner, *CANARIES)) <= set(STAYS)


async def test_what_another_notice_tells_of_what_was_erased_makes_nobody_anew_either(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await world.hear(called(world.number), echoed(world.number, echo("wamid.app", to=PHONE)))
    await erase(world, contact_id, worker)
    before = await rows_of(world, HERS | BESIDE - {"notices"})

    shared = text("wamid.c0", sender=PHONE, body=WORDS)
    chunk = {"metadata": {"phase": 0}, "threads": [{"id": PHONE, "messages": [shared]}]}
    inner = {"type": "text", "text": {"body": WORDS}}
    edit = {"original_message_id": "wamid.app", "message": inner}
    file = {"type": "image", "image": {"id": "1"}, **{k: shared[k] for k in ("from", "id", "timestamp")}}
    await world.hear(
        called(world.number, again=True),
        about(world.number, "history", history=[chunk]),
        about(world.number, "history", messages=[file]),
        echoed(world.number, echo("wamid.app", to=PHONE, at=NOW + timedelta(seconds=1))),
        echoed(world.number, echo("wamid.later", to=PHONE, type="edit", edit=edit)),
    )

    assert await world.contact_of(PHONE) is None
    assert await rows_of(world, HERS | BESIDE - {"notices"}) == before
    assert await world.owner.fetchval("SELECT count(*) FROM parked_files") == 0
    ignored = "SELECT count FROM ingest_counts WHERE outcome = 'ignored' AND reason = 'erased'"
    assert await world.owner.fetchval(ignored) == 5


async def test_a_replay_of_the_days_of_somebody_who_was_erased_leaves_them_erased(
    world: World, worker: Pool
) -> None:
    await erase(world, await write(world), worker)

    await replay(
        world.apply,
        Selection(until=await world.owner.fetchval("SELECT now() + interval '1 hour'")),
        callback_keys=(),
    )

    assert await world.contact_of(PHONE) is None


def called(number: Number, *, again: bool = False) -> bytes:
    """Return that she called; ``again``: the same call, told in other words."""
    call = {"id": "wacid.1", "from": PHONE, "event": "connect", "direction": "USER_INITIATED"}
    more = {"session": {"sdp_type": "offer"}} if again else {}
    return about(number, "calls", at=None, calls=[{**call, **more, "timestamp": str(int(NOW.timestamp()))}])


def echoed(number: Number, *said: Any) -> bytes:
    """Return what a colleague wrote to her, or changed, in the app."""
    return about(number, "smb_message_echoes", at=None, message_echoes=list(said))


def beside(number: Number) -> list[bytes]:
    """Return what Meta tells of her beside her words: a reaction, an edit, statuses, what she set, and her name in an address book."""
    from_her = {"from": PHONE, "timestamp": str(int(NOW.timestamp()))}
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.out", "emoji": "x"}, "id": "wamid.r"}
    inner = {"type": "text", "text": {"body": WORDS}}
    edit = {"type": "edit", "edit": {"original_message_id": "wamid.c0", "message": inner}, "id": "wamid.e"}
    stopped = {"wa_id": PHONE, "category": "marketing_messages", "value": "stop", "timestamp": 1789000000}
    entry = {"type": "contact", "contact": {"full_name": NAME, "phone_number": PHONE}, "action": "add"}
    return [
        body(change(number, messages=[from_her | reaction, from_her | edit])),
        body(change(number, statuses=[status("wamid.out", kind) for kind in ("sent", "delivered", "read")])),
        about(number, "user_preferences", at=None, user_preferences=[stopped]),
        about(number, "smb_app_state_sync", at=None, state_sync=[entry | {"metadata": {"timestamp": 1}}]),
    ]


async def test_of_what_is_told_again_beside_their_messages_nothing_is_kept_either(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await world.insert(
        "messages", channel_connection_id=world.number.connection_id, conversation_id=await world.conversation_of(contact_id), id=uuid7(),
        direction="outbound", provider_message_id="wamid.out", type="text", payload="{}", phase="sending", created_at=NOW,
    )  # fmt: skip
    await world.hear(*beside(world.number))
    assert (await rows_of(world, BESIDE)).items() >= {"contact_activity": 1, "notices": 2}.items()
    await erase(world, contact_id, worker)
    before = await rows_of(world, HERS)

    await world.hear(*beside(world.number))

    assert await world.contact_of(PHONE) is None
    assert await rows_of(world, HERS | BESIDE) == before | dict.fromkeys(BESIDE, 0)


async def test_of_who_never_said_no_nothing_at_all_is_kept(world: World, worker: Pool) -> None:
    contact_id = await write(world)

    await erase(world, contact_id, worker)

    assert set(await found(world.owner, *CANARIES)) == {"webhook_events"}


async def test_an_erasure_that_is_broken_off_anywhere_goes_on_and_ends(
    world: World, worker: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_BATCH", 1)
    monkeypatch.setattr(erasing, "_AHEAD", 2)
    contact_id = await write(world, texts=6)
    await fill(world, contact_id)

    await erase(world, contact_id, worker, turn=timedelta(0))

    left = await found(world.owner, *CANARIES)
    assert set(left) == set(STAYS)
    assert await world.owner.fetchval("SELECT finished_at FROM contact_erasures") == NOW


class Mortal(Pool):
    """A worker's connections, one of which is cut: before its transaction is committed, or in the moment after."""

    owner: Owner
    until: int  # which of the transactions to come it is
    committed = False

    def cut_after(self, transactions: int, *, committed: bool) -> None:
        self.until, self.committed = transactions, committed

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID | None = None, **more: Any) -> AsyncIterator[Transaction]:
        async with super().transaction(tenant_id, **more) as tx:
            yield tx
            self.until -= 1
            if self.until == 0 and not self.committed:
                pid = tx.connection.get_server_pid()
                assert await self.owner.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
        if self.until == 0:
            raise ConnectionResetError


async def test_a_worker_that_dies_at_any_point_of_an_erasure_leaves_it_to_be_ended_and_written_down_once(
    world: World, dsn: str
) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    await ask(world, contact_id)
    mortal = await Mortal.open(dsn, Role.WORKER)
    mortal.owner = world.owner
    eraser = Eraser(mortal, everybody=world.apply, storage=world.storage, now=stopped_at(NOW))
    job = "SELECT count(*) FROM jobs WHERE kind = $1"

    deaths = 0
    while await world.owner.fetchval(job, ERASE):
        mortal.cut_after(deaths // 2 + 1, committed=deaths % 2 == 1)
        async with world.apply.transaction() as tx:
            await tx.connection.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", ERASE)
            (taken,) = await claim(tx, kinds=[ERASE], most=1, lease=timedelta(0), held={})
        try:
            await eraser(taken)
        except (OSError, *Unreachable):
            deaths += 1
    await mortal.close()

    assert deaths >= 16, "hardly any transaction is left in which none died"
    assert set(await found(world.owner, *CANARIES)) == set(STAYS)
    assert world.files() == 1, "the file that Berta got too"
    lines = "SELECT count(*) FROM audit_log WHERE action = 'contact.erased'"
    assert await world.owner.fetchval(lines) == 1
    told = "SELECT count(*) FROM events WHERE type = 'contact_erased'"
    assert await world.owner.fetchval(told) == 1
    assert await world.owner.fetchval("SELECT finished_at FROM contact_erasures") == NOW


async def test_from_the_request_on_nobody_finds_them_or_makes_them_part_of_somebody(world: World) -> None:
    contact_id = await write(world)
    berta = await world.contact_of(BERTA)
    assert berta is not None

    await ask(world, contact_id)
    await ask(world, contact_id)

    assert await world.contact_of(PHONE) is None
    tenant_id = world.number.tenant_id
    async with world.web.transaction(tenant_id) as tx:
        with pytest.raises(NotFound):
            await contacts.contact(tx, tenant_id=tenant_id, contact_id=contact_id)
        with pytest.raises(NotFound):
            await contacts.merge(
                tx, tenant_id=tenant_id, contact_id=berta, other_id=contact_id, actor="user:boss"
            )
    requested = await world.owner.fetchval(
        "SELECT count(*) FROM audit_log WHERE action = 'contact.erasure_requested'"
    )
    assert requested == 1


async def test_who_is_part_of_somebody_is_erased_with_them(world: World) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    part = await world.owner.fetchval("SELECT id FROM contacts WHERE merged_into = $1", contact_id)

    with pytest.raises(Conflict):
        await ask(world, part)


async def test_what_waits_to_be_sent_to_them_is_never_sent(world: World, worker: Pool) -> None:
    contact_id = await write(world)
    conversation_id = await world.conversation_of(contact_id)
    message_id = uuid7()
    of = {"channel_connection_id": world.number.connection_id, "conversation_id": conversation_id}
    await world.insert(
        "messages", **of, id=message_id, direction="outbound", type="text", text=WORDS, payload="{}", phase="queued", created_at=NOW
    )  # fmt: skip
    await world.insert("outbox", **of, message_id=message_id)

    await erase(world, contact_id, worker)

    assert await world.owner.fetchval("SELECT count(*) FROM outbox") == 0
    assert set(await found(world.owner, *CANARIES)) == {"webhook_events"}


async def test_whoever_has_them_open_is_told_and_a_reader_of_the_log_goes_on(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    tenant_id = world.number.tenant_id
    async with world.web.transaction(tenant_id) as tx:
        before = (await realtime.read(tx, tenant_id=tenant_id, after=None, limit=1)).cursor
    conversation_id = await world.conversation_of(contact_id)

    await erase(world, contact_id, worker)

    async with world.web.transaction(tenant_id) as tx:
        events = (await realtime.read(tx, tenant_id=tenant_id, after=before, limit=99)).events
    told = [json.loads(one.data) for one in events if one.type == "contact_erased"]
    assert told == [{"contact_id": str(contact_id), "conversation_ids": [str(conversation_id)]}]
    assert all(one.conversation_id != conversation_id for one in events)


async def test_anothers_person_with_the_same_phone_is_not_touched(world: World, worker: Pool) -> None:
    contact_id = await write(world)
    theirs = await insert_number(world.owner)
    conversation = await insert_conversation(world.owner, theirs, wa_id=PHONE)

    await erase(world, contact_id, worker)

    assert (
        await world.owner.fetchval("SELECT contact_wa_id FROM conversations WHERE id = $1", conversation)
        == PHONE
    )


async def wait_to_tell(world: World, phone: str, *, written: str | None = None) -> None:
    """Have a notification wait for its time, its number ``written`` so; else with + and all digits."""
    data = json.dumps({"to": written or f"+{phone}"})
    told = {"event": "shipped", "data": data, "digest": b"." * 32, "actor": "cli"}
    await world.insert("notification_events", **told, id="order-9", received_at=NOW)
    said = {"event_id": "order-9", "rule_id": uuid7(), "state": "waiting", "due_at": NOW}
    await world.insert("notifications", **said, id=uuid7())


async def test_nothing_that_waits_for_its_time_is_sent_to_them_from_the_request_on(world: World) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    await wait_to_tell(world, PHONE)

    await ask(world, contact_id)

    waiting = "SELECT count(*) FROM campaign_recipients WHERE state = 'waiting'"
    assert await world.owner.fetchval(waiting) == 0
    assert await world.owner.fetchval("SELECT count(*) FROM notifications WHERE state = 'waiting'") == 0


@pytest.mark.parametrize(
    ("phone", "written", "shown"),
    [
        # Of whichever country: it goes, but is not shown to her, as in another one it is somebody else's.
        (PHONE, "611 222 333", []),
        ("447911123456", "07911 123456", []),
        ("5491123456789", "+54 11 2345-6789", ["order-9"]),  # without the 9 that Meta writes
        ("525512345678", "+52 1 55 1234 5678", ["order-9"]),  # with the 1 of former days
    ],
)
async def test_a_number_is_theirs_in_whatever_form_their_own_systems_write_it(
    world: World, worker: Pool, phone: str, written: str, shown: list[str]
) -> None:
    await world.hear(body(change(world.number, messages=[text("wamid.x", sender=phone)])))
    contact_id = await world.contact_of(phone)
    assert contact_id is not None
    await wait_to_tell(world, phone, written=written)
    async with world.web.transaction(world.number.tenant_id) as tx:
        names = await naming.names_of(tx, tenant_id=world.number.tenant_id, contact_id=contact_id)
        heard = await told_of(tx, tenant_id=world.number.tenant_id, names=names, after="", most=9)
    assert [one.id for one in heard.heard] == shown

    await ask(world, contact_id)
    assert await world.owner.fetchval("SELECT count(*) FROM notifications") == 0
    await work(world, worker)

    assert await world.owner.fetchval("SELECT count(*) FROM notification_events") == 0


async def test_digits_within_another_number_are_nobodys(world: World, worker: Pool) -> None:
    contact_id = await write(world)
    await wait_to_tell(world, BERTA, written="+1 611 222 3334")

    await erase(world, contact_id, worker)

    assert await world.owner.fetchval("SELECT state FROM notifications") == "waiting"


async def test_what_waits_for_somebody_else_is_sent_to_them_all_the_same(world: World) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    campaign = await world.owner.fetchrow("SELECT campaign_id, audience_id FROM campaign_recipients LIMIT 1")
    await world.insert(
        "campaign_recipients", **campaign, line=5, phone=BERTA, zone="Europe/Madrid", variables="{}"
    )
    await wait_to_tell(world, BERTA)

    await ask(world, contact_id)

    waiting = "SELECT phone FROM campaign_recipients WHERE state = 'waiting'"
    assert await world.owner.fetchval(waiting) == BERTA
    assert await world.owner.fetchval("SELECT count(*) FROM notifications WHERE state = 'waiting'") == 1


async def test_an_answer_that_holds_only_ids_stays_so_that_a_request_repeated_sends_nothing_again(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    answer = json.dumps({"id": str(uuid7()), "conversation_id": str(await world.conversation_of(contact_id))})
    await world.insert("idempotency_keys", route="r", key="order-7", request_hash=b"." * 32, response=answer)

    await erase(world, contact_id, worker)

    assert await world.owner.fetchval("SELECT key FROM idempotency_keys") == "order-7"


async def pass_number_on(world: World, contact_id: UUID) -> UUID:
    """Let Clementina's number be somebody else's by now; return their contact."""
    await world.owner.execute(
        "UPDATE contact_aliases SET retired_at = $2 WHERE contact_id = $1 AND kind = 'phone'", contact_id, NOW
    )
    other_id = uuid7()
    await world.insert("contacts", id=other_id, name="Dora", wa_id=PHONE)
    await world.insert("contact_aliases", kind="phone", value=PHONE, contact_id=other_id, since=NOW)
    return other_id


async def test_who_has_their_number_by_now_keeps_what_is_theirs(world: World, worker: Pool) -> None:
    contact_id = await write(world)
    await say_no(world)
    other_id = await pass_number_on(world, contact_id)
    await wait_to_tell(world, PHONE)

    await erase(world, contact_id, worker)

    assert await world.owner.fetchval("SELECT state FROM notifications") == "waiting"
    assert await world.contact_of(PHONE) == other_id
    assert await world.owner.fetchval("SELECT count(*) FROM suppressions WHERE value = $1", PHONE) == 0


async def test_a_number_that_they_gave_up_and_nobody_has_had_since_is_looked_for_as_well(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await fill(world, contact_id)
    await world.owner.execute("UPDATE contact_aliases SET retired_at = $2 WHERE value = $1", FORMER, NOW)
    async with world.web.transaction(world.number.tenant_id) as tx:
        shown = await naming.names_of(tx, tenant_id=world.number.tenant_id, contact_id=contact_id)
    assert FORMER not in shown, "a stranger may have it by now"

    await erase(world, contact_id, worker)

    assert set(await found(world.owner, *CANARIES)) == set(STAYS)


async def test_a_no_of_who_had_the_number_and_was_erased_before_stays(world: World, worker: Pool) -> None:
    contact_id = await write(world)
    await world.insert("suppressions", kind="phone", value=PHONE, category="all", at=NOW)

    await erase(world, contact_id, worker)

    assert await world.owner.fetchval("SELECT value FROM suppressions") == PHONE


async def test_a_no_that_is_heard_after_the_request_is_kept_too_and_is_theirs_who_came_back(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await ask(world, contact_id)
    await world.hear(
        body(
            change(world.number, messages=[text("wamid.new", sender=PHONE, body="Hola")], names={PHONE: NAME})
        )
    )
    await world.insert(
        "consents", id=uuid7(), contact_id=contact_id, category="all", state="out", source="refusal", actor="contact", at=NOW
    )  # fmt: skip

    await erase(world, contact_id, worker)

    kept = await world.owner.fetch("SELECT category FROM suppressions WHERE value = $1", PHONE)
    assert {row["category"] for row in kept} == {"all", "marketing", "utility"}
    anew = await world.contact_of(PHONE)
    answer = await asked(world, contact_id=anew)
    assert isinstance(answer, Refusal)
    assert answer.code is RefusalCode.OPTED_OUT


async def test_a_conversation_that_was_theirs_for_a_while_does_not_hold_their_erasure_up(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    berta = await world.contact_of(BERTA)
    assert berta is not None
    await world.owner.execute(
        "UPDATE conversations SET merged_into = $2 WHERE contact_id = $1",
        berta,
        await world.conversation_of(contact_id),
    )

    await erase(world, contact_id, worker)

    merged = "SELECT merged_into FROM conversations WHERE contact_id = $1"
    assert await world.owner.fetchval(merged, berta) is None
    assert await world.owner.fetchval("SELECT count(*) FROM conversations") == 1


async def test_what_others_are_sent_goes_on_where_it_waited_behind_theirs(world: World, worker: Pool) -> None:
    contact_id = await write(world)
    berta = await world.contact_of(BERTA)
    assert berta is not None
    # Queued while the two were one person: both wait in one conversation, and each shows in its own by now.
    hers, bertas = await world.conversation_of(contact_id), await world.conversation_of(berta)
    for conversation_id, waits in ((hers, None), (bertas, "turn")):
        message_id = uuid7()
        connection = {"channel_connection_id": world.number.connection_id}
        await world.insert(
            "messages", **connection, conversation_id=conversation_id, id=message_id, direction="outbound", type="text", text="Hi",
            payload="{}", phase="queued", created_at=NOW,
        )  # fmt: skip
        await world.insert("outbox", **connection, conversation_id=bertas, message_id=message_id, waits=waits)

    await erase(world, contact_id, worker)

    waiting = await world.owner.fetchrow("SELECT waits, count(*) OVER () AS count FROM outbox")
    assert (waiting["waits"], waiting["count"]) == (None, 1)


async def set_aside(world: World, *, received_at: datetime) -> UUID:
    """Have an item of the number that names her wait to be applied."""
    item_id = uuid7()
    await world.owner.execute(
        """INSERT INTO quarantine (id, kind, reason, detail, meta_app_id, phone_number_id, event_id, event_received_at, item, payload)
           VALUES ($1, 'unrouted', 'r', '', '1', $2, $3, $4, 0, $5)""",
        item_id, world.number.phone_number_id, int(received_at.timestamp()), received_at, PHONE.encode(),
    )  # fmt: skip
    return item_id


async def kept_aside(world: World) -> set[UUID]:
    return {row["id"] for row in await world.owner.fetch("SELECT id FROM quarantine")}


async def test_what_waits_of_a_number_that_is_anothers_now_is_the_others(world: World, worker: Pool) -> None:
    contact_id = await write(world)
    item_id = await set_aside(world, received_at=NOW)
    await world.owner.execute("UPDATE channel_connections SET status = 'revoked'")
    await insert_number(world.owner, phone_number_id=world.number.phone_number_id)

    await erase(world, contact_id, worker)

    assert await kept_aside(world) == {item_id}


async def test_what_waits_from_before_the_tenant_had_the_number_is_not_theirs_to_erase(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    before = await set_aside(world, received_at=NOW - timedelta(hours=1))
    await set_aside(world, received_at=NOW + timedelta(hours=1))
    await world.owner.execute("UPDATE channel_connections SET attached_at = $1", NOW)

    await erase(world, contact_id, worker)

    assert await kept_aside(world) == {before}


async def hers(world: World, contact_id: UUID) -> bytes:
    """Have a file on a message of hers; return its content's hash."""
    conversation_id = await world.conversation_of(contact_id)
    message_id = await world.owner.fetchval(
        "SELECT id FROM messages WHERE conversation_id = $1 LIMIT 1", conversation_id
    )
    await world.store("hers", message_id)
    return b"hers".ljust(32, b".")


async def test_a_file_whose_content_is_being_stored_for_somebody_else_stays(
    world: World, worker: Pool
) -> None:
    contact_id = await write(world)
    await files.reserve(worker, tenant_id=world.number.tenant_id, sha256=await hers(world, contact_id))

    await erase(world, contact_id, worker)

    assert world.files() == 1
    assert await world.owner.fetchval("SELECT count(*) FROM media_assets") == 1


@pytest.mark.parametrize(("arrives", "left"), [(False, 0), (True, 1)])
async def test_a_file_that_was_spared_for_who_stored_it_goes_where_that_is_broken_off(
    world: World, worker: Pool, *, arrives: bool, left: int
) -> None:
    contact_id, tenant_id = await write(world), world.number.tenant_id
    await files.reserve(worker, tenant_id=tenant_id, sha256=await hers(world, contact_id))
    await erase(world, contact_id, worker)
    if arrives:
        async with worker.transaction(tenant_id) as tx:
            asset_id = await world.owner.fetchval("SELECT id FROM media_assets")
            same = await media.find_asset(tx, tenant_id=tenant_id, asset_id=asset_id)
            assert same is not None
            await media.insert_asset(tx, msgspec.structs.replace(same, id=uuid7()), tenant_id=tenant_id)
    await world.owner.execute("UPDATE media_reservations SET reserved_at = now() - interval '25 hours'")

    await delete_bytes(worker, world.storage, tenant_id=tenant_id, turn=timedelta(seconds=10))

    assert (world.files(), await world.owner.fetchval("SELECT count(*) FROM media_assets")) == (left, left)


async def test_a_file_that_begins_to_be_stored_while_its_deletion_waits_stays(
    world: World, worker: Pool
) -> None:
    digest = await hers(world, await write(world))
    tenant_id = world.number.tenant_id
    message_id = await world.owner.fetchval("SELECT message_id FROM message_media")

    async def delete() -> int:
        async with worker.transaction(tenant_id) as tx:
            return await files.erase(tx, tenant_id=tenant_id, message_ids=[message_id])

    async with asyncio.TaskGroup() as tasks, world.owner.transaction():
        await world.owner.execute("UPDATE media_assets SET wanted_at = now()")
        deleting = tasks.create_task(delete())
        await waiting_for_a_lock(world.owner)
        await world.owner.execute(
            "INSERT INTO media_reservations (tenant_id, sha256) VALUES ($1, $2)", tenant_id, digest
        )

    assert deleting.result() == 0


class Slow(LocalStorage):
    """A storage that takes until somebody says so to delete."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def delete(self, key: str) -> None:
        self.asked.set()
        await self.go_on.wait()
        await super().delete(key)


async def test_only_one_at_a_time_deletes_a_tenants_bytes_and_another_comes_back(
    world: World, worker: Pool
) -> None:
    tenant_id, turn = world.number.tenant_id, timedelta(seconds=10)
    await world.insert("media_deletions", storage_key=storage_key(tenant_id, b"k".ljust(32, b".")))
    slow = Slow(world.folder)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(delete_bytes(worker, slow, tenant_id=tenant_id, turn=turn))
        await slow.asked.wait()

        second = await delete_bytes(worker, world.storage, tenant_id=tenant_id, turn=turn)
        anothers = await delete_bytes(
            worker, world.storage, tenant_id=await insert_tenant(world.owner), turn=turn
        )
        left = await world.owner.fetchval("SELECT count(*) FROM media_deletions")
        slow.go_on.set()

    assert (second, anothers, left) == (False, True, 1)
    assert first.result()
    assert await delete_bytes(worker, world.storage, tenant_id=tenant_id, turn=turn)

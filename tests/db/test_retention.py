"""What a tenant does not keep any more is deleted, that and nothing else, from the tables and from the storage; the audit log stays."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.clocks import stopped_at
from bed.rows import Number, insert_conversation, insert_number, insert_sent
from bed.tenancy import insert_one_of_everything, tenants_tables
from curbe.audit import service as audit
from curbe.domain.errors import CursorExpired
from curbe.inbox import notes, purge
from curbe.infra import jobs
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner
from curbe.media import purge as files
from curbe.media.rules import keys_of, storage_key
from curbe.media.storage import LocalStorage, StorageFailed
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event
from curbe.retention import service
from curbe.retention.service import PURGE, Purger

pytestmark = pytest.mark.anyio

DAYS = 30
NOW = utc_now()
OLD, YOUNG = NOW - timedelta(days=DAYS, hours=1), NOW - timedelta(days=DAYS - 1)
# What is neither old nor young: who there is, how they are reached, what is settled, who did what.
KEPT = {
    "api_keys",
    "audit_log",
    "audit_seals",
    "campaigns",
    "campaign_feeds",
    "canned_replies",
    "channel_connections",
    "contact_aliases",
    "contact_erasures",  # that there was one
    "contact_merges",
    "contacts",
    "contacts_kept_apart",
    "automations",
    "consent_imports",
    "consent_settings",
    "consents",
    "conversation_labels",
    "conversations",
    "event_log_starts",
    "idempotency_keys",  # a week at most
    "invites",  # a week at most
    "embed_tokens",  # minutes at most
    "sign_up_choices",  # a quarter of an hour
    "jobs",
    "labels",
    "marketing_preferences",
    "media_reservations",  # a day at most
    "memberships",
    "messages_going_back",  # until they have
    "notification_rules",
    "operator_entries",
    "outgoing_webhooks",
    "outgoing_webhook_deliveries",  # a week at most
    "pair_debts",
    "parked_files",  # a day at most
    "parked_statuses",  # a week at most
    "portfolio_people",  # a day at most
    "portfolios",
    "push_notices",  # an hour, as a rule
    "push_places",
    "push_subscriptions",  # as long as their session, 30 days at most
    "report_costs",
    "report_days",
    "report_marks",  # until the day is counted again
    "report_messages",
    "report_runs",
    "report_times",
    "saved_views",
    "send_holds",
    "suppressions",
    "team_members",
    "teams",
    "template_settings",
    "template_syncs",
    "templates",
}


@dataclass
class World:
    """A tenant that keeps things for thirty days, its storage, and the worker that deletes."""

    owner: asyncpg.Connection
    worker: Pool
    number: Number
    storage: LocalStorage
    folder: Path
    runner: Runner

    @property
    def tenant(self) -> UUID:
        return self.number.tenant_id

    async def say(self, at: datetime, *, conversation_id: UUID, wamid: str | None = None) -> UUID:
        """Let a person have written something at a moment, had it edited, and been answered with a heart."""
        message_id, wamid = uuid7(), wamid or f"wamid.{uuid7()}"
        key = (self.tenant, self.number.connection_id)
        await self.owner.execute(
            """INSERT INTO messages (tenant_id, channel_connection_id, id, conversation_id, direction, provider_message_id, type, text,
                                     payload, created_at) VALUES ($1, $2, $3, $4, 'inbound', $5, 'text', 'hola', '{}', $6)""",
            *key, message_id, conversation_id, wamid, at,
        )  # fmt: skip
        await self.owner.execute(
            """INSERT INTO message_revisions (tenant_id, channel_connection_id, target_id, provider_message_id, kind, type,
                                              payload, at, waits)
               VALUES ($1, $2, $3, $3, 'original', 'text', '{}', $4, false)""",
            *key, wamid, at,
        )  # fmt: skip
        await self.owner.execute(
            """INSERT INTO message_reactions (tenant_id, channel_connection_id, target_id, who, emoji, at, provider_message_id)
               VALUES ($1, $2, $3, 'contact', '❤', $4, 'wamid.r')""",
            *key, wamid, at,
        )  # fmt: skip
        return message_id

    async def store(self, content: bytes, *, at: datetime, message_id: UUID | None = None) -> UUID:
        """Have a file, with a thumbnail, since a moment; perhaps on a message."""
        digest = content.ljust(32, b".")
        key, _ = await self.put(digest)
        asset_id = uuid7()
        await self.owner.execute(
            """INSERT INTO media_assets (tenant_id, id, sha256, mime_type, sniffed, size, storage_key, thumbnail_key, created_at)
               VALUES ($1, $2, $3, 'image/png', true, 1, $4, $4 || '.thumb.webp', $5)""",
            self.tenant, asset_id, digest, key, at,
        )  # fmt: skip
        if message_id is not None:
            await self.hang(asset_id, message_id)
        return asset_id

    async def put(self, digest: bytes) -> tuple[str, str]:
        """Put bytes into the storage, and a thumbnail, without a row that speaks of them."""
        keys = keys_of(self.tenant, digest)
        for name in keys:
            source = self.folder / "incoming"
            source.write_bytes(digest)
            await self.storage.put(name, source)
        return keys

    async def hang(self, asset_id: UUID, message_id: UUID) -> None:
        await self.owner.execute(
            """INSERT INTO message_media (tenant_id, message_id, channel_connection_id, state, asset_id)
               VALUES ($1, $2, $3, 'stored', $4)""",
            self.tenant, message_id, self.number.connection_id, asset_id,
        )  # fmt: skip

    def files(self) -> list[Path]:
        """Return every file in the storage."""
        return [path for path in (self.folder / str(self.tenant)).rglob("*") if path.is_file()]

    def stored(self) -> int:
        """How many files lie in the storage."""
        return len(self.files())

    async def ids(self, table: str) -> set[UUID]:
        return {row["id"] for row in await self.owner.fetch(f"SELECT id FROM {table}")}

    async def count(self, table: str) -> int:
        return int(
            await self.owner.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", self.tenant)
        )

    async def purge(self) -> None:
        """Let the worker do what is due, turn by turn, to the end."""
        async with self.worker.transaction(self.tenant) as tx:
            await service.jobs.defer(tx, [service.NewJob(self.tenant, PURGE, self.tenant)])
        for _ in range(20):
            if not await self.count("jobs"):
                return
            await self.owner.execute("UPDATE jobs SET available_at = now()")
            await self.runner.run_due()
        raise AssertionError("it never ends")


def purging(worker: Pool, apply: Pool, storage: LocalStorage, **more: timedelta) -> Runner:
    purger = Purger(worker, storage=storage, now=stopped_at(NOW), **more)
    return Runner(
        everybody=apply, pool=worker, handlers={PURGE: purger}, at_once=1, lease=timedelta(minutes=15)
    )


@pytest.fixture
async def world(owner: asyncpg.Connection, worker: Pool, apply: Pool, tmp_path: Path) -> World:
    number = await insert_number(owner)
    await owner.execute("UPDATE tenants SET retention_days = $2 WHERE id = $1", number.tenant_id, DAYS)
    storage = LocalStorage(tmp_path)
    runner = purging(worker, apply, storage, turn=timedelta(minutes=5))  # one turn, however slow the machine
    return World(owner, worker, number, storage, tmp_path, runner)


async def test_what_is_older_goes_and_what_is_younger_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_BATCH", 2)
    monkeypatch.setattr(service, "_CONVERSATIONS", 1)
    young = set()
    for n in range(3):
        conversation = await insert_conversation(world.owner, world.number, wa_id=f"3460000000{n}")
        for _ in range(5):
            await world.say(OLD, conversation_id=conversation)
        young.add(await world.say(YOUNG, conversation_id=conversation))

    await world.purge()

    assert await world.ids("messages") == young
    assert (await world.count("message_revisions"), await world.count("message_reactions")) == (3, 3)
    assert (await world.count("conversations"), await world.count("contacts")) == (3, 3)
    (entry,) = await world.owner.fetch("SELECT * FROM audit_log WHERE action = 'retention.purged'")
    assert entry["actor"] == "system:retention"
    assert '"messages": 15' in entry["detail"]
    assert await world.owner.fetchval("SELECT purged_at FROM tenants") == NOW


async def test_a_file_goes_with_the_last_message_that_has_it(world: World) -> None:
    conversation = await insert_conversation(world.owner, world.number)
    first, second = [await world.say(OLD, conversation_id=conversation) for _ in range(2)]
    third = await world.say(YOUNG, conversation_id=conversation)
    await world.store(b"in old ones alone", at=OLD, message_id=first)
    needed = await world.store(b"in one that stays", at=OLD, message_id=second)
    await world.hang(needed, third)
    await world.store(b"uploaded and never sent", at=OLD)
    fresh = await world.store(b"uploaded just now", at=YOUNG)

    await world.purge()

    assert await world.ids("media_assets") == {needed, fresh}
    assert world.stored() == 4
    assert (await world.count("message_media"), await world.count("media_deletions")) == (1, 0)


async def test_a_note_goes_by_when_it_was_written_also_one_with_a_key_of_its_authors(
    world: World, worker: Pool, web: Pool
) -> None:
    conversation = await insert_conversation(world.owner, world.number)
    for key in ("a", "b", "c", None):
        async with web.transaction(world.tenant) as tx:
            await notes.add_note(
                tx,
                tenant_id=world.tenant,
                conversation_id=conversation,
                body="Llamar",
                mentions=[],
                author="user:boss",
                key=key,
                now=NOW,
            )

    async def deleted(before: datetime) -> int:
        async with worker.transaction(world.tenant) as tx:
            return await purge.delete_annotations(tx, tenant_id=world.tenant, before=before, most=10)

    assert await deleted(NOW - timedelta(days=DAYS)) == 0
    assert await deleted(NOW + timedelta(days=DAYS)) == 4


async def test_the_cover_of_templates_is_kept_however_old_it_is(world: World) -> None:
    cover = await world.store(b"stands in every header", at=OLD)
    await world.store(b"uploaded and never sent", at=OLD)
    settle = "INSERT INTO template_settings (tenant_id, cover_media_id) VALUES ($1, $2)"
    await world.owner.execute(settle, world.tenant, cover)

    await world.purge()

    assert await world.ids("media_assets") == {cover}


async def test_what_a_campaign_may_still_send_in_its_header_is_kept(
    world: World,
) -> None:
    files = [
        await world.store(content, at=OLD) for content in (b"next month", b"to be tried again", b"never")
    ]
    for file, state in zip(files, ("scheduled", "finished", "cancelled"), strict=True):
        shown = {"type": "image", "image": {"id": str(file).upper()}}
        await world.owner.execute(
            """INSERT INTO campaigns (tenant_id, id, name, channel_connection_id, template, state, scheduled_at, created_by)
               VALUES ($1, gen_random_uuid(), 'Navidad', $2, $3::text::jsonb, $4::text::campaign_state, now(), 'cli')""",
            world.tenant, world.number.connection_id, json.dumps({"components": [shown]}), state,
        )  # fmt: skip

    await world.purge()

    assert await world.ids("media_assets") == set(files[:2])


@pytest.mark.parametrize("rules", ["notification_rules", "automations"])
async def test_what_a_rule_sends_is_kept_though_nothing_happened_for_long(world: World, rules: str) -> None:
    kept = await world.store(b"the terms, once a year", at=OLD)
    await world.store(b"uploaded and never sent", at=OLD)
    columns = {"notification_rules": "event, enabled", "automations": "kind, place, enabled"}[rules]
    values = {"notification_rules": "'renewal', true", "automations": "'welcome', 1, true"}[rules]
    await world.owner.execute(
        f"""INSERT INTO {rules} (tenant_id, id, rule, updated_by, {columns})
            VALUES ($1, gen_random_uuid(), $2::text::jsonb, 'cli', {values})""",
        world.tenant, json.dumps({"template": {"document": {"id": str(kept)}}}),
    )  # fmt: skip

    await world.purge()

    assert await world.ids("media_assets") == {kept}


async def test_what_waits_to_be_sent_is_kept_however_old_it_is(world: World) -> None:
    sent = await insert_sent(world.owner, world.number, phase="queued")
    await world.owner.execute("UPDATE messages SET created_at = $1", OLD)
    await world.owner.execute(
        "INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id) VALUES ($1, $2, $3, $4)",
        world.tenant, sent.id, world.number.connection_id, sent.conversation_id,
    )  # fmt: skip

    await world.purge()

    assert await world.ids("messages") == {sent.id}


async def test_who_sets_no_limit_keeps_everything_and_nobody_is_touched_by_anothers(world: World) -> None:
    theirs = await insert_number(world.owner)
    conversation = await insert_conversation(world.owner, theirs)
    mine = world.number
    world.number = theirs
    kept = await world.say(OLD, conversation_id=conversation)
    await world.purge()
    world.number = mine
    await world.purge()

    assert await world.ids("messages") == {kept}


async def test_an_edit_whose_message_can_come_no_more_goes_also_where_everything_is_kept(
    world: World,
) -> None:
    conversation = await insert_conversation(world.owner, world.number)
    await world.say(OLD, conversation_id=conversation, wamid="wamid.here")
    await world.owner.execute("UPDATE tenants SET retention_days = NULL; DELETE FROM message_revisions")
    # A month, the days in which a webhook comes again before it, and a day; one of them is dated ahead.
    for target, days in (("wamid.lost", 39), ("wamid.late", 37), ("wamid.here", 39)):
        await world.owner.execute(
            """INSERT INTO message_revisions (tenant_id, channel_connection_id, target_id, provider_message_id, kind, type, text, payload,
                                              at, stored_at)
               VALUES ($1, $2, $3, 'wamid.edit', 'edit', 'text', 'otra cosa', '{}', $4, $5)""",
            world.tenant, world.number.connection_id, target, NOW + timedelta(days=900), NOW - timedelta(days=days),
        )  # fmt: skip

    await world.purge()

    left = await world.owner.fetch("SELECT target_id FROM message_revisions ORDER BY 1")
    assert [row["target_id"] for row in left] == ["wamid.here", "wamid.late"]


async def test_a_campaign_that_was_deleted_goes_with_its_people_also_where_everything_is_kept(
    world: World,
) -> None:
    await world.owner.execute("UPDATE tenants SET retention_days = NULL")
    await world.owner.execute(
        """INSERT INTO campaigns (tenant_id, id, name, channel_connection_id, template, created_by, deleted_at)
           SELECT $1, gen_random_uuid(), 'Navidad', $2, '{}', 'cli', deleted_at
             FROM unnest(ARRAY[now(), NULL::timestamptz]) AS u (deleted_at)""",
        world.tenant, world.number.connection_id,
    )  # fmt: skip
    await world.owner.execute(
        """INSERT INTO campaign_audiences (tenant_id, id, campaign_id, kind)
           SELECT k.tenant_id, k.id, k.id, 'list' FROM campaigns k"""
    )
    await world.owner.execute(
        """INSERT INTO campaign_recipients (tenant_id, campaign_id, audience_id, line, phone, zone)
           SELECT k.tenant_id, k.id, k.id, n, (34600000000 + n)::text, 'UTC' FROM campaigns k, generate_series(1, 1200) AS n"""
    )

    await world.purge()

    left = "SELECT count(*) FROM campaign_recipients r JOIN campaigns k USING (tenant_id) WHERE r.campaign_id = k.id"
    assert await world.owner.fetchval(left) == 1200
    assert await world.count("campaign_recipients") == 1200
    assert await world.count("campaign_audiences") == await world.count("campaigns") == 1


async def test_of_everything_a_tenant_has_only_what_people_said_is_deleted(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, tmp_path: Path
) -> None:
    """A table that comes later is named here: among those that stay, or it is emptied."""
    number = await insert_one_of_everything(owner)
    await owner.execute("UPDATE tenants SET retention_days = $1", DAYS)
    await owner.execute("DELETE FROM outbox")  # all of it is sent
    later = NOW + timedelta(days=10_000)
    purger = Purger(worker, storage=LocalStorage(tmp_path), now=stopped_at(later))
    runner = Runner(
        everybody=apply, pool=worker, handlers={PURGE: purger}, at_once=1, lease=timedelta(minutes=15)
    )
    await owner.execute("UPDATE media_assets SET storage_key = $1", storage_key(number.tenant_id, b"." * 32))
    await owner.execute("DELETE FROM media_deletions")
    world = World(owner, worker, number, LocalStorage(tmp_path), tmp_path, runner)
    await world.owner.execute("DELETE FROM jobs")

    await world.purge()

    left = {table for table in await tenants_tables(owner) if await world.count(table)}
    assert left - KEPT == set()
    assert left >= {"audit_log", "contacts", "conversations"}


async def test_a_cursor_from_before_is_told_that_it_missed_something(world: World, web: Pool) -> None:
    event = Event(tenant_id=world.tenant, type=EventType.CONVERSATION_UPDATED)
    for _ in range(3):
        async with world.worker.transaction(world.tenant) as tx:
            await realtime.append(tx, [event])
    async with web.transaction(world.tenant) as tx:
        first, second, third = (await realtime.read(tx, tenant_id=world.tenant, after=None, limit=9)).events
    for one in (first, second):
        await world.owner.execute("UPDATE events SET created_at = $1 WHERE id = $2", OLD, one.cursor.id)

    await world.purge()

    async with web.transaction(world.tenant) as tx:
        for after in (None, second.cursor):
            page = await realtime.read(tx, tenant_id=world.tenant, after=after, limit=9)
            assert [one.cursor for one in page.events] == [third.cursor]
        with pytest.raises(CursorExpired) as refused:
            await realtime.read(tx, tenant_id=world.tenant, after=first.cursor, limit=9)
    assert "too old" in refused.value.detail
    assert refused.value.extra["latest"]


async def test_an_old_event_behind_a_younger_one_stays_so_that_the_log_has_no_holes(world: World) -> None:
    for at in (YOUNG, OLD):
        await world.owner.execute(
            "INSERT INTO events (tenant_id, type, data, created_at) VALUES ($1, 'message_sent', '{}', $2)",
            world.tenant,
            at,
        )

    await world.purge()

    assert await world.count("events") == 2


class Away(LocalStorage):
    """A storage that is away until somebody says otherwise."""

    away = True

    async def delete(self, key: str) -> None:
        if self.away:
            raise StorageFailed("away")
        await super().delete(key)


async def test_bytes_that_could_not_be_deleted_are_deleted_later(
    world: World, worker: Pool, apply: Pool, owner: asyncpg.Connection
) -> None:
    storage = Away(world.folder)
    world.runner = purging(worker, apply, storage)
    await world.store(b"old", at=OLD)
    async with worker.transaction(world.tenant) as tx:
        await service.jobs.defer(tx, [service.NewJob(world.tenant, PURGE, world.tenant)])
    await world.runner.run_due()
    assert (await world.count("media_assets"), world.stored(), await world.count("media_deletions")) == (
        0,
        2,
        2,
    )
    assert await owner.fetchval("SELECT purged_at FROM tenants") is None

    storage.away = False
    await world.purge()

    assert (world.stored(), await world.count("media_deletions")) == (0, 0)


async def test_a_content_that_comes_again_while_it_is_deleted_waits_and_one_that_was_wanted_is_kept(
    world: World, worker: Pool, apply: Pool
) -> None:
    storage = Away(world.folder)
    world.runner = purging(worker, apply, storage)
    await world.store(b"going", at=OLD)
    wanted = await world.store(b"wanted again", at=OLD)
    await files.reserve(worker, tenant_id=world.tenant, sha256=b"wanted again".ljust(32, b"."))
    async with worker.transaction(world.tenant) as tx:
        await service.jobs.defer(tx, [service.NewJob(world.tenant, PURGE, world.tenant)])
    await world.runner.run_due()

    with pytest.raises(StorageFailed):
        await files.reserve(worker, tenant_id=world.tenant, sha256=b"going".ljust(32, b"."))

    assert await world.ids("media_assets") == {wanted}
    storage.away = False
    await world.purge()
    await files.reserve(worker, tenant_id=world.tenant, sha256=b"going".ljust(32, b"."))


async def test_a_content_whose_thumbnail_is_still_to_be_deleted_waits_as_well(
    world: World, worker: Pool
) -> None:
    digest = b"half gone".ljust(32, b".")
    _, thumbnail = keys_of(world.tenant, digest)
    await world.owner.execute(
        "INSERT INTO media_deletions (tenant_id, storage_key) VALUES ($1, $2)", world.tenant, thumbnail
    )

    with pytest.raises(StorageFailed):
        await files.reserve(worker, tenant_id=world.tenant, sha256=digest)


async def test_a_thumbnail_goes_with_its_file_also_where_the_row_knows_of_none(world: World) -> None:
    """Nothing could be told of the file the first time, and its picture was made when the same content came once more."""
    await world.store(b"old", at=OLD)
    await world.owner.execute("UPDATE media_assets SET thumbnail_key = NULL")

    await world.purge()

    assert (await world.count("media_assets"), world.stored()) == (0, 0)


async def test_bytes_whose_row_was_never_written_are_deleted_after_a_day(world: World, worker: Pool) -> None:
    broken_off, on_its_way, arrived = (name.ljust(32, b".") for name in (b"broken off", b"coming", b"here"))
    for digest in (broken_off, on_its_way, arrived):
        await files.reserve(worker, tenant_id=world.tenant, sha256=digest)
        await world.put(digest)
    await world.owner.execute("UPDATE media_reservations SET reserved_at = now() - interval '25 hours'")
    await files.reserve(worker, tenant_id=world.tenant, sha256=on_its_way)
    await world.store(b"here", at=YOUNG)

    await world.purge()

    kept = {path.name.removesuffix(".thumb.webp") for path in world.files()}
    assert kept == {on_its_way.hex(), arrived.hex()}
    assert (await world.count("media_reservations"), await world.count("media_deletions")) == (1, 0)


async def test_a_file_of_a_tenant_that_keeps_everything_is_cleared_up_as_well_where_it_was_broken_off(
    world: World, worker: Pool
) -> None:
    await world.owner.execute("UPDATE tenants SET retention_days = NULL")
    await files.reserve(worker, tenant_id=world.tenant, sha256=b"." * 32)
    await world.put(b"." * 32)
    await world.owner.execute("UPDATE media_reservations SET reserved_at = now() - interval '25 hours'")

    await world.purge()

    assert world.stored() == 0


async def test_a_content_that_is_given_up_may_not_be_stored_until_its_bytes_are_gone(
    world: World, worker: Pool, apply: Pool
) -> None:
    storage = Away(world.folder)
    world.runner = purging(worker, apply, storage)
    await files.reserve(worker, tenant_id=world.tenant, sha256=b"." * 32)
    await world.put(b"." * 32)
    await world.owner.execute("UPDATE media_reservations SET reserved_at = now() - interval '25 hours'")
    async with worker.transaction(world.tenant) as tx:
        await service.jobs.defer(tx, [service.NewJob(world.tenant, PURGE, world.tenant)])
    await world.runner.run_due()

    with pytest.raises(StorageFailed):
        await files.reserve(worker, tenant_id=world.tenant, sha256=b"." * 32)

    storage.away = False
    await world.purge()
    await files.reserve(worker, tenant_id=world.tenant, sha256=b"." * 32)


async def test_a_long_purge_lets_others_have_their_turn_and_comes_to_its_end(
    world: World, worker: Pool, apply: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_BATCH", 1)
    conversation = await insert_conversation(world.owner, world.number)
    for _ in range(3):
        await world.say(OLD, conversation_id=conversation)
    world.runner = purging(worker, apply, world.storage, turn=timedelta(0))

    await world.purge()

    assert await world.count("messages") == 0
    assert await world.owner.fetchval("SELECT count(*) FROM audit_log WHERE action = 'retention.purged'") == 3


async def test_rows_and_bytes_share_one_turn_so_that_who_stops_the_worker_waits_for_one(
    world: World, worker: Pool, apply: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_BATCH", 1)
    monkeypatch.setattr(service, "_BREATH", 1.1)
    conversation = await insert_conversation(world.owner, world.number)
    for n in range(3):
        await world.say(OLD, conversation_id=conversation)
        await world.owner.execute(
            "INSERT INTO media_deletions (tenant_id, storage_key) VALUES ($1, $2)",
            world.tenant,
            storage_key(world.tenant, str(n).encode().ljust(32, b".")),
        )
    async with worker.transaction(world.tenant) as tx:
        await service.jobs.defer(tx, [service.NewJob(world.tenant, PURGE, world.tenant)])

    await purging(worker, apply, world.storage, turn=timedelta(seconds=1)).run_due()

    assert await world.count("messages") > 0
    assert await world.count("media_deletions") == 2, "one at least, or a tenant's bytes never end"


async def test_it_is_asked_for_once_a_night(world: World, apply: Pool, owner: asyncpg.Connection) -> None:
    due = [await service.defer_due(apply, now=NOW), await service.defer_due(apply, now=NOW)]
    assert (due, await owner.fetch("SELECT tenant_id FROM jobs")) == ([1, 1], [(world.tenant,)])

    await world.purge()
    later: Callable[[int], datetime] = lambda hours: NOW + timedelta(hours=hours)  # noqa: E731
    assert await service.defer_due(apply, now=later(19)) == 0
    assert await service.defer_due(apply, now=later(21)) == 1


async def test_answers_to_idempotency_keys_are_kept_for_a_week_whatever_a_tenant_settles(
    world: World, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE tenants SET retention_days = NULL")
    for days in (6, 8):
        await owner.execute(
            "INSERT INTO idempotency_keys (tenant_id, route, key, request_hash, response, created_at) VALUES ($1, 'r', $2, $3, '{}', $4)",
            world.tenant, str(days), world.tenant.bytes * 2, NOW - timedelta(days=days),
        )  # fmt: skip

    await world.purge()

    assert await owner.fetchval("SELECT array_agg(key) FROM idempotency_keys") == ["6"]


async def test_what_is_remembered_of_an_erasure_goes_once_it_can_be_told_again_no_more(
    world: World, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE tenants SET retention_days = NULL")
    for until in (NOW - timedelta(hours=1), NOW + timedelta(hours=1)):
        await owner.execute(
            "INSERT INTO tombstones (tenant_id, digest, until) VALUES ($1, sha256($2::text::bytea), $3)",
            world.tenant, str(until), until,
        )  # fmt: skip

    await world.purge()

    assert await owner.fetch("SELECT until FROM tombstones") == [(NOW + timedelta(hours=1),)]


async def test_the_audit_log_is_whole_after_a_purge(world: World, apply: Pool) -> None:
    conversation = await insert_conversation(world.owner, world.number)
    await world.say(OLD, conversation_id=conversation)
    await world.purge()

    async with apply.transaction() as tx:
        report = await audit.verify(tx, tenant_id=world.tenant)

    assert report.ok
    assert report.waiting == 1


class Slow(LocalStorage):
    """A storage that counts what it is asked to delete, and may be cut off at the first of it."""

    asked = 0
    cut = False

    async def delete(self, key: str) -> None:
        self.asked += 1
        if self.cut:
            raise ConnectionResetError
        await super().delete(key)


async def attempt(world: World) -> None:
    """Let the worker have one turn."""
    async with world.worker.transaction(world.tenant) as tx:
        await service.jobs.defer(tx, [service.NewJob(world.tenant, PURGE, world.tenant)])
    await world.owner.execute("UPDATE jobs SET available_at = now()")
    await world.runner.run_due()


async def test_many_bytes_are_deleted_turn_by_turn_within_the_time_that_the_job_is_nobody_elses(
    world: World, worker: Pool, apply: Pool
) -> None:
    storage = Slow(world.folder)
    world.runner = purging(worker, apply, storage, turn=timedelta(0))
    for n in range(3):
        await world.store(f"old {n}".encode(), at=OLD)

    left = []
    for _ in range(3):
        await attempt(world)
        left.append(await world.count("media_deletions"))

    assert left == [5, 4, 3]
    assert storage.asked == 3
    await world.purge()
    assert (world.stored(), await world.count("media_deletions")) == (0, 0)


async def test_a_purge_of_many_turns_has_not_failed_and_one_whose_storage_is_away_has(
    world: World, worker: Pool, apply: Pool
) -> None:
    storage = Away(world.folder)
    world.runner = purging(worker, apply, storage, turn=timedelta(0))
    for n in range(3):
        await world.store(f"old {n}".encode(), at=OLD)

    stood = []
    for away in (False, True):
        storage.away = away
        for _ in range(3):
            await attempt(world)
        async with apply.transaction() as tx:
            stood += [(one.last_error, one.failing) for one in await jobs.backlog(tx)]

    assert stood == [(None, 0), ("storage_failed", 1)]


async def test_what_was_deleted_is_written_down_also_where_the_bytes_are_not_reached(
    world: World, worker: Pool, apply: Pool, owner: asyncpg.Connection
) -> None:
    storage = Slow(world.folder)
    storage.cut = True
    world.runner = purging(worker, apply, storage)
    conversation = await insert_conversation(owner, world.number)
    await world.store(b"old", at=OLD, message_id=await world.say(OLD, conversation_id=conversation))

    await attempt(world)

    assert (await world.count("messages"), await world.count("media_deletions")) == (0, 2)
    (entry,) = await owner.fetch("SELECT detail FROM audit_log WHERE action = 'retention.purged'")
    assert '"messages": 1' in entry["detail"]
    storage.cut = False
    await world.purge()
    assert await owner.fetchval("SELECT count(*) FROM audit_log WHERE action = 'retention.purged'") == 1


async def test_what_was_deleted_is_written_down_also_where_a_turn_breaks_off(
    world: World, owner: asyncpg.Connection
) -> None:
    conversation = await insert_conversation(owner, world.number)
    await world.say(OLD, conversation_id=conversation)
    await owner.execute("REVOKE DELETE ON notices FROM app_worker")
    try:
        await attempt(world)
    finally:
        await owner.execute("GRANT DELETE ON notices TO app_worker")

    assert await world.count("messages") == 0
    (entry,) = await owner.fetch("SELECT detail FROM audit_log WHERE action = 'retention.purged'")
    assert '"messages": 1' in entry["detail"]

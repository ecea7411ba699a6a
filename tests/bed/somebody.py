"""Clementina: somebody who is in every table that can hold something of a person, with Berta beside her; and where she is found."""

import json
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from bed.appliers import drain
from bed.rows import NOW, Number
from bed.webhooks import body, change, deliver, text
from curbe.infra.db import Pool
from curbe.media.rules import storage_key
from curbe.media.storage import LocalStorage

PHONE: Final = "34611222333"
FORMER: Final = "34611222444"
BSUID: Final = "ES.4815162342108"
NAME: Final = "Clementina Quiroga"
USERNAME: Final = "clementina.q"
WORDS: Final = "zarzaparrilla"  # in everything that was said by her, to her and of her
BERTA: Final = "34699000111"
SPELT: Final = "+34 611 222-333"
CANARIES: Final = (PHONE, FORMER, BSUID, "Quiroga", USERNAME, WORDS)
EVERYWHERE: Final = {
    "annotations", "campaign_audiences", "campaign_faults", "campaign_recipients", "consent_imports", "contact_activity",
    "contact_aliases", "contact_merges", "contacts", "conversations", "events", "idempotency_keys", "marketing_preferences", "media_assets",
    "message_media", "message_reactions", "message_revisions", "messages", "notices", "notification_events", "notifications",
    "parked_files", "quarantine", "webhook_events",
}  # fmt: skip
_PAYLOAD: Final = json.dumps({"text": WORDS, "to": PHONE, "name": NAME})
_DIGEST: Final = b"." * 32
_COLUMNS: Final = """
SELECT c.relname AS of, a.attname AS name, t.typname = 'bytea' AS raw
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND a.attnum > 0 AND NOT a.attisdropped
   AND (t.typname IN ('text', 'varchar', 'json', 'jsonb', 'bytea', 'uuid') OR t.typname IN ('_text', '_uuid', '_bytea', '_jsonb'))"""


async def found(owner: asyncpg.Connection, *wanted: str) -> dict[str, set[str]]:
    """Return the columns of the whole database that hold one of these, and what of it."""
    places: dict[str, set[str]] = {}
    for column in await owner.fetch(_COLUMNS):
        table, name = column["of"], f'"{column["name"]}"'
        texts = f"encode({name}, 'escape')" if column["raw"] else f"{name}::text"
        for one in wanted:
            if await owner.fetchval(
                f"SELECT EXISTS (SELECT FROM {table} WHERE strpos({texts}, $1) > 0)", one
            ):
                places.setdefault(table, set()).add(f"{name}: {one}")
    return places


class World:
    """A tenant with Clementina in every table that can hold something of her, and Berta beside her."""

    def __init__(
        self, owner: asyncpg.Connection, web: Pool, apply: Pool, number: Number, folder: Path
    ) -> None:
        self.owner = owner
        self.web = web
        self.apply = apply
        self.number = number
        self.folder = folder
        self.storage = LocalStorage(folder)
        self.key = (number.tenant_id, number.connection_id)

    async def hear(self, *bodies: bytes) -> None:
        await deliver(self.owner, *bodies)
        await drain(self.apply)

    async def insert(self, table: str, **row: object) -> None:
        """Insert a row of this tenant's."""
        row |= {"tenant_id": self.number.tenant_id}
        places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        await self.owner.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())

    async def conversation_of(self, contact_id: UUID) -> UUID:
        return await self.owner.fetchval("SELECT id FROM conversations WHERE contact_id = $1", contact_id)

    async def contact_of(self, phone: str) -> UUID | None:
        return await self.owner.fetchval(
            "SELECT contact_id FROM contact_aliases WHERE tenant_id = $1 AND kind = 'phone' AND value = $2",
            self.number.tenant_id,
            phone,
        )

    async def store(self, name: str, message_id: UUID) -> UUID:
        """Have a file on a message, with its bytes in the storage."""
        digest, asset_id = name.encode().ljust(32, b"."), uuid7()
        key = storage_key(self.number.tenant_id, digest)
        source = self.folder / "incoming"
        source.write_bytes(WORDS.encode())
        await self.storage.put(key, source)
        await self.owner.execute(
            """INSERT INTO media_assets (tenant_id, id, sha256, mime_type, sniffed, size, storage_key, filename)
               VALUES ($1, $2, $3, 'image/png', true, 1, $4, $5)""",
            self.number.tenant_id, asset_id, digest, key, f"{WORDS}.png",
        )  # fmt: skip
        await self.hang(asset_id, message_id)
        return asset_id

    async def hang(self, asset_id: UUID, message_id: UUID, *, filename: str | None = f"{WORDS}.png") -> None:
        await self.owner.execute(
            """INSERT INTO message_media (tenant_id, channel_connection_id, message_id, state, asset_id, filename)
               VALUES ($1, $2, $3, 'stored', $4, $5)""",
            *self.key, message_id, asset_id, filename,
        )  # fmt: skip

    def files(self) -> int:
        return sum(path.is_file() for path in (self.folder / str(self.number.tenant_id)).rglob("*"))


async def write(world: World, *, texts: int = 3) -> UUID:
    """Let Clementina write, with Berta beside her; return her contact."""
    names = {PHONE: NAME, BERTA: "Berta"}
    said = [text(f"wamid.c{n}", sender=PHONE, body=f"{WORDS} {n}", from_user_id=BSUID) for n in range(texts)]
    said.append(text("wamid.b", sender=BERTA, body="Buenas"))
    await world.hear(body(change(world.number, messages=said, names=names)))
    contact_id = await world.contact_of(PHONE)
    assert contact_id is not None
    return contact_id


async def say_no(world: World) -> None:
    """Let Clementina write that she wants to hear nothing more."""
    await world.hear(body(change(world.number, messages=[text("wamid.stop", sender=PHONE, body="baja")])))


async def fill(world: World, contact_id: UUID) -> None:
    """Have something of Clementina everywhere else."""
    await say_no(world)
    conversation_id = await world.conversation_of(contact_id)
    await _files(world, conversation_id)
    outbound = uuid7()
    await _said(world, conversation_id, outbound)
    await _known(world, contact_id)
    await _sent_to_many(world, contact_id, outbound)
    await _told(world, conversation_id)


async def _files(world: World, conversation_id: UUID) -> None:
    rows = await world.owner.fetch(
        "SELECT id FROM messages WHERE conversation_id = $1 LIMIT 2", conversation_id
    )
    await world.store("hers", rows[0]["id"])
    shared = await world.store("shared", rows[1]["id"])
    await world.owner.execute("UPDATE media_assets SET filename = NULL WHERE id = $1", shared)
    berta = await world.owner.fetchval("SELECT id FROM messages WHERE provider_message_id = 'wamid.b'")
    await world.hang(shared, berta, filename=None)


async def _said(world: World, conversation_id: UUID, outbound: UUID) -> None:
    here = {"channel_connection_id": world.number.connection_id}
    of = here | {"conversation_id": conversation_id}
    words = {"text": WORDS, "payload": _PAYLOAD}
    await world.insert(
        "messages", **of, **words, id=outbound, direction="outbound", provider_message_id="wamid.out", type="template", phase="sending",
        accepted_at=NOW, delivered_at=NOW, created_at=NOW,
    )  # fmt: skip
    await world.insert(
        "message_reactions", **here, target_id="wamid.out", who="contact", emoji=WORDS, at=NOW, provider_message_id="wamid.r"
    )  # fmt: skip
    for target, kind in (("wamid.c0", "original"), ("wamid.lost", "edit")):
        await world.insert(
            "message_revisions", **here, **words, target_id=target, provider_message_id=f"{target}.{kind}", kind=kind, type="text", at=NOW,
            waits=False,
        )  # fmt: skip
    await world.insert(
        "contact_activity", **of, provider_id="wamid.lost.edit", kind="reaction", at=NOW, opens_window=True, person=_PAYLOAD
    )  # fmt: skip
    await world.insert(
        "annotations", id=uuid7(), conversation_id=conversation_id, kind="note", author="user:1", body=f"{NAME} {WORDS}"
    )  # fmt: skip
    await world.insert("parked_files", **here, provider_message_id="wamid.f", said=_PAYLOAD, received_at=NOW)


async def _known(world: World, contact_id: UUID) -> None:
    merged = uuid7()
    await world.owner.execute(
        "UPDATE contacts SET username = $2, app_name = $3, app_name_at = now() WHERE id = $1",
        contact_id,
        USERNAME,
        NAME,
    )
    await world.insert("contacts", id=merged, name=NAME, wa_id=FORMER, merged_into=contact_id)
    await world.insert("contact_aliases", kind="phone", value=FORMER, contact_id=contact_id)
    await world.insert(
        "contact_merges", id=merged, survivor_id=contact_id, merged_id=merged, reason="by_hand", actor="cli", moved=_PAYLOAD
    )  # fmt: skip
    await world.insert(
        "marketing_preferences", id=uuid7(), contact_id=contact_id, category="marketing_messages", value="stop", detail=WORDS, at=NOW,
        source="user_preferences",
    )  # fmt: skip
    await world.insert(
        "consent_imports", id=uuid7(), category="marketing", state="in", proof="a form", actor="cli", total_count=2, added_count=0,
        repeated_count=0, failed_count=2,
        failed_rows=f"line,phone,name\n2,{SPELT},{NAME}\n3,+34 699 000 111,Berta\n",
    )  # fmt: skip


async def _sent_to_many(world: World, contact_id: UUID, outbound: UUID) -> None:
    campaign, audience = uuid7(), uuid7()
    await world.insert(
        "campaigns", id=campaign, name="Sale", channel_connection_id=world.number.connection_id, template="{}", created_by="cli"
    )  # fmt: skip
    await world.insert("campaign_feeds", campaign_id=campaign)
    for file, mapping in ((audience, "{}"), (uuid7(), None)):
        await world.insert(
            "campaign_audiences", id=file, campaign_id=campaign, kind="file", content=_PAYLOAD.encode(), mapping=mapping
        )  # fmt: skip
    await world.insert(
        "campaign_faults", audience_id=audience, line=2, reason="variable_missing", detail="it has no name", about="",
        cells=json.dumps([SPELT, NAME]),
    )  # fmt: skip
    row = {"campaign_id": campaign, "audience_id": audience, "zone": "Europe/Madrid", "variables": _PAYLOAD}
    await world.insert(
        "campaign_recipients", **row, line=3, phone=PHONE, state="taken", taken_at=NOW, message_id=outbound, contact_id=contact_id
    )  # fmt: skip
    await world.insert("campaign_recipients", **row, line=4, phone=FORMER)


async def _told(world: World, conversation_id: UUID) -> None:
    answer = json.dumps({"id": str(uuid7()), "conversation_id": str(conversation_id)})
    await world.insert(
        "idempotency_keys", route="r", key=f"welcome-{PHONE}", request_hash=_DIGEST, response=answer
    )
    await world.insert("notices", id=uuid7(), field="f", digest=_DIGEST, payload=_PAYLOAD)
    await world.insert(
        "notification_events", id="order-7", event="shipped", data=_PAYLOAD, digest=_DIGEST, actor="cli", received_at=NOW
    )  # fmt: skip
    await world.insert(
        "notifications", id=uuid7(), event_id="order-7", rule_id=uuid7(), state="sent", message_id=uuid7(), recipient=f"+{PHONE}",
        due_at=NOW, done_at=NOW,
    )  # fmt: skip
    await world.owner.execute(
        """INSERT INTO quarantine (id, kind, reason, detail, meta_app_id, phone_number_id, event_id, event_received_at, item, payload)
           VALUES ($1, 'poison', 'r', '', '1', $2, 1, now(), 0, $3)""",
        uuid7(), world.number.phone_number_id, _PAYLOAD.encode(),
    )  # fmt: skip

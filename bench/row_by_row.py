"""The baseline for applying: the same tables, the same effects, one event and one transaction at a time.

This is how a webhook handler is usually written: decode, look the business up, find or make the person and the
conversation, insert the message, move the conversation up, append the event, tell the listeners, commit. Plain SQL on
the fastest driver, no ORM: one would cost several times as much.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final, Self

import asyncpg
from uuid_utils.compat import uuid7

from curbe.channels.cloudapi.callback import message_id_from
from curbe.inbox.people import canonical_phone

_READ_AHEAD: Final = 500
_COLUMN_OF: Final = {"sent": "sent_at", "delivered": "delivered_at", "read": "read_at"}


class RowByRow:
    """Applies the log one event at a time."""

    def __init__(self, connection: asyncpg.Connection, *, callback_key: bytes) -> None:
        self._db: Final = connection
        self._callback_key: Final = callback_key
        self._position = 0
        self._ahead: list[asyncpg.Record] = []

    @classmethod
    async def open(cls, dsn: str, *, callback_key: bytes) -> Self:
        """Connect in the role that the product applies with."""
        settings = {"role": "app_apply", "search_path": "public", "timezone": "UTC", "jit": "off"}
        return cls(await asyncpg.connect(dsn, server_settings=settings), callback_key=callback_key)

    async def apply_next(self) -> int:
        """Apply the next webhook and return 1, or 0 where there is none."""
        if not self._ahead:
            self._ahead = await self._db.fetch(
                "SELECT id, body FROM webhook_events WHERE id > $1 ORDER BY id LIMIT $2",
                self._position,
                _READ_AHEAD,
            )
            if not self._ahead:
                return 0
            self._position = self._ahead[-1]["id"]
        body = json.loads(self._ahead.pop(0)["body"])
        for entry in body["entry"]:
            for change in entry["changes"]:
                async with self._db.transaction():
                    await self._apply(change["value"])
        return 1

    async def _apply(self, value: dict[str, Any]) -> None:
        owner = await self._db.fetchrow(
            "SELECT tenant_id, id FROM channel_connections WHERE phone_number_id = $1 AND status IN ('active', 'error')",
            value["metadata"]["phone_number_id"],
        )
        if owner is None:
            raise LookupError("the benchmark delivers for known numbers only")
        for message in value.get("messages", ()):
            await self._message(owner, message, value["contacts"][0])
        for status in value.get("statuses", ()):
            await self._status(owner, status)

    async def _message(self, owner: asyncpg.Record, message: dict[str, Any], contact: dict[str, Any]) -> None:
        at = datetime.fromtimestamp(int(message["timestamp"]), UTC)
        contact_id = await self._contact(owner, message, contact, at=at)
        conversation_id = await self._conversation(owner, contact_id, message["from"])
        message_id = await self._db.fetchval(
            "INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, "
            "text, payload, created_at) VALUES ($1, $2, $3, $4, 'inbound', $5, $6, $7, $8, $9) "
            "ON CONFLICT (tenant_id, channel_connection_id, provider_message_id) DO NOTHING RETURNING id",
            owner["tenant_id"], uuid7(), owner["id"], conversation_id, message["id"], message["type"],
            message["text"]["body"], json.dumps(message), at,
        )  # fmt: skip
        if message_id is None:
            return
        await self._db.execute(
            "UPDATE conversations SET unread_count = unread_count + 1, last_inbound_at = greatest(last_inbound_at, $3), "
            "last_message_at = greatest(last_message_at, $3), state = 'open', updated_at = now() WHERE tenant_id = $1 AND id = $2",
            owner["tenant_id"], conversation_id, at,
        )  # fmt: skip
        await self._tell(owner, "message_received", conversation_id, message_id, message)

    async def _contact(
        self, owner: asyncpg.Record, message: dict[str, Any], contact: dict[str, Any], *, at: datetime
    ) -> object:
        phone = canonical_phone(message["from"])
        contact_id = await self._db.fetchval(
            "SELECT contact_id FROM contact_aliases WHERE tenant_id = $1 AND kind = 'phone' AND value = $2",
            owner["tenant_id"], phone,
        )  # fmt: skip
        name = contact["profile"]["name"]
        if contact_id is not None:
            await self._db.execute(
                "UPDATE contacts SET name = $3, name_at = $4, updated_at = now() "
                "WHERE tenant_id = $1 AND id = $2 AND name_at < $4",
                owner["tenant_id"], contact_id, name, at,
            )  # fmt: skip
            return contact_id
        contact_id = uuid7()
        await self._db.execute(
            "INSERT INTO contacts (tenant_id, id, name, name_at) VALUES ($1, $2, $3, $4)",
            owner["tenant_id"], contact_id, name, at,
        )  # fmt: skip
        for kind, alias in (("phone", phone), ("bsuid", message["from_user_id"])):
            await self._db.execute(
                "INSERT INTO contact_aliases (tenant_id, kind, value, contact_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                owner["tenant_id"], kind, alias, contact_id,
            )  # fmt: skip
        return contact_id

    async def _conversation(self, owner: asyncpg.Record, contact_id: object, wa_id: str) -> object:
        found = await self._db.fetchval(
            "SELECT id FROM conversations WHERE tenant_id = $1 AND channel_connection_id = $2 AND contact_id = $3",
            owner["tenant_id"], owner["id"], contact_id,
        )  # fmt: skip
        if found is not None:
            return found
        return await self._db.fetchval(
            "INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, contact_e164, "
            "contact_wa_id) VALUES ($1, $2, $3, $4, $5, $6, $5) RETURNING id",
            owner["tenant_id"], uuid7(), owner["id"], contact_id, wa_id, f"+{wa_id}",
        )  # fmt: skip

    async def _status(self, owner: asyncpg.Record, status: dict[str, Any]) -> None:
        message_id = message_id_from(status["biz_opaque_callback_data"], self._callback_key)
        column = _COLUMN_OF[status["status"]]
        at = datetime.fromtimestamp(int(status["timestamp"]), UTC)
        pricing = json.dumps(status["pricing"]) if "pricing" in status else None
        moved = await self._db.fetchrow(
            f"UPDATE messages SET {column} = least({column}, $3), pricing = coalesce($4, pricing), updated_at = now() "  # noqa: S608
            f"WHERE tenant_id = $1 AND id = $2 AND ({column} IS NULL OR {column} > $3) RETURNING id, conversation_id, status",
            owner["tenant_id"], message_id, at, pricing,
        )  # fmt: skip
        if moved is not None:
            await self._tell(
                owner, f"message_{status['status']}", moved["conversation_id"], moved["id"], dict(status)
            )

    async def _tell(
        self,
        owner: asyncpg.Record,
        event: str,
        conversation_id: object,
        message_id: object,
        data: dict[str, Any],
    ) -> None:
        await self._db.execute(
            "INSERT INTO events (tenant_id, type, conversation_id, message_id, data) VALUES ($1, $2, $3, $4, $5)",
            owner["tenant_id"], event, conversation_id, message_id, json.dumps(data),
        )  # fmt: skip
        await self._db.execute("SELECT pg_notify('curbe_events', $1)", str(owner["tenant_id"]))
        await self._db.execute(
            "INSERT INTO audit_log (tenant_id, actor, action, detail) VALUES ($1, 'system:apply', 'webhook.received', $2)",
            owner["tenant_id"], '{"items": 1}',
        )  # fmt: skip

"""A tenant's inbox to fill: conversations and messages with exactly the facts a test is about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from bed.rows import NOW, Number, insert_message, insert_number
from bed.users import insert_member
from curbe.inbox.rules import PRIORITIES, Priority

RECIPIENT_FAILURE = {
    "failed_at": NOW,
    "failed_by": "provider",
    "failure_kind": "recipient",
    "error_code": 131026,
    "error": "Message undeliverable",
}


class Inbox:
    """The inbox of a tenant with one number."""

    def __init__(self, owner: asyncpg.Connection, number: Number) -> None:
        self.owner = owner
        self.number = number
        self.tenant_id = number.tenant_id
        self.connection_id = number.connection_id

    @classmethod
    async def of_a_new_tenant(cls, owner: asyncpg.Connection) -> "Inbox":
        return cls(owner, await insert_number(owner))

    async def conversation(
        self,
        *,
        last_at: datetime | None = NOW,
        state: str = "open",
        unread: int = 0,
        connection_id: UUID | None = None,
        phone: str | None = "+34600000001",
        last_inbound_at: datetime | None = None,
        assignee_id: UUID | None = None,
        team_id: UUID | None = None,
        label_ids: Sequence[UUID] = (),
        priority: Priority = Priority.NONE,
        name: str | None = "Ana",
        username: str | None = "ana",
    ) -> UUID:
        """Insert a person, named Ana unless said otherwise, and a conversation with her."""
        contact_id, conversation_id = uuid7(), uuid7()
        await self.owner.execute(
            "INSERT INTO contacts (tenant_id, id, name, username, wa_id) VALUES ($1, $2, $3, $4, $5)",
            self.tenant_id,
            contact_id,
            name,
            username,
            phone and phone.removeprefix("+"),
        )
        await self.owner.execute(
            """INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id,
                                          contact_e164, contact_wa_id, state, unread_count, last_inbound_at,
                                          last_message_at, assignee_id, team_id, priority)
               VALUES ($1, $2, $3, $4, 'thread', $5, $6, $7::text::conversation_state, $8, $9, $10, $11, $12, $13)""",
            self.tenant_id,
            conversation_id,
            connection_id or self.connection_id,
            contact_id,
            phone,
            phone and phone.removeprefix("+"),
            state,
            unread,
            last_inbound_at,
            last_at,
            assignee_id,
            team_id,
            PRIORITIES.index(priority),
        )
        for label_id in label_ids:
            await self.owner.execute(
                """INSERT INTO conversation_labels (tenant_id, conversation_id, label_id, state_code, last_message_at)
                   SELECT tenant_id, id, $3, state_code, last_message_at FROM conversations WHERE tenant_id = $1 AND id = $2""",
                self.tenant_id,
                conversation_id,
                label_id,
            )
        return conversation_id

    async def colleague(self, name: str = "Bea") -> UUID:
        """Insert a user who belongs to the tenant."""
        return (await insert_member(self.owner, self.tenant_id, name=name)).id

    async def team(self, name: str = "Sales") -> UUID:
        """Insert a team."""
        team_id = uuid7()
        await self.owner.execute(
            "INSERT INTO teams (tenant_id, id, name) VALUES ($1, $2, $3)", self.tenant_id, team_id, name
        )
        return team_id

    async def label(self, name: str = "VIP") -> UUID:
        """Insert a label."""
        label_id = uuid7()
        await self.owner.execute(
            "INSERT INTO labels (tenant_id, id, name, color) VALUES ($1, $2, $3, '#aa00ff')",
            self.tenant_id,
            label_id,
            name,
        )
        return label_id

    async def message(self, conversation_id: UUID, *, at: datetime = NOW, text: str = "hola") -> UUID:
        """Insert what the person wrote."""
        message_id = uuid7()
        return await insert_message(
            self.owner,
            self.number,
            conversation_id,
            id=message_id,
            direction="inbound",
            provider_message_id=f"wamid.{message_id}",
            created_at=at,
            text=text,
        )

    async def reply(self, conversation_id: UUID, **facts: object) -> UUID:
        """Insert what we wrote, with these facts known of it."""
        known = {"phase": "queued", "created_at": NOW, "text": "buenas", **facts}
        return await insert_message(self.owner, self.number, conversation_id, direction="outbound", **known)

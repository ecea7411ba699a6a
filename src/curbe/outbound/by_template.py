"""Sending a template by its name, with values by theirs: filled in, then taken as any message is."""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from curbe.connections.rules import to_send_from
from curbe.domain.content import TemplateMessage
from curbe.domain.errors import NotFound
from curbe.infra.db import Transaction
from curbe.outbound import service, store
from curbe.outbound.service import Key, Request, Taken
from curbe.templates import sending
from curbe.templates.fitting import Given


class TemplateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asks to send a template: to a phone as they typed it, or into a conversation."""

    tenant_id: UUID
    name: str
    language: str | None
    category: str | None
    given: Given
    to: str | None = None
    conversation_id: UUID | None = None
    connection_id: UUID | None = None
    country_id: str | None = None
    reply_to: str | None = None
    sender: str


async def take(
    tx: Transaction,
    request: TemplateRequest,
    *,
    key: Key | None,
    now: datetime,
    seen_message_id: UUID | None = None,
) -> Taken:
    """Queue the template and return the message, as `service.take` does.

    Raises:
        AppError: the values do not fit the template, or it may not be sent.
        IdempotencyMismatch: the key was used for another request.
        AnsweredMeanwhile: see `service.take`.
    """
    if key is not None:
        fingerprint = _fingerprint(request)
        if (earlier := await service.answered(tx, request.tenant_id, key, fingerprint)) is not None:
            return earlier
        key = msgspec.structs.replace(key, fingerprint=fingerprint)
    content = await sending.content_for(
        tx,
        request.given,
        tenant_id=request.tenant_id,
        connection_id=await _number(tx, request),
        name=request.name,
        language=request.language,
        category=request.category,
    )
    asked = Request(
        tenant_id=request.tenant_id,
        content=TemplateMessage(template=content),
        to=request.to,
        conversation_id=request.conversation_id,
        connection_id=request.connection_id,
        country_id=request.country_id,
        reply_to=request.reply_to,
        sender=request.sender,
    )
    return await service.take(tx, asked, key=key, now=now, seen_message_id=seen_message_id)


async def _number(tx: Transaction, request: TemplateRequest) -> UUID:
    """Return the connection that will send: that of the conversation, else as any message's is chosen."""
    if request.conversation_id is not None:
        there = await store.destination(
            tx, tenant_id=request.tenant_id, conversation_id=request.conversation_id
        )
        if there is None:
            raise NotFound(
                "This tenant has no such conversation.",
                fix="List the tenant's conversations and take an id from there.",
            )
        return there[0].id
    lines = await store.lines_to(tx, tenant_id=request.tenant_id, phone=None)
    line = to_send_from(
        [each for each, _ in lines], connection_id=request.connection_id, country_id=request.country_id
    )
    return line.id


def _fingerprint(request: TemplateRequest) -> bytes:
    """Return what makes two requests the same: what was asked, however the template reads by now."""
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(request, sender=""))).digest()

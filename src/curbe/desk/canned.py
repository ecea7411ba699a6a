"""Canned replies: what is written often, under a shortcut, with places for whom it is written to."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.desk.lists import Kept, Room, require_room
from curbe.desk.rules import Variable, render, variables_in, words
from curbe.desk.rules import shortcut as shortcut_of
from curbe.desk.told import none_such, taken, tell
from curbe.inbox.service import conversation
from curbe.infra.db import Query, Transaction, UniqueViolation
from curbe.realtime.rules import EventType

_PACKAGE: Final = "curbe.desk"
_THING: Final = "canned_reply"
_CALLED: Final = "canned reply"
_LONGEST_TITLE: Final = 200
_LONGEST_BODY: Final = 4096  # as long as a text may be [Meta: text messages]
_ROOM: Final = Room(most=2000, en="canned replies", es="respuestas rápidas", pt="respostas rápidas")


class CannedReply(msgspec.Struct, frozen=True, kw_only=True):
    """A canned reply. ``body`` may hold ``{{contact_name}}``, ``{{contact_phone}}``, ``{{agent_name}}`` and ``{{business_name}}``."""

    id: UUID
    shortcut: str
    title: str
    body: str
    created_at: datetime
    updated_at: datetime


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A canned reply as somebody writes it; a new one has every part, of one that is there None stays as it is."""

    shortcut: str | None = None
    title: str | None = None
    body: str | None = None


class _Sides(msgspec.Struct, frozen=True):
    business_name: str
    agent_name: str | None


_PAGE: Final = Query(_PACKAGE, "canned_replies_page", CannedReply)
_KEPT: Final = Query(_PACKAGE, "canned_replies_kept", Kept)
_ONE: Final = Query(_PACKAGE, "canned_reply_by_id", CannedReply)
_INSERT: Final = Query(_PACKAGE, "insert_canned_reply", CannedReply)
_CHANGE: Final = Query(_PACKAGE, "change_canned_reply", CannedReply)
_SIDES: Final = Query(_PACKAGE, "names_of_our_side", _Sides)
_DELETE: Final = Query(_PACKAGE, "delete_canned_reply")


async def page(tx: Transaction, *, tenant_id: UUID, after: UUID, limit: int) -> list[CannedReply]:
    """Return at most ``limit`` canned replies that were made after that one, in the order of their making."""
    return await _PAGE.all(tx, tenant_id=tenant_id, after=after, most=limit)


async def create(tx: Transaction, draft: Draft, *, tenant_id: UUID, actor: str) -> CannedReply:
    """Make a canned reply and return it.

    Raises:
        InvalidRequest: a part of it will not do.
        LimitReached: there are as many as there may be.
        Conflict: another one has its shortcut.
    """
    await require_room(tx, _KEPT, _ROOM, tenant_id=tenant_id)
    reply = await _INSERT.one(tx, tenant_id=tenant_id, id=uuid7(), **_checked(draft))
    if reply is None:
        raise taken(_CALLED, field="shortcut")
    await _tell(tx, tenant_id, reply.id, reply, actor=actor, deed="created")
    return reply


async def change(
    tx: Transaction, draft: Draft, *, tenant_id: UUID, canned_reply_id: UUID, actor: str
) -> CannedReply:
    """Change a canned reply and return it.

    Raises:
        NotFound: the tenant has no such canned reply.
        InvalidRequest: a part of it will not do.
        Conflict: another one has its shortcut.
    """
    try:
        reply = await _CHANGE.one(tx, tenant_id=tenant_id, id=canned_reply_id, **_checked(draft))
    except UniqueViolation:
        raise taken(_CALLED, field="shortcut") from None
    if reply is None:
        raise none_such(_CALLED)
    await _tell(tx, tenant_id, canned_reply_id, reply, actor=actor, deed="changed")
    return reply


async def delete(tx: Transaction, *, tenant_id: UUID, canned_reply_id: UUID, actor: str) -> None:
    """Delete a canned reply.

    Raises:
        NotFound: the tenant has no such canned reply.
    """
    if not await _DELETE.run(tx, tenant_id=tenant_id, id=canned_reply_id):
        raise none_such(_CALLED)
    await _tell(tx, tenant_id, canned_reply_id, None, actor=actor, deed="deleted")


async def rendered(
    tx: Transaction,
    *,
    tenant_id: UUID,
    canned_reply_id: UUID,
    conversation_id: UUID,
    user_id: UUID | None,
) -> str:
    """Return a canned reply as ``user_id`` (None: who is no user) would write it into a conversation.

    Raises:
        NotFound: the tenant has no such canned reply, or no such conversation.
    """
    reply = await _ONE.one(tx, tenant_id=tenant_id, id=canned_reply_id)
    if reply is None:
        raise none_such(_CALLED)
    contact = (await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)).contact
    sides = await _SIDES.one(tx, tenant_id=tenant_id, user_id=user_id)
    return render(
        reply.body,
        {
            Variable.CONTACT_NAME: contact.name,
            Variable.CONTACT_PHONE: contact.phone,
            Variable.AGENT_NAME: sides and sides.agent_name,
            Variable.BUSINESS_NAME: sides and sides.business_name,
        },
    )


def _checked(draft: Draft) -> dict[str, str | None]:
    if draft.body is not None:
        variables_in(draft.body)
    return {
        "shortcut": None if draft.shortcut is None else shortcut_of(draft.shortcut),
        "title": None if draft.title is None else words(draft.title, most=_LONGEST_TITLE, field="title"),
        "body": None if draft.body is None else words(draft.body, most=_LONGEST_BODY, field="body"),
    }


async def _tell(
    tx: Transaction, tenant_id: UUID, reply_id: UUID, now: CannedReply | None, *, actor: str, deed: str
) -> None:
    await tell(
        tx,
        EventType.CANNED_REPLIES_CHANGED,
        tenant_id=tenant_id,
        actor=actor,
        deed=deed,
        thing=_THING,
        thing_id=reply_id,
        now=now,
    )

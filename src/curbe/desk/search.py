"""Searches people and messages, page by page: first people, then messages, each the latest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from curbe.desk.snippets import Snippet, snippet
from curbe.inbox.service import END, conversations_by_id, messages_by_id
from curbe.inbox.shapes import Conversation, Message
from curbe.infra.db import Query, Transaction
from curbe.infra.pages import Moment

Part = Literal["contacts", "messages"]


class Found(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that was found, and its conversation; a message with the piece of its text that matched."""

    kind: Literal["contact", "message"]
    conversation: Conversation
    message: Message | None = None
    snippet: Snippet | None = None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a search goes on. ``at``: for conversations only, as messages are in the order of their ids."""

    part: Part
    at: Moment | None
    id: UUID


class FoundPage(msgspec.Struct, frozen=True):
    """What was found, and where the search goes on; None at its end."""

    items: list[Found]
    following: Place | None


class _Hit(msgspec.Struct, frozen=True):
    id: UUID
    at: datetime | None


_SEARCH: Final = Query("curbe.desk", "search_inbox", _Hit)


async def search(
    tx: Transaction, typed: str, *, tenant_id: UUID, parts: Sequence[Part], after: Place | None, limit: int
) -> FoundPage:
    """Return at most ``limit`` results after ``after``: people and messages that contain a word beginning with each word of ``typed``."""
    todo: list[Part] = list(parts)
    if after is not None:
        todo = todo[todo.index(after.part) :] if after.part in todo else []
    hits: list[tuple[Part, _Hit]] = []
    for part in todo:
        start = after if after is not None and after.part == part else None
        rows = await _SEARCH.all(
            tx,
            tenant_id=tenant_id,
            part=part,
            typed=typed,
            before_at=END.at if start is None or start.at is None else start.at,
            before_id=END.id if start is None else start.id,
            most=limit + 1 - len(hits),
        )
        hits.extend((part, row) for row in rows)
        if len(hits) > limit:
            break
    shown = hits[:limit]
    following = Place(shown[-1][0], shown[-1][1].at, shown[-1][1].id) if len(hits) > limit else None
    return FoundPage(items=await _items(tx, tenant_id, shown, typed), following=following)


async def _items(
    tx: Transaction, tenant_id: UUID, hits: Sequence[tuple[Part, _Hit]], typed: str
) -> list[Found]:
    ids = [hit.id for part, hit in hits if part == "messages"]
    messages = {one.id: one for one in await messages_by_id(tx, tenant_id=tenant_id, ids=ids)}
    places = [hit.id for part, hit in hits if part == "contacts"]
    places += [one.conversation_id for one in messages.values()]
    standing = {
        one.id: one
        for one in await conversations_by_id(tx, tenant_id=tenant_id, ids=list(dict.fromkeys(places)))
    }
    found = (
        _contact(hit, standing) if part == "contacts" else _message(hit, messages, standing, typed)
        for part, hit in hits
    )
    # None: retention deleted it after it was found.
    return [one for one in found if one is not None]


def _contact(hit: _Hit, standing: Mapping[UUID, Conversation]) -> Found | None:
    conversation = standing.get(hit.id)
    return None if conversation is None else Found(kind="contact", conversation=conversation)


def _message(
    hit: _Hit, messages: Mapping[UUID, Message], standing: Mapping[UUID, Conversation], typed: str
) -> Found | None:
    message = messages.get(hit.id)
    conversation = None if message is None else standing.get(message.conversation_id)
    if message is None or conversation is None:
        return None
    return Found(
        kind="message", conversation=conversation, message=message, snippet=snippet(message.text or "", typed)
    )

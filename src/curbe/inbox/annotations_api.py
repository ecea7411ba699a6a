"""Notes, activity and mentions over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import IdempotencyMismatch, InvalidRequest, NotFound, NotTheAuthor
from curbe.inbox import notes
from curbe.inbox.annotations import Annotation
from curbe.inbox.list_parameters import place_in
from curbe.inbox.notes import EVER, Mention, MentionPlace
from curbe.inbox.service import Place, conversation
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Moment, Page, decode_cursor, encode_cursor, page_of
from curbe.infra.web import Cursor, refusals

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has at most.")]
NoteKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A word of your own for this note: the same request again is answered with the note as it stands, and adds none.",
    ),
]


class NewNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note to write. ``mentions`` are the users it calls."""

    body: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
    mentions: Annotated[list[UUID], msgspec.Meta(max_length=50)] = []


class MentionsRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which mentions were read: those in a conversation, or all."""

    conversation_id: UUID | None = None


class MentionsLeft(msgspec.Struct, frozen=True):
    """How many mentions are not read yet."""

    unread: int


class AnnotationsController(Controller):
    """What stands between the messages of a conversation."""

    path = "/api/tenants/{tenant_id:uuid}/inbox/conversations/{conversation_id:uuid}"
    tags = ("inbox",)

    @get(
        "/annotations",
        opt={"scope": Scope.INBOX_READ},
        summary="List a conversation's notes and activity",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def list_annotations(
        self,
        tenant_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        # Refusals name the argument, which cannot be `from`: hence text, and our own refusal.
        since: Annotated[
            str | None,
            QueryParameter(
                name="from",
                description="Only of this time or later.",
                schema_extra={"format": "date-time"},
            ),
        ] = None,
        until: Annotated[
            str | None,
            QueryParameter(
                name="to", description="Only of this time or earlier.", schema_extra={"format": "date-time"}
            ),
        ] = None,
        cursor: Cursor = None,
        limit: Limit = 500,
    ) -> Page[Annotation]:
        """Return notes and lines of activity, oldest first."""
        after = place_in(cursor)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await notes.annotations(
                tx,
                tenant_id=tenant_id,
                conversation_id=conversation_id,
                between=(_moment(since, "from") or EVER[0], _moment(until, "to") or EVER[1]),
                after=after,
                limit=limit + 1,
            )
        return page_of(
            rows, limit=limit, item=lambda row: row, position=lambda row: Place(row.created_at, row.id)
        )

    @post(
        "/notes",
        opt={"scope": Scope.INBOX_WRITE},
        summary="Write a note",
        responses=refusals(IdempotencyMismatch, InvalidRequest, NotFound),
    )
    async def add_note(
        self,
        tenant_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        data: JSONBody[NewNote],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        idempotency_key: NoteKey = None,
    ) -> Annotation:
        """Write a note for colleagues and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await notes.add_note(
                tx,
                tenant_id=tenant_id,
                conversation_id=conversation_id,
                body=data.body,
                mentions=data.mentions,
                author=principal.actor,
                key=idempotency_key,
                now=utc_now(),
            )

    @delete(
        "/notes/{note_id:uuid}",
        status_code=200,
        opt={"scope": Scope.INBOX_WRITE},
        summary="Delete one's own note",
        responses=refusals(NotFound, NotTheAuthor),
    )
    async def delete_note(
        self,
        tenant_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        note_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Annotation:
        """Take its words away; that there was a note stays. Return what is left."""
        async with web_pool.transaction(tenant_id) as tx:
            return await notes.delete_note(
                tx,
                tenant_id=tenant_id,
                conversation_id=conversation_id,
                note_id=note_id,
                author=principal.actor,
                now=utc_now(),
            )


class MentionsController(Controller):
    """The notes that call whoever asks."""

    path = "/api/tenants/{tenant_id:uuid}/inbox/mentions"
    tags = ("inbox",)

    @get(
        "/",
        opt={"scope": Scope.INBOX_READ},
        summary="List the notes that call you",
        responses=refusals(InvalidRequest),
    )
    async def list_mentions(
        self,
        tenant_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Annotated[
            int, QueryParameter(ge=1, le=200, description="How many items a page has at most.")
        ] = 50,
    ) -> Page[Mention]:
        """Return notes that call the asker: those not read yet first, the latest first."""
        user_id = _user(principal)
        after = None if cursor is None else decode_cursor(cursor, type=MentionPlace)
        async with web_pool.transaction(tenant_id) as tx:
            page = await notes.mentions(tx, tenant_id=tenant_id, user_id=user_id, after=after, limit=limit)
        following = None if page.following is None else encode_cursor(page.following)
        return Page(items=page.items, next_cursor=following)

    @post(
        "/read",
        status_code=200,
        opt={"scope": Scope.INBOX_WRITE},
        summary="Mark mentions as read",
        operation_id="markMentionsRead",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def read_mentions(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[MentionsRead],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> MentionsLeft:
        """Mark those in a conversation as read, or all; return how many are left."""
        async with web_pool.transaction(tenant_id) as tx:
            where = data.conversation_id
            if where is not None:
                where = (await conversation(tx, tenant_id=tenant_id, conversation_id=where)).id
            left = await notes.read_mentions(
                tx, tenant_id=tenant_id, user_id=_user(principal), conversation_id=where, now=utc_now()
            )
        return MentionsLeft(left)


def _user(principal: Principal) -> UUID:
    if principal.user_id is None:
        raise InvalidRequest(
            "Nobody can mention an API key, so it has no mentions.", fix="Sign in as a person."
        )
    return principal.user_id


def _moment(told: str | None, field: str) -> datetime | None:
    try:
        return None if told is None else msgspec.convert(told, Moment)
    except msgspec.ValidationError:
        raise InvalidRequest(
            f"{field} is no time with its zone.", fix="Send it as 2026-11-20T12:00:00Z.", field=field
        ) from None

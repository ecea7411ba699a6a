"""The webhook log over HTTP, for the operator: what is set aside, what nobody has connected, and replays."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK

from curbe.audit.service import record
from curbe.channels.cloudapi.callback import PURPOSE
from curbe.domain.access import Principal, Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NotFound, Unauthorized
from curbe.domain.ids import LAST_ID
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.pages import Moment, Page, decode_cursor, encode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals
from curbe.ingest import quarantine, replay
from curbe.ingest.quarantine import AsideBody, AsideRow, Unrouted, UnroutedPosition
from curbe.ingest.replay import Position, Replayed, ReplayOutcome, Selection, SetAsideItem
from curbe.tenants import service as tenants

_USUAL: Final = 50
# A request ends before a proxy's patience does; what is left is asked for with the cursor.
_PATIENCE: Final = timedelta(seconds=5)

Kind = Literal["unrouted", "foreign", "poison"]
MetaId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,64}$")]


class ShownBody(AsideRow, frozen=True, kw_only=True):
    """An item with what is in it. ``payload``: its bytes as text, what is no UTF-8 replaced; ``released_at``: applied since."""

    detail: str
    payload: str
    released_at: datetime | None


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which webhooks to apply again.

    One of: an item that is set aside (``quarantine_id``), a webhook (``event_id``), all that names a number
    or a WABA (``phone_number_id``, ``waba_id``), all that names one of a tenant's (``tenant_id``), or all of
    a span of time. ``since`` and ``until`` narrow all but the first two. ``cursor``: goes on where an earlier
    answer with the same request stopped.
    """

    quarantine_id: UUID | None = None
    event_id: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)] | None = None
    phone_number_id: MetaId | None = None
    waba_id: MetaId | None = None
    tenant_id: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None
    cursor: str | None = None


class ReplayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay did so far.

    ``replayed`` webhooks were read again; ``outcomes`` tell what became of their items. ``gone`` items stay
    set aside, as their webhook is no longer in the log. ``next_cursor``: send the same again with it to go on.
    """

    replayed: int
    outcomes: list[ReplayOutcome]
    gone: list[SetAsideItem]
    next_cursor: str | None


class OperationsController(Controller):
    """``/api/operator``."""

    path = "/api/operator"
    tags = ("operator",)

    @get(
        "/quarantine",
        opt={"scope": Scope.OPERATIONS_READ, "platform": True},
        summary="List what is set aside, newest first, without what is in it",
        operation_id="listQuarantine",
        responses=refusals(Unauthorized, Forbidden, InvalidRequest),
    )
    async def quarantine(
        self,
        apply_pool: NamedDependency[Pool],
        *,
        cursor: Cursor = None,
        limit: Limit = _USUAL,
        kind: FromQuery[Kind | None] = None,
        phone_number_id: FromQuery[str | None] = None,
        waba_id: FromQuery[str | None] = None,
    ) -> Page[AsideRow]:
        """Return a page of items that no tenant has."""
        before = LAST_ID if cursor is None else decode_cursor(cursor, type=UUID)
        async with apply_pool.transaction() as tx:
            rows = await quarantine.page(
                tx,
                before=before,
                kind=kind,
                phone_number_id=phone_number_id,
                waba_id=waba_id,
                limit=limit + 1,
            )
        return page_of(rows, limit=limit, item=lambda row: row, position=lambda row: row.id)

    @get(
        "/quarantine/{item_id:uuid}",
        opt={"scope": Scope.OPERATIONS_READ, "platform": True},
        summary="Look into an item that is set aside; that somebody did goes on record",
        operation_id="readQuarantinedItem",
        responses=refusals(Unauthorized, Forbidden, NotFound),
    )
    async def item(
        self,
        item_id: FromPath[UUID],
        apply_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> ShownBody:
        """Return an item with its bytes."""
        async with apply_pool.transaction() as tx:
            return _shown(await quarantine.look_into(tx, item_id=item_id, actor=principal.actor))

    @get(
        "/unrouted",
        opt={"scope": Scope.OPERATIONS_READ, "platform": True},
        summary="List numbers and WABAs that webhooks speak of and nobody had connected, the last heard of first",
        operation_id="listUnrouted",
        responses=refusals(Unauthorized, Forbidden, InvalidRequest),
    )
    async def unrouted(
        self,
        apply_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = _USUAL,
    ) -> Page[Unrouted]:
        """Return a page of what nobody had connected, and who has since."""
        after = quarantine.LAST_HEARD if cursor is None else decode_cursor(cursor, type=UnroutedPosition)
        async with apply_pool.transaction() as tx:
            rows = await quarantine.unrouted(tx, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda row: row, position=lambda row: row.position)

    @post(
        "/replay",
        opt={"scope": Scope.OPERATIONS_WRITE, "platform": True},
        status_code=HTTP_200_OK,
        summary="Apply stored webhooks again: what was missed is added, the rest stays as it is",
        operation_id="replayWebhooks",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def replay(
        self,
        data: JSONBody[ReplayRequest],
        apply_pool: NamedDependency[Pool],
        keyring: NamedDependency[Keyring],
        principal: NamedDependency[Principal],
    ) -> ReplayAnswer:
        """Replay for a few seconds, and say where to go on if that was not all."""
        selection = await _selection(apply_pool, data, now=utc_now())
        after = replay.BEGINNING if data.cursor is None else decode_cursor(data.cursor, type=Position)
        done = await replay.replay(
            apply_pool,
            selection,
            callback_keys=keyring.derive_each(PURPOSE),
            after=after,
            patience=_PATIENCE,
        )
        numbers = {name for name in (data.phone_number_id, data.waba_id) if name is not None}
        entry = replay.replayed_entry(
            done, selection, tenant_id=data.tenant_id, numbers=numbers, actor=principal.actor
        )
        async with apply_pool.transaction() as tx:
            await record(tx, [entry])
        return _answer(done)


async def _selection(pool: Pool, data: ReplayRequest, *, now: datetime) -> Selection:
    """Return which webhooks are meant.

    Raises:
        InvalidRequest: none are named, or in two ways.
        NotFound: there is no such item or tenant.
    """
    _require_one_way(data)
    until = data.until or now
    if data.quarantine_id is not None:
        async with pool.transaction() as tx:
            found = await quarantine.item(tx, item_id=data.quarantine_id)
        return Selection(ids=(found.event_id,), until=until)
    if data.event_id is not None:
        return Selection(ids=(data.event_id,), until=until)
    names: frozenset[str] | None = None
    if data.tenant_id is not None:
        async with pool.transaction() as tx:
            await tenants.read(tx, tenant_id=data.tenant_id)
        names = await replay.names_of_tenant(pool, data.tenant_id)
    elif data.phone_number_id is not None or data.waba_id is not None:
        names = frozenset(name for name in (data.phone_number_id, data.waba_id) if name is not None)
    return Selection(names=names, since=data.since, until=until)


def _require_one_way(data: ReplayRequest) -> None:
    ways: list[Any] = [
        data.quarantine_id,
        data.event_id,
        data.phone_number_id or data.waba_id,
        data.tenant_id,
    ]
    named = sum(way is not None for way in ways)
    if named > 1 or (named == 0 and data.since is None):
        raise InvalidRequest(
            "The request says in no way, or in several, which webhooks to replay.",
            fix="Send quarantine_id, event_id, phone_number_id or waba_id, tenant_id, or else since.",
        )


def _answer(done: Replayed) -> ReplayAnswer:
    return ReplayAnswer(
        replayed=done.webhooks,
        outcomes=done.outcomes,
        gone=done.gone,
        next_cursor=encode_cursor(done.stopped_at) if done.stopped_at is not None else None,
    )


def _shown(item: AsideBody) -> ShownBody:
    fields: dict[str, Any] = {name: getattr(item, name) for name in AsideRow.__struct_fields__}
    payload = item.payload.decode("utf-8", "replace").replace("\0", "\ufffd")
    return ShownBody(detail=item.detail, payload=payload, released_at=item.released_at, **fields)

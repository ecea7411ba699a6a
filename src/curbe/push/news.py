"""From the log into what each browser is told: read from where the last round ended, in one transaction."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction
from curbe.push import rules
from curbe.push.rules import Kind, Logged, News, Notice, Subscriber
from curbe.realtime import service as realtime
from curbe.realtime.rules import Cursor
from curbe.tenants import service as tenants

_PACKAGE: Final = "curbe.push"
_MOST: Final = 500  # events of a round that may be news
_PAGE: Final = 5000  # events of a round


class ToPush(msgspec.Struct, frozen=True):
    """What a browser is to be told."""

    subscriber: Subscriber
    notice: Notice


class _Place(msgspec.Struct, frozen=True):
    epoch: int
    xid: int
    number: int


class _End(msgspec.Struct, frozen=True):
    xid: int
    number: int
    more: bool


class _Has(msgspec.Struct, frozen=True):
    has: bool


class _Noted(msgspec.Struct, frozen=True):
    user_id: UUID
    conversation_id: UUID


_PLACE: Final = Query(_PACKAGE, "push_place", _Place)
_PUT_PLACE: Final = Query(_PACKAGE, "put_push_place")
_DELETE_PLACE: Final = Query(_PACKAGE, "delete_push_place")
_END: Final = Query(_PACKAGE, "end_of_push_page", _End)
_NEWS: Final = Query(_PACKAGE, "news_to_push", Logged)
_SUBSCRIBERS: Final = Query(_PACKAGE, "push_subscribers", Subscriber)
_HAS: Final = Query(_PACKAGE, "has_push_subscriptions", _Has)
_NOTE: Final = Query(_PACKAGE, "note_push_notices", _Noted)
_FORGET: Final = Query(_PACKAGE, "forget_push_notices")


async def take_up(tx: Transaction, *, tenant_id: UUID, grace: timedelta) -> tuple[list[ToPush], bool]:
    """Return what is to be told, and whether the log goes on behind it; what is returned once is not again, whatever becomes of it.

    After a restore of the database it goes on from now. Where nobody is subscribed any more the tenant has no place in the log.
    """
    place = await _PLACE.one(tx, tenant_id=tenant_id)
    if place is None:
        return [], False
    has = await _HAS.one(tx, tenant_id=tenant_id)
    if has is None or not has.has:
        await _DELETE_PLACE.run(tx, tenant_id=tenant_id)
        return [], False
    now = await realtime.latest(tx)
    if place.epoch != now.epoch:
        await _put(tx, now, tenant_id=tenant_id)
        return [], False
    page = {"tenant_id": tenant_id, "xid": place.xid, "number": place.number}
    found = await _END.one(tx, **page, settled_xid=now.xid, grace=grace, most=_PAGE)
    end = _End(now.xid, 0, more=False) if found is None else found
    logged = await _NEWS.all(tx, **page, to_xid=end.xid, to_number=end.number, news=rules.NEWS, most=_MOST)
    if len(logged) == _MOST:
        end = _End(logged[-1].xid, logged[-1].number, more=True)
    # The horizon may be lower than a moment ago (docs/adr/0020).
    if (end.xid, end.number) > (place.xid, place.number):
        await _put(tx, Cursor(epoch=now.epoch, xid=end.xid, id=end.number), tenant_id=tenant_id)
    news = [one for event in logged if (one := rules.news_in(event)) is not None]
    return await _to_push(tx, news, tenant_id=tenant_id), end.more


async def _to_push(tx: Transaction, news: list[News], *, tenant_id: UUID) -> list[ToPush]:
    if not news:
        return []
    subscribers = {one.id: one for one in await _SUBSCRIBERS.all(tx, tenant_id=tenant_id)}
    told = rules.to_tell(news, list(subscribers.values()))
    if not told:
        return []
    fresh = await _noted(
        tx,
        {
            (subscribers[browser].user_id, conversation)
            for (browser, conversation), one in told.items()
            if one.kind is Kind.MESSAGE
        },
        tenant_id=tenant_id,
    )
    workspace = (await tenants.read(tx, tenant_id=tenant_id)).name
    return [
        ToPush(
            subscribers[browser],
            rules.notice_of(one, subscribers[browser], tenant_id=tenant_id, workspace=workspace),
        )
        for (browser, conversation), one in told.items()
        if one.kind is not Kind.MESSAGE or (subscribers[browser].user_id, conversation) in fresh
    ]


async def _noted(
    tx: Transaction, wanted: set[tuple[UUID, UUID]], *, tenant_id: UUID
) -> set[tuple[UUID, UUID]]:
    """Return those people and conversations of which it is not a moment ago that they were told."""
    await _FORGET.run(tx, tenant_id=tenant_id, forgotten_after=rules.FORGOTTEN_AFTER)
    rows = await _NOTE.all(
        tx,
        tenant_id=tenant_id,
        user_ids=[user_id for user_id, _ in wanted],
        conversation_ids=[conversation_id for _, conversation_id in wanted],
        again_after=rules.AGAIN_AFTER,
    )
    return {(row.user_id, row.conversation_id) for row in rows}


async def _put(tx: Transaction, place: Cursor, *, tenant_id: UUID) -> None:
    await _PUT_PLACE.run(tx, tenant_id=tenant_id, epoch=place.epoch, xid=place.xid, number=place.id)

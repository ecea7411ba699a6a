"""Notifications over HTTP: events come in, rules are kept, and the history says what went to whom and why not."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import (
    IdempotencyMismatch,
    InvalidRequest,
    LimitReached,
    NoConnection,
    NotFound,
    SeveralConnections,
    TemplateUnknown,
)
from curbe.domain.ids import FIRST_ID
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals
from curbe.notifications import rules, sending, service
from curbe.notifications.rules import Rule
from curbe.notifications.service import Followed, KeptRule, State, Told, Wanted


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was taken, and what follows from it. ``repeated``: it had been taken before."""

    event_id: str
    repeated: bool
    notifications: list[Followed]


class TakenBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that is off, by the id it was told with."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class EventTrial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule, kept or not, and the data of an event to try it with.

    ``rule_id``: the rule that it is, or that it would take the place of: where it names no number, it goes by the one that was kept with.
    """

    rule: Rule
    rule_id: UUID | None = None
    data: dict[str, Any] = {}


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """What the event would come to, and when; ``waiting`` with a ``reason``: until that is over."""

    state: State
    reason: str | None
    detail: str | None
    recipient: str | None
    due_at: datetime


class NotificationController(Controller):
    """What follows from events of the tenant's own systems."""

    path = "/api/tenants/{tenant_id:uuid}/notifications"
    tags = ("notifications",)

    @post(
        "/events",
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.NOTIFICATIONS_SEND},
        summary="Tell of something that happened",
        operation_id="sendNotificationEvent",
        responses=refusals(InvalidRequest, IdempotencyMismatch),
    )
    async def receive_event(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[Told],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Received:
        """Take an event and return what follows by each rule of it; the same id again is answered the same and does nothing."""
        async with web_pool.transaction(tenant_id) as tx:
            repeated, followed = await service.receive(
                tx, data, tenant_id=tenant_id, actor=principal.actor, now=utc_now()
            )
        return Received(event_id=data.id, repeated=repeated, notifications=followed)

    @post(
        "/events/cancel",
        status_code=HTTP_200_OK,
        opt={"scope": Scope.NOTIFICATIONS_SEND},
        summary="Take an event back",
        operation_id="cancelNotificationEvent",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def cancel_event(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[TakenBack],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Received:
        """Let nothing be sent that still waits to follow from it, and return how all of it stands; asked again, it is answered the same.

        What is queued as a message by then has its id in `message_id`, by which it may be taken back as any message.
        """
        async with web_pool.transaction(tenant_id) as tx:
            await service.require_event(tx, tenant_id=tenant_id, event_id=data.id)
            await sending.take_back(
                tx, tenant_id=tenant_id, event_id=data.id, actor=principal.actor, now=utc_now()
            )
            followed = await service.followed(tx, tenant_id=tenant_id, event_id=data.id)
        return Received(event_id=data.id, repeated=True, notifications=followed)

    @get(
        "/history",
        opt={"scope": Scope.NOTIFICATIONS_WRITE},
        summary="What went to whom, and why not",
        operation_id="listNotifications",
        responses=refusals(InvalidRequest),
    )
    async def read_history(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        event_id: Annotated[str | None, QueryParameter(max_length=200)] = None,
        rule: Annotated[UUID | None, QueryParameter(description="What followed by this rule.")] = None,
        standing: Annotated[State | None, QueryParameter(name="state")] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[Followed]:
        """Return what followed from events, the latest first, with where each message stands now."""
        before = None if cursor is None else decode_cursor(cursor, type=UUID)
        wanted = Wanted(event_id=event_id, rule_id=rule, state=standing)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await service.history(
                tx, tenant_id=tenant_id, wanted=wanted, before=before, limit=limit + 1
            )
        return page_of(rows, limit=limit, item=lambda one: one, position=lambda one: one.id)

    @post(
        "/dry-run",
        status_code=HTTP_200_OK,
        opt={"scope": Scope.NOTIFICATIONS_WRITE},
        summary="Try a rule with an event",
        operation_id="tryNotificationRule",
        responses=refusals(InvalidRequest, NotFound, TemplateUnknown, NoConnection, SeveralConnections),
    )
    async def try_rule(
        self, tenant_id: FromPath[UUID], data: JSONBody[EventTrial], web_pool: NamedDependency[Pool]
    ) -> Foreseen:
        """Say whom a rule would tell of an event, or why nobody, as if its time were now; nothing is sent and nothing is kept."""
        now = utc_now()
        async with web_pool.transaction(tenant_id) as tx:
            outcome = await sending.try_out(
                tx, data.rule, data.data, tenant_id=tenant_id, rule_id=data.rule_id, now=now
            )
        return Foreseen(
            state=outcome.state,
            reason=outcome.reason,
            detail=outcome.detail,
            recipient=outcome.recipient,
            due_at=rules.due_at(data.rule, now=now),
        )

    @get(
        "/rules",
        opt={"scope": Scope.NOTIFICATIONS_WRITE},
        summary="List the rules",
        operation_id="listNotificationRules",
        responses=refusals(InvalidRequest),
    )
    async def list_rules(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[KeptRule]:
        """Return the rules in the order of their making."""
        after = FIRST_ID if cursor is None else decode_cursor(cursor, type=UUID)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await service.page(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda one: one, position=lambda one: one.id)

    @post(
        "/rules",
        opt={"scope": Scope.NOTIFICATIONS_WRITE},
        summary="Make a rule",
        operation_id="createNotificationRule",
        responses=refusals(InvalidRequest, LimitReached, TemplateUnknown, NoConnection, SeveralConnections),
    )
    async def create_rule(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[Rule],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> KeptRule:
        """Check a rule against its template, keep it and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.save(tx, data, tenant_id=tenant_id, rule_id=None, actor=principal.actor)

    @get(
        "/rules/{rule_id:uuid}",
        opt={"scope": Scope.NOTIFICATIONS_WRITE},
        summary="Read a rule",
        operation_id="readNotificationRule",
        responses=refusals(NotFound),
    )
    async def read_rule(
        self, tenant_id: FromPath[UUID], rule_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> KeptRule:
        """Return a rule."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.rule_of(tx, tenant_id=tenant_id, rule_id=rule_id)

    @put(
        "/rules/{rule_id:uuid}",
        opt={"scope": Scope.NOTIFICATIONS_WRITE},
        summary="Change a rule",
        operation_id="changeNotificationRule",
        responses=refusals(
            InvalidRequest, LimitReached, NotFound, TemplateUnknown, NoConnection, SeveralConnections
        ),
    )
    async def change_rule(
        self,
        tenant_id: FromPath[UUID],
        rule_id: FromPath[UUID],
        data: JSONBody[Rule],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> KeptRule:
        """Put a rule in place of one; what waits by it is sent by the new one."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.save(tx, data, tenant_id=tenant_id, rule_id=rule_id, actor=principal.actor)

    @delete(
        "/rules/{rule_id:uuid}",
        opt={"scope": Scope.NOTIFICATIONS_WRITE},
        summary="Delete a rule",
        operation_id="deleteNotificationRule",
        responses=refusals(NotFound),
    )
    async def delete_rule(
        self,
        tenant_id: FromPath[UUID],
        rule_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Delete a rule; what waits by it is skipped."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.delete(tx, tenant_id=tenant_id, rule_id=rule_id, actor=principal.actor)

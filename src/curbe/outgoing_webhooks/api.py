"""Outgoing webhooks over HTTP: made and kept, tried, and what became of each delivery."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import (
    Conflict,
    EventGone,
    InvalidRequest,
    LimitReached,
    NotFound,
    ProofRequired,
)
from curbe.domain.ids import FIRST_ID
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.settings import Settings
from curbe.infra.web import Cursor, Limit, refusals
from curbe.outgoing_webhooks import deliveries, rules, service
from curbe.outgoing_webhooks.deliveries import Delivery
from curbe.outgoing_webhooks.rules import DeliveryState
from curbe.outgoing_webhooks.service import (
    NewOutgoingWebhook,
    OutgoingWebhook,
    OutgoingWebhookChange,
    OutgoingWebhookSecret,
)

_PATH = "/api/tenants/{tenant_id:uuid}/outgoing-webhooks"
_TAGS = ("outgoing webhooks",)


class ReplayedDeliveries(msgspec.Struct, frozen=True):
    """How many deliveries are made once more."""

    replayed: int


class OutgoingWebhookController(Controller):
    """The servers of a tenant that are told what happens."""

    path = _PATH
    tags = _TAGS

    @get(
        "/",
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE},
        summary="List outgoing webhooks",
        responses=refusals(InvalidRequest),
    )
    async def list_outgoing_webhooks(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[OutgoingWebhook]:
        """Return them in the order of their making."""
        after = FIRST_ID if cursor is None else decode_cursor(cursor, type=UUID)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await service.page(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda one: one, position=lambda one: one.id)

    @post(
        "/",
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE, "proof": True},
        summary="Make an outgoing webhook",
        responses=refusals(InvalidRequest, LimitReached, ProofRequired),
    )
    async def create_outgoing_webhook(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewOutgoingWebhook],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
    ) -> OutgoingWebhookSecret:
        """Make it and show its secret, this once; it is told what happens from now on."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.create(
                tx,
                data,
                tenant_id=tenant_id,
                keyring=keyring,
                reachable=settings.outgoing_webhook_origins,
                actor=principal.actor,
            )

    @get(
        "/{webhook_id:uuid}",
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE},
        summary="Read an outgoing webhook",
        responses=refusals(NotFound),
    )
    async def read_outgoing_webhook(
        self, tenant_id: FromPath[UUID], webhook_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> OutgoingWebhook:
        """Return it, and how it stands."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.one(tx, tenant_id=tenant_id, webhook_id=webhook_id)

    @patch(
        "/{webhook_id:uuid}",
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE, "proof": True},
        summary="Change an outgoing webhook",
        responses=refusals(InvalidRequest, ProofRequired, NotFound),
    )
    async def change_outgoing_webhook(
        self,
        tenant_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        data: JSONBody[OutgoingWebhookChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        settings: NamedDependency[Settings],
    ) -> OutgoingWebhook:
        """Change it and return it; enabled again it goes on where it stopped, or from now on."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.change(
                tx,
                data,
                tenant_id=tenant_id,
                webhook_id=webhook_id,
                reachable=settings.outgoing_webhook_origins,
                actor=principal.actor,
            )

    @delete(
        "/{webhook_id:uuid}",
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE},
        summary="Delete an outgoing webhook",
        responses=refusals(NotFound),
    )
    async def delete_outgoing_webhook(
        self,
        tenant_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Delete it, with what is on record of it; what was not told is not told any more."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.delete(tx, tenant_id=tenant_id, webhook_id=webhook_id, actor=principal.actor)

    @post(
        "/{webhook_id:uuid}/secret",
        status_code=HTTP_200_OK,
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE, "proof": True},
        summary="Give an outgoing webhook another secret",
        operation_id="rotateOutgoingWebhookSecret",
        responses=refusals(ProofRequired, NotFound),
    )
    async def change_secret(
        self,
        tenant_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        keyring: NamedDependency[Keyring],
    ) -> OutgoingWebhookSecret:
        """Make another secret and show it, this once; the one before signs too for 24 hours."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.change_secret(
                tx, tenant_id=tenant_id, webhook_id=webhook_id, keyring=keyring, actor=principal.actor
            )


class DeliveryController(Controller):
    """What became of the events that outgoing webhooks were told of."""

    path = _PATH + "/{webhook_id:uuid}"
    tags = _TAGS

    @post(
        "/test",
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE},
        summary="Try an outgoing webhook",
        operation_id="testOutgoingWebhook",
        responses=refusals(Conflict, NotFound),
    )
    async def test(
        self,
        tenant_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Delivery:
        """Queue a ``ping`` and return its delivery; list the deliveries to see what came of it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await deliveries.ping(
                tx, tenant_id=tenant_id, webhook_id=webhook_id, actor=principal.actor
            )

    @get(
        "/deliveries",
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE},
        summary="List the deliveries of an outgoing webhook",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def list_outgoing_webhook_deliveries(
        self,
        tenant_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        standing: Annotated[DeliveryState | None, QueryParameter(name="state")] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[Delivery]:
        """Return the deliveries that wait, and those that were done within seven days, the latest event first."""
        before = None if cursor is None else _place(decode_cursor(cursor, type=str))
        async with web_pool.transaction(tenant_id) as tx:
            rows = await deliveries.page(
                tx,
                tenant_id=tenant_id,
                webhook_id=webhook_id,
                state=standing,
                before=before,
                limit=limit + 1,
            )
        return page_of(rows, limit=limit, item=lambda one: one, position=lambda one: one.id)

    @post(
        "/deliveries/{delivery_id:str}/replay",
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE},
        summary="Make a delivery once more",
        operation_id="replayOutgoingWebhookDelivery",
        responses=refusals(Conflict, EventGone, NotFound),
    )
    async def replay(
        self,
        tenant_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[str],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Delivery:
        """Let the event be told once more, at once and under the same ``webhook-id``."""
        async with web_pool.transaction(tenant_id) as tx:
            return await deliveries.replay(
                tx, delivery_id, tenant_id=tenant_id, webhook_id=webhook_id, actor=principal.actor
            )

    @post(
        "/replay-failed",
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.OUTGOING_WEBHOOKS_WRITE},
        summary="Make all deliveries that failed once more",
        operation_id="replayFailedDeliveries",
        responses=refusals(Conflict, NotFound),
    )
    async def replay_failed(
        self,
        tenant_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> ReplayedDeliveries:
        """Let them be told once more, up to a thousand, the earliest first; those whose events are gone stay as they are."""
        async with web_pool.transaction(tenant_id) as tx:
            found = await deliveries.replay_failed(
                tx, tenant_id=tenant_id, webhook_id=webhook_id, actor=principal.actor
            )
        return ReplayedDeliveries(found)


def _place(name: str) -> rules.Cursor:
    place = rules.place_named(name)
    if place is None:
        raise InvalidRequest(
            "cursor was not given out by this list.",
            fix="Pass next_cursor of the page before unchanged, or leave it out to begin again.",
            field="cursor",
        )
    return place

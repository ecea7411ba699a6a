"""A person's browsers that are told while no page of ours is open in them, over HTTP."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth.cookies import device_of
from curbe.auth.principal import Principal
from curbe.domain.errors import InvalidRequest, NotFound
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.settings import Settings
from curbe.infra.web import refusals
from curbe.push import service, vapid
from curbe.push.service import Asker, NewPushSubscription, PushSubscription

_OWN: Final = {"session": "a browser is its person's own; every colleague reads the inbox"}


class PushSubscriptions(msgspec.Struct, frozen=True, kw_only=True):
    """A person's browsers that are told.

    ``public_key`` is what a browser subscribes with, in base64url; null where this installation pushes nothing.
    """

    public_key: str | None
    items: list[PushSubscription]


class PushController(Controller):
    """The browsers of whoever asks."""

    path = "/api/tenants/{tenant_id:uuid}/push-subscriptions"
    tags = ("inbox",)

    @get("/", opt=_OWN, summary="List one's browsers that are told")
    async def list_push_subscriptions(
        self,
        tenant_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
    ) -> PushSubscriptions:
        """Return the asker's browsers in this tenant, and the key to subscribe another one with."""
        async with web_pool.transaction(tenant_id) as tx:
            items = await service.of_user(tx, tenant_id=tenant_id, user_id=_person(principal))
        key = vapid.spelled(vapid.public_key(keyring)) if settings.push_services else None
        return PushSubscriptions(public_key=key, items=items)

    @put(
        "/",
        opt=_OWN,
        summary="Have one's browser told",
        responses=refusals(InvalidRequest),
    )
    async def put_push_subscription(
        self,
        request: Request[Any, Any, Any],
        tenant_id: FromPath[UUID],
        data: JSONBody[NewPushSubscription],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
    ) -> PushSubscription:
        """Tell this browser from now on, until its person signs out there; or change what it is told."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.put(
                tx,
                data,
                tenant_id=tenant_id,
                asker=_asker(principal, device_of(request).user_agent),
                keyring=keyring,
                services=settings.push_services,
            )

    @delete(
        "/{subscription_id:uuid}",
        opt=_OWN,
        summary="Have one of one's browsers told no more",
        responses=refusals(NotFound),
    )
    async def delete_push_subscription(
        self,
        tenant_id: FromPath[UUID],
        subscription_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Tell it no more."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.delete(
                tx, tenant_id=tenant_id, subscription_id=subscription_id, user_id=_person(principal)
            )


def _person(principal: Principal) -> UUID | None:
    """Return who asks; None where an operator looks in, who is no colleague."""
    return None if principal.role is None else principal.user_id


def _asker(principal: Principal, agent: str | None) -> Asker:
    user_id = _person(principal)
    if user_id is None or principal.session_id is None:
        raise InvalidRequest(
            "Only a colleague has browsers that are told.", fix="Sign in as somebody of this tenant."
        )
    return Asker(user_id=user_id, session_id=principal.session_id, device=agent)

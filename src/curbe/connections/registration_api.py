"""Registering a connected number over HTTP, and its PIN."""

from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import registration
from curbe.connections.shapes import Registration, RevealedPin, ShownConnection, shown
from curbe.domain.access import Principal, Scope
from curbe.domain.errors import (
    Conflict,
    Forbidden,
    GraphRefused,
    GraphUnreachable,
    InvalidRequest,
    MissingPermission,
    NoConnection,
    NotFound,
    NumberForeign,
    NumberUnverified,
    ProofRequired,
    TokenRefused,
    TooManyRequests,
    Unauthorized,
    WrongPin,
)
from curbe.infra.crypto import CannotOpen, Keyring
from curbe.infra.db import Pool
from curbe.infra.web import refusals


class RegistrationController(Controller):
    """``/api/tenants/{tenant_id}/whatsapp/connections/{connection_id}``."""

    path = "/api/tenants/{tenant_id:uuid}/whatsapp/connections/{connection_id:uuid}"
    tags = ("whatsapp",)

    @post(
        "/register",
        opt={"scope": Scope.CONNECTIONS_WRITE},
        status_code=HTTP_200_OK,
        operation_id="registerNumber",
        summary="Register a connected number with Meta, so that it may send; one that is registered is left alone",
        responses=refusals(
            Unauthorized, Forbidden, NotFound, InvalidRequest, NoConnection, Conflict, WrongPin, NumberUnverified,
            TokenRefused, MissingPermission, NumberForeign, GraphRefused, GraphUnreachable, TooManyRequests,
        ),
    )  # fmt: skip
    async def register(
        self,
        tenant_id: FromPath[UUID],
        connection_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        keyring: NamedDependency[Keyring],
        cloud_api: NamedDependency[CloudApi],
        principal: NamedDependency[Principal],
        data: JSONBody[Registration | None] = None,
    ) -> ShownConnection:
        """Register a number, under the PIN given, the one kept, or a new one. Meta allows ten tries in 72 hours."""
        try:
            connection = await registration.register(
                web_pool,
                tenant_id=tenant_id,
                connection_id=connection_id,
                cloud_api=cloud_api,
                keyring=keyring,
                pin=data.pin if data else None,
                actor=principal.actor,
            )
        except CannotOpen as failure:
            raise TokenRefused(
                str(failure), fix="Connect the number again with a new access token."
            ) from failure
        return shown(connection)

    @post(
        "/reveal-pin",
        opt={"scope": Scope.CONNECTIONS_WRITE, "proof": True},
        status_code=HTTP_200_OK,
        operation_id="revealPin",
        summary="Show the PIN of a number's two-step verification; that it was shown goes on record",
        responses=refusals(Unauthorized, Forbidden, ProofRequired, NotFound, Conflict),
    )
    async def reveal(
        self,
        tenant_id: FromPath[UUID],
        connection_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        keyring: NamedDependency[Keyring],
        principal: NamedDependency[Principal],
    ) -> RevealedPin:
        """Show the PIN under which the number was registered here, also once it was given up."""
        async with web_pool.transaction(tenant_id) as tx:
            pin = await registration.reveal_pin(
                tx,
                tenant_id=tenant_id,
                connection_id=connection_id,
                keyring=keyring,
                actor=principal.actor,
            )
        return RevealedPin(pin.reveal())

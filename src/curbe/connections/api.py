"""Connecting WhatsApp numbers over HTTP: begin, complete, see, test, resume, give up."""

from typing import Final
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from curbe.channels.cloudapi.client import CloudApi
from curbe.channels.cloudapi.fields import TO_SUBSCRIBE
from curbe.connections import choosing, completing, prove, rules, service, signup
from curbe.connections.checks import Candidate, Check, require_health
from curbe.connections.completing import Means
from curbe.connections.prove import Examination
from curbe.connections.rules import Connection
from curbe.connections.shapes import (
    Choosing,
    Completion,
    Disconnection,
    FoundNumber,
    ShownConnection,
    Start,
    Started,
    Trial,
    TrialResult,
    WhatsAppStatus,
    Which,
    WhichChoice,
    found_number,
    shown,
    trial_result,
    whatsapp_status,
)
from curbe.domain.access import Principal, Scope
from curbe.domain.errors import (
    ChoiceExpired,
    ConnectionPaused,
    Forbidden,
    GraphRefused,
    GraphUnreachable,
    InvalidRequest,
    MissingPermission,
    NoConnection,
    NotFound,
    NumberForeign,
    NumberNotOnWaba,
    NumberTaken,
    SeveralConnections,
    SeveralNumbers,
    TokenRefused,
    TooManyRequests,
    Unauthorized,
    WrongApp,
)
from curbe.infra.clock import utc_now
from curbe.infra.crypto import CannotOpen, Keyring
from curbe.infra.db import Pool
from curbe.infra.log import bind
from curbe.infra.settings import Settings
from curbe.infra.web import refusals

_WEBHOOK: Final = "/webhooks/meta/whatsapp"
_RETURN_PAGE: Final = "/connect/whatsapp"
_ALWAYS: Final = (Unauthorized, Forbidden, NotFound, InvalidRequest)
_OF_META: Final = (
    TokenRefused, WrongApp, MissingPermission, NumberForeign, NumberNotOnWaba, GraphRefused, GraphUnreachable,
    TooManyRequests,
)  # fmt: skip


def _means(
    web_pool: NamedDependency[Pool],
    cloud_api: NamedDependency[CloudApi],
    keyring: NamedDependency[Keyring],
    settings: NamedDependency[Settings],
) -> Means:
    return Means(pool=web_pool, cloud_api=cloud_api, keyring=keyring, settings=settings)


class ConnectionController(Controller):
    """``/api/tenants/{tenant_id}/whatsapp``."""

    path = "/api/tenants/{tenant_id:uuid}/whatsapp"
    tags = ("whatsapp",)
    dependencies = {"means": Provide(_means, sync_to_thread=False)}  # noqa: RUF012 - Litestar reads it

    @get(
        "/status",
        opt={"scope": Scope.CONNECTIONS_READ},
        summary="Show whether WhatsApp is connected, and each number",
        operation_id="readWhatsAppStatus",
        responses=refusals(*_ALWAYS),
    )
    async def status(self, tenant_id: FromPath[UUID], web_pool: NamedDependency[Pool]) -> WhatsAppStatus:
        """Return the tenant's connections."""
        async with web_pool.transaction(tenant_id) as tx:
            return whatsapp_status(await service.every(tx, tenant_id=tenant_id))

    @post(
        "/connect/start",
        opt={"scope": Scope.CONNECTIONS_WRITE},
        status_code=HTTP_200_OK,
        summary="Begin to connect a number: where to go, or what to do",
        operation_id="startConnecting",
        responses=refusals(*_ALWAYS),
    )
    async def start(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        settings: NamedDependency[Settings],
        keyring: NamedDependency[Keyring],
        principal: NamedDependency[Principal],
        data: JSONBody[Start | None] = None,
    ) -> Started:
        """Return Meta's sign-up where it is configured, else the steps to take by hand."""
        async with web_pool.transaction(tenant_id) as tx:
            status = whatsapp_status(await service.every(tx, tenant_id=tenant_id))
        redirect_uri = (data.redirect_uri if data else None) or f"{settings.public_base_url}{_RETURN_PAGE}"
        return _started(
            settings,
            keyring,
            tenant_id,
            user_id=principal.user_id,
            redirect_uri=redirect_uri,
            coexistence=data is not None and data.coexistence,
            status=status,
        )

    @post(
        "/connect/complete",
        opt={"scope": Scope.CONNECTIONS_WRITE},
        status_code=HTTP_200_OK,
        summary="Connect a number, once Meta has confirmed that the token reads it",
        operation_id="connectNumber",
        responses=refusals(*_ALWAYS, *_OF_META, NumberTaken, SeveralNumbers),
    )
    async def complete(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[Completion],
        means: NamedDependency[Means],
        principal: NamedDependency[Principal],
    ) -> ShownConnection:
        """Connect a number, and register it where it comes from a sign-up; connecting one again gives it the new token."""
        return shown(await completing.complete(means, data, tenant_id=tenant_id, principal=principal))

    @post(
        "/connect/choose",
        opt={"scope": Scope.CONNECTIONS_WRITE},
        status_code=HTTP_200_OK,
        summary="Connect one of the numbers that a sign-up left to choose from",
        operation_id="chooseNumber",
        responses=refusals(*_ALWAYS, *_OF_META, NumberTaken, ChoiceExpired),
    )
    async def choose(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[Choosing],
        means: NamedDependency[Means],
        principal: NamedDependency[Principal],
    ) -> ShownConnection:
        """Connect the number as connect/complete would have. Only whoever brought the code may, for 15 minutes, and once."""
        return shown(await completing.choose(means, data, tenant_id=tenant_id, principal=principal))

    @post(
        "/connect/cancel",
        opt={"scope": Scope.CONNECTIONS_WRITE},
        status_code=HTTP_204_NO_CONTENT,
        summary="Connect none of the numbers that a sign-up left to choose from; its token is deleted",
        operation_id="cancelChoice",
        responses=refusals(*_ALWAYS, ChoiceExpired),
    )
    async def cancel(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[WhichChoice],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> None:
        """Forget what Meta granted, before its 15 minutes are over."""
        async with web_pool.transaction(tenant_id) as tx:
            await choosing.end(tx, data.choice_id, tenant_id=tenant_id, actor=principal.actor)

    @post(
        "/disconnect",
        opt={"scope": Scope.CONNECTIONS_WRITE},
        status_code=HTTP_200_OK,
        summary="Give a number up: its token is wiped, its conversations and its queue stay",
        operation_id="disconnectNumber",
        responses=refusals(*_ALWAYS, NoConnection, SeveralConnections),
    )
    async def disconnect(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        data: JSONBody[Which | None] = None,
    ) -> Disconnection:
        """Give a connection up. Meta goes on sending the WABA's webhooks: others may share it."""
        which = data or Which()
        async with web_pool.transaction(tenant_id) as tx:
            meant = rules.meant(
                await service.every(tx, tenant_id=tenant_id),
                connection_id=which.connection_id,
                phone_number_id=which.phone_number_id,
            )
            bind(phone_number_id=meant.phone_number_id)
            done = await service.disconnect(
                tx, tenant_id=tenant_id, connection_id=meant.id, actor=principal.actor, now=utc_now()
            )
        return Disconnection(connection=shown(done.connection), queued_messages=done.queued)

    @post(
        "/test-connection",
        opt={"scope": Scope.CONNECTIONS_WRITE},
        status_code=HTTP_200_OK,
        summary="Test a token before connecting it, or a connection that is there; changes nothing, and goes on record",
        operation_id="testConnection",
        responses=refusals(*_ALWAYS, NoConnection, SeveralConnections),
    )
    async def test(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        settings: NamedDependency[Settings],
        keyring: NamedDependency[Keyring],
        cloud_api: NamedDependency[CloudApi],
        principal: NamedDependency[Principal],
        data: JSONBody[Trial | None] = None,
    ) -> TrialResult:
        """Ask Meta step by step and return what was found."""
        trial = data or Trial()
        if trial.access_token is not None:
            candidate, token = completing.named(trial)
        else:
            async with web_pool.transaction(tenant_id) as tx:
                connection = rules.meant(
                    await service.every(tx, tenant_id=tenant_id),
                    connection_id=trial.connection_id,
                    phone_number_id=trial.phone_number_id,
                )
                try:
                    token = await service.credentials(
                        tx, tenant_id=tenant_id, connection_id=connection.id, keyring=keyring
                    )
                except CannotOpen as failure:
                    number = _of(connection).phone_number_id
                    await service.note_test(tx, number, tenant_id=tenant_id, ok=False, actor=principal.actor)
                    return trial_result([_unreadable(failure)])
            candidate = _of(connection)
        found = await prove.examine(
            cloud_api, candidate, token=token, app=completing.app_of(settings), now=utc_now()
        )
        webhook_url = _webhook_url(settings)
        further = (
            await prove.subscription(cloud_api, found.proof, webhook_url=webhook_url) if found.proof else []
        )
        result = trial_result([*found.checks, *further], found=_found(found, candidate))
        async with web_pool.transaction(tenant_id) as tx:
            await service.note_test(
                tx, candidate.phone_number_id, tenant_id=tenant_id, ok=result.ok, actor=principal.actor
            )
        return result

    @post(
        "/resume",
        opt={"scope": Scope.CONNECTIONS_WRITE},
        status_code=HTTP_200_OK,
        summary="Let a paused number send again, once Meta has confirmed that its token works and that it may send",
        operation_id="resumeNumber",
        responses=refusals(*_ALWAYS, *_OF_META, NoConnection, SeveralConnections, ConnectionPaused),
    )
    async def resume(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        settings: NamedDependency[Settings],
        keyring: NamedDependency[Keyring],
        cloud_api: NamedDependency[CloudApi],
        principal: NamedDependency[Principal],
        data: JSONBody[Which | None] = None,
    ) -> ShownConnection:
        """End a pause that a refused send caused. One that Meta forbids ends when Meta lifts it; one that sends is left alone."""
        which = data or Which()
        async with web_pool.transaction(tenant_id) as tx:
            connection = rules.meant(
                await service.every(tx, tenant_id=tenant_id),
                connection_id=which.connection_id,
                phone_number_id=which.phone_number_id,
            )
            if not rules.may_resume(connection):
                return shown(connection)
            try:
                token = await service.credentials(
                    tx, tenant_id=tenant_id, connection_id=connection.id, keyring=keyring
                )
            except CannotOpen as failure:
                raise TokenRefused(str(failure), fix=rules.way_out(None, None)) from failure
        found = await prove.examine(
            cloud_api, _of(connection), token=token, app=completing.app_of(settings), now=utc_now()
        )
        require_health(found.require().number.health)
        async with web_pool.transaction(tenant_id) as tx:
            await service.resume(tx, tenant_id=tenant_id, connection_id=connection.id, actor=principal.actor)
            return shown(await service.read(tx, tenant_id=tenant_id, connection_id=connection.id))


def _found(found: Examination, candidate: Candidate) -> FoundNumber | None:
    if found.number is None or found.about_token is None:
        return None
    return found_number(found.number, waba_id=candidate.waba_id, token=found.about_token)


def _webhook_url(settings: Settings) -> str:
    return f"{settings.public_base_url}{_WEBHOOK}"


def _of(connection: Connection) -> Candidate:
    return Candidate(waba_id=connection.waba_id or "", phone_number_id=connection.phone_number_id or "")


def _started(
    settings: Settings,
    keyring: Keyring,
    tenant_id: UUID,
    *,
    user_id: UUID | None,
    redirect_uri: str,
    coexistence: bool,
    status: WhatsAppStatus,
) -> Started:
    webhook_url = _webhook_url(settings)
    manual = Started(
        mode="manual",
        steps=signup.steps_by_hand(app_id=settings.meta_app_id, webhook_url=webhook_url),
        webhook_url=webhook_url,
        webhook_fields=list(TO_SUBSCRIBE),
        verify_token_hint="the value of META_VERIFY_TOKEN of this installation; its operator has it",  # noqa: S106 - a hint
        connected=status.connected,
        connections=status.connections,
    )
    if settings.meta_embedded_signup_config_id is None:
        return manual
    state = signup.state_for(tenant_id, user_id=user_id, key=keyring.derive(signup.PURPOSE), now=utc_now())
    url = signup.connect_url(
        version=settings.meta_graph_version,
        app_id=settings.meta_app_id,
        config_id=settings.meta_embedded_signup_config_id,
        redirect_uri=redirect_uri,
        state=state,
        coexistence=coexistence,
    )
    return msgspec.structs.replace(
        manual,
        mode="embedded_signup",
        steps=signup.steps_of_sign_up(redirect_uri),
        connectUrl=url,
        redirect_uri=redirect_uri,
        state=state,
    )


def _unreadable(failure: CannotOpen) -> Check:
    return Check(
        "stored_token", ok=False, detail=str(failure), fix="Connect the number again with a new access token."
    )

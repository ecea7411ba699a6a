"""``POST /send_template_direct`` and ``POST /send_text_direct``: the earlier gateway's routes, for its clients. API keys only."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_202_ACCEPTED

from curbe.auth.principal import Principal, PrincipalKind, Scope
from curbe.domain.content import LONGEST_TEXT, Content, TextBody, TextMessage
from curbe.domain.errors import Forbidden, InvalidRequest
from curbe.inbox.shapes import MessageError
from curbe.infra.db import Pool
from curbe.infra.log import bind
from curbe.outbound import direct, service
from curbe.outbound.api import IdempotencyKey, Prefer, SendAnswer, answered, sending, take_once, wait_in
from curbe.outbound.direct import Aim
from curbe.outbound.service import Key, Taken
from curbe.realtime.broadcast import Broadcast
from curbe.templates.sending import ByName
from curbe.templates.values import Given
from curbe.tenants import service as tenants

TEMPLATE_ROUTE: Final = "/send_template_direct"
TEXT_ROUTE: Final = "/send_text_direct"
Phone = Annotated[str, msgspec.Meta(min_length=3, max_length=40)]
Value = str | int | float | bool | None


class _Whose(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``company_id`` is the key's tenant and may be left out; ``phone_number_id`` names one of its numbers."""

    phone: Phone
    company_id: UUID | None = None
    phone_number_id: str | None = None


class DirectTemplate(_Whose, frozen=True, kw_only=True):
    """A template by its name; ``template_data`` has its values by the names of its variables, or in their order.

    ``language`` may be left out where the template exists in one language alone.
    """

    template_name: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    template_data: dict[str, Value] = {}
    language: str | None = None


class DirectText(_Whose, frozen=True, kw_only=True):
    """Text within the customer service window: ``text``, or by its other name ``message``."""

    text: Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)] | None = None
    message: Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)] | None = None


class DirectAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The message as it stands now. ``phone`` is the number it goes to, ``unused`` the values that the template has no place for."""

    id: UUID
    status: str
    conversation_id: UUID
    phone: str
    connection_id: UUID
    provider_message_id: str | None = None
    error: MessageError | None = None
    unused: tuple[str, ...] = ()


class DirectController(Controller):
    """What the earlier gateway's clients call."""

    path = "/"
    tags = ("messages",)

    @post(
        TEMPLATE_ROUTE,
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Send a template by its name (the earlier gateway's route)",
        operation_id="sendTemplateDirect",
        responses=sending(DirectAnswer),
    )
    async def send_template(
        self,
        data: JSONBody[DirectTemplate],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        broadcast: NamedDependency[Broadcast],
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[DirectAnswer]:
        """Queue it and answer 202; with ``Prefer: wait=N`` answer 200 as soon as Meta did."""
        tenant_id = _tenant(principal, data.company_id)
        key = _key(TEMPLATE_ROUTE, idempotency_key, data)
        aim, taken = await _aimed(web_pool, data, key, tenant_id=tenant_id)
        given = Given(template_data={key: _written(value) for key, value in data.template_data.items()})
        template = ByName(
            name=data.template_name, language=data.language, given=given, member="template_name"
        )
        taken = taken or await take_once(web_pool, _request(tenant_id, principal, aim, template), key)
        answer = await answered(web_pool, broadcast, tenant_id, taken, wait_in(prefer))
        return _told(answer, aim, unused=taken.unused)

    @post(
        TEXT_ROUTE,
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Send a text (the earlier gateway's route)",
        operation_id="sendTextDirect",
        responses=sending(DirectAnswer),
    )
    async def send_text(
        self,
        data: JSONBody[DirectText],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        broadcast: NamedDependency[Broadcast],
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[DirectAnswer]:
        """Queue it and answer 202; with ``Prefer: wait=N`` answer 200 as soon as Meta did."""
        tenant_id = _tenant(principal, data.company_id)
        content = _text(data)
        key = _key(TEXT_ROUTE, idempotency_key, data)
        aim, taken = await _aimed(web_pool, data, key, tenant_id=tenant_id)
        taken = taken or await take_once(web_pool, _request(tenant_id, principal, aim, content), key)
        return _told(await answered(web_pool, broadcast, tenant_id, taken, wait_in(prefer)), aim)


def _key(route: str, idempotency_key: str | None, data: _Whose) -> Key | None:
    """Return the key with the request as it came: which number it goes out from is decided anew each time."""
    return Key(route, idempotency_key, msgspec.json.encode(data)) if idempotency_key else None


async def _aimed(pool: Pool, data: _Whose, key: Key | None, *, tenant_id: UUID) -> tuple[Aim, Taken | None]:
    """Return where the message goes, and the message itself where an earlier request with this key had it taken."""
    async with pool.transaction(tenant_id) as tx:
        if (
            key is not None
            and (before := await direct.repeated(tx, tenant_id=tenant_id, key=key)) is not None
        ):
            taken, aim = before
            bind(phone_number_id=aim.line.phone_number_id)
            return aim, taken
        aim = await direct.aim(
            tx, tenant_id=tenant_id, phone=data.phone, phone_number_id=data.phone_number_id
        )
    return aim, None


def _tenant(principal: Principal, company_id: UUID | None) -> UUID:
    """Return whose message it is: the key's tenant, which the body may name and no other.

    Raises:
        Forbidden: a person asks.
        NotFound: the key is another tenant's.
        InvalidRequest: the operator's key, and no tenant named.
    """
    if principal.kind is PrincipalKind.USER:
        raise Forbidden("Only an API key may do this.", fix="Send one, or use .../whatsapp/messages/send.")
    tenant_id = company_id or principal.tenant_id
    if tenant_id is None:
        raise InvalidRequest(
            "The request does not say for which tenant the message is.",
            fix="Give company_id.",
            field="company_id",
        )
    if not principal.may_enter(tenant_id):
        raise tenants.no_such_tenant()
    bind(tenant_id=tenant_id)  # where a path names the tenant, the gate does
    return tenant_id


def _text(data: DirectText) -> Content:
    if data.text is not None and data.message is not None and data.text != data.message:
        raise InvalidRequest(
            "text and message are two names of one thing and differ", fix="Give one of them.", field="message"
        )
    try:
        return TextMessage(text=TextBody(body=data.text or data.message or ""))
    except ValueError as empty:
        raise InvalidRequest(str(empty) or "there is no text", fix="Write something.", field="text") from None


def _written(value: Value) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _request(tenant_id: UUID, principal: Principal, aim: Aim, content: Content | ByName) -> service.Request:
    return service.Request(
        tenant_id=tenant_id,
        content=content,
        to=aim.e164,
        connection_id=aim.line.id,
        sender=principal.actor,
    )


def _told(answer: Response[SendAnswer], aim: Aim, *, unused: tuple[str, ...] = ()) -> Response[DirectAnswer]:
    sent = answer.content
    told = DirectAnswer(
        id=sent.id,
        status=sent.status,
        conversation_id=sent.conversation_id,
        phone=aim.e164,
        connection_id=aim.line.id,
        provider_message_id=sent.provider_message_id,
        error=sent.error,
        unused=unused,
    )
    return Response(told, status_code=answer.status_code)

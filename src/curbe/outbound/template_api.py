"""``POST /api/tenants/{id}/templates/send``: a template by its name."""

from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_202_ACCEPTED
from msgspec import Meta, field

from curbe.auth.principal import Principal, Scope
from curbe.domain.template import HeaderParameter as Header
from curbe.infra.db import Pool
from curbe.outbound.api import IdempotencyKey, Prefer, SendAnswer, answered, sending, take_once, wait_in
from curbe.outbound.send_bodies import Addressed
from curbe.outbound.service import Key, Request
from curbe.realtime.broadcast import Broadcast
from curbe.templates.sending import ByName
from curbe.templates.values import BodyValues, ButtonValues, CardValues, Moment, Plain, taken_from

ROUTE: Final = "templates/send"


class SendByTemplate(Addressed, frozen=True, kw_only=True):
    """A template by its name and language (which may be left out where it has one alone), and what fills it.

    ``parameters`` are the body's: a list in order, or a map by name or number. ``template_data`` is a simple map for everything: the
    names of the variables, ``header``, ``button_0`` ...; what is too much there is left aside. ``header`` is a text, or a parameter in
    Meta's shape; without one an image is the tenant's cover. ``category``: send it only while Meta has it in this one.
    """

    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(max_length=20)] | None = None
    category: Annotated[str, Meta(max_length=20)] | None = None
    parameters: BodyValues | None = None
    template_data: dict[str, Plain] | None = None
    header: Plain | Header | None = None
    buttons: ButtonValues = field(default_factory=list)
    offer_expires_at: Moment | None = None
    cards: CardValues = field(default_factory=list)


class TemplateSendController(Controller):
    """Sending templates by name."""

    path = "/api/tenants/{tenant_id:uuid}/templates/send"
    tags = ("templates",)

    @post(
        "/",
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Send a template by its name",
        operation_id="sendTemplate",
        responses=sending(SendAnswer),
    )
    async def send_template(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[SendByTemplate],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        broadcast: NamedDependency[Broadcast],
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[SendAnswer]:
        """Fill the template in, queue it and answer as `messages/send` does."""
        template = ByName(
            name=data.name, language=data.language, category=data.category, given=taken_from(data)
        )
        request = Request(
            tenant_id=tenant_id,
            content=template,
            to=data.to,
            conversation_id=data.conversation(),
            connection_id=data.connection_id,
            country_id=data.country_id,
            reply_to=data.reply_to,
            sender=principal.actor,
        )
        key = Key(ROUTE, idempotency_key) if idempotency_key else None
        taken = await take_once(web_pool, request, key, data.seen_message_id, ttl=data.ttl())
        return await answered(web_pool, broadcast, tenant_id, taken, wait_in(prefer))

"""``/api/tenants/{id}/whatsapp/messages``: sending one, reading it, taking it back, sending it once more."""

import asyncio
import re
from datetime import timedelta
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import (
    AccountRestricted,
    AnsweredByAnother,
    Conflict,
    ConnectionPaused,
    ContactBlocked,
    CountryRefused,
    IdempotencyMismatch,
    NoConnection,
    NoConsent,
    NotFound,
    OptedOut,
    RecipientUnreachable,
    SeveralConnections,
    TemplateUnavailable,
    TemplateUnknown,
    WindowClosed,
)
from curbe.domain.status import MessageStatus
from curbe.inbox.quotes import with_quotes
from curbe.inbox.service import messages_by_id
from curbe.inbox.shapes import Message, MessageError
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.web import CheckedRequest, refusals
from curbe.outbound import retrying, service, withdrawing
from curbe.outbound.receipts import Receipts
from curbe.outbound.send_bodies import SendRequest, content_of, typed
from curbe.outbound.service import AnsweredMeanwhile, Key, Taken
from curbe.realtime.broadcast import Broadcast, Channel

IdempotencyKey: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=255,
        description="A word of your own for this message: the same request with it again is answered as it stands, and sends nothing.",
    ),
]
Prefer: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        description="`wait=N`: answer 200 as soon as Meta has answered, or 202 after N seconds (30 at most).",
    ),
]
ROUTE: Final = "messages/send"
_FROM_THE_LISTS: Final = (
    "Take its id from the answer to sending it, from an event, or from its conversation's messages."
)
_LONGEST_WAIT: Final = timedelta(seconds=30)
_WAIT: Final = re.compile(r"(?:^|[\s,;])wait=(\d{1,4})(?:$|[\s,;])")
_UNANSWERED: Final = frozenset({MessageStatus.QUEUED.value, MessageStatus.SENDING.value})


class TypedRequest(CheckedRequest):
    """A request whose body names its type, also where the client did not."""

    async def body(self) -> bytes:
        """Return the body, as a text where it names no type."""
        return typed(await super().body())


class SendAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The message as it stands now; read it by its id, or follow the events, to see it go on."""

    id: UUID
    status: str
    conversation_id: UUID
    conversationId: UUID  # noqa: N815
    provider_message_id: str | None = None
    error: MessageError | None = None


def sending(answer: type[msgspec.Struct]) -> dict[int, ResponseSpec]:
    """Return the ``responses`` of a route that queues a message: its other success, and why it may not."""
    at_once = ResponseSpec(
        answer, generate_examples=False, description="What Meta answered, within the time of `Prefer: wait=N`"
    )
    refused = refusals(
        NotFound,
        AccountRestricted,
        AnsweredByAnother,
        Conflict,
        ConnectionPaused,
        ContactBlocked,
        CountryRefused,
        NoConnection,
        NoConsent,
        OptedOut,
        RecipientUnreachable,
        SeveralConnections,
        TemplateUnavailable,
        TemplateUnknown,
        WindowClosed,
        IdempotencyMismatch,
    )
    return {HTTP_200_OK: at_once, **refused}


class SendController(Controller):
    """Sending."""

    path = "/api/tenants/{tenant_id:uuid}/whatsapp/messages"
    tags = ("messages",)
    request_class = TypedRequest

    @post(
        "/send",
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Send a message",
        operation_id="sendMessage",
        responses=sending(SendAnswer),
    )
    async def send(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[SendRequest],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        broadcast: NamedDependency[Broadcast],
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[SendAnswer]:
        """Queue a message and answer 202; with ``Prefer: wait=N`` answer 200 as soon as Meta did, within N seconds."""
        request = _request(tenant_id, data, principal)
        key = Key(ROUTE, idempotency_key) if idempotency_key else None
        wait = wait_in(prefer)
        taken = await take_once(web_pool, request, key, data.seen_message_id, ttl=data.ttl())
        return await answered(web_pool, broadcast, tenant_id, taken, wait)

    @get(
        "/{message_id:uuid}",
        opt={"scope": Scope.INBOX_READ},
        summary="Read a message",
        operation_id="readMessage",
        responses=refusals(NotFound),
    )
    async def message(
        self, tenant_id: FromPath[UUID], message_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Message:
        """Return one message, whoever wrote it, as its conversation's list shows it."""
        async with web_pool.transaction(tenant_id) as tx:
            found = await messages_by_id(tx, tenant_id=tenant_id, ids=[message_id])
            if not found:
                raise NotFound("This tenant has no such message.", fix=_FROM_THE_LISTS)
            (message,) = await with_quotes(tx, found, tenant_id=tenant_id)
        return message

    @post(
        "/{message_id:uuid}/retry",
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Send a message that failed once more",
        operation_id="retryMessage",
        responses=sending(SendAnswer),
    )
    async def retry(
        self,
        tenant_id: FromPath[UUID],
        message_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        broadcast: NamedDependency[Broadcast],
        prefer: Prefer = None,
    ) -> Response[SendAnswer]:
        """Queue its content as a message of its own, and answer as ``send`` does; asked again, it is the same message."""
        async with web_pool.transaction(tenant_id) as tx:
            taken = await retrying.retry(
                tx, tenant_id=tenant_id, message_id=message_id, sender=principal.actor, now=utc_now()
            )
        return await answered(web_pool, broadcast, tenant_id, taken, wait_in(prefer))

    @post(
        "/{message_id:uuid}/send-again",
        status_code=HTTP_202_ACCEPTED,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Send a message of which nobody knows whether it arrived once more; it may arrive twice",
        operation_id="sendMessageAgain",
        responses=sending(SendAnswer),
    )
    async def send_again(
        self,
        tenant_id: FromPath[UUID],
        message_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        broadcast: NamedDependency[Broadcast],
        prefer: Prefer = None,
    ) -> Response[SendAnswer]:
        """Queue its content as a message of its own, and answer as ``send`` does; asked again, it is the same message."""
        async with web_pool.transaction(tenant_id) as tx:
            taken = await retrying.send_again(
                tx, tenant_id=tenant_id, message_id=message_id, sender=principal.actor, now=utc_now()
            )
        return await answered(web_pool, broadcast, tenant_id, taken, wait_in(prefer))

    @post(
        "/{message_id:uuid}/cancel",
        status_code=HTTP_200_OK,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Take back a message that nobody has begun to send",
        operation_id="cancelMessage",
        responses=refusals(NotFound, Conflict),
    )
    async def cancel(
        self,
        tenant_id: FromPath[UUID],
        message_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> SendAnswer:
        """Let it have failed as ``cancelled``; asked again, it still is. What Meta was asked for already is refused with its status."""
        async with web_pool.transaction(tenant_id) as tx:
            message = await withdrawing.cancel(
                tx, tenant_id=tenant_id, message_id=message_id, actor=principal.actor
            )
        return _answer(message)


class TypingAnswer(msgspec.Struct, frozen=True):
    """Whether there was a message to show it at."""

    shown: bool


class TypingController(Controller):
    """Showing that somebody writes."""

    path = "/api/tenants/{tenant_id:uuid}/inbox/conversations"
    tags = ("inbox",)

    @post(
        "/{conversation_id:uuid}/typing",
        status_code=HTTP_200_OK,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Show that somebody is writing",
        operation_id="showTyping",
    )
    async def typing(
        self,
        tenant_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        receipts: NamedDependency[Receipts],
    ) -> TypingAnswer:
        """Show it for 25 seconds or until the answer comes; the person's messages count as read from then on."""
        return TypingAnswer(shown=await receipts.typing(tenant_id=tenant_id, conversation_id=conversation_id))


def _request(tenant_id: UUID, data: SendRequest, principal: Principal) -> service.Request:
    return service.Request(
        tenant_id=tenant_id,
        content=content_of(data),
        to=data.to,
        conversation_id=data.conversation(),
        connection_id=data.connection_id,
        country_id=data.country_id,
        reply_to=data.reply_to,
        sender=principal.actor,
    )


async def take_once(
    pool: Pool,
    request: service.Request,
    key: Key | None,
    seen_message_id: UUID | None = None,
    *,
    ttl: timedelta | None = None,
) -> Taken:
    """Queue a message, once for each key, and return it; where another request with its key was quicker, it is theirs."""
    key = key and msgspec.structs.replace(key, ttl=ttl)

    async def take() -> Taken:
        async with pool.transaction(request.tenant_id, by_key=True) as tx:
            return await service.take(
                tx, request, key=key, now=utc_now(), seen_message_id=seen_message_id, ttl=ttl
            )

    try:
        return await take()
    except AnsweredMeanwhile:
        return await take()


async def answered(
    pool: Pool, broadcast: Broadcast, tenant_id: UUID, taken: Taken, wait: timedelta
) -> Response[SendAnswer]:
    """Return what is told of a message that was taken, after waiting for the provider's word where that is wished."""
    if not wait and not taken.repeated:
        # Committed as queued a moment ago: asking the database again would cost three round trips and tell nothing.
        return Response(_queued(taken), status_code=HTTP_202_ACCEPTED)
    message = await _outcome(pool, broadcast, tenant_id, taken, wait)
    known = wait and message.status not in _UNANSWERED
    return Response(_answer(message), status_code=HTTP_200_OK if known else HTTP_202_ACCEPTED)


async def _outcome(
    pool: Pool, broadcast: Broadcast, tenant_id: UUID, taken: Taken, wait: timedelta
) -> Message:
    """Return the message once a provider answered for it, when ``wait`` is over, or as the server stops: cut off, none would know of it."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait.total_seconds()
    with broadcast.subscribe(Channel.EVENTS, tenant_id) as wakeups:
        while True:
            async with pool.transaction(tenant_id) as tx:
                found = await messages_by_id(tx, tenant_id=tenant_id, ids=[taken.id])
            if not found:
                raise service.gone()
            (message,) = found
            left = until - loop.time()
            if message.status not in _UNANSWERED or left <= 0 or broadcast.stopping:
                return message
            await wakeups.wait(at_most=timedelta(seconds=min(left, 0.5)))


def _queued(taken: Taken) -> SendAnswer:
    return SendAnswer(
        id=taken.id,
        status=MessageStatus.QUEUED.value,
        conversation_id=taken.conversation_id,
        conversationId=taken.conversation_id,
    )


def _answer(message: Message) -> SendAnswer:
    return SendAnswer(
        id=message.id,
        status=message.status,
        conversation_id=message.conversation_id,
        conversationId=message.conversation_id,
        provider_message_id=message.provider_message_id,
        error=message.error,
    )


def wait_in(prefer: str | None) -> timedelta:
    """Return how long the caller wants to wait by ``Prefer: wait=N`` [RFC 7240], at most half a minute; zero where it does not say."""
    match = _WAIT.search(prefer or "")
    return min(timedelta(seconds=int(match[1])), _LONGEST_WAIT) if match else timedelta()

"""One attempt to send one message: the last check, the question to the provider, the reading of its answer. No database."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.channels.cloudapi.build import media_ids, message_body
from curbe.channels.cloudapi.callback import callback_data
from curbe.channels.cloudapi.client import CloudApi
from curbe.channels.port import Accepted
from curbe.domain.content import Content, TemplateMessage, decoded, own_file
from curbe.domain.failures import FailureKind, SendFailure
from curbe.domain.messages import Recipient
from curbe.domain.window import customer_service_window
from curbe.inbox.outbound_messages import Intent, Settlement, Verdict
from curbe.infra.crypto import Secret
from curbe.infra.metrics import Metrics
from curbe.media.provide import NOT_PROVIDED
from curbe.outbound.rules import Next, after
from curbe.outbound.store import Claim, PutBack

log: Final = structlog.get_logger(__name__)

StillOurs = Callable[[], Awaitable[bool]]
Provided = str | SendFailure
Provide = Callable[[UUID, StillOurs], Coroutine[None, None, Provided]]
HoldOn = Callable[[UUID, int], Awaitable[bool]]

_CLOSED: Final = SendFailure(
    kind=FailureKind.WINDOW_CLOSED,
    code=None,
    title="Window closed",
    detail="the customer service window closed before the message could be sent; Meta was not asked",
    words="More than 24 hours have passed since this person wrote. Send an approved template instead.",
)
_LOST: Final = SendFailure(
    kind=FailureKind.AMBIGUOUS,
    code=None,
    title="No clear answer",
    detail="the attempt broke off inside Curbe; whether Meta took the message is not known",
    words="It is not known whether this message arrived.",
)
_POSTPONED: Final = SendFailure(
    kind=FailureKind.TRANSIENT,
    code=None,
    title="Not asked",
    detail="nothing was asked of Meta yet",
    words="It is sent a little later.",
)
_NO_WAY: Final = SendFailure(
    kind=FailureKind.RECIPIENT,
    code=None,
    title="No way to reach them",
    detail="neither a phone number nor an id of the person that this number could use is known any more; Meta was not asked",
    words="This person has no number any more at which they could be reached.",
)
_UNREADABLE: Final = SendFailure(
    kind=FailureKind.INVALID_REQUEST,
    code=None,
    title="Content unreadable",
    detail="what was stored to be sent is no content that this version of Curbe can read; Meta was not asked",
    words="This message could not be sent. Write it again.",
)


class Attempted(msgspec.Struct, frozen=True):
    """What came of one attempt: the verdict to write, and what follows for the message and its number."""

    settlement: Settlement
    put_back: PutBack | None
    next: Next | None  # None where the provider accepted, or nothing was asked for now
    failure: SendFailure | None
    sealed_token: str  # with which it was asked


def with_unknown_outcome(attempted: Attempted) -> Attempted:
    """Return the same attempt with the outcome unknown: its answer cannot be right, for instance a wamid that another message has."""
    said = attempted.settlement
    unknown = Settlement(id=said.id, attempt=said.attempt, verdict=Verdict.UNKNOWN, at=said.at)
    return msgspec.structs.replace(attempted, settlement=unknown, put_back=None, next=None)


class Attempt:
    """Sends on behalf of one number with one token."""

    def __init__(
        self,
        cloud_api: CloudApi,
        *,
        phone_number_id: str,
        token: Secret,
        sealed_token: str,
        callback_key: bytes,
        metrics: Metrics,
        now: Callable[[], datetime],
        hold_on: HoldOn,
        stop: asyncio.Event,
        provide: Provide | None = None,
    ) -> None:
        """Send from ``phone_number_id`` with ``token``.

        ``provide`` uploads one of our own files and returns the provider's id of it; it is broken off once ``stop`` is set. ``hold_on``
        extends the lease of a message's attempt for an upload, and returns whether the attempt still had one.
        """
        self._cloud_api: Final = cloud_api
        self._phone_number_id: Final = phone_number_id
        self._token: Final = token
        self._sealed_token: Final = sealed_token
        self._callback_key: Final = callback_key
        self._metrics: Final = metrics
        self._accepted_sends: Final = metrics.sends.labels(outcome="accepted")
        self._now: Final = now
        self._provide: Final = provide
        self._hold_on: Final = hold_on
        self._stop: Final = stop

    async def prepare(self, claim: Claim, intent: Intent) -> bytes | Attempted:
        """Return the request's body, with its files uploaded, or the attempt's outcome where there is nothing to send; never raises."""
        body = await self._prepared(claim, intent)
        if body is _POSTPONED:
            return self.postponed(intent)
        return self._failed(claim, intent, body) if isinstance(body, SendFailure) else body

    async def ask(self, claim: Claim, intent: Intent, body: bytes) -> Attempted:
        """Ask the provider once and return what came of it; never raises, and never asks twice."""
        began = time.perf_counter()
        try:
            answer = await self._cloud_api.send_message(self._phone_number_id, self._token, body)
        except Exception:
            # The request may have left: whatever broke, nobody may send this message again by itself.
            log.exception("attempt_broke_off", message_id=str(intent.id))
            answer = _LOST
        self._metrics.send_seconds.observe(time.perf_counter() - began)
        if isinstance(answer, SendFailure):
            return self._failed(claim, intent, answer)
        return self._accepted(intent, answer)

    async def _prepared(self, claim: Claim, intent: Intent) -> bytes | SendFailure:
        """Return the request's body, with its files uploaded, or why there is none: then nothing was sent to anybody."""
        try:
            content = decoded(intent.payload)
        except msgspec.DecodeError:
            log.exception("content_unreadable", message_id=str(intent.id))
            return _UNREADABLE
        if claim.e164 is None and claim.bsuid is None:
            return _NO_WAY
        window = customer_service_window(claim.last_inbound_at, now=self._now())
        if window is None and not isinstance(content, TemplateMessage):
            return _CLOSED
        uploads = await self._uploads(content, intent)
        if isinstance(uploads, SendFailure):
            return uploads
        try:
            return self._body(claim, intent, content, uploads)
        except Exception:
            log.exception("request_not_written", message_id=str(intent.id))
            return _UNREADABLE

    async def _uploads(self, content: Content, intent: Intent) -> dict[str, str] | SendFailure:
        """Upload each of our own files in ``content``, and return the provider's ids of them, or why one could not be uploaded."""
        uploads: dict[str, str] = {}
        for media_id in media_ids(content):
            ours = own_file(media_id)
            if ours is None or self._provide is None:
                continue
            try:
                provided = await self._unless_stopped(self._provide(ours, partial(self._still_ours, intent)))
            except Exception:
                # The database or the disk may have failed for a moment: that must not disturb the messages sent beside this one.
                log.exception("file_not_provided", message_id=str(intent.id))
                provided = NOT_PROVIDED
            if isinstance(provided, SendFailure):
                return provided
            uploads[media_id] = provided
        return uploads

    async def _unless_stopped(self, providing: Coroutine[None, None, Provided]) -> Provided:
        """Return the outcome of an upload, or ``_POSTPONED`` once the process stops: an upload takes minutes, stopping only seconds."""
        working = asyncio.ensure_future(providing)
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return await working
            working.cancel()
            await asyncio.wait((working,))
            return _POSTPONED
        finally:
            working.cancel()
            stopping.cancel()

    async def _still_ours(self, intent: Intent) -> bool:
        return await self._hold_on(intent.id, intent.attempt)

    def _body(self, claim: Claim, intent: Intent, content: Content, uploads: dict[str, str]) -> bytes:
        return message_body(
            content,
            to=Recipient(e164=claim.e164, bsuid=None if claim.e164 else claim.bsuid),
            callback=callback_data(intent.id, self._callback_key),
            reply_to=intent.reply_to,
            uploads=uploads,
        )

    def _accepted(self, intent: Intent, answer: Accepted) -> Attempted:
        self._accepted_sends.inc()
        status = answer.message_status
        settlement = Settlement(
            id=intent.id,
            attempt=intent.attempt,
            verdict=Verdict.ACCEPTED,
            at=self._now(),
            provider_message_id=answer.provider_message_id,
            provider_status=status if status not in (None, "accepted") else None,
        )
        return Attempted(
            settlement=settlement, put_back=None, next=None, failure=None, sealed_token=self._sealed_token
        )

    def postponed(self, intent: Intent) -> Attempted:
        """Return the outcome of an attempt in which nothing was asked: the message is queued again at once, and no try is used up."""
        said = Settlement(id=intent.id, attempt=intent.attempt, verdict=Verdict.QUEUED, at=self._now())
        return Attempted(
            settlement=said,
            put_back=PutBack(message_id=intent.id, pause=timedelta(), counted=False),
            next=None,
            failure=_POSTPONED,
            sealed_token=self._sealed_token,
        )

    def _failed(self, claim: Claim, intent: Intent, failure: SendFailure) -> Attempted:
        self._metrics.sends.labels(outcome=failure.kind.value).inc()
        if failure.kind is FailureKind.UNLISTED:
            self._metrics.unlisted_error_codes.labels(code=str(failure.code)).inc()
        now = self._now()
        following = after(
            failure,
            refusals=claim.refusals,
            attempts=claim.attempt,
            trying_since=claim.trying_since,
            now=now,
        )
        failed = following.verdict is Verdict.FAILED
        settlement = Settlement(
            id=intent.id,
            attempt=intent.attempt,
            verdict=following.verdict,
            at=now,
            failure_kind=failure.kind.value if failed else None,
            error_code=failure.code if failed else None,
            error=failure.sentence if failed else None,
        )
        put_back = None
        if following.verdict is Verdict.QUEUED:
            put_back = PutBack(
                message_id=intent.id,
                pause=following.pause,
                counted=following.counted,
                holds=following.holds,
            )
        return Attempted(
            settlement=settlement,
            put_back=put_back,
            next=following,
            failure=failure,
            sealed_token=self._sealed_token,
        )

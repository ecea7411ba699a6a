"""One request to a tenant's server, and what its answer means."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.crypto import Secret
from curbe.infra.egress_errors import (
    AnswerLate,
    AnswerLost,
    AnswerTooLarge,
    EgressError,
    ForbiddenAddress,
    NotSent,
)
from curbe.infra.http import Egress, Timeouts
from curbe.infra.targets import origin_of
from curbe.outgoing_webhooks import rules
from curbe.outgoing_webhooks.rules import DeliveryReason, Told
from curbe.realtime.rules import Cursor
from curbe.realtime.service import LoggedEvent

PATIENCE: Final = Timeouts(connect=timedelta(seconds=10), total=timedelta(seconds=15))
_MOST_BYTES: Final = 64 * 1024  # of an answer, which nobody reads
_MEANINGS: Final[Sequence[tuple[type[EgressError], DeliveryReason]]] = (
    (ForbiddenAddress, DeliveryReason.FORBIDDEN_ADDRESS),
    (NotSent, DeliveryReason.UNREACHABLE),
    (AnswerLate, DeliveryReason.TIMEOUT),
    (AnswerTooLarge, DeliveryReason.ANSWER_TOO_LARGE),
    (AnswerLost, DeliveryReason.ANSWER_LOST),
)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is due."""

    epoch: int
    xid: int
    number: int
    type: str
    conversation_id: UUID | None
    attempts: int
    created_at: datetime

    @property
    def place(self) -> Cursor:
        """Where its event lies in the log."""
        return Cursor(epoch=self.epoch, xid=self.xid, id=self.number)

    @property
    def is_ping(self) -> bool:
        """Tell whether it is a test, with no event."""
        return self.number == 0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an attempt: taken where there is no ``reason``."""

    delivery: Waiting
    reason: DeliveryReason | None
    status: int | None = None
    duration_ms: int | None = None

    @property
    def taken(self) -> bool:
        """Tell whether the server took it."""
        return self.reason is None

    @property
    def refused(self) -> bool:
        """Tell whether the server was asked and did not take it; of an event that is gone it was not asked."""
        return self.reason is not None and self.reason is not DeliveryReason.GONE

    @property
    def is_gone(self) -> bool:
        """Tell whether the server said that there is nobody any more."""
        return self.status == HTTPStatus.GONE


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a webhook's requests go, and what signs them."""

    tenant_id: UUID
    url: str
    secrets: tuple[Secret, ...]


async def ask(
    egress: Egress,
    target: Target,
    delivery: Waiting,
    event: LoggedEvent | None,
    *,
    reachable: frozenset[str],
    timeouts: Timeouts,
    now: datetime,
) -> Answer:
    """Tell a server of an event (None: the test) and return what it made of it.

    ``reachable`` are the origins that are reached wherever they lie; all others on the public internet alone.
    """
    body = msgspec.json.encode(_told(target.tenant_id, delivery, event))
    secrets = [secret.reveal() for secret in target.secrets]
    signed = rules.signature(rules.name_of(delivery.place), body, secrets=secrets, at=now)
    began = time.monotonic()
    status: int | None = None
    try:
        answer = await egress.request(
            "POST",
            target.url,
            timeouts=timeouts,
            max_bytes=_MOST_BYTES,
            headers={"Content-Type": "application/json", **signed},
            body=body,
            public_only=origin_of(target.url) not in reachable,
        )
        status = answer.status
        reason = rules.judged(status)
    except EgressError as failure:
        reason = next(meaning for kind, meaning in _MEANINGS if isinstance(failure, kind))
    return Answer(
        delivery=delivery,
        reason=reason,
        status=status,
        duration_ms=round((time.monotonic() - began) * 1000),
    )


def _told(tenant_id: UUID, delivery: Waiting, event: LoggedEvent | None) -> Told:
    if event is None:
        return Told(
            type=rules.PING,
            timestamp=delivery.created_at,
            tenant_id=tenant_id,
            cursor=None,
            conversation_id=None,
            message_id=None,
            data=msgspec.Raw(b"{}"),
        )
    return Told(
        type=event.type.value,
        timestamp=event.created_at,
        tenant_id=tenant_id,
        cursor=str(event.cursor),
        conversation_id=event.conversation_id,
        message_id=event.message_id,
        data=msgspec.Raw(event.data.encode()),
    )

"""How a delivery is named, signed and tried again, and when a webhook that takes nothing is let go of. Pure.

The signature is that of Standard Webhooks [standardwebhooks.com: specification 1.0.0].
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import InvalidRequest
from curbe.realtime.rules import Cursor, EventType

MOST: Final = 8  # of a tenant
MOST_WAITING: Final = 1000  # deliveries of one that are held up by no other; the other events wait in the log
MOST_HELD_UP: Final = 10_000  # with those that wait behind one that was refused
KEPT: Final = timedelta(days=7)  # a delivery that is done
OVERLAP: Final = timedelta(days=1)  # for which the secret before signs too
PATIENCE: Final = timedelta(days=5)  # with one that takes nothing
PING: Final = "ping"
PREFIX: Final = "whsec_"
# The attempts after the first.
_AFTER: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 36_000))
_RESTS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 300))
_SPREAD: Final = 0.1  # of a pause, either way: those that failed together do not come back together
_NAME: Final = re.compile(r"evt_([0-9]{1,9})_([0-9]{1,18})_([0-9]{1,18})")


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class DisabledReason(StrEnum):
    """Why a webhook is told nothing: somebody disabled it, it took nothing for days, or it said that it is gone (410)."""

    PERSON = "person"
    FAILING = "failing"
    GONE = "gone"


class DeliveryReason(StrEnum):
    """Why an attempt was none."""

    STATUS = "status"  # an answer that is not 2xx
    REDIRECT = "redirect"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    FORBIDDEN_ADDRESS = "forbidden_address"
    ANSWER_LOST = "answer_lost"
    ANSWER_TOO_LARGE = "answer_too_large"
    SECRET_CLOSED = "secret_closed"  # noqa: S105 - no key of this installation opens it
    GONE = "gone"  # the event is not kept any more
    RESTORED = "restored"  # the log was restored from a backup meanwhile


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a request."""

    type: str
    timestamp: datetime
    tenant_id: UUID
    cursor: str | None
    conversation_id: UUID | None
    message_id: UUID | None
    data: msgspec.Raw


def name_of(place: Cursor) -> str:
    """Return a delivery's ``webhook-id``: the same in every attempt, to every webhook."""
    return f"evt_{place.epoch}_{place.xid}_{place.id}"


def place_named(name: str) -> Cursor | None:
    """Return the place that ``name_of`` named, None where it names none."""
    match = _NAME.fullmatch(name)
    return Cursor(epoch=int(match[1]), xid=int(match[2]), id=int(match[3])) if match else None


def signature(name: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Return the headers that name and sign ``body``, once with each of ``secrets``.

    Raises:
        ValueError: a secret is not ``whsec_`` and base64.
    """
    seconds = str(int(at.timestamp()))
    signed = b".".join((name.encode(), seconds.encode(), body))
    macs = (hmac.new(_key(secret), signed, hashlib.sha256).digest() for secret in secrets)
    return {
        "webhook-id": name,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in macs),
    }


def judged(status: int) -> DeliveryReason | None:
    """Return why an answer is none, None where it is one."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    return DeliveryReason.REDIRECT if status < HTTPStatus.BAD_REQUEST else DeliveryReason.STATUS


def pause_after(attempts: int, *, chance: float) -> timedelta | None:
    """Return how long a delivery waits after its nth attempt failed; None: it was the last.

    ``chance`` is from 0 to 1.
    """
    if attempts > len(_AFTER):
        return None
    return _spread(_AFTER[attempts - 1], chance)


def rest_after(failures: int, *, chance: float) -> timedelta:
    """Return for how long a webhook is left alone that took nothing in ``failures`` rounds."""
    return _spread(_RESTS[min(failures, len(_RESTS)) - 1], chance)


def chosen(types: Iterable[str]) -> list[str]:
    """Return the types of events somebody chose, each once; none means all.

    Raises:
        InvalidRequest: there is no such type.
    """
    known = {kind.value for kind in EventType}
    found = sorted(set(types))
    for kind in found:
        if kind not in known:
            raise InvalidRequest(
                f"There are no events of the type {kind[:60]!r}.",
                fix="Name types that docs/reference/events.md lists, or none: then it is told all of them.",
                field="types",
            )
    return found


def _spread(pause: timedelta, chance: float) -> timedelta:
    return pause * (1 - _SPREAD + 2 * _SPREAD * chance)


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a secret that is not base64") from None

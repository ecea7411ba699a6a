"""The status of an outbound message: a rank that only rises, derived from facts that only accumulate."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec


class MessageStatus(StrEnum):
    """What we know of one outbound message, lowest first. Declared in the same order as the PostgreSQL enum."""

    QUEUED = "queued"  # ours: written, not yet handed to a provider
    SENDING = "sending"  # ours: committed before the socket opens, so that a crash leaves a trace
    UNKNOWN = "unknown"  # ours: asked, no clear answer; waits for evidence, never resent by itself
    ACCEPTED = "accepted"  # the provider took it and named it
    SENT = "sent"  # webhook
    FAILED = "failed"  # webhook or the provider's refusal; a later proof of delivery outranks it
    DELIVERED = "delivered"  # webhook
    READ = "read"  # webhook; may arrive with no "delivered" before it
    PLAYED = "played"  # webhook; a voice message was listened to


RANK: Final = {status: rank for rank, status in enumerate(MessageStatus)}


def advance(current: MessageStatus, seen: MessageStatus) -> MessageStatus:
    """Return the status to keep when ``seen`` arrives for a message at ``current``: the higher of the two."""
    return max(current, seen, key=RANK.__getitem__)


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What a provider has reported of one message: the earliest time of each fact, None where it was not reported."""

    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    played_at: datetime | None = None
    failed_at: datetime | None = None

    @classmethod
    def of(cls, status: MessageStatus, at: datetime) -> "Facts":
        """Return the facts in one status webhook. A status below ``sent`` is not a provider's to report."""
        return cls(**{_FACT[status]: at})

    def joined(self, other: "Facts") -> "Facts":
        """Return both together. Associative, commutative and idempotent: no order of webhooks can change the result."""
        return Facts(
            _earlier(self.sent_at, other.sent_at),
            _earlier(self.delivered_at, other.delivered_at),
            _earlier(self.read_at, other.read_at),
            _earlier(self.played_at, other.played_at),
            _earlier(self.failed_at, other.failed_at),
        )

    def has(self, status: MessageStatus, at: datetime) -> bool:
        """Return whether these facts hold that status at that time, or an earlier one."""
        known = getattr(self, _FACT[status])
        return known is not None and known <= at

    def beyond(self, known: "Facts") -> list[MessageStatus]:
        """Return the statuses these facts add to what is ``known``, lowest first; empty where nothing changes at all."""
        return [
            status
            for status, mine, theirs in zip(REPORTED, self.times(), known.times(), strict=True)
            if mine is not None and (theirs is None or mine < theirs)
        ]

    def times(self) -> tuple[datetime | None, ...]:
        """Return the times in the order of :data:`REPORTED`."""
        return self.sent_at, self.delivered_at, self.read_at, self.played_at, self.failed_at


REPORTED: Final = (
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
    MessageStatus.PLAYED,
    MessageStatus.FAILED,
)
_FACT: Final = {status: f"{status.value}_at" for status in REPORTED}


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)

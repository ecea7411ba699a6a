"""The status of an outbound message: a rank that only rises, derived from facts that only accumulate."""

from enum import StrEnum
from typing import Final


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

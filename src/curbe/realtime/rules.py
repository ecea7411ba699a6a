"""The types of events, cursors in the log, and whom a notification wakes. Pure."""

import re
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

EVERYBODY: Final = "*"
_PAYLOAD_BYTES: Final = 7_900  # NOTIFY refuses a payload of 8000 bytes and more [PostgreSQL: NOTIFY]
_CURSOR: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,18})\.([0-9]{1,18})")
_FIRST_LOOK_AGAIN: Final = timedelta(milliseconds=20)
_LAST_LOOK_AGAIN: Final = timedelta(seconds=1)


class EventType(StrEnum):
    """What a tenant can see happen. Each one's ``data`` is described in docs/reference/events.md."""

    MESSAGE_RECEIVED = "message_received"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_REVOKED = "message_revoked"
    MESSAGE_REACTED = "message_reacted"
    MESSAGE_ECHOED = "message_echoed"
    MESSAGE_QUEUED = "message_queued"
    MESSAGE_ACCEPTED = "message_accepted"
    MESSAGE_SENT = "message_sent"
    MESSAGE_DELIVERED = "message_delivered"
    MESSAGE_READ = "message_read"
    MESSAGE_PLAYED = "message_played"
    MESSAGE_FAILED = "message_failed"
    MESSAGE_UNKNOWN = "message_unknown"
    MEDIA_STORED = "media_stored"
    MEDIA_FAILED = "media_failed"
    CONVERSATION_UPDATED = "conversation_updated"
    ANNOTATION_ADDED = "annotation_added"
    ANNOTATION_CHANGED = "annotation_changed"
    MENTION = "mention"
    LABELS_CHANGED = "labels_changed"
    TEAMS_CHANGED = "teams_changed"
    CANNED_REPLIES_CHANGED = "canned_replies_changed"
    SAVED_VIEWS_CHANGED = "saved_views_changed"
    AUTOMATIONS_CHANGED = "automations_changed"
    PEOPLE_CHANGED = "people_changed"
    CONTACT_MERGED = "contact_merged"
    CONTACT_PARTED = "contact_parted"
    CONTACT_ERASED = "contact_erased"
    PREFERENCE_CHANGED = "preference_changed"
    CONSENT_CHANGED = "consent_changed"
    TEMPLATE_UPDATED = "template_updated"
    CAMPAIGN_UPDATED = "campaign_updated"
    CAMPAIGN_DELETED = "campaign_deleted"
    CONNECTION_UPDATED = "connection_updated"
    NOTICE_RECEIVED = "notice_received"


class Cursor(msgspec.Struct, frozen=True, order=True):
    """A place in a tenant's log: everything up to and including (xid, id) has been read.

    Cursors of one epoch are ordered as the log is. Another epoch: the log was renumbered after a restore.
    """

    epoch: int
    xid: int
    id: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.xid}.{self.id}"


def cursor_from(text: str) -> Cursor | None:
    """Return the cursor that ``text`` spells, or None where it spells none."""
    match = _CURSOR.fullmatch(text)
    return Cursor(epoch=int(match[1]), xid=int(match[2]), id=int(match[3])) if match else None


def payload_naming(tenants: Iterable[UUID]) -> str:
    """Return the notification's payload: the tenants concerned, or ``*`` where they are too many to name."""
    payload = ",".join(sorted({str(tenant) for tenant in tenants}))
    return payload if len(payload) <= _PAYLOAD_BYTES else EVERYBODY


def subjects_named(payload: str) -> set[UUID] | None:
    """Return whom a notification concerns; None where that is everybody, or cannot be read."""
    try:
        return {UUID(name) for name in payload.split(",")}
    except ValueError:
        return None  # a needless wake-up costs an empty read; a missing one would delay an event


def next_look(previous: timedelta | None) -> timedelta:
    """Return how long to wait before reading again, when events are committed but an older transaction is still open.

    The end of that transaction may notify nobody, so the reader asks: soon at first, then less often.
    """
    return _FIRST_LOOK_AGAIN if previous is None else min(previous * 2, _LAST_LOOK_AGAIN)

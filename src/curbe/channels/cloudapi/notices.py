"""What a notice of Meta's means: the reader of each field, from bytes to values. Pure.

What each field is for, and what it changes, is in `fields`.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from curbe.channels.cloudapi import account_notices, coexistence, history, template_notices
from curbe.channels.cloudapi.account_notices import Dated
from curbe.channels.cloudapi.coexistence import standby_items
from curbe.channels.cloudapi.ends import Found
from curbe.channels.cloudapi.fields import FIELDS
from curbe.channels.cloudapi.items import moment_or_none
from curbe.domain.messages import NoticeReceived
from curbe.domain.notices import Effect, HealthReported, TemplateReported

__all__ = ["FIELDS", "READERS", "Reading", "latest_moment", "read_effects", "standby_items"]

# How a notice is counted: one of these, a metric's label.
EFFECTIVE: Final = "notice"
NO_EFFECT: Final = "no_effect"
UNKNOWN_FIELD: Final = "unknown_field"
UNREADABLE: Final = "unreadable_notice"


_WABA_INFO: Final = '"waba_info"'
# Where each part says itself when it was. History is of another time by its nature, so only its coming counts.
_DATED_INSIDE: Final = frozenset(
    {"calls", "smb_app_state_sync", "smb_message_echoes", "standby", "user_preferences"}
)


class Reading(msgspec.Struct, frozen=True):
    """What a notice says: its effects, how it is counted, and how many of its parts could not be read."""

    effects: Sequence[Effect]
    reason: str
    unreadable: int = 0


Reader = Callable[[str, Dated], Found | list[HealthReported] | list[TemplateReported]]

READERS: Final[dict[str, Reader]] = {
    "account_alerts": account_notices.account_alert,
    "account_review_update": account_notices.account_review,
    "account_settings_update": account_notices.account_settings,
    "account_update": account_notices.account_update,
    "business_capability_update": account_notices.business_capability,
    "business_username_update": account_notices.username,
    "business_username_updates": account_notices.username,
    "phone_number_username_update": account_notices.username,
    "phone_number_name_update": account_notices.number_name,
    "phone_number_quality_update": account_notices.number_quality,
    "security": account_notices.security,
    "messaging_handovers": account_notices.handover,
    "message_template_status_update": template_notices.template_status,
    "message_template_quality_update": template_notices.template_quality,
    "message_template_components_update": template_notices.template_components,
    "template_category_update": template_notices.template_category,
    "template_correct_category_detection": template_notices.template_detection,
    "user_preferences": coexistence.preferences,
    "smb_message_echoes": coexistence.echoes,
    "smb_app_state_sync": coexistence.contacts_synced,
    "history": history.chunk_of_history,
    "standby": coexistence.standby_echoes,
}


def read_effects(notice: NoticeReceived, *, at: datetime) -> Reading:
    """Return what ``notice`` says.

    Args:
        notice: as the webhook reader returned it.
        at: its own moment, or when it reached us where it has none.
    """
    reader = READERS.get(notice.field)
    if reader is None and notice.field == "unknown" and _WABA_INFO in notice.payload:
        # In two of Meta's own examples an account event has its `field` in the wrong place [Meta: account_update, Sep 2026].
        reader = account_notices.account_update
    if reader is None:
        return Reading((), NO_EFFECT if notice.field in FIELDS else UNKNOWN_FIELD)
    tie = hashlib.sha256(notice.payload.encode()).hexdigest()[:16]
    try:
        read = reader(notice.payload, Dated(at, tie, notice.phone_number_id))
    except msgspec.ValidationError:
        return Reading((), UNREADABLE)
    found = read if isinstance(read, Found) else Found(read)
    if not found.effects and found.unreadable:
        return Reading((), UNREADABLE, found.unreadable)
    effective = found.effects or (notice.field == "standby" and standby_items(notice))
    return Reading(found.effects, EFFECTIVE if effective else NO_EFFECT, found.unreadable)


def latest_moment(notice: NoticeReceived) -> datetime | None:
    """Return when the last of what ``notice`` tells was; None where its parts have no time of their own."""
    if notice.field not in _DATED_INSIDE:
        return None
    latest: datetime | None = None
    left: list[Any] = [msgspec.json.decode(notice.payload)]
    while left:
        part = left.pop()
        if isinstance(part, list):
            left += part
        elif isinstance(part, dict):
            left += part.values()
            told = part.get("timestamp")
            at = moment_or_none(told) if isinstance(told, str | int | float) else None
            latest = max(latest, at) if latest is not None and at is not None else latest or at
    return latest

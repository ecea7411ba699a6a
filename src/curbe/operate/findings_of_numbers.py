"""What the doctor makes of the connected numbers. No I/O."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import PauseEnd, end_of_pause
from curbe.operate.findings import Finding, State

_EXPIRES_SOON: Final = timedelta(days=7)
_RESTORE_KEY: Final = "put the key it was sealed with into TOKEN_ENCRYPTION_KEYS_RETIRED, or connect it anew"


class ConnectionFacts(msgspec.Struct, frozen=True):
    """A connected number, its token sealed.

    ``pause_cause``: what Meta told about it, where that paused it. ``unregistered``: Meta lets it send once it is registered.
    """

    tenant_id: UUID
    id: UUID
    status: str
    phone_number_id: str | None
    pause_reason: str | None
    pause_cause: str | None
    pause_until: datetime | None
    token_expires_at: datetime | None
    meta_app_id: str | None
    access_token_enc: str | None
    unregistered: bool


def connections(
    rows: Sequence[ConnectionFacts], *, app_id: str, unreadable: Sequence[UUID], now: datetime
) -> list[Finding]:
    """Judge the connected numbers; ``unreadable`` are those whose token no key of ours opens."""
    counted = Counter(row.status for row in rows)
    summary = ", ".join(f"{count} {status}" for status, count in sorted(counted.items())) or "none yet"
    found = [Finding("connections", State.OK, summary)]
    for row in rows:
        if row.id in set(unreadable):
            found.append(
                _about(row, State.FAIL, "its token was sealed with a key that is not here", _RESTORE_KEY)
            )
        elif row.status == "error" or row.pause_reason is not None:
            reason = (row.pause_reason or "no reason given").rstrip(".")
            found.append(_about(row, State.WARN, f"is paused, its queue is kept: {reason}", _unpause(row)))
        elif row.token_expires_at is not None and row.token_expires_at < now + _EXPIRES_SOON:
            until = f"its token ends {row.token_expires_at:%Y-%m-%d %H:%M} UTC"
            state = State.FAIL if row.token_expires_at <= now else State.WARN
            found.append(_about(row, state, until, "connect it anew with a new token"))
        elif row.meta_app_id is not None and row.meta_app_id != app_id:
            foreign = f"it was connected through app {row.meta_app_id}, not META_APP_ID"
            found.append(_about(row, State.FAIL, foreign, "its webhooks count as foreign: connect it anew"))
        if row.unregistered and row.status == "active" and row.pause_reason is None:
            found.append(
                _about(row, State.WARN, "it is not registered with Meta and sends nothing", _register(row))
            )
    return found


def _unpause(row: ConnectionFacts) -> str:
    match end_of_pause(row.pause_cause, row.pause_reason):
        case PauseEnd.CONNECT:
            return "connect it anew with a token that works"
        case PauseEnd.REGISTER:
            return "register the number, under Connections"
        case PauseEnd.RESUME:
            return "settle it in the WhatsApp Manager, then resume the number"
        case PauseEnd.BY_ITSELF:
            pass
    if row.pause_until is not None:
        return "it goes on by itself when that ends"
    return "settle it with Meta; it goes on by itself when Meta says so"


def _register(row: ConnectionFacts) -> str:
    path = f"/api/tenants/{row.tenant_id}/whatsapp/connections/{row.id}/register"
    return f"register it, under Connections or by POST {path}, with the PIN of its two-step verification if it has one"


def _about(row: ConnectionFacts, state: State, sentence: str, fix: str) -> Finding:
    return Finding(
        "connection",
        state,
        f"phone_number_id {row.phone_number_id} of tenant {row.tenant_id}: {sentence}",
        fix,
    )

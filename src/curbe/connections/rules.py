"""What proves that a number is a tenant's, how fast it may send, which number to send from. No I/O.

Facts of Meta's: fields of a number [Meta: phone numbers, Dec 2025], throughput [Meta: throughput, Sep
2026], what a token is [Meta: debug_token].
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.answers import Number, TokenInfo
from curbe.domain.errors import (
    AppError,
    ConnectionPaused,
    MissingPermission,
    NoConnection,
    NumberForeign,
    NumberNotOnWaba,
    SeveralConnections,
    TokenRefused,
    WrongApp,
)

MESSAGING: Final = "whatsapp_business_messaging"
MANAGEMENT: Final = "whatsapp_business_management"

_COEXISTENCE_PACE: Final = 20  # messages a second, fixed [throughput, Sep 2026]
_USUAL_PACE: Final = 80
_HIGH_PACE: Final = 1000
_ENDED_BY_CONNECTING: Final = frozenset({"deleted", "partner_removed", "app_uninstalled"})
_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15


class ConnectionStatus(StrEnum):
    """As the PostgreSQL enum."""

    PENDING = "pending"
    ACTIVE = "active"
    ERROR = "error"  # paused: it keeps its number and its queue and sends nothing
    REVOKED = "revoked"


LIVE: Final = frozenset({ConnectionStatus.ACTIVE, ConnectionStatus.ERROR})


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One tenant's access to one number, without its token. ``health`` is JSON: facts by name (`standing`)."""

    tenant_id: UUID
    id: UUID
    status: ConnectionStatus
    waba_id: str | None
    phone_number_id: str | None
    phone_number_e164: str | None
    display_name: str | None
    country_id: str | None
    meta_app_id: str | None
    token_last4: str | None
    token_fingerprint: str | None
    token_expires_at: datetime | None
    scopes: tuple[str, ...]
    quality_rating: str | None
    throughput_level: str | None
    messaging_limit: str | None
    number_status: str | None
    name_status: str | None
    coexistence: bool | None
    last_webhook_at: datetime | None
    facts_at: datetime | None
    messages_per_second: int
    pause_reason: str | None
    paused_at: datetime | None
    pause_cause: str | None
    pause_until: datetime | None
    health: str
    created_at: datetime
    updated_at: datetime

    @property
    def is_live(self) -> bool:
        """Tell whether it owns its number now, paused or not."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whose ids a tenant names: what a token has to prove."""

    waba_id: str
    phone_number_id: str


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the proof. ``refusal`` is what a connection fails with; a step can also be only worth knowing."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    refusal: AppError | None = None


def refused(name: str, refusal: AppError) -> Check:
    """Return the step that ``refusal`` ended."""
    return Check(name=name, ok=False, detail=refusal.detail, fix=refusal.fix, refusal=refusal)


def check_token(token: TokenInfo, *, app_id: str, candidate: Candidate, now: datetime) -> list[Check]:
    """Return what ``debug_token`` tells of a token: valid, of this installation's app, allowed what is needed."""
    if token.app_id not in {None, app_id} or _is_foreign(token):
        return [refused("app", _wrong_app())]
    if not token.is_valid or (token.expires_at is not None and token.expires_at <= now):
        return [refused("token", _dead(token, now=now))]
    if token.app_id is None:
        return [refused("app", _wrong_app())]
    return [
        Check("token", ok=True, detail=_life(token)),
        Check("app", ok=True, detail=f"It was issued for this installation's Meta app, {app_id}."),
        _permissions(token, candidate),
    ]


def check_number(number: Number, *, candidate: Candidate) -> Check:
    """Return whether what the token read is a business number."""
    if number.id != candidate.phone_number_id or not number.display_phone_number:
        return refused("number", no_number())
    return Check("number", ok=True, detail=f"The token reads the number {number.display_phone_number}.")


def no_number() -> NumberForeign:
    """Return the refusal of a ``phone_number_id`` that names another kind of thing."""
    return NumberForeign(
        "The phone_number_id names something that is no business number.",
        fix="Copy the phone number ID, not the WABA's or the number itself, from the WhatsApp Manager.",
        field="phone_number_id",
    )


def no_waba() -> NumberForeign:
    """Return the refusal of a ``waba_id`` that names another kind of thing."""
    return NumberForeign(
        "The waba_id names something that is no WhatsApp Business Account.",
        fix="Copy the WhatsApp Business Account ID, not the number's, from the WhatsApp Manager.",
        field="waba_id",
    )


def check_membership(numbers: Sequence[Number], *, candidate: Candidate) -> Check:
    """Return whether the number is among those of the WABA."""
    if all(number.id != candidate.phone_number_id for number in numbers):
        refusal = NumberNotOnWaba(
            f"The WABA {candidate.waba_id} has {len(numbers)} number(s), and this is none of them.",
            fix="Copy waba_id and phone_number_id from the same account in the WhatsApp Manager.",
            field="waba_id",
        )
        return refused("waba", refusal)
    return Check("waba", ok=True, detail=f"The number belongs to the WABA {candidate.waba_id}.")


def check_registered(number: Number) -> Check:
    """Return whether Meta lets the number send; a number that is not registered yet can be connected all the same."""
    if number.status in {None, "CONNECTED"}:
        return Check("number_status", ok=True, detail="Meta has the number as connected.")
    return Check(
        "number_status",
        ok=False,
        detail=f"Meta has the number as {number.status}: it may not send.",
        fix="Register or repair it in the WhatsApp Manager.",
    )


def check_subscription(*, subscribed: bool) -> Check:
    """Return whether the WABA's webhooks come to our app."""
    if subscribed:
        return Check("subscription", ok=True, detail="The WABA's webhooks come to this installation's app.")
    return Check(
        "subscription",
        ok=False,
        detail="The WABA's webhooks do not come to this installation's app.",
        fix="Connect the number again: that subscribes the app.",
    )


def e164_of(display_phone_number: str) -> str | None:
    """Return Meta's spelling of a number ("+34 600 000 001", "15550051310") as E.164, or None."""
    digits = re.sub(r"\D", "", display_phone_number)
    return f"+{digits}" if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS else None


def messages_per_second(*, throughput_level: str | None, coexistence: bool) -> int:
    """Return how many messages a second Meta takes from a number [throughput, Sep 2026]."""
    if coexistence:
        return _COEXISTENCE_PACE
    return _HIGH_PACE if throughput_level == "HIGH" else _USUAL_PACE


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A connection as far as sending from it goes."""

    id: UUID
    status: ConnectionStatus
    country_id: str | None
    phone_number_id: str | None
    phone_number_e164: str | None
    pause_reason: str | None
    pause_cause: str | None

    @property
    def is_live(self) -> bool:
        """Tell whether it owns its number now, paused or not."""
        return self.status in LIVE


AnyLine = TypeVar("AnyLine", bound=Line | Connection)


def require_active(line: Line | Connection) -> None:
    """Return where the connection sends.

    Raises:
        ConnectionPaused: it waits for somebody to act.
        NoConnection: it was given up.
    """
    if line.status is ConnectionStatus.ACTIVE:
        return
    if line.status is ConnectionStatus.ERROR:
        raise ConnectionPaused(
            f"This number is paused: {line.pause_reason or 'its connection failed'}",
            fix=way_out(line.pause_cause),
            extra={"connection_id": str(line.id)},
        )
    raise NoConnection(
        "The number of this conversation is not connected any more.", fix="Connect it again to go on."
    )


def to_send_from(
    connections: Sequence[AnyLine], *, connection_id: UUID | None, country_id: str | None
) -> AnyLine:
    """Return the connection that is meant: the one named, the country's, or the only one.

    A paused one counts like any other: with it left out, the same request would leave from another number
    today than tomorrow.

    Args:
        connections: those of the tenant.
        connection_id: the one named, if any.
        country_id: ISO 3166; the number of that country, if any is named.

    Raises:
        NoConnection: none is meant.
        SeveralConnections: more than one could be.
    """
    live = [one for one in connections if one.is_live]
    meant = [one for one in live if connection_id in {None, one.id} and country_id in {None, one.country_id}]
    choices = {"choices": [_choice(one) for one in live]}
    if not meant:
        detail = (
            "No connected number is the one asked for." if live else "This tenant has no connected number."
        )
        raise NoConnection(
            detail,
            fix="Choose one of `choices`." if live else "Connect a number with .../whatsapp/connect/start.",
            extra=choices,
        )
    if len(meant) > 1:
        raise SeveralConnections(
            f"{len(meant)} connected numbers could be meant.",
            fix="Name one by `connection_id`, or by `country_id` where each country has one; see `choices`.",
            extra=choices,
        )
    return meant[0]


def meant(
    connections: Sequence[Connection], *, connection_id: UUID | None, phone_number_id: str | None
) -> Connection:
    """Return the connection that a tenant means: the one named, live or given up, or else its only live one.

    Raises:
        NoConnection: none is meant.
        SeveralConnections: more than one could be.
    """
    if connection_id is None and phone_number_id is None:
        return to_send_from(connections, connection_id=None, country_id=None)
    named = [one for one in connections if connection_id in {None, one.id}]
    found = of_number(named, phone_number_id) if phone_number_id else next(iter(named), None)
    if found is None:
        raise NoConnection(
            "There is no such connection.", fix="See GET .../whatsapp/status for those there are."
        )
    return found


def of_number(connections: Sequence[Connection], phone_number_id: str) -> Connection | None:
    """Return the tenant's connection of a number: the live one, else the one given up last."""
    found = [one for one in connections if one.phone_number_id == phone_number_id]
    return max(found, key=lambda one: (one.is_live, one.updated_at), default=None)


def way_out(pause_cause: str | None) -> str:
    """Return what to do about a pause: by itself it ends only where a notice of Meta's caused it and another can lift it."""
    if pause_cause is None or pause_cause in _ENDED_BY_CONNECTING:
        return "Connect it again with a new access token; what is queued then goes out."
    return "It goes on by itself once Meta lifts this; what is queued then goes out. The WhatsApp Manager says more."


def may_resume(connection: Connection) -> bool:
    """Return whether a person may let a connection send again; False where it sends.

    Raises:
        ConnectionPaused: Meta forbids it to send.
        NoConnection: it was given up.
    """
    if connection.status is ConnectionStatus.ACTIVE:
        return False
    if connection.status is not ConnectionStatus.ERROR:
        raise NoConnection("This number is not connected.", fix="Connect it again to go on.")
    if connection.pause_cause is not None:
        raise ConnectionPaused(
            connection.pause_reason or "Meta forbids this number to send.",
            fix=way_out(connection.pause_cause),
            extra={"connection_id": str(connection.id)},
        )
    return True


def _choice(connection: Line | Connection) -> Mapping[str, str | None]:
    return {
        "connection_id": str(connection.id),
        "phone_number": connection.phone_number_e164,
        "country_id": connection.country_id,
        "status": connection.status.value,
    }


def _wrong_app() -> WrongApp:
    return WrongApp(
        "The access token was issued for another Meta app than this installation's.",
        fix="Make the token in the Meta app that this installation's webhooks come from (META_APP_ID).",
        field="access_token",
    )


def _is_foreign(token: TokenInfo) -> bool:
    # Of another app's token Meta tells nothing but this [Meta: debug_token].
    return "viewing app" in (token.error or "").lower()


def _dead(token: TokenInfo, *, now: datetime) -> TokenRefused:
    expired = token.expires_at is not None and token.expires_at <= now
    said = "it has expired" if expired else f"Meta says: {(token.error or 'it is not valid')[:200]}"
    return TokenRefused(
        f"The access token cannot be used: {said.rstrip('.')}.",
        fix="Make a new access token for the system user, and connect with it.",
        field="access_token",
    )


def _life(token: TokenInfo) -> str:
    if token.expires_at is None:
        return "The token is valid and does not expire."
    return f"The token is valid until {token.expires_at:%Y-%m-%d %H:%M} UTC."


def _permissions(token: TokenInfo, candidate: Candidate) -> Check:
    """Return whether the token has both permissions, and has them for the WABA where they name their targets."""
    targets = {granted.scope: granted.target_ids for granted in token.granular_scopes}
    lacking = [scope for scope in (MESSAGING, MANAGEMENT) if scope not in token.scopes]
    elsewhere = [
        scope
        for scope in (MESSAGING, MANAGEMENT)
        if targets.get(scope) and candidate.waba_id not in targets[scope]
    ]
    if not lacking and not elsewhere:
        return Check("permissions", ok=True, detail="It has both WhatsApp permissions for this WABA.")
    detail = (
        f"The access token lacks {' and '.join(lacking)}."
        if lacking
        else f"The access token has {' and '.join(elsewhere)} for other WABAs than {candidate.waba_id}."
    )
    refusal = MissingPermission(
        detail,
        fix=f"Make a token with {MESSAGING} and {MANAGEMENT}, and give its user that WABA.",
        field="access_token",
    )
    return refused("permissions", refusal)

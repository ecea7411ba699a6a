"""Decides how fast a number may send, which number to send from, and what ends a pause. No I/O.

Meta's facts: throughput [Meta: throughput, Sep 2026].
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.codes import needs_new_token
from curbe.domain.errors import ConnectionPaused, NoConnection, SeveralConnections
from curbe.domain.phone import country_of, share_a_code

_COEXISTENCE_PACE: Final = 20  # messages a second, fixed [throughput, Sep 2026]
_USUAL_PACE: Final = 80
_HIGH_PACE: Final = 1000
_ENDED_BY_CONNECTING: Final = frozenset({"deleted", "partner_removed", "app_uninstalled"})
_NOT_REGISTERED: Final = 133010  # Meta's code of a send from a number that is not registered
_CODE: Final = re.compile(r"\bcode (\d{1,9})\b")
_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15


class ConnectionStatus(StrEnum):
    """The states of a connection, named as in the PostgreSQL enum."""

    PENDING = "pending"
    ACTIVE = "active"
    ERROR = "error"  # paused: it keeps its number and its queue and sends nothing
    REVOKED = "revoked"


LIVE: Final = frozenset({ConnectionStatus.ACTIVE, ConnectionStatus.ERROR})


class AppPart(StrEnum):
    """What the WhatsApp Business app knows of a number, in Meta's words and in the order in which it is asked for."""

    CONTACTS = "smb_app_state_sync"
    HISTORY = "history"


class AppDataState(StrEnum):
    """How far the request for a part has come. ``REFUSED``: it is not tried again."""

    WAITING = "waiting"
    ASKED = "asked"
    REFUSED = "refused"


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The result of requesting a part, and when it was requested.

    ``request_id``: Meta's; None if the answer with it was lost. ``problem``: the code of our refusal; ``graph_code``: Meta's error code.
    """

    state: AppDataState
    at: datetime
    request_id: str | None = None
    problem: str | None = None
    graph_code: int | None = None


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One tenant's access to one number, without its token.

    ``health`` and ``app_data`` are JSON: facts by name (see `standing`), and an `Asked` for each `AppPart`.
    """

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
    unregistered: bool | None
    registration_problem: str | None
    pin_kept: bool
    last_webhook_at: datetime | None
    facts_at: datetime | None
    messages_per_second: int
    pause_reason: str | None
    paused_at: datetime | None
    pause_cause: str | None
    pause_until: datetime | None
    health: str
    app_data: str
    created_at: datetime
    updated_at: datetime

    @property
    def is_live(self) -> bool:
        """Tell whether it owns its number now, paused or not."""
        return self.status in LIVE


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
    """What sending needs to know of a connection. ``restricted_until``: until then Meta lets its account only answer people."""

    id: UUID
    status: ConnectionStatus
    country_id: str | None
    phone_number_id: str | None
    phone_number_e164: str | None
    pause_reason: str | None
    pause_cause: str | None
    restricted_until: datetime | None

    @property
    def is_live(self) -> bool:
        """Tell whether it owns its number now, paused or not."""
        return self.status in LIVE


AnyLine = TypeVar("AnyLine", bound=Line | Connection)


def country_served(line: Line | Connection) -> str | None:
    """Return the country that a number is for: the one it was connected for, else the one its digits belong to; None if unknown."""
    return line.country_id or (country_of(line.phone_number_e164) if line.phone_number_e164 else None)


def is_for_another(line: Line | Connection, country: str) -> bool:
    """Tell whether a number is known to be for another country than ``country`` (ISO 3166, upper or lower case).

    If only its digits tell, it counts for every country with that calling code: a number of the United Kingdom serves Jersey, too.
    """
    served, asked = country_served(line), country.upper()
    if served is None or served == asked:
        return False
    return line.country_id is not None or not share_a_code(served, asked)


def require_active(line: Line | Connection) -> None:
    """Return quietly if the connection sends.

    Raises:
        ConnectionPaused: it is paused until somebody acts.
        NoConnection: it was given up.
    """
    if line.status is ConnectionStatus.ACTIVE:
        return
    if line.status is ConnectionStatus.ERROR:
        raise ConnectionPaused(
            f"This number is paused: {line.pause_reason or 'its connection failed'}",
            fix=way_out(line.pause_cause, line.pause_reason),
            extra={"connection_id": str(line.id)},
        )
    raise NoConnection(
        "The number of this conversation is not connected any more.", fix="Connect it again to go on."
    )


def to_send_from(
    connections: Sequence[AnyLine], *, connection_id: UUID | None, country_id: str | None
) -> AnyLine:
    """Return the connection that is meant: the one named, the country's, or the only one.

    A paused connection counts like any other; if it were left out, the same request would be sent from another number today than
    tomorrow.

    Args:
        connections: the tenant's.
        connection_id: the one that is named, if any.
        country_id: ISO 3166, upper or lower case: means the number connected for that country, else the one whose digits belong to it.

    Raises:
        NoConnection: no connection fits.
        SeveralConnections: more than one fits.
    """
    live = [one for one in connections if one.is_live]
    named = [one for one in live if connection_id in {None, one.id}]
    meant = named if country_id is None else _of_country(named, country_id.upper())
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


def _of_country(lines: Sequence[AnyLine], country: str) -> list[AnyLine]:
    """Return those connected for the country; if there are none, those connected for no country whose digits belong to it."""
    said = [one for one in lines if one.country_id == country]
    return said or [one for one in lines if one.country_id is None and country_served(one) == country]


def meant(
    connections: Sequence[Connection], *, connection_id: UUID | None, phone_number_id: str | None
) -> Connection:
    """Return the connection that a tenant means: the one named, live or given up, or else its only live one.

    Raises:
        NoConnection: no connection fits.
        SeveralConnections: more than one fits.
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


class PauseEnd(StrEnum):
    """What ends a pause."""

    CONNECT = "connect"  # a new access token
    REGISTER = "register"  # with its PIN
    RESUME = "resume"  # a person, once the cause of Meta's refusal is removed
    BY_ITSELF = "by_itself"  # a notice of Meta's, or the end of the time that Meta named


_WAYS_OUT: Final = {
    PauseEnd.CONNECT: "Connect it again with a new access token; what is queued then goes out.",
    PauseEnd.REGISTER: "Register it, with the PIN of its two-step verification if it has one; what is queued then goes out.",
    PauseEnd.RESUME: "Settle it in the WhatsApp Manager, then resume; what is queued then goes out.",
    PauseEnd.BY_ITSELF: "It goes on by itself once Meta lifts this; what is queued then goes out. The WhatsApp Manager says more.",
}


def refusal_reason(code: int | None, words: str) -> str:
    """Return the reason of a pause that Meta's refusal causes."""
    return f"Meta refused with code {code}: {words}"


def code_in(pause_reason: str | None) -> int | None:
    """Return Meta's code in the reason of a pause that a refused send caused, None where it names none."""
    found = _CODE.search(pause_reason or "")
    return int(found[1]) if found else None


def end_of_pause(pause_cause: str | None, pause_reason: str | None) -> PauseEnd:
    """Return what ends a pause. ``pause_cause``: the fact from Meta's notices behind it; None: a refused send, told in the reason."""
    if pause_cause is not None:
        return PauseEnd.CONNECT if pause_cause in _ENDED_BY_CONNECTING else PauseEnd.BY_ITSELF
    if is_for_want_of_registration(pause_cause, pause_reason):
        return PauseEnd.REGISTER
    return PauseEnd.CONNECT if needs_new_token(code_in(pause_reason)) else PauseEnd.RESUME


def is_for_want_of_registration(pause_cause: str | None, pause_reason: str | None) -> bool:
    """Tell whether a number is paused because Meta refused a send, as the number is not registered."""
    return pause_cause is None and code_in(pause_reason) == _NOT_REGISTERED


def needs_registration(connection: Connection) -> bool:
    """Tell whether a connected number has to be registered before it can send, as far as Meta has told."""
    refused = is_for_want_of_registration(connection.pause_cause, connection.pause_reason)
    return connection.is_live and (bool(connection.unregistered) or refused)


def way_out(pause_cause: str | None, pause_reason: str | None) -> str:
    """Return what to do about a pause, in a sentence."""
    return _WAYS_OUT[end_of_pause(pause_cause, pause_reason)]


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
            fix=way_out(connection.pause_cause, connection.pause_reason),
            extra={"connection_id": str(connection.id)},
        )
    return True


def _choice(connection: Line | Connection) -> Mapping[str, str | None]:
    return {
        "connection_id": str(connection.id),
        "phone_number": connection.phone_number_e164,
        "country_id": country_served(connection),
        "status": connection.status.value,
    }

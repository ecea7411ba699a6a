"""The two ways to connect a number: Meta's Embedded Signup, or steps by hand. No I/O.

[Meta: Embedded Signup v4 and its implementation, Dec 2025; versions, Aug 2026]
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.fields import TO_SUBSCRIBE

# The purpose for which the keyring derives the key that signs the state.
PURPOSE: Final = "embedded signup state"
VALID_FOR: Final = timedelta(hours=1)

_DIALOG: Final = "https://www.facebook.com"
_STATE: Final = re.compile(r"v1\.([0-9a-f-]{36})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})")


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A number that a customer granted in a sign-up; all but the ids is None unless Meta was asked."""

    waba_id: str
    phone_number_id: str
    phone_number_e164: str | None = None
    phone_number_spelled: str | None = None
    display_name: str | None = None
    number_status: str | None = None


def connect_url(
    *, version: str, app_id: str, config_id: str, redirect_uri: str, state: str, coexistence: bool
) -> str:
    """Return the address of Meta's dialog; it comes back to ``redirect_uri`` with ``code`` and ``state``.

    Args:
        version: of the Graph API, ``v25.0``.
        app_id: the Meta app.
        config_id: of its Facebook Login for Business configuration, which says what is asked for.
        redirect_uri: a page of the SaaS; registered with the app as a valid OAuth redirect.
        state: from ``state_for``.
        coexistence: for a number that stays on the WhatsApp Business app.
    """
    extras: dict[str, object] = {"setup": {}}
    if coexistence:
        extras["featureType"] = "whatsapp_business_app_onboarding"
    asked = {
        "client_id": app_id,
        "config_id": config_id,
        "response_type": "code",
        "override_default_response_type": "true",
        "redirect_uri": redirect_uri,
        "state": state,
        "extras": json.dumps(extras),
    }
    return f"{_DIALOG}/{version}/dialog/oauth?{urlencode(asked)}"


def state_for(tenant_id: UUID, *, user_id: UUID | None, key: bytes, now: datetime) -> str:
    """Return the signed ``state`` of a sign-up: whose it is, and until when it is valid. ``user_id``: None if an API key began it."""
    until = int((now + VALID_FOR).timestamp())
    return f"v1.{tenant_id}.{until}.{_mac(tenant_id, user_id, until, key)}"


def is_state_of(
    state: str, tenant_id: UUID, *, user_id: UUID | None, keys: tuple[bytes, ...], now: datetime
) -> bool:
    """Tell whether ``state`` was made for this tenant and person (None: an API key), is signed with one of ``keys``, and is still valid."""
    match = _STATE.fullmatch(state)
    if match is None or match[1] != str(tenant_id):
        return False
    until = int(match[2])
    genuine = [
        hmac.compare_digest(_mac(tenant_id, by, until, key), match[3])
        for key in keys
        for by in {user_id, None}
    ]
    return any(genuine) and now.timestamp() < until


def left_to_choose(granted: Sequence[Granted], *, connected: Collection[str | None]) -> list[Granted]:
    """Return the numbers that a sign-up may have been for: those not connected yet, or all of them if each is connected.

    Meta returns nothing but a code; which number the customer chose is told only to a page that uses Meta's JavaScript.
    """
    anew = [one for one in granted if one.phone_number_id not in connected]
    return anew or list(granted)


def steps_of_sign_up(redirect_uri: str) -> list[str]:
    """Return what to do with a sign-up that was begun."""
    return [
        "Send the customer to connectUrl.",
        f"Meta comes back to {redirect_uri} with code and state; the code counts for 30 seconds.",
        "Send code, state and redirect_uri to connect/complete at once.",
        "Where it answers several_numbers, show its choices, and send choice_id and phone_number_id to connect/choose.",
    ]


def steps_by_hand(*, app_id: str, webhook_url: str) -> list[str]:
    """Return what to do where Embedded Signup is not configured."""
    webhook = (
        f"Once for this installation: in Meta's app {app_id}, under WhatsApp > Configuration, set the callback URL "
        f"to {webhook_url} and the verify token to META_VERIFY_TOKEN, and subscribe to the fields {', '.join(TO_SUBSCRIBE)}."
    )
    permitted = (
        "Make an access token for that system user and this app, with whatsapp_business_messaging and "
        "whatsapp_business_management."
    )
    return [
        webhook,
        "In the Meta Business Suite, give a system user of the business the app and the WhatsApp account.",
        permitted,
        "Copy the phone number ID and the WhatsApp Business Account ID from WhatsApp > API Setup.",
        "Send waba_id, phone_number_id and access_token to connect/complete; test-connection tries them first.",
    ]


def _mac(tenant_id: UUID, user_id: UUID | None, until: int, key: bytes) -> str:
    begun = f"{tenant_id}|{until}" if user_id is None else f"{tenant_id}|{until}|{user_id}"
    digest = hmac.new(key, begun.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")

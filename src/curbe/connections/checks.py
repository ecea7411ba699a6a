"""Judges, step by step, whether a token proves that a number is a tenant's, and whether the number's messages come here. No I/O.

Meta's facts: fields of a number [Meta: phone numbers, Dec 2025], what a token is [Meta: debug_token].
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from curbe.channels.cloudapi.answers import Callbacks, Health, Number, Subscription, TokenInfo
from curbe.domain.errors import (
    AppError,
    ConnectionPaused,
    MissingPermission,
    NumberForeign,
    NumberNotOnWaba,
    TokenRefused,
    WrongApp,
)

MESSAGING: Final = "whatsapp_business_messaging"
MANAGEMENT: Final = "whatsapp_business_management"

_IN_THE_MANAGER: Final = "Settle it in the WhatsApp Manager."
_BLOCKED: Final = "BLOCKED"
_LONGEST_QUOTE: Final = 500  # characters of Meta's words
_USUAL_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Candidate:
    """The ids that a tenant names, which its token has to prove."""

    waba_id: str
    phone_number_id: str


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the proof. ``refusal``: the error that connecting fails with; None where the step passed or is only informative."""

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
    if number.is_unregistered:
        return Check(
            "number_status",
            ok=False,
            detail=f"Meta has the number as {number.status}: it is not registered, and may not send.",
            fix="Connect it, then register it with POST .../whatsapp/connections/{connection_id}/register.",
        )
    if number.status in {None, "CONNECTED"}:
        return Check("number_status", ok=True, detail="Meta has the number as connected.")
    if number.status == "FLAGGED":
        # A flagged number has a low quality, which is shown elsewhere; it still sends [Meta: phone numbers, Dec 2025].
        return Check(
            "number_status",
            ok=True,
            detail="Meta has the number as FLAGGED: people take its messages badly. It sends still.",
        )
    return Check(
        "number_status",
        ok=False,
        detail=f"Meta has the number as {number.status}: it may not send.",
        fix="Repair it in the WhatsApp Manager.",
    )


def check_health(health: Health | None) -> list[Check]:
    """Return the step that tells whether Meta blocks the number, or what it depends on, from sending; none if Meta does not say.

    A blocked number can still be connected: it receives.
    """
    if health is None:
        return []
    said = _quoted(one.description for one in health.impediments)
    advice = _quoted(one.solution for one in health.impediments)
    if health.can_send_message == _BLOCKED:
        detail = f"Meta lets nothing be sent from this number: {said or 'it does not say why.'}"
        return [Check("health", ok=False, detail=detail, fix=advice or _IN_THE_MANAGER)]
    if health.can_send_message == "AVAILABLE":
        return [Check("health", ok=True, detail="Meta lets messages be sent from this number.")]
    detail = f"Meta lets this number send within limits ({health.can_send_message}). {said}".strip()
    return [Check("health", ok=True, detail=detail, fix=advice)]


def require_health(health: Health | None) -> None:
    """Return quietly if Meta lets the number send, or does not say.

    Raises:
        ConnectionPaused: Meta does not let it send.
    """
    for check in check_health(health):
        if not check.ok:
            raise ConnectionPaused(check.detail, fix=check.fix)


def _quoted(sentences: Iterable[str | None]) -> str:
    """Return Meta's sentences, without repetitions, cut to a length that a person wants to read."""
    ended = dict.fromkeys(f"{words.strip().rstrip('.')}." for words in sentences if words and words.strip())
    return " ".join(ended)[:_LONGEST_QUOTE]


def check_subscription(subscription: Subscription | None) -> Check:
    """Return whether the WABA's webhooks come to our app."""
    if subscription is not None:
        return Check("subscription", ok=True, detail="The WABA's webhooks come to this installation's app.")
    return Check(
        "subscription",
        ok=False,
        detail="The WABA's webhooks do not come to this installation's app.",
        fix="Connect the number again: that subscribes the app.",
    )


def check_callback(
    callbacks: Callbacks | None, subscription: Subscription | None, *, webhook_url: str
) -> list[Check]:
    """Return the step that tells whether the number's messages are sent to ``webhook_url``; none where that is not known.

    A number's own callback override wins over its WABA's, and that over the app's address [Meta: override, Dec 2025].
    """
    known = callbacks or Callbacks()
    of_waba = known.whatsapp_business_account or (
        subscription.override_callback_uri if subscription else None
    )
    levels = (("the number", known.phone_number), ("its WABA", of_waba), ("the Meta app", known.application))
    level, uri = next(((level, uri) for level, uri in levels if uri), (None, None))
    if uri is None:
        return []
    if not _leads_to(uri, webhook_url):
        # On a developer's machine the port does not matter: the system may have chosen it, and Meta comes through a tunnel, if at all.
        if _is_at_home(uri) and _is_at_home(webhook_url) and urlsplit(uri).port != urlsplit(webhook_url).port:
            return []
        return [_led_astray(uri, level=level or "", webhook_url=webhook_url)]
    detail = f"Meta sends its messages to {uri}."
    if known.application and not _leads_to(known.application, webhook_url):
        # An override covers messages only; webhooks about accounts and templates go to the app's own address.
        detail = (
            f"{detail} Notices about accounts and templates go to the app's callback, {known.application}."
        )
    return [Check("callback", ok=True, detail=detail)]


def _led_astray(uri: str, *, level: str, webhook_url: str) -> Check:
    overridden = level != "the Meta app"
    mend = f"Clear the callback override of {level}" if overridden else "Change the app's callback URL"
    return Check(
        "callback",
        ok=False,
        detail=f"Meta sends this number's messages to {uri}, as {level} has it, and not to {webhook_url}.",
        fix=f"{mend}, or set it to {webhook_url}. If {uri} leads here as well, correct CURBE_PUBLIC_BASE_URL.",
    )


def _is_at_home(uri: str) -> bool:
    return urlsplit(uri).hostname in {"127.0.0.1", "::1", "localhost"}


def _leads_to(uri: str, webhook_url: str) -> bool:
    return _address(uri) == _address(webhook_url)


def _address(uri: str) -> tuple[str, str | None, int | None, str, str]:
    """Return an address in a form to compare: without regard to case or the default port; a trailing slash makes another path."""
    try:
        url = urlsplit(uri)
        port = url.port or _USUAL_PORTS.get(url.scheme)
    except ValueError:
        return "", None, None, uri, ""
    return url.scheme, url.hostname, port, url.path, url.query


def _wrong_app() -> WrongApp:
    return WrongApp(
        "The access token was issued for another Meta app than this installation's.",
        fix="Make the token in the Meta app that this installation's webhooks come from (META_APP_ID).",
        field="access_token",
    )


def _is_foreign(token: TokenInfo) -> bool:
    # These words are all that Meta says about another app's token [Meta: debug_token].
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

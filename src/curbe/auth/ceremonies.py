"""What py_webauthn makes and checks for passkeys. It takes long to load and few ever ask for one: `passkeys` loads it then."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from curbe.auth.factor_store import StoredPasskey
from curbe.auth.factors import ISSUER
from curbe.tenants.person_rules import User

_TRANSPORTS: Final = {one.value: one for one in AuthenticatorTransport}

Seen = TypeVar("Seen")


def registration_options(
    user: User, known: Sequence[StoredPasskey], *, rp_id: str, challenge: bytes
) -> dict[str, Any]:
    """Return what a browser's ``navigator.credentials.create`` takes, of who has the passkeys ``known`` already."""
    options = webauthn.generate_registration_options(
        rp_id=rp_id,
        rp_name=ISSUER,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name or user.email,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_descriptor(one) for one in known],
    )
    return json.loads(webauthn.options_to_json(options))


def request_options(allowed: Sequence[StoredPasskey], *, rp_id: str, challenge: bytes) -> dict[str, Any]:
    """Return what a browser's ``navigator.credentials.get`` takes; of the site's passkeys those ``allowed``, all where there are none."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id,
        challenge=challenge,
        allow_credentials=[_descriptor(one) for one in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return json.loads(webauthn.options_to_json(options))


def registered(
    credential: dict[str, Any], *, challenge: bytes, rp_id: str, origin: str
) -> VerifiedRegistration | None:
    """Return the new passkey that answered a challenge; None where it does not answer that one at this site."""
    return _seen(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    )


def answered(
    credential: dict[str, Any], passkey: StoredPasskey, *, challenge: bytes, rp_id: str, origin: str
) -> VerifiedAuthentication | None:
    """Return how ``passkey`` answered a challenge; None where what it signed is not what was asked."""
    return _seen(
        lambda: webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    )


def transports(credential: dict[str, Any]) -> tuple[str, ...]:
    """Return how the browser says that a new passkey is reached; only a hint for the next time."""
    response = credential.get("response")
    told = response.get("transports") if isinstance(response, dict) else None
    return tuple(name for name in told if name in _TRANSPORTS) if isinstance(told, list) else ()


def _seen(look: Callable[[], Seen]) -> Seen | None:
    """Return what a look at an answer finds; None where it is none. A browser may send anything, and the library trips over some of it."""
    try:
        return look()
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None


def _descriptor(passkey: StoredPasskey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=passkey.credential_id,
        transports=[_TRANSPORTS[name] for name in passkey.transports if name in _TRANSPORTS],
    )

"""One push: encrypted for its browser (RFC 8291), signed for its push service (RFC 8292), and what that made of it."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Final

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from curbe.infra.egress_errors import EgressError
from curbe.infra.http import Egress, Timeouts
from curbe.infra.targets import origin_of
from curbe.push import rules, vapid
from curbe.push.news import ToPush
from curbe.push.rules import Outcome, Subscriber

PATIENCE: Final = Timeouts(connect=timedelta(seconds=5), total=timedelta(seconds=10))
_SIGNED_FOR: Final = timedelta(hours=12)  # 24 at most [RFC 8292: 2]
_MOST_BYTES: Final = 16 * 1024  # of an answer, which nobody reads
_TOPIC_LENGTH: Final = 32  # at most [RFC 8030: 5.4]


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a push; ``rest``: for how long its browser is not told of anything."""

    subscriber: Subscriber
    outcome: Outcome
    status: int | None = None
    rest: timedelta | None = None


class Signer(msgspec.Struct, frozen=True):
    """What signs pushes: the private keys by their public ones, and where whoever runs a push service finds who runs this one."""

    keys: dict[bytes, ec.EllipticCurvePrivateKey]
    contact: str


async def push(
    egress: Egress,
    wanted: ToPush,
    *,
    signer: Signer,
    reachable: frozenset[str],
    timeouts: Timeouts,
    now: datetime,
) -> Pushed:
    """Push a notice and return what became of it.

    ``reachable`` are the origins that are reached wherever they lie; all others on the public internet alone.
    """
    subscriber = wanted.subscriber
    key = signer.keys.get(subscriber.signer)
    if key is None:  # of an encryption key that is here no more: no push service would believe another
        return Pushed(subscriber=subscriber, outcome=Outcome.GONE)
    try:
        target = origin_of(subscriber.endpoint)
        answer = await egress.request(
            "POST",
            subscriber.endpoint,
            timeouts=timeouts,
            max_bytes=_MOST_BYTES,
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Encoding": "aes128gcm",
                "TTL": str(int(rules.KEPT_FOR.total_seconds())),
                "Urgency": "high",
                "Topic": _topic(wanted),
            },
            body=encrypted(rules.payload_of(wanted.notice), subscriber),
            vapid=f"t={_token(target, key, contact=signer.contact, now=now)}, k={vapid.spelled(subscriber.signer)}",
            public_only=target not in reachable,
        )
    except EgressError:
        return Pushed(subscriber=subscriber, outcome=Outcome.UNREACHABLE, rest=rules.rest_after(None))
    outcome = rules.judged(answer.status)
    taken = outcome is Outcome.TAKEN
    rest = None if taken else rules.rest_after(answer.headers.get("Retry-After"))
    return Pushed(subscriber=subscriber, outcome=outcome, status=answer.status, rest=rest)


def encrypted(payload: bytes, subscriber: Subscriber) -> bytes:
    """Return ``payload`` as its browser alone can read it."""
    return http_ece.encrypt(
        payload,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=subscriber.p256dh,
        auth_secret=subscriber.auth,
        version="aes128gcm",
    )


def _token(audience: str, key: ec.EllipticCurvePrivateKey, *, contact: str, now: datetime) -> str:
    # They take long to load, and most workers push nothing.
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.jwk import ECKey  # noqa: PLC0415

    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    claims = {"aud": audience, "exp": int((now + _SIGNED_FOR).timestamp()), "sub": contact}
    return jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(pem), algorithms=["ES256"])


def _topic(wanted: ToPush) -> str:
    """Return what a conversation is called at a push service: of what waits there under one name, the newest is kept."""
    digest = hashlib.sha256(f"{wanted.notice.tenant_id} {wanted.notice.conversation_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:_TOPIC_LENGTH]

"""Browsers that asked to be told, and up to where a tenant's log has been told to them."""

import base64
import binascii
import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from uuid_utils.compat import uuid7

from curbe.domain.errors import InvalidRequest, NotFound
from curbe.infra.crypto import Keyring
from curbe.infra.db import Query, Transaction
from curbe.infra.targets import why_not_reached
from curbe.push import rules, vapid
from curbe.push.rules import Language, Whose
from curbe.realtime import service as realtime
from curbe.realtime.rules import Cursor

TELL: Final = "push.tell"  # the job of a round; its subject is the tenant

_PACKAGE: Final = "curbe.push"
_POINT_BYTES: Final = 65  # uncompressed
_AUTH_BYTES: Final = 16  # [RFC 8291: 3.2]


class NewPushSubscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A browser that asks to be told, as its ``PushSubscription`` has it: the address at its push service and its keys, in base64url.

    ``signer`` is the key it subscribed with. ``whose``: of whose conversations; ``with_content``: whether it is told who wrote, and what.
    """

    endpoint: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    p256dh: Annotated[str, msgspec.Meta(max_length=100)]
    auth: Annotated[str, msgspec.Meta(max_length=40)]
    signer: Annotated[str, msgspec.Meta(max_length=100)]
    whose: Whose = "mine"
    with_content: bool = False
    language: Language = "en"


class PushSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is told, as its person is shown it: ``device`` is what it calls itself."""

    id: UUID
    device: str | None
    whose: Whose
    with_content: bool
    created_at: datetime
    updated_at: datetime
    last_told_at: datetime | None
    failing_since: datetime | None


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, from which session, by which browser."""

    user_id: UUID
    session_id: UUID
    device: str | None


_PUT: Final = Query(_PACKAGE, "put_push_subscription", PushSubscription)
_DROP_BEYOND: Final = Query(_PACKAGE, "drop_push_subscriptions_beyond")
_BEGIN: Final = Query(_PACKAGE, "begin_push_place")
_OF: Final = Query(_PACKAGE, "push_subscriptions_of", PushSubscription)
_DELETE: Final = Query(_PACKAGE, "delete_push_subscription")


async def put(
    tx: Transaction,
    wanted: NewPushSubscription,
    *,
    tenant_id: UUID,
    asker: Asker,
    keyring: Keyring,
    services: Collection[str],
) -> PushSubscription:
    """Tell this browser from now on, or otherwise than before, and return it.

    Of a person's there are so many at most: the one that was heard of longest ago makes room.

    Raises:
        InvalidRequest: its address is at none of ``services``, a key is none, or it subscribed with a key that is not ours any more.
    """
    reachable = rules.within(services)
    if not rules.allows(services, wanted.endpoint) or why_not_reached(wanted.endpoint, reachable=reachable):
        raise InvalidRequest(
            "This installation pushes nothing to the push service of this browser.",
            fix="Ask whoever operates it to list the service in CURBE_PUSH_SERVICES.",
            field="endpoint",
        )
    signer = _decoded(wanted.signer, field="signer")
    if signer != vapid.public_key(keyring):
        raise InvalidRequest(
            "The browser subscribed with a key that is not this installation's.",
            fix="Let it subscribe anew with the public_key that GET tells.",
            field="signer",
        )
    await _BEGIN.run(tx, tenant_id=tenant_id, **_place(await realtime.latest(tx)))
    kept = await _PUT.one(
        tx,
        tenant_id=tenant_id,
        id=uuid7(),
        user_id=asker.user_id,
        session_id=asker.session_id,
        endpoint=wanted.endpoint,
        endpoint_hash=hashlib.sha256(wanted.endpoint.encode()).digest(),
        p256dh=_checked_point(wanted.p256dh),
        auth=_checked_auth(wanted.auth),
        signer=signer,
        whose=wanted.whose,
        with_content=wanted.with_content,
        language=wanted.language,
        device=asker.device,
    )
    if kept is None:
        raise LookupError("a subscription that was put is there")
    await _DROP_BEYOND.run(tx, tenant_id=tenant_id, user_id=asker.user_id, most=rules.MOST)
    return kept


async def of_user(tx: Transaction, *, tenant_id: UUID, user_id: UUID | None) -> list[PushSubscription]:
    """Return a person's browsers that are told (None is nobody, and has none), the one that was heard of last first."""
    return await _OF.all(tx, tenant_id=tenant_id, user_id=user_id)


async def delete(tx: Transaction, *, tenant_id: UUID, subscription_id: UUID, user_id: UUID | None) -> None:
    """Tell a browser of a person's no more.

    Raises:
        NotFound: they have no such browser.
    """
    if not await _DELETE.run(tx, tenant_id=tenant_id, id=subscription_id, user_id=user_id):
        raise NotFound("There is no such browser that is told.", fix="List those that are.")


def _place(now: Cursor) -> dict[str, int]:
    return {"epoch": now.epoch, "xid": now.xid, "number": now.id}


def _checked_point(text: str) -> bytes:
    point = _decoded(text, field="p256dh")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise _no_key("p256dh") from None
    if len(point) != _POINT_BYTES:
        raise _no_key("p256dh")
    return point


def _checked_auth(text: str) -> bytes:
    auth = _decoded(text, field="auth")
    if len(auth) != _AUTH_BYTES:
        raise _no_key("auth")
    return auth


def _decoded(text: str, *, field: str) -> bytes:
    try:
        plain = text.translate(str.maketrans("-_", "+/")).rstrip("=")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _no_key(field) from None


def _no_key(field: str) -> InvalidRequest:
    return InvalidRequest(
        f"{field} is no key of a browser's subscription.",
        fix="Send p256dh and auth as PushSubscription.toJSON() spells them.",
        field=field,
    )

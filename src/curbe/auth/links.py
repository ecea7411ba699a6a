"""One-time links: 256 random bits in a URL, of which a hash is kept until they are used or expire."""

import re
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import LinkInvalid
from curbe.infra.crypto import Secret, key_hash, random_token
from curbe.infra.db import Pool, Query, Transaction

# Kinds of jobs: a letter with a link, to the member of a tenant or to who has an address.
INVITE_MAIL: Final = "people.invite"
RESET_MAIL: Final = "people.reset"
INVITE_LASTS: Final = timedelta(days=7)
RESET_LASTS: Final = timedelta(hours=1)
_PACKAGE: Final = "curbe.auth"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that is still open: into which tenant, and whose."""

    tenant_id: UUID
    user_id: UUID
    expires_at: datetime


class _Count(msgspec.Struct, frozen=True):
    count: int


class Reset(msgspec.Struct, frozen=True, kw_only=True):
    """A link to choose another password that is still open."""

    user_id: UUID
    expires_at: datetime


_INSERT_INVITE: Final = Query(_PACKAGE, "insert_invite")
_INVITE_OF_TOKEN: Final = Query(_PACKAGE, "invite_of_token", Invite)
_DROP_INVITES: Final = Query(_PACKAGE, "drop_invites")
_INSERT_RESET: Final = Query(_PACKAGE, "insert_reset")
_RESET_OF_TOKEN: Final = Query(_PACKAGE, "reset_of_token", Reset)
_COUNT_RESETS: Final = Query(_PACKAGE, "count_resets", _Count)
_DROP_RESET: Final = Query(_PACKAGE, "drop_reset")
_DROP_RESETS: Final = Query(_PACKAGE, "drop_resets")


def invite_link(base_url: str, token: Secret) -> str:
    """Return the address of the page at which an invitation is accepted."""
    return f"{base_url}/invite/{token.reveal()}"


def reset_link(base_url: str, token: Secret) -> str:
    """Return the address of the page at which another password is chosen: what follows ``#`` is sent to no server."""
    return f"{base_url}/reset#{token.reveal()}"


async def new_invite(tx: Transaction, *, tenant_id: UUID, user_id: UUID, now: datetime) -> Secret:
    """Make a link into a tenant for who is invited there, and return its token, known only now. Older ones stay good."""
    token = random_token("")
    await _INSERT_INVITE.run(
        tx,
        tenant_id=tenant_id,
        token_hash=key_hash(token),
        user_id=user_id,
        expires_at=now + INVITE_LASTS,
        now=now,
    )
    return token


async def invite_of(pool: Pool, token: str, *, now: datetime) -> Invite:
    """Return the invitation that ``token`` opens.

    Raises:
        LinkInvalid: none, or none any more.
    """
    hashed = _hash(token)
    async with pool.transaction(context={"app.link": hashed.hex()}) as tx:
        invite = await _INVITE_OF_TOKEN.one(tx, token_hash=hashed)
    if invite is None or invite.expires_at <= now:
        raise invalid()
    return invite


async def drop_invites(tx: Transaction, *, tenant_id: UUID, user_id: UUID) -> int:
    """End every invitation of somebody into a tenant; return how many there were."""
    return await _DROP_INVITES.run(tx, tenant_id=tenant_id, user_id=user_id)


async def new_reset(
    tx: Transaction, *, user_id: UUID, now: datetime, lasts: timedelta = RESET_LASTS
) -> Secret:
    """Make a link to choose another password, and return its token, known only now; ``tx`` is that user's."""
    token = random_token("")
    await _INSERT_RESET.run(tx, token_hash=key_hash(token), user_id=user_id, expires_at=now + lasts, now=now)
    return token


async def reset_of(pool: Pool, token: str, *, now: datetime) -> Reset:
    """Return the reset that ``token`` opens.

    Raises:
        LinkInvalid: none, or none any more.
    """
    hashed = _hash(token)
    async with pool.transaction(context={"app.link": hashed.hex()}) as tx:
        reset = await _RESET_OF_TOKEN.one(tx, token_hash=hashed)
    if reset is None or reset.expires_at <= now:
        raise invalid()
    return reset


async def count_resets(tx: Transaction, *, user_id: UUID, now: datetime) -> int:
    """Return how many links to choose another password a user has open."""
    row = await _COUNT_RESETS.one(tx, user_id=user_id, now=now)
    return row.count if row else 0


async def drop_reset(tx: Transaction, token: Secret, *, user_id: UUID) -> None:
    """End the link of ``token``, if it is there still; ``tx`` is its user's."""
    await _DROP_RESET.run(tx, user_id=user_id, token_hash=key_hash(token))


async def drop_resets(tx: Transaction, *, user_id: UUID) -> int:
    """End every link to choose another password of a user; return how many there were."""
    return await _DROP_RESETS.run(tx, user_id=user_id)


def invalid() -> LinkInvalid:
    """Return the one answer for a link that never was, was used, or is too old."""
    return LinkInvalid(
        "This link is not valid: it was used already, it is too old, or it is not complete.",
        fix="Ask for a new one.",
        field="token",
    )


def _hash(token: str) -> bytes:
    if _TOKEN.fullmatch(token) is None:
        raise invalid()
    return key_hash(token)

"""The inbox within a tenant's own pages: a token for one of its people, good once, and the session it begins.

The tenant's server asks for the token with its API key and hands it to the page; the page exchanges it for a
session that it keeps in memory, as the frame of another site has no cookies. The session opens that tenant and
no other, nothing of the person's account beyond it, and nothing that administers the tenant.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry, record
from curbe.auth import sessions
from curbe.auth.roles import may_embed
from curbe.auth.session_rules import Device
from curbe.auth.sessions import Begun
from curbe.domain.access import PLATFORM, Principal, Role
from curbe.domain.errors import InvalidRequest, NotFound, RoleBeyond, WrongCredentials
from curbe.infra.crypto import Secret, key_hash, random_token
from curbe.infra.db import Pool, Query, Transaction
from curbe.tenants import people

_PACKAGE: Final = "curbe.auth"
_PREFIX: Final = "curbe_e_"
LONGEST: Final = timedelta(minutes=5)
SESSION_LIVES: Final = timedelta(hours=12)


class MadeToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new token to begin an embedded session with. This is the only time at which ``token`` is known: a hash is stored."""

    token: Secret
    user_id: UUID
    expires_at: datetime


class _For(msgspec.Struct, frozen=True):
    user_id: UUID
    role: Role


class _Used(msgspec.Struct, frozen=True):
    tenant_id: UUID
    user_id: UUID
    expires_at: datetime


_INSERT: Final = Query(_PACKAGE, "insert_embed_token", _For)
_USE: Final = Query(_PACKAGE, "use_embed_token", _Used)


async def make_token(
    tx: Transaction,
    *,
    tenant_id: UUID,
    user_id: UUID | None,
    email: str | None,
    lives: timedelta,
    asker: Principal,
    now: datetime,
) -> MadeToken:
    """Make a token for one of a tenant's people, named by id or by e-mail address.

    Raises:
        InvalidRequest: not exactly one of the two, or a time beyond five minutes.
        NotFound: the tenant has no such member, or they are disabled.
        RoleBeyond: a person asks, not a key, and the member's role is above theirs.
    """
    if (user_id is None) is (email is None):
        raise InvalidRequest(
            "Exactly one of user_id and email has to say whom the token is for.",
            fix="Send exactly one of them.",
        )
    if not timedelta(seconds=1) <= lives <= LONGEST:
        raise InvalidRequest(
            "A token lives for 1 to 300 seconds.",
            fix="Ask for it when the page is shown.",
            field="ttl_seconds",
        )
    token, expires_at = random_token(_PREFIX), now + lives
    member = await _INSERT.one(
        tx,
        tenant_id=tenant_id,
        token_hash=key_hash(token),
        user_id=user_id,
        email=None if email is None else email.strip().lower(),
        expires_at=expires_at,
    )
    if member is None:
        raise NotFound(
            "This tenant has no such member.",
            fix="Invite them first: POST .../people/invites.",
            field="user_id" if email is None else "email",
        )
    if member.role not in may_embed(asker):
        raise RoleBeyond(
            f"You may not ask for a token of somebody whose role is {member.role}.",
            fix="Ask for one of somebody whose role is not above yours; an API key may ask for any.",
            field="user_id",
        )
    entry = AuditEntry(
        tenant_id=tenant_id, actor=asker.actor, action="embed.token_made", subject=str(member.user_id)
    )
    await record(tx, [entry])
    return MadeToken(token=token, user_id=member.user_id, expires_at=expires_at)


async def exchange(pool: Pool, token: str, *, device: Device, now: datetime) -> tuple[Begun, UUID]:
    """Exchange a token for the session that it is for; return that and its tenant. A token can be exchanged once.

    Raises:
        WrongCredentials: it is none, is over, or was used; or its person's account was stopped meanwhile.
    """
    async with pool.transaction(context={"app.link": key_hash(token).hex()}) as tx:
        used = await _USE.one(tx, token_hash=key_hash(token))
    if used is None or used.expires_at <= now:
        raise WrongCredentials(
            "This page's token has expired, or was used before.", fix="Load the page again."
        )
    async with pool.transaction(PLATFORM, context=people.as_user(used.user_id)) as tx:
        begun = await sessions.begin(
            tx,
            user_id=used.user_id,
            by="embed_token",
            device=device,
            now=now,
            lives=SESSION_LIVES,
            embedded_in=used.tenant_id,
        )
    return begun, used.tenant_id

"""Accepting an invitation: into a new account, or into the one that is there, by who shows that it is theirs."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.auth import links
from curbe.auth import session_store as store
from curbe.auth.identities import has_identity
from curbe.auth.links import Invite
from curbe.auth.members import Members
from curbe.auth.passwords import Passwords, check_password
from curbe.auth.session_rules import Held
from curbe.auth.sign_in import Shown, SignIn
from curbe.domain.access import Role
from curbe.domain.errors import InvalidRequest
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool, Transaction
from curbe.tenants import people
from curbe.tenants import service as tenants
from curbe.tenants.person_rules import User, checked_person_name


class InviteShown(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation says. ``needs_password``: there is no account yet, so one has to be chosen; else its own is asked for."""

    tenant_name: str
    email: str
    role: Role
    inviter: str | None
    needs_password: bool


class _Guest(msgspec.Struct, frozen=True, kw_only=True):
    user: User
    called: str
    is_new: bool


class Joining:
    """Lets invited people join."""

    def __init__(self, pool: Pool, *, members: Members, passwords: Passwords, signing_in: SignIn) -> None:
        self._pool: Final = pool
        self._members: Final = members
        self._passwords: Final = passwords
        self._signing_in: Final = signing_in

    async def show(self, token: str, *, now: datetime) -> InviteShown:
        """Return what the invitation says that ``token`` opens.

        Raises:
            LinkInvalid: it opens none, or none any more.
        """
        invite = await links.invite_of(self._pool, token, now=now)
        guest = await self._guest(invite)
        async with self._pool.transaction(invite.tenant_id) as tx:
            tenant = await tenants.read(tx, tenant_id=invite.tenant_id)
            member = await people.membership(tx, tenant_id=invite.tenant_id, user_id=invite.user_id)
            if member is None:
                raise links.invalid()
            by = (member.invited_by or "").partition("user:")[2]
            inviter = await people.user_of_id(tx, UUID(by)) if by else None
        return InviteShown(
            tenant_name=tenant.name,
            email=guest.user.email,
            role=member.role,
            inviter=(inviter.name or inviter.email) if inviter else None,
            needs_password=guest.is_new,
        )

    async def accept(
        self,
        token: str,
        *,
        name: str | None,
        password: Secret | None,
        visitor: Held | None,
        address: str,
        now: datetime,
    ) -> Shown:
        """Let who holds the invitation join, and return their account, and which password they have shown or chosen.

        The link alone opens no account that is there already: whoever invited may have seen it.

        Args:
            token: of the link.
            name: what they want to be called; None: as before, or as their inviter called them. Of an account that is there it counts from
                who is signed in to it alone: its password may be only the first of two steps.
            password: the one they choose for a new account, or that of the one that is there.
            visitor: who is signed in at that browser; where it is the invited person, nothing more is asked.
            address: where the request comes from.
            now: the moment, aware.

        Raises:
            LinkInvalid: it opens none, or none any more.
            InvalidRequest: the password or the name cannot be used, or there is none where one is needed.
            PasswordCommon: the password is one of the most common.
            WrongCredentials: the password is not that of the account that is there.
            TooManyRequests: this address tried too many of them.
        """
        invite = await links.invite_of(self._pool, token, now=now)
        guest = await self._guest(invite)
        is_here = visitor is not None and visitor.user_id == invite.user_id
        if password is None and not is_here:
            raise InvalidRequest("A password is needed.", fix="Send one.", field="password")
        hashed, password_of = None, now
        if guest.is_new and password is not None:
            check_password(password, email=guest.user.email)
            hashed = await self._passwords.hashed(password)
        elif password is not None and not is_here:
            shown = await self._signing_in.with_password(
                email=guest.user.email, password=password, address=address
            )
            password_of = shown.password_of
        called = _name(name if guest.is_new or is_here else None, guest)
        await self._join(invite, called=called, guest=guest, hashed=hashed, now=now)
        return Shown(user=guest.user, password_of=password_of)

    async def _guest(self, invite: Invite) -> _Guest:
        context = people.as_user(invite.user_id)
        async with self._pool.transaction(invite.tenant_id, context=context) as tx:
            user = await people.user_of_id(tx, invite.user_id)
            member = await people.membership(tx, tenant_id=invite.tenant_id, user_id=invite.user_id)
            password = await store.password_of_user(tx, invite.user_id)
            elsewhere = await people.open_memberships(tx, invite.user_id)
            known_elsewhere = await has_identity(tx, invite.user_id)
        if user is None or member is None or member.joined_at is not None:
            raise links.invalid()  # another request with this link was faster: its account is not to be signed in to
        # Whoever holds the link may begin an account that nobody has used, and no other.
        is_new = password is None and not elsewhere and not user.is_operator and not known_elsewhere
        return _Guest(user=user, called=member.invited_name, is_new=is_new)

    async def _join(
        self, invite: Invite, *, called: str, guest: _Guest, hashed: str | None, now: datetime
    ) -> None:
        context = people.as_user(invite.user_id)
        async with self._pool.transaction(invite.tenant_id, context=context) as tx:
            await self._members.join(tx, tenant_id=invite.tenant_id, user_id=invite.user_id, now=now)
            if called != guest.user.name:
                await people.change_user(
                    tx, user_id=guest.user.id, name=called, language=guest.user.language, now=now
                )
            if hashed is not None:
                await _choose_password(tx, guest.user.id, hashed, now=now)


async def _choose_password(tx: Transaction, user_id: UUID, hashed: str, *, now: datetime) -> None:
    """Give a new account its password, unless another link made it meanwhile, or its person came from the identity provider."""
    await store.hold_user(tx, user_id)
    if await has_identity(tx, user_id) or not await store.put_first_password(
        tx, user_id=user_id, hash=hashed, now=now
    ):
        raise links.invalid()


def _name(chosen: str | None, guest: _Guest) -> str:
    if chosen is not None and chosen.strip():
        return checked_person_name(chosen)
    return guest.user.name or guest.called

"""The people of a tenant: invite, let join, change, remove. Roles are given and taken only up to one's own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry, record
from curbe.auth import links
from curbe.auth.roles import may_give
from curbe.domain.access import Principal, Role
from curbe.domain.errors import Conflict, LastOwner, NotFound, RoleBeyond, TooManyRequests
from curbe.infra import jobs
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool, Transaction
from curbe.infra.jobs import NewJob
from curbe.infra.throttle import Throttle
from curbe.tenants import people
from curbe.tenants.person_rules import Membership, Person, checked_email, checked_person_name

# Told in the transaction of the change: the tenant, and whom it is about.
Announce: TypeAlias = Callable[[Transaction, UUID, UUID], Awaitable[None]]
# Called before somebody leaves, with the tenant, whom, and who sees to it: some of what they had in hand is let go of. True: all of it.
LetGo: TypeAlias = Callable[[Transaction, UUID, UUID, str], Awaitable[bool]]


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was invited. ``token`` is of the link that they need to join, known only now; None: a letter brings it."""

    user_id: UUID
    token: Secret | None


class Members:
    """Changes who is in a tenant. A method's ``tx`` is a transaction of that tenant.

    One for a process, as it remembers who was written to.
    """

    def __init__(self, announce: Announce, *, let_go: LetGo) -> None:
        self._announce: Final = announce
        self._let_go: Final = let_go
        # Letters of a tenant to an address: nobody's box is filled by who invites them again and again.
        self._letters: Final = Throttle(per_second=1 / 600, burst=5)

    async def invite(
        self,
        tx: Transaction,
        *,
        tenant_id: UUID,
        email: str,
        name: str,
        role: Role,
        by_mail: bool,
        giver: Principal,
        now: datetime,
    ) -> Invited:
        """Invite who has this address, or invite them again; links of an earlier time end.

        Whether the address has an account already changes nothing that the inviter sees.

        Args:
            tx: also ``people.as_named(email)``.
            tenant_id: whereto.
            email: whom.
            name: what they are called here until they join.
            role: as what.
            by_mail: whether a letter is to bring the link; else it is returned.
            giver: who invites.
            now: the moment, aware.

        Raises:
            InvalidRequest: the address or the name cannot be used.
            RoleBeyond: the role is above the giver's.
            Conflict: they are in this tenant already.
            TooManyRequests: they were sent as many letters as anybody needs, lately.
        """
        address, called = checked_email(email), checked_person_name(name)
        _check_giving(giver, role)
        if by_mail:
            self._take_a_turn_to_write(tenant_id, address)
        made = await people.insert_user(
            tx,
            user_id=people.new_user_id(),
            email=address,
            name="",
            language=None,
            is_operator=False,
            now=now,
        )
        user = made or await people.user_of_email(tx, address)
        if user is None:
            raise RuntimeError("an address that is taken belongs to nobody")
        where = {"tenant_id": tenant_id, "user_id": user.id}
        written = {"role": role, "invited_name": called, "invited_by": giver.actor, "now": now}
        if await people.put_membership(tx, **where, **written, joined_at=None) is None:
            _check_invitable(await _membership(tx, **where), giver)
            await people.invite_again(tx, **where, **written)
            await links.drop_invites(tx, **where)
        token = None
        if by_mail:
            # Anew: a letter of before may be on its way, with a link that has just ended.
            await jobs.defer_anew(tx, [NewJob(tenant_id, links.INVITE_MAIL, user.id)])
        else:
            token = await links.new_invite(tx, **where, now=now)
        await self._note(tx, "person.invited", where, actor=giver.actor, detail={"role": role.value})
        return Invited(user_id=user.id, token=token)

    def _take_a_turn_to_write(self, tenant_id: UUID, address: str) -> None:
        now, whom = asyncio.get_running_loop().time(), f"{tenant_id} {address}"
        if not self._letters.allow(whom, now=now):
            raise TooManyRequests(
                "This address was invited several times lately, by a letter each time.",
                fix="Wait a while: the last letter's link is good for a week.",
                retry_after=timedelta(seconds=self._letters.wait(whom, now=now)),
            )

    async def join(self, tx: Transaction, *, tenant_id: UUID, user_id: UUID, now: datetime) -> None:
        """Make somebody a member who has shown their invitation and proved who they are; all their invitations into the tenant end.

        Raises:
            LinkInvalid: another request used the link first, or they were shut out meanwhile.
        """
        where = {"tenant_id": tenant_id, "user_id": user_id}
        if not await people.join_tenant(tx, **where, now=now) or not await links.drop_invites(tx, **where):
            raise links.invalid()
        await self._note(tx, "person.joined", where, actor=f"user:{user_id}")

    async def change(
        self,
        tx: Transaction,
        *,
        tenant_id: UUID,
        user_id: UUID,
        role: Role | None,
        disabled: bool | None,
        giver: Principal,
        now: datetime,
    ) -> Person:
        """Give a person another role, or shut them out of this tenant or let them in again; None leaves either as it is.

        Raises:
            NotFound: there is no such person in this tenant.
            RoleBeyond: the role they have, or are to get, is above the giver's.
            LastOwner: the tenant would be left without an owner.
        """
        where = {"tenant_id": tenant_id, "user_id": user_id}
        owners = await people.lock_member(tx, **where)
        before = await _membership(tx, **where)
        after_role = role or before.role
        shut_out = before.disabled_at is not None if disabled is None else disabled
        _check_giving(giver, before.role)
        _check_giving(giver, after_role)
        if after_role is not Role.OWNER or shut_out:
            _keep_an_owner(owners, user_id)
        await people.change_membership(
            tx,
            **where,
            role=after_role,
            disabled_at=(before.disabled_at or now) if shut_out else None,
            now=now,
        )
        if after_role is not before.role:
            detail = {"from": before.role.value, "to": after_role.value}
            await self._note(tx, "person.role_changed", where, actor=giver.actor, detail=detail)
        if shut_out is not (before.disabled_at is not None):
            action = "person.disabled" if shut_out else "person.enabled"
            await self._note(tx, action, where, actor=giver.actor)
        changed = await people.person(tx, **where)
        if changed is None:
            raise RuntimeError("a membership without its person")
        return changed

    async def remove(self, pool: Pool, *, tenant_id: UUID, user_id: UUID, giver: Principal) -> None:
        """Remove a person, or withdraw their invitation; their account stays.

        Their conversations are unassigned first, in several transactions if there are many. If this is interrupted, it can be called again.

        Raises:
            NotFound: there is no such person in this tenant.
            RoleBeyond: their role is above the giver's.
            LastOwner: the tenant would be left without an owner.
        """
        removed = False
        while not removed:
            async with pool.transaction(tenant_id) as tx:
                removed = await self._remove(tx, tenant_id=tenant_id, user_id=user_id, giver=giver)

    async def _remove(self, tx: Transaction, *, tenant_id: UUID, user_id: UUID, giver: Principal) -> bool:
        """Unassign some of their conversations and, once none is left, remove them; return whether they were removed."""
        where = {"tenant_id": tenant_id, "user_id": user_id}
        owners = await people.lock_member(tx, **where)
        _check_giving(giver, (await _membership(tx, **where)).role)
        _keep_an_owner(owners, user_id)
        if not await self._let_go(tx, tenant_id, user_id, giver.actor):
            return False
        await people.remove_membership(tx, **where)
        await self._note(tx, "person.removed", where, actor=giver.actor)
        return True

    async def _note(
        self,
        tx: Transaction,
        action: str,
        where: Mapping[str, UUID],
        *,
        actor: str,
        detail: Mapping[str, str] | None = None,
    ) -> None:
        """Audit a change, and tell it to the tenant's readers and to whatever keeps connections of that person open."""
        tenant_id, user_id = where["tenant_id"], where["user_id"]
        entry = AuditEntry(
            tenant_id=tenant_id, actor=actor, action=action, subject=str(user_id), detail=detail or {}
        )
        await record(tx, [entry])
        people.tell_people_changed(tx, user_id)
        await self._announce(tx, tenant_id, user_id)


async def _membership(tx: Transaction, *, tenant_id: UUID, user_id: UUID) -> Membership:
    member = await people.membership(tx, tenant_id=tenant_id, user_id=user_id)
    if member is None:
        raise NotFound(
            "There is nobody with that id in this tenant.", fix="List its people to see their ids."
        )
    return member


def _keep_an_owner(owners: set[UUID], leaving: UUID) -> None:
    """Refuse to take the role away from the only owner who can still sign in to the tenant."""
    if owners == {leaving}:
        raise LastOwner(
            "This is the only owner of the tenant.", fix="Make somebody else an owner first.", field="role"
        )


def _check_giving(giver: Principal, role: Role) -> None:
    if role not in may_give(giver):
        raise RoleBeyond(
            f"You may not give or take the role {role}.",
            fix="Ask somebody who has that role, or the operator.",
            field="role",
        )


def _check_invitable(member: Membership, giver: Principal) -> None:
    if member.joined_at is not None or member.disabled_at is not None:
        raise Conflict(
            "This person is in the tenant already.",
            fix="Change their role, or let them in again.",
            field="email",
        )
    _check_giving(giver, member.role)

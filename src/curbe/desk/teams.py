"""Teams: who belongs together, so that conversations can be given to all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.desk.lists import Kept, Room, require_room
from curbe.desk.rules import words
from curbe.desk.told import none_such, taken, tell
from curbe.domain.errors import InvalidRequest
from curbe.inbox.changes import let_go_of_team
from curbe.infra.db import Id, Pool, Query, Transaction, UniqueViolation
from curbe.realtime.rules import EventType

_PACKAGE: Final = "curbe.desk"
_LONGEST_NAME: Final = 100
_ROOM: Final = Room(most=500, en="teams", es="equipos", pt="equipes")


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A team and the users in it."""

    id: UUID
    name: str
    member_ids: list[UUID]
    created_at: datetime


_PAGE: Final = Query(_PACKAGE, "teams_page", Team)
_KEPT: Final = Query(_PACKAGE, "teams_kept", Kept)
_ONE: Final = Query(_PACKAGE, "team_by_id", Team)
_LOCK: Final = Query(_PACKAGE, "lock_team", Id)
_INSERT: Final = Query(_PACKAGE, "insert_team", Id)
_RENAME: Final = Query(_PACKAGE, "rename_team")
_DELETE: Final = Query(_PACKAGE, "delete_team")
_COLLEAGUES: Final = Query(_PACKAGE, "colleagues_among", Id)
_DROP_MEMBERS: Final = Query(_PACKAGE, "drop_members")
_ADD_MEMBERS: Final = Query(_PACKAGE, "add_members")


async def page(tx: Transaction, *, tenant_id: UUID, after: UUID, limit: int) -> list[Team]:
    """Return at most ``limit`` teams that were made after that one, in the order of their making."""
    return await _PAGE.all(tx, tenant_id=tenant_id, after=after, most=limit)


async def create(
    tx: Transaction, *, tenant_id: UUID, name: str, member_ids: Sequence[UUID], actor: str
) -> Team:
    """Make a team and return it.

    Raises:
        InvalidRequest: its name will not do, or somebody is no colleague.
        LimitReached: there are as many as there may be.
        Conflict: another team has its name.
    """
    await require_room(tx, _KEPT, _ROOM, tenant_id=tenant_id)
    made = await _INSERT.one(
        tx, tenant_id=tenant_id, id=uuid7(), name=words(name, most=_LONGEST_NAME, field="name")
    )
    if made is None:
        raise taken("team", field="name")
    await _set_members(tx, tenant_id, made.id, member_ids)
    return await _told(tx, tenant_id, made.id, actor=actor, deed="created")


async def change(
    tx: Transaction,
    *,
    tenant_id: UUID,
    team_id: UUID,
    name: str | None,
    member_ids: Sequence[UUID] | None,
    actor: str,
) -> Team:
    """Give a team another name or other members, each where it is not None, and return it.

    Raises:
        NotFound: the tenant has no such team.
        InvalidRequest: its name will not do, or somebody is no colleague.
        Conflict: another team has its name.
    """
    if await _LOCK.one(tx, tenant_id=tenant_id, id=team_id) is None:
        raise none_such("team")
    if name is not None:
        kept = words(name, most=_LONGEST_NAME, field="name")
        try:
            await _RENAME.run(tx, tenant_id=tenant_id, id=team_id, name=kept)
        except UniqueViolation:
            raise taken("team", field="name") from None
    if member_ids is not None:
        await _set_members(tx, tenant_id, team_id, member_ids)
    return await _told(tx, tenant_id, team_id, actor=actor, deed="changed")


async def delete(pool: Pool, *, tenant_id: UUID, team_id: UUID, actor: str) -> None:
    """Delete a team; its conversations belong to no team then.

    These are released first, in several transactions if there are many; after an interruption, call it again.

    Raises:
        NotFound: the tenant has no such team.
    """
    deleted = False
    while not deleted:
        async with pool.transaction(tenant_id) as tx:
            deleted = await _delete(tx, tenant_id, team_id, actor=actor)


async def _delete(tx: Transaction, tenant_id: UUID, team_id: UUID, *, actor: str) -> bool:
    """Delete a team once it has no conversation any more; False where some are left."""
    if await _LOCK.one(tx, tenant_id=tenant_id, id=team_id) is None:
        raise none_such("team")
    if not await let_go_of_team(tx, tenant_id, team_id, actor):
        return False
    await _DELETE.run(tx, tenant_id=tenant_id, id=team_id)
    await tell(
        tx,
        EventType.TEAMS_CHANGED,
        tenant_id=tenant_id,
        actor=actor,
        deed="deleted",
        thing="team",
        thing_id=team_id,
        now=None,
    )
    return True


async def _set_members(tx: Transaction, tenant_id: UUID, team_id: UUID, member_ids: Sequence[UUID]) -> None:
    wanted = sorted(set(member_ids))
    found = await _COLLEAGUES.all(tx, tenant_id=tenant_id, ids=wanted)
    if len(found) < len(wanted):
        raise InvalidRequest(
            "Somebody named is none of this tenant's people.",
            fix="List its people and take their ids from there.",
            field="member_ids",
        )
    await _DROP_MEMBERS.run(tx, tenant_id=tenant_id, team_id=team_id, kept_ids=wanted)
    await _ADD_MEMBERS.run(tx, tenant_id=tenant_id, team_id=team_id, ids=wanted)


async def _told(tx: Transaction, tenant_id: UUID, team_id: UUID, *, actor: str, deed: str) -> Team:
    team = await _ONE.one(tx, tenant_id=tenant_id, id=team_id)
    if team is None:
        raise none_such("team")
    await tell(
        tx,
        EventType.TEAMS_CHANGED,
        tenant_id=tenant_id,
        actor=actor,
        deed=deed,
        thing="team",
        thing_id=team_id,
        now=team,
    )
    return team

"""What an operator may change of an account: whether it is an operator's, and whether anybody may sign in with it."""

from datetime import datetime
from uuid import UUID

from curbe.audit.service import AuditEntry, record
from curbe.auth import session_store, sessions
from curbe.domain.access import PLATFORM
from curbe.domain.errors import NotFound
from curbe.infra.db import Transaction
from curbe.tenants import people
from curbe.tenants.person_rules import User


async def change_account(
    tx: Transaction,
    *,
    user_id: UUID,
    is_operator: bool | None,
    disabled: bool | None,
    actor: str,
    now: datetime,
) -> User:
    """Change an account, None leaves it as it is, and return it. A disabled one's sessions end.

    Args:
        tx: of ``PLATFORM``, the operator's and ``people.as_user(user_id)``.
        user_id: whose.
        is_operator: whether they may enter every tenant.
        disabled: whether nobody may sign in with it.
        actor: who asks, for the audit log.
        now: the moment, aware.

    Raises:
        NotFound: there is no such user.
    """
    # Who is being let in either goes first, and is ended, or finds it stopped.
    await session_store.lock_user(tx, user_id)
    user = await people.user_of_id(tx, user_id)
    if user is None:
        raise NotFound("There is no user with that id.", fix="List the users to see their ids.")
    actions: list[str] = []
    if is_operator is not None and is_operator is not user.is_operator:
        await people.set_operator(tx, user_id=user_id, is_operator=is_operator, now=now)
        actions.append("operator.made" if is_operator else "operator.unmade")
    if disabled is not None and disabled is not (user.disabled_at is not None):
        await people.set_user_disabled(tx, user_id=user_id, disabled_at=now if disabled else None, now=now)
        actions.append("user.disabled" if disabled else "user.enabled")
    await record(
        tx,
        [
            AuditEntry(tenant_id=PLATFORM, actor=actor, action=action, subject=str(user_id))
            for action in actions
        ],
    )
    if "user.disabled" in actions:
        await sessions.end_all(tx, user_id=user_id, actor=actor, why="user.disabled")
    if actions:
        people.tell_people_changed(tx, user_id)
    changed = await people.user_of_id(tx, user_id)
    return changed or user

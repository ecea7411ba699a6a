"""Applies the governor's limits to claimed messages, in the transaction of the claim: those for one person, and those of the portfolio."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from curbe.domain.window import customer_service_window
from curbe.infra.db import Transaction
from curbe.outbound import limits, store
from curbe.outbound.governor import Pairs, look_again_at, people_limit
from curbe.outbound.store import Claim, PutOff, SendingAccount

_TEMPLATE: Final = "template"


async def admit(
    tx: Transaction, account: SendingAccount, claims: Sequence[Claim], *, pairs: Pairs, now: datetime
) -> list[Claim]:
    """Return the claimed messages that may go now. The claims of the others are undone, and they wait until they may."""
    no_room = await _without_room(tx, account, claims, now=now)
    # Without holding up what is behind: if the person writes meanwhile, answering them needs no room.
    await store.unclaim(
        tx, tenant_id=account.tenant_id, due_at=no_room, now=now, reason=PutOff.ROOM, holds=False
    )
    in_debt: dict[UUID, datetime] = {}
    for claim in claims:
        if claim.message_id not in no_room:
            paid_at = None if claim.owes is None else now + claim.owes
            due_at = pairs.take(claim.conversation_id, known_paid_at=paid_at, now=now)
            if due_at is not None:
                in_debt[claim.message_id] = due_at
    await store.unclaim(tx, tenant_id=account.tenant_id, due_at=in_debt, now=now)
    later = no_room.keys() | in_debt.keys()
    debts = pairs.to_write([claim.conversation_id for claim in claims], now=now)
    if debts:
        await limits.keep_debts(tx, tenant_id=account.tenant_id, paid_at=debts, now=now)
    return [claim for claim in claims if claim.message_id not in later]


async def _without_room(
    tx: Transaction, account: SendingAccount, claims: Sequence[Claim], *, now: datetime
) -> dict[UUID, datetime]:
    """Return the templates that would begin a conversation and may not now, each with when to look again.

    Either the portfolio has reached its limit of new people in 24 hours, or Meta restricts its account to answering for a while.
    """
    limit = people_limit(account.messaging_limit)
    beginning = [
        claim
        for claim in claims
        if claim.type == _TEMPLATE and customer_service_window(claim.last_inbound_at, now=now) is None
    ]
    if account.restricted_until is not None and account.restricted_until > now:
        again_at = look_again_at(account.restricted_until, now=now)
        return {claim.message_id: again_at for claim in beginning}
    if limit is None or not beginning:
        return {}
    room, next_at = await limits.make_room(
        tx,
        tenant_id=account.tenant_id,
        portfolio=account.portfolio,
        people=[claim.contact_id for claim in beginning],
        limit=limit,
    )
    again_at = look_again_at(next_at, now=now)
    return {claim.message_id: again_at for claim in beginning if claim.contact_id in room.refused}

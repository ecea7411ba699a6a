"""Asking the gate once more, for what goes to many: in the transaction that claims it, so that a no committed before the claim counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from curbe.consent import facts
from curbe.consent import service as consent
from curbe.consent.facts import Recipient
from curbe.consent.gate import Purpose, Refusal, TemplateName, Wanted
from curbe.inbox import departures
from curbe.inbox.departures import Settled, Settlement, Verdict
from curbe.infra.db import Transaction
from curbe.outbound import store
from curbe.outbound.governor import CAMPAIGN, NOTIFICATION
from curbe.outbound.refusing import kind_of
from curbe.outbound.store import Claim

_SOON: Final = timedelta(milliseconds=50)  # longer than writing down a no takes


async def ask_again(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, claims: Sequence[Claim], now: datetime
) -> tuple[list[Claim], list[Settled]]:
    """Return which of the claimed messages may go, and those that the gate refused and that have failed now.

    Where somebody is writing down a no at this moment, what is for many waits until that is done: the claim is undone.
    """
    many = [claim for claim in claims if claim.priority >= NOTIFICATION]
    if not many:
        return list(claims), []
    if not await consent.may_read_words(tx, tenant_id=tenant_id):
        due_at = {claim.message_id: now + _SOON for claim in many}
        await store.unclaim(tx, tenant_id=tenant_id, due_at=due_at)
        return [claim for claim in claims if claim.message_id not in due_at], []
    answers = await facts.ask(
        tx,
        [Recipient(conversation_id=claim.conversation_id) for claim in many],
        tenant_id=tenant_id,
        connection_id=connection_id,
        wanted=[_wanted(claim) for claim in many],
        now=now,
    )
    refused = {
        claim.message_id: answer
        for claim, answer in zip(many, answers, strict=True)
        if isinstance(answer, Refusal)
    }
    failed = await _fail(tx, tenant_id, refused, now=now)
    return [claim for claim in claims if claim.message_id not in refused], failed


def _wanted(claim: Claim) -> Wanted:
    purpose = Purpose.CAMPAIGN if claim.priority >= CAMPAIGN else Purpose.NOTIFICATION
    return Wanted(purpose, None if claim.template is None else TemplateName(*claim.template))


async def _fail(
    tx: Transaction, tenant_id: UUID, refused: dict[UUID, Refusal], *, now: datetime
) -> list[Settled]:
    """Settle messages that were refused before anything was asked of the provider."""
    if not refused:
        return []
    marked = await departures.mark_sending(tx, tenant_id=tenant_id, ids=list(refused))
    settlements = [
        Settlement(
            id=intent.id,
            attempt=intent.attempt,
            verdict=Verdict.FAILED,
            at=now,
            failure_kind=kind_of(refused[intent.id]).value,
            error=refused[intent.id].words["en"],
        )
        for intent in marked
    ]
    failed = await departures.settle(tx, tenant_id=tenant_id, settlements=settlements)
    await store.drop(tx, tenant_id=tenant_id, message_ids=list(refused))
    return list(failed)

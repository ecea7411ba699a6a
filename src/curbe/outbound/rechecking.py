"""Asking the consent gate a second time about messages of campaigns and notifications, in the transaction that claims them for sending.

They were allowed when they were queued, which may be hours ago; this sees everything committed before the claim. Where the person says no,
the message fails. Where the reason is not about the person (it is night where they live, or Meta has just paused the campaign's template)
the claim is only undone, and the message waits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from curbe.consent import facts
from curbe.consent import service as consent
from curbe.consent.facts import Recipient
from curbe.consent.gate import Purpose, Refusal, TemplateName, Wanted
from curbe.consent.words import RefusalCode
from curbe.domain.quiet import Quiet
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Settled, Settlement, Verdict
from curbe.infra.db import Transaction
from curbe.outbound import store
from curbe.outbound.governor import CAMPAIGN, NOTIFICATION
from curbe.outbound.refusing import kind_of
from curbe.outbound.store import Claim, PutOff

_SOON: Final = timedelta(milliseconds=50)  # longer than it takes to store an opt-out
_ABOUT_THE_TEMPLATE: Final = frozenset({RefusalCode.TEMPLATE_UNAVAILABLE, RefusalCode.TEMPLATE_RECATEGORISED})
_PAUSED_BY_THEN: Final = timedelta(seconds=5)  # in which a campaign whose template may not be sent is paused


async def recheck(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, claims: Sequence[Claim], now: datetime
) -> tuple[list[Claim], list[Settled]]:
    """Return the claimed messages that may go, and those that have failed now because the gate refused them.

    The claims of others are undone, so that they wait: all to many people while an opt-out is being stored; a campaign's message whose
    recipient's quiet hours have begun; one whose template may not be sent, or has another category than when the campaign was looked over,
    as the campaign is about to pause. A restriction of the account is left to the governor (`governing`), which holds the message back.
    """
    many = [claim for claim in claims if claim.priority >= NOTIFICATION]
    if not many:
        return list(claims), []
    if not await consent.may_read_words(tx, tenant_id=tenant_id):
        due_at = {claim.message_id: now + _SOON for claim in many}
        await store.unclaim(tx, tenant_id=tenant_id, due_at=due_at, now=now)
        return [claim for claim in claims if claim.message_id not in due_at], []
    asleep = _asleep(many, now=now)
    # Without holding up what is behind: another campaign's message for the same person need not wait for the morning of this one.
    await store.unclaim(tx, tenant_id=tenant_id, due_at=asleep, now=now, reason=PutOff.QUIET, holds=False)
    awake = [claim for claim in many if claim.message_id not in asleep]
    answers = await facts.ask(
        tx,
        [Recipient(conversation_id=claim.current_conversation_id) for claim in awake],
        tenant_id=tenant_id,
        connection_id=connection_id,
        wanted=[_wanted(claim) for claim in awake],
        now=now,
    )
    refusals = [
        (claim, answer)
        for claim, answer in zip(awake, answers, strict=True)
        if isinstance(answer, Refusal) and answer.code is not RefusalCode.ACCOUNT_RESTRICTED
    ]
    halted = {claim.message_id: now + _PAUSED_BY_THEN for claim, answer in refusals if _halts(claim, answer)}
    await store.unclaim(tx, tenant_id=tenant_id, due_at=halted, now=now)
    refused = {claim.message_id: answer for claim, answer in refusals if claim.message_id not in halted}
    failed = await _fail(tx, tenant_id, refused, now=now)
    stay = asleep.keys() | halted.keys() | refused.keys()
    return [claim for claim in claims if claim.message_id not in stay], failed


def _asleep(claims: Sequence[Claim], *, now: datetime) -> dict[UUID, datetime]:
    """Return the campaigns' messages whose recipients' quiet hours have begun since they were queued, each with when those end."""
    ends: dict[UUID, datetime] = {}
    for claim in claims:
        if claim.quiet is not None:
            zone, start, end = claim.quiet
            ends_at = Quiet(start, end).ends_at(zone, now=now)
            if ends_at is not None:
                ends[claim.message_id] = ends_at
    return ends


def _halts(claim: Claim, answer: Refusal) -> bool:
    """Tell whether a refusal is about the campaign's template: then the campaign pauses and may go on later, so its messages are kept."""
    return claim.campaign_id is not None and answer.code in _ABOUT_THE_TEMPLATE


def _wanted(claim: Claim) -> Wanted:
    purpose = Purpose.CAMPAIGN if claim.priority >= CAMPAIGN else Purpose.NOTIFICATION
    template = None if claim.template is None else TemplateName(*claim.template)
    return Wanted(purpose, template, looked_over_as=claim.looked_over_as)


async def _fail(
    tx: Transaction, tenant_id: UUID, refused: dict[UUID, Refusal], *, now: datetime
) -> list[Settled]:
    """Settle messages that were refused before anything was asked of the provider."""
    if not refused:
        return []
    marked = await outbound_messages.mark_sending(tx, tenant_id=tenant_id, ids=list(refused))
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
    failed = await outbound_messages.settle(tx, tenant_id=tenant_id, settlements=settlements)
    await store.drop(tx, tenant_id=tenant_id, message_ids=list(refused))
    return failed

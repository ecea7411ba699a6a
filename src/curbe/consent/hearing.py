"""Hears opt-ins and opt-outs in what comes in: keywords such as STOP, WhatsApp's own preference, and refusals that tell of one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.consent import facts, service
from curbe.consent.gate import Consent
from curbe.consent.rules import About, ConsentRules, Said, Source, keyword_in, may_be_keyword
from curbe.consent.service import PERSON, Word
from curbe.inbox.inbound_messages import Arrived
from curbe.inbox.preferences import Kept
from curbe.inbox.shapes import MessageRow
from curbe.infra import jobs
from curbe.infra.db import Query, Transaction
from curbe.infra.jobs import NewJob

ANSWER: Final = "consent.answer"  # the job that confirms a keyword; its subject is the message
STOPPED: Final = 131050  # the person stopped marketing messages of this business [Meta: error codes]
_MARKETING: Final = "marketing_messages"
_VALUES: Final = {"stop": Consent.OUT, "resume": Consent.IN, "signup": Consent.IN}


class _Person(msgspec.Struct, frozen=True):
    id: UUID
    contact_id: UUID


class Stopped(msgspec.Struct, frozen=True):
    """A message that the provider refused because its person has stopped marketing from this business."""

    tenant_id: UUID
    message_id: UUID
    at: datetime
    error: str | None


class Heard(msgspec.Struct, frozen=True):
    """A message that a person wrote, and in which conversation."""

    conversation_id: UUID
    text: str | None


_PEOPLE: Final = Query("curbe.consent", "people_of", _Person)
_SAID: Final = Query("curbe.consent", "said_in", Heard)


async def write_down(
    tx: Transaction,
    *,
    arrived: Sequence[Arrived] = (),
    stopped: Sequence[Stopped] = (),
    stated: Sequence[Kept] = (),
) -> list[Word]:
    """Record the opt-ins and opt-outs in a batch, of any tenants, and return those that were new.

    Call it last in a transaction: see ``service.record``. For a new keyword with an answer, a job is deferred that sends it.

    Args:
        tx: the batch's, or one tenant's.
        arrived: new messages, which may be keywords.
        stopped: messages that were refused because of an opt-out in WhatsApp.
        stated: preferences that people set in WhatsApp.
    """
    keywords = await _keywords(tx, arrived)
    words = [word for word, _ in keywords]
    words += await _refusals(tx, stopped)
    words += [word for one in stated if (word := _stated(one)) is not None]
    new = await service.record(tx, words)
    fresh = {one.message_id for one in new if one.source is Source.KEYWORD}
    # No answer to messages that came while another application had the conversation: it would take the conversation from that one.
    elsewhere = {one.id for one in arrived if one.arrival.message.standby}
    await jobs.defer(
        tx,
        [
            NewJob(word.tenant_id, ANSWER, word.message_id)
            for word, said in keywords
            if said.answer
            and word.message_id not in elsewhere
            and word.message_id is not None
            and word.message_id in fresh
        ],
    )
    return new


async def answer_to(tx: Transaction, *, tenant_id: UUID, message_id: UUID) -> tuple[UUID, str] | None:
    """Return a keyword's conversation and the answer to it, by the tenant's rules as they are now; None where there is no answer."""
    heard = await _SAID.one(tx, tenant_id=tenant_id, message_id=message_id)
    if heard is None:
        return None
    rules = (await facts.rules_of(tx, tenant_ids=[tenant_id]))[tenant_id]
    said = keyword_in(heard.text, rules)
    return None if said is None or said.answer is None else (heard.conversation_id, said.answer)


async def _keywords(tx: Transaction, arrived: Sequence[Arrived]) -> list[tuple[Word, Said]]:
    # A keyword in a group is not said to us alone, so it says nothing about the messages that its writer gets from us.
    short = [
        one
        for one in arrived
        if one.arrival.message.group is None and may_be_keyword(one.arrival.message.text)
    ]
    if not short:
        return []
    rules = await facts.rules_of(tx, tenant_ids=[one.arrival.tenant_id for one in short])
    return [found for one in short if (found := _keyword(one, rules)) is not None]


def _keyword(arrived: Arrived, rules: Mapping[UUID, ConsentRules]) -> tuple[Word, Said] | None:
    arrival = arrived.arrival
    said = keyword_in(arrival.message.text, rules[arrival.tenant_id])
    if said is None:
        return None
    word = Word(
        tenant_id=arrival.tenant_id,
        contact_id=arrived.place.contact_id,
        about=said.about,
        state=said.state,
        source=Source.KEYWORD,
        actor=PERSON,
        at=arrival.created_at,
        proof=arrival.message.text,
        message_id=arrived.id,
    )
    return word, said


def stopped_in(rows: Iterable[MessageRow]) -> list[Stopped]:
    """Return the messages among ``rows`` that failed because their person stopped marketing."""
    return [
        Stopped(row.tenant_id, row.id, row.failed_at, row.error)
        for row in rows
        if row.error_code == STOPPED and row.failed_at is not None
    ]


async def _refusals(tx: Transaction, stopped: Sequence[Stopped]) -> list[Word]:
    if not stopped:
        return []
    refused = {one.message_id: one for one in stopped}
    people = await _PEOPLE.all(tx, tenant_ids=[one.tenant_id for one in refused.values()], ids=list(refused))
    return [_refusal(refused[one.id], one.contact_id) for one in people]


def _refusal(stopped: Stopped, contact_id: UUID) -> Word:
    return Word(
        tenant_id=stopped.tenant_id,
        contact_id=contact_id,
        about=About.MARKETING,
        state=Consent.OUT,
        source=Source.REFUSAL,
        actor=PERSON,
        at=stopped.at,
        proof=stopped.error,
        message_id=stopped.message_id,
    )


def _stated(kept: Kept) -> Word | None:
    said = kept.preference
    if said.category != _MARKETING or said.value not in _VALUES:
        return None  # stored as a preference, but Meta has not said what it means
    return Word(
        tenant_id=kept.tenant_id,
        contact_id=kept.contact_id,
        about=About.MARKETING,
        state=_VALUES[said.value],
        source=Source.WHATSAPP,
        actor=PERSON,
        at=said.at,
        proof=said.detail,
    )

"""The consent ledger: everything that people said about being written to; the latest entry counts. The only writer of ``consents``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.consent.gate import Consent
from curbe.consent.rules import About, ConsentRules, Source, contradictions
from curbe.domain.errors import InvalidRequest, NotFound
from curbe.infra.db import Id, Query, Transaction
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event

PERSON: Final = "contact"  # the actor of what people say themselves
_LONGEST_PROOF: Final = 2000


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A person's yes or no to being written to, given at ``at``; ``proof``: where and in which words; ``actor``: who recorded it.

    ``undated``: a yes from a list without a date. ``at`` is then when the list was imported, and any entry with a date wins over it.
    """

    tenant_id: UUID
    contact_id: UUID
    about: About
    state: Consent
    source: Source
    actor: str
    at: datetime
    proof: str | None = None
    message_id: UUID | None = None
    import_id: UUID | None = None
    undated: bool = False


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger. ``contact_id`` is whose it was when it was said."""

    id: UUID
    contact_id: UUID
    category: About
    state: Consent
    source: Source
    proof: str | None
    message_id: UUID | None
    import_id: UUID | None
    actor: str
    at: datetime
    created_at: datetime


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A person's latest word on each category; what was said of everything counts for each. Null: they said nothing."""

    marketing: Consent | None
    utility: Consent | None
    all: Consent | None


class _Locked(msgspec.Struct, frozen=True):
    locked: int


class _Mine(msgspec.Struct, frozen=True):
    mine: bool


_RECORD: Final = Query("curbe.consent", "record", Id)
_LEDGER: Final = Query("curbe.consent", "ledger", Kept)
_KNOWS: Final = Query("curbe.consent", "knows_contact", Id)
_SAVE_RULES: Final = Query("curbe.consent", "save_rules")
_LOCK_WORDS: Final = Query("curbe.consent", "lock_words", _Locked)
_READ_WORDS: Final = Query("curbe.consent", "read_words", _Mine)


async def record(tx: Transaction, words: Sequence[Word]) -> list[Word]:
    """Record entries, each once, append their events, and return those that were new, in order.

    Recording a no and claiming messages of that tenant for sending exclude each other, so the caller has to commit soon.
    """
    if not words:
        return []
    refusing = sorted({one.tenant_id for one in words if one.state is Consent.OUT})
    if refusing:
        await _LOCK_WORDS.one(tx, tenant_ids=refusing)
    rows = sorted(
        ((uuid7(), one) for one in words), key=lambda row: (row[1].tenant_id, row[1].contact_id, row[1].at)
    )
    new = await _RECORD.all(
        tx,
        tenant_ids=[one.tenant_id for _, one in rows],
        ids=[row_id for row_id, _ in rows],
        contact_ids=[one.contact_id for _, one in rows],
        categories=[one.about.value for _, one in rows],
        states=[one.state.value for _, one in rows],
        sources=[one.source.value for _, one in rows],
        proofs=[one.proof and one.proof[:_LONGEST_PROOF] for _, one in rows],
        message_ids=[one.message_id for _, one in rows],
        import_ids=[one.import_id for _, one in rows],
        actors=[one.actor for _, one in rows],
        ats=[one.at for _, one in rows],
        undated=[one.undated for _, one in rows],
    )
    fresh = {row.id for row in new}
    kept = [one for row_id, one in rows if row_id in fresh]
    await realtime.append(tx, [_changed(one) for one in kept if one.source is not Source.IMPORT])
    return kept


async def ledger(tx: Transaction, *, tenant_id: UUID, contact_id: UUID, most: int = 500) -> list[Kept]:
    """Return a person's entries, the one that counts first; none if there is no such contact."""
    return await _LEDGER.all(tx, tenant_id=tenant_id, contact_id=contact_id, most=most)


def standing_of(kept: Sequence[Kept]) -> Standing:
    """Return what counts, given the entries in the ledger's order."""

    def latest(*about: About) -> Consent | None:
        return next((one.state for one in kept if one.category in about), None)

    return Standing(
        marketing=latest(About.MARKETING, About.ALL),
        utility=latest(About.UTILITY, About.ALL),
        all=latest(About.ALL),
    )


async def require_contact(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> None:
    """Return quietly if the tenant has the contact.

    Raises:
        NotFound: it has not.
    """
    if await _KNOWS.one(tx, tenant_id=tenant_id, contact_id=contact_id) is None:
        raise NotFound("This tenant has no such contact.", fix="List the contacts and take an id from there.")


async def write_by_hand(tx: Transaction, word: Word) -> None:
    """Record what a person said, as reported by somebody of the tenant, and audit who reported it.

    Raises:
        NotFound: the tenant has no such contact.
    """
    await require_contact(tx, tenant_id=word.tenant_id, contact_id=word.contact_id)
    entry = AuditEntry(
        tenant_id=word.tenant_id,
        actor=word.actor,
        action="consent.recorded",
        subject=str(word.contact_id),
        detail={"category": word.about.value, "state": word.state.value},
    )
    await record_audit(tx, [entry])
    await record(tx, [word])


async def save_rules(tx: Transaction, rules: ConsentRules, *, tenant_id: UUID, actor: str) -> None:
    """Store a tenant's rules.

    Raises:
        InvalidRequest: a keyword is listed as yes and as no, or consists of nothing that is compared.
    """
    if wrong := contradictions(rules.keywords):
        raise InvalidRequest(
            f"These keywords mean yes and no, or nothing: {', '.join(repr(word) for word in wrong)}.",
            fix="Let each word mean one thing; case, accents and punctuation make no difference.",
            field="keywords",
        )
    await _SAVE_RULES.run(
        tx, tenant_id=tenant_id, rules=msgspec.json.encode(rules).decode(), updated_by=actor
    )
    entry = AuditEntry(tenant_id=tenant_id, actor=actor, action="consent.rules_changed")
    await record_audit(tx, [entry])


async def may_read_words(tx: Transaction, *, tenant_id: UUID) -> bool:
    """Tell whether no refusal is being recorded at the moment; if so, none will be until ``tx`` ends. Does not wait.

    After this, ``tx`` sees every refusal that is committed; one that comes later counts as given after the messages that ``tx`` claims.
    """
    row = await _READ_WORDS.one(tx, tenant_id=tenant_id)
    return row is not None and row.mine


def _changed(word: Word) -> Event:
    data = {
        "contact_id": word.contact_id,
        "category": word.about,
        "state": word.state,
        "source": word.source,
        "at": word.at,
    }
    return Event(
        tenant_id=word.tenant_id,
        type=EventType.CONSENT_CHANGED,
        data=msgspec.json.encode(data).decode(),
    )

"""The ledger: what people said about being written to, each word kept, the latest counting. The only writer of ``consents``."""

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
    """One word of a person's on being written to, said at ``at``; ``proof`` says in whose words, ``actor`` who brought it.

    ``undated``: a yes of a list that does not say when it was given, and ``at`` when it was brought; any word with a date counts before it.
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
    """Write words down, each once; tell their tenants, and return those that were new, in order.

    A no is written down before or after a claim of something for that tenant's people, never in between:
    who calls this with one commits soon.
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
    """Return what was said by a person, what counts first; nothing where there is no such contact."""
    return await _LEDGER.all(tx, tenant_id=tenant_id, contact_id=contact_id, most=most)


def standing_of(kept: Sequence[Kept]) -> Standing:
    """Return what counts of a ledger, in its order."""

    def latest(*about: About) -> Consent | None:
        return next((one.state for one in kept if one.category in about), None)

    return Standing(
        marketing=latest(About.MARKETING, About.ALL),
        utility=latest(About.UTILITY, About.ALL),
        all=latest(About.ALL),
    )


async def require_contact(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> None:
    """Return where the tenant knows the contact.

    Raises:
        NotFound: it does not.
    """
    if await _KNOWS.one(tx, tenant_id=tenant_id, contact_id=contact_id) is None:
        raise NotFound("This tenant has no such contact.", fix="List the contacts and take an id from there.")


async def write_by_hand(tx: Transaction, word: Word) -> None:
    """Write down what somebody of the tenant says a person said, and that they did.

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
    """Let a tenant's rules be these.

    Raises:
        InvalidRequest: a keyword says yes and no, or nothing at all.
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
    """Tell whether nobody is writing down a no at the moment; if so, nobody will before ``tx`` ends. Waits for nobody.

    What is read after this and committed before a no counts as sent before it, and a no that is committed is seen.
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

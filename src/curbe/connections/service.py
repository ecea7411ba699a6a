"""Changes connections: connects a proven number, gives one up, pauses and resumes it, renews its token.

Each change is recorded in the audit log and makes a ``connection_updated`` event, in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry, record
from curbe.channels.cloudapi.answers import Number, TokenInfo
from curbe.channels.cloudapi.codes import known
from curbe.connections import rules, sealed, store
from curbe.connections.rules import Connection, ConnectionStatus
from curbe.connections.sealed import Column
from curbe.connections.store import Facts
from curbe.domain.errors import NoConnection, NumberTaken, TokenRefused
from curbe.infra import jobs
from curbe.infra.crypto import Keyring, Secret
from curbe.infra.db import Transaction, UniqueViolation
from curbe.infra.jobs import NewJob
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event

SENDER: Final = "system:send"
FETCH_AGAIN: Final = (
    "media.fetch_again"  # the job: files that waited for a number's token; its subject is the connection
)
CATCH_UP: Final = "connection.catch_up"  # the job that applies what came while a number had no owner; its subject is the connection


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was shown to read a number and its WABA, and what Meta said of them; ``prove`` makes it."""

    waba_id: str
    number: Number
    token: Secret
    about_token: TokenInfo
    app_id: str


class Disconnected(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that was given up, and how many messages were left waiting in its queue."""

    connection: Connection
    queued: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a connection: its new state and who made it. ``action``: what the audit log calls it; None if nobody acted."""

    tenant_id: UUID
    connection_id: UUID
    status: ConnectionStatus
    action: str | None
    actor: str


async def connect(
    tx: Transaction,
    proof: Proof,
    *,
    tenant_id: UUID,
    keyring: Keyring,
    country_id: str | None,
    actor: str,
    now: datetime,
) -> Connection:
    """Store a proven number as the tenant's, live at once, and return the connection.

    A number that the tenant had before gets its former connection back, with its conversations and its queue; one that is live gets the
    new token. Either ends a pause. Webhooks that were set aside because nobody owned the number are applied by a job.

    Raises:
        NumberTaken: another connection owns the number.
    """
    number = proof.number.id
    await store.lock_number(tx, number)
    known = rules.of_number(await store.connections_of(tx, tenant_id=tenant_id), number)
    connection_id = known.id if known else uuid7()
    facts = _facts(
        proof, tenant_id=tenant_id, connection_id=connection_id, keyring=keyring, country_id=country_id
    )
    try:
        if known is None:
            await store.insert_connection(
                tx, facts, tenant_id=tenant_id, connection_id=connection_id, phone_number_id=number, now=now
            )
        else:
            await store.reconnect(tx, facts, tenant_id=tenant_id, connection_id=connection_id, now=now)
            await jobs.defer_anew(tx, [NewJob(tenant_id, FETCH_AGAIN, connection_id)])
    except UniqueViolation:
        raise NumberTaken(
            "This number is connected already.",
            fix="Disconnect it where it is connected now, then connect it here.",
            field="phone_number_id",
        ) from None
    # Anew, because a running attempt may have read the log before this change.
    await jobs.defer_anew(tx, [NewJob(tenant_id, CATCH_UP, connection_id)])
    replaced = known is not None and known.is_live
    action = "connection.token_replaced" if replaced else "connection.connected"
    await _changed(
        tx,
        action,
        tenant_id=tenant_id,
        connection_id=connection_id,
        status=ConnectionStatus.ACTIVE,
        actor=actor,
    )
    return await read(tx, tenant_id=tenant_id, connection_id=connection_id)


async def disconnect(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, actor: str, now: datetime
) -> Disconnected:
    """Give a connection up: its token is wiped, its conversations and its queue stay. Doing it again changes nothing.

    Raises:
        NoConnection: the tenant has no such connection.
    """
    await read(tx, tenant_id=tenant_id, connection_id=connection_id)
    if await store.disconnect(tx, tenant_id=tenant_id, connection_id=connection_id, now=now):
        await _changed(
            tx,
            "connection.disconnected",
            tenant_id=tenant_id,
            connection_id=connection_id,
            status=ConnectionStatus.REVOKED,
            actor=actor,
        )
    return Disconnected(
        connection=await read(tx, tenant_id=tenant_id, connection_id=connection_id),
        queued=await store.count_queued(tx, tenant_id=tenant_id, connection_id=connection_id),
    )


async def pause(
    tx: Transaction,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    reason: str,
    refused_token: str | None = None,
    told_at: datetime | None = None,
    whole_waba: bool = False,
    actor: str = SENDER,
) -> bool:
    """Stop sending from a connection and keep its queue; False if nothing was sending anyway.

    Args:
        tx: a transaction of the tenant.
        tenant_id: the tenant.
        connection_id: its connection.
        reason: a sentence for people, without a token or phone number.
        refused_token: the sealed token that Meta refused; a connection that has another one by now is not paused.
        told_at: when Meta refused; a connection that was connected or resumed since then is not paused.
        whole_waba: Meta refuses the whole account, so the tenant's other numbers on it are paused, too.
        actor: who pauses it, for the audit log.
    """
    paused = await store.pause(
        tx,
        tenant_id=tenant_id,
        connection_id=connection_id,
        reason=reason,
        refused_token=refused_token,
        told_at=told_at,
        whole_waba=whole_waba,
    )
    await _tell_paused(tx, paused, tenant_id=tenant_id, actor=actor)
    return bool(paused)


async def pause_refused_token(
    tx: Transaction, refusal: TokenRefused, *, token: Secret, tenant_id: UUID, actor: str
) -> None:
    """Pause each of a tenant's numbers with this token after Meta refused it in any request, as a refused send would."""
    code = refusal.extra.get("graph_code")
    row = known(code) if isinstance(code, int) else None
    if not isinstance(code, int) or row is None:
        return  # the refusal did not come from Meta
    reason = rules.refusal_reason(code, row.words)
    paused = await store.pause(tx, tenant_id=tenant_id, fingerprint=token.fingerprint(), reason=reason)
    await _tell_paused(tx, paused, tenant_id=tenant_id, actor=actor)


async def resume(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, actor: str) -> bool:
    """Let a paused connection send again; False where it was not paused, or where Meta forbids it to send."""
    resumed = await store.resume(tx, tenant_id=tenant_id, connection_id=connection_id)
    if resumed:
        await _changed(
            tx,
            "connection.resumed",
            tenant_id=tenant_id,
            connection_id=connection_id,
            status=ConnectionStatus.ACTIVE,
            actor=actor,
        )
    return resumed


async def serve_country(
    tx: Transaction, country_id: str | None, *, tenant_id: UUID, connection_id: UUID, actor: str
) -> Connection:
    """Set the country (ISO 3166) that a connection is for (None: the one its digits belong to) and return the connection.

    Raises:
        NoConnection: the tenant has no such connection.
    """
    before = await read(tx, tenant_id=tenant_id, connection_id=connection_id)
    if before.country_id == country_id:
        return before
    await store.set_country(tx, tenant_id=tenant_id, connection_id=connection_id, country_id=country_id)
    await _changed(
        tx,
        "connection.country_changed",
        tenant_id=tenant_id,
        connection_id=connection_id,
        status=before.status,
        actor=actor,
    )
    return await read(tx, tenant_id=tenant_id, connection_id=connection_id)


async def renew(
    tx: Transaction, connection: Connection, proof: Proof, *, was: str, keyring: Keyring, actor: str
) -> bool:
    """Replace the token stored as ``was`` by that of ``proof``; False if another has replaced it meanwhile."""
    which = {"tenant_id": connection.tenant_id, "connection_id": connection.id}
    renewed = await store.renew_token(
        tx,
        **which,
        was=was,
        sealed=sealed.seal(keyring, Column.TOKEN, proof.token, **which),
        last4=proof.token.last4(),
        fingerprint=proof.token.fingerprint(),
        expires_at=proof.about_token.expires_at,
        scopes=msgspec.json.encode(proof.about_token.scopes).decode(),
    )
    if renewed:
        status = (await read(tx, **which)).status
        await _changed(tx, "connection.token_renewed", **which, status=status, actor=actor)
    return renewed


async def note_test(tx: Transaction, phone_number_id: str, *, tenant_id: UUID, ok: bool, actor: str) -> None:
    """Record in the audit log that a token was tested with a number, which need not be connected."""
    known = rules.of_number(await store.connections_of(tx, tenant_id=tenant_id), phone_number_id)
    # An unknown number that somebody typed is not recorded: it may be anything, even a person's phone number.
    named = {"phone_number_id": phone_number_id} if ok or known is not None else {}
    entry = AuditEntry(
        tenant_id=tenant_id,
        actor=actor,
        action="connection.tested",
        subject=str(known.id) if known else None,
        detail={"ok": ok, **named},
    )
    await record(tx, [entry])


async def every(tx: Transaction, *, tenant_id: UUID) -> list[Connection]:
    """Return a tenant's connections, oldest first, those given up included."""
    return await store.connections_of(tx, tenant_id=tenant_id)


async def read(tx: Transaction, *, tenant_id: UUID, connection_id: UUID) -> Connection:
    """Return one connection.

    Raises:
        NoConnection: the tenant has no such connection.
    """
    for connection in await store.connections_of(tx, tenant_id=tenant_id):
        if connection.id == connection_id:
            return connection
    raise NoConnection("There is no such connection.", fix="See GET .../whatsapp/status for those there are.")


async def credentials(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, keyring: Keyring) -> Secret:
    """Return a connection's access token.

    Raises:
        NoConnection: it has none.
        CannotOpen: no key of this process opens it.
    """
    stored = await store.sealed_token(tx, tenant_id=tenant_id, connection_id=connection_id)
    if stored is None:
        raise NoConnection("This connection holds no access token.", fix="Connect the number again.")
    return open_token(keyring, stored, tenant_id=tenant_id, connection_id=connection_id)


def open_token(keyring: Keyring, stored: str, *, tenant_id: UUID, connection_id: UUID) -> Secret:
    """Return a connection's access token, which opens only for the row that it was sealed for.

    Raises:
        CannotOpen: it was sealed for another row, or with a key that this process does not have.
    """
    return sealed.opened(keyring, Column.TOKEN, stored, tenant_id=tenant_id, connection_id=connection_id)


def _facts(
    proof: Proof, *, tenant_id: UUID, connection_id: UUID, keyring: Keyring, country_id: str | None
) -> Facts:
    number, token = proof.number, proof.token
    about = {
        "messaging_limit": number.messaging_limit,
        "number_status": number.status,
        "name_status": number.name_status,
        "coexistence": bool(number.is_on_biz_app),
        "unregistered": number.is_unregistered,
    }
    return Facts(
        waba_id=proof.waba_id,
        phone_number_e164=rules.e164_of(number.display_phone_number or ""),
        display_name=number.verified_name,
        country_id=country_id,
        meta_app_id=proof.app_id,
        access_token_enc=sealed.seal(
            keyring, Column.TOKEN, token, tenant_id=tenant_id, connection_id=connection_id
        ),
        token_last4=token.last4(),
        token_fingerprint=token.fingerprint(),
        token_expires_at=proof.about_token.expires_at,
        scopes=msgspec.json.encode(proof.about_token.scopes).decode(),
        quality_rating=number.quality_rating,
        throughput_level=number.throughput_level,
        messages_per_second=rules.messages_per_second(
            throughput_level=number.throughput_level, coexistence=bool(number.is_on_biz_app)
        ),
        metadata=msgspec.json.encode(about).decode(),
    )


async def tell(tx: Transaction, changes: Sequence[Change]) -> None:
    """Append events about changed connections and record what was done; senders need no event, as they read connections with each claim."""
    if not changes:
        return
    await record(
        tx,
        [
            AuditEntry(
                tenant_id=one.tenant_id, actor=one.actor, action=one.action, subject=str(one.connection_id)
            )
            for one in changes
            if one.action is not None
        ],
    )
    await realtime.append(tx, [_updated(one) for one in changes])


async def _tell_paused(tx: Transaction, paused: Sequence[UUID], *, tenant_id: UUID, actor: str) -> None:
    changes = [
        Change(
            tenant_id=tenant_id,
            connection_id=one,
            status=ConnectionStatus.ERROR,
            action="connection.paused",
            actor=actor,
        )
        for one in sorted(paused)
    ]
    await tell(tx, changes)


async def _changed(
    tx: Transaction,
    action: str,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    status: ConnectionStatus,
    actor: str,
) -> None:
    change = Change(
        tenant_id=tenant_id, connection_id=connection_id, status=status, action=action, actor=actor
    )
    await tell(tx, [change])


def _updated(change: Change) -> Event:
    return Event(
        tenant_id=change.tenant_id,
        type=EventType.CONNECTION_UPDATED,
        data=msgspec.json.encode({"id": change.connection_id, "status": change.status}).decode(),
    )

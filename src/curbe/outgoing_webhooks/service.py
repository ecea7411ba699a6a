"""Outgoing webhooks kept: made, changed, given another secret, deleted."""

import base64
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7
from yarl import URL

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.domain.errors import InvalidRequest, LimitReached, NotFound
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import LockTaken, Query, Transaction
from curbe.infra.targets import why_not_reached
from curbe.outgoing_webhooks import rules, sealed
from curbe.outgoing_webhooks.rules import DeliveryReason, DisabledReason
from curbe.outgoing_webhooks.sealed import Column
from curbe.realtime import service as realtime

_PACKAGE: Final = "curbe.outgoing_webhooks"
_SECRET_BYTES: Final = 32  # from 24 to 64 [Standard Webhooks]
_LONGEST_URL: Final = 2000
_LONGEST_DESCRIPTION: Final = 200


class OutgoingWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """A server of the tenant's that is told what happens, and how that stands."""

    id: UUID
    url: str
    description: str
    types: list[str]
    enabled: bool
    disabled_reason: DisabledReason | None
    failing_since: datetime | None
    last_reason: DeliveryReason | None
    last_status: int | None
    last_delivered_at: datetime | None
    waiting: int
    failed: int
    secret_last4: str
    created_at: datetime
    updated_at: datetime


class NewOutgoingWebhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outgoing webhook to make."""

    url: str
    description: str = ""
    types: list[str] = []


class OutgoingWebhookChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of one. ``from_now``: what happened before is not told any more, where it was not yet."""

    url: str | None = None
    description: str | None = None
    types: list[str] | None = None
    enabled: bool | None = None
    from_now: bool = False


class OutgoingWebhookSecret(msgspec.Struct, frozen=True, kw_only=True):
    """An outgoing webhook and the secret that signs for it. It is shown here and never again."""

    webhook: OutgoingWebhook
    secret: str


class KeptSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of one, as they lie in the database."""

    tenant_id: UUID
    id: UUID
    secret_enc: str
    secret_before_enc: str | None


class Locked(msgspec.Struct, frozen=True):
    """A webhook that nobody else changes until the end of the transaction."""

    enabled: bool
    url: str


class Due(msgspec.Struct, frozen=True):
    """A webhook with something to be told."""

    tenant_id: UUID
    id: UUID


_PAGE: Final = Query(_PACKAGE, "outgoing_webhooks_page", OutgoingWebhook)
_ONE: Final = Query(_PACKAGE, "outgoing_webhook_of", OutgoingWebhook)
_INSERT: Final = Query(_PACKAGE, "insert_outgoing_webhook")
_ONE_AT_A_TIME: Final = Query(_PACKAGE, "make_one_at_a_time", LockTaken)
_DROP_WAITING: Final = Query(_PACKAGE, "drop_waiting")
_LOCK: Final = Query(_PACKAGE, "lock_outgoing_webhook", Locked)
_CHANGE: Final = Query(_PACKAGE, "change_outgoing_webhook")
_PUT_AT: Final = Query(_PACKAGE, "put_outgoing_webhook_at")
_SECRETS: Final = Query(_PACKAGE, "outgoing_webhook_secrets", KeptSecrets)
_ALL_SECRETS: Final = Query(_PACKAGE, "all_outgoing_webhook_secrets", KeptSecrets)
_CHANGE_SECRET: Final = Query(_PACKAGE, "change_outgoing_webhook_secret")
_RESEAL: Final = Query(_PACKAGE, "reseal_outgoing_webhook")
_DELETE: Final = Query(_PACKAGE, "delete_outgoing_webhook")
_DUE: Final = Query(_PACKAGE, "due_outgoing_webhooks", Due)


async def page(tx: Transaction, *, tenant_id: UUID, after: UUID, limit: int) -> list[OutgoingWebhook]:
    """Return at most ``limit`` webhooks made after that one, in the order of their making."""
    return await _PAGE.all(tx, tenant_id=tenant_id, after=after, most=limit)


async def one(tx: Transaction, *, tenant_id: UUID, webhook_id: UUID) -> OutgoingWebhook:
    """Return one webhook.

    Raises:
        NotFound: the tenant has no such webhook.
    """
    found = await _ONE.one(tx, tenant_id=tenant_id, id=webhook_id)
    if found is None:
        raise _none_such()
    return found


async def create(
    tx: Transaction,
    draft: NewOutgoingWebhook,
    *,
    tenant_id: UUID,
    keyring: Keyring,
    reachable: Collection[str],
    actor: str,
) -> OutgoingWebhookSecret:
    """Make a webhook that is told what happens from now on; return it with its secret.

    ``reachable`` are the origins that the operator lets tenants name wherever they lie.

    Raises:
        InvalidRequest: its URL, its description or a type will not do.
        LimitReached: it has as many as it may have.
    """
    webhook_id, secret = uuid7(), _fresh_secret()
    _check(draft.url, draft.description, reachable)
    await _ONE_AT_A_TIME.run(tx, tenant_id=tenant_id)
    now = await realtime.latest(tx)
    made = await _INSERT.run(
        tx,
        tenant_id=tenant_id,
        id=webhook_id,
        url=draft.url,
        description=draft.description,
        types=rules.chosen(draft.types),
        secret_enc=sealed.seal(keyring, Column.NOW, secret, tenant_id=tenant_id, webhook_id=webhook_id),
        secret_last4=secret.last4(),
        epoch=now.epoch,
        xid=now.xid,
        number=now.id,
        most=rules.MOST,
    )
    if not made:
        raise _no_room()
    await write_down(tx, tenant_id, webhook_id, "created", url=draft.url, actor=actor)
    return OutgoingWebhookSecret(
        webhook=await one(tx, tenant_id=tenant_id, webhook_id=webhook_id), secret=secret.reveal()
    )


async def change(
    tx: Transaction,
    wanted: OutgoingWebhookChange,
    *,
    tenant_id: UUID,
    webhook_id: UUID,
    reachable: Collection[str],
    actor: str,
) -> OutgoingWebhook:
    """Change a webhook and return it.

    Enabled again it goes on where it stopped, unless ``from_now``; with another URL it is asked at once.

    Raises:
        NotFound: the tenant has no such webhook.
        InvalidRequest: a part of it will not do.
    """
    await lock(tx, tenant_id=tenant_id, webhook_id=webhook_id)
    kept = await one(tx, tenant_id=tenant_id, webhook_id=webhook_id)
    _check(wanted.url, wanted.description, reachable)
    enabling = wanted.enabled is True and not kept.enabled
    await _CHANGE.run(
        tx,
        tenant_id=tenant_id,
        id=webhook_id,
        url=wanted.url,
        description=wanted.description,
        types=None if wanted.types is None else rules.chosen(wanted.types),
        enabled=wanted.enabled,
        anew=enabling or (wanted.url is not None and wanted.url != kept.url),
    )
    if wanted.from_now:
        now = await realtime.latest(tx)
        await _DROP_WAITING.run(tx, tenant_id=tenant_id, id=webhook_id)
        await put_at(tx, tenant_id=tenant_id, webhook_id=webhook_id, place=now)
    await write_down(tx, tenant_id, webhook_id, "changed", url=wanted.url or kept.url, actor=actor)
    return await one(tx, tenant_id=tenant_id, webhook_id=webhook_id)


async def lock(tx: Transaction, *, tenant_id: UUID, webhook_id: UUID) -> Locked:
    """Let nobody else change a webhook or its deliveries until the end of ``tx``; return how it stands.

    Raises:
        NotFound: the tenant has no such webhook.
    """
    found = await _LOCK.one(tx, tenant_id=tenant_id, id=webhook_id)
    if found is None:
        raise _none_such()
    return found


async def put_at(tx: Transaction, *, tenant_id: UUID, webhook_id: UUID, place: realtime.Cursor) -> None:
    """Let a webhook go on behind ``place`` of the log."""
    await _PUT_AT.run(
        tx, tenant_id=tenant_id, id=webhook_id, epoch=place.epoch, xid=place.xid, number=place.id
    )


async def change_secret(
    tx: Transaction, *, tenant_id: UUID, webhook_id: UUID, keyring: Keyring, actor: str
) -> OutgoingWebhookSecret:
    """Give a webhook another secret and return it; the one before signs too for a day.

    Raises:
        NotFound: the tenant has no such webhook.
    """
    kept = await secrets_of(tx, tenant_id=tenant_id, webhook_id=webhook_id)
    place = {"tenant_id": tenant_id, "webhook_id": webhook_id}
    try:
        known = sealed.opened(keyring, Column.NOW, kept.secret_enc, **place)
        before = sealed.seal(keyring, Column.BEFORE, known, **place)
    except CannotOpen:
        before = None  # its key is lost, which may be why another one is asked for
    secret = _fresh_secret()
    await _CHANGE_SECRET.run(
        tx,
        tenant_id=tenant_id,
        id=webhook_id,
        secret_enc=sealed.seal(keyring, Column.NOW, secret, **place),
        secret_last4=secret.last4(),
        secret_before_enc=before,
    )
    webhook = await one(tx, tenant_id=tenant_id, webhook_id=webhook_id)
    await write_down(tx, tenant_id, webhook_id, "secret_changed", url=webhook.url, actor=actor)
    return OutgoingWebhookSecret(webhook=webhook, secret=secret.reveal())


async def delete(tx: Transaction, *, tenant_id: UUID, webhook_id: UUID, actor: str) -> None:
    """Delete a webhook, and with it what waits to be told.

    Raises:
        NotFound: the tenant has no such webhook.
    """
    known = await lock(tx, tenant_id=tenant_id, webhook_id=webhook_id)
    await _DROP_WAITING.run(tx, tenant_id=tenant_id, id=webhook_id)
    await _DELETE.run(tx, tenant_id=tenant_id, id=webhook_id)
    await write_down(tx, tenant_id, webhook_id, "deleted", url=known.url, actor=actor)


async def due(tx: Transaction) -> Sequence[Due]:
    """Return those of all tenants that have something to be told; ``tx`` is the batch role's."""
    return await _DUE.all(tx)


async def secrets_of(tx: Transaction, *, tenant_id: UUID, webhook_id: UUID) -> KeptSecrets:
    """Return a webhook's secrets as they are kept, until the end of ``tx`` nobody else's to change.

    Raises:
        NotFound: the tenant has no such webhook.
    """
    kept = await _SECRETS.one(tx, tenant_id=tenant_id, id=webhook_id)
    if kept is None:
        raise _none_such()
    return kept


async def every_secret(tx: Transaction) -> list[KeptSecrets]:
    """Return the secrets of all tenants' webhooks as they are kept; ``tx`` is the batch role's."""
    return await _ALL_SECRETS.all(tx)


async def reseal(tx: Transaction, *, tenant_id: UUID, webhook_id: UUID, keyring: Keyring) -> bool:
    """Seal a webhook's secrets with the current key; False where that is done. The one before goes where no key opens it.

    Raises:
        NotFound: the tenant has no such webhook.
        CannotOpen: the secret belongs to another place, or to a key this process does not have.
    """
    kept = await secrets_of(tx, tenant_id=tenant_id, webhook_id=webhook_id)
    place = {"tenant_id": tenant_id, "webhook_id": webhook_id}
    secret = sealed.opened(keyring, Column.NOW, kept.secret_enc, **place)
    before = kept.secret_before_enc
    if keyring.is_current(kept.secret_enc) and (before is None or keyring.is_current(before)):
        return False
    if before is not None:
        try:
            known = sealed.opened(keyring, Column.BEFORE, before, **place)
            before = sealed.seal(keyring, Column.BEFORE, known, **place)
        except CannotOpen:
            before = None
    await _RESEAL.run(
        tx,
        tenant_id=tenant_id,
        id=webhook_id,
        secret_enc=sealed.seal(keyring, Column.NOW, secret, **place),
        secret_before_enc=before,
    )
    return True


async def write_down(
    tx: Transaction,
    tenant_id: UUID,
    webhook_id: UUID,
    deed: str,
    *,
    url: str,
    actor: str,
    **detail: str | int,
) -> None:
    """Write into the audit log what was done to a webhook. A URL may hold a secret of its server's: its host alone is named."""
    entry = AuditEntry(
        tenant_id=tenant_id,
        actor=actor,
        action=f"outgoing_webhook.{deed}",
        subject=str(webhook_id),
        detail={"host": URL(url, encoded=True).raw_host, **detail},
    )
    await record_audit(tx, [entry])


def _fresh_secret() -> Secret:
    return Secret(rules.PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode())


def _check(url: str | None, description: str | None, reachable: Collection[str]) -> None:
    if url is not None and len(url) > _LONGEST_URL:
        raise InvalidRequest(
            f"A URL has at most {_LONGEST_URL} characters.", fix="Send a shorter one.", field="url"
        )
    if url is not None and (reason := why_not_reached(url, reachable=reachable)) is not None:
        raise InvalidRequest(
            f"Nothing can be sent to this URL: {reason}.",
            fix="Send an https URL of a server that the internet reaches. One within your own network has to be "
            "listed by the operator, in CURBE_OUTGOING_WEBHOOK_ORIGINS.",
            field="url",
        )
    if description is not None and (len(description) > _LONGEST_DESCRIPTION or not description.isprintable()):
        raise InvalidRequest(
            f"A description has at most {_LONGEST_DESCRIPTION} printable characters.",
            fix="Send another.",
            field="description",
        )


def _none_such() -> NotFound:
    return NotFound(
        "This tenant has no such outgoing webhook.",
        fix="List its outgoing webhooks and take an id from there.",
    )


def _no_room() -> LimitReached:
    words = {
        "en": f"There are {rules.MOST} outgoing webhooks, as many as there may be.",
        "es": f"Hay {rules.MOST} webhooks salientes, tantos como puede haber.",
        "pt": f"Há {rules.MOST} webhooks de saída, tantos quantos pode haver.",
    }
    ways_out = {
        "en": "Delete one first, or let one server tell the others.",
        "es": "Elimina antes uno, o deja que un servidor avise a los demás.",
        "pt": "Exclua um antes, ou deixe que um servidor avise os outros.",
    }
    return LimitReached(words["en"], fix=ways_out["en"], extra={"words": words, "ways_out": ways_out})

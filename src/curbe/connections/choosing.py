"""The choice among several numbers that a sign-up granted: it is stored with the token, as a sign-up's code can be exchanged only once.

The token is sealed and never shown. Only whoever brought the code can use the choice, for a quarter of an hour; choice and token are
deleted once a number was connected, the choice was cancelled, or the time is over.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.connections.signup import Granted
from curbe.domain.errors import ChoiceExpired, InvalidRequest
from curbe.infra import jobs
from curbe.infra.crypto import CannotOpen, Keyring, Secret, binding
from curbe.infra.db import Pool, Query, Transaction
from curbe.infra.jobs import Job, NewJob

FORGET: Final = (
    "connection.forget_choice"  # the job that ends a choice nobody made; its subject is the choice
)
VALID_FOR: Final = timedelta(minutes=15)

_PACKAGE: Final = "curbe.connections"
_NUMBERS: Final = msgspec.json.Decoder(list[Granted])


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers to choose from, and until when one can be chosen."""

    id: UUID
    numbers: list[Granted]
    expires_at: datetime


class _Kept(msgspec.Struct, frozen=True):
    access_token_enc: str
    numbers: str


_KEEP: Final = Query(_PACKAGE, "keep_choice")
_KEPT: Final = Query(_PACKAGE, "kept_choice", _Kept)
_END: Final = Query(_PACKAGE, "end_choice")
_FORGET: Final = Query(_PACKAGE, "forget_choice")


async def keep(
    tx: Transaction, numbers: list[Granted], *, token: Secret, tenant_id: UUID, keyring: Keyring, actor: str
) -> Choice:
    """Keep ``token`` until ``actor`` has chosen one of ``numbers``."""
    # Not sealed again when the encryption key changes: a token that no key opens any more counts as expired.
    choice = Choice(id=uuid7(), numbers=numbers, expires_at=await tx.now() + VALID_FOR)
    await _KEEP.run(
        tx,
        tenant_id=tenant_id,
        id=choice.id,
        actor=actor,
        access_token_enc=keyring.seal(token, bound_to=_place(tenant_id, choice.id)),
        numbers=msgspec.json.encode(numbers).decode(),
        expires_at=choice.expires_at,
    )
    await jobs.schedule(tx, [(NewJob(tenant_id, FORGET, choice.id), choice.expires_at)])
    return choice


async def chosen(
    tx: Transaction, choice_id: UUID, *, tenant_id: UUID, phone_number_id: str, keyring: Keyring, actor: str
) -> tuple[Granted, Secret]:
    """Return the number that ``actor`` chose and the token that reads it; the choice itself stays until :func:`end`.

    Raises:
        ChoiceExpired: the choice has expired, was made before, or is not theirs.
        InvalidRequest: the number is not among the choices.
    """
    kept = await _KEPT.one(tx, tenant_id=tenant_id, id=choice_id, actor=actor)
    if kept is None:
        raise _expired()
    meant = [one for one in _NUMBERS.decode(kept.numbers) if one.phone_number_id == phone_number_id]
    if not meant:
        raise InvalidRequest(
            "This is none of the numbers there are to choose from.",
            fix="Send the phone_number_id of one of the `choices`.",
            field="phone_number_id",
        )
    try:
        token = keyring.open(kept.access_token_enc, bound_to=_place(tenant_id, choice_id))
    except CannotOpen as failure:
        raise _expired() from failure
    return meant[0], token


async def end(tx: Transaction, choice_id: UUID, *, tenant_id: UUID, actor: str) -> None:
    """Delete a choice of ``actor`` with its token, because a number is connected with it in ``tx``, or because it was cancelled.

    Raises:
        ChoiceExpired: the choice has expired, was made before, or is not theirs.
    """
    if not await _END.run(tx, tenant_id=tenant_id, id=choice_id, actor=actor):
        raise _expired()


class Forgetting:
    """Handles ``connection.forget_choice``.

    Args:
        pool: as the worker role.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool: Final = pool

    async def __call__(self, job: Job) -> None:
        """Delete a choice whose time is over, with its token; does nothing where it was made or cancelled before.

        Raises:
            LostLease: another attempt has taken over and deletes it.
        """
        async with self._pool.transaction(job.tenant_id) as tx:
            await _FORGET.run(tx, tenant_id=job.tenant_id, id=job.subject)
            await jobs.finish(tx, job)


def _expired() -> ChoiceExpired:
    return ChoiceExpired(
        "This choice has expired, was made already, or is somebody else's.",
        fix="Begin anew with connect/start.",
        field="choice_id",
    )


def _place(tenant_id: UUID, choice_id: UUID) -> str:
    return binding("sign_up_choices", tenant_id, choice_id, "access_token_enc")

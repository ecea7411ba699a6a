"""Seals the secrets of a connection for storage, each bound to its row and column: its access token and its number's PIN."""

from enum import StrEnum
from uuid import UUID

from curbe.connections import store
from curbe.infra.crypto import Keyring, Secret, binding
from curbe.infra.db import Transaction


class Column(StrEnum):
    """The column that a secret is stored in."""

    TOKEN = "access_token_enc"  # noqa: S105 - a name
    PIN = "pin_enc"


def seal(keyring: Keyring, column: Column, secret: Secret, *, tenant_id: UUID, connection_id: UUID) -> str:
    """Return ``secret`` sealed for this column and row."""
    return keyring.seal(secret, bound_to=_place(tenant_id, connection_id, column))


def opened(keyring: Keyring, column: Column, sealed: str, *, tenant_id: UUID, connection_id: UUID) -> Secret:
    """Return the secret in ``sealed``, which opens only for the column and row that it was sealed for.

    Raises:
        CannotOpen: it was sealed for another column or row, or with a key that this process does not have.
    """
    return keyring.open(sealed, bound_to=_place(tenant_id, connection_id, column))


async def reseal(
    tx: Transaction, column: Column, sealed: str, *, tenant_id: UUID, connection_id: UUID, keyring: Keyring
) -> bool:
    """Reseal a stored secret with the current key; False if that is done already, or another secret has replaced it.

    Raises:
        CannotOpen: it was sealed for another column or row, or with a key that this process does not have.
    """
    anew = keyring.reseal(sealed, bound_to=_place(tenant_id, connection_id, column))
    if anew is None:
        return False
    keep = store.reseal_token if column is Column.TOKEN else store.reseal_pin
    return await keep(tx, tenant_id=tenant_id, connection_id=connection_id, was=sealed, sealed=anew)


def _place(tenant_id: UUID, connection_id: UUID, column: Column) -> str:
    return binding("channel_connections", tenant_id, connection_id, column.value)

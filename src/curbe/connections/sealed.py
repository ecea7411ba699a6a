"""What is sealed of a connection at rest, each bound to its row and its column: its access token, and the PIN of its number."""

from enum import StrEnum
from uuid import UUID

from curbe.connections import store
from curbe.infra.crypto import Keyring, Secret, binding
from curbe.infra.db import Transaction


class Column(StrEnum):
    """Where it lies."""

    TOKEN = "access_token_enc"  # noqa: S105 - a name
    PIN = "pin_enc"


def seal(keyring: Keyring, column: Column, secret: Secret, *, tenant_id: UUID, connection_id: UUID) -> str:
    """Return ``secret`` as it is stored there."""
    return keyring.seal(secret, bound_to=_place(tenant_id, connection_id, column))


def opened(keyring: Keyring, column: Column, sealed: str, *, tenant_id: UUID, connection_id: UUID) -> Secret:
    """Return the secret in ``sealed``, which opens for its own place alone.

    Raises:
        CannotOpen: it belongs to another place, or to a key this process does not have.
    """
    return keyring.open(sealed, bound_to=_place(tenant_id, connection_id, column))


async def reseal(
    tx: Transaction, column: Column, sealed: str, *, tenant_id: UUID, connection_id: UUID, keyring: Keyring
) -> bool:
    """Seal what is kept as ``sealed`` with the current key; False where that is done, or another took its place meanwhile.

    Raises:
        CannotOpen: it belongs to another place, or to a key this process does not have.
    """
    anew = keyring.reseal(sealed, bound_to=_place(tenant_id, connection_id, column))
    if anew is None:
        return False
    keep = store.reseal_token if column is Column.TOKEN else store.reseal_pin
    return await keep(tx, tenant_id=tenant_id, connection_id=connection_id, was=sealed, sealed=anew)


def _place(tenant_id: UUID, connection_id: UUID, column: Column) -> str:
    return binding("channel_connections", tenant_id, connection_id, column.value)

"""The secrets of outgoing webhooks at rest, each bound to its row and its column."""

from enum import StrEnum
from uuid import UUID

from curbe.infra.crypto import Keyring, Secret, binding


class Column(StrEnum):
    """Where it lies: the secret, and the one that was the secret before."""

    NOW = "secret_enc"
    BEFORE = "secret_before_enc"


def seal(keyring: Keyring, column: Column, secret: Secret, *, tenant_id: UUID, webhook_id: UUID) -> str:
    """Return ``secret`` as it is stored there."""
    return keyring.seal(secret, bound_to=_place(tenant_id, webhook_id, column))


def opened(keyring: Keyring, column: Column, sealed: str, *, tenant_id: UUID, webhook_id: UUID) -> Secret:
    """Return the secret in ``sealed``, which opens for its own place alone.

    Raises:
        CannotOpen: it belongs to another place, or to a key this process does not have.
    """
    return keyring.open(sealed, bound_to=_place(tenant_id, webhook_id, column))


def _place(tenant_id: UUID, webhook_id: UUID, column: Column) -> str:
    return binding("outgoing_webhooks", tenant_id, webhook_id, column.value)

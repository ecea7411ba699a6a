"""The secrets of outgoing webhooks at rest, each bound to its row and its column."""

from uuid import UUID

from curbe.infra.crypto import Keyring, Secret, binding

_NOW = "secret_enc"
_BEFORE = "secret_before_enc"


def seal(keyring: Keyring, secret: Secret, *, tenant_id: UUID, webhook_id: UUID) -> str:
    """Return the secret of a webhook as it is stored."""
    return keyring.seal(secret, bound_to=_place(tenant_id, webhook_id, _NOW))


def seal_before(keyring: Keyring, secret: Secret, *, tenant_id: UUID, webhook_id: UUID) -> str:
    """Return the secret that was one's until now as it is stored."""
    return keyring.seal(secret, bound_to=_place(tenant_id, webhook_id, _BEFORE))


def opened(keyring: Keyring, sealed: str, *, tenant_id: UUID, webhook_id: UUID) -> Secret:
    """Return the secret of a webhook.

    Raises:
        CannotOpen: it belongs to another place, or to a key this process does not have.
    """
    return keyring.open(sealed, bound_to=_place(tenant_id, webhook_id, _NOW))


def opened_before(keyring: Keyring, sealed: str, *, tenant_id: UUID, webhook_id: UUID) -> Secret:
    """Return the secret before.

    Raises:
        CannotOpen: as ``opened``.
    """
    return keyring.open(sealed, bound_to=_place(tenant_id, webhook_id, _BEFORE))


def _place(tenant_id: UUID, webhook_id: UUID, column: str) -> str:
    return binding("outgoing_webhooks", tenant_id, webhook_id, column)

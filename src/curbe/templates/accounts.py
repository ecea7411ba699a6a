"""The WABAs whose templates a tenant may work on: those of its live numbers, each with a token that reads it."""

from uuid import UUID

import msgspec

from curbe.connections import service as connections
from curbe.domain.errors import InvalidRequest, NoConnection
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A WABA, a token of one of its numbers, and the Meta app that token was made for."""

    waba_id: str
    app_id: str
    token: Secret


async def every(pool: Pool, *, tenant_id: UUID, keyring: Keyring) -> list[Account]:
    """Return the WABAs of a tenant's live connections, oldest first.

    Raises:
        NoConnection: there is none, or no token of theirs can be read.
    """
    found: dict[str, Account] = {}
    unreadable: CannotOpen | None = None
    async with pool.transaction(tenant_id) as tx:
        for connection in await connections.every(tx, tenant_id=tenant_id):
            waba_id = connection.waba_id
            if not connection.is_live or waba_id is None or waba_id in found:
                continue
            try:
                token = await connections.credentials(
                    tx, tenant_id=tenant_id, connection_id=connection.id, keyring=keyring
                )
            except CannotOpen as failure:
                unreadable = failure
                continue
            found[waba_id] = Account(waba_id=waba_id, app_id=connection.meta_app_id or "", token=token)
    if found:
        return list(found.values())
    if unreadable is not None:
        raise NoConnection(str(unreadable), fix="Connect the number again with a new access token.")
    raise NoConnection("No number is connected whose templates could be read.", fix="Connect a number first.")


async def the_one(pool: Pool, *, tenant_id: UUID, waba_id: str | None, keyring: Keyring) -> Account:
    """Return the WABA that is named, or the only one.

    Raises:
        NoConnection: the tenant has no such WABA.
        InvalidRequest: it has several, and none is named.
    """
    accounts = await every(pool, tenant_id=tenant_id, keyring=keyring)
    meant = [one for one in accounts if waba_id in {None, one.waba_id}]
    if not meant:
        raise NoConnection(
            "No connected number belongs to that WABA.", fix="Take a WABA from GET .../templates/accounts."
        )
    if len(meant) > 1:
        raise InvalidRequest(
            f"The tenant has {len(meant)} WABAs, and templates belong to one.",
            fix="Name one by `waba_id`; GET .../templates/accounts lists them.",
            field="waba_id",
        )
    return meant[0]

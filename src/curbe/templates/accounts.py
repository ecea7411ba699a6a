"""The WABAs whose templates a tenant may work on: those of its live numbers, each with a token that reads it."""

from uuid import UUID

import msgspec

from curbe.connections import service as connections
from curbe.connections.rules import ConnectionStatus
from curbe.domain.errors import InvalidRequest, NoConnection
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A WABA, a token of one of its numbers, and the Meta app that token was made for."""

    waba_id: str
    app_id: str
    token: Secret


class Accounts(msgspec.Struct, frozen=True):
    """A tenant's WABAs; and those of which no token can be opened, with the reason."""

    readable: list[Account]
    closed: dict[str, NoConnection]


async def every(pool: Pool, *, tenant_id: UUID, keyring: Keyring) -> Accounts:
    """Return the WABAs of a tenant's live connections, oldest first.

    Of several numbers on one WABA, the token of one that sends is used, as Meta may refuse the token of a paused one.

    Raises:
        NoConnection: there is none.
    """
    found: dict[str, Account] = {}
    closed: dict[str, NoConnection] = {}
    async with pool.transaction(tenant_id) as tx:
        live = [one for one in await connections.every(tx, tenant_id=tenant_id) if one.is_live]
        for connection in sorted(live, key=lambda one: one.status is not ConnectionStatus.ACTIVE):
            waba_id = connection.waba_id
            if waba_id is None or waba_id in found:
                continue
            try:
                token = await connections.credentials(
                    tx, tenant_id=tenant_id, connection_id=connection.id, keyring=keyring
                )
            except CannotOpen as failure:
                closed[waba_id] = NoConnection(
                    str(failure), fix="Connect the number again with a new access token."
                )
                continue
            found[waba_id] = Account(waba_id=waba_id, app_id=connection.meta_app_id or "", token=token)
    if not found and not closed:
        raise NoConnection(
            "No number is connected whose templates could be read.", fix="Connect a number first."
        )
    oldest_first = dict.fromkeys(one.waba_id for one in live if one.waba_id is not None)
    return Accounts(
        readable=[found[waba_id] for waba_id in oldest_first if waba_id in found],
        closed={waba_id: why for waba_id, why in closed.items() if waba_id not in found},
    )


async def the_one(pool: Pool, *, tenant_id: UUID, waba_id: str | None, keyring: Keyring) -> Account:
    """Return the WABA that is named, or the only one.

    Raises:
        NoConnection: the tenant has no such WABA, or none of its tokens can be read.
        InvalidRequest: it has several, and none is named.
    """
    accounts = await every(pool, tenant_id=tenant_id, keyring=keyring)
    meant = [one for one in accounts.readable if waba_id in {None, one.waba_id}]
    closed = [why for closed_id, why in accounts.closed.items() if waba_id in {None, closed_id}]
    if not meant and closed:
        raise closed[0]
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

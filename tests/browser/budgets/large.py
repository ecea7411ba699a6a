"""An installation with a hundred thousand conversations in one tenant, and one of ten thousand messages among them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
from bench.cluster import Cluster, cluster
from bench.reads.filled import LONGEST, Size, fill

from bed.installation import SETTINGS
from browser.site import SPAIN, TOKEN, WABA, Site, Tenant, running_site
from curbe.infra.crypto import Keyring, Secret, binding

_DATABASE: Final = "budgets"
_LONG: Final = 1000  # the person with the longest conversation


@dataclass(frozen=True)
class Large:
    """The tenant, and its longest conversation."""

    site: Site
    tenant: Tenant
    longest: str
    longest_wa_id: str


@contextmanager
def large_site(folder: Path, *, conversations: int) -> Iterator[Large]:
    """Fill a database in ``folder`` unless it is there, and run an installation on it."""
    with cluster(folder) as postgres:
        if not postgres.run(f"SELECT FROM pg_database WHERE datname = '{_DATABASE}'"):
            size = Size(tenants=2, conversations=conversations + 2000, largest=conversations)
            print(
                f"filling {size.conversations:,} conversations, the longest of {LONGEST:,} messages",
                flush=True,
            )
            fill(postgres.fresh(_DATABASE), size=size, say=lambda _line: None)
        tenant = asyncio.run(_connected(postgres))
        (long,) = postgres.run(
            f"SELECT conversation_id, wa_id FROM filled_people WHERE n = {_LONG}", database=_DATABASE
        )
        with running_site(DATABASE_URL=postgres.database(_DATABASE)) as site:
            yield Large(
                site=site, tenant=tenant, longest=str(long["conversation_id"]), longest_wa_id=long["wa_id"]
            )


async def _connected(postgres: Cluster) -> Tenant:
    """Make the largest tenant's first number the sandbox's, with a token that the sandbox takes."""
    keyring = Keyring.from_base64(Secret(SETTINGS["TOKEN_ENCRYPTION_KEY"]))
    connection = await asyncpg.connect(postgres.database(_DATABASE))
    try:
        # The number that the longest conversation is with.
        row = await connection.fetchrow(
            """SELECT p.tenant_id, p.connection_id, t.name FROM filled_people p JOIN tenants t ON t.id = p.tenant_id
                WHERE p.n = $1""",
            _LONG,
        )
        place = binding("channel_connections", row["tenant_id"], row["connection_id"], "access_token_enc")
        await connection.execute(
            """UPDATE channel_connections SET phone_number_id = $3, waba_id = $4, meta_app_id = $5, access_token_enc = $6
                WHERE tenant_id = $1 AND id = $2""",
            row["tenant_id"],
            row["connection_id"],
            SPAIN,
            WABA,
            SETTINGS["META_APP_ID"],
            keyring.seal(Secret(TOKEN), bound_to=place),
        )
    finally:
        await connection.close()
    return Tenant(id=str(row["tenant_id"]), name=row["name"])

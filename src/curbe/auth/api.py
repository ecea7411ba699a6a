"""API keys over HTTP."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth import service
from curbe.auth.rules import StoredKey
from curbe.domain.access import Principal, Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NotFound, ProofRequired, Unauthorized
from curbe.domain.ids import FIRST_ID
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Moment, Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals

_USUAL: Final = 50


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key to make: what it may do (at most what the key that asks may), and until when."""

    scopes: list[Scope]
    name: str = ""
    expires_at: Moment | None = None


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it can still be seen: recognised by its last four characters."""

    id: UUID
    name: str
    last4: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class CreatedKey(Key, frozen=True, kw_only=True):
    """A new key. ``key`` is shown here and never again."""

    key: str


class KeyController(Controller):
    """``/api/tenants/{tenant_id}/keys``."""

    path = "/api/tenants/{tenant_id:uuid}/keys"
    tags = ("keys",)

    @post(
        opt={"scope": Scope.KEYS_WRITE, "proof": True},
        summary="Make an API key of a tenant",
        operation_id="createKey",
        responses=refusals(Unauthorized, Forbidden, ProofRequired, NotFound, InvalidRequest),
    )
    async def create(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewKey],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> CreatedKey:
        """Make a key and show it, this once."""
        async with web_pool.transaction(tenant_id) as tx:
            made = await service.make_key(
                tx,
                tenant_id=tenant_id,
                name=data.name,
                scopes=data.scopes,
                creator=principal,
                now=utc_now(),
                expires_at=data.expires_at,
            )
        return CreatedKey(key=made.key.reveal(), **_fields(made.stored))

    @get(
        opt={"scope": Scope.KEYS_READ},
        summary="List a tenant's API keys, oldest first",
        operation_id="listKeys",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def every(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = _USUAL,
    ) -> Page[Key]:
        """Return a page of keys, revoked ones included."""
        after = FIRST_ID if cursor is None else decode_cursor(cursor, type=UUID)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await service.keys(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda key: Key(**_fields(key)), position=lambda key: key.id)

    @delete(
        "/{key_id:uuid}",
        opt={"scope": Scope.KEYS_WRITE},
        summary="Revoke an API key",
        operation_id="revokeKey",
        responses=refusals(Unauthorized, Forbidden, NotFound),
    )
    async def revoke(
        self,
        tenant_id: FromPath[UUID],
        key_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> None:
        """Revoke a key: it opens nothing from the next request on. Revoking it again changes nothing."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.revoke(tx, tenant_id=tenant_id, key_id=key_id, actor=principal.actor, now=utc_now())


def _fields(key: StoredKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in Key.__struct_fields__}

"""Search over HTTP."""

from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from curbe.auth.principal import Scope
from curbe.desk.search import Found, Part, Place, search
from curbe.domain.errors import InvalidRequest
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, encode_cursor
from curbe.infra.web import Cursor, refusals

_PARTS: Final[dict[str, tuple[Part, ...]]] = {
    "all": ("contacts", "messages"),
    "contacts": ("contacts",),
    "messages": ("messages",),
}


class SearchController(Controller):
    """Looking for people and for what was said."""

    path = "/api/tenants/{tenant_id:uuid}/inbox/search"
    tags = ("inbox",)

    @get("/", opt={"scope": Scope.INBOX_READ}, summary="Search the inbox", responses=refusals(InvalidRequest))
    async def search_inbox(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        q: Annotated[
            str,
            QueryParameter(
                min_length=2,
                max_length=200,
                description="Beginnings of words, in any case and with or without accents; or part of a phone.",
            ),
        ],
        # Refusals name the argument, which cannot be `in`: hence text, and our own refusal.
        where: Annotated[
            str,
            QueryParameter(
                name="in",
                description="Where to look; `all`: people first, then messages.",
                schema_extra={"enum": list(_PARTS)},
            ),
        ] = "all",
        cursor: Cursor = None,
        limit: Annotated[
            int, QueryParameter(ge=1, le=100, description="How many items a page has at most.")
        ] = 25,
    ) -> Page[Found]:
        """Return people (with their conversations) by name, user name or phone, and messages by their words, each the latest first."""
        if where not in _PARTS:
            raise InvalidRequest(
                "`in` is nothing that can be searched.", fix=f"Send one of {', '.join(_PARTS)}.", field="in"
            )
        after = None if cursor is None else decode_cursor(cursor, type=Place)
        async with web_pool.transaction(tenant_id) as tx:
            page = await search(tx, q, tenant_id=tenant_id, parts=_PARTS[where], after=after, limit=limit)
        following = None if page.following is None else encode_cursor(page.following)
        return Page(items=page.items, next_cursor=following)

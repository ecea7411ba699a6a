"""How the lists of a desk are paged: in the order of their making."""

from typing import Annotated, Final
from uuid import UUID

from litestar.params import QueryParameter

from curbe.infra.pages import decode_cursor

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many items a page has at most.")]
PageCursor = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before; without it, the first page.")
]
_FIRST: Final = UUID(int=0)


def place_in(cursor: str | None) -> UUID:
    """Return the id after which a page begins.

    Raises:
        InvalidRequest: no page gave out this cursor.
    """
    return _FIRST if cursor is None else decode_cursor(cursor, type=UUID)

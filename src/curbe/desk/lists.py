"""How the lists of a desk are paged: in the order of their making."""

from uuid import UUID

from curbe.domain.ids import FIRST_ID
from curbe.infra.pages import decode_cursor


def place_in(cursor: str | None) -> UUID:
    """Return the id after which a page begins.

    Raises:
        InvalidRequest: no page gave out this cursor.
    """
    return FIRST_ID if cursor is None else decode_cursor(cursor, type=UUID)

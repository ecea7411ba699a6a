"""What each connection must have been given when it began: its role, above all. A pooler on the way to PostgreSQL may keep that to itself.

PgBouncer refuses such a connection, or leaves out what it was told to ignore; others leave it out and say nothing. The connection then
works, as whoever DATABASE_URL names: the database's owner, whom row-level security may not hold. So each is asked before it is used.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import asyncpg

# In the simple protocol, whose answer says no more than whether it worked: what is prepared is not found again where each transaction goes
# to another of the pooler's connections.
_ASK: Final = "SELECT 1 / ({question})::integer"


class Pooled(ConnectionError):
    """Between Curbe and PostgreSQL stands a pooler that keeps back what a connection begins with; the message says what to do."""

    def __init__(self, lacking: str) -> None:
        super().__init__(
            f"a pooler stands between Curbe and PostgreSQL and does not pass on what a connection begins with ({lacking}); "
            "let DATABASE_URL name PostgreSQL itself: Curbe holds few connections, and shares them out by itself"
        )


async def require_given(connection: asyncpg.Connection, settings: Mapping[str, str]) -> None:
    """Return where the session has ``settings``: names and values of ours, with no quote in them.

    How long things may take is not looked at: PostgreSQL shows it in another form, and nobody passes on the role without it.

    Raises:
        Pooled: it lacks one.
    """
    asked = {
        name: f"current_setting('{name}') = '{value}'"
        for name, value in settings.items()
        if not value.isdigit()
    }
    if not await _is_so(connection, " AND ".join(asked.values())):
        lacking = [name for name, question in asked.items() if not await _is_so(connection, question)]
        raise Pooled(", ".join(lacking))


async def _is_so(connection: asyncpg.Connection, question: str) -> bool:
    try:
        await connection.execute(_ASK.format(question=question))
    except asyncpg.DivisionByZeroError:
        return False
    return True


@contextmanager
def told_of_poolers() -> Iterator[None]:
    """Call what is raised :class:`Pooled` where it is PgBouncer that refuses what a connection begins with."""
    try:
        yield
    except asyncpg.ProtocolViolationError as error:
        _, found, name = str(error).partition("startup parameter: ")
        if not found:
            raise
        raise Pooled(name.partition("=")[0].strip()) from None

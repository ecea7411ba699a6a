"""What each connection must have been given when it began: its role, above all. A pooler on the way to PostgreSQL may keep that to itself.

PgBouncer refuses such a connection, or leaves out what it was told to ignore; others leave it out and say nothing. The connection then
works, as whoever DATABASE_URL names: the database's owner, whom row-level security may not hold. So each is asked before it is used.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import asyncpg

_LACKING: Final = "CU001"  # a code of ours: https://www.postgresql.org/docs/current/errcodes-appendix.html leaves these classes free
# In the simple protocol: what is prepared is not found again where each transaction goes to another of the pooler's connections.
_ASK: Final = """
DO $$
DECLARE lacking text;
BEGIN
  SELECT string_agg(given.name, ', ' ORDER BY given.name) INTO lacking
    FROM (VALUES {given}) AS given (name, value)
    LEFT JOIN pg_settings s ON lower(s.name) = given.name  -- TimeZone and others
   WHERE given.value IS DISTINCT FROM CASE given.name WHEN 'role' THEN current_setting('role') ELSE s.setting END;
  IF lacking IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = lacking;
  END IF;
END $$"""


class Pooled(ConnectionError):
    """Between Curbe and PostgreSQL stands a pooler that keeps back what a connection begins with; the message says what to do."""

    def __init__(self, lacking: str) -> None:
        super().__init__(
            f"a pooler stands between Curbe and PostgreSQL and does not pass on what a connection begins with ({lacking}); "
            "let DATABASE_URL name PostgreSQL itself: Curbe holds few connections, and shares them out by itself"
        )


async def require_given(connection: asyncpg.Connection, settings: Mapping[str, str]) -> None:
    """Return where the session has ``settings``: names of ours and values as ``pg_settings`` shows them, neither with a quote in it.

    Raises:
        Pooled: it lacks one.
    """
    given = ", ".join(f"('{name}', '{value}')" for name, value in settings.items())
    try:
        await connection.execute(_ASK.format(given=given, code=_LACKING))
    except asyncpg.PostgresError as error:
        if getattr(error, "sqlstate", None) != _LACKING:
            raise
        raise Pooled(str(error)) from None


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

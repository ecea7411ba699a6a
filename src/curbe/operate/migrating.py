"""The schema as an operator meets it: bring the database up to date, or refuse to work on one that is not."""

from curbe.infra import migrate


async def bring_up_to_date(dsn: str) -> list[migrate.Migration]:
    """Migrate the database and return what ran.

    Raises:
        SchemaMismatch: PostgreSQL is too old, or the database is ahead of this build.
    """
    return await migrate.migrate(dsn)


async def require_ready(dsn: str) -> None:
    """Return where the database is one that this build may work on.

    Raises:
        SchemaMismatch: its schema is older or newer, or it was restored and needs `curbe migrate`.
    """
    await migrate.require_known_schema(dsn)
    await migrate.require_logs_in_step(dsn)

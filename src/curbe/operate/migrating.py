"""The schema as an operator meets it: bring the database up to date, or refuse to work on one that is not."""

from curbe.infra import migrate


async def bring_up_to_date(dsn: str, *, moved: bool = False) -> list[migrate.Migration]:
    """Migrate the database and return what ran; where it was restored, what may have been sent since is held.

    ``moved``: it was restored here and nobody has worked on it since its dump, so what waits in it goes on.

    Raises:
        SchemaMismatch: PostgreSQL is too old, or the database is ahead of this build.
    """
    done = await migrate.migrate(dsn)
    await migrate.settle_restored(dsn, _leave if moved else _hold)
    return done


async def require_ready(dsn: str) -> None:
    """Return where the database is one that this build may work on.

    Raises:
        SchemaMismatch: its schema is older or newer, or it was restored and needs `curbe migrate`.
    """
    await migrate.require_known_schema(dsn)
    await migrate.require_logs_in_step(dsn)


async def _hold(dsn: str) -> None:
    from curbe.operate import restoring  # noqa: PLC0415 - half the product, which is needed after a restore alone

    await restoring.hold(dsn, actor=restoring.ACTOR)


async def _leave(_dsn: str) -> None:
    """Hold nothing."""

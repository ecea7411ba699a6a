"""The schema's owner as operators often have one: no superuser, so that the policies hold for them too."""

from importlib.resources import files
from typing import Final

import asyncpg

_MIGRATIONS: Final = files("curbe.migrations")


async def migrate_as_a_plain_owner(owner: asyncpg.Connection, name: str, *tables: str) -> None:
    """Run one migration's file once more as an owner who is no superuser and has these tables, then give them back."""
    role = f"{await owner.fetchval('SELECT current_database()')}_plain"
    theirs = "; ".join(f"ALTER TABLE {table} OWNER TO {role}" for table in tables)
    ours = "; ".join(f"ALTER TABLE {table} OWNER TO CURRENT_USER" for table in tables)
    async with owner.transaction():
        await owner.execute(f"CREATE ROLE {role}; GRANT CREATE, USAGE ON SCHEMA public TO {role}")
        await owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; {theirs}")
        await owner.execute(f"SET LOCAL ROLE {role}")
        await owner.execute((_MIGRATIONS / f"{name}.sql").read_text(encoding="utf-8"))
        await owner.execute(f"RESET ROLE; {ours}; DROP OWNED BY {role}; DROP ROLE {role}")

"""``python -m tests.chaos.later FOLDER ...``: ``curbe ...`` as a version that knows one migration more; ``make`` makes such a version."""

import shutil
import sys
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parents[2] / "src" / "curbe"
VERSION: Final = 9000
# As a version adds to what is there: to the tables that every message goes through, and one of its own.
_UP: Final = """
ALTER TABLE messages ADD COLUMN later_note text;
ALTER TABLE conversations ADD COLUMN later_count integer NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN later_since timestamptz NOT NULL DEFAULT now();
ALTER TABLE webhook_events ADD COLUMN later_mark text;
CREATE TABLE later_things (tenant_id uuid NOT NULL REFERENCES tenants (id), id uuid NOT NULL, PRIMARY KEY (tenant_id, id));
"""
# Each by itself: who holds one table's lock and waits for the next one's meets processes that have them the other way round. The version
# goes last, so that whoever is stopped on the way begins again.
DOWN: Final = tuple(
    f"SET LOCAL lock_timeout = '4s'; {statement}"
    for statement in (
        "DROP TABLE IF EXISTS later_things",
        "ALTER TABLE webhook_events DROP COLUMN IF EXISTS later_mark",
        "ALTER TABLE outbox DROP COLUMN IF EXISTS later_since",
        "ALTER TABLE conversations DROP COLUMN IF EXISTS later_count",
        "ALTER TABLE messages DROP COLUMN IF EXISTS later_note",
        f"DELETE FROM schema_migrations WHERE version = {VERSION}",
    )
)


def make(folder: Path) -> Path:
    """Return a folder in ``folder`` with a version that knows one migration more; made once."""
    made = folder / "later"
    if not made.exists():
        shutil.copytree(_PACKAGE, made / "curbe", ignore=shutil.ignore_patterns("__pycache__", "ui_dist"))
        (made / "curbe" / "migrations" / f"{VERSION}_later.sql").write_text(_UP)
    return made


def main() -> None:
    """Run that version instead of this one."""
    sys.path.insert(0, sys.argv.pop(1))
    from curbe.cli import main as curbe  # noqa: PLC0415 - of the folder that was just put first

    curbe()


if __name__ == "__main__":
    main()

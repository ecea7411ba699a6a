"""How many files a tenant may keep for campaigns that have not begun: drafts cost nothing, and would fill the disk."""

from typing import Final
from uuid import UUID

import msgspec

from curbe.campaigns.audience_rules import MOST_BYTES, MOST_FILES, has_room
from curbe.domain.errors import DraftsFull
from curbe.infra.db import LockTaken, Query, Transaction


class _Kept(msgspec.Struct, frozen=True):
    files: int
    size: int


_ONE_AT_A_TIME: Final = Query("curbe.campaigns", "keep_files_one_at_a_time", LockTaken)
_KEPT: Final = Query("curbe.campaigns", "files_of_drafts", _Kept)


async def require_room(tx: Transaction, *, tenant_id: UUID, adding: int) -> None:
    """Return where a tenant may keep one more file of ``adding`` bytes; until ``tx`` ends nobody else of it keeps one.

    Raises:
        DraftsFull: it may not.
    """
    await _ONE_AT_A_TIME.one(tx, tenant_id=tenant_id)
    kept = await _KEPT.one(tx, tenant_id=tenant_id) or _Kept(0, 0)
    if not has_room(files=kept.files, size=kept.size, adding=adding):
        raise DraftsFull(
            f"Campaigns that have not begun keep {kept.files} files of {kept.size // 2**20} MiB: they may keep {MOST_FILES} "
            f"of {MOST_BYTES // 2**20} MiB together.",
            fix="Delete drafts that are not needed, or take files out of them.",
            extra={
                "files": kept.files,
                "bytes": kept.size,
                "most_files": MOST_FILES,
                "most_bytes": MOST_BYTES,
            },
        )

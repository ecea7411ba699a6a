"""Whether the bucket that files are kept in answers."""

import asyncio
from typing import Final

from curbe.infra.settings import BadSettings, Settings
from curbe.media.storage import NotStored, Storage, StorageFailed
from curbe.media.storage_choice import storage_of
from curbe.operate.findings import Finding, State

_NAME: Final = "files"
_PATIENCE: Final = 10.0  # seconds
# A name that no file has: asking for it changes nothing, and "there is none" is what a store says to who may read.
_NOBODYS: Final = f"00000000-0000-0000-0000-000000000000/00/{'0' * 64}"
_FIX: Final = (
    "check the CURBE_S3_ settings (the key must be allowed to list the bucket, too), and that the store runs; what people "
    "sent meanwhile is fetched by itself once it answers"
)


async def look(settings: Settings) -> list[Finding]:
    """Ask the bucket, where files are kept in one."""
    if settings.s3_bucket is None:
        return []
    try:
        async with asyncio.timeout(_PATIENCE):
            await _ask(storage_of(settings))
    except BadSettings as bad:
        return [Finding(_NAME, State.FAIL, problem.sentence.rstrip("."), _FIX) for problem in bad.problems]
    except TimeoutError:
        return [Finding(_NAME, State.FAIL, f"the store did not answer in {_PATIENCE:.0f} s", _FIX)]
    except StorageFailed as failure:
        return [Finding(_NAME, State.FAIL, str(failure), _FIX)]
    return [Finding(_NAME, State.OK, f"bucket {settings.s3_bucket} answers")]


async def _ask(storage: Storage) -> None:
    try:
        async for _ in storage.read(_NOBODYS, start=0, length=1):
            return
    except NotStored:
        return

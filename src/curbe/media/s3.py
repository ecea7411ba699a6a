"""Files in an S3-compatible store. Requests are signed, retried and streamed by obstore, which is an optional extra of the installation.

obstore makes its own connections, the only ones that do not go through `curbe.infra.http`, and only to the address that the operator set.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from curbe.infra.crypto import Secret
from curbe.media.storage import NotStored, StorageFailed

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import RetryConfig, S3Config

_CHUNK: Final = 256 * 1024
# The error code for a missing bucket rather than a missing file [S3: error responses]; obstore raises the same error for both.
_NO_BUCKET: Final = "NoSuchBucket"
_RETRY: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}


class Bucket(msgspec.Struct, frozen=True):
    """The address of the store and the key to access it. ``endpoint`` None: Amazon's own in ``region``."""

    name: str
    region: str
    access_key_id: Secret
    secret_access_key: Secret
    endpoint: str | None = None


class S3Storage:
    """Files as objects of one bucket, under the same keys as on disk."""

    def __init__(self, bucket: Bucket) -> None:
        config: S3Config = {
            "bucket": bucket.name,
            "region": bucket.region,
            "access_key_id": bucket.access_key_id.reveal(),
            "secret_access_key": bucket.secret_access_key.reveal(),
            "virtual_hosted_style_request": bucket.endpoint is None,
        }
        if bucket.endpoint is not None:
            config["endpoint"] = bucket.endpoint
        self._store: Final = S3Store(
            config=config,
            client_options={
                "allow_http": (bucket.endpoint or "").startswith("http://"),
                "timeout": timedelta(minutes=5),
                "connect_timeout": timedelta(seconds=5),
            },
            retry_config=_RETRY,
        )

    async def put(self, key: str, source: Path) -> None:
        """See `Storage.put`; an object appears whole or not at all."""
        try:
            await obstore.put_async(self._store, key, source)
        except (BaseError, OSError) as error:
            raise StorageFailed(f"the store did not keep the file ({type(error).__name__})") from error
        await asyncio.to_thread(source.unlink, missing_ok=True)

    async def read(self, key: str, *, start: int, length: int | None) -> AsyncGenerator[bytes, None]:
        """See `Storage.read`."""
        if length == 0:
            return
        part: GetOptions = {"range": {"offset": start} if length is None else (start, start + length)}
        try:
            found = await obstore.get_async(self._store, key, options=part if start or length else None)
            async for chunk in found.stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)
        except (NotFoundError, FileNotFoundError) as error:
            _require_bucket(error)
            raise NotStored(key) from error
        except (BaseError, OSError) as error:
            raise StorageFailed(f"the store did not give the file ({type(error).__name__})") from error

    async def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        try:
            await obstore.delete_async(self._store, key)
        except (NotFoundError, FileNotFoundError) as error:
            _require_bucket(error)
        except (BaseError, OSError) as error:
            raise StorageFailed(f"the store did not remove the file ({type(error).__name__})") from error


def _require_bucket(error: Exception) -> None:
    """Return quietly if the bucket exists, so that only the file is missing.

    Raises:
        StorageFailed: the bucket does not exist, so nothing is known about the file.
    """
    if _NO_BUCKET in str(error):
        raise StorageFailed("the store has no such bucket") from error

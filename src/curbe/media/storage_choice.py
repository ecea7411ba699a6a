"""Which storage an installation uses, by its settings."""

from curbe.infra.settings import BadSettings, Problem, Settings
from curbe.media.examiner import Examiner
from curbe.media.keeping import Keeping
from curbe.media.storage import LocalStorage, Spool, Storage


def storage_of(settings: Settings) -> Storage:
    """Return the S3-compatible store where a bucket is set, else the folder ``media`` of the data directory.

    Raises:
        BadSettings: a bucket is set without its keys, or without the extra that speaks to it.
    """
    if settings.s3_bucket is None:
        return LocalStorage(settings.data_dir / "media")
    if settings.s3_access_key_id is None or settings.s3_secret_access_key is None:
        raise _bad("CURBE_S3_BUCKET is set: set CURBE_S3_ACCESS_KEY_ID and CURBE_S3_SECRET_ACCESS_KEY too.")
    try:
        from curbe.media.s3 import Bucket, S3Storage  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as missing:
        raise _bad("CURBE_S3_BUCKET needs the extra s3: pip install 'curbe[s3]'.") from missing
    return S3Storage(
        Bucket(
            name=settings.s3_bucket,
            region=settings.s3_region,
            access_key_id=settings.s3_access_key_id,
            secret_access_key=settings.s3_secret_access_key,
            endpoint=settings.s3_endpoint,
        )
    )


def keeping_of(settings: Settings) -> Keeping:
    """Return what a process keeps files with; they are on their way in a folder on the same file system as the local storage.

    Raises:
        BadSettings: see `storage_of`.
    """
    keep_free = settings.media_keep_free if settings.s3_bucket is None else 0
    spool = Spool(settings.data_dir / "media" / ".incoming", keep_free=keep_free)
    return Keeping(storage=storage_of(settings), spool=spool, examiner=Examiner())


def media_origins(settings: Settings) -> list[str]:
    """Return the origins that media is fetched from with an access token, and that a token may go to at all [cloud-api: media]."""
    return [settings.meta_graph_base_url, "https://lookaside.fbsbx.com", *settings.media_hosts]


def _bad(sentence: str) -> BadSettings:
    return BadSettings((Problem("CURBE_S3_BUCKET", sentence),))

"""Where files lie: the same promises on the local disk and in a real S3-compatible store."""

import asyncio
import gc
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import obstore
import pytest
from obstore.store import S3Store

from bed import s3
from bed.installation import SETTINGS
from bed.s3 import BUCKET, KEY_ID, SECRET, Store
from curbe.infra import dotenv, settings
from curbe.infra.crypto import Secret
from curbe.infra.settings import BadSettings
from curbe.media.rules import storage_key
from curbe.media.s3 import Bucket, S3Storage
from curbe.media.storage import LocalStorage, NotStored, Spool, Storage, StorageFailed
from curbe.media.storage_choice import storage_of
from curbe.operate.bucket import look
from curbe.operate.findings import State

pytestmark = pytest.mark.anyio

CONTENT = bytes(range(256)) * 4096  # 1 MiB: more than one piece
KEY = storage_key(uuid4(), hashlib.sha256(CONTENT).digest())


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with s3.running() as running:
        yield running


@pytest.fixture
async def bucket(store: Store) -> S3Storage:
    """A storage in the store, with nothing in it."""
    made = S3Store(
        BUCKET,
        endpoint=store.endpoint,
        region="us-east-1",
        access_key_id=KEY_ID,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
    )
    await obstore.put_async(made, "a file", b"the first file of a bucket makes it")
    for entry in await obstore.list(made).collect_async():
        await obstore.delete_async(made, entry["path"])
    return S3Storage(Bucket(BUCKET, "us-east-1", Secret(KEY_ID), Secret(SECRET), store.endpoint))


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return LocalStorage(tmp_path / "media")
    return request.getfixturevalue("bucket")


def file(folder: Path, content: bytes = CONTENT) -> Path:
    """Write a file that is on its way."""
    path = Spool(folder / "incoming").new()
    path.write_bytes(content)
    return path


async def all_of(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def test_a_file_comes_back_whole_and_in_parts(storage: Storage, tmp_path: Path) -> None:
    source = file(tmp_path)

    await storage.put(KEY, source)

    assert not source.exists()
    assert await all_of(storage.read(KEY, start=0, length=None)) == CONTENT
    assert await all_of(storage.read(KEY, start=0, length=len(CONTENT))) == CONTENT
    assert await all_of(storage.read(KEY, start=1000, length=5000)) == CONTENT[1000:6000]
    assert await all_of(storage.read(KEY, start=len(CONTENT) - 3, length=None)) == CONTENT[-3:]
    assert await all_of(storage.read(KEY, start=5, length=0)) == b""


async def test_keeping_a_file_twice_changes_nothing(storage: Storage, tmp_path: Path) -> None:
    await storage.put(KEY, file(tmp_path))
    await storage.put(KEY, file(tmp_path))

    assert await all_of(storage.read(KEY, start=0, length=None)) == CONTENT


async def test_a_file_that_is_not_there_is_said_not_to_be(storage: Storage) -> None:
    with pytest.raises(NotStored):
        await all_of(storage.read(KEY, start=0, length=None))


async def test_a_forgotten_file_is_gone_and_may_be_forgotten_twice(storage: Storage, tmp_path: Path) -> None:
    await storage.put(KEY, file(tmp_path))

    await storage.delete(KEY)
    await storage.delete(KEY)

    with pytest.raises(NotStored):
        await all_of(storage.read(KEY, start=0, length=None))


async def test_a_file_larger_than_a_part_of_an_upload_arrives_whole(
    bucket: S3Storage, tmp_path: Path
) -> None:
    large = os.urandom(12 * 2**20)

    await bucket.put(KEY, file(tmp_path, large))

    assert (
        hashlib.sha256(await all_of(bucket.read(KEY, start=0, length=None))).digest()
        == hashlib.sha256(large).digest()
    )


async def test_a_store_asked_with_the_wrong_secret_keeps_nothing_and_tells_no_secret(
    store: Store, bucket: S3Storage, tmp_path: Path
) -> None:
    wrong = S3Storage(Bucket(BUCKET, "us-east-1", Secret(KEY_ID), Secret("another-secret"), store.endpoint))

    with pytest.raises(StorageFailed) as refused:
        await wrong.put(KEY, file(tmp_path))

    assert "another-secret" not in str(refused.value)
    with pytest.raises(NotStored):
        await all_of(bucket.read(KEY, start=0, length=None))


async def test_a_store_that_is_away_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curbe.media.s3._RETRY", {"max_retries": 0, "retry_timeout": timedelta(seconds=1)})
    away = S3Storage(Bucket(BUCKET, "us-east-1", Secret(KEY_ID), Secret(SECRET), "http://127.0.0.1:9"))

    with pytest.raises(StorageFailed):
        await away.put(KEY, file(tmp_path))
    with pytest.raises(StorageFailed):
        await all_of(away.read(KEY, start=0, length=None))


async def test_a_bucket_that_is_not_there_is_a_store_that_is_away_and_no_file_of_it_is_gone(
    store: Store,
) -> None:
    away = S3Storage(Bucket("another", "us-east-1", Secret(KEY_ID), Secret(SECRET), store.endpoint))

    with pytest.raises(StorageFailed, match="no such bucket"):
        await all_of(away.read(KEY, start=0, length=None))
    with pytest.raises(StorageFailed, match="no such bucket"):
        await away.delete(KEY)


async def test_a_disk_that_fails_while_it_is_read_is_said_to(tmp_path: Path) -> None:
    place = tmp_path / "media" / KEY
    place.parent.mkdir(parents=True)
    place.symlink_to("/proc/self/mem")  # can be opened, and its first page cannot be read

    with pytest.raises(StorageFailed):
        await all_of(LocalStorage(tmp_path / "media").read(KEY, start=0, length=10))


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "a/b", f"{KEY}/../x", KEY + "\n"])
async def test_only_keys_of_files_become_paths(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await LocalStorage(tmp_path).put(key, file(tmp_path))


async def test_files_are_for_the_installation_alone(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "media")
    await storage.put(KEY, file(tmp_path))

    folder = (tmp_path / "media" / KEY).parent
    assert folder.stat().st_mode & 0o077 == 0


async def test_what_was_broken_off_is_swept_a_day_later_and_what_is_under_way_is_not(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "incoming")
    old, new = file(tmp_path), file(tmp_path)
    os.utime(old, (0, 0))

    assert spool.sweep(older_than=timedelta(days=1)) == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_a_file_that_comes_to_its_place_while_others_are_swept_keeps_none_of_them(tmp_path: Path) -> None:
    old = file(tmp_path)
    os.utime(old, (0, 0))
    (old.parent / "gone by now").symlink_to(old.parent / "nowhere")

    assert Spool(old.parent).sweep(older_than=timedelta(days=1)) == 1
    assert not old.exists()


def test_the_settings_choose_the_storage(tmp_path: Path) -> None:
    fresh = dotenv.parse(settings.fresh_env()).values | {"CURBE_DATA_DIR": str(tmp_path)}

    def chosen(**more: str) -> Storage:
        return storage_of(settings.load({**fresh, **more}, env_file=None))

    assert isinstance(chosen(), LocalStorage)
    keys = {"CURBE_S3_ACCESS_KEY_ID": KEY_ID, "CURBE_S3_SECRET_ACCESS_KEY": SECRET}
    assert isinstance(chosen(CURBE_S3_BUCKET="files", **keys), S3Storage)
    with pytest.raises(BadSettings, match="CURBE_S3_SECRET_ACCESS_KEY"):
        chosen(CURBE_S3_BUCKET="files")


async def test_who_stops_waiting_for_a_file_leaves_it_closed(tmp_path: Path) -> None:
    disk = LocalStorage(tmp_path)
    slow = tmp_path / KEY
    slow.parent.mkdir(parents=True)
    os.mkfifo(slow)  # it opens once somebody writes into it
    reading = asyncio.ensure_future(anext(aiter(disk.read(KEY, start=0, length=1))))
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    async def written() -> None:
        with slow.open("wb", buffering=0) as writer:
            for _ in range(500):
                await asyncio.sleep(0.01)
                writer.write(b"x")

    with pytest.raises(BrokenPipeError):
        await written()
    gc.collect()  # a file that was only forgotten would be told of here


def keeping_in(endpoint: str, secret: str = SECRET, bucket: str = BUCKET) -> settings.Settings:
    """Return the settings of an installation that keeps its files in a bucket there."""
    return settings.load(
        {
            **SETTINGS,
            "CURBE_S3_BUCKET": bucket,
            "CURBE_S3_ENDPOINT": endpoint,
            "CURBE_S3_ACCESS_KEY_ID": KEY_ID,
            "CURBE_S3_SECRET_ACCESS_KEY": secret,
        },
        env_file=Path("/nowhere"),
    )


@pytest.mark.usefixtures("bucket")
async def test_the_doctor_sees_whether_the_bucket_answers_to_who_has_its_key(store: Store) -> None:
    (well,) = await look(keeping_in(store.endpoint))
    (shut_out,) = await look(keeping_in(store.endpoint, secret="another"))
    (gone,) = await look(keeping_in("http://127.0.0.1:9"))
    (without,) = await look(keeping_in(store.endpoint, bucket="another"))

    assert [one.state for one in (well, shut_out, gone, without)] == [State.OK, *[State.FAIL] * 3]
    assert "another" not in shut_out.sentence
    assert gone.fix

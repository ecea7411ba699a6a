"""The files of inbound messages: a placeholder at once, the file soon whatever Meta's hosts do, and nothing half-done in sight."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import pytest
from aiohttp import web

from bed import files
from bed.apart import end_apart
from bed.appliers import drain
from bed.meta import Meta, announces, breaks_off, gives, meta, refuses
from bed.notices import about, chunk, echo, past
from bed.rows import NOW, Number, insert_number
from bed.webhooks import body, change, deliver, text
from bed.working import work_off
from curbe.channels.cloudapi.answers import Number as PhoneNumber
from curbe.channels.cloudapi.answers import TokenInfo
from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import service as connections
from curbe.connections.service import FETCH_AGAIN, Proof
from curbe.domain.messages import Attachment
from curbe.inbox.service import messages_by_id
from curbe.infra import crypto
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret, binding
from curbe.infra.db import Pool
from curbe.infra.http import Egress
from curbe.infra.jobs import Runner
from curbe.infra.metrics import Metrics
from curbe.media import service
from curbe.media.examiner import Examiner
from curbe.media.fetch import Fetcher
from curbe.media.fetching_again import FetchingAgain
from curbe.media.keeping import Keeping
from curbe.media.service import FETCH
from curbe.media.storage import LocalStorage, Spool

pytestmark = pytest.mark.anyio

TOKEN = "EAAaTokenOfTheTests0001"
PICTURE = files.picture("PNG")
PATH = "/whatsapp_business/attachments/"


class Pools(Protocol):
    """The pools these tests need."""

    web: Pool
    worker: Pool
    apply: Pool


@dataclass
class World:
    """A tenant whose number gets files, Meta's hosts, and the worker that fetches."""

    owner: asyncpg.Connection
    pools: Pools
    number: Number
    meta: Meta
    elsewhere: Meta
    runner: Runner
    folder: Path
    keyring: Keyring
    fetching: Callable[[int], Runner]

    async def receive(
        self,
        wamid: str = "wamid.1",
        *,
        kind: str = "image",
        content: bytes = PICTURE,
        number: Number | None = None,
        **more: Any,
    ) -> None:
        """Let a person send a file; Meta has it under the id 1 and gives it at PATH unless the test says otherwise."""
        message = text(wamid) | {"type": kind, kind: self.file(content, **more)}
        del message["text"]
        await deliver(self.owner, body(change(number or self.number, messages=[message])))
        await drain(self.pools.apply)

    def file(self, content: bytes = PICTURE, **more: Any) -> dict[str, Any]:
        """Put a file on Meta's host, and return what a message says of it."""
        digest = hashlib.sha256(content).digest()
        self.meta.files.setdefault(PATH, [gives(content)])
        self.meta.nodes.setdefault("1", {"id": "1", "url": self.meta.url + PATH, "sha256": digest.hex()})
        return {
            "id": "1",
            "mime_type": "image/png",
            "sha256": base64.b64encode(digest).decode(),
            "url": self.meta.url + PATH,
            **more,
        }

    async def work(self, times: int = 1) -> None:
        """Let the worker do what is due, ``times`` over, with no pauses between."""
        for _ in range(times):
            await self.owner.execute("UPDATE jobs SET available_at = now()")
            await self.runner.run_due()

    async def reconnect(self) -> None:
        """Connect the number again, as a person does, and let the worker do what is due then."""
        row = await self.owner.fetchrow("SELECT phone_number_id, waba_id FROM channel_connections")
        assert row is not None
        proof = Proof(
            waba_id=row["waba_id"],
            number=PhoneNumber(id=row["phone_number_id"]),
            token=Secret(TOKEN),
            about_token=TokenInfo(is_valid=True),
            app_id="1",
        )
        async with self.pools.web.transaction(self.number.tenant_id) as tx:
            await connections.connect(
                tx,
                proof,
                tenant_id=self.number.tenant_id,
                keyring=self.keyring,
                country_id=None,
                actor="user:1",
                now=utc_now(),
            )
        await work_off(self.runner)

    async def shown(self, number: Number | None = None) -> list[dict[str, Any]]:
        """Return the media of the tenant's messages, as the inbox shows them."""
        tenant_id = (number or self.number).tenant_id
        ids = [
            row[0]
            for row in await self.owner.fetch(
                "SELECT id FROM messages WHERE tenant_id = $1 ORDER BY id", tenant_id
            )
        ]
        async with self.pools.web.transaction(tenant_id) as tx:
            messages = await messages_by_id(tx, tenant_id=tenant_id, ids=ids)
        return [json.loads(_encoded(message.media)) for message in messages if message.media is not None]

    async def told(self) -> list[tuple[str, str]]:
        """Return the tenant's events about messages: type, and the state of the file each shows."""
        rows = await self.owner.fetch(
            "SELECT type, data FROM events WHERE tenant_id = $1 ORDER BY xid, id", self.number.tenant_id
        )
        return [(row["type"], json.loads(row["data"]).get("media", {}).get("state", "")) for row in rows]

    def stored(self) -> list[Path]:
        """Return every file in the storage and on its way."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    async def again(self) -> int:
        """Return how many jobs about files are left."""
        return await self.owner.fetchval("SELECT count(*) FROM jobs WHERE kind LIKE 'media.%'")


def _encoded(value: object) -> bytes:
    import msgspec  # noqa: PLC0415 - here alone

    return msgspec.json.encode(value)


async def connect(owner: asyncpg.Connection, keyring: Keyring) -> Number:
    """Insert a number whose sealed token opens."""
    number = await insert_number(owner)
    place = binding("channel_connections", number.tenant_id, number.connection_id, "access_token_enc")
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $2, token_fingerprint = $3 WHERE id = $1",
        number.connection_id,
        keyring.seal(Secret(TOKEN), bound_to=place),
        Secret(TOKEN).fingerprint(),
    )
    return number


async def refuses_token(_: web.Request) -> web.StreamResponse:
    """Answer as the Graph API does where the token was revoked."""
    error = {"code": 190, "message": "The session has been invalidated.", "type": "OAuthException"}
    return web.json_response({"error": error}, status=401)


@pytest.fixture
async def world(owner: asyncpg.Connection, pools: Pools, tmp_path: Path) -> AsyncIterator[World]:
    keyring = Keyring.from_base64(crypto.fresh_key())
    async with meta() as host, meta() as elsewhere, Egress(trusted=[host.url]) as egress:
        cloud_api = CloudApi(egress, base_url=host.url, version="v25.0")

        def fetching(keep_free: int) -> Runner:
            keeping = Keeping(
                storage=LocalStorage(tmp_path / "media"),
                spool=Spool(tmp_path / "incoming", keep_free=keep_free),
                examiner=Examiner(),
            )
            fetcher = Fetcher(
                pools.worker,
                cloud_api=cloud_api,
                keyring=keyring,
                keeping=keeping,
                metrics=Metrics(),
                now=utc_now,
            )
            return Runner(
                everybody=pools.apply,
                pool=pools.worker,
                handlers={FETCH: fetcher, FETCH_AGAIN: FetchingAgain(pools.worker)},
                at_once=4,
                lease=timedelta(minutes=5),
            )

        number = await connect(owner, keyring)
        yield World(owner, pools, number, host, elsewhere, fetching(0), tmp_path, keyring, fetching)


async def test_a_message_is_there_at_once_with_its_file_pending_and_soon_with_its_file(world: World) -> None:
    await world.receive()

    assert await world.shown() == [{"state": "pending", "mime_type": "image/png"}]
    assert await world.told() == [("message_received", "pending")]

    await world.work()

    [media] = await world.shown()
    assert (media["state"], media["size"], media["width"], media["height"]) == (
        "stored",
        len(PICTURE),
        640,
        400,
    )
    assert media["url"] == f"/api/tenants/{world.number.tenant_id}/media/{media['id']}"
    assert media["thumbnail_url"] == media["url"] + "/thumbnail"
    assert await world.told() == [("message_received", "pending"), ("media_stored", "stored")]
    kept, thumbnail = world.stored()
    assert await world.owner.fetchval("SELECT count(*) FROM media_reservations") == 0
    assert kept.read_bytes() == PICTURE
    assert thumbnail.read_bytes()[8:12] == b"WEBP"
    assert await world.again() == 0


async def test_the_file_of_a_past_message_is_fetched_into_its_place(world: World) -> None:
    kept = chunk(past("wamid.1", ours=False, at=NOW, type="media_placeholder"))
    await deliver(world.owner, about(world.number, "history", history=[kept]))
    file = past("wamid.1", ours=False, at=NOW, type="image", image=world.file())
    await deliver(world.owner, *[about(world.number, "history", messages=[file])] * 2)
    await drain(world.pools.apply)
    await world.work()

    assert [media["state"] for media in await world.shown()] == ["stored"]
    assert world.meta.paths() == [PATH]


@pytest.mark.parametrize("field", ["smb_message_echoes", "standby"])
async def test_the_file_that_was_sent_from_the_app_or_by_metas_agent_is_fetched_too(
    world: World, field: str
) -> None:
    inside = {"message_echoes": [echo("wamid.1", type="image", image=world.file())]}
    told = {"standby": inside} if field == "standby" else inside
    await deliver(world.owner, about(world.number, field, **told))
    await drain(world.pools.apply)

    assert await world.shown() == [{"state": "pending", "mime_type": "image/png"}]
    assert ("message_echoed", "pending") in await world.told()

    await world.work()

    assert [media["state"] for media in await world.shown()] == ["stored"]


async def test_a_voice_note_shows_its_length_and_its_peaks(world: World) -> None:
    voice = files.sound("ogg", "libopus", seconds=3)
    await world.receive(kind="audio", content=voice, mime_type="audio/ogg; codecs=opus", voice=True)
    await world.work()

    [media] = await world.shown()
    assert (media["mime_type"], media["voice"]) == ("audio/ogg", True)
    assert abs(media["duration_ms"] - 3000) < 60
    peaks = base64.b64decode(media["peaks"])
    assert len(peaks) == 60
    assert peaks[10] < peaks[30] < peaks[59]


async def test_a_webhook_that_comes_twice_asks_for_its_file_once(world: World) -> None:
    await world.receive()
    await world.receive()
    await world.work(2)

    assert world.meta.paths() == [PATH]


async def test_a_link_older_than_five_minutes_is_not_followed_but_asked_for_anew(world: World) -> None:
    await world.receive()
    await world.owner.execute(
        "UPDATE message_media SET provider_url_at = now() - interval '6 minutes', provider_url = provider_url || 'old'"
    )
    await world.work()

    assert world.meta.paths() == ["/v25.0/1", PATH]
    assert [media["state"] for media in await world.shown()] == ["stored"]


async def test_a_link_that_has_ended_is_asked_for_anew_in_the_same_attempt(world: World) -> None:
    world.meta.files[PATH] = [refuses(404), gives(PICTURE)]
    await world.receive()
    await world.work()

    assert world.meta.paths() == [PATH, "/v25.0/1", PATH]
    assert [media["state"] for media in await world.shown()] == ["stored"]


async def test_a_webhook_without_a_link_is_enough(world: World) -> None:
    await world.receive(url=None)
    await world.work()

    assert [media["state"] for media in await world.shown()] == ["stored"]


async def test_every_request_for_a_file_carries_the_numbers_token(world: World) -> None:
    await world.receive(url=None)
    await world.work()

    assert {authorization for _, _, authorization in world.meta.asked} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("link", [True, False])
async def test_a_token_that_meta_refuses_for_a_file_pauses_the_number_as_a_refused_send_does(
    world: World, *, link: bool
) -> None:
    world.meta.files[PATH] = [refuses(401)]
    world.meta.files["/v25.0/1"] = [refuses_token]
    await world.receive(**({} if link else {"url": None}))

    await world.work()

    row = await world.owner.fetchrow("SELECT status, pause_reason FROM channel_connections")
    assert row is not None
    assert (row["status"], "code 190" in row["pause_reason"]) == ("error", True)
    assert [media["state"] for media in await world.shown()] == ["pending"]


async def test_a_number_with_a_new_token_is_not_paused_for_its_old_one(world: World) -> None:
    world.meta.files["/v25.0/1"] = [refuses_token]
    await world.receive(url=None)
    await world.owner.execute(
        "UPDATE channel_connections SET token_fingerprint = $1", Secret("EAA-a-newer-one").fingerprint()
    )

    await world.work()

    assert await world.owner.fetchval("SELECT status::text FROM channel_connections") == "active"


async def test_a_file_that_is_not_what_was_announced_is_asked_for_again_and_never_shown(world: World) -> None:
    world.meta.files[PATH] = [gives(PICTURE[:-1] + b"x"), gives(PICTURE)]
    await world.receive()

    await world.work()
    assert [media["state"] for media in await world.shown()] == ["pending"]
    assert world.stored() == []

    await world.work()
    assert [media["state"] for media in await world.shown()] == ["stored"]


async def test_a_file_is_given_up_after_five_attempts_and_the_tenant_is_told_why(world: World) -> None:
    world.meta.files[PATH] = [gives(b"another file")]
    await world.receive()
    await world.work(4)
    assert [media["state"] for media in await world.shown()] == ["pending"]

    await world.work(3)

    assert await world.shown() == [{"state": "failed", "error": "digest_mismatch", "mime_type": "image/png"}]
    assert (await world.told())[-1] == ("media_failed", "failed")
    assert (len(world.meta.asked), await world.again(), world.stored()) == (5, 0, [])


async def test_a_download_that_breaks_off_leaves_nothing_and_is_begun_again(world: World) -> None:
    world.meta.files[PATH] = [breaks_off(PICTURE, after=100), gives(PICTURE)]
    await world.receive()

    await world.work()
    assert world.stored() == []

    await world.work()
    assert world.stored()[0].read_bytes() == PICTURE


async def test_a_file_beyond_the_limit_is_refused_before_its_bytes_come(world: World) -> None:
    world.meta.files[PATH] = [announces(100 * 2**20 + 1)]
    await world.receive()
    await world.work()

    assert [media["error"] for media in await world.shown()] == ["too_large"]
    assert (world.stored(), await world.again()) == ([], 0)


async def test_a_link_to_another_host_is_not_followed_and_no_token_goes_there(world: World) -> None:
    world.elsewhere.files[PATH] = [gives(PICTURE)]
    await world.receive(url=world.elsewhere.url + PATH)
    await world.work()

    assert world.elsewhere.asked == []
    assert [media["error"] for media in await world.shown()] == ["forbidden_host"]


async def test_a_redirect_to_another_host_is_not_followed(world: World) -> None:
    world.meta.files[PATH] = [refuses(302, Location=world.elsewhere.url + PATH)]
    await world.receive()
    await world.work(5)

    assert world.elsewhere.asked == []
    assert [media["error"] for media in await world.shown()] == ["status_302"]


async def test_an_empty_file_is_no_file(world: World) -> None:
    world.meta.files[PATH] = [gives(b"")]
    await world.receive(sha256=None)
    await world.work(5)

    assert [media["error"] for media in await world.shown()] == ["empty"]


async def test_one_content_is_kept_once_for_a_tenant_and_apart_for_each(world: World) -> None:
    other = await connect(world.owner, world.keyring)
    await world.receive("wamid.1")
    await world.receive("wamid.2", filename="again.png")
    await world.receive("wamid.3", number=other)
    await world.work()

    first, second = await world.shown()
    [theirs] = await world.shown(other)
    assert first["id"] == second["id"] != theirs["id"]
    assert (first.get("filename"), second["filename"]) == (None, "again.png")
    assert len([path for path in world.stored() if path.suffix != ".webp"]) == 2


async def test_a_disk_that_takes_nothing_costs_no_attempt_and_heals_without_hands(world: World) -> None:
    (world.folder / "incoming").write_text("in the way")
    await world.receive()
    await world.work(8)
    assert [media["state"] for media in await world.shown()] == ["pending"]

    (world.folder / "incoming").unlink()
    await world.work()
    assert [media["state"] for media in await world.shown()] == ["stored"]


async def test_a_disk_with_little_room_left_is_asked_for_nothing_and_the_file_comes_when_there_is_room(
    world: World,
) -> None:
    usual, world.runner = world.runner, world.fetching(2**60)
    await world.receive()
    await world.work(8)
    assert [media["state"] for media in await world.shown()] == ["pending"]
    assert (world.meta.asked, world.stored()) == ([], [])

    world.runner = usual
    await world.work()
    assert [media["state"] for media in await world.shown()] == ["stored"]


async def test_a_worker_that_dies_again_and_again_over_a_file_gives_it_up(world: World) -> None:
    await world.receive()
    await world.owner.execute("UPDATE jobs SET attempt = 5")
    await world.work()

    assert [media["error"] for media in await world.shown()] == ["gave_up"]
    assert world.meta.asked == []


async def test_a_number_that_was_disconnected_fetches_nothing(world: World) -> None:
    await world.receive()
    await world.owner.execute("UPDATE channel_connections SET status = 'revoked'")
    await world.work()

    assert [media["error"] for media in await world.shown()] == ["connection_gone"]


async def test_metas_servers_may_fail_for_days_and_the_file_comes_all_the_same(world: World) -> None:
    world.meta.files[PATH] = [refuses(503)]
    await world.receive()
    await world.work(12)
    assert [media["state"] for media in await world.shown()] == ["pending"]
    world.meta.files[PATH] = [gives(PICTURE)]

    await world.work()

    assert [media["state"] for media in await world.shown()] == ["stored"]


async def test_what_meta_no_longer_has_is_not_waited_for(world: World) -> None:
    world.meta.files[PATH] = [refuses(503)]
    await world.receive()
    await world.owner.execute("UPDATE message_media SET created_at = now() - interval '7 days'")
    await world.work()

    assert [media["error"] for media in await world.shown()] == ["status_503"]


async def test_a_number_that_is_connected_again_fetches_what_it_could_not_before(world: World) -> None:
    await world.receive("wamid.gone")
    await world.owner.execute("UPDATE channel_connections SET status = 'revoked'")
    await world.work()
    await world.owner.execute("UPDATE channel_connections SET status = 'active'")
    await world.receive("wamid.waits")
    world.meta.files[PATH] = [refuses(401), refuses(401), gives(PICTURE)]  # a fresh link too
    await world.runner.run_due()
    await world.owner.execute("UPDATE message_media SET created_at = now() - interval '6 days'")
    assert [media["state"] for media in await world.shown()] == ["failed", "pending"]

    await world.reconnect()

    assert [media["state"] for media in await world.shown()] == ["stored", "stored"]
    assert await world.again() == 0


async def test_a_number_that_is_connected_again_leaves_what_meta_has_no_more_and_bad_files(
    world: World,
) -> None:
    await world.receive("wamid.old")
    await world.owner.execute("UPDATE channel_connections SET status = 'revoked'")
    await world.work()
    await world.owner.execute("UPDATE message_media SET created_at = now() - interval '8 days'")
    await world.owner.execute("UPDATE channel_connections SET status = 'active'")
    world.meta.files[PATH] = [announces(100 * 2**20 + 1), gives(PICTURE)]
    await world.receive("wamid.large")
    await world.work()

    await world.reconnect()

    assert [media["error"] for media in await world.shown()] == ["connection_gone", "too_large"]


async def test_a_failed_file_can_be_asked_for_again(world: World) -> None:
    world.meta.files[PATH] = [refuses(302)]
    await world.receive()
    await world.work(5)
    assert [media["error"] for media in await world.shown()] == ["status_302"]
    world.meta.files[PATH] = [gives(PICTURE)]

    message_id = await world.owner.fetchval("SELECT message_id FROM message_media")
    async with world.pools.web.transaction(world.number.tenant_id) as tx:
        await service.fetch_again(tx, tenant_id=world.number.tenant_id, message_id=message_id)
    await world.work()

    assert [media["state"] for media in await world.shown()] == ["stored"]


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n and nothing that follows",
        files.picture("PNG")[:300],
        b"\xff\xd8\xff" + b"\0" * 500,
        b"OggS" + b"OpusHead" + b"\xff" * 300,
        b"\0\0\0\x18ftypisom" + b"\xff" * 300,
        b"GIF89a/*<script>alert(1)</script>*/",
    ],
)
async def test_a_file_that_no_decoder_can_read_is_kept_all_the_same(world: World, content: bytes) -> None:
    await world.receive(content=content)
    await world.work()

    [media] = await world.shown()
    assert (media["state"], media.get("thumbnail_url")) == ("stored", None)
    assert world.stored()[0].read_bytes() == content


async def test_what_looks_into_a_file_may_be_stopped_with_its_service_and_the_picture_is_seen_later(
    world: World,
) -> None:
    await world.receive()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(world.work())
        tasks.create_task(end_apart("curbe.media.examine"))
    stored, waiting = world.stored(), await world.again()

    await world.work()

    [media] = await world.shown()
    assert (stored, waiting) == ([], 1)
    assert (media["width"], media["height"], bool(media.get("thumbnail_url"))) == (640, 400, True)


async def test_a_picture_of_a_billion_dots_is_kept_and_not_unpacked(world: World) -> None:
    bomb = files.picture("PNG", size=(16, 16)).replace(
        (16).to_bytes(4, "big") * 2, (30_000).to_bytes(4, "big") * 2, 1
    )
    await world.receive(content=bomb)
    await world.work()

    [media] = await world.shown()
    assert (media["state"], media.get("thumbnail_url")) == ("stored", None)


async def test_a_thumbnail_stands_upright_is_small_and_tells_no_place(world: World) -> None:
    await world.receive(content=files.photo_from_a_phone(), mime_type="image/jpeg")
    await world.work()

    [media] = await world.shown()
    thumbnail = world.stored()[1].read_bytes()
    assert (media["width"], media["height"]) == (600, 800)
    assert b"maker of phones" not in thumbnail
    from PIL import Image  # noqa: PLC0415 - here alone

    with Image.open(world.stored()[1]) as image:
        assert image.size == (240, 320)
        assert not image.getexif()


async def test_a_film_shows_its_first_picture(world: World) -> None:
    await world.receive(kind="video", content=files.film(), mime_type="video/mp4")
    await world.work()

    [media] = await world.shown()
    assert (media["width"], media["height"], media["duration_ms"]) == (320, 240, 1000)
    assert media["thumbnail_url"]


async def test_a_picture_whose_maker_left_something_broken_beside_it_is_seen_all_the_same(
    world: World,
) -> None:
    await world.receive(content=files.photo_with_a_broken_note(), mime_type="image/jpeg")
    await world.work()

    [media] = await world.shown()
    assert (media["width"], media["height"], bool(media.get("thumbnail_url"))) == (640, 400, True)


@pytest.mark.parametrize(
    ("turned", "size", "lightest"),
    [(90, (240, 320), "right"), (-90, (240, 320), "left"), (180, (320, 240), "top")],
)
async def test_a_film_of_a_phone_on_its_side_stands_upright(
    world: World, turned: int, size: tuple[int, int], lightest: str
) -> None:
    await world.receive(kind="video", content=files.film(turned=turned), mime_type="video/mp4")
    await world.work()

    [media] = await world.shown()
    from PIL import Image  # noqa: PLC0415 - here alone

    with Image.open(world.stored()[1]) as image:
        width, height = image.size
        edges = {"top": (width // 2, 1), "left": (1, height // 2), "right": (width - 2, height // 2)}
        seen = max(edges, key=lambda edge: image.convert("L").getpixel(edges[edge]))
    assert ((media["width"], media["height"]), (width, height), seen) == (size, size, lightest)


def test_an_attachment_needs_only_its_id() -> None:
    assert Attachment("1").sha256 is None

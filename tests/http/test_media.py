"""Files over HTTP: uploaded within WhatsApp's limits, kept once, served so that they can do no harm, provided to the number that sends."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from aiohttp import web
from uuid_utils.compat import uuid7

from bed import files
from bed.apart import end_apart
from bed.api import key_of
from bed.graph import Graph
from bed.meta import Meta, meta
from bed.rows import Number, insert_conversation, insert_number
from bed.tenants import Tenant, caller, told
from curbe.channels.cloudapi.client import CloudApi
from curbe.domain.access import Scope
from curbe.domain.failures import FailureKind, SendFailure
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.infra.egress_errors import ForbiddenAddress
from curbe.infra.http import Egress
from curbe.media import purge, service
from curbe.media.kinds import LIMITS, MediaKind
from curbe.media.provide import Provider, SendingNumber
from curbe.media.storage import LocalStorage

pytestmark = pytest.mark.anyio

PICTURE = files.picture("PNG")


@pytest.fixture
def environ(graph: Graph, tmp_path: Path) -> dict[str, str]:
    """An installation with a folder of its own."""
    return {**graph.environ, "CURBE_DATA_DIR": str(tmp_path)}


async def upload(
    tenant: Tenant, content: bytes = PICTURE, content_type: str = "image/png", **query: Any
) -> httpx.Response:
    """Upload a file as the whole body."""
    return await tenant.client.post(
        f"{tenant.path}/media", content=content, headers={"Content-Type": content_type}, params=query
    )


async def uploaded(tenant: Tenant, *arguments: Any, **query: Any) -> dict[str, Any]:
    """Upload a file that is taken."""
    answer = await upload(tenant, *arguments, **query)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read(tenant: Tenant, media: dict[str, Any], **headers: str) -> httpx.Response:
    """Read a file back."""
    return await tenant.client.get(
        media["url"], headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def kept(folder: Path) -> list[Path]:
    """Return every file of the installation."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_file_comes_back_as_it_went(acme: Tenant) -> None:
    media = await uploaded(acme, filename="plan.png")

    answer = await read(acme, media)

    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers.get_list("content-type") == ["image/png"]
    assert answer.headers["content-length"] == str(len(PICTURE))
    assert (media["mime_type"], media["size"], media["filename"]) == ("image/png", len(PICTURE), "plan.png")
    assert media["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert (media["width"], media["height"]) == (640, 400)
    info = await acme.client.get(media["url"] + "/info")
    assert info.json() == media


async def test_a_form_does_as_well_as_a_bare_body(acme: Tenant) -> None:
    answer = await acme.client.post(
        f"{acme.path}/media",
        files={"file": ("C:\\photos\\plan.png", PICTURE, "image/png")},
        data={"kind": "image"},
    )

    assert answer.status_code == 201, answer.text
    assert answer.json()["filename"] == "plan.png"
    assert (await read(acme, answer.json())).content == PICTURE


async def test_a_form_without_a_file_is_refused(acme: Tenant) -> None:
    answer = await acme.client.post(f"{acme.path}/media", files={"other": (None, "words")})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("asked", "status", "start", "stop"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, None),
        ("bytes=-7", 206, -7, None),
        ("bytes=0-99999999", 206, 0, None),
        ("bytes=0-1,4-5", 200, 0, None),
        ("pages=1-2", 200, 0, None),
    ],
)
async def test_a_part_of_a_file_is_that_part(
    acme: Tenant, asked: str, status: int, start: int, stop: int | None
) -> None:
    media = await uploaded(acme)

    answer = await read(acme, media, Range=asked)

    assert (answer.status_code, answer.content) == (status, PICTURE[start:stop])
    if status == 206:
        first = len(PICTURE) + start if start < 0 else start
        last = first + len(answer.content) - 1
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(PICTURE)}"
        assert answer.headers["content-length"] == str(len(answer.content))


async def test_a_part_beyond_the_end_is_refused_with_the_files_size(acme: Tenant) -> None:
    media = await uploaded(acme)

    answer = await read(acme, media, Range=f"bytes={len(PICTURE)}-")

    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(PICTURE)}"


async def test_a_file_the_reader_has_is_not_sent_again(acme: Tenant) -> None:
    media = await uploaded(acme)
    tag = (await read(acme, media)).headers["etag"]

    assert (await read(acme, media, If_None_Match=tag)).status_code == 304
    assert (await read(acme, media, Range="bytes=0-1", If_Range=tag)).status_code == 206
    assert (await read(acme, media, Range="bytes=0-1", If_Range='"another"')).status_code == 200


HARMFUL = {
    "page.html": ("text/html", b"<html><script>alert(1)</script>"),
    "drawing.svg": (
        "image/svg+xml",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    ),
    "script.js": ("application/javascript", b"alert(1)"),
    "feed.xml": ("application/xml", b"<?xml version='1.0'?><a/>"),
    "table.csv": ("text/csv", b"=cmd()"),
}


@pytest.mark.parametrize("name", HARMFUL)
async def test_what_could_run_in_a_browser_is_a_download_of_bytes(acme: Tenant, name: str) -> None:
    content_type, content = HARMFUL[name]
    media = await uploaded(acme, content, content_type, filename=name)

    answer = await read(acme, media)

    assert answer.headers.get_list("content-type") == ["application/octet-stream"]
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.content == content


async def test_every_file_is_served_where_it_can_reach_nothing(acme: Tenant) -> None:
    media = await uploaded(acme)

    for answer in (await read(acme, media), await acme.client.get(media["thumbnail_url"])):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["content-disposition"].startswith("inline")


async def test_a_thumbnail_is_a_small_picture_of_curbes_own_making(acme: Tenant) -> None:
    media = await uploaded(acme, files.photo_from_a_phone(), "image/jpeg")

    answer = await acme.client.get(media["thumbnail_url"])

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert b"maker of phones" not in answer.content


async def test_a_file_without_a_picture_has_no_thumbnail(acme: Tenant) -> None:
    media = await uploaded(acme, b"%PDF-1.7 words", "application/pdf")

    assert "thumbnail_url" not in media
    assert (await acme.client.get(media["url"] + "/thumbnail")).status_code == 404


@pytest.mark.parametrize(
    ("made", "content_type", "query", "says"),
    [
        (lambda: PICTURE, "image/png", {"kind": "sticker"}, "image/webp"),
        (partial(files.picture, "GIF"), "image/gif", {"kind": "image"}, "image/jpeg, image/png"),
        (lambda: b"<html>", "image/png", {}, "does not begin"),
        (partial(files.picture, "GIF"), "image/png", {}, "image/gif"),
        (lambda: b"", "image/png", {}, "empty"),
        (lambda: b"words", "text/plain", {"kind": "voice"}, "voice note"),
        (lambda: b"\x1a\x45\xdf\xa3 no sound", "audio/webm", {}, "no sound"),
        (lambda: PICTURE, "image/png", {"kind": "poster"}, "kind"),
        (partial(files.film, codec="mpeg4"), "video/mp4", {}, "coded as MPEG4"),
        (files.picture_for_print, "image/jpeg", {}, "colours are CMYK"),
    ],
)
async def test_what_whatsapp_would_refuse_is_refused_before_it_is_stored(
    acme: Tenant,
    tmp_path: Path,
    made: Callable[[], bytes],
    content_type: str,
    query: dict[str, str],
    says: str,
) -> None:
    answer = await upload(acme, made(), content_type, **query)

    assert answer.status_code == 422, answer.text
    assert says in answer.text
    assert kept(tmp_path) == []


async def test_what_whatsapp_would_not_show_goes_as_a_document_and_whoever_sends_it_is_told_so(
    acme: Tenant,
) -> None:
    films = {codec: files.film(codec=codec, frames=2) for codec in ("mpeg4", "libx264")}

    refused = await upload(acme, films["mpeg4"], "video/mp4")
    shown = await upload(acme, films["libx264"], "video/mp4")
    document = await upload(acme, films["mpeg4"], "video/mp4", kind="document")

    assert refused.status_code == 422
    assert "documento" in refused.json()["ways_out"]["es"]
    assert (shown.status_code, document.status_code) == (201, 201)


@pytest.mark.parametrize(("kind", "content_type"), [("image", "image/png"), ("sticker", "image/webp")])
async def test_a_byte_too_many_is_refused_with_the_limit_announced_or_not(
    acme: Tenant, tmp_path: Path, kind: str, content_type: str
) -> None:
    most = LIMITS[MediaKind(kind)].most_bytes
    begin = files.picture("PNG" if kind == "image" else "WEBP")
    content = begin + b"\0" * (most + 1 - len(begin))

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 1 << 16):
            yield content[at : at + (1 << 16)]

    for sent in (content, chunks()):
        answer = await acme.client.post(
            f"{acme.path}/media", content=sent, headers={"Content-Type": content_type}, params={"kind": kind}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert str(most) in answer.json()["detail"]
    assert kept(tmp_path) == []


async def test_a_sticker_that_does_not_move_has_a_smaller_limit(acme: Tenant) -> None:
    still, moving = files.picture("WEBP"), files.moving_webp()
    padding = b"\0" * (101 * 1024)

    refused = await upload(acme, still + padding, "image/webp", kind="sticker")
    taken = await upload(acme, moving + padding, "image/webp", kind="sticker")

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large"), refused.text
    assert "102400" in refused.json()["detail"]
    assert taken.status_code == 201, taken.text


async def test_more_than_whatsapp_takes_of_anything_is_refused_by_its_announcement(acme: Tenant) -> None:
    answer = await acme.client.post(
        f"{acme.path}/media",
        content=b"x",
        headers={"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(2**28)},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_recording_of_a_browser_becomes_a_voice_note_without_being_encoded_anew(
    acme: Tenant, tmp_path: Path
) -> None:
    recording = files.sound("webm", "libopus")
    media = await uploaded(acme, recording, "audio/webm;codecs=opus", filename="note.webm")

    content = (await read(acme, media)).content

    assert (media["mime_type"], media["filename"]) == ("audio/ogg", "note.ogg")
    assert files.codec_of(content) == ("ogg", "opus", 1)
    assert abs(len(content) - len(recording)) < 2500  # the same packets in another wrapping
    assert abs(media["duration_ms"] - 2000) < 60
    assert media["peaks"]
    assert [path for path in kept(tmp_path) if ".incoming" in str(path)] == []


@pytest.mark.parametrize(
    ("container", "codec", "layout", "content_type"),
    [
        ("webm", "libopus", "stereo", "audio/webm"),
        ("ogg", "libopus", "stereo", "audio/ogg"),
        ("ipod", "aac", "mono", "audio/mp4"),
        ("mp3", "mp3", "stereo", "audio/mpeg"),
    ],
)
async def test_any_recording_becomes_ogg_with_opus_mono(
    acme: Tenant, container: str, codec: str, layout: str, content_type: str
) -> None:
    content = files.sound(container, codec, layout=layout)

    media = await uploaded(acme, content, content_type, kind="voice")

    assert media["mime_type"] == "audio/ogg"
    assert files.codec_of((await read(acme, media)).content) == ("ogg", "opus", 1)


async def test_a_voice_note_is_made_small_enough_to_be_played_at_once_on_the_phone(acme: Tenant) -> None:
    recording = files.sound("webm", "libopus", seconds=20, bit_rate=256_000)
    assert len(recording) > 600_000

    media = await uploaded(acme, recording, "audio/webm")

    content = (await read(acme, media)).content
    assert len(content) <= 512 * 1024
    assert files.codec_of(content) == ("ogg", "opus", 1)
    assert abs(media["duration_ms"] - 20_000) < 100


async def test_a_recording_is_not_refused_because_what_makes_it_a_voice_note_is_stopped(acme: Tenant) -> None:
    recording = files.sound("webm", "libopus")
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(upload(acme, recording, "audio/webm"))
        tasks.create_task(end_apart("curbe.media.examine"))

    again = await upload(acme, recording, "audio/webm")

    assert (asked.result().status_code, asked.result().json()["code"]) == (503, "unavailable")
    assert again.status_code == 201


async def test_the_same_file_twice_is_one_file(acme: Tenant, tmp_path: Path) -> None:
    first, second = await uploaded(acme, filename="a.png"), await uploaded(acme, filename="b.png")

    assert first["id"] == second["id"]
    assert len([path for path in kept(tmp_path) if path.suffix != ".webp"]) == 1


async def test_another_tenants_file_is_as_good_as_none(
    new_tenant: Callable[[], Awaitable[Tenant]],
) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    media = await uploaded(theirs)

    for tail in ("", "/info", "/thumbnail"):
        hidden = await mine.get(f"/media/{media['id']}{tail}")
        nobodys = await mine.get(f"/media/{uuid4()}{tail}")
        assert (hidden.status_code, told(hidden)) == (404, told(nobodys))
    again = await uploaded(mine)
    assert again["id"] != media["id"]


async def test_a_key_reads_or_uploads_files_by_its_scopes(acme: Tenant, web: Pool) -> None:
    media = await uploaded(acme)
    _, reading = await key_of(web, acme.id, scopes=[Scope.INBOX_READ])
    _, sending = await key_of(web, acme.id, scopes=[Scope.MESSAGES_SEND])
    reader = Tenant(acme.id, caller(acme.client, key=reading), reading)
    sender = Tenant(acme.id, caller(acme.client, key=sending), sending)

    assert (await read(reader, media)).status_code == 200
    assert (await upload(reader)).status_code == 403
    assert (await read(sender, media)).status_code == 403
    assert (await upload(sender)).status_code == 201


async def test_a_file_that_vanished_from_the_disk_is_said_to_be_gone(acme: Tenant, tmp_path: Path) -> None:
    media = await uploaded(acme)
    for path in kept(tmp_path):
        path.unlink()

    answer = await read(acme, media)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_disk_that_takes_nothing_is_said_to_be_unavailable(acme: Tenant, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")

    answer = await upload(acme)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_uploading_is_written_into_the_audit_log(acme: Tenant, owner: asyncpg.Connection) -> None:
    media = await uploaded(acme, filename="secret-name.png")

    rows = await owner.fetch("SELECT subject, detail FROM audit_log WHERE action = 'media.uploaded'")

    assert [row["subject"] for row in rows] == [media["id"]]
    assert "secret-name" not in rows[0]["detail"]


async def test_the_openapi_document_tells_what_an_upload_looks_like(operator: httpx.AsyncClient) -> None:
    paths = (await operator.get("/schema/openapi.json")).json()["paths"]

    described = paths["/api/tenants/{tenant_id}/media"]["post"]
    form = described["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"]["file"]["format"] == "binary"
    assert set(form["properties"]["kind"]["enum"]) == {kind.value for kind in MediaKind}


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.at = utc_now()

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
async def host() -> AsyncIterator[Meta]:
    async with meta() as running:
        yield running


async def wanted() -> bool:
    return True


async def numbers_of(owner: asyncpg.Connection, tenant: Tenant, count: int) -> list[SendingNumber]:
    """Connect numbers of the tenant's that may send."""
    made: list[Number] = [await insert_number(owner, tenant.id) for _ in range(count)]
    return [
        SendingNumber(tenant.id, number.connection_id, number.phone_number_id, Secret("EAAaTokenOfTheTests"))
        for number in made
    ]


async def test_meta_gets_a_file_once_for_each_number_until_its_id_ends(
    acme: Tenant, worker: Pool, owner: asyncpg.Connection, tmp_path: Path, host: Meta
) -> None:
    media = await uploaded(acme)
    first, second = await numbers_of(owner, acme, 2)
    clock = Clock()
    async with Egress(trusted=[host.url]) as egress:
        provider = Provider(
            worker,
            cloud_api=CloudApi(egress, base_url=host.url, version="v25.0"),
            storage=LocalStorage(tmp_path / "media"),
            now=clock,
        )

        once = await provider.provide(UUID(media["id"]), wanted, number=first)
        again = await provider.provide(UUID(media["id"]), wanted, number=first)
        elsewhere = await provider.provide(UUID(media["id"]), wanted, number=second)
        clock.at += timedelta(days=29, hours=1)
        later = await provider.provide(UUID(media["id"]), wanted, number=first)

    assert (once, again, elsewhere, later) == ("901", "901", "902", "903")
    assert host.uploads == [("image/png", PICTURE)] * 3


def all_at_once(many: int) -> Callable[[], Awaitable[bool]]:
    """Let messages begin their uploads together."""
    barrier = asyncio.Barrier(many)

    async def wanted() -> bool:
        await barrier.wait()
        return True

    return wanted


async def test_messages_that_begin_at_once_with_one_file_upload_it_once(
    acme: Tenant, worker: Pool, owner: asyncpg.Connection, tmp_path: Path, host: Meta
) -> None:
    media = await uploaded(acme)
    [number] = await numbers_of(owner, acme, 1)
    begun = all_at_once(5)
    async with Egress(trusted=[host.url]) as egress:
        api = CloudApi(egress, base_url=host.url, version="v25.0")
        provider = Provider(worker, cloud_api=api, storage=LocalStorage(tmp_path / "media"), now=utc_now)

        provided = await asyncio.gather(
            *(provider.provide(UUID(media["id"]), begun, number=number) for _ in range(5))
        )

    assert provided == ["901"] * 5
    assert host.uploads == [("image/png", PICTURE)]


async def test_a_message_that_waits_for_an_upload_that_is_told_to_stop_makes_its_own_if_it_still_may(
    acme: Tenant, worker: Pool, owner: asyncpg.Connection, tmp_path: Path, host: Meta
) -> None:
    media = await uploaded(acme)
    [number] = await numbers_of(owner, acme, 1)
    under_way, waits, over = asyncio.Event(), asyncio.Event(), asyncio.Event()
    times_asked = 0

    async def never_answers(_: web.Request) -> web.Response:
        under_way.set()
        await over.wait()
        return web.Response()

    async def takes(_: web.Request) -> web.Response:
        return web.json_response({"id": "902"})

    async def asked() -> bool:
        nonlocal times_asked
        times_asked += 1
        waits.set()
        return True

    host.files[f"/v25.0/{number.phone_number_id}/media"] = [never_answers, takes]
    async with Egress(trusted=[host.url]) as egress, asyncio.timeout(10):
        api = CloudApi(egress, base_url=host.url, version="v25.0")
        provider = Provider(worker, cloud_api=api, storage=LocalStorage(tmp_path / "media"), now=utc_now)
        first = asyncio.ensure_future(provider.provide(UUID(media["id"]), wanted, number=number))
        await under_way.wait()
        second = asyncio.ensure_future(provider.provide(UUID(media["id"]), asked, number=number))
        await waits.wait()
        first.cancel()
        provided = await second
    over.set()

    assert provided == "902"
    assert times_asked == 2, "its lease lasts as long as an upload that begins now"


async def test_messages_that_wait_for_an_upload_that_fails_were_certainly_not_sent(
    acme: Tenant, worker: Pool, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    media = await uploaded(acme)
    [number] = await numbers_of(owner, acme, 1)
    nobody = "http://127.0.0.1:9"
    async with Egress(trusted=[nobody]) as egress:

        async def provided(base_url: str) -> list[str | SendFailure | BaseException]:
            api = CloudApi(egress, base_url=base_url, version="v25.0")
            provider = Provider(worker, cloud_api=api, storage=LocalStorage(tmp_path / "media"), now=utc_now)
            begun = all_at_once(3)
            return await asyncio.gather(
                *(provider.provide(UUID(media["id"]), begun, number=number) for _ in range(3)),
                return_exceptions=True,
            )

        away = await provided(nobody)
        broken = await provided("http://127.0.0.1:10")  # not trusted: what uploads breaks

    assert [came.kind for came in away if isinstance(came, SendFailure)] == [FailureKind.UNREACHABLE] * 3
    assert [type(came) for came in broken if not isinstance(came, SendFailure)] == [ForbiddenAddress]
    assert [came.kind for came in broken if isinstance(came, SendFailure)] == [FailureKind.TRANSIENT] * 2


async def test_a_file_that_cannot_be_provided_is_a_failure_and_never_a_doubt(
    acme: Tenant, worker: Pool, owner: asyncpg.Connection, tmp_path: Path, host: Meta
) -> None:
    media = await uploaded(acme)
    [number] = await numbers_of(owner, acme, 1)
    async with Egress(trusted=[host.url, "http://127.0.0.1:9"]) as egress:

        def provider(base_url: str) -> Provider:
            api = CloudApi(egress, base_url=base_url, version="v25.0")
            return Provider(worker, cloud_api=api, storage=LocalStorage(tmp_path / "media"), now=utc_now)

        away = await provider("http://127.0.0.1:9").provide(UUID(media["id"]), wanted, number=number)
        unknown = await provider(host.url).provide(uuid4(), wanted, number=number)
        for path in kept(tmp_path):
            path.unlink()
        gone = await provider(host.url).provide(UUID(media["id"]), wanted, number=number)

    assert [failure.kind for failure in (away, unknown, gone) if isinstance(failure, SendFailure)] == [
        FailureKind.UNREACHABLE,
        FailureKind.INVALID_REQUEST,
        FailureKind.INVALID_REQUEST,
    ]


async def test_of_a_file_that_cannot_be_read_at_the_moment_meta_hears_nothing_and_it_is_said_whose_fault_it_is(
    acme: Tenant, worker: Pool, owner: asyncpg.Connection, tmp_path: Path, host: Meta
) -> None:
    media = await uploaded(acme)
    [number] = await numbers_of(owner, acme, 1)
    for path in kept(tmp_path):
        path.unlink()
        path.mkdir()  # there, and no file can be read from it
    async with Egress(trusted=[host.url]) as egress:
        provider = Provider(
            worker,
            cloud_api=CloudApi(egress, base_url=host.url, version="v25.0"),
            storage=LocalStorage(tmp_path / "media"),
            now=utc_now,
        )

        unread = await provider.provide(UUID(media["id"]), wanted, number=number)

    assert isinstance(unread, SendFailure)
    assert (unread.kind, unread.code) == (FailureKind.STORAGE, None)
    assert host.asked == []


async def test_the_real_graph_rules_take_what_we_upload(
    acme: Tenant, worker: Pool, owner: asyncpg.Connection, tmp_path: Path, graph: Graph
) -> None:
    """The sandbox checks the form as Meta does, and gives the same bytes back."""
    place = graph.world()
    media = await uploaded(acme, files.sound("webm", "libopus"), "audio/webm")
    number = SendingNumber(
        acme.id,
        (await insert_number(owner, acme.id)).connection_id,
        place.phone_number_id,
        Secret(place.token),
    )
    async with Egress(trusted=[graph.url]) as egress:
        api = CloudApi(egress, base_url=graph.url, version="v25.0")
        provider = Provider(worker, cloud_api=api, storage=LocalStorage(tmp_path / "media"), now=utc_now)

        provided = await provider.provide(UUID(media["id"]), wanted, number=number)
        assert isinstance(provided, str), provided
        node = await api.read_media(provided, number.token, phone_number_id=place.phone_number_id)

    assert (node.mime_type, node.sha256) == ("audio/ogg", media["sha256"])


async def test_a_file_hangs_on_the_message_it_is_sent_with(
    acme: Tenant, web: Pool, owner: asyncpg.Connection
) -> None:
    from bed.rows import insert_sent  # noqa: PLC0415 - here alone
    from curbe.inbox.service import messages_by_id  # noqa: PLC0415 - here alone

    media = await uploaded(acme, filename="plan.png")
    number = await insert_number(owner, acme.id)
    sent = await insert_sent(owner, number)

    async with web.transaction(acme.id) as tx:
        await service.attach(
            tx,
            tenant_id=acme.id,
            message_id=sent.id,
            connection_id=number.connection_id,
            media_id=UUID(media["id"]),
        )
        [message] = await messages_by_id(tx, tenant_id=acme.id, ids=[sent.id])

    assert message.media is not None
    assert (str(message.media.id), message.media.filename, message.media.url) == (
        media["id"],
        "plan.png",
        media["url"],
    )


async def test_a_message_without_a_file_has_none_to_fetch(acme: Tenant) -> None:
    assert (await acme.post(f"/media/messages/{uuid7()}/fetch")).status_code == 404


@pytest.mark.parametrize(
    "place", ["message", "header of buttons", "header of a template", "card of a template"]
)
async def test_an_own_file_is_checked_wherever_it_stands_and_shown_in_the_event_at_once(
    acme: Tenant, owner: asyncpg.Connection, place: str
) -> None:
    number = await insert_number(owner, acme.id)
    conversation = await insert_conversation(owner, number, last_inbound_at=utc_now())
    good = await uploaded(acme)
    film = await uploaded(acme, files.film(), "video/mp4")

    taken = await acme.post(SEND, {"conversation_id": str(conversation), **_with_picture(place, good["id"])})
    wrong = await acme.post(SEND, {"conversation_id": str(conversation), **_with_picture(place, film["id"])})
    missing = await acme.post(
        SEND, {"conversation_id": str(conversation), **_with_picture(place, str(uuid7()))}
    )

    assert taken.status_code == 202, taken.text
    assert (wrong.status_code, wrong.json()["field"]) == (422, PLACES[place]), wrong.text
    assert "video/mp4 cannot be sent as image" in wrong.json()["detail"]
    assert missing.status_code == 404
    events = (await acme.get("/events?limit=100")).json()["items"]
    [queued] = [event["data"] for event in events if event["type"] == "message_queued"]
    assert queued.get("media", {}).get("id") == (good["id"] if place == "message" else None)


@pytest.mark.parametrize("place", ["header of buttons", "header of a template", "card of a template"])
async def test_a_file_that_is_sent_again_and_again_outlives_its_upload_wherever_it_stands(
    acme: Tenant, owner: asyncpg.Connection, worker: Pool, place: str
) -> None:
    number = await insert_number(owner, acme.id)
    conversation = await insert_conversation(owner, number, last_inbound_at=utc_now())
    sent, unsent = await uploaded(acme), await uploaded(acme, files.film(), "video/mp4")
    await owner.execute("UPDATE media_assets SET created_at = now() - interval '40 days'")
    told = {"conversation_id": str(conversation), **_with_picture(place, sent["id"])}
    assert (await acme.post(SEND, told)).status_code == 202

    async with worker.transaction(acme.id) as tx:
        limit = utc_now() - timedelta(days=30)
        await purge.delete_assets(tx, tenant_id=acme.id, before=limit, most=10)

    assert (await acme.get(f"/media/{sent['id']}/info")).status_code == 200
    assert (await acme.get(f"/media/{unsent['id']}/info")).status_code == 404


SEND = "/whatsapp/messages/send"
PLACES = {
    "message": "image.id",
    "header of buttons": "interactive.header.image.id",
    "header of a template": "template.components[0].parameters[0].image.id",
    "card of a template": "template.components[0].cards[0].components[0].parameters[0].image.id",
}


def _with_picture(place: str, media_id: str) -> dict[str, Any]:
    picture = {"type": "image", "image": {"id": media_id}}
    header = {"type": "header", "parameters": [picture]}
    card = {"type": "carousel", "cards": [{"card_index": 0, "components": [header]}]}
    template = {"name": "spring", "language": {"code": "es"}}
    match place:
        case "message":
            return picture
        case "header of buttons":
            action = {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]}
            buttons = {"type": "button", "header": picture, "body": {"text": "?"}, "action": action}
            return {"type": "interactive", "interactive": buttons}
        case "header of a template":
            return {"type": "template", "template": {**template, "components": [header]}}
        case _:
            return {"type": "template", "template": {**template, "components": [card]}}

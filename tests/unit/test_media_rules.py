"""Files, as far as they can be judged without one: what they are, what WhatsApp takes, how they are served, when to ask again."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from bed import files
from curbe.channels.cloudapi.media import attachment_in, digest_from, upload_form
from curbe.media.kinds import HEAD, LIMITS, MediaKind, natural_kind, plain_type, sniffed, why_not
from curbe.media.rules import (
    STORAGE,
    Part,
    Tried,
    Unsatisfiable,
    disposition,
    gives_up,
    link_is_fresh,
    name_of,
    part_wanted,
    pause_after,
    served_type,
    shown_inline,
    storage_key,
    upload_is_usable,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DIGEST = hashlib.sha256(b"a file").digest()


@pytest.mark.parametrize(
    ("made", "declared", "told"),
    [
        (partial(files.picture, "PNG"), "", "image/png"),
        (partial(files.picture, "JPEG"), "", "image/jpeg"),
        (partial(files.picture, "WEBP"), "", "image/webp"),
        (partial(files.picture, "GIF"), "", "image/gif"),
        (partial(files.sound, "ogg", "libopus"), "", "audio/ogg"),
        (partial(files.sound, "mp3", "mp3"), "", "audio/mpeg"),
        (partial(files.sound, "adts", "aac"), "", "audio/aac"),
        (partial(files.sound, "ipod", "aac"), "", "audio/mp4"),
        (partial(files.sound, "webm", "libopus"), "audio/webm", "audio/webm"),
        (files.film, "video/mp4", "video/mp4"),
    ],
)
def test_a_file_of_a_phone_or_a_browser_is_what_its_first_bytes_show(
    made: Callable[[], bytes], declared: str, told: str
) -> None:
    assert sniffed(made()[:HEAD], declared=declared) == told


@pytest.mark.parametrize(
    ("content", "declared", "told"),
    [
        (b"%PDF-1.7\n", "", "application/pdf"),
        (b"#!AMR\n", "", "audio/amr"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", None),
        (b"\xef\xbb\xbf<html><script>", "image/png", None),
        (b"", "image/png", None),
    ],
)
def test_a_file_is_what_its_first_bytes_show(content: bytes, declared: str, told: str | None) -> None:
    assert sniffed(content[:HEAD], declared=declared) == told


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("Image/JPG; charset=binary", "image/jpeg"),
        ("audio/webm;codecs=opus", "audio/webm"),
        ("audio/mp3", "audio/mpeg"),
        (None, "application/octet-stream"),
        ("image/png\r\nX-Other: 1", "application/octet-stream"),
        ("text", "application/octet-stream"),
        ("a/" + "b" * 200, "application/octet-stream"),
    ],
)
def test_a_content_type_is_read_down_to_a_plain_mime_type(content_type: str | None, name: str) -> None:
    assert plain_type(content_type) == name


@pytest.mark.parametrize("kind", MediaKind)
def test_the_largest_file_of_a_kind_is_taken_and_one_byte_more_is_not(kind: MediaKind) -> None:
    limit = LIMITS[kind]
    mime_type = next(iter(limit.mime_types), "application/zip")

    assert why_not(kind, mime_type=mime_type, size=limit.most_bytes) is None
    refusal = why_not(kind, mime_type=mime_type, size=limit.most_bytes + 1)
    assert refusal is not None
    assert str(limit.most_bytes) in refusal


def test_a_type_that_whatsapp_does_not_show_is_refused_as_that_kind_and_taken_as_a_document() -> None:
    assert "image/jpeg" in (why_not(MediaKind.IMAGE, mime_type="image/gif", size=1) or "")
    assert natural_kind("image/gif") is MediaKind.DOCUMENT
    assert why_not(MediaKind.DOCUMENT, mime_type="image/gif", size=1) is None


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-99", Part(0, 100)),
        ("bytes=900-", Part(900, 100)),
        ("bytes=900-5000", Part(900, 100)),
        ("bytes=-10", Part(990, 10)),
        ("bytes=-5000", Part(0, 1000)),
        (None, None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=9-5", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-5", None),
        ("bytes=a-b", None),
        ("bytes=1e3-", None),
    ],
)
def test_a_range_is_one_part_of_the_file_or_as_if_it_were_not_there(
    header: str | None, part: Part | None
) -> None:
    assert part_wanted(header, size=1000) == part


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        part_wanted(header, size=1000)


@pytest.mark.parametrize(
    "mime_type",
    [
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/xml",
        "application/javascript",
        "video/x-unknown",
    ],
)
def test_nothing_that_can_hold_a_script_is_shown_or_named_as_what_it_is(mime_type: str) -> None:
    assert not shown_inline(mime_type, sniffed=True)
    assert served_type(mime_type, sniffed=True) == "application/octet-stream"


def test_a_file_that_only_claims_to_be_a_picture_is_a_download_of_bytes() -> None:
    assert not shown_inline("image/png", sniffed=False)
    assert served_type("image/png", sniffed=False) == "application/octet-stream"
    assert shown_inline("image/png", sniffed=True)


def test_a_file_without_a_name_is_called_by_its_kind() -> None:
    kinds = ["image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/3gpp", "audio/ogg",
             "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "application/pdf", "text/plain", "image/x-new"]  # fmt: skip

    assert [name_of(None, mime_type=kind).removeprefix("file.") for kind in kinds] == [
        "jpg", "png", "webp", "gif", "mp4", "3gp", "ogg", "mp3", "m4a", "aac", "amr", "pdf", "txt", "bin",
    ]  # fmt: skip
    assert name_of("a photo.png", mime_type="image/jpeg") == "a photo.png"


@pytest.mark.parametrize(
    "name",
    ['a"; filename=evil.html', "a\r\nSet-Cookie: x=1", "../../etc/passwd", "niño 🙂.pdf", "a;b%22", "\\"],
)
def test_no_filename_leaves_its_quotes_or_its_line(name: str) -> None:
    shown = disposition(name, inline=False)

    assert shown.isascii()
    assert shown.isprintable()
    assert shown.startswith('attachment; filename="')
    inside, _, rest = shown.removeprefix('attachment; filename="').partition('"')
    assert rest.startswith("; filename*=UTF-8''")
    assert not set(inside) & set('"\\/;%')
    assert not set(rest.removeprefix("; filename*=UTF-8''")) & set('" ;/\\')


def test_a_link_is_followed_for_less_than_five_minutes_and_then_asked_for_anew() -> None:
    assert link_is_fresh(NOW - timedelta(minutes=4), now=NOW)
    assert not link_is_fresh(NOW - timedelta(minutes=5), now=NOW)
    assert not link_is_fresh(None, now=NOW)


def tried(attempts: int, *reasons: str | None, waited: timedelta = timedelta(0)) -> Tried:
    return Tried(attempts=attempts, waited=waited, reasons=reasons)


def test_a_bad_file_is_asked_for_five_times_with_growing_pauses() -> None:
    bad = "digest_mismatch"
    pauses = [pause_after(tried(1, None, bad))]
    pauses += [pause_after(tried(attempt, bad, bad)) for attempt in range(2, 6)]

    assert pauses[-1] is None
    assert pauses[:-1] == sorted(pause for pause in pauses[:-1] if pause is not None)
    assert gives_up(tried(5, bad))


@pytest.mark.parametrize(
    "reason", [STORAGE, "unreachable", "graph_unreachable", "too_many_requests", "status_429", "status_503"]
)
def test_what_passes_is_waited_for_as_long_as_meta_has_the_file(reason: str) -> None:
    waiting = tried(50, reason, reason, waited=timedelta(days=6))

    assert pause_after(waiting) == timedelta(minutes=30)
    assert gives_up(tried(50, reason, reason, waited=timedelta(days=7)))


@pytest.mark.parametrize("reason", ["token", "missing_permission", "status_401", "status_403"])
def test_a_token_that_is_refused_is_tried_again_seldom_for_as_long(reason: str) -> None:
    assert pause_after(tried(1, None, reason)) == timedelta(seconds=10)
    assert pause_after(tried(40, reason, reason, waited=timedelta(days=6))) == timedelta(hours=3)


def test_a_bad_attempt_after_a_long_outage_is_not_the_last_one() -> None:
    assert pause_after(tried(90, "unreachable", "link_ended")) is not None
    assert pause_after(tried(91, "link_ended", "link_ended")) is None


def test_an_upload_that_ends_soon_is_not_used() -> None:
    assert upload_is_usable(NOW + timedelta(days=2), now=NOW)
    assert not upload_is_usable(NOW + timedelta(hours=2), now=NOW)


def test_a_content_has_one_place_for_each_tenant() -> None:
    mine, theirs = uuid4(), uuid4()

    assert storage_key(mine, DIGEST) == f"{mine}/{DIGEST.hex()[:2]}/{DIGEST.hex()}"
    assert storage_key(mine, DIGEST) != storage_key(theirs, DIGEST)


def test_a_digest_is_read_in_base64_and_in_hex() -> None:
    assert digest_from(base64.b64encode(DIGEST).decode()) == DIGEST
    assert digest_from(DIGEST.hex()) == DIGEST
    assert digest_from("not a digest") is None
    assert digest_from(None) is None


@pytest.mark.parametrize("kind", ["image", "video", "audio", "voice", "document", "sticker"])
def test_the_file_of_each_kind_of_message_is_found(kind: str) -> None:
    file = {
        "id": "1013859600285441",
        "url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        "mime_type": "image/jpeg",
        "sha256": base64.b64encode(DIGEST).decode(),
        "filename": "a.jpg",
    }

    found = attachment_in(json.dumps({"type": kind, kind: file}), message_type=kind)

    assert found is not None
    assert (found.provider_media_id, found.url, found.sha256) == (file["id"], file["url"], DIGEST)
    assert (found.filename, found.voice) == ("a.jpg", kind == "voice")


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("text", {"text": {"body": "hola"}}),
        ("image", {}),
        ("image", {"image": {}}),
        ("image", {"image": "a picture"}),
        ("image", {"image": {"id": "9" * 65}}),
        ("location", {"image": {"id": "1"}}),
    ],
)
def test_a_message_without_a_file_that_can_be_asked_for_has_none(
    kind: str, payload: dict[str, object]
) -> None:
    assert attachment_in(json.dumps({"type": kind, **payload}), message_type=kind) is None


@pytest.mark.anyio
async def test_an_upload_is_exactly_as_long_as_it_says_and_no_name_breaks_its_form() -> None:
    async def chunks():
        yield b"0123"
        yield b"456789"

    streamed, content_type = upload_form(
        mime_type="image/png", filename='a"\r\nX: 1; filename="b', size=10, chunks=chunks
    )
    body = b"".join([chunk async for chunk in streamed.chunks()])

    boundary = content_type.partition("boundary=")[2].encode()
    assert len(body) == streamed.size
    assert body.count(b"--" + boundary) == 4
    assert b"\r\nX: 1" not in body
    assert b"\r\n\r\n0123456789\r\n--" + boundary + b"--" in body

"""A photo and a voice note on real processes: a person sends them, the agent sees and plays them, and records an answer."""

import base64
import hashlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from bed import files
from bed.graph import APP_ID, Graph
from bed.graph import running as sandbox
from bed.installation import installed

pytestmark = [pytest.mark.xdist_group("media")]

PERSON = "34611000002"


@dataclass(frozen=True)
class Place:
    """A running installation with one connected number, and the Meta it talks to."""

    url: str
    key: str
    graph: Graph
    tenant: str
    number: str

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body."""
        sent = {"Authorization": f"Bearer {self.key}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        request = urllib.request.Request(self.url + path, body, sent, method=method)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
                return answer.status, _lower(answer.headers), answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, _lower(refused.headers), refused.read()

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Return what a request that succeeds answers."""
        sent = None if body is None else json.dumps(body).encode()
        status, _, answer = self.ask(method, path, sent, Content_Type="application/json")
        assert status < 300, answer
        return json.loads(answer)

    def person_sends(self, kind: str, content: bytes, mime_type: str) -> None:
        """Let a person send a file."""
        file = {"data": base64.b64encode(content).decode(), "mime_type": mime_type}
        self.graph.control(
            "POST",
            f"/people/{PERSON}/messages",
            {"type": kind, kind: file, "phone_number_id": self.number},
        )

    def media(self, kind: str, state: str, *, within: float = 30) -> dict[str, Any]:
        """Wait for a message of this kind with its file in that state, and return what the inbox shows of the file."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            for conversation in self.json("GET", f"/api/tenants/{self.tenant}/inbox/conversations")["items"]:
                path = f"/api/tenants/{self.tenant}/inbox/conversations/{conversation['id']}/messages"
                for message in self.json("GET", path)["items"]:
                    media = message.get("media")
                    if media is not None and message["type"] == kind and media["state"] == state:
                        return dict(media)
            time.sleep(0.1)  # noqa: TID251 - a test, in no loop
        raise AssertionError(f"no {kind} became {state}")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with sandbox() as graph, installed() as installation:
        secret = {"META_APP_ID": APP_ID, **graph.environ}
        made = installation.answer("init", "--port", "0", **secret)
        running = installation.start("run", "--port", "0", **secret)
        url = running.ready()
        world = graph.world()
        bare = Place(url, made["platform_key"], graph, "", world.phone_number_id)
        running.until(lambda: bare.ask("GET", "/readyz")[0] == 200)
        tenant = bare.json("POST", "/api/tenants", {"name": "Clínica Sol"})["id"]
        _point_webhooks(graph, url, installation.folder / ".env")
        bare.json("POST", f"/api/tenants/{tenant}/whatsapp/connect/complete", world.body())
        yield Place(url, made["platform_key"], graph, tenant, world.phone_number_id)


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _point_webhooks(graph: Graph, url: str, env: Path) -> None:
    words = dict(
        line.split("=", 1) for line in env.read_text().splitlines() if "=" in line and line[0] != "#"
    )
    verify = words["META_VERIFY_TOKEN"].strip("'\"")
    body = {"callback_url": f"{url}/webhooks/meta/whatsapp", "verify_token": verify}
    graph.control("POST", f"/apps/{APP_ID}/callback", body)


def test_a_photo_that_a_person_sends_is_seen_by_the_agent_byte_for_byte(place: Place) -> None:
    photo = files.photo_from_a_phone()

    place.person_sends("image", photo, "image/jpeg")
    media = place.media("image", "stored")

    status, headers, content = place.ask("GET", media["url"])
    assert (status, headers["content-type"]) == (200, "image/jpeg")
    assert hashlib.sha256(content).digest() == hashlib.sha256(photo).digest()
    assert (media["width"], media["height"]) == (600, 800)
    status, headers, _ = place.ask("GET", media["thumbnail_url"])
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_a_player_can_jump_into_a_voice_note(place: Place) -> None:
    voice = files.sound("ogg", "libopus")

    place.person_sends("audio", voice, "audio/ogg; codecs=opus")
    media = place.media("audio", "stored")

    status, headers, content = place.ask("GET", media["url"], Range="bytes=100-199")
    assert (status, content) == (206, voice[100:200])
    assert headers["content-range"] == f"bytes 100-199/{len(voice)}"
    assert media["voice"]
    assert len(base64.b64decode(media["peaks"])) > 10


def test_a_recording_of_the_browser_is_uploaded_as_a_voice_note(place: Place) -> None:
    recording = files.sound("webm", "libopus")

    status, _, answer = place.ask(
        "POST", f"/api/tenants/{place.tenant}/media", recording, Content_Type="audio/webm;codecs=opus"
    )

    assert status == 201, answer
    media = json.loads(answer)
    _, _, content = place.ask("GET", media["url"])
    assert files.codec_of(content) == ("ogg", "opus", 1)

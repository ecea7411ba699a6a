"""What happens by itself, on real processes against the sandbox: a keyword is answered, an event is told, and a no is heard by all."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bed.graph import APP_ID, Graph
from bed.graph import running as sandbox
from bed.installation import installed

pytestmark = [pytest.mark.xdist_group("by_itself")]

PERSON = "34611000003"
# What the sandbox has from its start: its templates belong to this WABA.
FIRST = {
    "waba_id": "200000000000001",
    "phone_number_id": "300000000000001",
    "access_token": "EAAsandboxToken000000000001",
    "country_id": "ES",
}
RULE = {"event": "order.ready", "template": "hello_world", "language": "en_US", "recipient": "$.phone"}


@dataclass(frozen=True)
class Place:
    """A running installation with one connected number, and the Meta it talks to."""

    url: str
    key: str
    graph: Graph
    tenant: str = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        path = path if path.startswith(("/api", "/send", "/ready")) else f"/api/tenants/{self.tenant}{path}"
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, sent, method=method)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"null")

    def writes(self, text: str) -> None:
        """Let the person write."""
        number = FIRST["phone_number_id"]
        self.graph.control("POST", f"/people/{PERSON}/messages", {"text": text, "phone_number_id": number})

    def shown(self) -> str:
        """Return everything on the person's phone."""
        return json.dumps(self.graph.control("GET", f"/people/{PERSON}/phone"), ensure_ascii=False)

    def history(self) -> dict[str, tuple[str, str | None]]:
        _, page = self.ask("GET", "/notifications/history")
        return {one["event_id"]: (one["state"], one["reason"]) for one in page["items"]}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with sandbox() as graph, installed() as installation:
        secret = {"META_APP_ID": APP_ID, **graph.environ}
        made = installation.answer("init", "--port", "0", **secret)
        running = installation.start("run", "--port", "0", **secret)
        bare = Place(running.ready(), made["platform_key"], graph)
        running.until(lambda: bare.ask("GET", "/readyz")[0] == 200)
        _, tenant = bare.ask("POST", "/api/tenants", {"name": "Clínica Sol", "default_country": "ES"})
        _point_webhooks(graph, bare.url, installation.folder / ".env")
        here = Place(bare.url, bare.key, graph, tenant["id"])
        assert here.ask("POST", "/whatsapp/connect/complete", FIRST)[0] == 200
        assert here.ask("POST", "/templates/sync")[0] == 200
        yield here


def _point_webhooks(graph: Graph, url: str, env: Path) -> None:
    lines = [line.split("=", 1) for line in env.read_text().splitlines() if "=" in line and line[0] != "#"]
    verify = dict(lines)["META_VERIFY_TOKEN"].strip("'\"")
    body = {"callback_url": f"{url}/webhooks/meta/whatsapp", "verify_token": verify}
    graph.control("POST", f"/apps/{APP_ID}/callback", body)


def until(condition: Callable[[], bool], *, within: float = 60) -> None:
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.1)  # noqa: TID251 - a test, in no loop


def test_1_a_keyword_is_answered_on_the_persons_phone(place: Place) -> None:
    rule = {
        "kind": "keyword_reply",
        "words": ["precio"],
        "match": "contains",
        "answer": "La visita cuesta 10 €.",
    }
    assert place.ask("POST", "/automations", {"rule": rule})[0] == 201

    place.writes("¿Qué precio tiene?")

    until(lambda: "La visita cuesta 10 €." in place.shown())


def test_2_an_event_is_told_once_on_the_persons_phone(place: Place) -> None:
    assert place.ask("POST", "/notifications/rules", RULE)[0] == 201
    event = {"event": "order.ready", "id": "1", "data": {"phone": PERSON.removeprefix("34")}}

    answers = [place.ask("POST", "/notifications/events", event) for _ in range(2)]

    assert [(status, answer["repeated"]) for status, answer in answers] == [(202, False), (202, True)]
    until(lambda: "hello_world" in place.shown())
    until(lambda: place.history() == {"1": ("sent", None)})


def test_3_the_earlier_gateways_request_reaches_a_bare_number(place: Place) -> None:
    body = {
        "phone": "611000004",
        "template_name": "hello_world",
        "company_id": place.tenant,
        "language": "en_US",
    }

    status, answer = place.ask("POST", "/send_template_direct", body)

    assert (status, answer["phone"]) == (202, "+34611000004")
    path = f"/inbox/conversations/{answer['conversation_id']}/messages"
    until(lambda: place.ask("GET", path)[1]["items"][0]["provider_message_id"] is not None)


def test_4_whoever_says_stop_is_told_of_nothing_more(place: Place) -> None:
    rules = {"keywords": [{"words": ["BAJA"], "state": "out", "answer": "No te escribiremos más."}]}
    assert place.ask("PUT", "/consent-rules", rules)[0] == 200

    place.writes("Baja")
    until(lambda: "No te escribiremos más." in place.shown())
    event = {"event": "order.ready", "id": "2", "data": {"phone": f"+{PERSON}"}}
    place.ask("POST", "/notifications/events", event)

    until(lambda: place.history()["2"] == ("refused", "opted_out"))
    _, contacts = place.ask("GET", f"/contacts?phone=%2B{PERSON}")
    _, ledger = place.ask("GET", f"/contacts/{contacts['items'][0]['id']}/consents")
    assert ledger["standing"] == {"marketing": "out", "utility": "out", "all": "out"}
    assert [one["source"] for one in ledger["items"]] == ["keyword"]


def test_5_what_the_person_writes_while_the_number_is_given_up_is_in_the_inbox_once_it_is_connected_again(
    place: Place,
) -> None:
    assert place.ask("POST", "/whatsapp/disconnect")[0] == 200
    place.writes("¿Sigue ahí?")
    until(lambda: place.ask("GET", "/api/operator/quarantine?kind=unrouted")[1]["items"] != [])

    assert place.ask("POST", "/whatsapp/connect/complete", FIRST)[0] == 200

    until(lambda: "¿Sigue ahí?" in json.dumps(place.ask("GET", "/inbox/conversations"), ensure_ascii=False))
    assert place.ask("GET", "/api/operator/quarantine?kind=unrouted")[1]["items"] == []

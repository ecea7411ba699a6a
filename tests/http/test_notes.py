"""Notes, activity and mentions over HTTP: among colleagues alone, told to whom they call, taken back by who wrote them."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.inbox import Inbox
from bed.rows import NOW, insert_number
from bed.tenants import Tenant
from bed.users import Person, insert_member, signed_in

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


@pytest.fixture
async def inbox(acme: Tenant, owner: Owner) -> Inbox:
    return Inbox(owner, await insert_number(owner, acme.id))


@pytest.fixture
async def bea(acme: Tenant, owner: Owner) -> Person:
    return await insert_member(owner, acme.id, name="Bea")


async def lines(acme: Tenant, conversation: UUID, **params: str) -> list[dict]:
    answer = await acme.get(f"/inbox/conversations/{conversation}/annotations", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def told(owner: Owner, kind: str) -> list[dict]:
    rows = await owner.fetch("SELECT data::text FROM events WHERE type = $1 ORDER BY xid, id", kind)
    return [json.loads(row[0]) for row in rows]


async def test_a_note_is_among_the_lines_and_calls_whom_it_mentions(
    acme: Tenant, owner: Owner, inbox: Inbox, bea: Person, operator: httpx.AsyncClient
) -> None:
    conversation = await inbox.conversation()
    path = f"/inbox/conversations/{conversation}"
    note = {"body": "@Bea ¿lo ves tú?", "mentions": [str(bea.id), str(bea.id)]}

    written = await acme.post(f"{path}/notes", note)
    await acme.client.patch(acme.path + path, json={"assignee_id": str(bea.id)})

    assert written.status_code == 201
    assert written.json()["mentions"] == [str(bea.id)]
    assert written.json()["author"].startswith("key:")
    shown, assigned = await lines(acme, conversation)
    assert shown == written.json()
    assert assigned["activity"] == {"type": "assigned", "assignee_id": str(bea.id), "from_id": None}
    assert await told(owner, "mention") == [{"user_id": str(bea.id), "annotation": written.json()}]
    hers = await signed_in(operator, bea)
    [mention] = (await hers.get(f"{acme.path}/inbox/mentions")).json()["items"]
    assert (mention["annotation"], mention["conversation"]["id"], mention["read_at"]) == (
        written.json(),
        str(conversation),
        None,
    )


async def test_a_page_of_messages_is_read_around_a_note_also_in_what_became_part_of_another(
    acme: Tenant, owner: Owner, inbox: Inbox
) -> None:
    one, other = await inbox.conversation(), await inbox.conversation()
    early, late = timedelta(days=-3650), timedelta(days=3650)  # a note is written now
    made = [str(await inbox.message(one, at=NOW + early + timedelta(seconds=n))) for n in range(5)]
    made += [str(await inbox.message(one, at=NOW + late + timedelta(seconds=n))) for n in range(5)]
    note = (await acme.post(f"/inbox/conversations/{one}/notes", {"body": "look"})).json()["id"]
    path = f"/inbox/conversations/{one}/messages"

    page = await acme.get(path, params={"around": note, "limit": "5"})
    elsewhere = await acme.get(f"/inbox/conversations/{other}/messages", params={"around": note})
    await owner.execute("UPDATE conversations SET merged_into = $1 WHERE id = $2", other, one)
    merged = await acme.get(path, params={"around": note})

    assert page.status_code == 200, page.text
    assert [item["id"] for item in page.json()["items"]] == made[3:7][::-1]
    assert (elsewhere.status_code, elsewhere.json()["field"]) == (422, "around")
    assert merged.status_code == 200, merged.text


async def test_a_note_that_is_asked_for_again_stands_there_once_and_is_told_once(
    acme: Tenant, owner: Owner, inbox: Inbox, bea: Person, operator: httpx.AsyncClient
) -> None:
    conversation, other = await inbox.conversation(), await inbox.conversation()
    path = f"{acme.path}/inbox/conversations/{conversation}/notes"
    note = {"body": "@Bea look", "mentions": [str(bea.id)]}
    key = {"Idempotency-Key": "a"}

    first, again = await asyncio.gather(*(acme.client.post(path, json=note, headers=key) for _ in range(2)))
    others = await acme.client.post(path, json=note, headers={"Idempotency-Key": "b"})
    without = await acme.client.post(path, json=note)
    hers = await signed_in(operator, bea)
    by_another = await hers.post(path, json=note, headers=key)

    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json() == first.json()
    assert len({answer.json()["id"] for answer in (first, others, without, by_another)}) == 4
    assert len(await lines(acme, conversation)) == len(await told(owner, "mention")) == 4
    elsewhere = path.replace(str(conversation), str(other))
    for where, body in (
        (path, {**note, "body": "another"}),
        (path, {"body": "@Bea look"}),
        (elsewhere, note),
    ):
        refused = await acme.client.post(where, json=body, headers=key)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_mismatch"), refused.text
    await acme.client.delete(f"{path}/{first.json()['id']}")
    late = await acme.client.post(path, json=note, headers=key)
    assert (late.json()["id"], "body" in late.json()) == (first.json()["id"], False)


async def test_mentions_are_listed_unread_first_page_by_page_and_read_by_conversation_or_all(
    acme: Tenant, inbox: Inbox, bea: Person, operator: httpx.AsyncClient
) -> None:
    one, other = await inbox.conversation(), await inbox.conversation()
    notes = []
    for conversation in (one, other, one, other, one):
        note = {"body": "look", "mentions": [str(bea.id)]}
        notes.append((await acme.post(f"/inbox/conversations/{conversation}/notes", note)).json()["id"])
    hers = await signed_in(operator, bea)
    path = f"{acme.path}/inbox/mentions"

    async def listed() -> list[int]:
        found, cursor = [], None
        while True:
            page = (await hers.get(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
            found += [notes.index(item["annotation"]["id"]) for item in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                return found

    assert await listed() == [4, 3, 2, 1, 0]
    left = await hers.post(f"{path}/read", json={"conversation_id": str(one)})
    assert left.json() == {"unread": 2}
    assert await listed() == [3, 1, 4, 2, 0]
    assert (await hers.post(f"{path}/read", json={})).json() == {"unread": 0}
    assert await listed() == [4, 3, 2, 1, 0]


async def test_only_who_wrote_a_note_deletes_it_and_then_its_words_are_gone(
    acme: Tenant, owner: Owner, inbox: Inbox, bea: Person, operator: httpx.AsyncClient
) -> None:
    conversation = await inbox.conversation()
    path = f"/inbox/conversations/{conversation}/notes"
    note = (await acme.post(path, {"body": "4111 1111 1111 1111", "mentions": [str(bea.id)]})).json()
    hers = await signed_in(operator, bea)

    refused = await hers.delete(f"{acme.path}{path}/{note['id']}")
    left = await acme.client.delete(f"{acme.path}{path}/{note['id']}")
    again = await acme.client.delete(f"{acme.path}{path}/{note['id']}")

    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_author")
    assert left.status_code == 200
    assert again.json() == left.json()
    assert "body" not in left.json()
    assert left.json()["deleted_at"]
    assert await lines(acme, conversation) == [left.json()]
    assert (await hers.get(f"{acme.path}/inbox/mentions")).json()["items"] == []
    assert await told(owner, "annotation_changed") == [left.json()]
    assert not await owner.fetchval("SELECT bool_or(body LIKE '%4111%') FROM annotations")
    assert not await owner.fetchval("SELECT bool_or(data::text LIKE '%4111%') FROM events")
    assert await told(owner, "annotation_added") == [left.json()]
    assert await told(owner, "mention") == [{"user_id": str(bea.id), "annotation": left.json()}]


async def test_another_note_of_the_conversation_keeps_its_words_in_the_log(
    acme: Tenant, owner: Owner, inbox: Inbox
) -> None:
    path = f"/inbox/conversations/{await inbox.conversation()}/notes"
    gone, kept = [(await acme.post(path, {"body": body})).json() for body in ("gone", "kept")]

    left = await acme.client.delete(f"{acme.path}{path}/{gone['id']}")

    assert await told(owner, "annotation_added") == [left.json(), kept]


async def test_lines_are_read_between_two_times_and_page_by_page(acme: Tenant, inbox: Inbox) -> None:
    conversation = await inbox.conversation()
    for minute in range(5):
        await inbox.owner.execute(
            """INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, body, created_at)
               VALUES ($1, gen_random_uuid(), $2, 'note', 'key:1', $3, $4)""",
            acme.id,
            conversation,
            str(minute),
            NOW + timedelta(minutes=minute),
        )

    async def bodies(**params: str) -> list[str]:
        return [line["body"] for line in await lines(acme, conversation, **params)]

    assert await bodies() == ["0", "1", "2", "3", "4"]
    assert await bodies(**{"from": "2026-11-20T12:01:00Z", "to": "2026-11-20T12:03:00Z"}) == ["1", "2", "3"]
    page = await acme.get(f"/inbox/conversations/{conversation}/annotations", params={"limit": 2})
    assert await bodies(cursor=page.json()["next_cursor"]) == ["2", "3", "4"]
    naive = await acme.get(
        f"/inbox/conversations/{conversation}/annotations", params={"from": "2026-11-20T12:01:00"}
    )
    assert (naive.status_code, naive.json()["field"]) == (422, "from")


async def test_a_note_that_calls_a_stranger_is_not_written(acme: Tenant, owner: Owner, inbox: Inbox) -> None:
    conversation = await inbox.conversation()

    refused = await acme.post(
        f"/inbox/conversations/{conversation}/notes", {"body": "hm", "mentions": [str(uuid4())]}
    )

    assert (refused.status_code, refused.json()["field"]) == (422, "mentions")
    assert await lines(acme, conversation) == []
    assert await told(owner, "annotation_added") == []


async def test_an_api_key_is_told_clearly_that_nobody_mentions_it(acme: Tenant) -> None:
    for answer in (await acme.get("/inbox/mentions"), await acme.post("/inbox/mentions/read", {})):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_two_conversations_that_become_one_show_the_lines_of_both_and_part_with_their_own(
    acme: Tenant, owner: Owner, inbox: Inbox, bea: Person
) -> None:
    vip, late = await inbox.label("VIP"), await inbox.label("Late")
    kept = await inbox.conversation(label_ids=[vip], state="resolved")
    gone = await inbox.conversation(label_ids=[late], assignee_id=bea.id, state="resolved")
    for conversation, body in ((kept, "kept"), (gone, "gone")):
        await acme.post(f"/inbox/conversations/{conversation}/notes", {"body": body})
    contacts = {
        row["id"]: row["contact_id"]
        for row in await owner.fetch("SELECT id, contact_id FROM conversations WHERE tenant_id = $1", acme.id)
    }

    merged = await acme.post(f"/contacts/{contacts[kept]}/merges", {"contact_id": str(contacts[gone])})

    shown = await lines(acme, kept)
    assert [line.get("body") for line in shown] == ["kept", "gone", None]
    assert shown[-1]["activity"] == {"type": "merged", "conversation_id": str(gone)}
    assert {line["conversation_id"] for line in shown} == {str(kept)}
    now = (await acme.get(f"/inbox/conversations/{kept}")).json()
    assert (now["assignee_id"], now["label_ids"]) == (str(bea.id), sorted([str(vip), str(late)]))
    merge_id = merged.json()["merges"][0]["id"]
    await acme.post(f"/contacts/{contacts[kept]}/merges/{merge_id}/undo")
    assert [line.get("body") for line in await lines(acme, gone)] == ["gone"]
    back = (await acme.get(f"/inbox/conversations/{gone}")).json()
    assert (back["assignee_id"], back["label_ids"]) == (str(bea.id), [str(late)])

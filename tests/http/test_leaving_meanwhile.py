"""Who leaves, or is deleted, lets go of what they are given in the same moment too; two changes of one member wait for each other."""

import asyncio
from uuid import UUID

import asyncpg
import httpx
import pytest

from bed.inbox import Inbox
from bed.locks import waiting_for_a_lock
from bed.rows import insert_number
from bed.tenants import Tenant
from bed.users import insert_member
from curbe.inbox import changes
from curbe.inbox.deeds import ConversationChange
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@pytest.fixture
async def inbox(acme: Tenant, owner: asyncpg.Connection) -> Inbox:
    return Inbox(owner, await insert_number(owner, acme.id))


async def given_while(
    web: Pool,
    inbox: Inbox,
    conversation: UUID,
    change: ConversationChange,
    leaving: httpx.Request,
    at: Tenant,
) -> httpx.Response:
    """Change the conversation; before that is committed, let ``leaving`` be asked for."""
    async with web.transaction(inbox.tenant_id) as tx:
        await changes.change(
            tx,
            tenant_id=inbox.tenant_id,
            conversation_id=conversation,
            change=change,
            actor="key:1",
            now=utc_now(),
        )
        asked = asyncio.ensure_future(at.client.send(leaving))
        await waiting_for_a_lock(inbox.owner)
    return await asked


async def lines(acme: Tenant, conversation: UUID) -> list[dict[str, str | None]]:
    answer = await acme.get(f"/inbox/conversations/{conversation}/annotations")
    return [line["activity"] for line in answer.json()["items"]]


async def test_a_colleague_who_is_removed_lets_go_of_what_they_were_given_a_moment_ago(
    acme: Tenant, owner: asyncpg.Connection, web: Pool, inbox: Inbox
) -> None:
    bea, conversation = (await insert_member(owner, acme.id, name="Bea")).id, await inbox.conversation()
    leaving = acme.client.build_request("DELETE", f"{acme.path}/people/{bea}")

    left = await given_while(web, inbox, conversation, ConversationChange(assignee_id=bea), leaving, acme)

    assert left.status_code == 204
    assert [(line["from_id"], line["assignee_id"]) for line in await lines(acme, conversation)] == [
        (None, str(bea)),
        (str(bea), None),
    ]


async def test_a_team_that_is_deleted_lets_go_of_what_it_was_given_a_moment_ago(
    acme: Tenant, web: Pool, inbox: Inbox
) -> None:
    team, conversation = await inbox.team(), await inbox.conversation()
    leaving = acme.client.build_request("DELETE", f"{acme.path}/teams/{team}")

    left = await given_while(web, inbox, conversation, ConversationChange(team_id=team), leaving, acme)

    assert left.status_code == 204
    assert [line["type"] for line in await lines(acme, conversation)] == ["team", "team"]


@pytest.mark.parametrize("what", ["teams", "labels"])
async def test_what_is_taken_off_a_conversation_while_it_is_deleted_goes_without_a_deadlock(
    acme: Tenant, web: Pool, inbox: Inbox, what: str
) -> None:
    holder = await (inbox.team() if what == "teams" else inbox.label())
    had = {"team_id": holder} if what == "teams" else {"label_ids": [holder]}
    without = ConversationChange(team_id=None) if what == "teams" else ConversationChange(label_ids=[])
    conversation = await inbox.conversation(**had)
    leaving = acme.client.build_request("DELETE", f"{acme.path}/{what}/{holder}")

    async with web.transaction(inbox.tenant_id) as tx:
        if what == "teams":
            await changes.locked(tx, tenant_id=inbox.tenant_id, conversation_ids=[conversation])
        else:
            held = "SELECT FROM conversation_labels WHERE label_id = $1 FOR UPDATE"
            await tx.connection.execute(held, holder)
        asked = asyncio.ensure_future(acme.client.send(leaving))
        await waiting_for_a_lock(inbox.owner)
        await changes.change(
            tx,
            tenant_id=inbox.tenant_id,
            conversation_id=conversation,
            change=without,
            actor="key:1",
            now=utc_now(),
        )

    assert (await asked).status_code == 204


async def test_who_is_shut_out_while_their_role_changes_stays_out_of_a_tenant_that_nobody_owns(
    dsn: str, acme: Tenant, owner: asyncpg.Connection
) -> None:
    ben = (await insert_member(owner, acme.id, name="Ben")).id
    other = await asyncpg.connect(dsn)

    async with other.transaction():
        await other.execute("UPDATE memberships SET disabled_at = now() WHERE user_id = $1", ben)
        changing = asyncio.ensure_future(
            acme.client.patch(f"{acme.path}/people/{ben}", json={"role": "supervisor"})
        )
        await waiting_for_a_lock(owner)
    answer = await changing
    await other.close()

    assert (answer.status_code, answer.json()["disabled"]) == (200, True)

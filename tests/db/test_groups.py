"""What a member says in a group is read in the inbox, and gives nobody leave to write to them outside of it."""

from datetime import timedelta

import asyncpg
import pytest

from bed.appliers import drain
from bed.rows import NOW, Number
from bed.webhooks import Json, body, change, deliver, text
from curbe.automations import service
from curbe.automations.rules import KeywordReply
from curbe.automations.service import Draft
from curbe.consent.gate import Consent
from curbe.consent.hearing import ANSWER
from curbe.consent.rules import ConsentRules, Said
from curbe.consent.service import save_rules
from curbe.inbox import contacts
from curbe.infra.db import Pool
from curbe.ingest.defer_automations import RUN

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
HOUR = timedelta(hours=1)
GROUP = "Z3JvdXA="


def reacted(wamid: str, **more: Json | str) -> Json:
    said = text(wamid, at=NOW + HOUR, **more) | {
        "type": "reaction",
        "reaction": {"message_id": "wamid.1", "emoji": "👍"},
    }
    del said["text"]
    return said


async def tell(owner: Owner, apply: Pool, number: Number, *messages: Json) -> None:
    await deliver(owner, body(change(number, messages=messages)))
    await drain(apply)


async def thread(owner: Owner) -> asyncpg.Record:
    return await owner.fetchrow(
        "SELECT id, contact_id, last_inbound_at, unread_count, state::text FROM conversations WHERE merged_into IS NULL"
    )


async def test_a_message_in_a_group_waits_to_be_read_and_opens_no_window(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await tell(owner, apply, number, text("wamid.1", group_id=GROUP))

    found = await thread(owner)
    assert (found["last_inbound_at"], found["unread_count"], found["state"]) == (None, 1, "open")


async def test_the_window_that_a_person_opened_is_as_long_whatever_they_say_in_a_group(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await tell(owner, apply, number, text("wamid.1"), text("wamid.2", at=NOW + HOUR, group_id=GROUP))
    await tell(owner, apply, number, reacted("wamid.3", group_id=GROUP))

    assert (await thread(owner))["last_inbound_at"] == NOW


async def test_a_window_that_is_found_again_after_people_were_parted_does_not_come_from_a_group(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    other = text("wamid.3", sender="34600000002", at=NOW - HOUR)
    await tell(owner, apply, number, text("wamid.1"), text("wamid.2", at=NOW + HOUR, group_id=GROUP), other)
    ids = [row["id"] for row in await owner.fetch("SELECT id FROM contacts ORDER BY wa_id")]
    async with web.transaction(number.tenant_id) as tx:
        one = await contacts.merge(
            tx, tenant_id=number.tenant_id, contact_id=ids[0], other_id=ids[1], actor="user:1"
        )
    async with web.transaction(number.tenant_id) as tx:
        await contacts.undo_merge(
            tx,
            tenant_id=number.tenant_id,
            contact_id=one.contact.id,
            merge_id=one.merges[0].id,
            actor="user:1",
        )

    windows = await owner.fetch("SELECT last_inbound_at FROM conversations ORDER BY last_inbound_at")
    assert [row["last_inbound_at"] for row in windows] == [NOW - HOUR, NOW]


async def test_no_automation_and_no_keyword_answers_a_member_of_a_group_in_private(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    rules = ConsentRules(keywords=[Said(words=["BAJA"], state=Consent.OUT, answer="Hecho.")])
    async with web.transaction(number.tenant_id) as tx:
        await save_rules(tx, rules, tenant_id=number.tenant_id, actor="user:1")
        draft = Draft(rule=KeywordReply(words=["baja"], answer="?"), enabled=True)
        await service.save(tx, draft, tenant_id=number.tenant_id, automation_id=None, actor="user:1")

    await tell(owner, apply, number, text("wamid.1", body="baja", group_id=GROUP))

    assert await owner.fetchval("SELECT count(*) FROM consents") == 0
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = ANY($1)", [RUN, ANSWER]) == 0

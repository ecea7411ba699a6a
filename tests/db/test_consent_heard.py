"""What people say about being written to is heard in what comes in, once, in any order, and of everybody who is the same person."""

import json
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.appliers import drain
from bed.notices import about
from bed.rows import NOW, Number, insert_conversation, insert_number, insert_sent
from bed.webhooks import body, change, deliver, status, text
from curbe.consent import facts, hearing, imports, service
from curbe.consent.facts import Recipient
from curbe.consent.gate import Admitted, Answer, Consent, Purpose, TemplateName, Wanted
from curbe.consent.imports import Brought, Imported
from curbe.consent.lists import Columns
from curbe.consent.rules import About, ConsentRules, Said
from curbe.consent.service import Kept
from curbe.inbox import views
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner
from curbe.outbound.confirming import Confirming

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
OFFER = TemplateName("offer", "es_ES")
PERSON = "34600000001"


async def ledger(web: Pool, number: Number, contact_id: UUID) -> list[Kept]:
    async with web.transaction(number.tenant_id) as tx:
        return await service.ledger(tx, tenant_id=number.tenant_id, contact_id=contact_id)


async def contact(owner: Owner, number: Number) -> UUID:
    return await owner.fetchval(
        "SELECT contact_id FROM contact_aliases WHERE tenant_id = $1 AND kind = 'phone' AND value = $2",
        number.tenant_id,
        PERSON,
    )


async def said(owner: Owner, web: Pool, number: Number) -> list[tuple[About, Consent, str]]:
    kept = await ledger(web, number, await contact(owner, number))
    return [(one.category, one.state, one.source.value) for one in kept]


async def asked(web: Pool, number: Number) -> Answer:
    async with web.transaction(number.tenant_id) as tx:
        (answer,) = await facts.ask(
            tx,
            [Recipient(phone=PERSON)],
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            wanted=[Wanted(Purpose.REPLY, OFFER)],
            now=NOW,
        )
        return answer


async def test_a_keyword_is_written_down_once_and_counts_at_once(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    webhook = body(change(number, messages=[text("wamid.1", body="Hola"), text("wamid.2", body="baja")]))

    await deliver(owner, webhook, webhook)
    await drain(apply, most=1)

    assert await said(owner, web, number) == [(About.ALL, Consent.OUT, "keyword")]
    (kept,) = await ledger(web, number, await contact(owner, number))
    assert (kept.proof, kept.actor) == ("baja", "contact")
    assert kept.message_id == await owner.fetchval(
        "SELECT id FROM messages WHERE provider_message_id = 'wamid.2'"
    )
    assert not isinstance(await asked(web, number), Admitted)
    events = await owner.fetch("SELECT data FROM events WHERE type = 'consent_changed'")
    assert [json.loads(row["data"])["state"] for row in events] == ["out"]


async def test_the_latest_keyword_counts_whatever_order_they_are_applied_in(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    later = body(change(number, messages=[text("wamid.2", body="START", at=NOW + timedelta(minutes=1))]))
    earlier = body(change(number, messages=[text("wamid.1", body="STOP", at=NOW)]))

    await deliver(owner, later, earlier)
    await drain(apply, most=1)

    assert isinstance(await asked(web, number), Admitted)


async def brought(web: Pool, number: Number, *, at: datetime, date: str = "") -> Imported:
    """Bring a list with the person's yes to everything; its row may have a date."""
    brought = Brought(
        tenant_id=number.tenant_id,
        data=f"phone,date\n+{PERSON},{date}\n".encode(),
        columns=Columns(None, None),
        filename=None,
        about=About.ALL,
        state=Consent.IN,
        proof="A form",
        country=None,
        actor="user:1",
        at=at,
    )
    return await imports.bring(web, brought)


async def test_a_no_that_arrives_after_a_list_and_was_said_before_it_outweighs_a_yes_without_a_date(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    assert (await brought(web, number, at=NOW + timedelta(minutes=5))).added_count == 1
    assert isinstance(await asked(web, number), Admitted)

    await deliver(owner, body(change(number, messages=[text("wamid.1", body="STOP", at=NOW)])))
    await drain(apply)

    assert not isinstance(await asked(web, number), Admitted)
    kept = await ledger(web, number, await contact(owner, number))
    assert service.standing_of(kept).marketing is Consent.OUT
    conversation_id = await owner.fetchval("SELECT id FROM conversations")
    async with web.transaction(number.tenant_id) as tx:
        (shown,) = await views.these(tx, tenant_id=number.tenant_id, ids=[conversation_id])
    assert shown.contact.marketing == "stop"
    assert (await brought(web, number, at=NOW + timedelta(hours=1))).failed_count == 1

    after_it = (NOW + timedelta(minutes=1)).isoformat()
    assert (await brought(web, number, at=NOW + timedelta(hours=2), date=after_it)).added_count == 1
    assert isinstance(await asked(web, number), Admitted), "the day of this one is known"


async def test_each_tenants_own_keywords_count_for_it_alone(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    other = await insert_number(owner)
    rules = ConsentRules(keywords=[Said(words=["fuera"], state=Consent.OUT, about=About.MARKETING)])
    async with web.transaction(number.tenant_id) as tx:
        await service.save_rules(tx, rules, tenant_id=number.tenant_id, actor="user:1")

    for one in (number, other):
        names = [text(f"wamid.{word}.{one.waba_id}", body=word) for word in ("STOP", "Fuera")]
        await deliver(owner, body(change(one, messages=names)))
    await drain(apply)

    assert await said(owner, web, number) == [(About.MARKETING, Consent.OUT, "keyword")]
    assert await said(owner, web, other) == [(About.ALL, Consent.OUT, "keyword")]


async def test_what_people_set_in_whatsapp_stands_in_the_ledger(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    told = {
        "wa_id": PERSON,
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": int(NOW.timestamp()),
    }
    webhook = about(number, "user_preferences", at=None, user_preferences=[told])

    await deliver(owner, webhook, webhook)
    await drain(apply, most=1)

    assert await said(owner, web, number) == [(About.MARKETING, Consent.OUT, "whatsapp")]


async def test_a_refusal_that_tells_of_a_no_is_one(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    conversation_id = await insert_conversation(owner, number, wa_id=PERSON)
    await insert_sent(
        owner, number, conversation_id=conversation_id, provider_message_id="wamid.1", accepted_at=NOW
    )
    stopped = {"errors": [{"code": 131050, "title": "User has stopped marketing messages"}]}

    await deliver(owner, body(change(number, statuses=[status("wamid.1", "failed", **stopped)])))
    await drain(apply)

    assert await said(owner, web, number) == [(About.MARKETING, Consent.OUT, "refusal")]


async def test_words_follow_a_person_through_a_merge_and_back(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.1", body="STOP")])))
    await drain(apply)
    stopped = await contact(owner, number)
    other = uuid7()
    await owner.execute(
        "INSERT INTO contacts (tenant_id, id, wa_id) VALUES ($1, $2, '34600000002')", number.tenant_id, other
    )
    await owner.execute("UPDATE contacts SET merged_into = $1 WHERE id = $2", other, stopped)

    assert [one.contact_id for one in await ledger(web, number, other)] == [stopped]
    async with web.transaction(number.tenant_id) as tx:
        (met,) = await facts.meet(
            tx,
            [Recipient(contact_id=other)],
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            templates=[OFFER],
        )
    assert met.facts.consents.marketing is Consent.OUT


async def test_a_keyword_is_answered_once_where_the_rules_have_words_for_it(
    owner: Owner, apply: Pool, worker: Pool, web: Pool, number: Number
) -> None:
    rules = ConsentRules(keywords=[Said(words=["BAJA"], state=Consent.OUT, answer="Hecho.")])
    async with web.transaction(number.tenant_id) as tx:
        await service.save_rules(tx, rules, tenant_id=number.tenant_id, actor="user:1")
    webhook = body(change(number, messages=[text("wamid.1", body="baja", at=utc_now())]))
    await deliver(owner, webhook, webhook)
    await drain(apply, most=1)
    runner = Runner(
        everybody=apply,
        pool=worker,
        handlers={hearing.ANSWER: Confirming(worker, now=utc_now)},
        at_once=1,
        lease=timedelta(minutes=1),
    )

    while await runner.run_due():
        pass

    sent = await owner.fetch("SELECT text, sender FROM messages WHERE direction = 'outbound'")
    assert [tuple(row) for row in sent] == [("Hecho.", "system:consent")]


async def test_a_keyword_that_metas_agent_has_before_it_counts_and_is_not_answered_by_us(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    rules = ConsentRules(keywords=[Said(words=["BAJA"], state=Consent.OUT, answer="Hecho.")])
    async with web.transaction(number.tenant_id) as tx:
        await service.save_rules(tx, rules, tenant_id=number.tenant_id, actor="user:1")
    on_standby = {"messages": [text("wamid.1", body="baja", at=utc_now())]}

    await deliver(owner, about(number, "standby", standby=on_standby))
    await drain(apply)

    assert await said(owner, web, number) == [(About.ALL, Consent.OUT, "keyword")]
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", hearing.ANSWER) == 0


async def test_nobody_is_answered_once_the_window_has_closed(
    owner: Owner, apply: Pool, worker: Pool, web: Pool, number: Number
) -> None:
    rules = ConsentRules(keywords=[Said(words=["BAJA"], state=Consent.OUT, answer="Hecho.")])
    async with web.transaction(number.tenant_id) as tx:
        await service.save_rules(tx, rules, tenant_id=number.tenant_id, actor="user:1")
    await deliver(
        owner, body(change(number, messages=[text("wamid.1", body="baja", at=NOW - timedelta(days=9))]))
    )
    await drain(apply)
    runner = Runner(
        everybody=apply,
        pool=worker,
        handlers={hearing.ANSWER: Confirming(worker, now=utc_now)},
        at_once=1,
        lease=timedelta(minutes=1),
    )

    assert await runner.run_due() == 1
    assert await runner.run_due() == 0
    assert await owner.fetchval("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 0

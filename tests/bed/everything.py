"""A tenant with one thing of every kind that a request can name."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from bed.rows import insert_conversation, insert_file, insert_number, insert_sent
from bed.tenants import Tenant
from bed.users import insert_member
from curbe.infra.clock import utc_now

# What an id in a place of this name is an id of.
KINDS = {
    "tenant_id": "tenant",
    "key_id": "key",
    "conversation_id": "conversation",
    "conversationId": "conversation",
    "connection": "connection",
    "contact_id": "contact",
    "merge_id": "merge",
    "import_id": "consent import",
    "rule_id": "notification rule",
    "rule": "notification rule",
    "automation_id": "automation",
    "webhook_id": "outgoing webhook",
    "delivery_id": "delivery",
    "user_ids": "user",
    "connection_ids": "connection",
    "choice_id": "sign-up choice",
    "connection_id": "connection",
    "number": "connection",
    "media_id": "media",
    "notice_id": "notice",
    "message_id": "message",
    "user_id": "user",
    "seen_message_id": "message",
    "before": "message",
    "after": "message",
    "around": "message",
    "ids": "conversation",
    "assignee_id": "user",
    "member_ids": "user",
    "mentions": "user",
    "label_id": "label",
    "canned_reply_id": "canned reply",
    "view_id": "saved view",
    "subscription_id": "user",  # whoever asks for another's is in test_push.py
    "campaign_id": "campaign",
    "audience_id": "audience",
    "note_id": "note",
    "team": "team",
    "team_id": "team",
    "template_id": "template",
    "label": "label",
    "label_ids": "label",
    "add_label_ids": "label",
    "remove_label_ids": "label",
}

_NOTICE = """INSERT INTO notices (tenant_id, id, waba_id, field, digest, payload)
             VALUES ($1, gen_random_uuid(), $2, 'flows', sha256($2::text::bytea), '{}') RETURNING id"""

_RULE = """INSERT INTO notification_rules (tenant_id, id, event, enabled, rule, updated_by)
           VALUES ($1, gen_random_uuid(), 'e', true, '{"event": "e", "template": "hello", "language": "es", "recipient": "$.phone"}', 'cli')
           RETURNING id"""

_CHOICE = """INSERT INTO sign_up_choices (tenant_id, id, actor, access_token_enc, numbers, expires_at)
             VALUES ($1, gen_random_uuid(), $2, 'sealed', '[]', now() + interval '1 hour') RETURNING id"""


@dataclass(frozen=True, slots=True)
class Things:
    """A tenant with one thing of every kind."""

    tenant: Tenant
    ids: dict[str, UUID | str]


async def everything_of(tenant: Tenant, owner: asyncpg.Connection) -> Things:
    """Give ``tenant`` one thing of every kind, and return their ids."""
    number = await insert_number(owner, tenant.id)
    conversation = await insert_conversation(owner, number, last_inbound_at=utc_now())
    others = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in (2, 3)]
    people = "SELECT contact_id FROM conversations WHERE tenant_id = $1 AND id = $2"
    contact, merged, another = [
        await owner.fetchval(people, tenant.id, thread) for thread in (conversation, *others)
    ]
    merging = await tenant.post(f"/contacts/{contact}/merges", {"contact_id": str(merged)})
    merge = await owner.fetchval("SELECT id FROM contact_merges WHERE tenant_id = $1", tenant.id)
    assert merging.status_code == 200, merging.text
    sent = await insert_sent(owner, number, conversation_id=conversation)
    media = await insert_file(owner, sent)
    notice = await owner.fetchval(_NOTICE, tenant.id, number.waba_id)
    note = (await tenant.post(f"/inbox/conversations/{conversation}/notes", {"body": "hm"})).json()["id"]
    hello = {"shortcut": "hi", "title": "Hi", "body": "Hello {{contact_name}}"}
    canned = (await tenant.post("/canned-replies", hello)).json()["id"]
    unread = {"name": "Unread", "filter": {"unread": True}, "shared": True}
    view = (await tenant.post("/inbox/views", unread)).json()["id"]
    sale = {"name": "Sale", "template": {"name": "sale", "language": {"code": "es"}}}
    campaign = (await tenant.post("/campaigns", {**sale, "connection_id": str(number.connection_id)})).json()[
        "id"
    ]
    file = f"/campaigns/{campaign}/audience/upload"
    uploaded = await tenant.client.post(f"/api/tenants/{tenant.id}{file}", content=b"phone\n+34600000007\n")
    template = uuid4()
    await owner.execute(
        """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, components)
           VALUES ($1, $2, $3, '1', 'order', 'es', 'APPROVED', '[{"type": "BODY", "text": "Hola"}]')""",
        tenant.id,
        template,
        number.waba_id,
    )
    team, label = uuid4(), uuid4()
    await owner.execute(
        """WITH made AS (INSERT INTO teams (tenant_id, id, name) VALUES ($1, $3, 'Sales') RETURNING id),
                known AS (UPDATE conversations SET team_id = made.id FROM made
                           WHERE tenant_id = $1 AND conversations.id = $2),
                named AS (INSERT INTO labels (tenant_id, id, name, color) VALUES ($1, $4, 'VIP', '#aa00ff'))
           INSERT INTO conversation_labels (tenant_id, conversation_id, label_id, state_code, last_message_at)
           SELECT tenant_id, id, $4, state_code, last_message_at FROM conversations WHERE tenant_id = $1 AND id = $2""",
        tenant.id,
        conversation,
        team,
        label,
    )
    imported = await tenant.client.post(
        f"/api/tenants/{tenant.id}/consents/import?proof=A+form", content=b"phone\n+34600000099"
    )
    automation = await tenant.post("/automations", {"rule": {"kind": "welcome", "message": "Hello"}})
    made = await tenant.post("/outgoing-webhooks", {"url": "https://crm.example.org/curbe"})
    webhook = made.json()["webhook"]["id"]
    tested = await tenant.post(f"/outgoing-webhooks/{webhook}/test", {})
    rule = await owner.fetchval(_RULE, tenant.id)
    await tenant.post("/notifications/events", {"event": "e", "id": "0"})
    key = await owner.fetchval("SELECT id FROM api_keys WHERE tenant_id = $1", tenant.id)
    spare = (await tenant.post("/keys", {"scopes": ["inbox:read"]})).json()["id"]
    assert key != spare
    return Things(
        tenant,
        {
            "tenant": tenant.id,
            "key": UUID(spare),
            "connection": number.connection_id,
            "sign-up choice": await owner.fetchval(_CHOICE, tenant.id, f"key:{key}"),
            "contact": contact,
            "another contact": another,
            "conversation": conversation,
            "merge": merge,
            "message": sent.id,
            "media": media,
            "notice": notice,
            "user": (await insert_member(owner, tenant.id, password=None)).id,
            "team": team,
            "template": template,
            "label": label,
            "canned reply": UUID(canned),
            "saved view": UUID(view),
            "campaign": UUID(campaign),
            "audience": UUID(uploaded.json()["audience_id"]),
            "note": UUID(note),
            "consent import": UUID(imported.json()["id"]),
            "automation": UUID(automation.json()["id"]),
            "notification rule": rule,
            "outgoing webhook": UUID(webhook),
            "delivery": tested.json()["id"],
        },
    )

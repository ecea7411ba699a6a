"""What lies in the tables, told by natural keys: without our own ids and our own clock, so that two databases can be compared."""

from typing import Any, Final
from uuid import UUID

import asyncpg

Row = tuple[Any, ...]

# A person is whoever has these names.
_PERSON: Final = """(SELECT string_agg(concat_ws(':', a.kind, a.value, nullif(a.since, '-infinity'), a.retired_at), ' '
                                          ORDER BY a.kind, a.value, a.since)
                       FROM contact_aliases a WHERE a.tenant_id = {0}.tenant_id AND a.contact_id = {0}.{1})"""
_OF_MESSAGES: Final = (
    "type, text, payload::text, reply_to, phase::text, attempt, accepted_at, sent_at, delivered_at, read_at, played_at,"
    " failed_at, failed_by::text, failure_kind, error_code, error, provider_status, pricing::text, status::text, created_at,"
    " edited_at, revoked_at"
)

NATURAL: Final = {
    "contacts": f"SELECT c.tenant_id, {_PERSON.format('c', 'id')}, c.name, c.name_at, c.username, c.wa_id, c.bsuid"
    " FROM contacts c WHERE c.merged_into IS NULL",
    "conversations": f"""SELECT n.phone_number_id, {_PERSON.format("c", "contact_id")}, c.external_thread_id, c.contact_e164,
           c.contact_wa_id, c.state::text, c.unread_count, c.last_inbound_at, c.last_outbound_at, c.last_message_at
      FROM conversations c JOIN channel_connections n ON n.tenant_id = c.tenant_id AND n.id = c.channel_connection_id
     WHERE c.merged_into IS NULL""",
    "message_revisions": """SELECT n.phone_number_id, r.target_id, r.provider_message_id, r.kind::text, r.type, r.text,
           r.payload::text, r.at, r.waits
      FROM message_revisions r
      JOIN channel_connections n ON n.tenant_id = r.tenant_id AND n.id = r.channel_connection_id""",
    "message_reactions": """SELECT n.phone_number_id, r.target_id, r.who, r.emoji, r.at, r.provider_message_id
      FROM message_reactions r JOIN channel_connections n ON n.tenant_id = r.tenant_id AND n.id = r.channel_connection_id""",
    "contact_activity": f"""SELECT n.phone_number_id, a.provider_id, a.kind, a.at, a.opens_window, {_PERSON.format("c", "contact_id")}
      FROM contact_activity a
      JOIN conversations c ON c.tenant_id = a.tenant_id AND c.id = a.conversation_id
      JOIN channel_connections n ON n.tenant_id = a.tenant_id AND n.id = a.channel_connection_id""",
    "messages": f"""SELECT n.phone_number_id, m.provider_message_id, m.direction::text,
           {_PERSON.format("c", "contact_id")}, {", ".join("m." + column.strip() for column in _OF_MESSAGES.split(","))}
      FROM messages m
      JOIN conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
      JOIN channel_connections n ON n.tenant_id = m.tenant_id AND n.id = m.channel_connection_id""",
    "parked_statuses": """SELECT n.phone_number_id, p.provider_message_id, p.status::text, p.at, p.error_code, p.error, p.pricing::text
      FROM parked_statuses p
      JOIN channel_connections n ON n.tenant_id = p.tenant_id AND n.id = p.channel_connection_id""",
    "notices": """SELECT n.tenant_id, c.phone_number_id, n.waba_id, n.field, n.digest, n.payload::text, n.at
      FROM notices n
      LEFT JOIN channel_connections c ON c.tenant_id = n.tenant_id AND c.id = n.channel_connection_id""",
    "templates": """SELECT tenant_id, waba_id, provider_template_id, name, language, status, status_event, rejected_reason, status_detail,
           status_at, quality, quality_at, category, category_at, correct_category, correct_category_from, correction_at,
           components::text, components_at FROM templates""",
    "marketing_preferences": f"""SELECT p.tenant_id, {_PERSON.format("p", "contact_id")}, p.category, p.value, p.detail, p.at, p.source
      FROM marketing_preferences p""",
    "health": """SELECT phone_number_id, status::text, health::text, quality_rating, throughput_level, messages_per_second,
           metadata::text, display_name, pause_reason, pause_cause, pause_until FROM channel_connections""",
    "address_book": f"""SELECT c.tenant_id, {_PERSON.format("c", "id")}, c.app_name, c.app_name_at FROM contacts c
     WHERE c.merged_into IS NULL""",
    "standby": """SELECT n.phone_number_id, m.provider_message_id, m.sender FROM messages m
      JOIN channel_connections n ON n.tenant_id = m.tenant_id AND n.id = m.channel_connection_id WHERE m.standby""",
    # An item that comes again is set aside again: what counts is which ones were.
    "quarantine": """SELECT DISTINCT kind::text, reason, detail, meta_app_id, phone_number_id, waba_id, payload
      FROM quarantine WHERE released_at IS NULL""",
    "received": """SELECT e.tenant_id, m.provider_message_id FROM events e
      LEFT JOIN messages m ON m.tenant_id = e.tenant_id AND m.id = e.message_id WHERE e.type = 'message_received'""",
}


async def natural(owner: asyncpg.Connection, *, without: tuple[str, ...] = ()) -> dict[str, list[Row]]:
    """Return every row of what webhooks become, sorted, by table."""
    return {
        table: sorted((tuple(row) for row in await owner.fetch(sql)), key=repr)
        for table, sql in NATURAL.items()
        if table not in without
    }


async def of_tenants(owner: asyncpg.Connection, only: UUID | None = None) -> dict[str, str]:
    """Return a digest of each table of tenants, ids and clocks included: equal only where nothing at all was touched.

    ``only``: of this tenant's rows.
    """
    tables = await owner.fetch(
        """SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname"""
    )
    # All in one statement: asked one by one, a hundred tables take ten times as long.
    digests = " UNION ALL ".join(
        f"""SELECT '{row["name"]}', md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {row["name"]} t
             WHERE $1::uuid IS NULL OR tenant_id = $1"""
        for row in tables
    )
    return dict(await owner.fetch(digests, only))


async def counted(owner: asyncpg.Connection) -> dict[tuple[str, str], int]:
    """Return the items counted, by outcome and reason."""
    rows = await owner.fetch(
        "SELECT outcome, reason, sum(count)::integer AS n FROM ingest_counts GROUP BY 1, 2"
    )
    return {(row["outcome"], row["reason"]): row["n"] for row in rows}

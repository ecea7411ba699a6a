"""One row of everything for a tenant, and a probe that tries to reach another tenant's rows by plain SQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from bed.rows import NOW, Number, insert_conversation, insert_number, insert_sent

TENANTS_TABLES: Final = """
SELECT c.relname FROM pg_class c
 WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
   AND EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
 ORDER BY c.relname"""

_LOCK_TABLES: Final = """
DO $$ BEGIN EXECUTE (
    SELECT 'LOCK TABLE ' || string_agg(c.oid::regclass::text, ', ' ORDER BY c.relname)
      FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace);
END $$"""

_WRITABLE_COLUMNS: Final = """
SELECT a.attname FROM pg_attribute a
 WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
   AND a.attgenerated = '' AND a.attidentity = ''"""


async def insert_one_of_everything(owner: asyncpg.Connection) -> Number:
    """Insert a tenant that has a row in every table of tenants; return its number."""
    number = await insert_number(owner)
    conversation_id = await insert_conversation(owner, number)
    sent = await insert_sent(owner, number, conversation_id=conversation_id)
    tenant_id, connection_id = number.tenant_id, number.connection_id
    statements: list[tuple[str, list[object]]] = [
        (
            "INSERT INTO api_keys (tenant_id, id, name, key_hash, last4, scopes) VALUES ($1, $2, '', $3, '1234', '{}')",
            [tenant_id, uuid7(), tenant_id.bytes * 2],
        ),
        (
            "INSERT INTO idempotency_keys (tenant_id, route, key, request_hash, response) VALUES ($1, 'r', 'k', $2, '{}')",
            [tenant_id, tenant_id.bytes * 2],
        ),
        (
            """INSERT INTO parked_files (tenant_id, channel_connection_id, provider_message_id, said, received_at)
               VALUES ($1, $2, 'wamid.parked', '{}', $3)""",
            [tenant_id, connection_id, NOW],
        ),
        (
            """INSERT INTO parked_statuses (tenant_id, channel_connection_id, provider_message_id, status, at)
               VALUES ($1, $2, 'wamid.parked', 'sent', $3)""",
            [tenant_id, connection_id, NOW],
        ),
        (
            "INSERT INTO notices (tenant_id, id, field, digest, payload) VALUES ($1, $2, 'f', $3, '{}')",
            [tenant_id, uuid7(), tenant_id.bytes * 2],
        ),
        (
            """INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id)
               VALUES ($1, $2, $3, $4)""",
            [tenant_id, sent.id, connection_id, conversation_id],
        ),
        ("INSERT INTO events (tenant_id, type, data) VALUES ($1, 'message_sent', '{}')", [tenant_id]),
        ("INSERT INTO audit_log (tenant_id, actor, action) VALUES ($1, 'cli', 'thing.done')", [tenant_id]),
        (
            "INSERT INTO audit_seals (tenant_id, seq, audit_xid, audit_id, hash) VALUES ($1, 1, 1, 1, $2)",
            [tenant_id, tenant_id.bytes * 2],
        ),
        (
            "INSERT INTO templates (tenant_id, id, waba_id, provider_template_id) VALUES ($1, $2, '2', '1')",
            [tenant_id, uuid7()],
        ),
        ("INSERT INTO template_syncs (tenant_id, waba_id, tried_at) VALUES ($1, '2', $2)", [tenant_id, NOW]),
        (
            "INSERT INTO template_settings (tenant_id, cover_link) VALUES ($1, 'https://example.org/cover.png')",
            [tenant_id],
        ),
        (
            """INSERT INTO marketing_preferences (tenant_id, id, contact_id, category, value, at, source)
               SELECT c.tenant_id, $2, c.contact_id, 'marketing_messages', 'stop', $3, 'user_preferences'
                 FROM conversations c WHERE c.tenant_id = $1 AND c.id = $4""",
            [tenant_id, uuid7(), NOW, conversation_id],
        ),
        (
            """INSERT INTO consents (tenant_id, id, contact_id, category, state, source, actor, at)
               SELECT c.tenant_id, $2, c.contact_id, 'marketing', 'out', 'keyword', 'contact', $3
                 FROM conversations c WHERE c.tenant_id = $1 AND c.id = $4""",
            [tenant_id, uuid7(), NOW, conversation_id],
        ),
        (
            """INSERT INTO notification_rules (tenant_id, id, event, enabled, rule, updated_by)
               VALUES ($1, $2, 'e', true, '{}', 'cli')""",
            [tenant_id, uuid7()],
        ),
        (
            """WITH told AS (INSERT INTO notification_events (tenant_id, id, event, data, digest, actor, received_at)
                             VALUES ($1, 'e1', 'e', '{}', $3, 'cli', $4) RETURNING id)
               INSERT INTO notifications (tenant_id, id, event_id, rule_id, state, reason, due_at, done_at)
               SELECT $1, $2, told.id, $2, 'skipped', 'rule_gone', $4, $4 FROM told""",
            [tenant_id, uuid7(), tenant_id.bytes * 2, NOW],
        ),
        (
            """WITH made AS (INSERT INTO automations (tenant_id, id, kind, place, enabled, rule, updated_by)
                             VALUES ($1, $2, 'welcome', 0, true, '{}', 'cli') RETURNING id)
               INSERT INTO automation_deeds (tenant_id, automation_id, conversation_id, mark, at)
               SELECT $1, made.id, $3, 'closed:1', $4 FROM made""",
            [tenant_id, uuid7(), conversation_id, NOW],
        ),
        (
            """INSERT INTO suppressions (tenant_id, kind, value, category, at)
               VALUES ($1, 'phone', '34600000009', 'marketing', $2)""",
            [tenant_id, NOW],
        ),
        (
            "INSERT INTO tombstones (tenant_id, digest, until) VALUES ($1, $2, $3)",
            [tenant_id, bytes(32), NOW],
        ),
        (
            """INSERT INTO contact_erasures (tenant_id, contact_id, contact_ids, conversation_ids, phones, names, requested_by,
                                             requested_at)
               VALUES ($1, $2, '{}', '{}', '{}', '{}', 'cli', $3)""",
            [tenant_id, uuid7(), NOW],
        ),
        (
            "INSERT INTO consent_settings (tenant_id, rules, updated_by) VALUES ($1, '{}', 'cli')",
            [tenant_id],
        ),
        (
            """INSERT INTO consent_imports (tenant_id, id, category, state, proof, actor, total_count, added_count, repeated_count,
                                            failed_count, failed_rows)
               VALUES ($1, $2, 'marketing', 'in', 'a form', 'cli', 0, 0, 0, 0, '')""",
            [tenant_id, uuid7()],
        ),
        (
            """INSERT INTO contact_activity (tenant_id, channel_connection_id, provider_id, conversation_id, kind, at, opens_window, person)
               VALUES ($1, $2, 'wamid.reaction', $3, 'reaction', $4, true, '{}')""",
            [tenant_id, connection_id, conversation_id, NOW],
        ),
        (
            """INSERT INTO message_revisions (tenant_id, channel_connection_id, target_id, provider_message_id, kind, type, payload, at)
               VALUES ($1, $2, 'wamid.1', 'wamid.2', 'edit', 'text', '{}', $3)""",
            [tenant_id, connection_id, NOW],
        ),
        (
            """INSERT INTO message_reactions (tenant_id, channel_connection_id, target_id, who, at, provider_message_id)
               VALUES ($1, $2, 'wamid.1', 'contact', $3, 'wamid.2')""",
            [tenant_id, connection_id, NOW],
        ),
        (
            """WITH other AS (INSERT INTO contacts (tenant_id, id) VALUES ($1, $2) RETURNING id),
                    one AS (SELECT c.contact_id AS id FROM conversations c WHERE c.tenant_id = $1 AND c.id = $3),
                    apart AS (INSERT INTO contacts_kept_apart (tenant_id, one_id, other_id)
                              SELECT $1, least(one.id, other.id), greatest(one.id, other.id) FROM one, other)
               INSERT INTO contact_merges (tenant_id, id, survivor_id, merged_id, reason, actor, moved)
               SELECT $1, $2, one.id, other.id, 'by_hand', 'cli', '{}' FROM one, other""",
            [tenant_id, uuid7(), conversation_id],
        ),
        (
            """INSERT INTO messages_going_back (tenant_id, merge_id, conversation_id, from_id, message_ids)
               SELECT $1, g.id, $2, $2, '{}' FROM contact_merges g WHERE g.tenant_id = $1""",
            [tenant_id, conversation_id],
        ),
        (
            """INSERT INTO report_messages (tenant_id, day, connection_id, direction, type, category, template, language, sender,
                                            failure_kind, error_code, messages, sent, delivered, read, failed, replied)
               VALUES ($1, $3, $2, 'inbound', 'text', '', '', '', '', '', 0, 1, 0, 0, 0, 0, 0)""",
            [tenant_id, connection_id, NOW.date()],
        ),
        (
            "INSERT INTO report_times VALUES ($1, $3, $2, 'resolution', 'cli', 1, 1, 1)",
            [tenant_id, connection_id, NOW.date()],
        ),
        (
            "INSERT INTO report_costs VALUES ($1, $3, $2, 'utility', 'regular', 'ES', '', '', '', 1)",
            [tenant_id, connection_id, NOW.date()],
        ),
        (
            "INSERT INTO report_days VALUES ($1, $2, 'UTC', $3, false)",
            [tenant_id, NOW.date(), NOW],
        ),
        ("INSERT INTO report_runs VALUES ($1, $2)", [tenant_id, NOW]),
        ("INSERT INTO report_marks (tenant_id, quarter) VALUES ($1, $2)", [tenant_id, NOW]),
        ("INSERT INTO jobs (tenant_id, kind, subject) VALUES ($1, 'a.job', $2)", [tenant_id, uuid7()]),
        ("INSERT INTO event_log_starts (tenant_id, xid, id) VALUES ($1, 1, 1)", [tenant_id]),
        (
            """INSERT INTO sign_up_choices (tenant_id, id, actor, access_token_enc, numbers, expires_at)
               VALUES ($1, $2, 'user:1', 'sealed', '[]', $3)""",
            [tenant_id, uuid7(), NOW],
        ),
        (
            """WITH told AS (
                   INSERT INTO outgoing_webhooks (tenant_id, id, url, description, types, secret_enc, secret_last4, epoch, xid, number)
                   VALUES ($1, $2, 'https://crm.example.org', '', '{}', 'sealed', '1234', 1, 0, 0))
               INSERT INTO outgoing_webhook_deliveries (tenant_id, outgoing_webhook_id, epoch, xid, number, type, state, done_at)
               VALUES ($1, $2, 1, 1, 1, 'message_sent', 'delivered', $3)""",
            [tenant_id, uuid7(), NOW],
        ),
        ("INSERT INTO media_reservations (tenant_id, sha256) VALUES ($1, $2)", [tenant_id, b"." * 32]),
        ("INSERT INTO media_deletions (tenant_id, storage_key) VALUES ($1, 'k')", [tenant_id]),
        (
            """INSERT INTO media_assets (tenant_id, id, sha256, mime_type, sniffed, size, storage_key)
               VALUES ($1, $2, $3, 'image/png', true, 1, 'k')""",
            [tenant_id, connection_id, tenant_id.bytes * 2],
        ),
        (
            """INSERT INTO message_media (tenant_id, message_id, channel_connection_id, state, asset_id)
               VALUES ($1, $2, $3, 'stored', $3)""",
            [tenant_id, sent.id, connection_id],
        ),
        (
            """INSERT INTO media_uploads (tenant_id, asset_id, channel_connection_id, provider_media_id, expires_at)
               VALUES ($1, $2, $2, '1', $3)""",
            [tenant_id, connection_id, NOW],
        ),
        (
            "INSERT INTO pair_debts (tenant_id, conversation_id, paid_at) VALUES ($1, $2, $3)",
            [tenant_id, conversation_id, NOW],
        ),
        ("INSERT INTO portfolios (tenant_id, portfolio) VALUES ($1, 'p')", [tenant_id]),
        (
            "INSERT INTO portfolio_people (tenant_id, portfolio, contact_id, at) VALUES ($1, 'p', $2, $3)",
            [tenant_id, uuid7(), NOW],
        ),
        (
            """INSERT INTO send_holds (tenant_id, channel_connection_id, from_priority, code, until)
               VALUES ($1, $2, 20, 131048, $3)""",
            [tenant_id, connection_id, NOW],
        ),
        (
            """WITH who AS (INSERT INTO users (id, email) VALUES ($1, $1::uuid || '@example.org') RETURNING id),
                    session AS (INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, proved_at, expires_at)
                                SELECT $1, id, $2, $3, $3, $3, $3 FROM who RETURNING id),
                    member AS (INSERT INTO memberships (tenant_id, user_id, role) SELECT $1, id, 'agent' FROM who RETURNING user_id),
                    invite AS (INSERT INTO invites (tenant_id, token_hash, user_id, created_at, expires_at)
                               SELECT $1, $2, user_id, $3, $3 FROM member),
                    embed AS (INSERT INTO embed_tokens (tenant_id, token_hash, user_id, expires_at)
                              SELECT $1, $2, user_id, $3 FROM member),
                    pushed AS (INSERT INTO push_notices (tenant_id, user_id, conversation_id, told_at)
                               SELECT $1, user_id, user_id, $3 FROM member),
                    browser AS (INSERT INTO push_subscriptions (tenant_id, id, user_id, session_id, endpoint, endpoint_hash, p256dh, auth,
                                                                signer, whose, with_content, language)
                                SELECT $1, $1, m.user_id, s.id, 'https://push.example.org', $2, $2 || $2 || '\\x00'::bytea,
                                       substring($2 FROM 1 FOR 16), $2 || $2 || '\\x00'::bytea, 'mine', false, 'en'
                                  FROM member m CROSS JOIN session s)
               INSERT INTO operator_entries (tenant_id, session_id, entered_at) SELECT $1, id, $3 FROM session""",
            [tenant_id, tenant_id.bytes * 2, NOW],
        ),
        ("INSERT INTO teams (tenant_id, id, name) VALUES ($1, $2, 'Sales')", [tenant_id, connection_id]),
        (
            "INSERT INTO team_members (tenant_id, team_id, user_id) VALUES ($1, $2, $1)",
            [tenant_id, connection_id],
        ),
        (
            "INSERT INTO labels (tenant_id, id, name, color) VALUES ($1, $2, 'VIP', '#aa00ff')",
            [tenant_id, connection_id],
        ),
        (
            """INSERT INTO conversation_labels (tenant_id, conversation_id, label_id, state_code)
               VALUES ($1, $2, $3, 1)""",
            [tenant_id, conversation_id, connection_id],
        ),
        (
            """WITH made AS (INSERT INTO campaigns (tenant_id, id, name, channel_connection_id, template, created_by)
                             VALUES ($1, $2, 'Sale', $2, '{}', 'cli') RETURNING id),
                    fed AS (INSERT INTO campaign_feeds (tenant_id, campaign_id) SELECT $1, id FROM made),
                    file AS (INSERT INTO campaign_audiences (tenant_id, id, campaign_id, kind) SELECT $1, $2, id, 'file' FROM made
                             RETURNING id),
                    fault AS (INSERT INTO campaign_faults (tenant_id, audience_id, line, reason, detail, cells)
                              SELECT $1, id, 2, 'phone_missing', 'it has no phone number', '[]' FROM file)
               INSERT INTO campaign_recipients (tenant_id, campaign_id, audience_id, line, phone, zone)
               SELECT $1, made.id, file.id, 3, '34600000001', 'Europe/Madrid' FROM made, file""",
            [tenant_id, connection_id],
        ),
        (
            "INSERT INTO canned_replies (tenant_id, id, shortcut, title, body) VALUES ($1, $2, 'hi', 'Hi', 'Hi')",
            [tenant_id, uuid7()],
        ),
        (
            "INSERT INTO saved_views (tenant_id, id, name, place, filter) VALUES ($1, $2, 'Unread', 0, '{}')",
            [tenant_id, uuid7()],
        ),
        ("INSERT INTO push_places (tenant_id, epoch, xid, number) VALUES ($1, 1, 0, 0)", [tenant_id]),
        (
            """INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, body)
               VALUES ($1, $2, $3, 'note', 'user:1', 'a note')""",
            [tenant_id, connection_id, conversation_id],
        ),
        (
            "INSERT INTO mentions (tenant_id, user_id, annotation_id) VALUES ($1, $1, $2)",
            [tenant_id, connection_id],
        ),
    ]
    for sql, arguments in statements:
        await owner.execute(sql, *arguments)
    return number


async def tenants_tables(owner: asyncpg.Connection) -> list[str]:
    """Return the tables that have a tenant_id, from the catalog."""
    return [row[0] for row in await owner.fetch(TENANTS_TABLES)]


@asynccontextmanager
async def undone(owner: asyncpg.Connection) -> AsyncIterator[None]:
    """Nothing done in this block stays."""
    transaction = owner.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


class Probe:
    """Somebody who may run any SQL as ``role``, in the context of tenant ``me`` (None: of nobody).

    It tries things in a ``granted`` block: with every privilege, so that the policies are tried and not the grants.
    """

    def __init__(self, owner: asyncpg.Connection, *, role: str, me: UUID | None, victim: UUID) -> None:
        self._owner: Final = owner
        self._role: Final = role
        self._me: Final = me
        self._victim: Final = victim

    @asynccontextmanager
    async def granted(self) -> AsyncIterator[None]:
        """Have every privilege until the end of the block; nothing done in it stays."""
        async with undone(self._owner):
            # A grant holds what the catalog says of a table and not the table. Autovacuum would take the table then and wait for the
            # catalog, and a policy that is altered in this block waits for the table: the two would wait for each other.
            await self._owner.execute(_LOCK_TABLES)
            # TRUNCATE has no policies: that no role may do it is the grants' work, and tried with them.
            await self._owner.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {self._role}"
            )
            yield

    async def reaches(self, table: str) -> list[str]:
        """Return the ways in which ``table``'s rows of the victim were read, changed or added to."""
        ways = [name for name, sql in self._statements(table) if await self._works(sql)]
        row = await self._owner.fetchval(
            f"SELECT to_jsonb(t) FROM {table} t WHERE tenant_id = $1", self._victim
        )
        assert row is not None, f"{table} has no row of the victim: add one to insert_one_of_everything"
        columns = ", ".join(r[0] for r in await self._owner.fetch(_WRITABLE_COLUMNS, table))
        insert = (
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, $1)"
        )
        for name, tail in (("insert", ""), ("insert on conflict", " ON CONFLICT DO NOTHING")):
            if await self._gets_past_the_policies(insert + tail, row):
                ways.append(name)
        return ways

    def _statements(self, table: str) -> list[tuple[str, str]]:
        victim, me = f"'{self._victim}'::uuid", f"'{self._me or self._victim}'::uuid"
        theirs = f"tenant_id = {victim}"
        return [
            ("select", f"SELECT FROM {table} WHERE {theirs}"),
            ("select all", f"SELECT FROM {table} WHERE tenant_id IS DISTINCT FROM {self._mine}"),
            ("lock", f"SELECT FROM {table} WHERE {theirs} FOR UPDATE"),
            ("update", f"UPDATE {table} SET tenant_id = tenant_id WHERE {theirs}"),
            ("take over", f"UPDATE {table} SET tenant_id = {me} WHERE {theirs}"),
            ("give away", f"UPDATE {table} SET tenant_id = {victim} WHERE tenant_id <> {victim}"),
            ("delete", f"DELETE FROM {table} WHERE {theirs}"),
            ("truncate", f"TRUNCATE {table} CASCADE"),
        ]

    @property
    def _mine(self) -> str:
        return f"'{self._me}'::uuid" if self._me else "NULL"

    async def _works(self, sql: str) -> bool:
        """Tell whether the statement met a row; a refusal is none."""
        async with self._as_role():
            try:
                met = await self._owner.execute(sql)
            except asyncpg.InsufficientPrivilegeError:
                return False
            except asyncpg.IntegrityConstraintViolationError:
                return True
            return met.split()[-1] not in ("0", "TABLE") or met.startswith("TRUNCATE")

    async def _gets_past_the_policies(self, sql: str, row: str) -> bool:
        """Tell whether an insert got as far as a key or further: that alone would say what the victim has."""
        async with self._as_role():
            try:
                await self._owner.execute(sql, row)
            except asyncpg.InsufficientPrivilegeError:
                return False
            except asyncpg.IntegrityConstraintViolationError:
                return True
            return True

    @asynccontextmanager
    async def _as_role(self) -> AsyncIterator[None]:
        """Be the role until the end of the block; nothing done in it stays."""
        async with undone(self._owner):
            await self._owner.execute(f"SET LOCAL ROLE {self._role}")
            if self._me is not None:
                await self._owner.execute("SELECT set_config('app.tenant_id', $1, true)", str(self._me))
            yield

"""The rules of tenancy, read from the catalog: a table, key, index, view, function or role that breaks one is named here.

Each question answers with what is wrong, or with a list that is compared with the one written down. A new exception is a line in this
file, with its reason.
"""

import asyncpg
import pytest

pytestmark = pytest.mark.anyio

WITHOUT_TENANT = {
    "tenants": "they are the tenants",
    "platform_keys": "the operator's",
    "webhook_events": "raw bytes: nobody has read yet whose they are",
    "webhook_events_default": "a partition of webhook_events",
    "apply_lanes": "how far the log is read",
    "quarantine": "what no tenant gets",
    "ingest_counts": "counted before any tenant is known",
    "log_epoch": "of the database, not of a tenant",
    "database_home": "of the database, not of a tenant",
    "schema_migrations": "of the schema",
    "users": "one may belong to several tenants; a tenant sees its members",
    "passwords": "a user's; no tenant sees them",
    "sessions": "a user's, for every tenant of theirs; no tenant sees them",
    "totp_secrets": "a user's",
    "recovery_codes": "a user's",
    "oidc_identities": "a user's",
    "passkeys": "a user's",
    "sign_in_challenges": "of a sign-in that is under way, known by its token alone",
    "password_resets": "a user's; no tenant sees them",
}
UNIQUE_WITHOUT_TENANT = {
    "one_live_owner": "a number has one live owner among all tenants; who owns it is told to nobody",
    "tenants_pkey": "the tenant's own id",
    "users_pkey": "a random id",
    "users_email_digest_key": "an address is one user's; nobody inserts one without looking it up first",
    "passwords_pkey": "its user's id",
    "sessions_pkey": "a random id",
    "sessions_token_hash_key": "256 random bits",
    "password_resets_pkey": "256 random bits",
    "totp_secrets_pkey": "its user's id",
    "recovery_codes_pkey": "its user's id, and a hash",
    "oidc_identities_pkey": "a hash of what the provider calls them",
    "oidc_identities_one_a_provider": "its user's id, and the provider",
    "passkeys_pkey": "a random id",
    "passkeys_credential_hash_key": "made by the authenticator at random",
    "sign_in_challenges_pkey": "256 random bits",
}
# They point at what no tenant has; who may point at which user or session is decided before.
FOREIGN_KEYS_TO_USERS = {
    "passwords_user_id_fkey",
    "sessions_user_id_fkey",
    "password_resets_user_id_fkey",
    "totp_secrets_user_id_fkey",
    "recovery_codes_user_id_fkey",
    "oidc_identities_user_id_fkey",
    "passkeys_user_id_fkey",
    "sign_in_challenges_user_id_fkey",
    "memberships_user_id_fkey",
    "operator_entries_session_id_fkey",
    "push_subscriptions_session_id_fkey",
}
DEFINERS = {
    "number_had_another_owner(text,uuid)": "answers yes or no, and names nobody",
    "number_passed_on(text,uuid,bigint)": "answers yes or no, and names nobody",
    "search_inbox(uuid,text,text,timestamp with time zone,uuid,integer)": "answers ids of the transaction's own tenant alone",
    "api_key_of_hash(bytea)": "shows a key's row to whoever holds the key, and lists nothing",
    "keep_webhook_partitions(integer,integer)": "makes and drops partitions, touches no tenant's table",
}
NOT_ENFORCED_BY_ROLE = {"app_lookup"}  # owns the definers that must read across tenants, and nothing else
APPLY_WRITES = {
    "annotations": {"INSERT"},
    "apply_lanes": {"UPDATE"},
    "audit_log": {"INSERT"},
    "audit_seals": {"INSERT"},
    "consents": {"INSERT"},
    "contact_activity": {"INSERT", "UPDATE"},
    "contact_aliases": {"INSERT", "UPDATE", "DELETE"},
    "contact_merges": {"INSERT", "UPDATE"},
    "contacts": {"INSERT", "UPDATE"},
    "contacts_kept_apart": {"INSERT"},
    "conversation_labels": {"INSERT", "UPDATE"},
    "conversations": {"INSERT", "UPDATE"},
    "events": {"INSERT"},
    "ingest_counts": {"INSERT", "UPDATE"},
    "jobs": {"INSERT", "UPDATE"},
    "marketing_preferences": {"INSERT"},
    "message_media": {"INSERT"},
    "message_reactions": {"INSERT", "UPDATE"},
    "message_revisions": {"INSERT", "UPDATE"},
    "messages": {"INSERT", "UPDATE"},
    "messages_going_back": {"UPDATE", "DELETE"},
    "notices": {"INSERT"},
    "outbox": {"UPDATE", "DELETE"},
    "parked_files": {"INSERT", "DELETE"},
    "parked_statuses": {"INSERT", "UPDATE", "DELETE"},
    "quarantine": {"INSERT", "UPDATE", "DELETE"},
    "report_marks": {"INSERT"},
    "templates": {"INSERT", "UPDATE"},
}
# Of a table it otherwise only reads: what notices tell of a number, and never whose it is or its token.
APPLY_WRITES_COLUMNS = {
    "channel_connections": {
        "display_name",
        "health",
        "last_webhook_at",
        "messages_per_second",
        "metadata",
        "pause_cause",
        "pause_reason",
        "pause_until",
        "paused_at",
        "quality_rating",
        "sends_since",
        "status",
        "throughput_level",
        "updated_at",
    },
}
APPLY_READS = {
    "campaigns",
    "automations",
    "channel_connections",
    "consent_settings",
    "event_log_starts",
    "log_epoch",
    "media_assets",
    "outgoing_webhooks",
    "push_places",
    "push_subscriptions",
    "report_runs",
    "schema_migrations",
    "send_holds",
    "suppressions",
    "template_syncs",
    "tenants",
    "tombstones",
    "webhook_events",
}


async def answers(connection: asyncpg.Connection, sql: str) -> set[str]:
    return {row[0] for row in await connection.fetch(sql)}


HAS_TENANT = """EXISTS (SELECT FROM pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)"""
OURS = "c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"


async def test_every_table_of_tenants_is_guarded_even_against_its_owner(
    connection: asyncpg.Connection,
) -> None:
    unguarded = await answers(
        connection,
        f"""SELECT c.relname FROM pg_class c
             WHERE {OURS} AND {HAS_TENANT}
               AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                        AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))""",
    )

    assert unguarded == set()
    assert await answers(connection, f"SELECT c.relname FROM pg_class c WHERE {OURS} AND {HAS_TENANT}")


async def test_every_table_without_a_tenant_is_written_down(connection: asyncpg.Connection) -> None:
    found = await answers(connection, f"SELECT c.relname FROM pg_class c WHERE {OURS} AND NOT {HAS_TENANT}")

    assert {name for name in found if not name.startswith("webhook_events_2")} == WITHOUT_TENANT.keys()


async def test_the_guard_of_a_tenants_table_reads_the_transactions_tenant(
    connection: asyncpg.Connection,
) -> None:
    """The roles of requests and jobs pass by the tenant alone; each other policy is written down."""
    rule = "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)"
    rows = await connection.fetch(
        """SELECT p.tablename, p.policyname, p.roles::text[] AS roles, p.cmd, p.qual, p.with_check FROM pg_policies p"""
    )
    usual = {row["tablename"] for row in rows if row["policyname"] == "tenant"}

    for row in rows:
        if row["policyname"] == "tenant":
            assert (row["qual"], row["with_check"]) == (rule, None), row
            assert sorted(row["roles"]) == ["app_web", "app_worker"], row
    assert usual == await answers(
        connection, f"SELECT c.relname FROM pg_class c WHERE {OURS} AND {HAS_TENANT}"
    )
    others = {
        (row["tablename"], row["policyname"], *row["roles"]) for row in rows if row["policyname"] != "tenant"
    }
    batch = {name for name in APPLY_WRITES | dict.fromkeys(APPLY_READS) if name in usual}
    assert others == {(name, "apply", "app_apply") for name in batch} | {
        ("tenants", "own", "app_web", "app_worker"),
        ("tenants", "platform", "app_web"),
        ("tenants", "apply", "app_apply"),
        ("tenants", "lookup", "app_lookup"),
        ("api_keys", "lookup", "app_lookup"),
        ("channel_connections", "lookup", "app_lookup"),
        ("messages", "lookup", "app_lookup"),
        ("contacts", "lookup", "app_lookup"),
        ("conversations", "lookup", "app_lookup"),
        ("tenants", "member", "app_web"),
        ("memberships", "self", "app_web"),
        ("invites", "holder", "app_web"),
        ("users", "named", "app_web", "app_worker"),
        ("users", "self", "app_web"),
        ("users", "holder", "app_web"),
        ("users", "member", "app_web", "app_worker"),
        ("users", "platform", "app_web"),
        ("passwords", "named", "app_web"),
        ("passwords", "self", "app_web"),
        ("sessions", "holder", "app_web"),
        ("sessions", "self", "app_web"),
        ("sessions", "over", "app_worker"),
        ("password_resets", "holder", "app_web"),
        ("password_resets", "self", "app_web", "app_worker"),
        ("password_resets", "over", "app_worker"),
        ("totp_secrets", "self", "app_web"),
        ("recovery_codes", "self", "app_web"),
        ("embed_tokens", "holder", "app_web"),
        ("oidc_identities", "holder", "app_web"),
        ("oidc_identities", "self", "app_web"),
        ("passkeys", "self", "app_web"),
        ("passkeys", "holder", "app_web"),
        ("sign_in_challenges", "holder", "app_web"),
        ("sign_in_challenges", "over", "app_worker"),
    }


async def test_every_unique_index_on_a_guarded_table_contains_the_tenant(
    connection: asyncpg.Connection,
) -> None:
    """One that does not would tell a tenant, by refusing, that another has the value."""
    found = await answers(
        connection,
        """SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            WHERE i.indisunique AND c.relrowsecurity AND c.relnamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                                 AND a.attnum = ANY (i.indkey::int2[]))""",
    )

    assert found == UNIQUE_WITHOUT_TENANT.keys()


async def test_every_primary_key_of_a_tenants_table_begins_with_the_tenant(
    connection: asyncpg.Connection,
) -> None:
    found = await answers(
        connection,
        f"""SELECT c.relname FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
             WHERE {OURS} AND {HAS_TENANT}
               AND (i.indrelid IS NULL OR NOT EXISTS (
                    SELECT FROM pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum = i.indkey[0]))""",
    )

    assert found == set()


async def test_every_foreign_key_between_tenants_tables_carries_the_tenant(
    connection: asyncpg.Connection,
) -> None:
    """PostgreSQL checks foreign keys past row-level security: a bare one could point into another tenant."""
    found = await answers(
        connection,
        """SELECT k.conname FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
            WHERE k.contype = 'f' AND r.relrowsecurity AND r.relname <> 'tenants'
              AND NOT EXISTS (
                  SELECT FROM unnest(k.conkey, k.confkey) AS u (a, b)
                    JOIN pg_attribute x ON x.attrelid = k.conrelid AND x.attnum = u.a AND x.attname = 'tenant_id'
                    JOIN pg_attribute y ON y.attrelid = k.confrelid AND y.attnum = u.b AND y.attname = 'tenant_id')""",
    )
    to_tenants = await answers(
        connection,
        """SELECT k.conname FROM pg_constraint k
            WHERE k.contype = 'f' AND k.confrelid = 'tenants'::regclass
              AND k.conkey <> ARRAY[(SELECT a.attnum FROM pg_attribute a
                                      WHERE a.attrelid = k.conrelid AND a.attname = 'tenant_id')]""",
    )

    assert found == FOREIGN_KEYS_TO_USERS
    assert to_tenants == set()


async def test_no_view_shows_what_its_reader_may_not_see(connection: asyncpg.Connection) -> None:
    found = await answers(
        connection,
        """SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace
              AND (c.relkind = 'm' OR (c.relkind = 'v'
                   AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)))""",
    )

    assert found == set()


async def test_every_function_with_its_owners_rights_is_written_down_and_finds_its_own_tables(
    connection: asyncpg.Connection,
) -> None:
    rows = await connection.fetch(
        """SELECT p.oid::regprocedure::text AS name, p.proconfig AS settings,
                  has_function_privilege('public', p.oid, 'EXECUTE') AS open
             FROM pg_proc p
            WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"""
    )

    assert {row["name"] for row in rows} == DEFINERS.keys()
    for row in rows:
        assert "search_path=pg_catalog, public" in row["settings"], row["name"]
        assert not row["open"], f"{row['name']} may be called by anybody"


async def test_no_role_a_process_works_as_can_do_more_than_its_grants(connection: asyncpg.Connection) -> None:
    powerful = await answers(
        connection,
        r"""SELECT rolname FROM pg_roles WHERE rolname LIKE 'app\_%'
               AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
            UNION ALL SELECT m.member::regrole::text FROM pg_auth_members m
                       WHERE m.member::regrole::text LIKE 'app\_%'
            UNION ALL SELECT c.relowner::regrole::text FROM pg_class c
                       WHERE c.relowner::regrole::text LIKE 'app\_%'""",
    )
    owners = await answers(
        connection,
        r"""SELECT p.proowner::regrole::text FROM pg_proc p WHERE p.proowner::regrole::text LIKE 'app\_%'""",
    )

    assert powerful == set()
    assert owners <= NOT_ENFORCED_BY_ROLE


async def grants(connection: asyncpg.Connection, role: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in await connection.fetch(
        """SELECT table_name, privilege_type FROM information_schema.role_table_grants
            WHERE grantee = $1 AND table_schema = 'public'""",
        role,
    ):
        found.setdefault(row["table_name"], set()).add(row["privilege_type"])
    return found


async def test_the_batch_role_may_touch_the_tables_it_applies_to_and_no_other(
    connection: asyncpg.Connection,
) -> None:
    may = await grants(connection, "app_apply")

    assert {name: kinds - {"SELECT"} for name, kinds in may.items() if kinds - {"SELECT"}} == APPLY_WRITES
    assert may.keys() - APPLY_WRITES.keys() == APPLY_READS


async def test_the_batch_role_may_write_the_health_of_a_number_and_never_its_token_or_its_owner(
    connection: asyncpg.Connection,
) -> None:
    rows = await connection.fetch(
        """SELECT table_name, column_name FROM information_schema.role_column_grants
            WHERE grantee = 'app_apply' AND privilege_type = 'UPDATE' AND table_schema = 'public'"""
    )
    columns: dict[str, set[str]] = {}
    for row in rows:
        if row["table_name"] not in APPLY_WRITES:
            columns.setdefault(row["table_name"], set()).add(row["column_name"])

    assert columns == APPLY_WRITES_COLUMNS


async def test_the_intake_role_may_append_webhooks_and_nothing_else(connection: asyncpg.Connection) -> None:
    assert await grants(connection, "app_intake") == {
        "webhook_events": {"INSERT"},
        "schema_migrations": {"SELECT"},
    }


async def test_the_role_behind_the_lookups_may_read_connections_keys_and_what_is_searched_and_nothing_else(
    connection: asyncpg.Connection,
) -> None:
    rows = await connection.fetch(
        """SELECT table_name, column_name, privilege_type FROM information_schema.role_column_grants
            WHERE grantee = 'app_lookup' AND table_schema = 'public' AND table_name <> 'channel_connections'"""
    )
    columns: dict[str, set[str]] = {}
    for row in rows:
        columns.setdefault(row["table_name"], set()).add(row["column_name"])

    assert await grants(connection, "app_lookup") == {"channel_connections": {"SELECT"}}
    assert {row["privilege_type"] for row in rows} == {"SELECT"}
    assert columns == {
        "api_keys": {
            "tenant_id",
            "id",
            "name",
            "key_hash",
            "last4",
            "scopes",
            "created_at",
            "expires_at",
            "revoked_at",
        },
        "messages": {"tenant_id", "id", "text"},
        "tenants": {"id", "suspended_at"},
        "contacts": {"tenant_id", "id", "name", "username", "wa_id", "merged_into"},
        "conversations": {"tenant_id", "id", "contact_id", "merged_into", "last_message_at", "state_code"},
    }


async def test_nobody_else_has_been_granted_anything(connection: asyncpg.Connection) -> None:
    assert await grants(connection, "PUBLIC") == {}
    assert not await connection.fetchval("SELECT has_schema_privilege('public', 'public', 'CREATE')")


async def test_no_role_may_empty_a_table_or_hang_triggers_on_it(connection: asyncpg.Connection) -> None:
    dangerous = await answers(
        connection,
        r"""SELECT table_name || ' ' || grantee || ' ' || privilege_type FROM information_schema.role_table_grants
             WHERE grantee LIKE 'app\_%' AND privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES')""",
    )

    assert dangerous == set()


async def test_every_table_of_tenants_is_indexed_for_its_foreign_keys_and_needs_no_other_tenants_pages(
    connection: asyncpg.Connection,
) -> None:
    """Every index of a tenant's table begins with the tenant, or is one that routes a webhook or a key to its tenant."""
    routing = {
        "api_keys_by_hash": "a request learns its tenant from its key",
        "channel_connections_by_number": "a webhook learns its tenant from the number",
        "channel_connections_by_waba": "a notice learns its tenants from the WABA",
        "one_live_owner": "see above",
        "invites_by_hash": "who holds an invitation learns its tenant from it",
        "embed_tokens_by_hash": "who holds a token learns its tenant from it",
        "memberships_by_user": "a user learns their tenants",
        "operator_entries_by_session": "a session that ends takes them with it",
        "push_subscriptions_of_session": "a session that ends takes them with it",
        "campaigns_cancelled": "who carries campaigns on looks for those of all tenants that ended lately",
        "messages_by_words": "each word in it begins with a mark of its tenant",
        "contacts_by_words": "each word in it begins with a mark of its tenant",
    }
    found = await answers(
        connection,
        f"""SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
             WHERE {OURS} AND {HAS_TENANT}
               AND NOT EXISTS (SELECT FROM pg_attribute a
                                WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum = i.indkey[0])""",
    )

    assert found == routing.keys()

"""The command line as an operator meets it: real processes, their output, their exit codes."""

import errno
import json
import re
import stat
from collections.abc import Iterator
from urllib.parse import urlsplit

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.installation import SETTINGS, Installation, installed
from bed.queueing import queue_texts
from bed.rows import insert_conversation, insert_number, insert_sent
from curbe.audit.seal import seal_once
from curbe.auth import service
from curbe.cli.refusals import refusal_of
from curbe.domain.errors import Unauthorized
from curbe.infra import dotenv, settings
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret
from curbe.infra.db import Pool, Role
from curbe.infra.embedded_programs import unavailable

pytestmark = pytest.mark.anyio

NOBODY = "00000000-0000-7000-8000-000000000001"


@pytest.fixture
def here(dsn: str) -> Iterator[Installation]:
    """An installation on a migrated database of its own."""
    with installed(**SETTINGS, DATABASE_URL=dsn) as installation:
        yield installation


@pytest.fixture
def bare(empty_dsn: str) -> Iterator[Installation]:
    """A folder with no settings, beside a database with nothing in it."""
    with installed(DATABASE_URL=empty_dsn) as installation:
        yield installation


@pytest.fixture
def unwritten(dsn: str) -> Iterator[Installation]:
    """A folder with no settings, beside a database that is up to date: what is asked is not how it came to be."""
    with installed(DATABASE_URL=dsn) as installation:
        yield installation


# --- init


def test_init_writes_settings_for_the_owner_alone_and_a_database_to_start_on(bare: Installation) -> None:
    made = bare.answer("init", "--app-id", "123456789012345", "--port", "8123")

    env_file = bare.folder / ".env"
    assert made["env_file"] == str(env_file)
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    loaded = settings.load({}, env_file=env_file)
    assert (loaded.meta_app_id, loaded.port) == ("123456789012345", 8123)
    assert bare.answer("migrate") == {"applied": []}
    assert bare.answer("tenant", "list") == []


async def test_the_key_init_prints_opens_the_api_and_lies_nowhere_in_the_open(
    unwritten: Installation, dsn: str
) -> None:
    key = unwritten.answer("init")["platform_key"]

    pool = await Pool.open(dsn, Role.WEB)
    principal = await service.authenticate(pool, key, now=utc_now())
    await pool.close()
    assert principal.is_platform
    assert principal.scopes
    assert key not in (unwritten.folder / ".env").read_text()
    assert key not in unwritten.curbe("key", "list", "--platform", "--json").stdout


def test_init_refuses_to_overwrite_settings(unwritten: Installation) -> None:
    unwritten.answer("init")
    before = (unwritten.folder / ".env").read_text()

    again = unwritten.curbe("init")

    assert again.returncode == 2
    assert "--force" in again.stderr
    assert (unwritten.folder / ".env").read_text() == before


def test_init_by_force_keeps_the_settings_beside_and_still_opens_what_they_sealed(
    unwritten: Installation,
) -> None:
    unwritten.answer("init")
    before = settings.load({}, env_file=unwritten.folder / ".env")
    sealed = Keyring.of(before).seal(Secret("a token of Meta's"), bound_to="a|b|c")

    for _ in range(2):
        unwritten.answer("init", "--force")

    after = settings.load({}, env_file=unwritten.folder / ".env")
    assert after.token_encryption_key != before.token_encryption_key
    assert Keyring.of(after).open(sealed, bound_to="a|b|c").reveal() == "a token of Meta's"
    kept = dotenv.parse((unwritten.folder / ".env.before-1").read_text()).values
    assert kept["TOKEN_ENCRYPTION_KEY"] == before.token_encryption_key.reveal()
    assert stat.S_IMODE((unwritten.folder / ".env.before-2").stat().st_mode) == 0o600


def test_init_by_force_keeps_every_setting_but_the_secrets_that_it_makes_anew(
    unwritten: Installation, dsn: str
) -> None:
    unwritten.answer(
        "init", "--app-id", "123456789012345", "--app-secret", "a-secret-of-metas", "--port", "8123"
    )
    file = unwritten.folder / ".env"
    file.write_text(file.read_text() + "CURBE_DEFAULT_COUNTRY=PE\nCURBE_MAIL_FROM='Sol <sol@example.org>'\n")
    before = dotenv.parse(file.read_text()).values

    unwritten.answer("init", "--force", DATABASE_URL="")

    after = dotenv.parse(file.read_text()).values
    anew = {"META_VERIFY_TOKEN", "TOKEN_ENCRYPTION_KEY", "TOKEN_ENCRYPTION_KEYS_RETIRED"}
    assert {name: after.get(name) for name in before.keys() - anew} == {
        name: before[name] for name in before.keys() - anew
    }
    assert before["DATABASE_URL"] == dsn
    assert after["META_VERIFY_TOKEN"] != before["META_VERIFY_TOKEN"]


def test_init_by_force_leaves_a_file_alone_that_it_cannot_read_to_its_end(unwritten: Installation) -> None:
    """What stands in such a line would be lost: another database, perhaps, and the key that opens it."""
    unwritten.answer("init")
    file = unwritten.folder / ".env"
    before = file.read_text() + "CURBE_MAIL_FROM='Sol <sol@example.org>\n"
    file.write_text(before)

    done = unwritten.curbe("init", "--force")

    assert done.returncode == 2
    assert "CURBE_MAIL_FROM" in done.stderr
    assert file.read_text() == before


def test_init_by_force_takes_the_secret_of_another_app_for_nobodys(unwritten: Installation) -> None:
    unwritten.answer("init", "--app-id", "123456789012345", "--app-secret", "a-secret-of-metas")

    unwritten.answer("init", "--force", "--app-id", "543210987654321", "--port", "8124")

    after = settings.load({}, env_file=unwritten.folder / ".env")
    assert (after.meta_app_id, after.port) == ("543210987654321", 8124)
    assert after.meta_app_secret != Secret("a-secret-of-metas")


def test_init_writes_down_where_the_database_is_that_it_made(empty_dsn: str, bare: Installation) -> None:
    """Whoever calls the next command need not say it again: without it there would be a second database, an empty one."""
    made = bare.answer("init", CURBE_DATA_DIR="files")

    written = dotenv.parse((bare.folder / ".env").read_text()).values
    assert made["env_file"] == str(bare.folder / ".env")
    assert written["CURBE_DATA_DIR"] == str(bare.folder / "files")
    assert bare.answer("tenant", "list", DATABASE_URL=written["DATABASE_URL"]) == []
    assert written["DATABASE_URL"] == empty_dsn


def test_init_leaves_nothing_behind_where_the_database_cannot_be_reached(bare: Installation) -> None:
    done = bare.curbe("init", DATABASE_URL="postgresql://nobody@127.0.0.1:1/curbe")

    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert not (bare.folder / ".env").exists()


# --- tenants and keys


def test_a_tenant_that_was_created_is_listed(here: Installation) -> None:
    made = here.answer("tenant", "create", "Clínica Sol")

    assert made.keys() == {"id", "name"}
    assert made["name"] == "Clínica Sol"
    assert [one["id"] for one in here.answer("tenant", "list")] == [made["id"]]


def test_a_tenant_created_without_a_country_has_the_one_of_the_settings(dsn: str) -> None:
    with installed(**SETTINGS, DATABASE_URL=dsn, CURBE_DEFAULT_COUNTRY="CO") as here:
        here.answer("tenant", "create", "Sol")
        here.answer("tenant", "create", "Luna", "--default-country", "ES")

        assert [one["default_country"] for one in here.answer("tenant", "list")] == ["CO", "ES"]


async def test_a_tenants_key_opens_what_its_scopes_say_until_it_is_revoked(
    here: Installation, web: Pool
) -> None:
    tenant = here.answer("tenant", "create", "Sol")["id"]

    made = here.answer("key", "create", "--tenant", tenant, "--scope", "inbox:read,messages:send")

    assert made.keys() == {"id", "key"}
    principal = await service.authenticate(web, made["key"], now=utc_now())
    assert str(principal.tenant_id) == tenant
    assert principal.scopes == {"inbox:read", "messages:send"}
    here.answer("key", "revoke", made["id"], "--tenant", tenant)
    with pytest.raises(Unauthorized):
        await service.authenticate(web, made["key"], now=utc_now())
    listed = here.answer("key", "list", "--tenant", tenant)
    assert [(one["id"], one["revoked_at"] is not None) for one in listed] == [(made["id"], True)]
    assert made["key"] not in json.dumps(listed)


def test_a_key_can_be_made_to_expire(here: Installation) -> None:
    made = here.answer("key", "create", "--platform", "--scope", "tenants:read", "--expires-in", "30d")

    (listed,) = here.answer("key", "list", "--platform")
    assert listed["id"] == made["id"]
    assert listed["expires_at"] > listed["created_at"]


def test_all_scopes_of_a_tenants_key_are_those_it_may_have(here: Installation) -> None:
    tenant = here.answer("tenant", "create", "Sol")["id"]

    here.answer("key", "create", "--tenant", tenant, "--scope", "all")

    (listed,) = here.answer("key", "list", "--tenant", tenant)
    assert "messages:send" in listed["scopes"]
    assert "webhooks:replay" not in listed["scopes"], "it reaches across tenants"


# --- refusals


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("nonsense",), 2, "No such command"),
        (("tenant", "create"), 2, "NAME"),
        (("tenant", "create", " "), 2, "printable"),
        (("key", "list"), 2, "--platform"),
        (("key", "create", "--platform"), 2, "--scope"),
        (("key", "create", "--platform", "--scope", "inbox:eat"), 2, "inbox:read"),
        (("key", "create", "--platform", "--scope", "all", "--expires-in", "soon"), 2, "7d"),
        (("key", "create", "--tenant", NOBODY, "--scope", "all"), 1, "tenant list"),
        (("key", "revoke", NOBODY, "--platform"), 1, "List the keys"),
        (("audit", "verify"), 2, "--all"),
        (("audit", "verify", "--platform", "--head", "\u00b2:ab"), 2, "SEQ:HASH"),
        (("webhook", "replay"), 2, "--event"),
        (("webhook", "replay", "--since", "2026-11-22T10:00:00"), 2, "time zone"),
        (("webhook", "replay", "--since", "999999d"), 2, "too long ago"),
        (("webhook", "replay", "--since", "0001-01-01T00:00:00+14:00"), 2, "beyond the calendar"),
        (("webhook", "replay", "--event", str(2**63)), 2, "so large an id"),
        (("webhook", "replay", "--since", "1h", "--until", "2h"), 2, "not after"),
        (("webhook", "replay", "--tenant", NOBODY), 1, "tenant list"),
        (("audit", "verify", "--tenant", NOBODY), 1, "tenant list"),
        (("serve", "--port", "http"), 2, "integer"),
        (("serve", "--host", "203.0.113.7", "--port", "0"), 1, "--host"),
        (("serve", "--host", "nowhere.invalid", "--port", "0"), 1, "--host"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_and_what_to_do(
    here: Installation, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = here.curbe(*arguments)

    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert re.search(r"(?m)^(?:curbe: [a-z_]+: |Usage: )", done.stderr)
    assert "Traceback" not in done.stderr
    assert "PostgreSQL" not in done.stderr, "it is not to blame for any of these"
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["serve", "work", "run", "migrate", "tenant list"])
def test_settings_that_do_not_hold_stop_every_command_and_name_themselves(
    here: Installation, command: str
) -> None:
    done = here.curbe(*command.split(), META_APP_ID="my app", TOKEN_ENCRYPTION_KEY="short")

    assert done.returncode == 2
    assert "META_APP_ID" in done.stderr
    assert "TOKEN_ENCRYPTION_KEY" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve --port 0", "work", "tenant list"])
def test_nothing_works_on_a_schema_it_does_not_know(bare: Installation, command: str) -> None:
    done = bare.curbe(*command.split(), **SETTINGS)

    assert done.returncode == 1
    assert "curbe migrate" in done.stderr
    assert "DATABASE_URL" in done.stderr, "an empty database is mostly another one than was meant"


async def test_nothing_works_on_a_schema_that_is_newer_than_itself(
    here: Installation, owner: asyncpg.Connection
) -> None:
    await owner.execute("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'later', 'x')")
    try:
        for command in ("serve --port 0", "work", "run --port 0"):
            done = here.curbe(*command.split())

            assert done.returncode == 1, command
            assert "does not know" in done.stderr, command
    finally:  # the next test has the same database, and which migrations ran is not emptied
        await owner.execute("DELETE FROM schema_migrations WHERE version = 9999")


def test_a_database_that_does_not_answer_is_told_in_one_sentence_without_its_password(
    here: Installation,
) -> None:
    done = here.curbe("tenant", "list", DATABASE_URL="postgresql://curbe:hunter2hunter2@127.0.0.1:1/curbe")

    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("path", "further", "says"),
    [
        ("/no_such_database", "", "createdb"),
        (None, "role=app_web", "CREATEROLE"),
        (None, "default_transaction_read_only=on", "name the primary"),
    ],
)
def test_what_postgresql_refuses_is_told_with_what_to_do_about_it(
    here: Installation, dsn: str, path: str | None, further: str, says: str
) -> None:
    url = urlsplit(dsn)
    query = "&".join(part for part in (url.query, further) if part)

    done = here.curbe("migrate", DATABASE_URL=url._replace(path=path or url.path, query=query).geturl())

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert says in done.stderr


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (asyncpg.InvalidPasswordError("password authentication failed"), "user and password"),
        (asyncpg.TooManyConnectionsError("too many clients already"), "max_connections"),
        (asyncpg.LockNotAvailableError("canceling statement due to lock timeout"), "try again"),
        (asyncpg.DeadlockDetectedError("deadlock detected"), "try again"),
        (asyncpg.DiskFullError("could not extend file"), "Make room"),
        (asyncpg.InsufficientPrivilegeError("permission denied to grant role"), "deploy/postgres/roles.sql"),
        (asyncpg.DuplicateFunctionError("function already exists"), "an empty database"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "sslrootcert"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
    ],
)
def test_a_failure_that_passes_once_somebody_acts_says_how(failure: Exception, says: str) -> None:
    assert says in refusal_of(failure).sentence


def test_a_refusal_begins_with_a_code_that_scripts_can_switch_on(here: Installation) -> None:
    assert here.curbe("audit", "verify", "--tenant", NOBODY).stderr.startswith("curbe: not_found: ")
    assert here.curbe("tenant", "list", META_APP_ID="x").stderr.startswith("curbe: settings_invalid: ")


def test_settings_that_are_not_where_they_are_looked_for_are_told_by_that_place() -> None:
    """The folder is wrong, mostly: whoever makes a new file there has a second installation, an empty one."""
    with installed() as elsewhere:
        done = elsewhere.curbe("tenant", "list")

    assert done.returncode == 2
    assert f"There is no file {elsewhere.folder / '.env'}" in done.stderr
    assert "--env-file" in done.stderr


def test_settings_that_cannot_be_read_are_told_by_that_alone(here: Installation) -> None:
    (here.folder / ".env").mkdir()

    done = here.curbe("tenant", "list", META_APP_ID="")

    assert done.returncode == 2
    assert done.stderr.startswith("curbe: settings_invalid: ")
    assert ".env cannot be read: Is a directory" in done.stderr
    assert "META_APP_ID" not in done.stderr, "the file may well say it"


def test_a_full_disk_is_told_as_such_by_whoever_meets_it_first() -> None:
    said = "FATAL:  could not write lock file: No space left on device"

    refusal = refusal_of(unavailable("PostgreSQL ended while starting", said=said))

    assert refusal.code == "disk_full"
    assert "ake room" in refusal.sentence
    assert said in refusal.sentence


def test_what_lacks_shared_memory_is_not_said_to_lack_disk() -> None:
    said = "FATAL:  could not create shared memory segment: No space left on device"

    assert (
        refusal_of(unavailable("PostgreSQL ended while starting", said=said)).code == "embedded_unavailable"
    )


def test_the_environment_wins_over_the_file(here: Installation) -> None:
    (here.folder / ".env").write_text("META_APP_ID=wrong\nDATABASE_URL=postgresql://nobody@127.0.0.1:1/x\n")

    assert here.answer("tenant", "list") == []


def test_settings_can_lie_in_another_file(dsn: str) -> None:
    lines = [dotenv.line(name, value) for name, value in {**SETTINGS, "DATABASE_URL": dsn}.items()]
    with installed() as here:
        (here.folder / "live.env").write_text("\n".join(lines))

        done = here.curbe("--env-file", "live.env", "tenant", "list", "--json")

    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


# --- looking


async def test_where_a_message_is_is_told_without_what_it_says(
    here: Installation, owner: asyncpg.Connection
) -> None:
    sent = await insert_sent(owner, await insert_number(owner), phase="unknown")

    told = here.curbe("message", "show", str(sent.id))
    nothing = here.curbe("message", "show", "wamid.of-nobody")

    assert (told.returncode, nothing.returncode) == (0, 1)
    assert f"{sent.id}  outbound text, unknown" in told.stdout
    assert sent.number.phone_number_id in told.stdout
    assert "hola" not in told.stdout
    assert "Meta has not delivered it here" in nothing.stdout


async def test_what_waits_in_a_copy_of_an_earlier_moment_is_held_on_record(
    here: Installation, owner: asyncpg.Connection, web: Pool
) -> None:
    number = await insert_number(owner)
    await queue_texts(web, number, [await insert_conversation(owner, number)])

    told = here.curbe("message", "hold", "--json")

    assert json.loads(told.stdout) == {"messages": 1, "campaigns": 0, "notifications": 0}, told.stderr
    assert await owner.fetchval("SELECT status::text FROM messages") == "unknown"
    assert await owner.fetchval("SELECT actor FROM audit_log WHERE action = 'message.held'") == "cli"


async def test_audit_verify_names_the_first_row_that_was_changed_and_fails(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    tenant = here.answer("tenant", "create", "Sol")["id"]
    here.answer("key", "create", "--tenant", tenant, "--scope", "inbox:read")
    while await seal_once(apply):
        pass
    whole = here.answer("audit", "verify", "--all")
    assert whole["ok"]
    assert [log["sealed"] for log in whole["logs"] if log["tenant_id"] == tenant] == [2]

    await owner.execute("ALTER TABLE audit_log DISABLE TRIGGER append_only")
    await owner.execute(
        "UPDATE audit_log SET actor = 'somebody' WHERE action = 'key.created' AND tenant_id = $1", tenant
    )
    done = here.curbe("audit", "verify", "--all")

    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert tenant in line
    assert "seal 2" in line
    assert here.curbe("audit", "verify", "--platform").returncode == 0


async def test_audit_verify_sees_a_log_cut_off_with_its_seals_where_its_head_was_written_down(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    tenant = here.answer("tenant", "create", "Sol")["id"]
    here.answer("key", "create", "--tenant", tenant, "--scope", "inbox:read")
    while await seal_once(apply):
        pass
    (log,) = here.answer("audit", "verify", "--tenant", tenant)["logs"]
    for table in ("audit_log", "audit_seals"):
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    await owner.execute("DELETE FROM audit_log WHERE action = 'key.created' AND tenant_id = $1", tenant)
    await owner.execute("DELETE FROM audit_seals WHERE seq = 2 AND tenant_id = $1", tenant)

    head = f"{log['head']['seq']}:{log['head']['hash']}"

    assert here.curbe("audit", "verify", "--tenant", tenant).returncode == 0, "by itself the rest looks whole"
    assert here.curbe("audit", "verify", "--tenant", tenant, "--head", head).returncode == 1


def doctors(found: dict[str, object], name: str) -> set[str]:
    findings = found["findings"]
    assert isinstance(findings, list)
    return {one["state"] for one in findings if one["name"] == name}


def examined(here: Installation, **environment: str) -> dict[str, object]:
    done = here.curbe("doctor", "--json", **environment)
    found = json.loads(done.stdout)
    assert done.returncode == (0 if found["ok"] else 1)
    return found


def test_the_doctor_says_what_to_do_about_each_setting_that_does_not_hold(here: Installation) -> None:
    found = examined(here, META_APP_ID="my app", META_GRAPH_VERSION="new")

    assert not found["ok"]
    assert doctors(found, "settings") == {"fail"}
    assert len(found["findings"]) == 2


def test_the_doctor_goes_on_where_the_database_does_not_answer(here: Installation) -> None:
    found = examined(here, DATABASE_URL="postgresql://nobody@127.0.0.1:1/curbe")

    assert doctors(found, "database") == {"fail"}
    assert doctors(found, "settings") == {"ok"}


def test_the_doctor_goes_on_where_its_own_database_does_not_start() -> None:
    with installed(**SETTINGS, META_GRAPH_BASE_URL="http://127.0.0.1:1") as here:
        (here.folder / "var/curbe/postgres").mkdir(parents=True)
        (here.folder / "var/curbe/postgres/somebodys").touch()

        found = examined(here)

    assert doctors(found, "database") == doctors(found, "graph") == {"fail"}
    assert doctors(found, "settings") == {"ok"}
    assert len(doctors(found, "disk")) == len(doctors(found, "files")) == 1


def test_the_doctor_finds_that_no_file_can_be_written(here: Installation) -> None:
    (here.folder / "var/curbe").mkdir(parents=True)
    (here.folder / "var/curbe/media").touch()

    found = examined(here)

    (files,) = [one for one in found["findings"] if one["name"] == "files"]
    assert files["state"] == "fail"
    assert str(here.folder / "var/curbe/media") in files["sentence"]


async def test_the_doctor_looks_at_a_database_that_its_owner_alone_may_connect_to(
    here: Installation, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$"
    )

    found = examined(here)

    assert doctors(found, "server") == doctors(found, "schema") == {"ok"}


async def test_the_doctor_finds_what_is_wrong_in_the_database(
    here: Installation, owner: asyncpg.Connection
) -> None:
    await owner.execute("ALTER TABLE contacts DISABLE ROW LEVEL SECURITY")
    await owner.execute("DROP TABLE webhook_events_" + f"{utc_now():%Y%m%d}")
    await owner.execute(
        "INSERT INTO webhook_events (meta_app_id, body, received_at) VALUES ('1', '{}', now() - interval '1 hour')"
    )
    tenant = here.answer("tenant", "create", "Sol")["id"]
    await owner.execute(
        """INSERT INTO channel_connections
               (tenant_id, id, status, waba_id, phone_number_id, meta_app_id, access_token_enc, pause_reason, paused_at)
           VALUES ($1, $2, 'error', '2', '3', '100000000000001', 'v1.nonsense', 'token_refused', now())""",
        tenant,
        uuid7(),
    )

    found = examined(here)

    assert doctors(found, "row security") == {"fail"}
    assert doctors(found, "webhook log") == {"warn"}
    assert doctors(found, "applying") == {"fail"}, "nobody has applied that webhook for an hour"
    assert doctors(found, "connection") == {"fail"}, "its token cannot be opened"
    assert doctors(found, "platform keys") == {"warn"}
    assert doctors(found, "roles") == doctors(found, "server") == doctors(found, "schema") == {"ok"}

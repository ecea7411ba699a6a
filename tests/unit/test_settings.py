"""An operator is told everything that is wrong at once, and what `curbe init` writes works."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.infra import crypto, dotenv, settings
from curbe.infra.setting_values import Tls
from curbe.infra.settings import BadSettings
from curbe.infra.settings_list import SETTINGS

ROOT = Path(__file__).parents[2]
KEY = "Q3VyYmUgdGVzdHMgdXNlIHRoaXMga2V5IG9ubHkhISE="  # the same in every run: it stands in names of tests
ENOUGH = {
    "META_APP_ID": "123456789012345",
    "META_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "META_VERIFY_TOKEN": "a-verify-token",
    "TOKEN_ENCRYPTION_KEY": KEY,
}
REGENERATE = "regenerate it from curbe.infra.settings: env_example(), settings_table()"


def load(
    env_file: Path | None = None, flags: dict[str, str] | None = None, **environ: str
) -> settings.Settings:
    return settings.load({**ENOUGH, **environ}, env_file=env_file, flags=flags)


@contextmanager
def not_as_root() -> Iterator[None]:
    """Be a user who may not enter every folder."""
    ours = os.geteuid()
    if ours == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(ours)


def problems(**environ: str) -> dict[str, str]:
    with pytest.raises(BadSettings) as refused:
        load(**environ)
    return {problem.name: problem.sentence for problem in refused.value.problems}


def test_four_settings_are_enough_and_the_rest_has_its_defaults() -> None:
    read = load()

    assert read.meta_app_id == "123456789012345"
    assert read.meta_app_secret.reveal() == "0123456789abcdef0123456789abcdef"
    assert read.meta_graph_base_url == "https://graph.facebook.com"
    assert read.meta_graph_version == "v25.0"
    assert (read.host, read.port, read.public_base_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert read.data_dir == Path.cwd() / "var/curbe"
    assert (read.log_level, read.log_format, read.unknown_after) == ("info", "json", timedelta(seconds=60))
    assert (
        read.database_url is read.default_country is read.send_rate_cap is read.meta_system_user_token is None
    )
    assert read.token_encryption_keys_retired == ()


def test_every_missing_secret_is_told_at_once_with_how_to_make_it() -> None:
    with pytest.raises(BadSettings) as refused:
        settings.load({}, env_file=None)

    told = str(refused.value)
    assert {problem.name for problem in refused.value.problems} == set(ENOUGH)
    assert told.startswith("Curbe cannot start: 4 settings need your attention.")
    assert "openssl rand -base64 32" in told
    assert "curbe init" in told


def test_no_secret_has_a_default() -> None:
    assert [setting.name for setting in SETTINGS if setting.secret and setting.default] == []


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("META_APP_ID", "my app", "digits only"),
        ("META_APP_SECRET", "short", "shorter than 6"),
        ("META_VERIFY_TOKEN", "with a space in it", "a space"),
        ("META_SYSTEM_USER_TOKEN", "EAAtoken\u200bcopied", "more than it copied"),
        ("META_GRAPH_VERSION", "25", "a version like v25.0"),
        ("META_GRAPH_BASE_URL", "http://graph.facebook.com", "must be https"),
        ("META_GRAPH_BASE_URL", "http://8.8.8.8", "must be https"),
        ("META_EMBEDDED_SIGNUP_CONFIG_ID", "x", "digits only"),
        ("TOKEN_ENCRYPTION_KEY", "aGVsbG8=", "5 bytes, not 32"),
        ("TOKEN_ENCRYPTION_KEYS_RETIRED", f"{KEY},junk!", "base64"),
        ("CURBE_PUBLIC_BASE_URL", "curbe.example.org", "a URL like"),
        ("CURBE_PUBLIC_BASE_URL", "https://user:pass@curbe.example.org", "user name"),
        ("CURBE_PUBLIC_BASE_URL", "https://curbe.example.org:port", "a URL like"),
        ("CURBE_PUBLIC_BASE_URL", "https://curbe.example.org/?a=b", "a URL like"),
        ("CURBE_HOST", "http://x", "a host name"),
        ("CURBE_TRUSTED_PROXIES", "10.0.0.1, nginx", "'nginx'"),
        ("CURBE_TRUSTED_PROXIES", "10.0.0.1/8", "'10.0.0.1/8'"),
        ("CURBE_TRUSTED_PROXIES", "*", "'*'"),
        ("CURBE_PORT", "80a", "from 0 to 65535"),
        ("CURBE_PORT", "65536", "from 0 to 65535"),
        ("CURBE_PORT", "-1", "from 0 to 65535"),
        ("CURBE_PORT", "٣٣", "from 0 to 65535"),
        ("DATABASE_URL", "mysql://root:hunter2@db/curbe", "postgresql://"),
        ("DATABASE_URL", "http://[hunter2", "postgresql://"),
        ("DATABASE_URL", "postgresql://curbe:hun#ter2@db/curbe", "%23"),
        ("DATABASE_URL", "postgresql://curbe:hun/ter2@db/curbe", "%2F"),
        ("DATABASE_URL", "postgresql://curbe:hun?ter2@db/curbe", "%3F"),
        ("DATABASE_URL", "postgresql://curbe:12/hunter2@db/curbe", "%2F"),
        ("DATABASE_URL", "postgresql://curbe:hunter2@db:54321a/curbe", "a port"),
        ("DATABASE_URL", "postgresql://curbe:hunter2@db:65536/curbe", "a port"),
        ("DATABASE_URL", "postgresql://curbe:hunter2@one:5432,two:543210/curbe", "a port"),
        ("DATABASE_URL", "postgresql://curbe:12?hunter2@db/curbe?sslmode=require", "%3F"),
        ("CURBE_LOG_LEVEL", "loud", "debug, info, warning, error"),
        ("CURBE_LOG_FORMAT", "xml", "json, console"),
        ("CURBE_DEFAULT_COUNTRY", "XX", "two-letter country code"),
        ("CURBE_WEBHOOK_MAX_PENDING", "0", "from 1"),
        ("CURBE_SEND_RATE_CAP", "many", "whole number"),
        ("CURBE_UNKNOWN_AFTER", "60", "60s, 5m"),
        ("CURBE_UNKNOWN_AFTER", "0s", "60s, 5m"),
        ("CURBE_SESSION_IDLE", "forever", "time span"),
        ("CURBE_MEDIA_KEEP_FREE", "1 GB", "size"),
        ("CURBE_ALLOW_HTTP", "yes", "true or false"),
        ("CURBE_SMTP_URL", "mail.example.org", "smtp://user:password"),
        ("CURBE_SMTP_URL", "smtp://somebody@mail.example.org", "without its password"),
        ("CURBE_MAIL_FROM", "Curbe", "not an address"),
        ("CURBE_MAIL_FROM", "Curbe <curbe@example.org", "not an address"),
        ("CURBE_MEDIA_HOSTS", "https://cdn.example.org, https://other.example.org/path", "has a path"),
        ("CURBE_MEDIA_HOSTS", "http://cdn.example.org", "must be https"),
        ("CURBE_S3_BUCKET", "No Bucket", "bucket's name"),
        ("CURBE_S3_ENDPOINT", "s3.example.org", "not a URL"),
    ],
)
def test_a_malformed_value_is_refused_in_words(name: str, value: str, says: str) -> None:
    told = problems(**{name: value})

    assert list(told) == [name]
    assert says in told[name]
    assert name in told[name]


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtps://mail.example.org", 465, Tls.IMPLICIT),
        ("smtps://u:p@127.0.0.1:2465", 2465, Tls.IMPLICIT),
        ("smtp://mail.example.org", 587, Tls.STARTTLS),
        ("smtp://u:p%40ss@mail.example.org:25", 25, Tls.STARTTLS),
        ("smtp://u:p@localhost", 587, Tls.STARTTLS),
        ("smtp://localhost", 25, Tls.NONE),
        ("smtp://10.0.0.5:2525", 2525, Tls.NONE),
        ("smtp://mailpit", 25, Tls.NONE),
    ],
)
def test_mail_is_encrypted_wherever_a_password_or_the_internet_is_involved(
    url: str, port: int, tls: Tls
) -> None:
    server = load(CURBE_SMTP_URL=url).smtp_url

    assert server is not None
    assert (server.port, server.tls) == (port, tls)
    assert "p%40ss" not in url or (server.password is not None and server.password.reveal() == "p@ss")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://curbe:hun%23ter2@db.example.org:5432/curbe?sslmode=require",
        "postgres://curbe:hun@ter2@10.0.0.1/curbe",
        "postgresql://curbe@/curbe?host=%2Frun%2Fpostgresql&port=5432",
        "postgresql://curbe@%2Frun%2Fpostgresql/curbe",
        "postgresql://curbe@[::1]:5432/curbe",
        "postgresql://curbe@[fe80::1%25eth0]:5432/curbe",
        "postgresql:///curbe?user=curbe@sol&host=%2Frun%2Fpostgresql",
        "postgresql://one:5432,two:5433/curbe?target_session_attrs=primary",
        "postgresql:///curbe",
    ],
)
def test_a_database_is_named_in_every_way_that_postgresql_knows(url: str) -> None:
    read = load(DATABASE_URL=url).database_url

    assert read is not None
    assert read.reveal() == url


def test_mail_comes_from_the_installation_unless_told_otherwise() -> None:
    assert (
        load(CURBE_PUBLIC_BASE_URL="https://chat.example.org").mail_from == "Curbe <curbe@chat.example.org>"
    )
    assert load(CURBE_MAIL_FROM="Acme <hi@acme.example>").mail_from == "Acme <hi@acme.example>"


def test_no_secret_is_repeated_when_it_is_refused() -> None:
    canaries = {
        "META_APP_SECRET": "canary1 with a space",
        "META_VERIFY_TOKEN": "canary2 with a space",
        "META_SYSTEM_USER_TOKEN": "canary3 with a space",
        "TOKEN_ENCRYPTION_KEY": "canary4",
        "TOKEN_ENCRYPTION_KEYS_RETIRED": "canary5",
        "META_APP_SECRET_PREVIOUS": "canary6 with a space",
        "DATABASE_URL": "mysql://u:canary7@db",
        "CURBE_S3_ACCESS_KEY_ID": "canary8 with a space",
        "CURBE_S3_SECRET_ACCESS_KEY": "canary9 with a space",
        "CURBE_SMTP_URL": "smtp://u:canaryA@mail.example.org/path",
        "CURBE_OIDC_CLIENT_SECRET": "canaryB with a space",
        "CURBE_METRICS_TOKEN": "canaryC with a space",
    }
    assert set(canaries) == {setting.name for setting in SETTINGS if setting.secret}

    told = problems(**canaries)

    assert set(told) == set(canaries)
    assert "canary" not in str(told)


def test_secrets_stay_hidden_when_the_settings_are_shown() -> None:
    read = load(
        DATABASE_URL="postgresql://curbe:hunter2@db/curbe", META_SYSTEM_USER_TOKEN="EAAcanary0123456789"
    )

    shown = f"{read!r} {read} {settings.meta_apps(read)!r}"
    for secret in (ENOUGH["META_APP_SECRET"], "a-verify-token", KEY, "hunter2", "canary"):
        assert secret not in shown


def test_the_settings_do_not_change() -> None:
    with pytest.raises(AttributeError):
        load().port = 1


def test_flags_win_over_the_environment_and_the_environment_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("CURBE_PORT=1\nCURBE_HOST=file.example\nCURBE_LOG_LEVEL=debug\n")

    read = load(file, flags={"CURBE_PORT": "3"}, CURBE_PORT="2", CURBE_HOST="environment.example")

    assert (read.port, read.host, read.log_level) == (3, "environment.example", "debug")
    assert read.public_base_url == "http://127.0.0.1:3"


def test_an_empty_variable_takes_back_what_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DATABASE_URL=postgresql://db/curbe\n")

    assert load(file).database_url is not None
    assert load(file, DATABASE_URL="").database_url is None


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert load(tmp_path / "none").port == 8080


def test_a_broken_file_is_told_by_line_and_shows_nothing_of_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('CURBE_PORT=1\ncanary without equals\nA=\'canary\nB="canary" tail\nCURBE_PORT=2\n')

    with pytest.raises(BadSettings) as refused:
        load(file)

    told = str(refused.value)
    assert "line 2" in told
    assert "line 3 (A)" in told
    assert "line 4 (B)" in told
    assert "line 5 sets CURBE_PORT again, after line 1" in told
    assert "canary" not in told


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / ".env"
    file.mkdir() if content is None else file.write_bytes(content)

    with pytest.raises(BadSettings, match="cannot be read"):
        load(file)


def test_a_file_in_a_folder_that_may_not_be_entered_is_told_as_one_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    with not_as_root(), pytest.raises(BadSettings, match=r"closed/\.env cannot be read: Permission denied"):
        load(closed / ".env")


def test_a_file_in_a_folder_that_is_none_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert load(tmp_path / "file/.env") == load()


def test_a_misspelt_name_in_the_file_is_told_with_the_right_one(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("CURBE_PROT=9000\nPOSTGRES_PASSWORD=not-ours\nCURBE_SANDBOX_PORT=1\n")

    with pytest.raises(BadSettings, match="Did you mean CURBE_PORT") as refused:
        load(file)

    assert len(refused.value.problems) == 1


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("A = spaced ", "spaced"),
        ("export A=exported", "exported"),
        ("A='single # quoted'", "single # quoted"),
        ('A="double # quoted" # comment', "double # quoted"),
        ('A="a\\nb \\"c\\" \\\\"', 'a\nb "c" \\'),
        ("A=value # comment", "value"),
        ("A=value#part", "value#part"),
        ("A=#part", "#part"),
        ("A= # comment", ""),
        ("A=", ""),
        ("A=a=b==", "a=b=="),
        ("A=windows\r", "windows"),
        ("\ufeffA=bom", "bom"),
    ],
)
def test_a_line_of_the_file_reads_as_a_shell_reads_it(line: str, value: str) -> None:
    assert dotenv.parse(line) == dotenv.DotEnv(values={"A": value}, problems=())


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")))
def test_what_is_written_reads_back(value: str) -> None:
    assert dotenv.parse(dotenv.line("A", value)).values == {"A": value}


def test_what_init_writes_works_at_once(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(settings.fresh_env(port=9001))

    read = settings.load({}, env_file=file)

    assert (read.port, read.worker_port) == (9001, 10001)
    assert "stand-in" in file.read_text()


@pytest.mark.parametrize(
    ("port", "before", "worker_port"),
    [
        (None, {}, 9080),
        (None, {"CURBE_PORT": "8081"}, 9081),
        (8081, {"CURBE_PORT": "8080", "CURBE_WORKER_PORT": "9090"}, 9090),
        (0, {}, None),  # any free one, of which nobody knows what is above it
        (65000, {}, None),
    ],
)
def test_init_chooses_a_port_for_the_worker_where_none_is_chosen(
    port: int | None, before: dict[str, str], worker_port: int | None
) -> None:
    written = dotenv.parse(settings.fresh_env(port=port, further=before)).values

    assert settings.load(written, env_file=None).worker_port == worker_port


def test_what_init_writes_is_fresh_each_time_and_takes_your_app(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        settings.fresh_env(
            app_id="1234567", app_secret="it's-an-app-secret", graph_base_url="http://127.0.0.1:8090"
        )
    )

    read = settings.load({}, env_file=file)

    assert read.meta_app_id == "1234567"
    assert read.meta_graph_base_url == "http://127.0.0.1:8090"
    assert "stand-in" not in file.read_text()
    one, other = (dotenv.parse(settings.fresh_env()).values for _ in range(2))
    assert [name for name in ENOUGH if one[name] == other[name]] == []


def test_a_shell_reads_what_init_writes_as_we_do(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(settings.fresh_env())

    script = f"set -a; . {shlex.quote(str(file))}; env"
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={})

    for name, value in dotenv.parse(file.read_text()).values.items():
        assert f"{name}={value}" in shell.stdout.splitlines()


def test_the_settings_make_the_keyring() -> None:
    old = crypto.fresh_key()
    sealed = crypto.Keyring.from_base64(old).seal(crypto.Secret("a token"), bound_to="a place")

    keys = crypto.Keyring.of(load(TOKEN_ENCRYPTION_KEYS_RETIRED=old.reveal()))

    assert keys.open(sealed, bound_to="a place").reveal() == "a token"
    assert not keys.is_current(sealed)


def test_one_app_is_believed_with_its_current_and_its_previous_secret() -> None:
    one = settings.meta_apps(load())
    two = settings.meta_apps(load(META_APP_SECRET_PREVIOUS="previous-secret"))

    assert [(app.app_id, len(app.secrets)) for app in one] == [("123456789012345", 1)]
    assert two[0].secrets == (b"0123456789abcdef0123456789abcdef", b"previous-secret")


@pytest.mark.parametrize(
    "url", ["http://localhost:8090", "http://sandbox:8090", "http://10.0.0.7", "https://g.example"]
)
def test_the_graph_may_be_a_sandbox_of_the_own_network(url: str) -> None:
    assert load(META_GRAPH_BASE_URL=url + "/").meta_graph_base_url == url


def test_the_list_and_the_value_have_the_same_settings() -> None:
    assert [setting.field for setting in SETTINGS] == [
        field.name for field in msgspec.structs.fields(settings.Settings)
    ]


def test_the_example_file_is_what_the_list_says() -> None:
    assert (ROOT / ".env.example").read_text() == settings.env_example(), REGENERATE


def test_the_example_filled_in_works() -> None:
    filled = "\n".join(dotenv.line(*pair) for pair in ENOUGH.items())
    rest = [line for line in settings.env_example().splitlines() if line.partition("=")[0] not in ENOUGH]

    assert dotenv.parse("\n".join([filled, *rest])).problems == ()


def test_the_reference_page_lists_every_setting() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()

    assert settings.settings_table() in page, REGENERATE


def test_what_stays_free_of_files_is_a_size() -> None:
    assert load().media_keep_free == 2**30
    assert load(CURBE_MEDIA_KEEP_FREE="500MiB").media_keep_free == 500 * 2**20
    assert load(CURBE_MEDIA_KEEP_FREE="0").media_keep_free == 0


def test_only_this_machine_is_trusted_as_a_proxy_unless_told_otherwise() -> None:
    assert load().trusted_proxies == ("127.0.0.1/32", "::1/128")
    assert load(CURBE_TRUSTED_PROXIES="172.16.0.0/12, fd00::1").trusted_proxies == (
        "172.16.0.0/12",
        "fd00::1/128",
    )

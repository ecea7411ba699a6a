"""What an operator sets: one frozen value, read once from the environment over ``.env``, all problems told.

The list is ``settings_list.SETTINGS``: ``.env.example``, the reference page and ``curbe init`` use it too.
"""

import difflib
import secrets
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from curbe.infra import crypto, dotenv
from curbe.infra.crypto import Secret
from curbe.infra.setting_values import LAST_PORT, Malformed, Setting, SmtpServer
from curbe.infra.settings_list import SETTINGS

_OURS: Final = ("CURBE_", "META_", "TOKEN_ENCRYPTION_", "DATABASE_")
_SECRET_LENGTH: Final = 32
_USUAL_PORT: Final = "8080"
_WORKER_ABOVE: Final = 1000  # not the next port: a second installation is likely there


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a process of Curbe was told. Field ``x`` is the setting ``X`` or ``CURBE_X`` of SETTINGS."""

    meta_app_id: str
    meta_app_secret: Secret
    meta_app_secret_previous: Secret | None
    meta_verify_token: Secret
    meta_system_user_token: Secret | None
    meta_embedded_signup_config_id: str | None
    meta_graph_base_url: str  # no closing slash
    meta_graph_version: str
    token_encryption_key: Secret  # base64, checked
    token_encryption_keys_retired: tuple[Secret, ...]
    public_base_url: str  # no closing slash
    host: str
    port: int  # 0: any free one
    trusted_proxies: tuple[str, ...]  # networks
    data_dir: Path  # absolute
    database_url: Secret | None  # None: the embedded server, in data_dir
    worker_port: int | None  # of the worker of `curbe run`; None: it tells of itself nowhere
    metrics_token: Secret | None  # None: the metrics are for this machine alone
    log_level: str
    log_format: str
    default_country: str | None  # of tenants made without one of their own
    webhook_max_pending: int
    requests_per_key: int  # a minute; 0: no limit
    requests_per_person: int  # a minute; 0: no limit
    requests_per_tenant: int  # a minute, of all keys and of all people; 0: no limit
    requests_burst: timedelta
    sockets_per_key: int  # and per person; 0: no limit
    sockets_per_tenant: int  # of all keys and of all people; 0: no limit
    send_rate_cap: int | None  # messages a second, per number
    send_headroom: int  # percent
    unknown_after: timedelta
    outgoing_webhook_origins: tuple[str, ...]
    push_services: tuple[
        str, ...
    ]  # hosts, "*." before one for all below it, and origins; none: nothing is pushed
    session_idle: timedelta
    allow_http: bool
    smtp_url: SmtpServer | None  # None: no mail is sent
    mail_from: str
    oidc_issuer: str | None  # no closing slash
    oidc_client_id: str | None
    oidc_client_secret: Secret | None
    oidc_label: str
    oidc_create: bool
    embed_origins: tuple[str, ...]
    media_hosts: tuple[str, ...]  # origins, beside Meta's own
    media_keep_free: int  # bytes
    s3_bucket: str | None  # None: files lie in data_dir
    s3_endpoint: str | None
    s3_region: str
    s3_access_key_id: Secret | None
    s3_secret_access_key: Secret | None


_MISSING_BESIDE_OIDC_ISSUER: Final = ("CURBE_OIDC_CLIENT_ID", "CURBE_OIDC_CLIENT_SECRET")


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong: the setting's name (or the file's), and a sentence with its remedy."""

    name: str
    sentence: str


class BadSettings(Exception):
    """The settings do not allow a start: ``problems`` is every reason; the text shows no secret."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems: Final = problems
        count = "one setting needs" if len(problems) == 1 else f"{len(problems)} settings need"
        lines = "".join(f"\n  - {problem.sentence}" for problem in problems)
        super().__init__(f"Curbe cannot start: {count} your attention.{lines}")


@dataclass(frozen=True, slots=True)
class MetaApp:
    """A Meta app whose webhooks are believed; ``secrets`` are its current and perhaps its last one."""

    app_id: str
    secrets: tuple[bytes, ...] = field(repr=False)


def load(
    environ: Mapping[str, str], *, env_file: Path | None, flags: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings: ``flags`` over ``environ`` over the file; the first that names a setting wins.

    One that is present and empty counts as not set, so the environment can take back what the file says.

    Args:
        environ: the process's environment.
        env_file: the ``.env``; None or a missing file means there is none.
        flags: settings given on the command line, by the setting's name.

    Raises:
        BadSettings: with every problem there is; of a file that cannot be read, that alone, as it may say the rest.
    """
    written, problems = _read_file(env_file)
    told = {**written, **environ, **(flags or {})}
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = told.get(setting.name, "").strip() or setting.default
        try:
            values[setting.field] = setting.read(text) if text else _unset(setting)
        except Malformed as malformed:
            problems.append(Problem(setting.name, _advice(f"{setting.name} {malformed}.", setting)))
    if lost := _not_there(env_file, told):
        problems.insert(0, lost)
    for name in _MISSING_BESIDE_OIDC_ISSUER:
        if values.get("oidc_issuer") and not told.get(name, "").strip():
            problems.append(
                Problem(name, f"{name} is missing beside CURBE_OIDC_ISSUER: copy it from your provider.")
            )
    if problems:
        raise BadSettings(tuple(problems))
    values["public_base_url"] = values["public_base_url"] or f"http://127.0.0.1:{values['port']}"
    host = urlsplit(values["public_base_url"]).hostname
    values["mail_from"] = values["mail_from"] or f"Curbe <curbe@{host}>"
    return Settings(**values)


def written(env_file: Path) -> dict[str, str]:
    """Return what the file sets.

    Raises:
        BadSettings: not all of it can be read.
    """
    values, problems = _read_file(env_file)
    if problems:
        raise BadSettings(tuple(problems))
    return values


def default_of(name: str) -> str:
    """Return the text that the setting ``name`` is read from where nothing is set; "" where there is none."""
    return next(setting.default for setting in SETTINGS if setting.name == name)


def meta_apps(settings: Settings) -> list[MetaApp]:
    """Return the Meta apps whose webhooks are believed, each with its secrets, the current first."""
    held = (settings.meta_app_secret, settings.meta_app_secret_previous)
    return [MetaApp(settings.meta_app_id, tuple(secret.reveal().encode() for secret in held if secret))]


def env_example() -> str:
    """Return the text of ``.env.example``: every setting, explained, the required ones left to fill in."""
    head = (
        "# Copy this to .env and fill in what is empty, or let `curbe init` write one with fresh secrets.\n"
    )
    return head + _env_text({})


def fresh_env(
    *,
    port: int | None = None,
    app_id: str | None = None,
    app_secret: str | None = None,
    graph_base_url: str | None = None,
    further: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the text of a ``.env`` that works at once, with fresh secrets, and with ``further`` settings where those say nothing.

    The worker of ``curbe run`` gets a port beside the web process's, unless there is none above that or ``further`` says which.

    Where ``app_id`` or ``app_secret`` is absent, a random local one stands in, and a line says to replace it.
    """
    values = {
        "CURBE_PORT": _USUAL_PORT,
        **further,
        "META_APP_ID": app_id or str(10**14 + secrets.randbelow(9 * 10**14)),
        "META_APP_SECRET": app_secret or secrets.token_hex(_SECRET_LENGTH // 2),
        "META_VERIFY_TOKEN": secrets.token_hex(_SECRET_LENGTH),
        "TOKEN_ENCRYPTION_KEY": crypto.fresh_key().reveal(),
    }
    if port is not None:
        values["CURBE_PORT"] = str(port)
    if beside := _beside(values["CURBE_PORT"]):
        values.setdefault("CURBE_WORKER_PORT", beside)
    if graph_base_url is not None:
        values["META_GRAPH_BASE_URL"] = graph_base_url
    given = {"META_APP_ID": app_id, "META_APP_SECRET": app_secret}
    stand_ins = frozenset(name for name, value in given.items() if not value)
    head = "# Written by `curbe init`. It holds secrets: keep it to yourself and out of version control.\n"
    return head + _env_text(values, stand_ins=stand_ins)


def _beside(web_port: str) -> str | None:
    """Return the worker's port beside the web process's; not the next one: a second installation is likely there."""
    if not (web_port.isascii() and web_port.isdigit()):
        return None  # ``load`` tells that it is no number
    port = int(web_port)
    return str(port + _WORKER_ABOVE) if 0 < port <= LAST_PORT - _WORKER_ABOVE else None


def settings_table() -> str:
    """Return every setting as Markdown tables, one a group, for the reference page."""
    parts: list[str] = []
    for group in dict.fromkeys(setting.group for setting in SETTINGS):
        parts += [
            f"## {group}",
            "",
            "| setting | default | what it is | how to make it |",
            "| --- | --- | --- | --- |",
        ]
        parts += [_table_row(setting) for setting in SETTINGS if setting.group == group] + [""]
    return "\n".join(parts)


def _read_file(env_file: Path | None) -> tuple[dict[str, str], list[Problem]]:
    if env_file is None:
        return {}, []
    try:
        read_back = dotenv.parse(env_file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    except (OSError, UnicodeDecodeError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else "it is not UTF-8 text"
        cannot = Problem(str(env_file), f"{env_file} cannot be read: {reason}.")
        raise BadSettings((cannot,)) from failure
    problems = [Problem(str(env_file), f"{env_file}: {problem}.") for problem in read_back.problems]
    problems += [
        Problem(name, sentence) for name in read_back.values if (sentence := _misspelt(name, env_file))
    ]
    return read_back.values, problems


def _not_there(env_file: Path | None, told: Mapping[str, str]) -> Problem | None:
    """Return what to say of a file that is not there where what it should say is missing: another folder was meant, mostly."""
    missing = any(setting.required and not told.get(setting.name, "").strip() for setting in SETTINGS)
    if env_file is None or env_file.exists() or not missing:
        return None
    where = "be in the folder that it is in, or name it with --env-file"
    return Problem(str(env_file), f"There is no file {env_file.absolute()}: {where}.")


def _misspelt(name: str, env_file: Path) -> str | None:
    """Return what to say of a name that is nearly one of ours: the real one would stay at its default."""
    known = [setting.name for setting in SETTINGS]
    if name in known or not name.startswith(_OURS):
        return None
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
    return f"{env_file}: {name} is not a setting of Curbe. Did you mean {near[0]}?" if near else None


def _unset(setting: Setting) -> object:
    if setting.required:
        raise Malformed("is not set")
    return setting.unset


def _advice(sentence: str, setting: Setting) -> str:
    advice = f"{sentence} {setting.meaning}"
    if setting.make:
        advice += f" To make it: {setting.make}" + (
            "; or let `curbe init` write a .env." if setting.required else "."
        )
    return advice


def _env_text(values: Mapping[str, str], *, stand_ins: frozenset[str] = frozenset()) -> str:
    """Return a ``.env`` of every setting: ``values`` set, required ones empty, the rest as comments."""
    lines: list[str] = []
    for setting in SETTINGS:
        lines += ["", *_comment(setting.meaning)]
        if setting.make and setting.name not in values:
            lines += _comment(f"To make it: {setting.make}")
        if setting.name in stand_ins:
            lines += _comment(f"This one is a local stand-in. Replace it by your app's: {setting.make}.")
        set_line = dotenv.line(setting.name, values.get(setting.name, setting.default))
        lines.append(set_line if setting.required or setting.name in values else f"# {set_line}")
    return "\n".join(lines) + "\n"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _table_row(setting: Setting) -> str:
    default = "**required**" if setting.required else f"`{setting.default}`" if setting.default else "not set"
    kind = " (secret)" if setting.secret else ""
    return f"| `{setting.name}`{kind} | {default} | {setting.meaning} | {setting.make} |"

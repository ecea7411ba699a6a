"""``curbe init``: a ``.env`` that works, a database with its schema, the first platform key."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from curbe.infra import dotenv, settings
from curbe.infra.crypto import Secret
from curbe.infra.database import database
from curbe.infra.settings_list import SETTINGS
from curbe.operate import accounts
from curbe.operate.migrating import bring_up_to_date

_RETIRED: Final = "TOKEN_ENCRYPTION_KEYS_RETIRED"
_CURRENT: Final = "TOKEN_ENCRYPTION_KEY"
_APP: Final = "META_APP_ID"
_OF_APP: Final = ("META_APP_SECRET", "META_APP_SECRET_PREVIOUS")
_DATA_DIR: Final = "CURBE_DATA_DIR"
_DATABASE: Final = "DATABASE_URL"


class AlreadyThere(Exception):
    """There is a settings file already; the message says what to do."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator said; None is left to the settings there are, to a default or a local stand-in."""

    app_id: str | None
    app_secret: str | None
    graph_base_url: str | None
    port: int | None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What there is now; ``kept`` is where the file that was there has gone."""

    env_file: Path
    platform_key: Secret
    kept: Path | None


def prepare(env_file: Path, *, wanted: Wanted, replace: bool) -> Made:
    """Write ``env_file``, make the database ready, and return the first platform key.

    Nothing is written where the settings do not hold or the database cannot be made ready.

    Raises:
        AlreadyThere: there is such a file, and ``replace`` is not set.
        BadSettings: with what the operator said, or what the environment says, no process would start; or the file that is there cannot
            be read to its end, so that what it says would be lost.
    """
    there = env_file.exists()
    if there and not replace:
        raise AlreadyThere(
            f"{env_file} is there already and was left as it is; "
            "`curbe init --force` writes a new one and keeps this one beside it."
        )
    before = settings.written(env_file) if there else {}
    text = _text(wanted, before)
    told = settings.load({**dotenv.parse(text).values, **os.environ}, env_file=None)
    with database(told) as dsn:
        asyncio.run(bring_up_to_date(dsn))
        kept = _set_aside(env_file) if there else None
        _write(env_file, text)
        made = asyncio.run(
            accounts.create_key(dsn, tenant_id=None, name="made by curbe init", scopes=None, lasts=None)
        )
    return Made(env_file=env_file.absolute(), platform_key=made.key, kept=kept and kept.absolute())


def _text(wanted: Wanted, before: Mapping[str, str]) -> str:
    """Return the new file: what is wanted, then what the one ``before`` said, then what works by itself."""
    known = {setting.name for setting in SETTINGS}
    kept = {name: value for name, value in before.items() if name in known and value.strip()}
    is_another_app = wanted.app_id is not None and wanted.app_id != kept.get(_APP)
    if is_another_app:
        kept = {name: value for name, value in kept.items() if name not in _OF_APP}
    return settings.fresh_env(
        port=wanted.port,
        app_id=wanted.app_id or kept.get(_APP),
        app_secret=wanted.app_secret or kept.get(_OF_APP[0]),
        graph_base_url=wanted.graph_base_url,
        further={**kept, **_retired(kept), **_where()},
    )


def _retired(kept: Mapping[str, str]) -> dict[str, str]:
    """Return the setting that keeps the former encryption keys in use: what they sealed lies in the database."""
    keys = [kept.get(_CURRENT, ""), *kept.get(_RETIRED, "").split(",")]
    former = ",".join(dict.fromkeys(key.strip() for key in keys if key.strip()))
    return {_RETIRED: former} if former else {}


def _where() -> dict[str, str]:
    """Return where the environment says that data is: a later command, called without it, would begin another database."""
    told = {name: os.environ.get(name, "").strip() for name in (_DATA_DIR, _DATABASE)}
    if told[_DATA_DIR]:
        told[_DATA_DIR] = str(Path(told[_DATA_DIR]).absolute())
    return {name: value for name, value in told.items() if value}


def _set_aside(env_file: Path) -> Path:
    """Move the file to the first free name beside it, and return that."""
    number = 1
    while (kept := env_file.with_name(f"{env_file.name}.before-{number}")).exists():
        number += 1
    env_file.rename(kept)
    return kept


def _write(env_file: Path, text: str) -> None:
    env_file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(env_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)

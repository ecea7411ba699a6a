"""The commands about who may come in: tenants and API keys."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import click

from curbe.auth.rules import StoredKey
from curbe.cli.shell import Shell, json_option, pass_shell, show, table
from curbe.domain.access import Scope
from curbe.infra.database import database
from curbe.infra.setting_values import Malformed, duration
from curbe.operate import accounts
from curbe.tenants.rules import Tenant

_ALL: Final = "all"
_tenant_option: Final = click.option(
    "--tenant", "tenant_id", type=click.UUID, help="The tenant whose key it is."
)
_platform_option: Final = click.option(
    "--platform", is_flag=True, help="A key of the operator, for every tenant."
)


@click.group()
def tenant() -> None:
    """Create, list, suspend and resume tenants."""


@tenant.command("create")
@click.argument("name")
@click.option(
    "--default-country",
    help="ISO code of phone numbers typed without their country's; CURBE_DEFAULT_COUNTRY otherwise.",
)
@json_option
@pass_shell
def tenant_create(shell: Shell, *, name: str, default_country: str | None, as_json: bool) -> None:
    """Create a tenant called NAME."""
    settings = shell.quiet_settings()
    country = settings.default_country if default_country is None else default_country
    with database(settings) as dsn:
        made = asyncio.run(accounts.create_tenant(dsn, name=name, default_country=country))
    show({"id": str(made.id), "name": made.name}, as_json=as_json, words=f"{made.id}  {made.name}")


@tenant.command("list")
@json_option
@pass_shell
def tenant_list(shell: Shell, *, as_json: bool) -> None:
    """List every tenant."""
    with database(shell.quiet_settings()) as dsn:
        found = asyncio.run(accounts.tenants(dsn))
    rows = [
        (one.id, one.name, one.default_country, f"{one.created_at:%Y-%m-%d}", _suspension(one))
        for one in found
    ]
    none = "No tenant yet: `curbe tenant create NAME` makes one."
    show(
        found, as_json=as_json, words=table(("id", "name", "country", "since", "suspended"), rows, none=none)
    )


@tenant.command("suspend")
@click.argument("tenant_id", type=click.UUID)
@json_option
@pass_shell
def tenant_suspend(shell: Shell, *, tenant_id: UUID, as_json: bool) -> None:
    """Suspend the tenant TENANT_ID.

    Its people and keys do nothing, nothing of it is sent; what it receives is kept.
    """
    with database(shell.quiet_settings()) as dsn:
        tenant = asyncio.run(accounts.suspend_tenant(dsn, tenant_id=tenant_id))
    show(tenant, as_json=as_json, words=f"{tenant.id} is suspended.")


@tenant.command("resume")
@click.argument("tenant_id", type=click.UUID)
@json_option
@pass_shell
def tenant_resume(shell: Shell, *, tenant_id: UUID, as_json: bool) -> None:
    """Let the suspended tenant TENANT_ID go on where it was."""
    with database(shell.quiet_settings()) as dsn:
        tenant = asyncio.run(accounts.resume_tenant(dsn, tenant_id=tenant_id))
    show(tenant, as_json=as_json, words=f"{tenant.id} goes on.")


@click.group()
def key() -> None:
    """Make, list and revoke API keys."""


@key.command("create")
@_tenant_option
@_platform_option
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help=f"What it may do; repeat it, or separate by commas; `{_ALL}` for everything a key of its kind may.",
)
@click.option("--name", default="", help="What people call it.")
@click.option("--expires-in", help="Until when it is valid from now, as 12h or 30d; for ever otherwise.")
@json_option
@pass_shell
def key_create(
    shell: Shell,
    *,
    tenant_id: UUID | None,
    platform: bool,
    scopes: Sequence[str],
    name: str,
    expires_in: str | None,
    as_json: bool,
) -> None:
    """Make an API key and print it, this once."""
    whose = _whose(tenant_id, platform=platform)
    wanted = _scopes(scopes)
    lasts = _lasts(expires_in)
    with database(shell.quiet_settings()) as dsn:
        made = asyncio.run(accounts.create_key(dsn, tenant_id=whose, name=name, scopes=wanted, lasts=lasts))
    answer = {"id": str(made.stored.id), "key": made.key.reveal()}
    show(
        answer,
        as_json=as_json,
        words=f"{made.stored.id}\nThe key, shown this once:\n\n    {made.key.reveal()}\n",
    )


@key.command("list")
@_tenant_option
@_platform_option
@json_option
@pass_shell
def key_list(shell: Shell, *, tenant_id: UUID | None, platform: bool, as_json: bool) -> None:
    """List keys, revoked and expired ones too."""
    whose = _whose(tenant_id, platform=platform)
    with database(shell.quiet_settings()) as dsn:
        found = asyncio.run(accounts.keys(dsn, tenant_id=whose))
    rows = [(one.id, one.name, f"...{one.last4}", _state(one), ",".join(one.scopes)) for one in found]
    show(
        found,
        as_json=as_json,
        words=table(("id", "name", "ends in", "state", "scopes"), rows, none="No key yet."),
    )


@key.command("revoke")
@click.argument("key_id", type=click.UUID)
@_tenant_option
@_platform_option
@json_option
@pass_shell
def key_revoke(shell: Shell, *, key_id: UUID, tenant_id: UUID | None, platform: bool, as_json: bool) -> None:
    """Revoke the key KEY_ID; it opens nothing from now on."""
    whose = _whose(tenant_id, platform=platform)
    with database(shell.quiet_settings()) as dsn:
        revoked = asyncio.run(accounts.revoke_key(dsn, tenant_id=whose, key_id=key_id))
    show(revoked, as_json=as_json, words=f"{revoked.id} is revoked.")


def _suspension(one: Tenant) -> str | None:
    return None if one.suspended_at is None else f"{one.suspended_at:%Y-%m-%d}"


def _whose(tenant_id: UUID | None, *, platform: bool) -> UUID | None:
    if (tenant_id is None) != platform:
        raise click.UsageError("Say whose key it is: either --tenant ID or --platform.")
    return tenant_id


def _scopes(given: Sequence[str]) -> frozenset[Scope] | None:
    """Return the scopes named; None for all that a key of its kind may have."""
    names = {name.strip() for text in given for name in text.replace(",", " ").split()}
    if names == {_ALL}:
        return None
    known = {scope.value for scope in Scope}
    if unknown := sorted(names - known):
        raise click.UsageError(
            f"{', '.join(unknown)}: there is no such scope. Choose among {', '.join(sorted(known))}, or {_ALL}."
        )
    return frozenset(Scope(name) for name in names)


def _lasts(text: str | None) -> timedelta | None:
    try:
        return None if text is None else duration(text)
    except Malformed as malformed:
        raise click.UsageError(f"--expires-in {malformed}.") from None


def _state(one: StoredKey) -> Any:
    if one.revoked_at is not None:
        return f"revoked {one.revoked_at:%Y-%m-%d}"
    return "valid" if one.expires_at is None else f"until {one.expires_at:%Y-%m-%d %H:%M} UTC"

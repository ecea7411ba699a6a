"""The commands about people: users of the whole installation, and their places in tenants."""

import asyncio
import sys
from uuid import UUID

import click

from curbe.cli.shell import Shell, json_option, pass_shell, show, table
from curbe.domain.access import Role
from curbe.infra.crypto import Secret
from curbe.infra.database import database
from curbe.operate import people
from curbe.operate.people import Link, Place


@click.group()
def user() -> None:
    """Create, list and stop the people who sign in."""


@user.command("create")
@click.argument("email")
@click.option("--name", default="", help="What people call them.")
@click.option("--operator", is_flag=True, help="Of the whole installation: may enter every tenant.")
@click.option("--tenant", "tenant_id", type=click.UUID, help="The tenant they work in.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), help="What they are in that tenant."
)
@click.option(
    "--password-stdin",
    is_flag=True,
    help="Their password is the first line of the standard input; at a terminal it is asked for, and not shown.",
)
@json_option
@pass_shell
def user_create(
    shell: Shell,
    *,
    email: str,
    name: str,
    operator: bool,
    tenant_id: UUID | None,
    role: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Create an account for EMAIL, or give it a further place.

    Without a password a new account gets a link to choose one with, printed this once.
    """
    place = _place(tenant_id, role, operator=operator)
    password = _password() if password_stdin else None
    settings = shell.quiet_settings()
    made = None
    with database(settings) as dsn:
        user, is_new = asyncio.run(
            people.create_user(dsn, email=email, name=name, password=password, place=place)
        )
        if is_new and password is None:
            made = asyncio.run(people.reset_link(dsn, email=email, base_url=settings.public_base_url))
    answer = {"id": str(user.id), "email": user.email, "new": is_new, "link": _revealed(made)}
    words = f"{user.id}  {user.email}{'' if is_new else '  (was there already)'}"
    show(answer, as_json=as_json, words=words if made is None else f"{words}\n{_shown(made)}")


@user.command("list")
@json_option
@pass_shell
def user_list(shell: Shell, *, as_json: bool) -> None:
    """List everybody who has an account."""
    with database(shell.quiet_settings()) as dsn:
        found = asyncio.run(people.users(dsn))
    rows = [
        (
            one.id,
            one.email,
            one.name,
            "operator" if one.is_operator else "",
            "disabled" if one.disabled_at else "",
        )
        for one in found
    ]
    none = "Nobody yet: `curbe user create EMAIL --operator` makes the first."
    show(found, as_json=as_json, words=table(("id", "email", "name", "operator", "state"), rows, none=none))


@user.command("reset-link")
@click.argument("email")
@json_option
@pass_shell
def user_reset_link(shell: Shell, *, email: str, as_json: bool) -> None:
    """Print a link to choose another password with. It is for the person of EMAIL, and shown this once."""
    settings = shell.quiet_settings()
    with database(settings) as dsn:
        made = asyncio.run(people.reset_link(dsn, email=email, base_url=settings.public_base_url))
    answer = {"email": made.user.email, "link": _revealed(made), "expires_at": made.expires_at}
    show(answer, as_json=as_json, words=_shown(made))


@user.command("reset-factors")
@click.argument("email")
@json_option
@pass_shell
def user_reset_factors(shell: Shell, *, email: str, as_json: bool) -> None:
    """Remove the second factors of EMAIL.

    For who lost them: authenticator app, passkeys and recovery codes go, and their sessions end.
    """
    with database(shell.quiet_settings()) as dsn:
        changed = asyncio.run(people.reset_factors(dsn, email=email))
    words = f"{changed.email} signs in with the password alone until they add a second factor again."
    show(changed, as_json=as_json, words=words)


@user.command("untie")
@click.argument("email")
@json_option
@pass_shell
def user_untie(shell: Shell, *, email: str, as_json: bool) -> None:
    """Untie the account of EMAIL from the identity provider.

    Whoever comes from there with that address next gets it; its sessions end.
    """
    with database(shell.quiet_settings()) as dsn:
        changed = asyncio.run(people.untie(dsn, email=email))
    words = f"{changed.email} is tied to nobody at the identity provider any more."
    show(changed, as_json=as_json, words=words)


@user.command("disable")
@click.argument("email")
@json_option
@pass_shell
def user_disable(shell: Shell, *, email: str, as_json: bool) -> None:
    """Let nobody sign in as EMAIL any more. Their sessions end within a second."""
    _stop(shell, email, disabled=True, as_json=as_json)


@user.command("enable")
@click.argument("email")
@json_option
@pass_shell
def user_enable(shell: Shell, *, email: str, as_json: bool) -> None:
    """Let the person of EMAIL sign in again."""
    _stop(shell, email, disabled=False, as_json=as_json)


def _stop(shell: Shell, email: str, *, disabled: bool, as_json: bool) -> None:
    with database(shell.quiet_settings()) as dsn:
        changed = asyncio.run(people.stop_user(dsn, email=email, disabled=disabled))
    show(changed, as_json=as_json, words=f"{changed.email} is {'disabled' if disabled else 'enabled'}.")


def _shown(made: Link) -> str:
    return (
        f"The link to choose a password with, shown this once, valid until {made.expires_at:%Y-%m-%d %H:%M} UTC:\n\n"
        f"    {made.link.reveal()}\n"
    )


def _revealed(made: Link | None) -> str | None:
    return made.link.reveal() if made else None


def _place(tenant_id: UUID | None, role: str | None, *, operator: bool) -> Place | None:
    if operator and tenant_id is None and role is None:
        return None
    if not operator and tenant_id is not None and role is not None:
        return Place(tenant_id, Role(role))
    raise click.UsageError("Say what they are: either --operator, or --tenant ID and --role ROLE.")


def _password() -> Secret:
    if sys.stdin.isatty():
        line = str(click.prompt("Password", default="", show_default=False, hide_input=True, err=True))
    else:
        try:
            line = sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError:
            raise click.UsageError("--password-stdin: the standard input is no text in UTF-8.") from None
    if not line:
        raise click.UsageError("--password-stdin: the standard input is empty.")
    return Secret(line)

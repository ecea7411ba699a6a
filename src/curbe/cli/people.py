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
from curbe.operate.people import Place


@click.group()
def user() -> None:
    """Create and list the people who sign in."""


@user.command("create")
@click.argument("email")
@click.option("--name", default="", help="What people call them.")
@click.option("--operator", is_flag=True, help="Of the whole installation: may enter every tenant.")
@click.option("--tenant", "tenant_id", type=click.UUID, help="The tenant they work in.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), help="What they are in that tenant."
)
@click.option(
    "--password-stdin", is_flag=True, help="Their password is the first line of the standard input."
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
    """Create an account for EMAIL, or give the one that is there a further place."""
    place = _place(tenant_id, role, operator=operator)
    password = _password() if password_stdin else None
    with database(shell.quiet_settings()) as dsn:
        made, is_new = asyncio.run(
            people.create_user(dsn, email=email, name=name, password=password, place=place)
        )
    answer = {"id": str(made.id), "email": made.email, "new": is_new}
    show(answer, as_json=as_json, words=f"{made.id}  {made.email}{'' if is_new else '  (was there already)'}")


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


def _place(tenant_id: UUID | None, role: str | None, *, operator: bool) -> Place | None:
    if operator and tenant_id is None and role is None:
        return None
    if not operator and tenant_id is not None and role is not None:
        return Place(tenant_id, Role(role))
    raise click.UsageError("Say what they are: either --operator, or --tenant ID and --role ROLE.")


def _password() -> Secret:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError("--password-stdin: the standard input is empty.")
    return Secret(line)

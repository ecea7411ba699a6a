"""The commands that tell where a message is, and that hold those that wait."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import click

from curbe.cli.moments import SPAN, Moment
from curbe.cli.shell import Shell, json_option, pass_shell, show
from curbe.infra.database import database
from curbe.operate import tracing
from curbe.operate.migrating import require_ready
from curbe.operate.tracing import Traced, TracedMessage, TracedWebhook

_NOT_FOUND: Final = 1
_TIMES: Final = ("created", "stored", "accepted", "sent", "delivered", "read", "failed")


@click.group()
def message() -> None:
    """Find out where a message is, or hold what waits."""


@message.command("show")
@click.argument("which", metavar="MESSAGE")
@click.option("--since", type=Moment(), help=f"Search the webhook log for it from then on: {SPAN}.")
@json_option
@pass_shell
def show_message(shell: Shell, *, which: str, since: datetime | None, as_json: bool) -> None:
    """Tell where MESSAGE is, by Curbe's id or Meta's (wamid).

    Exit code 1 where nothing is known of it.
    """
    with database(shell.quiet_settings()) as dsn:
        found = asyncio.run(tracing.trace(dsn, which, since=since))
    show(found, as_json=as_json, words="\n".join(_words(found)))
    if not (found.messages or found.parked or found.webhooks):
        sys.exit(_NOT_FOUND)


@message.command("hold")
@json_option
@pass_shell
def hold_messages(shell: Shell, *, as_json: bool) -> None:
    """Hold what was due by now.

    For a copy of the database of an earlier moment, before anything else starts: it may have been sent since.
    """
    from curbe.operate import restoring  # noqa: PLC0415 - half the product, which other commands need not load

    async def hold(dsn: str) -> restoring.Held:
        await require_ready(dsn)
        return await restoring.hold(dsn, actor="cli")

    with database(shell.quiet_settings()) as dsn:
        held = asyncio.run(hold(dsn))
    words = (
        f"{held.messages} messages are unknown and not sent by themselves, {held.campaigns} campaigns wait, "
        f"{held.notifications} notifications were skipped."
    )
    show(held, as_json=as_json, words=words)


def _words(found: Traced) -> Iterator[str]:
    for one in found.messages:
        yield from _of_message(one)
    if not found.messages:
        yield "No tenant has that message."
    for status in found.parked:
        yield (
            f"{status.status} came for it on number {status.phone_number_id} of tenant {status.tenant_id}, "
            "and waits: no message of that name is there"
        )
    if found.webhooks is not None:
        yield from map(_of_webhook, found.webhooks)
        if not found.webhooks:
            yield "No webhook that was searched names it: Meta has not delivered it here (--since looks further back)."


def _of_message(one: TracedMessage) -> Iterator[str]:
    yield f"{one.id}  {one.direction} {one.type}, {one.status or 'received'}"
    yield f"  tenant {one.tenant_id}, number {one.phone_number_id} (connection {one.connection_id})"
    yield f"  conversation {one.conversation_id}, Meta's id {one.provider_message_id or 'none yet'}"
    if one.sender is not None:
        yield f"  asked for by {one.sender}, attempt {one.attempt}"
    for name in _TIMES:
        at: datetime | None = getattr(one, f"{name}_at")
        if at is not None:
            yield f"  {name:<10} {at:%Y-%m-%d %H:%M:%S} UTC"
    if one.failed_at is not None:
        code = f" {one.error_code}" if one.error_code else ""
        yield f"  because    {one.failure_kind}{code}: {one.error or 'no more was said'}"
    why = tracing.why_it_waits(one)
    if why is not None:
        yield f"  waits      {why}"
        if one.expires_at is not None:
            yield f"  good until {one.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    if one.status == "unknown":
        yield "  nobody knows whether Meta took it: a status settles that, and it is never sent again by itself"


def _of_webhook(one: TracedWebhook) -> str:
    if one.kind is not None:
        became = f"set aside: {one.kind}, {one.reason} (`curbe webhook quarantine`)"
    else:
        became = "applied" if one.applied else "not applied yet: see that `curbe work` runs"
    return f"webhook {one.id}  came {one.received_at:%Y-%m-%d %H:%M:%S} UTC, {became}"

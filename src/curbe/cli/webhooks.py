"""The commands about stored webhooks: replay them, list what no tenant has."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import click

from curbe.cli.moments import SPAN, Moment
from curbe.cli.shell import Shell, json_option, pass_shell, show, table
from curbe.infra.database import database
from curbe.ingest.replay import Replayed
from curbe.operate import webhooks

_KINDS: Final = ("unrouted", "foreign", "poison")
_LARGEST_ID: Final = 2**63 - 1  # of its column


@click.group()
def webhook() -> None:
    """Replay stored webhooks; see what was set aside."""


@webhook.command("replay")
@click.option(
    "--event", "ids", multiple=True, type=click.IntRange(1), help="A stored webhook's id; repeatable."
)
@click.option("--phone-number-id", "numbers", multiple=True, help="Only what names this number; repeatable.")
@click.option(
    "--tenant", "tenant_id", type=click.UUID, help="Only what names a number or WABA of this tenant."
)
@click.option("--since", type=Moment(), help=f"What came from then on: {SPAN}.")
@click.option("--until", type=Moment(), help="What came before then; until now otherwise.")
@click.option("--dry-run", is_flag=True, help="Apply, count, and take all of it back.")
@json_option
@pass_shell
def replay(
    shell: Shell,
    *,
    ids: Sequence[int],
    numbers: Sequence[str],
    tenant_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Apply stored webhooks again. What was missed is added, the rest stays as it is."""
    if max(ids, default=0) > _LARGEST_ID:
        raise click.UsageError("--event: no webhook has so large an id.")
    if ids and (numbers or tenant_id or since or until):
        raise click.UsageError("--event names its webhooks itself: leave the other options out.")
    if not (ids or numbers or tenant_id or since):
        raise click.UsageError("Say which webhooks: --event, --phone-number-id, --tenant or --since.")
    if since and until and until <= since:
        raise click.UsageError("--until is not after --since: nothing came between them.")
    wanted = webhooks.Wanted(
        ids=tuple(ids), phone_number_ids=frozenset(numbers), tenant_id=tenant_id, since=since, until=until
    )
    settings = shell.quiet_settings()
    with database(settings) as dsn:
        done = asyncio.run(webhooks.replay(settings, dsn, wanted=wanted, rehearsal=dry_run, told=_tell))
    show(
        {"dry_run": dry_run, "webhooks": done.webhooks, "outcomes": done.outcomes, "gone": done.gone},
        as_json=as_json,
        words=_words(done, dry_run=dry_run),
    )


@webhook.command("quarantine")
@click.option("--kind", type=click.Choice(_KINDS), help="Only of this kind.")
@click.option("--phone-number-id", help="Only of this number.")
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="At most so many."
)
@json_option
@pass_shell
def quarantine(
    shell: Shell, *, kind: str | None, phone_number_id: str | None, limit: int, as_json: bool
) -> None:
    """List items that no tenant has.

    They are of unknown numbers, of foreign apps, or could not be applied.
    """
    with database(shell.quiet_settings()) as dsn:
        found = asyncio.run(webhooks.set_aside(dsn, kind=kind, phone_number_id=phone_number_id, limit=limit))
    rows = [
        (
            one.event_id,
            one.kind,
            one.reason,
            one.phone_number_id or one.waba_id,
            f"{one.received_at:%Y-%m-%d %H:%M:%S}",
        )
        for one in found
    ]
    columns = ("event", "kind", "reason", "number or WABA", "received (UTC)")
    show(found, as_json=as_json, words=table(columns, rows, none="Nothing is set aside."))


def _tell(webhooks_read: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{webhooks_read} webhooks read", nl=False, err=True)


def _words(done: Replayed, *, dry_run: bool) -> str:
    if not done.webhooks and not done.gone:
        return "No stored webhook is meant by that; each is kept for 30 days."
    lines = [f"{done.webhooks} webhooks {'would be' if dry_run else 'were'} applied again."]
    lines += [f"{one.count:8}  {one.outcome}, {one.reason}" for one in done.outcomes]
    if done.gone:
        lines.append(
            f"{len(done.gone)} items stay set aside: their webhooks are no longer in the log (`curbe webhook quarantine`)."
        )
    return "\n".join(lines)

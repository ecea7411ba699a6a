"""The command that checks the audit logs."""

import asyncio
import re
import sys
from typing import Final
from uuid import UUID

import click

from curbe.audit.rules import Head
from curbe.audit.service import Report
from curbe.cli.shell import Shell, json_option, pass_shell, show
from curbe.domain.access import PLATFORM
from curbe.infra.database import database
from curbe.operate import auditing

_FAILED: Final = 1


@click.group()
def audit() -> None:
    """Check the audit logs."""


@audit.command("verify")
@click.option("--tenant", "tenant_id", type=click.UUID, help="The log of this tenant.")
@click.option("--platform", is_flag=True, help="The operator's own log.")
@click.option("--all", "everybody", is_flag=True, help="Every log, also of tenants that are gone.")
@click.option("--head", help="SEQ:HASH, as an earlier report gave it: shows a log that was cut off.")
@json_option
@pass_shell
def verify(
    shell: Shell, *, tenant_id: UUID | None, platform: bool, everybody: bool, head: str | None, as_json: bool
) -> None:
    """Follow the hash chain of a log. Names the first row that is not as it was written."""
    if [tenant_id is not None, platform, everybody].count(True) != 1:
        raise click.UsageError("Say which log: --tenant ID, --platform or --all.")
    if head is not None and everybody:
        raise click.UsageError("--head belongs to one log: name it with --tenant ID or --platform.")
    known = _head(head)
    with database(shell.quiet_settings()) as dsn:
        reports = asyncio.run(
            auditing.verify(dsn, tenant_id=PLATFORM if platform else tenant_id, known=known)
        )
    broken = [report for report in reports if not report.ok]
    words = "\n".join(_words(report) for report in reports) or "No log has been written yet."
    show({"ok": not broken, "logs": reports}, as_json=as_json, words=words)
    if broken:
        sys.exit(_FAILED)


def _words(report: Report) -> str:
    whose = "platform" if report.tenant_id == PLATFORM else str(report.tenant_id)
    if report.problem is not None:
        return f"FAIL  {whose}: {report.problem.wrong}: {report.problem.sentence}"
    head = f", head {report.head.seq}:{report.head.hash}" if report.head else ""
    return f"ok    {whose}: {report.sealed} sealed, {report.waiting} wait for their seal{head}"


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    seq, _, digest = text.partition(":")
    if not re.fullmatch(r"[0-9]{1,19}", seq) or not digest:
        raise click.UsageError("--head is SEQ:HASH, as `curbe audit verify` prints it.")
    return Head(int(seq), digest.lower())

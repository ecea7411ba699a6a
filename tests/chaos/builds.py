"""Known-bad builds of Curbe: each has one planted mistake that the judge must call by its name.

The mistakes are planted from here, into a process of a run, and not behind a switch in the product: a switch that makes a gateway lose
messages is nothing that should exist on anybody's server.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.webhook import BrokenBody
from curbe.cli import main as curbe
from curbe.domain.failures import FailureKind, SendFailure
from curbe.inbox.outbound_messages import Settled, Verdict
from curbe.infra.db import Pool
from curbe.ingest import apply, commit, reading
from curbe.ingest.commit import GroupCommitter, Tell
from curbe.ingest.rules import Connection
from curbe.outbound import attempt, send, sender
from curbe.outbound.rules import Next
from curbe.outbound.store import Claim, Expired


class Build(StrEnum):
    """The planted mistakes."""

    ACK_BEFORE_COMMIT = "ack-before-commit"
    ASYNCHRONOUS_COMMIT = "asynchronous-commit"
    SWALLOWED = "swallowed-failure"
    REQUEUE_EXPIRED = "requeue-expired-lease"
    RETRY_LOST_ANSWER = "retry-lost-answer"
    OVERWRITE_STATUS = "overwrite-status"
    FAILED_OVER_READ = "failed-over-read"
    WRONG_TENANT = "wrong-tenant"
    UNASKED_CLAIM = "unasked-claim"


# The database refuses these mistakes by itself (a trigger on messages), so the run that plants them plants them there.
SABOTAGE: Final = {
    Build.OVERWRITE_STATUS: """
DROP TRIGGER facts_only_accumulate ON messages;
CREATE FUNCTION overwrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.delivered_at := NULL;
    NEW.read_at := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER overwrite BEFORE UPDATE ON messages FOR EACH ROW
WHEN (OLD.delivered_at IS NOT NULL AND OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL)
EXECUTE FUNCTION overwrite();""",
    Build.FAILED_OVER_READ: """
DROP TRIGGER facts_only_accumulate ON messages;
CREATE FUNCTION fail_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.delivered_at := NULL;
    NEW.read_at := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER fail_over BEFORE UPDATE ON messages FOR EACH ROW
WHEN (OLD.read_at IS NOT NULL AND OLD.failed_at IS NULL AND NEW.failed_at IS NOT NULL)
EXECUTE FUNCTION fail_over();""",
}


def _replace(owner: Any, name: str, by: Any) -> None:
    """Put ``by`` in the place of what is there: a mistake that is planted where nothing looks for it any more would prove nothing."""
    getattr(owner, name)
    setattr(owner, name, by)


def _ack_before_commit() -> None:
    """Answer 200 as soon as the body is in memory."""

    taken = GroupCommitter.take

    def take(self: GroupCommitter, app_id: str, body: bytes, *, tell: Tell) -> bool:
        taken(self, app_id, body, tell=bool)  # the planted mistake: nobody is told
        asyncio.get_running_loop().call_soon(partial(tell, True))  # noqa: FBT003 - as it is told
        return True

    _replace(GroupCommitter, "take", take)


def _asynchronous_commit() -> None:
    """Commit webhooks without waiting for the disk."""
    hurried = """
WITH hurry AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO webhook_events (meta_app_id, body)
SELECT app_id, body FROM hurry, unnest($1::text[], $2::bytea[]) AS u (app_id, body)"""
    _replace(commit, "_INSERT", hurried)


def _swallowed() -> None:
    """Go on where a body cannot be read, as if it had not been there."""
    read_body = reading.read_body

    def swallowing(body: bytes) -> list[Any]:
        try:
            return list(read_body(body))
        except BrokenBody:
            return []

    _replace(reading, "read_body", swallowing)


def _requeue_expired() -> None:
    """Queue a message again when its sender is gone."""

    async def requeue(pool: Pool, tenant_id: UUID, gone: Sequence[Expired]) -> int:
        ids = [row.message_id for row in gone]
        async with pool.transaction(tenant_id) as tx:
            await tx.connection.execute(
                "UPDATE messages SET phase = 'queued' WHERE id = ANY($1::uuid[])", ids
            )
            await tx.connection.execute(
                "UPDATE outbox SET lease_expires_at = NULL WHERE message_id = ANY($1::uuid[])", ids
            )
        return len(ids)

    _replace(send, "mark_expired_unknown", requeue)


def _retry_lost_answer() -> None:
    """Take a lost answer for a clear no."""

    after = attempt.after

    def retrying(failure: SendFailure, **known: Any) -> Next:
        if failure.kind is FailureKind.AMBIGUOUS:
            return Next(verdict=Verdict.QUEUED, pause=timedelta(milliseconds=100))
        return after(failure, **known)

    _replace(attempt, "after", retrying)


def _wrong_tenant() -> None:
    """Give a batch's messages to the owner of another number of the batch."""

    connections_of = apply.store.connections_of

    async def mixed_up(*given: Any) -> list[Connection]:
        found = await connections_of(*given)
        if len(found) < 2:
            return found
        owners = [*found[1:], found[0]]
        return [
            msgspec.structs.replace(one, tenant_id=owner.tenant_id, id=owner.id)
            for one, owner in zip(found, owners, strict=True)
        ]

    _replace(apply.store, "connections_of", mixed_up)


def _unasked_claim() -> None:
    """Send what was queued without asking once more whether it may go."""

    async def everything(*_: Any, claims: Sequence[Claim], **__: Any) -> tuple[list[Claim], list[Settled]]:
        return list(claims), []

    _replace(sender, "recheck", everything)


_PLANT: Final[dict[Build, Callable[[], None]]] = {
    Build.ACK_BEFORE_COMMIT: _ack_before_commit,
    Build.ASYNCHRONOUS_COMMIT: _asynchronous_commit,
    Build.SWALLOWED: _swallowed,
    Build.REQUEUE_EXPIRED: _requeue_expired,
    Build.RETRY_LOST_ANSWER: _retry_lost_answer,
    Build.WRONG_TENANT: _wrong_tenant,
    Build.UNASKED_CLAIM: _unasked_claim,
}


def plant_all() -> None:
    """Plant every mistake at once, to see that each still has its place."""
    for plant in _PLANT.values():
        plant()


def main() -> None:
    """Run ``curbe`` with the mistake named by the first argument."""
    name = sys.argv.pop(1)
    if plant := _PLANT.get(Build(name)):
        plant()
    curbe()


if __name__ == "__main__":
    main()

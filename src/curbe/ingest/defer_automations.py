"""Defers a job for each new message whose tenant has automations. Which automation acts, if any, is decided in that job."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.inbox.inbound_messages import Arrived
from curbe.infra import jobs
from curbe.infra.db import Query, Transaction
from curbe.infra.jobs import NewJob

RUN: Final = "automation.run"  # the job that lets automations act; its subject is the message


class _Tenant(msgspec.Struct, frozen=True):
    tenant_id: UUID


_AUTOMATED: Final = Query("curbe.ingest", "tenants_with_automations", _Tenant)


async def defer(tx: Transaction, arrived: Sequence[Arrived]) -> None:
    """Defer the job for each new message of tenants with automations."""
    if not arrived:
        return
    tenants = sorted({one.arrival.tenant_id for one in arrived})
    automated = {row.tenant_id for row in await _AUTOMATED.all(tx, tenant_ids=tenants)}
    await jobs.defer(
        tx,
        [
            NewJob(one.arrival.tenant_id, RUN, one.id)
            for one in arrived
            if one.arrival.tenant_id in automated
            and not one.arrival.message.standby
            and one.arrival.message.group is None  # an answer would reach the person in private
        ],
    )

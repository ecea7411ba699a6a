"""Sending a campaign to oneself before it goes to many."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from curbe.campaigns import store
from curbe.campaigns.audience_shapes import VariableName
from curbe.campaigns.filling import Filler, check, variables_of
from curbe.domain.errors import InvalidRequest
from curbe.infra.db import Transaction
from curbe.outbound import service as outbound
from curbe.outbound.service import Request
from curbe.templates import sending


class TestSend(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom, and with which values of the template's variables."""

    to: Annotated[list[Annotated[str, Meta(min_length=3, max_length=40)]], Meta(min_length=1, max_length=5)]
    variables: dict[VariableName, Annotated[str, Meta(max_length=2000)]] = {}


class Tried(msgspec.Struct, frozen=True):
    """The messages that were queued, in the order of ``to``."""

    message_ids: list[UUID]


async def send(
    tx: Transaction, trial: TestSend, *, tenant_id: UUID, campaign_id: UUID, actor: str, now: datetime
) -> Tried:
    """Queue the campaign's template for a few numbers, as a message of whoever asks.

    Raises:
        NotFound: the tenant has no such campaign.
        InvalidRequest: its parameters do not fit the template, or these values do not fill them.
        AppError: it may not be sent; the refusal explains itself.
    """
    row = await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    content = await sending.compared(tx, row.content(), tenant_id=tenant_id, connection_id=row.connection_id)
    refused = check(variables_of(content), trial.variables)
    if refused is not None:
        raise InvalidRequest(
            refused.detail, fix="Give the template's variables their values.", field="variables"
        )
    try:
        message = Filler(content).message(trial.variables)
    except msgspec.ValidationError as unfit:
        raise InvalidRequest(str(unfit), fix="Give the variables other values.", field="variables") from None
    ids = []
    for to in trial.to:
        request = Request(
            tenant_id=tenant_id, content=message, to=to, connection_id=row.connection_id, sender=actor
        )
        ids.append((await outbound.take(tx, request, key=None, now=now)).id)
    return Tried(ids)

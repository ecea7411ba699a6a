"""Applies what webhooks tell beside new messages and statuses: messages that were edited or revoked, reactions, and calls."""

from collections.abc import Sequence

from curbe.channels.cloudapi.items import read_calls
from curbe.domain.messages import Called, MessageAmended, Person, Reacted
from curbe.inbox import amendments
from curbe.inbox.activity import Activity
from curbe.inbox.aliases import canonical_phone
from curbe.inbox.amendments import THEIRS, Amendment, Changed, Reaction, RevisionKind
from curbe.inbox.inbound_messages import Arrived
from curbe.inbox.rules import ProviderKey
from curbe.inbox.service import MessageNews, message_events
from curbe.infra.db import Transaction
from curbe.ingest import erased_people
from curbe.ingest.rules import Connection, Routed
from curbe.ingest.store import Counts
from curbe.realtime.service import Event


async def apply_beside(
    tx: Transaction, routed: Routed, arrived: Sequence[Arrived], counts: Counts
) -> list[Event]:
    """Apply a batch's edits, revokes, reactions and calls, and return the events that tell of them.

    ``arrived``: the batch's new messages. Edits, revokes and reactions that came before them, and waited, are applied now.
    """
    waited = await amendments.catch_up(tx, [_target(new) for new in arrived])
    changed = [change for _, change in waited]
    changed += await _amend(tx, routed, counts)
    changed += await amendments.react(tx, [reaction_of(said, owner) for _, said, owner in routed.reactions])
    return await events_of(tx, changed)


async def events_of(tx: Transaction, changed: Sequence[Changed]) -> list[Event]:
    """Return an event for each message that shows something else now, with the message as it is in ``tx``."""
    told = dict.fromkeys(MessageNews(one.tenant_id, one.message_id, one.type) for one in changed)
    return await message_events(tx, list(told)) if told else []


def _target(new: Arrived) -> ProviderKey:
    return new.arrival.tenant_id, new.arrival.connection_id, new.arrival.message.provider_message_id


async def _amend(tx: Transaction, routed: Routed, counts: Counts) -> list[Changed]:
    if not routed.amendments:
        return []
    outcome = await amendments.amend(tx, [amendment_of(said, owner) for _, said, owner in routed.amendments])
    app_id = routed.amendments[0][0].meta_app_id
    counts[app_id, "applied", "amendment"] += outcome.applied
    counts[app_id, "duplicate", "amendment"] += outcome.repeated
    counts[app_id, "parked", "amendment"] += outcome.parked
    return outcome.changed


def reactions_in(routed: Routed) -> list[Activity]:
    """Return the reactions of a batch, as what people did."""
    return [_activity(said, owner) for _, said, owner in routed.reactions]


async def calls_in(tx: Transaction, routed: Routed, counts: Counts) -> list[Activity]:
    """Return the calls of a batch, each of which opens the customer service window; `notices` stores and counts the notices themselves."""
    calls = [
        (call, item, owner)
        for item, notice, owners in routed.notices
        if notice.field == "calls" and notice.phone_number_id is not None
        for call in read_calls(notice.payload)
        for owner in owners
        if not owner.not_yet_attached_at(call.at)
    ]
    gone = await erased_people.gone_in(tx, ((call, owner) for call, _, owner in calls))
    living: list[Activity] = []
    for call, item, owner in calls:
        if erased_people.is_gone(call, owner, gone):
            counts[item.meta_app_id, "ignored", erased_people.REASON] += 1
        else:
            living.append(_call(call, owner))
    return living


def amendment_of(said: MessageAmended, owner: Connection) -> Amendment:
    """Return an edit or revoke as the inbox takes it."""
    return Amendment(
        tenant_id=owner.tenant_id,
        connection_id=owner.id,
        target=said.target,
        provider_message_id=said.provider_message_id,
        kind=RevisionKind.REVOKE if said.revoked else RevisionKind.EDIT,
        type=said.type,
        text=said.text,
        payload=said.payload,
        at=said.at,
    )


def reaction_of(said: Reacted, owner: Connection) -> Reaction:
    """Return a person's reaction as the inbox takes it."""
    return Reaction(
        tenant_id=owner.tenant_id,
        connection_id=owner.id,
        target=said.target,
        provider_message_id=said.provider_message_id,
        who=THEIRS if said.group is None else _member(said.person),
        emoji=said.emoji,
        at=said.at,
    )


def _member(person: Person) -> str:
    return person.bsuid or canonical_phone(person.wa_id or "")


def _activity(said: Reacted, owner: Connection) -> Activity:
    return Activity(
        tenant_id=owner.tenant_id,
        connection_id=owner.id,
        provider_id=said.provider_message_id,
        kind="reaction",
        person=said.person,
        at=said.at,
        # Removing a reaction is no word to us, and a reaction in a group is to the group.
        opens_window=said.emoji is not None and said.group is None,
    )


def _call(call: Called, owner: Connection) -> Activity:
    return Activity(
        tenant_id=owner.tenant_id,
        connection_id=owner.id,
        provider_id=call.provider_id,
        kind="call",
        person=call.person,
        at=call.at,
        opens_window=True,
    )

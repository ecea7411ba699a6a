"""Reads a stored webhook into its items, numbered in the order of reading: the number identifies an item for good."""

from curbe.channels.cloudapi.notices import standby_items
from curbe.channels.cloudapi.webhook import BrokenBody, read_body
from curbe.domain.messages import ItemRefused, NoticeReceived
from curbe.ingest.rules import Item
from curbe.ingest.store import StoredWebhook


def read_items(webhook: StoredWebhook) -> list[Item]:
    """Return the items of one stored webhook; a body that is not one of Meta's envelopes becomes one refused item with all its bytes."""
    try:
        events = read_body(webhook.body)
    except BrokenBody as broken:
        events = [ItemRefused(reason=broken.reason, detail=str(broken), payload=webhook.body)]
    # Messages and statuses inside a notice come last, so that the numbers of all other items are those that earlier versions gave them.
    inside = [event for event in events if isinstance(event, NoticeReceived) and event.field == "standby"]
    for notice in inside:
        events += standby_items(notice)
    return [
        Item(webhook.id, webhook.received_at, webhook.meta_app_id, number, event)
        for number, event in enumerate(events)
    ]

"""How a webhook names the person that a message is from, or that a status is about, where that takes more than reading one field. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.domain.messages import Person

LONGEST_ID: Final = 512  # characters. Meta's are below 200, and an index row cannot hold much more

_PHONES: Final = msgspec.json.Decoder(list[wire.CardPhone] | None)


def contact_of(wa_id: str | None, bsuid: str | None, contacts: Sequence[wire.Contact]) -> wire.Contact | None:
    """Return the contact that is this sender; one that may be somebody else lends its identity to nobody."""
    for contact in contacts:
        if (bsuid and contact.user_id == bsuid) or (wa_id and contact.wa_id == wa_id):
            return contact
    return contacts[0] if wa_id is None and bsuid is None and len(contacts) == 1 else None


def with_own_number(person: Person, message: wire.Message) -> Person:
    """Return the sender with the number that they shared because we asked for it; a card of anybody else says nothing [Meta: BSUID]."""
    if person.wa_id is not None or message.contacts is None or len(message.contacts) != 1:
        return person
    card = message.contacts[0]
    if card.origin != "contact_request" or not card.phones:
        return person
    try:
        phones = _PHONES.decode(card.phones)
    except msgspec.ValidationError:
        return person
    numbers = {phone.wa_id for phone in phones or () if phone.wa_id}
    own = numbers.pop() if len(numbers) == 1 else None
    return msgspec.structs.replace(person, wa_id=own) if own and len(own) <= LONGEST_ID else person


def reached(status: wire.Status, contacts: Sequence[wire.Contact]) -> Person | None:
    """Return whom a status names by phone and by id at once; None where it does not, or speaks of a group [Meta: BSUID, 2026]."""
    if status.recipient_type == "group":
        return None
    wa_id = None if status.recipient_id is None else str(status.recipient_id)
    bsuid = status.recipient_user_id
    if wa_id is not None and "." in wa_id:
        wa_id, bsuid = None, bsuid or wa_id
    contact = contact_of(wa_id, bsuid, contacts) if (not wa_id) is not (not bsuid) else None
    parent = status.recipient_parent_user_id
    if contact is not None:
        wa_id, bsuid, parent = (
            wa_id or contact.wa_id,
            bsuid or contact.user_id,
            parent or contact.parent_user_id,
        )
    if not wa_id or not bsuid or max(len(wa_id), len(bsuid), len(parent or "")) > LONGEST_ID:
        return None
    return Person(wa_id=wa_id, bsuid=bsuid, parent_bsuid=parent or None)

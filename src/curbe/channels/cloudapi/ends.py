"""Who is at each end of a message that did not come under `messages`: the business, and the person it was from or to. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.items import LONGEST_ID, moment_or_none, username_in
from curbe.domain.messages import Person
from curbe.domain.notices import Effect


class Metadata(msgspec.Struct, gc=False):
    """`value.metadata`: the business number."""

    display_phone_number: str | int | None = None
    phone_number_id: str | None = None


class Ends(msgspec.Struct, gc=False):
    """Beside `wire.Message`: to whom, and how far."""

    to: str | None = None
    to_user_id: str | None = None
    to_parent_user_id: str | None = None
    history_context: "HistoryContext | None" = None


class HistoryContext(msgspec.Struct, gc=False):
    """`history_context`."""

    status: str | None = None


class Found(msgspec.Struct, frozen=True):
    """What one notice says, and how many parts of it could not be read."""

    effects: Sequence[Effect]
    unreadable: int = 0


_MESSAGE: Final = msgspec.json.Decoder(wire.Message)
_ENDS: Final = msgspec.json.Decoder(Ends)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def parts_of(raw: msgspec.Raw) -> tuple[wire.Message, Ends, datetime] | None:
    """Return a message, its ends and its moment; None where one of them cannot be read."""
    try:
        message, ends = _MESSAGE.decode(raw), _ENDS.decode(raw)
    except msgspec.ValidationError:
        return None
    at = moment_or_none(message.timestamp)
    if at is None or not message.id or len(message.id) > LONGEST_ID:
        return None
    message.from_, ends.to = _end(message.from_), _end(ends.to)
    return message, ends, at


def opened(raw: msgspec.Raw) -> msgspec.Raw:
    """Return an echo with its content where every other message has it; what Meta's agent wrote is in a ``message`` of its own.

    There, ``recipient`` is a BSUID or, without a ``to``, the phone.
    """
    try:
        outer = _OBJECT.decode(raw)
    except msgspec.ValidationError:
        return raw
    inner = outer.pop("message", None)
    if "type" in outer or not isinstance(inner, dict):
        return raw
    message = inner | outer
    recipient = message.get("recipient")
    if isinstance(recipient, str) and recipient:
        message.setdefault("to_user_id" if "." in recipient else "to", recipient)
    return msgspec.Raw(msgspec.json.encode(message))


def quoted(message: wire.Message) -> str | None:
    """Return the wamid of the message this one quotes."""
    return message.context.id if message.context is not None else None


def person_of(
    wa_id: str | None,
    user_id: str | None,
    parent_user_id: str | None,
    contacts: list[wire.Contact] | None,
    *,
    username: str | None = None,
    alone: bool = False,
) -> Person | None:
    """Return somebody by all names told, those of the contact beside them included; None where there are none, or too long ones.

    Args:
        wa_id: digits; a BSUID is seen here too.
        user_id: BSUID.
        parent_user_id: its parent.
        contacts: of the same change.
        username: where the item itself tells it.
        alone: whether the only contact of the change is meant where nobody is named.
    """
    if wa_id is not None and "." in wa_id:  # a BSUID is "CC." and more [Meta: BSUID, 2026]
        wa_id, user_id = None, user_id or wa_id
    beside = _contact_beside(wa_id, user_id, contacts or [], alone=alone)
    if beside is not None:
        wa_id, user_id = wa_id or beside.wa_id or None, user_id or beside.user_id or None
        parent_user_id = parent_user_id or beside.parent_user_id
    if not (wa_id or user_id) or any(
        len(name or "") > LONGEST_ID for name in (wa_id, user_id, parent_user_id)
    ):
        return None
    profile = beside.profile if beside is not None else None
    return Person(
        wa_id=wa_id or None,
        bsuid=user_id or None,
        parent_bsuid=parent_user_id or None,
        username=username_in(wire.Profile(username=username)) or username_in(profile),
        name=(profile.name if profile is not None else None) or None,
    )


def _contact_beside(
    wa_id: str | None, user_id: str | None, contacts: list[wire.Contact], *, alone: bool
) -> wire.Contact | None:
    for contact in contacts:
        if (user_id and contact.user_id == user_id) or (wa_id and contact.wa_id == wa_id):
            return contact
    return contacts[0] if alone and not wa_id and not user_id and len(contacts) == 1 else None


def digits_of(metadata: Metadata | None) -> str:
    """Return the business number's digits; '' where it is not told."""
    shown = metadata.display_phone_number if metadata is not None else None
    return plain(str(shown)) or "" if shown is not None else ""


def _end(name: str | None) -> str | None:
    """Return a phone as its digits, however it is written; a BSUID or a group's id stays."""
    if name is None or "." in name or any(letter.isalpha() for letter in name):
        return name
    return plain(name)


def plain(phone: str | None) -> str | None:
    """Return the digits in ``phone``; None where there are none."""
    return "".join(digit for digit in phone if digit.isdigit()) or None if phone else None

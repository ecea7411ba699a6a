"""Whom a message is for: a phone number in any way of writing it, or a BSUID."""

from dataclasses import dataclass
from typing import Any

from curbe_sandbox.errors import refusal
from curbe_sandbox.magic import Magic, magic_of
from curbe_sandbox.phones import digits_of, is_user_id, variants
from curbe_sandbox.start import user_id_of
from curbe_sandbox.state import Person, PhoneNumber, World


@dataclass(frozen=True, slots=True)
class Recipient:
    """The person a send is for, as the request wrote it and as Meta knows them."""

    input: str
    wa_id: str  # empty where the request named a BSUID and the phone is hidden or unknown
    user_id: str
    by_user_id: bool
    variants: tuple[str, ...]
    person: Person | None
    magic: Magic | None

    @property
    def key(self) -> str:
        """What tells this person from others."""
        return self.wa_id or self.user_id


def recipient_of(world: World, number: PhoneNumber, body: dict[str, Any]) -> Recipient:
    """Return the recipient; ``to`` wins over ``recipient`` where both are given [BSUID, mid 2026].

    Raises:
        GraphRefusal: no number and no BSUID can be read, or it is for a group.
    """
    if body.get("recipient_type") == "group":
        raise refusal(131009, "Groups are not available on this number.")
    if "to" in body:
        return _by_number(world, number, body["to"])
    written = body["recipient"]
    if not is_user_id(written):
        raise refusal(131009, "recipient is not a business-scoped user id.")
    person = world.person(written)
    wa_id = person.wa_id if person is not None else ""
    return Recipient(
        input=written,
        wa_id=wa_id,
        user_id=written,
        by_user_id=True,
        variants=(wa_id,),
        person=person,
        magic=None,
    )


def _by_number(world: World, number: PhoneNumber, written: str) -> Recipient:
    country = number.country if world.settings.prepend_country_code else ""
    digits = digits_of(written, country=country)
    if digits is None:
        raise refusal(131009, "to is not a valid phone number.")
    magic = magic_of(digits)
    forms = tuple(variants(digits))
    person = world.people.get(digits) or next(
        (world.people[form] for form in forms if form in world.people), None
    )
    wa_id = person.wa_id if person else forms[0]
    user_id = person.bsuid if person else user_id_of(wa_id)
    return Recipient(
        input=written,
        wa_id=wa_id,
        user_id=user_id,
        by_user_id=False,
        variants=forms,
        person=person,
        magic=magic,
    )

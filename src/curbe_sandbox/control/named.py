"""Whom and which number a control request means."""

from curbe_sandbox.control.refusals import not_found
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Person, PhoneNumber


def person_named(box: Sandbox, name: str) -> Person:
    """Return the person with this wa_id or BSUID.

    Raises:
        ControlRefusal: there is none.
    """
    person = box.world.person(name)
    if person is None:
        raise not_found("person", name)
    return person


def number_named(box: Sandbox, phone_number_id: str) -> PhoneNumber:
    """Return this business number; the first one where none is named.

    Raises:
        ControlRefusal: there is none.
    """
    if not phone_number_id:
        return next(iter(box.world.numbers.values()))
    number = box.world.numbers.get(phone_number_id)
    if number is None:
        raise not_found("number", phone_number_id)
    return number

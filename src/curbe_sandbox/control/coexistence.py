"""The WhatsApp Business app of a number in coexistence: writing there, sharing its contacts and its history."""

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, post

from curbe_sandbox.coexistence import decline_history, echo, share_history, sync_contacts
from curbe_sandbox.control.named import number_named, person_named
from curbe_sandbox.control.refusals import bad_request, loose_object
from curbe_sandbox.people import text_message
from curbe_sandbox.sandbox import Sandbox


class ContactsOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Contacts that the app adds or removes; nobody named means everybody."""

    phone_number_id: str = ""
    people: list[str] = []
    action: Literal["add", "remove"] = "add"


class HistoryOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whether and how the app shares its history."""

    phone_number_id: str = ""
    chunks_per_phase: Annotated[int, msgspec.Meta(ge=1, le=100)] = 2
    in_order: bool = False
    declined: bool = False


@post("/sandbox/people/{name:str}/echoes")
async def business_writes_in_the_app(
    box: Sandbox, name: str, request: Request[Any, Any, Any]
) -> dict[str, Any]:
    """Let the business write to a person from its app: ``{"text": "Hola"}`` or any message, edits and revokes too."""
    order = loose_object(await request.body())
    person = person_named(box, name)
    number = number_named(box, str(order.pop("phone_number_id", "")))
    if isinstance(order.get("text"), str):
        order |= text_message(order["text"])
    if not isinstance(order.get("type"), str):
        raise bad_request('say what the business writes, for example {"text": "Hola"}')
    return {"wamid": echo(box, number, person, order)}


@post("/sandbox/coexistence/contacts", status_code=202)
async def app_syncs_contacts(box: Sandbox, data: ContactsOrder) -> dict[str, Any]:
    """Let the app tell of its contacts."""
    people = [person_named(box, name) for name in data.people] or list(box.world.people.values())
    number = number_named(box, data.phone_number_id)
    return {"contacts": sync_contacts(box, number, people, action=data.action)}


@post("/sandbox/coexistence/history", status_code=202)
async def app_shares_history(box: Sandbox, data: HistoryOrder) -> dict[str, Any]:
    """Let the app share its history with everybody in chunks, or decline."""
    number = number_named(box, data.phone_number_id)
    if data.declined:
        decline_history(box, number)
        return {"webhooks": 1}
    sent = share_history(box, number, chunks_per_phase=data.chunks_per_phase, in_order=data.in_order)
    return {"webhooks": sent}


HANDLERS: Final = [business_writes_in_the_app, app_syncs_contacts, app_shares_history]

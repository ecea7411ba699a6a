"""From a path to the function that answers it. Graph routes by what the id names, not by the path alone."""

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Final

from curbe_sandbox.errors import GraphRefusal, missing_object, unknown_path
from curbe_sandbox.faults import BEFORE_KINDS, Fault
from curbe_sandbox.graph import accounts, media, messages, numbers, templates, tokens, uploads
from curbe_sandbox.graph.ask import Ask, may_read, token_of
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.wire import Answer, Call, json_object

Responder = Callable[[Sandbox, Ask], Answer | Awaitable[Answer]]

OLDEST: Final = 21
NEWEST: Final = 30
_RECIPIENT: Final = re.compile(r"\d")

# (what the node is, edge, method)
ROUTES: Final[dict[tuple[str, str, str], Responder]] = {
    ("number", "messages", "POST"): messages.send,
    ("number", "marketing_messages", "POST"): messages.send_marketing,
    ("number", "media", "POST"): media.upload,
    ("number", "smb_app_data", "POST"): numbers.sync_app_data,
    ("number", "register", "POST"): numbers.register,
    ("number", "deregister", "POST"): numbers.deregister,
    ("number", "whatsapp_business_profile", "GET"): numbers.read_profile,
    ("number", "whatsapp_business_profile", "POST"): numbers.write_profile,
    ("number", "", "GET"): numbers.read_number,
    ("number", "", "POST"): numbers.change_number,
    ("waba", "", "GET"): accounts.read_waba,
    ("waba", "phone_numbers", "GET"): accounts.list_numbers,
    ("waba", "subscribed_apps", "GET"): accounts.list_subscribed,
    ("waba", "subscribed_apps", "POST"): accounts.subscribe,
    ("waba", "subscribed_apps", "DELETE"): accounts.unsubscribe,
    ("waba", "message_templates", "GET"): templates.list_templates,
    ("waba", "message_templates", "POST"): templates.create,
    ("waba", "message_templates", "DELETE"): templates.delete,
    ("template", "", "GET"): templates.read,
    ("template", "", "POST"): templates.edit,
    ("template", "unpause", "POST"): templates.unpause,
    ("app", "uploads", "POST"): uploads.begin,
    ("upload", "", "POST"): uploads.receive,
    ("upload", "", "GET"): uploads.read,
    ("media", "", "GET"): media.read,
    ("media", "", "DELETE"): media.delete,
}
_EDGES: Final = {edge for _, edge, _ in ROUTES}


async def answer(box: Sandbox, call: Call) -> tuple[Answer, Fault | None]:
    """Return the answer to a Graph call, and the fault that must spoil it, if one was ordered."""
    fault: Fault | None = None
    try:
        node = call.path[0] if call.path else ""
        edge = call.path[1] if len(call.path) > 1 else ""
        if box.faults.orders:
            fault = box.faults.match(node=node, operation=edge or "node", to=_recipient(box, call, edge))
            if fault is not None and fault.order.kind in BEFORE_KINDS:
                box.faults.use(fault)
                return Answer(fault=fault.order.kind), fault
        result = await _respond(box, call, node, edge, fault.order.kind if fault else "")
    except GraphRefusal as refused:
        return refused.answer, None
    if fault is None or result.fault == "refuse":
        return result, None
    box.faults.use(fault)
    return result, fault


async def _respond(box: Sandbox, call: Call, node: str, edge: str, fault: str) -> Answer:
    number = call.version[1:].partition(".")[0]
    if not number.isdigit() or not OLDEST <= int(number) <= NEWEST or not node:
        raise unknown_path("/" + "/".join(call.path))
    if call.path == ("oauth", "access_token"):
        return tokens.exchange(box, call)
    token = token_of(box.world, call)
    ask = Ask(call, token, node, fault)
    if call.path == ("debug_token",) and call.method == "GET":
        return tokens.debug_token(box, ask)
    kind = _kind_of(box, node)
    if not kind and not node.isdigit() and not node.startswith("upload:"):
        raise unknown_path("/" + "/".join(call.path))
    if not kind or not may_read(box.world, token, node):
        raise missing_object(call.method, node)
    responder = ROUTES.get((kind, edge, call.method)) if len(call.path) <= 2 else None
    if responder is None:
        if len(call.path) > 2 or edge not in _EDGES:
            raise unknown_path("/" + "/".join(call.path[1:]))
        raise missing_object(call.method, node)
    result = responder(box, ask)
    return await result if inspect.isawaitable(result) else result


def _kind_of(box: Sandbox, node: str) -> str:
    world = box.world
    if node in world.numbers:  # nearly every call
        return "number"
    things = {
        "waba": world.wabas,
        "media": world.media,
        "template": world.templates,
        "app": world.apps,
        "upload": world.uploads,
    }
    return next((kind for kind, known in things.items() if node in known), "")


def _recipient(box: Sandbox, call: Call, edge: str) -> str:
    """Return the digits of the recipient, where some fault is for one recipient only."""
    if edge not in {"messages", "marketing_messages"} or not any(
        fault.order.to for fault in box.faults.orders
    ):
        return ""
    body = json_object(call.body) or {}
    return "".join(_RECIPIENT.findall(str(body.get("to", ""))))

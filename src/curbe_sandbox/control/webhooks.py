"""How webhooks behave, sending any webhook by hand, and what became of each."""

import base64
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, get, put
from litestar import post as http_post
from litestar.params import Parameter

from curbe_sandbox.control.refusals import bad_request, loose_object, not_found
from curbe_sandbox.control.views import delivery_view
from curbe_sandbox.deliver import Delivery, callback_of, envelope
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.sign import php_json, signature_headers
from curbe_sandbox.state import App, WebhookBehaviour

_NO_BATCH: Final = WebhookBehaviour()


class DeliveryOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A webhook to send: a ``value`` with its ``field``, a whole ``body``, or ``raw`` or ``raw_base64``."""

    app_id: str = ""  # empty: the first app
    phone_number_id: str = ""
    waba_id: str = ""
    field: str = "messages"
    value: Any = None
    body: Any = None
    raw: str | None = None
    raw_base64: str | None = None
    signature: Literal["valid", "missing", "wrong"] = "valid"
    secret: str = ""  # sign with this one instead of the app's
    url: str = ""  # instead of the app's callback
    times: int = 1
    headers: dict[str, str] = {}


@http_post("/sandbox/deliveries", status_code=202)
async def send_webhook(box: Sandbox, request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Send any webhook, signed or wrongly signed; tells the ids under which to look for the outcome."""
    try:
        order = msgspec.convert(loose_object(await request.body()), DeliveryOrder)
    except msgspec.ValidationError as error:
        raise bad_request(str(error)) from None
    app = _app(box, order.app_id)
    url = order.url or _url(box, app, order)
    if not url:
        raise bad_request("the app has no callback URL: set one, or say url")
    body = _body(box, order)
    headers = _signature(body, app, order) | order.headers
    made = [
        box.webhooks.deliver(app, url, body, updates=1, behaviour=_NO_BATCH, headers=headers)
        for _ in range(order.times)
    ]
    return {"ids": [delivery.id for delivery in made], "bytes": len(body), "url": url}


@get("/sandbox/deliveries")
async def list_deliveries(
    box: Sandbox,
    in_state: Annotated[str, Parameter(query="state")] = "",
    since: Annotated[int, Parameter(ge=0)] = 0,
    limit: Annotated[int, Parameter(ge=1, le=10_000)] = 100,
    bodies: Annotated[int, Parameter(ge=0, le=1)] = 0,
) -> dict[str, Any]:
    """List webhooks with an id above ``since``; of those that are over, the last 10,000 are known."""
    everything: Iterable[Delivery] = [*box.webhooks.over, *box.webhooks.pending.values()]
    found = sorted(
        (one for one in everything if one.id > since and in_state in {"", one.state}),
        key=lambda delivery: delivery.id,
    )
    return {
        "deliveries": [delivery_view(one, with_body=bodies == 1) for one in found[:limit]],
        "pending": len(box.webhooks.pending),
        "counts": dict(box.webhooks.counts),
    }


@get("/sandbox/deliveries/{delivery_id:int}")
async def read_delivery(box: Sandbox, delivery_id: int) -> dict[str, Any]:
    """Show one webhook with its body and headers."""
    for delivery in (*box.webhooks.over, *box.webhooks.pending.values()):
        if delivery.id == delivery_id:
            return delivery_view(delivery, with_body=True) | {"headers": delivery.headers}
    raise not_found("delivery", str(delivery_id))


@put("/sandbox/behaviour")
async def set_behaviour(box: Sandbox, request: Request[Any, Any, Any]) -> WebhookBehaviour:
    """Set how webhooks behave for a number (``phone_number_id``), an app (``app_id``), or all apps (neither).

    Fields that are not named go back to their defaults.
    """
    order = loose_object(await request.body())
    phone_number_id, app_id = order.pop("phone_number_id", ""), order.pop("app_id", "")
    try:
        behaviour = msgspec.convert(order, WebhookBehaviour)
    except msgspec.ValidationError as error:
        raise bad_request(str(error)) from None
    if phone_number_id:
        if phone_number_id not in box.world.numbers:
            raise not_found("number", phone_number_id)
        box.world.numbers[phone_number_id].behaviour = behaviour
        return behaviour
    for app in [_app(box, app_id)] if app_id else box.world.apps.values():
        app.behaviour = behaviour
    return behaviour


HANDLERS: Final = [send_webhook, list_deliveries, read_delivery, set_behaviour]


def _app(box: Sandbox, app_id: str) -> App:
    if not app_id:
        return next(iter(box.world.apps.values()))
    if app_id not in box.world.apps:
        raise not_found("app", app_id)
    return box.world.apps[app_id]


def _url(box: Sandbox, app: App, order: DeliveryOrder) -> str:
    number = box.world.numbers.get(order.phone_number_id)
    waba = box.world.wabas.get(number.waba_id if number else order.waba_id)
    return callback_of(
        app,
        waba.subscribed.get(app.id) if waba else None,
        number.overrides.get(app.id) if number else None,
        order.field,
    )


def _body(box: Sandbox, order: DeliveryOrder) -> bytes:
    if order.raw is not None:
        return order.raw.encode("utf-8", errors="surrogatepass")
    if order.raw_base64 is not None:
        try:
            return base64.b64decode(order.raw_base64, validate=True)
        except ValueError:
            raise bad_request("raw_base64 is no base64") from None
    if order.body is not None:
        return php_json(order.body)
    if order.value is None:
        raise bad_request("say value, body, raw or raw_base64")
    number = box.world.numbers.get(order.phone_number_id)
    entry_id = order.waba_id or (number.waba_id if number else next(iter(box.world.wabas)))
    return envelope([(entry_id, order.field, order.value)])


def _signature(body: bytes, app: App, order: DeliveryOrder) -> dict[str, str]:
    if order.signature == "missing":
        return {}
    return signature_headers(
        body, "wrong" + app.secret if order.signature == "wrong" else order.secret or app.secret
    )

"""Making and changing apps, WABAs, numbers, tokens, codes and templates."""

from datetime import datetime
from typing import Any, Final

import msgspec
from litestar import Request, delete, patch, post

from curbe_sandbox.control.refusals import ControlRefusal, bad_request, loose_object, not_found
from curbe_sandbox.control.views import number_view, template_view, token_view, waba_view
from curbe_sandbox.graph.templates import set_status
from curbe_sandbox.graph.tokens import new_token_text
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import ALL_SCOPES, App, PhoneNumber, Template, Token, Waba


class NewApp(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A Meta app to make."""

    id: str = ""
    secret: str = ""
    name: str = "Sandbox app"
    require_app_secret: bool = False


class AppChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new secret, or whether calls must carry an appsecret_proof."""

    secret: str | None = None
    require_app_secret: bool | None = None


class Callback(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An app's callback, as typed into Meta's dashboard."""

    callback_url: str
    verify_token: str = ""
    verify: bool = True  # false skips the handshake


class NewWaba(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A WABA to make."""

    id: str = ""
    name: str = "Sandbox Business"
    currency: str = "EUR"
    country: str = "ES"


class NewNumber(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A business number to make."""

    waba_id: str
    display_phone_number: str
    id: str = ""
    verified_name: str = "Sandbox number"
    country: str = "ES"
    level: str = "STANDARD"
    quality_rating: str = "GREEN"
    status: str = "CONNECTED"
    is_on_biz_app: bool = False
    messaging_limit: str = "TIER_2K"
    code_verification_status: str = "VERIFIED"
    pin: str = ""  # of its two-step verification; empty: it has none
    onboarded_at: datetime | None = None  # with its time zone; None: just now


class NewToken(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A token to make."""

    app_id: str = ""  # empty: the first app
    token: str = ""
    waba_ids: list[str] = []
    phone_number_ids: list[str] = []
    scopes: tuple[str, ...] = ALL_SCOPES
    expires_at: datetime | None = None
    type: str = "SYSTEM_USER"  # or USER: a person's
    code: bool = False  # also give out an Embedded Signup code for it


class NewTemplate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A template to put in place without a review."""

    waba_id: str
    name: str
    language: str
    components: list[dict[str, Any]]
    category: str = "UTILITY"
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"


@post("/sandbox/apps")
async def make_app(box: Sandbox, data: NewApp) -> App:
    """Make an app with a callback still to be set."""
    world = box.world
    app = App(id=data.id or world.new_id("1"), secret=data.secret or new_token_text(), name=data.name)
    app.require_app_secret = data.require_app_secret
    _refuse_taken(world.apps, app.id, "app")
    world.apps[app.id] = app
    return app


@patch("/sandbox/apps/{app_id:str}")
async def change_app(box: Sandbox, app_id: str, data: AppChange) -> App:
    """Change an app, its secret for example; webhooks are signed with the new one at once."""
    app = _app(box, app_id)
    app.secret = data.secret or app.secret
    if data.require_app_secret is not None:
        app.require_app_secret = data.require_app_secret
    return app


@post("/sandbox/apps/{app_id:str}/callback", status_code=200)
async def set_callback(box: Sandbox, app_id: str, data: Callback) -> App:
    """Set an app's callback once it has answered Meta's handshake; refuse it otherwise."""
    app = _app(box, app_id)
    verify_token = data.verify_token or app.verify_token
    if data.verify and data.callback_url:
        wrong = await box.webhooks.poster.handshake(data.callback_url, verify_token)
        if wrong is not None:
            raise bad_request(f"the callback URL or the verify token couldn't be validated: {wrong}")
    app.callback_url, app.verify_token = data.callback_url, verify_token
    return app


@post("/sandbox/wabas")
async def make_waba(box: Sandbox, data: NewWaba) -> dict[str, Any]:
    """Make a WABA nobody is subscribed to."""
    world = box.world
    waba = Waba(id=data.id or world.new_id("2"), name=data.name, currency=data.currency, country=data.country)
    _refuse_taken(world.wabas, waba.id, "WABA")
    world.wabas[waba.id] = waba
    return waba_view(waba)


@patch("/sandbox/wabas/{waba_id:str}")
async def change_waba(box: Sandbox, waba_id: str, request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Change any field of a WABA but its id."""
    waba = box.world.wabas.get(waba_id)
    if waba is None:
        raise not_found("WABA", waba_id)
    _change(waba, loose_object(await request.body()), fixed={"id", "subscribed"})
    return waba_view(waba)


@post("/sandbox/numbers")
async def make_number(box: Sandbox, data: NewNumber) -> dict[str, Any]:
    """Make a business number."""
    world = box.world
    if data.waba_id not in world.wabas:
        raise not_found("WABA", data.waba_id)
    number = msgspec.convert(data, PhoneNumber, from_attributes=True)
    number.id = data.id or world.new_id("3")
    _refuse_taken(world.numbers, number.id, "number")
    world.numbers[number.id] = number
    return number_view(number)


@patch("/sandbox/numbers/{phone_number_id:str}")
async def change_number(
    box: Sandbox, phone_number_id: str, request: Request[Any, Any, Any]
) -> dict[str, Any]:
    """Change any field of a number but its id: level, quality_rating, status, waba_id, verified_name, ..."""
    number = box.world.numbers.get(phone_number_id)
    if number is None:
        raise not_found("number", phone_number_id)
    _change(
        number, loose_object(await request.body()), fixed={"id", "overrides", "registrations", "behaviour"}
    )
    return number_view(number)


@post("/sandbox/tokens")
async def make_token(box: Sandbox, data: NewToken) -> dict[str, Any]:
    """Make a token; with ``code``, also an Embedded Signup code that can be exchanged for it once."""
    world = box.world
    app_id = data.app_id or next(iter(world.apps))
    if app_id not in world.apps:
        raise not_found("app", app_id)
    if data.expires_at is not None and data.expires_at.tzinfo is None:
        raise bad_request("expires_at needs a time zone, for example 2027-01-01T00:00:00Z")
    token = Token(
        token=data.token or new_token_text(),
        app_id=app_id,
        scopes=tuple(data.scopes),
        waba_ids=tuple(data.waba_ids),
        phone_number_ids=tuple(data.phone_number_ids),
        expires_at=data.expires_at,
        type=data.type,
    )
    world.tokens[token.token] = token
    shown = token_view(token)
    if data.code:
        shown["code"] = "AQ" + new_token_text()
        world.codes[shown["code"]] = token.token
    return shown


@delete("/sandbox/tokens/{token:str}", status_code=200)
async def revoke_token(box: Sandbox, token: str) -> dict[str, Any]:
    """Revoke a token: from now on it is answered with code 190."""
    found = box.world.tokens.get(token)
    if found is None:
        raise not_found("token", token[:6] + "...")
    found.revoked = True
    return token_view(found)


@post("/sandbox/templates")
async def make_template(box: Sandbox, data: NewTemplate) -> dict[str, Any]:
    """Put a template in place in any status, without a review."""
    if data.waba_id not in box.world.wabas:
        raise not_found("WABA", data.waba_id)
    template = Template(id=box.world.new_id("8"), **msgspec.structs.asdict(data))
    box.world.templates[template.id] = template
    return template_view(template)


@patch("/sandbox/templates/{template_id:str}")
async def change_template(box: Sandbox, template_id: str, data: dict[str, str]) -> dict[str, Any]:
    """Give a template another ``status`` (with a ``reason``), as Meta would, and send the webhook."""
    template = box.world.templates.get(template_id)
    if template is None:
        raise not_found("template", template_id)
    if "status" not in data:
        raise bad_request("say which status")
    set_status(box, template, data["status"], reason=data.get("reason", "NONE"))
    return template_view(template)


HANDLERS: Final = [
    make_app,
    change_app,
    set_callback,
    make_waba,
    change_waba,
    make_number,
    change_number,
    make_token,
    revoke_token,
    make_template,
    change_template,
]


def _app(box: Sandbox, app_id: str) -> App:
    app = box.world.apps.get(app_id)
    if app is None:
        raise not_found("app", app_id)
    return app


def _refuse_taken(existing: dict[str, Any], name: str, what: str) -> None:
    if name in existing:
        raise ControlRefusal(409, f"there is a {what} {name!r} already")


def _change(thing: Waba | PhoneNumber, changes: dict[str, Any], *, fixed: set[str]) -> None:
    for name, value in changes.items():
        if name in fixed or name not in type(thing).__slots__:
            raise bad_request(f"{name!r} cannot be changed")
        if type(value) is not type(getattr(thing, name)):
            raise bad_request(f"{name!r} must be a {type(getattr(thing, name)).__name__}")
        setattr(thing, name, value)

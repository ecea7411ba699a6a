"""``/debug_token`` and ``/oauth/access_token``."""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from curbe_sandbox.errors import bad_parameter, graph_error
from curbe_sandbox.graph.ask import Ask, app_token, require_alive
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import MANAGEMENT, MESSAGING, App, Token
from curbe_sandbox.wire import Answer, Call, json_answer

_RENEWED_FOR: Final = timedelta(days=60)


def debug_token(box: Sandbox, ask: Ask) -> Answer:
    """Describe the token in ``input_token`` to its own app or to a token of that app."""
    written = ask.call.query.get("input_token", "")
    if not written:
        raise bad_parameter("The parameter input_token is required.")
    token = box.world.tokens.get(written) or app_token(box.world, written)
    if token is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return json_answer({"data": {"error": error, "is_valid": False, "scopes": []}})
    if token.app_id != ask.token.app_id:
        message = "(#100) The App_id in the input_token did not match the Viewing App"
        return json_answer(
            {"data": {"error": {"code": 100, "message": message}, "is_valid": False, "scopes": []}}
        )
    return json_answer({"data": _description(box, ask, token)})


def exchange(box: Sandbox, call: Call) -> Answer:
    """Exchange an Embedded Signup code for its token, once; or a token that ends for one that ends later."""
    app = box.world.apps.get(call.query.get("client_id", ""))
    if app is None:
        raise graph_error(
            "Error validating application. Cannot get application info.", code=101, http_status=400
        )
    if call.query.get("client_secret") != app.secret:
        raise graph_error("Error validating client secret.", code=1, http_status=400)
    if call.query.get("grant_type") == "client_credentials":
        return json_answer({"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"})
    if call.query.get("grant_type") == "fb_exchange_token":
        return _renewed(box, call, app)
    token = box.world.codes.pop(call.query.get("code", ""), None)
    if token is None:
        message = "This authorization code has expired or has been used."
        raise graph_error(message, code=100, http_status=400, subcode=36007)
    return json_answer({"access_token": token, "token_type": "bearer"})


def _renewed(box: Sandbox, call: Call, app: App) -> Answer:
    """Give another token for a valid one, which stays valid [Meta: system users, refresh access token]."""
    old = require_alive(box.world.tokens.get(call.query.get("fb_exchange_token", "")), call)
    if old.app_id != app.id:
        raise graph_error("The access token does not belong to application.", code=100, http_status=400)
    if call.query.get("set_token_expires_in_60_days") != "true":
        raise bad_parameter("The parameter set_token_expires_in_60_days is required.")
    token = replace(
        old, token=new_token_text(), issued_at=call.now, expires_at=call.now + _RENEWED_FOR, revoked=False
    )
    box.world.tokens[token.token] = token
    lasts = int(_RENEWED_FOR.total_seconds())
    return json_answer({"access_token": token.token, "token_type": "bearer", "expires_in": lasts})


def new_token_text() -> str:
    """Return a text that looks like an access token."""
    return "EAA" + secrets.token_urlsafe(60).replace("-", "x").replace("_", "y")


def _description(box: Sandbox, ask: Ask, token: Token) -> dict[str, Any]:
    expired = token.expires_at is not None and token.expires_at <= ask.call.now
    expires_at = int(token.expires_at.timestamp()) if token.expires_at else 0
    data: dict[str, Any] = {
        "app_id": token.app_id,
        "type": "APP" if token.is_app_token else token.type,
        "application": box.world.apps[token.app_id].name,
        "data_access_expires_at": 0,
        "expires_at": expires_at,
        "is_valid": not (token.revoked or expired),
        "issued_at": int(token.issued_at.timestamp()),
        "scopes": list(token.scopes),
    }
    if not token.is_app_token:
        data["user_id"] = token.user_id
        data["granular_scopes"] = _granular(box, token)
    if token.revoked or expired:
        word, subcode = ("invalidated", 460) if token.revoked else ("expired", 463)
        data["error"] = {
            "code": 190,
            "message": f"Error validating access token: {word}.",
            "subcode": subcode,
        }
    return data


def _granular(box: Sandbox, token: Token) -> list[dict[str, Any]]:
    wabas = list(box.world.wabas) if "*" in token.waba_ids else list(token.waba_ids)
    numbers = box.world.numbers
    wabas += [numbers[one].waba_id for one in token.phone_number_ids if one in numbers]
    targets = sorted(set(wabas))
    return [
        {"scope": scope, "target_ids": targets} if scope in {MANAGEMENT, MESSAGING} else {"scope": scope}
        for scope in token.scopes
    ]

"""Who asks, and whether they may: the access token of a request and what it opens."""

from dataclasses import dataclass

from curbe_sandbox.errors import GraphRefusal, graph_error
from curbe_sandbox.sign import appsecret_proof
from curbe_sandbox.state import MANAGEMENT, MESSAGING, Token, World
from curbe_sandbox.wire import Call


@dataclass(frozen=True, slots=True)
class Ask:
    """A request with a valid token; ``node`` is the object or the path it is about."""

    call: Call
    token: Token
    node: str
    fault: str = ""  # a fault that will spoil the answer; for the record


def token_of(world: World, call: Call, *, of_graph: bool = True) -> Token:
    """Return the valid token of a request: the Bearer header, else ``?access_token=``.

    Args:
        world: whose tokens.
        call: the request.
        of_graph: it is a call of the Graph API's; a file's link is none, and no proof is asked for there.

    Raises:
        GraphRefusal: there is none, or it is unknown, revoked, expired, or its appsecret_proof is wrong.
    """
    written = call.authorization.partition(" ")[2].strip() if call.authorization else ""
    if not written:
        written = call.query.get("access_token", "")
    if not written:
        raise _no_token(call)
    token = require_alive(world.tokens.get(written) or app_token(world, written), call)
    if not of_graph:
        return token
    if call.query_string and "appsecret_proof" in call.query_string:
        _check_proof(world, token, call.query.get("appsecret_proof", ""))
    elif not token.is_app_token and world.apps[token.app_id].require_app_secret:
        raise graph_error(
            "API calls from the server require an appsecret_proof argument", code=100, http_status=400
        )
    return token


def require_alive(token: Token | None, call: Call) -> Token:
    """Return the token that was written.

    Raises:
        GraphRefusal: it is unknown (None), revoked or expired.
    """
    if token is None:
        raise _bad_token("Invalid OAuth access token - Cannot parse access token")
    if token.revoked:
        raise _bad_token("Error validating access token: The session has been invalidated.", 460)
    if token.expires_at is not None and token.expires_at <= call.now:
        raise _bad_token(f"Error validating access token: Session has expired on {token.expires_at:%c}.", 463)
    return token


def may_read(world: World, token: Token, node: str) -> bool:
    """Whether the token may see the object at all."""
    number = world.numbers.get(node)
    if number is not None:
        return token.reads_waba(number.waba_id) or node in token.phone_number_ids
    if node in world.wabas:
        return token.reads_waba(node) or any(
            world.numbers[one].waba_id == node for one in token.phone_number_ids if one in world.numbers
        )
    template = world.templates.get(node)
    if template is not None:
        return token.reads_waba(template.waba_id)
    media = world.media.get(node)
    if media is not None:
        return may_read(world, token, media.phone_number_id)
    upload = world.uploads.get(node)
    return node == token.app_id or (upload is not None and upload.app_id == token.app_id)


def need_management(ask: Ask) -> None:
    """Pass if the token carries the management permission.

    Raises:
        GraphRefusal: code 200, as for any permission that was not granted.
    """
    if MANAGEMENT not in ask.token.scopes:
        message = "(#200) You do not have the necessary permissions required to perform this action"
        raise graph_error(message, code=200, http_status=403)


def need_messaging(ask: Ask) -> None:
    """Pass if the token carries the messaging permission.

    Raises:
        GraphRefusal: code 10, permission denied.
    """
    if MESSAGING not in ask.token.scopes:
        message = "(#10) Application does not have permission for this action"
        raise graph_error(message, code=10, http_status=403)


def app_token(world: World, written: str) -> Token | None:
    """Return the app's own token where ``written`` is ``app_id|app_secret``, else None."""
    app_id, bar, secret = written.partition("|")
    app = world.apps.get(app_id)
    if not bar or app is None or app.secret != secret:
        return None
    return Token(token=written, app_id=app_id, scopes=(), is_app_token=True)


def _check_proof(world: World, token: Token, proof: str) -> None:
    if proof != appsecret_proof(token.token, world.apps[token.app_id].secret):
        raise graph_error("Invalid appsecret_proof provided in the API argument", code=100, http_status=400)


def _no_token(call: Call) -> GraphRefusal:
    # Meta's table of Sep 2026 names three codes, not where which: 200 for certain GET endpoints, 104
    # in place of 190 for others. Here: 190 for writing, 104 for reading an object, 200 for one of its lists.
    if call.method != "GET":
        return graph_error("Authentication Error: an access token is required", code=190, http_status=401)
    if len(call.path) > 1:
        return graph_error("Provide valid app ID", code=200, http_status=403)
    return graph_error("An access token is required to request this resource.", code=104, http_status=400)


def _bad_token(message: str, subcode: int | None = None) -> GraphRefusal:
    return graph_error(message, code=190, http_status=401, subcode=subcode)

"""Meta's error codes with their titles and HTTP statuses, and the bodies in which Graph reports them."""

import secrets
from typing import Any, Final

import msgspec

from curbe_sandbox.wire import Answer


class MetaError(msgspec.Struct, frozen=True):
    """One row of Meta's error table."""

    code: int
    title: str
    http_status: int  # of the last edition that had a column for it; 400 where none was ever published


class GraphRefusal(Exception):
    """A request that Graph refuses; it carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer: Final = answer


# code, title, HTTP status
_TABLE: Final = (
    (0, "AuthException", 401),
    (1, "API Unknown", 400),
    (2, "API Service", 503),
    (3, "API Method", 500),
    (4, "API Too Many Calls", 400),
    (10, "Permission Denied", 403),
    (33, "Parameter value is not valid", 400),
    (100, "Invalid parameter", 400),
    (104, "Access token signature is missing or invalid", 400),
    (190, "Access token has expired", 401),
    (200, "Permission denied or no access token", 403),
    (368, "Temporarily blocked for policies violations", 403),
    (130403, "Business has blocked the end user", 400),
    (130429, "Rate limit hit", 400),
    (130472, "User's number is part of an experiment", 400),
    (130497, "Business account restricted from messaging users in this country", 403),
    (131000, "Something went wrong", 500),
    (131005, "Access denied", 403),
    (131008, "Required parameter is missing", 400),
    (131009, "Parameter value is not valid", 400),
    (131016, "Service unavailable", 500),
    (131021, "Recipient cannot be sender", 400),
    (131026, "Message Undeliverable", 400),
    (131031, "Account has been locked", 403),
    (131037, "Number needs display name approval", 400),
    (131042, "Business eligibility payment issue", 400),
    (131045, "Incorrect certificate", 500),
    (131047, "Re-engagement message", 400),
    (131048, "Spam rate limit hit", 400),
    (131049, "Meta chose not to deliver", 400),
    (131050, "User stopped marketing messages", 400),
    (131051, "Unsupported message type", 400),
    (131052, "Media download error", 400),
    (131053, "Media upload error", 400),
    (131055, "Method not allowed (MM API)", 400),
    (131056, "Pair rate limit hit", 400),
    (131057, "Account in maintenance mode", 500),
    (131059, "Unlisted error", 400),
    (131062, "BSUID recipients are not supported for this message", 400),
    (131063, "Marketing templates disabled on Cloud API for this WABA", 400),
    (131064, "Messaging limit due to template classification violations", 400),
    (131203, "Group: recipient has not accepted ToS", 400),
    (132000, "Template Param Count Mismatch", 400),
    (132001, "Template does not exist", 404),
    (132005, "Template Hydrated Text Too Long", 400),
    (132007, "Template Format Character Policy Violated", 400),
    (132012, "Template Parameter Format Mismatch", 400),
    (132015, "Template is Paused", 400),
    (132016, "Template is Disabled", 400),
    (132018, "Template validation error", 400),
    (132068, "Flow is blocked", 400),
    (132069, "Flow is throttled", 400),
    (133000, "Incomplete Deregistration", 500),
    (133004, "Server Temporarily Unavailable", 503),
    (133005, "Two step verification PIN Mismatch", 400),
    (133006, "Phone number re-verification needed", 400),
    (133008, "Too Many two step verification PIN Guesses", 400),
    (133009, "Two step verification PIN Guessed Too Fast", 400),
    (133010, "Phone number Not Registered", 400),
    (133015, "Please wait a few minutes before attempting to register", 400),
    (133016, "Account register deregister rate limit exceeded", 400),
    (134011, "WhatsApp Payments terms of service has not been accepted", 400),
    (134100, "Only marketing messages supported", 400),
    (134101, "Template is still syncing", 400),
    (134102, "Template unavailable for use", 500),
    (135000, "Generic user error", 400),
    (139100, "Failed to block/unblock some users", 400),
    (139101, "Blocklist limit reached", 400),
    (139102, "Blocklist concurrent update", 400),
    (139103, "Block internal error", 400),
    (147001, "Username not available", 400),
    (147002, "Account not eligible to request a username", 400),
    (147003, "FB account not linked", 400),
    (147004, "IG account not linked", 400),
    (147005, "Username transfer required but not requested", 400),
    (80007, "Rate limit issues", 400),
    (2388001, "Phone migration is not possible", 400),
    (2388012, "Phone number already in your list", 400),
    (2388019, "Message Template Limit Exceeded", 400),
    (2388024, "Content in This Language Already Exists", 400),
    (2388039, "Message template status can't be changed", 400),
    (2388040, "Character limit exceeded", 400),
    (2388047, "Message header format is incorrect", 400),
    (2388072, "Message body format is incorrect", 400),
    (2388073, "Message footer format is incorrect", 400),
    (2388091, "Not eligible for registration code", 400),
    (2388103, "Cannot migrate phone number", 400),
    (2388293, "Parameters words ratio exceeds limit", 400),
    (2388299, "Leading or trailing parameters not allowed", 400),
    (2494100, "Account is in maintenance mode", 400),
    (2593107, "Synchronization request limit exceeded", 400),
    (2593108, "Synchronization made outside allowed time window", 400),
    (2593109, "History sharing declined (webhook errors[])", 400),
    (200005, "Template insights unavailable", 400),
    (200006, "Cannot disable template insights", 400),
    (200007, "Template Insights not enabled", 400),
    (1752041, "Duplicate Request", 400),
    (136024, "Request code error", 400),
    (136025, "Verify code error", 400),
)
META_ERRORS: Final[dict[int, MetaError]] = {row[0]: MetaError(*row) for row in _TABLE}

# Reported in a ``failed`` status after a 200, not in the answer [error-codes, status webhook, Sep 2026].
REPORTED_BY_STATUS: Final = frozenset({130472, 131026, 131047, 131049, 131050, 131053})

_HREF: Final = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


def refusal(
    code: int, details: str = "", *, subcode: int | None = None, http_status: int | None = None
) -> GraphRefusal:
    """Return the exception that answers with a code of WhatsApp: ``(#131009) title``, details beside it."""
    row = META_ERRORS.get(code) or MetaError(code, "Unknown error", 400)
    error: dict[str, Any] = {"message": f"(#{code}) {row.title}", "type": "OAuthException", "code": code}
    if details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    if subcode is not None:
        error["error_subcode"] = subcode
    return GraphRefusal(_answer(http_status or row.http_status, error))


def graph_error(  # the platform's own errors differ in every part
    message: str, *, code: int, http_status: int, kind: str = "OAuthException", subcode: int | None = None
) -> GraphRefusal:
    """Return the exception for an error of the Graph platform itself: token, path, missing object."""
    error: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    return GraphRefusal(_answer(http_status, error))


def template_refusal(subcode: int, title: str, words: str) -> GraphRefusal:
    """Return the refusal of a template: code 100, the reason in the subcode and in words for the person who asks."""
    refused = graph_error("Invalid parameter", code=100, http_status=400, subcode=subcode)
    error = msgspec.json.decode(refused.answer.body)["error"]
    told = error | {"is_transient": False, "error_user_title": title, "error_user_msg": words}
    return GraphRefusal(Answer(status=400, body=msgspec.json.encode({"error": told})))


def missing_object(method: str, node: str) -> GraphRefusal:
    """Return the refusal for an object that is absent or not for this token: Graph does not tell which."""
    message = (
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded"
        " due to missing permissions, or does not support this operation. Please read the Graph API"
        " documentation at https://developers.facebook.com/docs/graph-api"
    )
    return graph_error(message, code=100, http_status=400, kind="GraphMethodException", subcode=33)


def unknown_path(path: str) -> GraphRefusal:
    """Return the refusal for a path that Graph does not know."""
    return graph_error(f"Unknown path components: {path}", code=2500, http_status=400)


def bad_parameter(sentence: str) -> GraphRefusal:
    """Return the refusal ``(#100) sentence``: a missing, unknown or ill-typed parameter."""
    return graph_error(f"(#100) {sentence}", code=100, http_status=400)


def status_error(code: int, details: str = "") -> dict[str, Any]:
    """Return one element of ``errors[]`` as a ``failed`` status carries it."""
    row = META_ERRORS.get(code) or MetaError(code, "Unknown error", 400)
    return {
        "code": code,
        "title": row.title,
        "message": row.title,
        "error_data": {"details": details or row.title},
        "href": _HREF,
    }


def _answer(http_status: int, error: dict[str, Any]) -> Answer:
    error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    return Answer(status=http_status, body=msgspec.json.encode({"error": error}))

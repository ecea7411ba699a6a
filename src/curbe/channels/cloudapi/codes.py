"""Meta's error codes: what each means for a message, and what people read [Meta: error codes, Sep 2026].

`title` is Meta's own. Codes that only calls beside ``POST /messages`` answer are here too, as their words are
shown to admins. Branch on the code, never on the HTTP status or the title: Meta changes both.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec

from curbe.domain.failures import FailureKind

_THROTTLED: Final = FailureKind.THROTTLED
_TRANSIENT: Final = FailureKind.TRANSIENT
_CREDENTIALS: Final = FailureKind.CREDENTIALS
_ACCOUNT: Final = FailureKind.ACCOUNT
_RECIPIENT: Final = FailureKind.RECIPIENT
_TEMPLATE: Final = FailureKind.TEMPLATE
_INVALID: Final = FailureKind.INVALID_REQUEST


class ErrorCode(msgspec.Struct, frozen=True):
    """One of Meta's codes.

    ``wait`` is how long to leave it at least; ``vague`` marks a code that, with a 5xx, does not tell if
    the message was taken.
    """

    kind: FailureKind
    title: str
    words: str
    wait: timedelta | None = None
    vague: bool = False


def _row(
    kind: FailureKind, title: str, words: str, *, wait: timedelta | None = None, vague: bool = False
) -> ErrorCode:
    return ErrorCode(kind, title, words, wait, vague)


_RECONNECT: Final = "Meta no longer accepts this number's access. An admin must connect the number again."
_PERMISSION: Final = "This number's access lacks a permission. An admin must connect the number again."
_RETRYING: Final = "Meta could not deliver the message just now. Send it again in a while."
_SLOW_DOWN: Final = "Messages went out faster than Meta allows. Send it again in a while."
_OUR_FAULT: Final = "Meta found a mistake in the request. The operator must look at it."
_BLOCKED: Final = "Meta has restricted this account. An admin must look at it in the WhatsApp Manager."
_PARAMETERS: Final = "The values filled into the template do not fit it. Check them, and send again."
_PIN: Final = (
    "The number's two-step PIN was not accepted. An admin must register the number with the right one."
)
_NOT_NOW: Final = "The number was registered or moved moments ago. Wait, then try again."
_TEMPLATE_TEXT: Final = "Meta does not accept the template's text. Correct it, and submit it again."
_USERNAME: Final = "The username cannot be had. An admin must look at it in the WhatsApp Manager."
_MIGRATION: Final = "The number cannot be moved as it is. An admin must look at it in the WhatsApp Manager."
_COEXISTENCE: Final = (
    "The WhatsApp Business app's data can be synchronised only once. To do it again, connect the number anew."
)
_INSIGHTS: Final = "Template insights are not available for this WhatsApp account. An admin can turn them on in the WhatsApp Manager."

# Code 100 as well, and a matter of the app's secret: no message is to blame, and each waits until the secret is right.
UNPROVEN: Final = _row(
    _CREDENTIALS,
    "Invalid parameter",
    "Meta does not take the app's secret. The operator must check META_APP_SECRET.",
)
CODES: Final[Mapping[int, ErrorCode]] = {
    0: _row(_CREDENTIALS, "AuthException", _RECONNECT),
    1: _row(_TRANSIENT, "API Unknown", _RETRYING, vague=True),
    2: _row(_TRANSIENT, "API Service", _RETRYING, vague=True),
    3: _row(_CREDENTIALS, "API Method", _PERMISSION),
    4: _row(_THROTTLED, "API Too Many Calls", _SLOW_DOWN),
    10: _row(_CREDENTIALS, "Permission Denied", _PERMISSION),
    33: _row(
        _CREDENTIALS,
        "Parameter value is not valid",
        "The business number is gone, or this access does not reach it. An admin must connect it again.",
    ),
    100: _row(_INVALID, "Invalid parameter", _OUR_FAULT),
    104: _row(_CREDENTIALS, "Missing/invalid access token signature (some endpoints)", _RECONNECT),
    190: _row(_CREDENTIALS, "Access token has expired", _RECONNECT),
    200: _row(_CREDENTIALS, 'No access token ("Provide valid app ID") or permission', _PERMISSION),
    368: _row(_ACCOUNT, "Temporarily blocked for policies violations", _BLOCKED),
    80007: _row(_THROTTLED, "Rate limit issues", _SLOW_DOWN),
    130403: _row(
        _RECIPIENT,
        "Business has blocked the end user",
        "This person is blocked at Meta: in the WhatsApp Business app, or by another program. Unblock them there to write again.",
    ),
    130429: _row(_THROTTLED, "Rate limit hit", _SLOW_DOWN),
    130472: _row(
        _RECIPIENT,
        "User's number is part of an experiment",
        "Meta withheld this marketing message from this person. Do not send it to them again.",
    ),
    130497: _row(
        _RECIPIENT,
        "Business account restricted from messaging users in this country",
        "This account may not write to people in that country. Write from another account.",
    ),
    131000: _row(_TRANSIENT, "Something went wrong", _RETRYING, vague=True),
    131005: _row(_CREDENTIALS, "Access denied", _PERMISSION),
    131008: _row(_INVALID, "Required parameter is missing", _OUR_FAULT),
    131009: _row(_INVALID, "Parameter value is not valid", _OUR_FAULT),
    131016: _row(_TRANSIENT, "Service unavailable", _RETRYING, vague=True),
    131021: _row(
        _RECIPIENT,
        "Recipient cannot be sender",
        "A number cannot write to itself. Check whom the message is for.",
    ),
    131026: _row(
        _RECIPIENT,
        "Message Undeliverable",
        "This person has no WhatsApp on that number, an old version of it, or has not accepted its terms. Try another way.",
    ),
    131031: _row(_ACCOUNT, "Account has been locked", _BLOCKED),
    131037: _row(
        _ACCOUNT,
        "Number needs display name approval",
        "Meta has not approved this number's display name yet. Until then it cannot send; an admin can see how it stands.",
    ),
    131042: _row(
        _ACCOUNT,
        "Business eligibility payment issue",
        "The account has no valid payment method. An admin must add one in the WhatsApp Manager.",
    ),
    131045: _row(
        _CREDENTIALS,
        "Incorrect certificate",
        "The number's registration no longer holds. An admin must register it again.",
    ),
    131047: _row(
        FailureKind.WINDOW_CLOSED,
        "Re-engagement message",
        "More than 24 hours have passed since this person last wrote. Send a template instead.",
    ),
    131048: _row(
        _THROTTLED,
        "Spam rate limit hit",
        "People have blocked or reported the number, so Meta refused this. Do not send it again today.",
    ),
    131049: _row(
        _RECIPIENT,
        "Meta chose not to deliver",
        "Meta limits how much marketing this person gets. Do not send it again before tomorrow.",
    ),
    131050: _row(
        _RECIPIENT,
        "User stopped marketing messages",
        "This person has asked not to receive marketing messages. Do not send them any.",
    ),
    131051: _row(
        _INVALID, "Unsupported message type", "Meta does not support this type of message. Send another type."
    ),
    131052: _row(
        _INVALID,
        "Media download error",
        "Meta could not fetch the file that the person sent. Ask them to send it again.",
    ),
    131053: _row(
        _INVALID,
        "Media upload error",
        "Meta could not use the file. Check its type, its size and its address.",
    ),
    131055: _row(_INVALID, "Method not allowed (MM API)", _OUR_FAULT),
    131056: _row(
        _THROTTLED,
        "Pair rate limit hit",
        "Too many messages went to this person in a short time. Wait a while, then send it again.",
        wait=timedelta(seconds=6),
    ),
    131057: _row(
        _THROTTLED,
        "Account in maintenance mode",
        "Meta is upgrading the number. Send it again in a few minutes.",
        wait=timedelta(minutes=1),
    ),
    131059: _row(
        _INVALID,
        "(not in official table)",
        "Meta refused the message with a code it does not explain. Ask whoever operates the platform.",
    ),
    131062: _row(
        _RECIPIENT,
        "BSUID recipients are not supported for this message",
        "This kind of message needs the person's phone number, which they have not shared. Ask them for it.",
    ),
    131063: _row(
        _TEMPLATE,
        "Marketing templates disabled on Cloud API for this WABA",
        "This account sends marketing only through Meta's Marketing Messages API. An admin can change that at Meta.",
    ),
    131064: _row(
        _TEMPLATE,
        "Messaging limit due to template classification violations",
        "Meta limits this account's templates because some were filed under the wrong category. Check their categories.",
    ),
    131203: _row(
        _RECIPIENT,
        "Group: recipient has not accepted ToS",
        "This person has not accepted WhatsApp's terms for groups. Write to them alone.",
    ),
    132000: _row(_TEMPLATE, "Template Param Count Mismatch", _PARAMETERS),
    132001: _row(
        _TEMPLATE,
        "Template does not exist",
        "There is no approved template of that name in that language. Choose another.",
    ),
    132005: _row(
        _TEMPLATE,
        "Template Hydrated Text Too Long",
        "Filled in, the template is too long. Shorten the values.",
    ),
    132007: _row(_TEMPLATE, "Template Format Character Policy Violated", _PARAMETERS),
    132012: _row(_TEMPLATE, "Template Parameter Format Mismatch", _PARAMETERS),
    132015: _row(
        _TEMPLATE,
        "Template is Paused",
        "Meta has paused this template because of how people reacted to it. Use another.",
    ),
    132016: _row(
        _TEMPLATE, "Template is Disabled", "Meta has disabled this template for good. Create a new one."
    ),
    132018: _row(_TEMPLATE, "Template validation error", _PARAMETERS),
    132068: _row(
        _INVALID,
        "Flow is blocked",
        "Meta has blocked this form. An admin must look at it in the WhatsApp Manager.",
    ),
    132069: _row(
        _THROTTLED,
        "Flow is throttled",
        "Meta allows this form ten times an hour for now. Send it again in an hour.",
        wait=timedelta(hours=1),
    ),
    133000: _row(
        _CREDENTIALS,
        "Incomplete Deregistration",
        "The number was not deregistered completely. An admin must deregister it once more, then register it.",
    ),
    133004: _row(_TRANSIENT, "Server Temporarily Unavailable", _RETRYING, vague=True),
    133005: _row(_CREDENTIALS, "Two step verification PIN Mismatch", _PIN),
    133006: _row(
        _CREDENTIALS,
        "Phone number re-verification needed",
        "The number's verification has run out. An admin must verify it again.",
    ),
    133008: _row(_THROTTLED, "Too Many two step verification PIN Guesses", _PIN),
    133009: _row(_THROTTLED, "Two step verification PIN Guessed Too Fast", _PIN),
    133010: _row(
        _CREDENTIALS,
        "Phone number Not Registered",
        "The number is not registered with Meta. An admin must register it.",
    ),
    133015: _row(
        _THROTTLED,
        "Please wait a few minutes before attempting to register",
        _NOT_NOW,
        wait=timedelta(minutes=5),
    ),
    133016: _row(
        _THROTTLED, "Account register deregister rate limit exceeded", _NOT_NOW, wait=timedelta(hours=72)
    ),
    134011: _row(
        _ACCOUNT,
        "WhatsApp Payments terms of service has not been accepted",
        "WhatsApp's payment terms are not accepted. An admin must accept them.",
    ),
    134100: _row(_INVALID, "Only marketing messages supported", _OUR_FAULT),
    134101: _row(
        _TRANSIENT,
        "Template is still syncing",
        "The template is new and Meta is still preparing it. Send it again in ten minutes.",
        wait=timedelta(minutes=10),
    ),
    134102: _row(
        _TEMPLATE,
        "Template unavailable for use",
        "Meta does not offer this template for sending. Choose another.",
    ),
    135000: _row(_INVALID, "Generic user error", _OUR_FAULT),
    136024: _row(_INVALID, "Request code error", "Meta did not send a verification code. Try again later."),
    136025: _row(_INVALID, "Verify code error", "The verification code is wrong. Ask for a new one."),
    139100: _row(
        _INVALID,
        "Failed to block/unblock some users",
        "Some of these people could not be blocked or unblocked. Try again.",
    ),
    139101: _row(
        _INVALID,
        "Blocklist limit reached",
        "No more people can be blocked on this number. Unblock somebody first.",
    ),
    139102: _row(
        _TRANSIENT, "Blocklist concurrent update", "The list of blocked people was being changed. Try again."
    ),
    139103: _row(
        _TRANSIENT, "Block internal error", "Meta could not change the list of blocked people. Try again."
    ),
    147001: _row(_INVALID, "Username not available", _USERNAME),
    147002: _row(_INVALID, "Account not eligible to request a username", _USERNAME),
    147003: _row(_INVALID, "FB account not linked", _USERNAME),
    147004: _row(_INVALID, "IG account not linked", _USERNAME),
    147005: _row(_INVALID, "Username transfer required but not requested", _USERNAME),
    200005: _row(_INVALID, "Template insights unavailable", _INSIGHTS),
    200006: _row(_INVALID, "Cannot disable template insights", _INSIGHTS),
    200007: _row(_INVALID, "Template Insights not enabled", _INSIGHTS),
    1752041: _row(
        _INVALID,
        "Duplicate Request (MM onboarding)",
        "Another partner has invited this account already. An admin must look at it in the WhatsApp Manager.",
    ),
    2388001: _row(_INVALID, "Phone migration (ownership / 2-step)", _MIGRATION),
    2388012: _row(
        _INVALID,
        "Phone number already in your list",
        "This account has that number already. Look for it among its numbers.",
    ),
    2388019: _row(
        _TEMPLATE,
        "Message Template Limit Exceeded",
        "This account has as many templates as Meta allows. Delete some.",
    ),
    2388024: _row(
        _TEMPLATE,
        "(subcode of 100) Content in This Language Already Exists",
        "There is a template of that name in that language already. Use another name.",
    ),
    2388039: _row(
        _TEMPLATE,
        "Message template status can't be changed",
        "The template cannot be edited at the moment. Try again later.",
    ),
    2388040: _row(_TEMPLATE, "Character limit exceeded", _TEMPLATE_TEXT),
    2388047: _row(_TEMPLATE, "Message header format is incorrect", _TEMPLATE_TEXT),
    2388072: _row(_TEMPLATE, "Message body format is incorrect", _TEMPLATE_TEXT),
    2388073: _row(_TEMPLATE, "Message footer format is incorrect", _TEMPLATE_TEXT),
    2388091: _row(_INVALID, "Not eligible for registration code (not migrating)", _MIGRATION),
    2388103: _row(_INVALID, "Cannot migrate phone number (several titles)", _MIGRATION),
    2388293: _row(_TEMPLATE, "Parameters words ratio exceeds limit", _TEMPLATE_TEXT),
    2388299: _row(_TEMPLATE, "Leading or trailing parameters not allowed", _TEMPLATE_TEXT),
    2494100: _row(_TRANSIENT, "Account is in maintenance mode", _RETRYING, wait=timedelta(minutes=1)),
    2593107: _row(_INVALID, "Synchronization request limit exceeded", _COEXISTENCE),
    2593108: _row(
        _INVALID,
        "Synchronization made outside allowed time window",
        "Meta gives the WhatsApp Business app's data within 24 hours of connecting. To ask for it again, connect the number anew.",
    ),
    2593109: _row(
        _INVALID,
        "History sharing declined (webhook errors[])",
        "The business chose not to share its chat history. To share it after all, connect the number anew.",
    ),
}

TEMPLATE_PAUSED: Final = 132015
TEMPLATE_DISABLED: Final = 132016
# A payment that is owed and a block for violated policies are the account's: all of its numbers are refused [Meta: error codes, Sep 2026].
OF_THE_WHOLE_WABA: Final = frozenset({368, 131042})

# 200 to 299 are one family of permissions, of which Meta names single codes rarely.
_PERMISSIONS: Final = range(200, 300)
API_PERMISSION: Final = _row(_CREDENTIALS, "API Permission", _PERMISSION)


def known(code: int | None) -> ErrorCode | None:
    """Return what is known of ``code``, None where nobody wrote it down."""
    if code is None:
        return None
    row = CODES.get(code)
    return API_PERMISSION if row is None and code in _PERMISSIONS else row


# Of those of a number's access: a token that is dead, lacks a permission or does not reach the number. The others are of its registration.
_NEW_TOKEN: Final = frozenset({0, 3, 10, 33, 104, 190, 131005, *_PERMISSIONS})


def needs_new_token(code: int | None) -> bool:
    """Return whether nothing but a new access token mends what ``code`` refuses; also where no code says."""
    return code is None or code in _NEW_TOKEN

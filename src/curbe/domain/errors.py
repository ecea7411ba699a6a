"""Refusals a caller can act on, each with a stable code, and what a provider's no means to us.

`AppError`s are raised and become ``application/problem+json``; the code is what programs switch on, the
sentences are for people. `SendFailure` is returned, because it is stored beside the message it is about.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"


class AppError(Exception):
    """A refusal the caller can act on; never raised itself, only its subclasses.

    ``detail`` says what was wrong and where, ``fix`` what to do about it, ``field`` is the JSON path of the
    value to blame, ``extra`` holds further members of the answer, ``retry_after`` how long to wait before
    asking again. None of them may hold a secret, a message's text or another tenant's existence.
    """

    code: ClassVar[str]
    http_status: ClassVar[int]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        fix: str = "",
        field: str | None = None,
        extra: Mapping[str, JsonValue] | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(detail)
        if not hasattr(type(self), "code"):
            raise TypeError("AppError is raised through its subclasses, which have a code")
        self.detail = detail
        self.fix = fix
        self.field = field
        self.extra: Mapping[str, JsonValue] = extra or {}
        self.retry_after = retry_after


def every_refusal(root: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Yield each kind of refusal below ``root`` that is defined so far, in the order of definition."""
    for kind in root.__subclasses__():
        yield kind
        yield from every_refusal(kind)


class InvalidRequest(AppError):
    """A value of the request cannot be used."""

    code, http_status, title = "invalid_request", 422, "The request cannot be used as it is"


class PasswordCommon(InvalidRequest):
    """The password that somebody chooses is among those that are guessed first, as so many have chosen it."""

    code, http_status, title = "password_common", 422, "This password is one of the most common"


class Unauthorized(AppError):
    """Nobody we know is asking."""

    code, http_status, title = (
        "unauthorized",
        401,
        "The API key or session is missing, unknown or no longer valid",
    )


class WrongCredentials(AppError):
    """The e-mail address and the password do not belong together; the words are the same for an unknown address."""

    code, http_status, title = "wrong_credentials", 401, "The e-mail address or the password is wrong"


class WrongFactor(AppError):
    """A second factor's code or passkey is not right, or the step it belongs to has ended."""

    code, http_status, title = "wrong_factor", 401, "The second factor is not right"


class OidcFailed(AppError):
    """What the identity provider sent back is not to be believed, or names nobody with an account."""

    code, http_status, title = "oidc_failed", 401, "Signing in at the identity provider did not work"


class ProofRequired(AppError):
    """It is too long ago that the person who asks has shown who they are."""

    code, http_status, title = "proof_required", 403, "Show first that it is you"


class EmbeddedSession(AppError):
    """A session within another site's page, begun by its software, asks for what is its person's own, or administers the tenant."""

    code, http_status, title = "embedded_session", 403, "A page within another site may not do that"


class Forbidden(AppError):
    """The asker is known, and lacks the scope."""

    code, http_status, title = "missing_scope", 403, "This API key or role may not do that"


class TenantSuspended(AppError):
    """The operator has suspended the tenant: its people and keys do nothing until it is resumed."""

    code, http_status, title = "tenant_suspended", 403, "This workspace is suspended"


class RoleBeyond(AppError):
    """Somebody gives or takes a role above their own, or asks for an embed token of who has one."""

    code, http_status, title = "role_beyond", 403, "That role is not yours to give"


class ForeignOrigin(AppError):
    """A browser asks from a page that is not Curbe's, or without saying from which."""

    code, http_status, title = "foreign_origin", 403, "This request comes from another site"


class CsrfFailed(AppError):
    """A browser's session asks to change something without the session's own token."""

    code, http_status, title = "csrf_failed", 403, "The request does not carry the session's token"


class InsecureTransport(AppError):
    """Somebody would sign in over plain http, where others could listen."""

    code, http_status, title = "insecure_transport", 403, "Signing in needs https"


class NotTheAuthor(AppError):
    """Only whoever wrote something may take it back."""

    code, http_status, title = "not_the_author", 403, "Somebody else wrote this"


class NotFound(AppError):
    """There is no such thing for this asker; another tenant's is no such thing either."""

    code, http_status, title = "not_found", 404, "There is no such thing here"


class Conflict(AppError):
    """The request is fine, the state it meets is not."""

    code, http_status, title = "conflict", 409, "This cannot be done now"


class LastOwner(AppError):
    """A tenant would be left without an owner."""

    code, http_status, title = "last_owner", 409, "A tenant keeps at least one owner"


class AnsweredByAnother(AppError):
    """A colleague has written to the person since the sender looked."""

    code, http_status, title = "answered_meanwhile", 409, "Somebody else has answered meanwhile"


class WindowClosed(AppError):
    """Free-form content outside the customer service window.

    409, not 422: the request is well formed, and the same one is accepted once the person writes again.
    """

    code, http_status, title = "window_closed", 409, "The customer service window is closed"


class ContactBlocked(AppError):
    """The conversation with the person is blocked, or for what goes to many, any of theirs."""

    code, http_status, title = "contact_blocked", 409, "This person is blocked"


class RecipientUnreachable(AppError):
    """Nobody knows a phone number or id of the person by which this could reach them."""

    code, http_status, title = "recipient_unreachable", 409, "This cannot reach the person"


class OptedOut(AppError):
    """The person has said that they do not want this kind of message."""

    code, http_status, title = "opted_out", 409, "The person does not want such messages"


class NoConsent(AppError):
    """The tenant's rules ask for a yes to marketing, and the person has given none."""

    code, http_status, title = "no_consent", 409, "The person has not agreed to such messages"


class TemplateUnknown(AppError):
    """The number's WABA has no such template, as far as is known."""

    code, http_status, title = "template_unknown", 409, "There is no such template"


class TemplateUnavailable(AppError):
    """Meta has not approved the template, or has paused, disabled or archived it."""

    code, http_status, title = "template_unavailable", 409, "This template cannot be sent now"


class CountryRefused(AppError):
    """WhatsApp does not deliver this kind of message to the person's country."""

    code, http_status, title = "country_refused", 409, "Not to that country"


class NoConnection(AppError):
    """The tenant has no number to send with."""

    code, http_status, title = "no_connection", 409, "No connected number can send this"


class SeveralConnections(AppError):
    """The tenant has several numbers that could be meant."""

    code, http_status, title = "several_connections", 409, "More than one connected number could be meant"


class ConnectionPaused(AppError):
    """The number is connected and does not send until somebody acts."""

    code, http_status, title = "connection_paused", 409, "This number is paused"


class NumberTaken(AppError):
    """The number has a live owner; the words are the same whoever that is."""

    code, http_status, title = "number_taken", 409, "This number is connected already"


class SeveralNumbers(AppError):
    """A sign-up granted several numbers: one of ``choices`` is to be chosen, by ``choice_id``, until ``expires_at``."""

    code, http_status, title = "several_numbers", 409, "Choose which of these numbers is meant"


class ChoiceExpired(AppError):
    """The choice that a sign-up left is over, was made, was given up, or is somebody else's."""

    code, http_status, title = "choice_expired", 410, "The choice has expired: begin anew"


class TokenRefused(AppError):
    """Meta does not accept the access token; ``extra`` has its ``graph_code`` where it refused a call."""

    code, http_status, title = "token_refused", 422, "Meta refuses this access token"


class NumberForeign(AppError):
    """The access token does not read the number or the WABA it was given for."""

    code, http_status, title = "number_not_readable", 422, "This access token does not read that number"


class NumberNotOnWaba(AppError):
    """Both are readable, but the number belongs to another WABA."""

    code, http_status, title = "number_not_on_waba", 422, "The number does not belong to that WABA"


class WrongApp(AppError):
    """The access token was issued for another Meta app than this installation's."""

    code, http_status, title = "wrong_app", 422, "The access token belongs to another Meta app"


class MissingPermission(AppError):
    """The access token lacks a permission of Meta's."""

    code, http_status, title = "missing_permission", 422, "The access token lacks a permission"


class WrongPin(AppError):
    """The number has a PIN of two-step verification, and it is another one than the number was to be registered with."""

    code, http_status, title = "wrong_pin", 422, "The number's two-step PIN is another one"


class NumberUnverified(AppError):
    """Meta wants to see once more whose the number is, by a code to its phone, before it is registered."""

    code, http_status, title = "number_unverified", 409, "The number must be verified at Meta's first"


class TemplateInvalid(AppError):
    """The template breaks rules of Meta's; ``findings`` names each, and nobody was asked."""

    code, http_status, title = "template_invalid", 422, "Meta would refuse this template"


class TemplateLocked(AppError):
    """Meta lets nobody change this template now: it is under review, or was changed too often."""

    code, http_status, title = "template_locked", 409, "This template cannot be changed now"


class IdempotencyMismatch(AppError):
    """An idempotency key came again with another request."""

    code, http_status, title = (
        "idempotency_mismatch",
        422,
        "This idempotency key was used for another request",
    )


class IdempotencyInFlight(AppError):
    """The first request with this idempotency key is not finished."""

    code, http_status, title = "idempotency_in_flight", 409, "The same request is still being worked on"


class LinkInvalid(AppError):
    """A one-time link was used, is too old, or never was."""

    code, http_status, title = "link_invalid", 410, "This link is no longer valid"


class CursorExpired(AppError):
    """A cursor points where nothing is kept any more."""

    code, http_status, title = "cursor_expired", 410, "This cursor is no longer valid"


class TooLarge(AppError):
    """The body is larger than the route takes."""

    code, http_status, title = "too_large", 413, "The request is too large"


class RangeUnsatisfiable(AppError):
    """The part of a file that was asked for lies beyond its end."""

    code, http_status, title = "range_not_satisfiable", 416, "The file has no such part"


class TooManyRequests(AppError):
    """The asker is faster than allowed."""

    code, http_status, title = "too_many_requests", 429, "Too many requests"


class RateLimited(AppError):
    """A key or a person whom we know, or those of one tenant together, ask more often than the operator allows."""

    code, http_status, title = "rate_limited", 429, "Requests come faster than allowed"


class Unavailable(AppError):
    """Something we depend on does not answer; nothing was done."""

    code, http_status, title = "unavailable", 503, "This is not possible at the moment"


class NoRoom(AppError):
    """The disk that files lie on is so full that none is taken; everything else goes on."""

    code, http_status, title = "no_room", 507, "There is no room for files"


class GraphUnreachable(AppError):
    """Meta's Graph API did not answer, or not in time; nothing was stored."""

    code, http_status, title = "graph_unreachable", 503, "Meta does not answer"


class GraphRefused(AppError):
    """Meta's Graph API refused for a reason that has no code of its own here.

    ``graph_code`` and ``graph_title`` are Meta's.
    """

    code, http_status, title = "graph_refused", 502, "Meta refused the request"

    def __init__(self, detail: str, *, graph_code: int | None, graph_title: str, fix: str = "") -> None:
        super().__init__(detail, fix=fix, extra={"graph_code": graph_code, "graph_title": graph_title})
        self.graph_code = graph_code
        self.graph_title = graph_title

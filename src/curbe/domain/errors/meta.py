"""What stands between a tenant and Meta: numbers, tokens and templates that Meta would not have, and Meta itself."""

from curbe.domain.errors.refusal import AppError


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

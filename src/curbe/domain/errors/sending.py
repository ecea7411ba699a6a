"""Why a message may not be sent now, not to them, or not from there."""

from curbe.domain.errors.refusal import AppError


class AnsweredByAnother(AppError):
    """A colleague has written to the person since the sender looked."""

    code, http_status, title = "answered_meanwhile", 409, "Somebody else has answered meanwhile"


class WindowClosed(AppError):
    """Free-form content outside the customer service window.

    409, not 422: the request is well formed, and the same one is accepted once the person writes again.
    """

    code, http_status, title = "window_closed", 409, "The customer service window is closed"


class AccountRestricted(AppError):
    """Meta lets the number's account write to nobody first until a time that it names; replies go on."""

    code, http_status, title = "account_restricted", 409, "Meta restricts this account for now"


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


class CountryRefused(AppError):
    """WhatsApp does not deliver this kind of message to the person's country."""

    code, http_status, title = "country_refused", 409, "Not to that country"


class TemplateUnknown(AppError):
    """The number's WABA has no such template, as far as is known."""

    code, http_status, title = "template_unknown", 409, "There is no such template"


class TemplateUnavailable(AppError):
    """Meta has not approved the template, or has paused, disabled or archived it."""

    code, http_status, title = "template_unavailable", 409, "This template cannot be sent now"


class NoConnection(AppError):
    """The tenant has no number to send with."""

    code, http_status, title = "no_connection", 409, "No connected number can send this"


class SeveralConnections(AppError):
    """The tenant has several numbers that could be meant."""

    code, http_status, title = "several_connections", 409, "More than one connected number could be meant"


class ConnectionPaused(AppError):
    """The number is connected and does not send until somebody acts."""

    code, http_status, title = "connection_paused", 409, "This number is paused"

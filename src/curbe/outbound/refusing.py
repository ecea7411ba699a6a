"""The gate's no as the API answers it, and as it is stored beside a message that was queued before."""

from collections.abc import Mapping
from typing import Final

from curbe.connections.rules import Line, require_active
from curbe.consent.gate import Refusal
from curbe.consent.words import RefusalCode
from curbe.domain.errors import (
    AccountRestricted,
    AppError,
    ContactBlocked,
    CountryRefused,
    NoConnection,
    NoConsent,
    OptedOut,
    RecipientUnreachable,
    TemplateUnavailable,
    TemplateUnknown,
    WindowClosed,
)
from curbe.domain.failures import FailureKind

_ANSWERS: Final[Mapping[RefusalCode, type[AppError]]] = {
    RefusalCode.ACCOUNT_RESTRICTED: AccountRestricted,
    RefusalCode.CONTACT_BLOCKED: ContactBlocked,
    RefusalCode.RECIPIENT_UNREACHABLE: RecipientUnreachable,
    RefusalCode.TEMPLATE_UNKNOWN: TemplateUnknown,
    RefusalCode.TEMPLATE_UNAVAILABLE: TemplateUnavailable,
    RefusalCode.TEMPLATE_RECATEGORISED: TemplateUnavailable,
    RefusalCode.COUNTRY_REFUSED: CountryRefused,
    RefusalCode.OPTED_OUT: OptedOut,
    RefusalCode.NO_CONSENT: NoConsent,
    RefusalCode.MARKETING_CAPPED: RecipientUnreachable,
    RefusalCode.IN_EXPERIMENT: RecipientUnreachable,
}

_KINDS: Final[Mapping[RefusalCode, FailureKind]] = {
    RefusalCode.NO_CONNECTION: FailureKind.CREDENTIALS,
    RefusalCode.CONNECTION_PAUSED: FailureKind.CREDENTIALS,
    RefusalCode.ACCOUNT_RESTRICTED: FailureKind.ACCOUNT,
    RefusalCode.CONTACT_BLOCKED: FailureKind.BLOCKED,
    RefusalCode.RECIPIENT_UNREACHABLE: FailureKind.RECIPIENT,
    RefusalCode.WINDOW_CLOSED: FailureKind.WINDOW_CLOSED,
    RefusalCode.TEMPLATE_UNKNOWN: FailureKind.TEMPLATE,
    RefusalCode.TEMPLATE_UNAVAILABLE: FailureKind.TEMPLATE,
    RefusalCode.TEMPLATE_RECATEGORISED: FailureKind.TEMPLATE,
    RefusalCode.COUNTRY_REFUSED: FailureKind.RECIPIENT,
    RefusalCode.OPTED_OUT: FailureKind.CONSENT,
    RefusalCode.NO_CONSENT: FailureKind.CONSENT,
    RefusalCode.MARKETING_CAPPED: FailureKind.WITHHELD,
    RefusalCode.IN_EXPERIMENT: FailureKind.WITHHELD,
}


def refused(no: Refusal, line: Line) -> AppError:
    """Return the gate's no as a refusal of the API; each code has one answer, the same for every route."""
    if no.code in {RefusalCode.NO_CONNECTION, RefusalCode.CONNECTION_PAUSED}:
        try:
            require_active(line)
        except AppError as refusal:
            return refusal
        return NoConnection(no.words["en"], fix=no.fix["en"])
    if no.code is RefusalCode.WINDOW_CLOSED:
        return _window_closed(no)
    told = {"words": dict(no.words), "ways_out": dict(no.fix)}
    return _ANSWERS[no.code](no.words["en"], fix=no.fix["en"], extra={**no.details, **told})


def _window_closed(no: Refusal) -> WindowClosed:
    closed_at = no.details["window_closed_at"]
    detail = (
        "this person has never written to this number, so no customer service window is open"
        if closed_at is None
        else f"the customer service window closed at {closed_at}"
    )
    return WindowClosed(
        detail, fix=no.fix["en"], extra={"window_closed_at": closed_at, "allowed": ["template"]}
    )


def kind_of(no: Refusal) -> FailureKind:
    """Return what a message that was refused at the last moment has failed by."""
    return _KINDS[no.code]

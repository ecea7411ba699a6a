"""What connections look like over HTTP. Access tokens go in and never come out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.answers import Number, TokenInfo
from curbe.channels.cloudapi.codes import known
from curbe.channels.cloudapi.phrases import Words, words_for
from curbe.connections.checks import Check
from curbe.connections.rules import (
    AppDataState,
    AppPart,
    Asked,
    Connection,
    ConnectionStatus,
    code_in,
    country_served,
    e164_of,
    needs_registration,
    way_out,
)
from curbe.connections.standing import Fact
from curbe.domain.phone import country_of, spelled
from curbe.infra.crypto import Secret

MetaId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_]{1,64}$")]
CountryId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2}$", description="ISO 3166, such as ES")]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$", max_length=2000)]
_TOLD_OTHERWISE: Final = {"health", "name_status", "coexistence", "app_data", "country_id"}
_APP_DATA: Final = msgspec.json.Decoder(dict[AppPart, Asked])
_PARTS: Final[Mapping[AppPart, Literal["contacts", "history"]]] = {
    AppPart.CONTACTS: "contacts",
    AppPart.HISTORY: "history",
}
_HEALTH: Final = msgspec.json.Decoder(dict[str, Fact])
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class ShownFact(msgspec.Struct, frozen=True, kw_only=True):
    """What Meta told last of one thing, in its own words: ``detail`` explains, ``until`` is when it ends by itself."""

    name: str
    value: str
    detail: str | None
    until: datetime | None
    at: datetime


class ShownAppData(msgspec.Struct, frozen=True, kw_only=True):
    """How asking for the WhatsApp Business app's ``contacts`` or ``history`` went; what Meta then tells comes as any webhook does.

    ``state``: ``waiting`` (it is tried until 24 hours after the sign-up), ``asked`` or ``refused``, then with the refusal's code as
    ``problem``, and with what Meta's code means in three languages where it has told one. ``request_id`` is Meta's.
    """

    name: Literal["contacts", "history"]
    state: AppDataState
    at: datetime
    request_id: str | None
    problem: str | None
    words: Words | None


class ShownConnection(msgspec.Struct, frozen=True, kw_only=True):
    """One tenant's access to one number.

    ``status``: ``active``; ``error`` (paused: ``pause_reason`` says why, what is queued waits); ``revoked``
    (given up). No number is ``pending``: nothing is stored before Meta has confirmed it. ``country_id``: the country it was connected
    for, else that of its own digits. ``number_status``, ``name_status``, ``quality_rating``, ``messaging_limit`` and
    ``throughput_level`` are Meta's words, as of ``facts_at``, or told since. ``coexistence``: the number is
    on the WhatsApp Business app as well. ``pause_cause`` names the fact in ``health`` that paused it, and is
    null where a refused send did (then ``pause_words`` say what Meta's code means, in three languages);
    ``pause_until`` is when that ends by itself; ``pause_fix`` what to do.
    ``needs_registration``: Meta lets it send once it is registered; ``registration_problem`` is the code of the refusal that the
    last try ended with (``wrong_pin``: it has a PIN of its own). ``pin_kept``: its PIN is known here, and can be revealed.
    ``app_data``: of a number that came from a sign-up and is on the WhatsApp Business app, what was asked for of the app.
    ``last_webhook_at``: when Meta last told anything about it, to half a minute; null: never.
    """

    id: UUID
    status: ConnectionStatus
    waba_id: str | None
    phone_number_id: str | None
    phone_number_e164: str | None
    phone_number_spelled: str | None
    display_name: str | None
    country_id: str | None
    number_status: str | None
    name_status: str | None
    coexistence: bool
    needs_registration: bool
    registration_problem: str | None
    pin_kept: bool
    quality_rating: str | None
    messaging_limit: str | None
    throughput_level: str | None
    messages_per_second: int
    paused: bool
    pause_reason: str | None
    paused_at: datetime | None
    pause_cause: str | None
    pause_until: datetime | None
    pause_fix: str | None
    pause_words: Words | None
    health: list[ShownFact]
    app_data: list[ShownAppData]
    facts_at: datetime | None
    last_webhook_at: datetime | None
    token_last4: str | None
    token_fingerprint: str | None
    token_expires_at: datetime | None
    scopes: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class WhatsAppStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a tenant can use WhatsApp at all, and each of its numbers."""

    connected: bool
    connections: list[ShownConnection]


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For Embedded Signup.

    ``redirect_uri``: the page of yours that Meta's sign-up comes back to. ``coexistence``: the number is on the WhatsApp Business app, and
    stays there beside the API.
    """

    redirect_uri: Url | None = None
    coexistence: bool = False


class Started(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to connect a number now.

    ``embedded_signup``: send the customer to ``connectUrl``; it comes back to ``redirect_uri`` with
    ``code`` and ``state``, which go to ``connect/complete``. ``manual``: follow ``steps``. ``webhook_fields``: what Meta's
    app must be subscribed to, once for the installation.
    """

    mode: Literal["embedded_signup", "manual"]
    steps: list[str]
    webhook_url: str
    webhook_fields: list[str]
    verify_token_hint: str
    connected: bool
    connections: list[ShownConnection]
    connectUrl: str | None = None  # noqa: N815 - the spelling of the product's first specification
    redirect_uri: str | None = None
    state: str | None = None


class Completion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of connecting: an ``access_token`` with both ids, or the ``code`` of Embedded Signup.

    With a ``code``, ``redirect_uri`` is the one the sign-up was begun with (absent for Meta's JavaScript
    pop-up), and the ids may be left out: of the numbers that the customer granted, the one that is not connected here yet
    is meant. Where there are several, or to give one that is connected a new token, ``phone_number_id`` says which; without it 409
    ``several_numbers`` asks. The operator may leave ``access_token`` out: then META_SYSTEM_USER_TOKEN is the number's. No tenant can.

    A number that comes with a ``code`` or a ``pin`` is registered where it is not yet: under that PIN of six digits, or under one that is
    made for it. Where Meta refuses, the number is connected all the same, and ``registration_problem`` says why.
    """

    waba_id: MetaId | None = None
    phone_number_id: MetaId | None = None
    access_token: Secret | None = None
    code: Secret | None = None
    redirect_uri: Url | None = None
    state: ShortText | None = None
    country_id: CountryId | None = None
    pin: Secret | None = None


class Choosing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the ``choices`` that 409 ``several_numbers`` named, with its ``choice_id``; all else as for connect/complete."""

    choice_id: UUID
    phone_number_id: MetaId
    country_id: CountryId | None = None
    pin: Secret | None = None


class ConnectionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tenant says of a number. ``country_id`` null: the country of its own digits."""

    country_id: CountryId | None


class WhichChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A choice that nobody wants to make."""

    choice_id: UUID


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to register a number: the ``pin`` of its two-step verification, six digits.

    Absent: the one that is kept, else a new one. A number that never had one takes any.
    """

    pin: Secret | None = None


class RevealedPin(msgspec.Struct, frozen=True):
    """The PIN of a number's two-step verification: whoever registers it anew, here or elsewhere, needs it."""

    pin: str


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which connection is meant; may be empty where the tenant has one."""

    connection_id: UUID | None = None
    phone_number_id: MetaId | None = None


class Disconnection(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that was given up; ``queued_messages`` wait until the number is connected again."""

    connection: ShownConnection
    queued_messages: int


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to test: an ``access_token`` with both ids before connecting it, or a connection that is there."""

    waba_id: MetaId | None = None
    phone_number_id: MetaId | None = None
    access_token: Secret | None = None
    connection_id: UUID | None = None


class ShownCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what was looked at, what was found, what to do about it. ``code``: what connecting would fail with."""

    name: str
    ok: bool
    detail: str
    fix: str
    code: str | None


class FoundNumber(msgspec.Struct, frozen=True, kw_only=True):
    """The number as Meta describes it now, in Meta's words; ``token_expires_at`` null: the token does not end."""

    phone_number_id: str
    waba_id: str
    phone_number_e164: str | None
    phone_number_spelled: str | None
    country_id: str | None
    display_name: str | None
    number_status: str | None
    name_status: str | None
    quality_rating: str | None
    messaging_limit: str | None
    throughput_level: str | None
    coexistence: bool
    token_expires_at: datetime | None


class TrialResult(msgspec.Struct, frozen=True, kw_only=True):
    """Every step up to the first that stops a connection, and the number as far as the token reads it."""

    ok: bool
    checks: list[ShownCheck]
    found: FoundNumber | None = None


def shown(connection: Connection) -> ShownConnection:
    """Return what is shown of a connection."""
    fields = {
        name: getattr(connection, name)
        for name in ShownConnection.__struct_fields__
        if name in Connection.__struct_fields__ and name not in _TOLD_OTHERWISE
    }
    paused = connection.status is ConnectionStatus.ERROR
    health = _HEALTH.decode(connection.health)
    return ShownConnection(
        paused=paused,
        pause_fix=way_out(connection.pause_cause, connection.pause_reason) if paused else None,
        pause_words=_pause_words(connection),
        phone_number_spelled=_spelled(connection.phone_number_e164),
        country_id=country_served(connection),
        name_status=_name_status(connection, health),
        coexistence=bool(connection.coexistence),
        needs_registration=needs_registration(connection),
        health=[
            ShownFact(name=name, value=fact.value, detail=fact.detail, until=fact.until, at=fact.at)
            for name, fact in sorted(health.items())
        ],
        app_data=_app_data(connection),
        **fields,
    )


def _app_data(connection: Connection) -> list[ShownAppData]:
    asked = _APP_DATA.decode(connection.app_data)
    return [_shown_part(part, asked[part]) for part in AppPart if part in asked]


def _shown_part(part: AppPart, asked: Asked) -> ShownAppData:
    row = known(asked.graph_code)
    return ShownAppData(
        name=_PARTS[part],
        state=asked.state,
        at=asked.at,
        request_id=asked.request_id,
        problem=asked.problem,
        words=words_for(row.kind, asked.graph_code) if row else None,
    )


def _spelled(e164: str | None) -> str | None:
    return None if e164 is None else spelled(e164)


def _pause_words(connection: Connection) -> Words | None:
    """Return what the code means that a refused send was answered with; it stands in the reason."""
    code = None if connection.pause_cause else code_in(connection.pause_reason)
    row = known(code)
    return words_for(row.kind, code) if row else None


def _name_status(connection: Connection, health: Mapping[str, Fact]) -> str | None:
    """Return what Meta thinks of the name: as it was read last, unless a review was told since."""
    review = health.get("name_review")
    if review is None or (connection.facts_at is not None and review.at <= connection.facts_at):
        return connection.name_status
    return review.value


def whatsapp_status(connections: Sequence[Connection]) -> WhatsAppStatus:
    """Return the status of a tenant with these connections."""
    return WhatsAppStatus(
        connected=any(one.status is ConnectionStatus.ACTIVE for one in connections),
        connections=[shown(one) for one in connections],
    )


def found_number(number: Number, *, waba_id: str, token: TokenInfo) -> FoundNumber:
    """Return what is shown of a number that a token reads."""
    e164 = e164_of(number.display_phone_number or "")
    return FoundNumber(
        phone_number_id=number.id,
        waba_id=waba_id,
        phone_number_e164=e164,
        phone_number_spelled=_spelled(e164),
        country_id=country_of(e164) if e164 else None,
        display_name=number.verified_name,
        number_status=number.status,
        name_status=number.name_status,
        quality_rating=number.quality_rating,
        messaging_limit=number.messaging_limit,
        throughput_level=number.throughput_level,
        coexistence=bool(number.is_on_biz_app),
        token_expires_at=token.expires_at,
    )


def trial_result(checks: Sequence[Check], *, found: FoundNumber | None = None) -> TrialResult:
    """Return what a test found."""
    return TrialResult(
        found=found,
        ok=all(check.ok for check in checks),
        checks=[
            ShownCheck(
                name=check.name,
                ok=check.ok,
                detail=check.detail,
                fix=check.fix,
                code=check.refusal.code if check.refusal else None,
            )
            for check in checks
        ],
    )

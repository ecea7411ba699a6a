"""Graph's answers to what we ask, and what we make of them [Meta: WABA, number, debug_token, templates; 2026].

The structs with Meta's shapes are private to `client`; the frozen ones without underscore leave it. Every
enum is
open: a word Meta adds tomorrow arrives as it is.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from curbe.domain.notices import Correction, TemplateReported, TemplateStatus

_UNREGISTERED: Final = frozenset({"PENDING", "UNVERIFIED", "DISCONNECTED"})


class Callbacks(msgspec.Struct, frozen=True):
    """Where a number's webhooks go, at each level that says so: the number's before the WABA's before the app's."""

    phone_number: str | None = None
    whatsapp_business_account: str | None = None
    application: str | None = None


class Impediment(msgspec.Struct, frozen=True):
    """Why something cannot send as it should, and what to do about it, in Meta's words."""

    description: str
    solution: str | None = None


class Health(msgspec.Struct, frozen=True):
    """Whether Meta lets a number send: AVAILABLE, LIMITED or BLOCKED, the worst of all that it depends on."""

    can_send_message: str
    impediments: tuple[Impediment, ...] = ()


class Number(msgspec.Struct, frozen=True):
    """A business phone number as Meta knows it; whatever Meta left out is None.

    ``quality_rating`` is GREEN, YELLOW, RED, NA ...; ``throughput_level`` STANDARD, HIGH ...; ``status``
    CONNECTED, PENDING, BANNED ...; ``is_on_biz_app`` tells coexistence with the WhatsApp Business app.
    """

    id: str
    display_phone_number: str | None = None
    verified_name: str | None = None
    quality_rating: str | None = None
    throughput_level: str | None = None
    status: str | None = None
    platform_type: str | None = None
    code_verification_status: str | None = None
    name_status: str | None = None
    is_on_biz_app: bool | None = None
    messaging_limit: str | None = None
    callbacks: Callbacks | None = None
    health: Health | None = None

    @property
    def is_unregistered(self) -> bool:
        """Tell whether it must be registered before it sends; one on the WhatsApp Business app never is [registration, Dec 2025]."""
        return not self.is_on_biz_app and (
            self.status in _UNREGISTERED or self.platform_type == "NOT_APPLICABLE"
        )


class GrantedScope(msgspec.Struct, frozen=True):
    """A permission and the objects it is limited to; no ``target_ids`` means all that the user may reach."""

    scope: str
    target_ids: tuple[str, ...] = ()


class TokenInfo(msgspec.Struct, frozen=True):
    """What an access token is and may do.

    ``app_id`` is None for a token of another app, which Meta does not describe; ``expires_at`` None for one
    without end; ``error`` Meta's words where it is not valid.
    """

    is_valid: bool
    app_id: str | None = None
    type: str | None = None
    expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    granular_scopes: tuple[GrantedScope, ...] = ()
    error: str | None = None


class _Throughput(msgspec.Struct):
    level: str | None = None


class _HealthError(msgspec.Struct):
    error_description: str | None = None
    possible_solution: str | None = None


class _HealthEntity(msgspec.Struct):
    errors: list[_HealthError] | None = None
    additional_info: list[str] | None = None


class _HealthStatus(msgspec.Struct):
    """``health_status`` [Meta: health status, Dec 2025]."""

    can_send_message: str | None = None
    entities: list[_HealthEntity] | None = None

    def health(self) -> Health | None:
        """Return it in our words; None where it says nothing."""
        if not self.can_send_message:
            return None
        entities = self.entities or ()
        refusals = [error for entity in entities for error in entity.errors or ()]
        notes = [Impediment(note) for entity in entities for note in entity.additional_info or () if note]
        told = [
            Impediment(error.error_description, error.possible_solution)
            for error in refusals
            if error.error_description
        ]
        return Health(self.can_send_message, tuple(dict.fromkeys([*told, *notes])))


class NumberNode(msgspec.Struct):
    """``GET /{phone_number_id}``."""

    id: str
    display_phone_number: str | None = None
    verified_name: str | None = None
    quality_rating: str | None = None
    throughput: _Throughput | None = None
    status: str | None = None
    platform_type: str | None = None
    code_verification_status: str | None = None
    name_status: str | None = None
    is_on_biz_app: bool | None = None
    whatsapp_business_manager_messaging_limit: str | None = None
    webhook_configuration: Callbacks | None = None
    health_status: _HealthStatus | None = None

    def number(self) -> Number:
        """Return it in our words."""
        return Number(
            id=self.id,
            display_phone_number=self.display_phone_number,
            verified_name=self.verified_name,
            quality_rating=self.quality_rating,
            throughput_level=self.throughput.level if self.throughput is not None else None,
            status=self.status,
            platform_type=self.platform_type,
            code_verification_status=self.code_verification_status,
            name_status=self.name_status,
            is_on_biz_app=self.is_on_biz_app,
            messaging_limit=self.whatsapp_business_manager_messaging_limit,
            callbacks=self.webhook_configuration,
            health=self.health_status.health() if self.health_status is not None else None,
        )


class AppDataRequested(msgspec.Struct):
    """``POST /{phone_number_id}/smb_app_data``."""

    request_id: str | None = None


class _Cursors(msgspec.Struct):
    after: str | None = None


class _Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: str | None = None


class NumberPage(msgspec.Struct):
    """One page of ``GET /{waba_id}/phone_numbers``."""

    data: list[NumberNode]
    paging: _Paging | None = None

    def after(self) -> str | None:
        """Return the cursor of the next page, None on the last one: there ``next`` is absent."""
        return _after(self.paging)


class _Score(msgspec.Struct):
    score: str | None = None


class _TemplateNode(msgspec.Struct):
    id: str
    name: str | None = None
    language: str | None = None
    status: str | None = None
    category: str | None = None
    quality_score: _Score | None = None
    rejected_reason: str | None = None
    correct_category: str | None = None  # where Meta announces another one
    components: list[dict[str, Any]] | None = None

    def reported(self, at: datetime) -> TemplateReported:
        reason = None if self.rejected_reason in {None, "", "NONE"} else self.rejected_reason
        parts = self.components
        return TemplateReported(
            template_id=self.id,
            name=self.name,
            language=self.language,
            at=at,
            tie="",
            status=TemplateStatus(self.status, self.status, rejected_reason=reason) if self.status else None,
            quality=self.quality_score.score if self.quality_score is not None else None,
            category=self.category,
            correction=self._correction(),
            components=None if parts is None else msgspec.json.encode(parts, order="deterministic").decode(),
        )

    def _correction(self) -> Correction | None:
        """Return the category that is to come; from when, a webhook alone tells. Where none is named none is denied."""
        coming = self.correct_category
        return Correction(coming) if coming and coming != self.category else None


class TemplatePage(msgspec.Struct):
    """One page of ``GET /{waba_id}/message_templates``."""

    data: list[_TemplateNode]
    paging: _Paging | None = None

    def reported(self, at: datetime) -> list[TemplateReported]:
        """Return its templates as they stood at ``at``."""
        return [node.reported(at) for node in self.data]

    def after(self) -> str | None:
        """Return the cursor of the next page, None on the last one."""
        return _after(self.paging)


class CreatedTemplate(msgspec.Struct, frozen=True):
    """``POST /{waba_id}/message_templates``. Meta may have put it under another category than was asked for."""

    id: str
    status: str | None = None
    category: str | None = None


class TemplateNode(_TemplateNode):
    """``GET /{template_id}``."""


class Begun(msgspec.Struct, frozen=True):
    """``POST /{app_id}/uploads``: the session to upload into, as a path."""

    id: str


class Resumable(msgspec.Struct, frozen=True):
    """``GET /upload:...``: how many bytes of the file Meta has."""

    file_offset: int


class Uploaded(msgspec.Struct, frozen=True):
    """``POST /upload:...``: the handle of what was uploaded."""

    h: str


class _Granted(msgspec.Struct):
    scope: str
    target_ids: list[str] | None = None


class _TokenError(msgspec.Struct):
    message: str | None = None


class _TokenData(msgspec.Struct):
    is_valid: bool = False
    app_id: str | None = None
    type: str | None = None
    expires_at: int = 0
    data_access_expires_at: int = 0
    scopes: list[str] = []
    granular_scopes: list[_Granted] = []
    error: _TokenError | None = None


class TokenAnswer(msgspec.Struct):
    """``GET /debug_token``."""

    data: _TokenData

    def token(self) -> TokenInfo:
        """Return it in our words; a moment of 0 is Meta's "never"."""
        data = self.data
        return TokenInfo(
            is_valid=data.is_valid,
            app_id=data.app_id,
            type=data.type,
            expires_at=_moment(data.expires_at),
            data_access_expires_at=_moment(data.data_access_expires_at),
            scopes=tuple(data.scopes),
            granular_scopes=tuple(
                GrantedScope(granted.scope, tuple(granted.target_ids or ()))
                for granted in data.granular_scopes
            ),
            error=data.error.message if data.error is not None else None,
        )


class Exchanged(msgspec.Struct):
    """``GET /oauth/access_token``."""

    access_token: str


class _App(msgspec.Struct):
    id: str | None = None


class Subscription(msgspec.Struct, frozen=True):
    """That an app has a WABA's webhooks; ``override_callback_uri``: where, if not at the app's own address."""

    override_callback_uri: str | None = None


class _Subscription(msgspec.Struct):
    whatsapp_business_api_data: _App | None = None
    override_callback_uri: str | None = None


class Subscriptions(msgspec.Struct):
    """``GET /{waba_id}/subscribed_apps``."""

    data: list[_Subscription]

    def of(self, app_id: str) -> Subscription | None:
        """Return the subscription of this app, None where it has none."""
        rows = ((row.whatsapp_business_api_data, row.override_callback_uri) for row in self.data)
        found = (Subscription(uri or None) for app, uri in rows if app is not None and app.id == app_id)
        return next(found, None)


class Done(msgspec.Struct):
    """The answer to a change."""

    success: bool


class _Named(msgspec.Struct):
    id: str
    message_status: str | None = None


class _Addressed(msgspec.Struct):
    wa_id: str | None = None
    user_id: str | None = None


class Taken(msgspec.Struct):
    """The answer to ``POST /{phone_number_id}/messages``."""

    messages: list[_Named]
    contacts: list[_Addressed] = []


def _after(paging: _Paging | None) -> str | None:
    if paging is None or not paging.next or paging.cursors is None:
        return None
    return paging.cursors.after


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


class MediaNode(msgspec.Struct, frozen=True):
    """``GET /{media_id}``: where the file can be had for five minutes [Meta: media, Sep 2026]."""

    id: str
    url: str
    mime_type: str | None = None
    sha256: str | None = None
    file_size: int | str | None = None


class UploadedMedia(msgspec.Struct, frozen=True):
    """``POST /{phone_number_id}/media``."""

    id: str

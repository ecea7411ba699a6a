"""The only file that talks to the Graph API: what we ask, in the domain's words, and nothing about tenants.

Sending returns what Meta said, as it is stored; reading raises what the caller can act on. Nothing here asks
twice, but for what Meta refused on account of its ``appsecret_proof`` alone.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Literal, Self, TypeVar
from urllib.parse import urlencode

import msgspec

from curbe.channels.cloudapi.answers import (
    Done,
    Exchanged,
    MediaNode,
    Number,
    NumberNode,
    NumberPage,
    Subscription,
    Subscriptions,
    Taken,
    TemplatePage,
    TokenAnswer,
    TokenInfo,
    UploadedMedia,
)
from curbe.channels.cloudapi.errors import (
    APP_REFUSED,
    CHECK_THE_APP,
    read_refusal,
    reading_refused,
    unanswered,
    undone,
    unsent,
)
from curbe.channels.cloudapi.proofs import Proofs
from curbe.channels.port import Accepted
from curbe.domain.errors import GraphRefused, GraphUnreachable, InvalidRequest, TokenRefused
from curbe.domain.failures import SendFailure
from curbe.domain.notices import TemplateReported
from curbe.infra.crypto import Secret
from curbe.infra.egress_errors import AnswerLost, AnswerTooLarge, ForbiddenAddress, NotSent
from curbe.infra.http import Egress, Response, Streamed, Timeouts
from curbe.infra.settings import Settings

_SENDING: Final = Timeouts(connect=timedelta(seconds=5), total=timedelta(seconds=30))
_READING: Final = Timeouts(connect=timedelta(seconds=5), total=timedelta(seconds=15))
UPLOAD_WITHIN: Final = timedelta(minutes=5)  # a file is at Meta by then, or has failed
_FILE: Final = Timeouts(connect=timedelta(seconds=5), total=UPLOAD_WITHIN)
_MAX_BYTES: Final = 2 * 1024 * 1024
_MOST_PAGES: Final = (
    100  # of 100: a portfolio has 20 numbers [Meta: phone numbers, Dec 2025], a WABA 6,000 templates at most
)
_PAGE: Final = 100
_JSON: Final = {"Content-Type": "application/json"}
_ID: Final = re.compile(r"[0-9A-Za-z_]{1,64}")

_NUMBER_FIELDS: Final = (
    "id,display_phone_number,verified_name,status,quality_rating,code_verification_status,name_status,"
    "platform_type,throughput,is_on_biz_app,whatsapp_business_manager_messaging_limit"
)
_ONE_NUMBERS_FIELDS: Final = f"{_NUMBER_FIELDS},webhook_configuration,health_status"
TEMPLATE_FIELDS: Final = (
    "id,name,language,status,category,quality_score,rejected_reason,correct_category,components"
)
_TAKEN: Final = msgspec.json.Decoder(Taken)

T = TypeVar("T")
ListPage = TypeVar("ListPage", NumberPage, TemplatePage)


class CloudApi:
    """The Graph API at ``base_url`` in one of its versions, such as ``v25.0``.

    Reading and changing methods raise `TokenRefused`, `MissingPermission`, `NumberForeign`,
    `TooManyRequests`, `GraphUnreachable` or `GraphRefused`, and `InvalidRequest` for an id that cannot be one
    of Meta's.
    """

    def __init__(
        self, egress: Egress, *, base_url: str, version: str, app_secret: Secret | None = None
    ) -> None:
        """``app_secret``: of the app that tokens are issued for; it proves who uses them."""
        self._egress: Final = egress
        self._proofs: Final = Proofs(app_secret)
        self._root: Final = f"{base_url.rstrip('/')}/{version}"

    @classmethod
    def of(cls, settings: Settings, *, egress: Egress) -> Self:
        """Return the Graph API that an installation with these settings asks."""
        base_url, version = settings.meta_graph_base_url, settings.meta_graph_version
        return cls(egress, base_url=base_url, version=version, app_secret=settings.meta_app_secret)

    async def send_message(self, phone_number_id: str, token: Secret, body: bytes) -> Accepted | SendFailure:
        """Hand one message to Meta, once, and return what came of it.

        ``UNREACHABLE``: certainly not sent. ``AMBIGUOUS``: it may have been taken, also when the
        time was up; the longest wait is 30 seconds.

        Args:
            phone_number_id: the number to send from.
            token: of its connection.
            body: from `build.message_body`.

        Raises:
            ForbiddenAddress: the base URL is not among the egress's trusted origins: a mistake in the wiring.
        """
        url = f"{self._root}/{checked(phone_number_id, 'phone_number_id')}/messages"
        try:
            answer = await self._request("POST", url, token, headers=_JSON, body=body, timeouts=_SENDING)
        except ForbiddenAddress:
            raise
        except NotSent as failure:
            return unsent(failure.reason)
        except AnswerLost as failure:
            return unanswered(failure.reason)
        return _accepted(answer) or read_refusal(answer.status, answer.body, answer.headers, secrets=[token])

    async def mark_read(
        self, phone_number_id: str, token: Secret, *, provider_message_id: str, typing: bool
    ) -> None:
        """Tell Meta that a message, and with it all before it, was read; doing it again changes nothing.

        Args:
            phone_number_id: the number it came to.
            token: of its connection.
            provider_message_id: the wamid, at most 30 days old [Meta: mark messages as read].
            typing: show that somebody is writing, for 25 seconds or until the answer comes [Meta: typing indicators].
        """
        body: dict[str, object] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": provider_message_id,
        }
        if typing:
            body["typing_indicator"] = {"type": "text"}
        path = f"{checked(phone_number_id, 'phone_number_id')}/messages"
        await self.ask("POST", path, token, secrets=[token], body=msgspec.json.encode(body))

    async def read_number(self, phone_number_id: str, token: Secret) -> Number:
        """Return what Meta knows of one number that ``token`` reads."""
        path = checked(phone_number_id, "phone_number_id")
        return (await self._get(NumberNode, path, token, {"fields": _ONE_NUMBERS_FIELDS})).number()

    async def numbers_of(self, waba_id: str, token: Secret) -> list[Number]:
        """Return every number of a WABA, over all pages."""
        path = f"{checked(waba_id, 'waba_id')}/phone_numbers"
        pages = await self._pages(NumberPage, path, token, fields=_NUMBER_FIELDS)
        return [node.number() for page in pages for node in page.data]

    async def templates_of(self, waba_id: str, token: Secret, *, at: datetime) -> list[TemplateReported]:
        """Return every template of a WABA as it stands at ``at``, which is now, over all pages [Meta: message templates, Sep 2026]."""
        path = f"{checked(waba_id, 'waba_id')}/message_templates"
        pages = await self._pages(TemplatePage, path, token, fields=TEMPLATE_FIELDS)
        return [template for page in pages for template in page.reported(at)]

    async def debug_token(self, token: Secret, app_id: str, app_secret: Secret) -> TokenInfo:
        """Return what ``token`` is and may do, as Meta tells its app; a bad token is no error."""
        app_token = Secret(f"{checked(app_id, 'app_id')}|{app_secret.reveal()}")
        query = {"input_token": token.reveal(), "access_token": app_token.reveal()}
        path = f"debug_token?{urlencode(query)}"
        try:
            answer = await self.ask("GET", path, None, secrets=[token, app_token, app_secret])
        except TokenRefused as refusal:  # of the app's own: the token asked about may be anything
            app_refused = GraphRefused(
                refusal.detail,
                graph_code=None,
                graph_title=APP_REFUSED,
                fix=CHECK_THE_APP,
            )
            raise app_refused from refusal
        return decoded(TokenAnswer, answer).token()

    async def exchange_code(
        self, code: Secret, app_id: str, app_secret: Secret, *, redirect_uri: str | None = None
    ) -> Secret:
        """Return the access token that a code of Embedded Signup stands for; a code works once, for 30 seconds.

        Args:
            code: what Meta's dialog came back with.
            app_id: the app it was begun for.
            app_secret: of that app.
            redirect_uri: the one the dialog was begun with; None for the pop-up of Meta's JavaScript.
        """
        query = {"client_id": checked(app_id, "app_id"), "client_secret": app_secret.reveal()}
        query["code"] = code.reveal()
        if redirect_uri is not None:
            query["redirect_uri"] = redirect_uri
        path = f"oauth/access_token?{urlencode(query)}"
        answer = await self.ask("GET", path, None, secrets=[code, app_secret])
        return Secret(decoded(Exchanged, answer).access_token)

    async def subscribe_app(self, waba_id: str, token: Secret) -> None:
        """Let the token's app have the WABA's webhooks; this clears an override of their address [Meta: override, Dec 2025]."""
        path = f"{checked(waba_id, 'waba_id')}/subscribed_apps"
        answer = await self.ask("POST", path, token, secrets=[token])
        if not decoded(Done, answer).success:
            raise GraphRefused("Meta did not subscribe the app.", graph_code=None, graph_title="No success")

    async def subscription_of(self, waba_id: str, token: Secret, *, app_id: str) -> Subscription | None:
        """Return how ``app_id`` has the WABA's webhooks; None where it does not have them."""
        path = f"{checked(waba_id, 'waba_id')}/subscribed_apps"
        return (await self._get(Subscriptions, path, token, {})).of(app_id)

    async def read_media(self, media_id: str, token: Secret, *, phone_number_id: str) -> MediaNode:
        """Return where a file can be had for the next five minutes."""
        path = checked(media_id, "media_id")
        return await self._get(MediaNode, path, token, {"phone_number_id": phone_number_id})

    async def download_media(
        self, url: str, token: Secret, *, sink: Callable[[bytes], object], max_bytes: int
    ) -> int:
        """Give the file at ``url`` to ``sink`` piece by piece and return the answer's status; only of 200 anything is given.

        A link that ended answers 404 [Meta: media, Sep 2026]. The token goes to the egress's trusted origins alone, and no redirect is
        followed.

        Raises:
            ForbiddenAddress: ``url`` leads elsewhere.
            AnswerTooLarge: there are more than ``max_bytes``.
            NotSent: no connection.
            AnswerLost: the connection broke, or five minutes did not do.
        """
        answer = await self._egress.request(
            "GET", url, bearer=token, timeouts=_FILE, max_bytes=max_bytes, sink=sink
        )
        return answer.status

    async def upload_media(
        self, phone_number_id: str, token: Secret, *, body: Streamed, content_type: str
    ) -> str | SendFailure:
        """Hand a file to Meta and return the id it has there for 30 days, or what came of it; uploading again does no harm.

        Args:
            phone_number_id: the number that will send it.
            token: of its connection.
            body: the multipart form, from `media.upload_form`.
            content_type: of that form, with its boundary.
        """
        url = f"{self._root}/{checked(phone_number_id, 'phone_number_id')}/media"
        headers = {"Content-Type": content_type}
        try:
            answer = await self._request("POST", url, token, headers=headers, body=body, timeouts=_FILE)
        except ForbiddenAddress:
            raise
        except NotSent as failure:
            return unsent(failure.reason)
        except AnswerLost as failure:  # nothing was sent to anybody yet: it may be done again
            return undone(unanswered(failure.reason))
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return undone(read_refusal(answer.status, answer.body, answer.headers, secrets=[token]))
        try:
            return decoded(UploadedMedia, answer).id
        except GraphUnreachable as unreadable:
            return undone(unanswered(unreadable.detail))

    async def _get(self, kind: type[T], path: str, token: Secret, query: Mapping[str, str]) -> T:
        target = f"{path}?{urlencode(query)}" if query else path
        return decoded(kind, await self.ask("GET", target, token, secrets=[token]))

    async def _pages(self, kind: type[ListPage], path: str, token: Secret, *, fields: str) -> list[ListPage]:
        """Return every page of a list; of what is too long for one answer, fewer items are asked for at a time."""
        pages: list[ListPage] = []
        after: str | None = None
        limit, room = _PAGE, _PAGE * _MOST_PAGES
        while room > 0:
            query = {"fields": fields, "limit": str(limit)} | ({} if after is None else {"after": after})
            try:
                page = await self._get(kind, path, token, query)
            except GraphUnreachable as unreachable:
                if limit == 1 or not isinstance(unreachable.__cause__, AnswerTooLarge):
                    raise
                limit //= 2
                continue
            pages.append(page)
            after, room = page.after(), room - limit
            if after is None:
                return pages
        raise GraphRefused("Meta's list has no end.", graph_code=None, graph_title="Endless list")

    async def _request(
        self,
        method: str,
        url: str,
        token: Secret | None,
        *,
        headers: Mapping[str, str] | None,
        body: bytes | Streamed | None,
        timeouts: Timeouts,
        scheme: Literal["Bearer", "OAuth"] = "Bearer",
    ) -> Response:
        """Return the answer to a request of ours, which shows the proof of its token."""

        async def sent(target: str, within: Timeouts) -> Response:
            return await self._egress.request(
                method,
                target,
                headers=headers,
                body=body,
                bearer=token,
                scheme=scheme,
                timeouts=within,
                max_bytes=_MAX_BYTES,
            )

        return await self._proofs.ask(method, url, token, send=sent, timeouts=timeouts)

    async def ask(
        self,
        method: str,
        path: str,
        token: Secret | None,
        *,
        secrets: list[Secret],
        body: bytes | None = None,
        file: Streamed | None = None,
        file_offset: int = 0,
        scheme: Literal["Bearer", "OAuth"] = "Bearer",
    ) -> Response:
        """Return Meta's answer, which is a 2xx; for this package. ``file`` goes up as it is: what is left from ``file_offset`` on."""
        headers = (
            _JSON if body is not None else {"file_offset": str(file_offset)} if file is not None else None
        )
        try:
            answer = await self._request(
                method,
                f"{self._root}/{path}",
                token,
                headers=headers,
                body=body if file is None else file,
                scheme=scheme,
                timeouts=_READING if file is None else _FILE,
            )
        except ForbiddenAddress:
            raise
        except (NotSent, AnswerLost) as failure:
            raise GraphUnreachable(
                f"Meta's Graph API gave no answer: {failure.reason}.",
                fix="Try again. If it stays so, check META_GRAPH_BASE_URL and the way out to the internet.",
            ) from failure
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise reading_refused(answer.status, answer.body, answer.headers, secrets=secrets)
        return answer


def _accepted(answer: Response) -> Accepted | None:
    """Return the acceptance in ``answer``, None where it holds none: only a named message is taken."""
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    try:
        taken = _TAKEN.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not taken.messages or not taken.messages[0].id:
        return None
    recipient = taken.contacts[0] if taken.contacts else None
    return Accepted(
        provider_message_id=taken.messages[0].id,
        wa_id=(recipient.wa_id or "").strip() or None if recipient is not None else None,
        bsuid=recipient.user_id or None if recipient is not None else None,
        message_status=taken.messages[0].message_status,
    )


def decoded(kind: type[T], answer: Response) -> T:
    """Return what an answer holds; for this package.

    Raises:
        GraphUnreachable: it is not of that form.
    """
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GraphUnreachable(
            "Meta's answer cannot be read.", fix="Try again; if it stays so, tell the operator."
        ) from error


def checked(identifier: str, field: str) -> str:
    """Return an id that may stand in a path. Meta's are digits; nothing longer or stranger is sent there."""
    if not _ID.fullmatch(identifier):
        raise InvalidRequest(
            f"{field} is no id of Meta's.", fix="Copy it from the WhatsApp Manager.", field=field
        )
    return identifier

"""``POST .../templates/media``: a stored file becomes the sample of a template's header."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth.principal import Scope
from curbe.channels.cloudapi.client import CloudApi
from curbe.domain.errors import (
    GraphRefused,
    GraphUnreachable,
    InvalidRequest,
    NoConnection,
    NotFound,
    TokenRefused,
    TooManyRequests,
    Unavailable,
)
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.web import refusals
from curbe.media import sample
from curbe.media.keeping import Keeping


class TemplateSample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of the tenant's (uploaded with ``POST .../media``) and the format of the header it is for."""

    media_id: UUID
    format: Literal["IMAGE", "VIDEO", "DOCUMENT"]
    waba_id: str | None = None


class SampleHandle(msgspec.Struct, frozen=True):
    """What goes into the component: ``{"example": {"header_handle": [handle]}}``."""

    handle: str


class TemplateSampleController(Controller):
    """Samples of headers."""

    path = "/api/tenants/{tenant_id:uuid}/templates/media"
    tags = ("templates",)

    @post(
        "/",
        status_code=200,
        opt={"scope": Scope.TEMPLATES_WRITE},
        summary="Hand Meta the sample of a template's header",
        operation_id="uploadTemplateSample",
        responses=refusals(
            NotFound,
            InvalidRequest,
            NoConnection,
            TokenRefused,
            GraphRefused,
            GraphUnreachable,
            TooManyRequests,
            Unavailable,
        ),
    )
    async def upload_sample(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[TemplateSample],
        web_pool: NamedDependency[Pool],
        cloud_api: NamedDependency[CloudApi],
        keyring: NamedDependency[Keyring],
        keeping: NamedDependency[Keeping],
    ) -> SampleHandle:
        """Upload the file to Meta and return the handle that names it there."""
        return SampleHandle(
            await sample.hand_over(
                web_pool,
                tenant_id=tenant_id,
                media_id=data.media_id,
                header=data.format,
                waba_id=data.waba_id,
                cloud_api=cloud_api,
                keyring=keyring,
                storage=keeping.storage,
            )
        )

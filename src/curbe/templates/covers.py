"""The tenant's cover: the image used in a template's header when the sender gives none."""

from typing import Final
from uuid import UUID

import msgspec

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.domain.errors import InvalidRequest, NotFound
from curbe.domain.interactive_parts import MediaRef
from curbe.infra.db import Query, Transaction

_MIME_TYPES: Final = ("image/jpeg", "image/png")
_MOST_BYTES: Final = 5 * 1024 * 1024  # of an image in a header [Meta: media, Sep 2026]
_LONGEST_LINK: Final = 2000


class Cover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of the tenant's (``media_id``) or a link (``link``, https); neither: templates have no default image."""

    media_id: UUID | None = None
    link: str | None = None

    def image(self) -> MediaRef | None:
        """Return it as the value of a header; None if there is no cover."""
        if self.media_id is not None:
            return MediaRef(id=str(self.media_id))
        return None if self.link is None else MediaRef(link=self.link)


class _File(msgspec.Struct, frozen=True):
    mime_type: str
    size: int


_COVER: Final = Query("curbe.templates", "cover", Cover)
_SET_COVER: Final = Query("curbe.templates", "set_cover")
_FILE: Final = Query("curbe.templates", "file_for_cover", _File)


async def read(tx: Transaction, *, tenant_id: UUID) -> Cover:
    """Return a tenant's cover."""
    return await _COVER.one(tx, tenant_id=tenant_id) or Cover()


async def settle(tx: Transaction, cover: Cover, *, tenant_id: UUID, actor: str) -> Cover:
    """Make ``cover`` the tenant's, and return it.

    Raises:
        InvalidRequest: both are given, the link is not https, or the file is no image that Meta takes.
        NotFound: the tenant has no such file.
    """
    await _check(tx, cover, tenant_id=tenant_id)
    await _SET_COVER.run(tx, tenant_id=tenant_id, media_id=cover.media_id, link=cover.link)
    entry = AuditEntry(
        tenant_id=tenant_id,
        actor=actor,
        action="template.cover_set",
        detail={"media_id": str(cover.media_id) if cover.media_id else None, "link": cover.link},
    )
    await audit.record(tx, [entry])
    return cover


async def _check(tx: Transaction, cover: Cover, *, tenant_id: UUID) -> None:
    if cover.media_id is not None and cover.link is not None:
        raise InvalidRequest(
            "A cover is a file or a link, not both.", fix="Give one of the two.", field="link"
        )
    if cover.link is not None and (
        not cover.link.startswith("https://")
        or any(sign.isspace() for sign in cover.link)
        or len(cover.link) > _LONGEST_LINK
    ):
        raise InvalidRequest(
            f"The link is no https address of at most {_LONGEST_LINK} characters.",
            fix="Meta fetches it from there: it must be public.",
            field="link",
        )
    if cover.media_id is None:
        return
    file = await _FILE.one(tx, tenant_id=tenant_id, media_id=cover.media_id)
    if file is None:
        raise NotFound("This tenant has no such file.", fix="Upload it with POST .../media.")
    if file.mime_type not in _MIME_TYPES or file.size > _MOST_BYTES:
        raise InvalidRequest(
            f"A header takes {' and '.join(_MIME_TYPES)} of at most {_MOST_BYTES} bytes; this is {file.mime_type} of {file.size}.",
            fix="Upload another image.",
            field="media_id",
        )

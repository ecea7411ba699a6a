"""A file as the API shows it, and its rows."""

from base64 import b64encode
from datetime import datetime
from uuid import UUID

import msgspec


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file the tenant has. ``url`` and ``thumbnail_url`` are paths of this API; ``peaks`` is loudness, one byte a bar, in base64."""

    id: UUID
    mime_type: str
    size: int
    sha256: str
    url: str
    created_at: datetime
    filename: str | None = None
    thumbnail_url: str | None = None
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    peaks: str | None = None


class Asset(msgspec.Struct, frozen=True):
    """A row of ``media_assets``."""

    id: UUID
    sha256: bytes
    mime_type: str
    sniffed: bool
    size: int
    storage_key: str
    filename: str | None
    width: int | None
    height: int | None
    duration_ms: int | None
    peaks: bytes | None
    thumbnail_key: str | None
    created_at: datetime


class Wanted(msgspec.Struct, frozen=True):
    """A file still to be fetched, expected since ``expected_at``; without ``phone_number_id`` no number can fetch it."""

    provider_media_id: str
    provider_url: str | None
    provider_url_at: datetime | None
    mime_type: str | None
    sha256: bytes | None
    filename: str | None
    voice: bool
    expected_at: datetime
    now: datetime  # by the same clock
    connection_id: UUID
    phone_number_id: str | None
    access_token_enc: str | None


class Upload(msgspec.Struct, frozen=True):
    """The id under which Meta holds a file for a number."""

    provider_media_id: str
    expires_at: datetime


def media_of(asset: Asset, *, tenant_id: UUID) -> Media:
    """Return what the API tells of ``asset``."""
    url = f"/api/tenants/{tenant_id}/media/{asset.id}"
    return Media(
        id=asset.id,
        mime_type=asset.mime_type,
        size=asset.size,
        sha256=asset.sha256.hex(),
        url=url,
        created_at=asset.created_at,
        filename=asset.filename,
        thumbnail_url=f"{url}/thumbnail" if asset.thumbnail_key else None,
        width=asset.width,
        height=asset.height,
        duration_ms=asset.duration_ms,
        peaks=b64encode(asset.peaks).decode() if asset.peaks else None,
    )

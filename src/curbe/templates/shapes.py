"""Templates as the API shows them."""

from datetime import datetime
from uuid import UUID

import msgspec


class TemplateStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What Meta tells of a template beside what it says."""

    id: UUID
    waba_id: str
    provider_template_id: str
    name: str
    language: str
    status: str | None
    category: str | None
    quality: str | None
    rejected_reason: str | None
    status_detail: str | None
    correct_category: str | None
    correct_category_from: datetime | None
    updated_at: datetime


class Template(TemplateStanding, frozen=True, kw_only=True):
    """One message template of a WABA, in one language.

    ``status``, ``category`` and ``quality`` are Meta's words (APPROVED, MARKETING, GREEN, ...), null until told. ``components`` is what it
    says, in the shape of Meta's API: HEADER, BODY, FOOTER, BUTTONS; null where only its name is known yet. ``parameter_format`` says
    whether its variables are named (NAMED) or counted (POSITIONAL). ``correct_category`` is what Meta will make of the category, from
    ``correct_category_from`` on. ``rejected_reason`` is Meta's word, ``status_detail`` what Meta says beside it.
    """

    parameter_format: str
    components: msgspec.Raw | None


class AccountSynced(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking Meta for the templates of one WABA: how many it has and how many were news; or why it was refused."""

    waba_id: str
    templates: int = 0
    changed: int = 0
    error: str | None = None  # a code of docs/reference/errors.md
    detail: str | None = None


class Synced(msgspec.Struct, frozen=True):
    """What came of asking Meta for all templates, a WABA a row."""

    accounts: list[AccountSynced]


class TemplateAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A WABA with a connected number, and the last look at its list of templates: ``error`` says why that one was refused."""

    waba_id: str
    numbers: list[str]
    synced_at: datetime | None
    tried_at: datetime | None
    templates: int
    error: str | None
    detail: str | None

"""Working on templates at Meta: create, edit, unpause, delete, read one [Meta: template management, Sep 2026]."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import msgspec

from curbe.channels.cloudapi.answers import CreatedTemplate, Done, TemplateNode
from curbe.channels.cloudapi.client import TEMPLATE_FIELDS, CloudApi, checked, decoded
from curbe.domain.errors import GraphRefused
from curbe.domain.notices import TemplateReported
from curbe.infra.crypto import Secret

_NO_SUCCESS: Final = "No success"


async def create(
    api: CloudApi, waba_id: str, token: Secret, *, template: Mapping[str, object]
) -> CreatedTemplate:
    """Hand a new template in for review; where the answer gets lost it may be there all the same: Meta's list tells.

    Raises:
        AppError: as of every method of `CloudApi`.
    """
    path = f"{checked(waba_id, 'waba_id')}/message_templates"
    answer = await api.ask("POST", path, token, secrets=[token], body=msgspec.json.encode(template))
    return decoded(CreatedTemplate, answer)


async def edit(api: CloudApi, template_id: str, token: Secret, *, changes: Mapping[str, object]) -> None:
    """Change a template; ``components`` replaces all of them.

    Raises:
        AppError: as of every method of `CloudApi`.
    """
    path = checked(template_id, "template_id")
    answer = await api.ask("POST", path, token, secrets=[token], body=msgspec.json.encode(changes))
    if not decoded(Done, answer).success:
        raise GraphRefused("Meta did not change the template.", graph_code=None, graph_title=_NO_SUCCESS)


async def unpause(api: CloudApi, template_id: str, token: Secret) -> None:
    """Let a paused template be sent again; one that pacing paused stays so until this is asked [Meta: template pacing, Dec 2025].

    Raises:
        AppError: as of every method of `CloudApi`.
    """
    path = f"{checked(template_id, 'template_id')}/unpause"
    answer = await api.ask("POST", path, token, secrets=[token])
    if not decoded(Done, answer).success:
        raise GraphRefused("Meta did not unpause the template.", graph_code=None, graph_title=_NO_SUCCESS)


async def delete(api: CloudApi, waba_id: str, token: Secret, *, name: str, template_id: str | None) -> None:
    """Delete one template, or every language of a name where ``template_id`` is None.

    Raises:
        AppError: as of every method of `CloudApi`.
    """
    query = {"name": name} | ({} if template_id is None else {"hsm_id": checked(template_id, "template_id")})
    path = f"{checked(waba_id, 'waba_id')}/message_templates?{urlencode(query)}"
    answer = await api.ask("DELETE", path, token, secrets=[token])
    if not decoded(Done, answer).success:
        raise GraphRefused("Meta did not delete the template.", graph_code=None, graph_title=_NO_SUCCESS)


async def read(api: CloudApi, template_id: str, token: Secret, *, at: datetime) -> TemplateReported:
    """Return a template as it stands at ``at``, which is now.

    Raises:
        AppError: as of every method of `CloudApi`.
    """
    path = f"{checked(template_id, 'template_id')}?{urlencode({'fields': TEMPLATE_FIELDS})}"
    answer = await api.ask("GET", path, token, secrets=[token])
    return decoded(TemplateNode, answer).reported(at)

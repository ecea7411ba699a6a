"""Codes that somebody signs in with: how long they may be, and that a message carries one, which is good for minutes."""

from uuid import UUID

from curbe.domain.content import Content, TemplateMessage
from curbe.domain.errors import InvalidRequest
from curbe.domain.template import LONGEST_PASSCODE
from curbe.domain.template_words import passcode_in
from curbe.infra.db import Transaction
from curbe.templates import service as templates


async def carries_code(tx: Transaction, content: Content, *, tenant_id: UUID, connection_id: UUID) -> bool:
    """Tell whether ``content`` is a template for authentication with its code.

    Raises:
        InvalidRequest: the code is too long.
    """
    found = passcode_in(content.template) if isinstance(content, TemplateMessage) else None
    if found is None or not isinstance(content, TemplateMessage):
        return False
    named = {"name": content.template.name, "language": content.template.language.code}
    category = await templates.category(tx, tenant_id=tenant_id, connection_id=connection_id, **named)
    if category != "AUTHENTICATION":
        return False
    field, code = found
    if len(code) > LONGEST_PASSCODE:
        raise InvalidRequest(
            f"the code of an authentication template has at most {LONGEST_PASSCODE} characters, this one has {len(code)}",
            fix="Send a shorter code.",
            field=field,
        )
    return True

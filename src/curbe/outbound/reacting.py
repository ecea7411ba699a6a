"""Reactions: to what is too old Meta takes none, and says so only once it was to be delivered [Meta: reaction messages, Dec 2025]."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from curbe.domain.content import Content, ReactionMessage
from curbe.domain.errors import InvalidRequest
from curbe.inbox import quotes
from curbe.infra.db import Transaction

_TAKEN_FOR: Final = timedelta(days=30)
_TOO_OLD: Final = {
    "en": "Meta takes reactions to messages of the last 30 days alone",
    "es": "Meta solo acepta reacciones a mensajes de los últimos 30 días",
    "pt": "A Meta só aceita reações a mensagens dos últimos 30 dias",
}
_WRITE: Final = {"en": "Write to the person.", "es": "Escribe a la persona.", "pt": "Escreva para a pessoa."}


async def require_young(
    tx: Transaction, content: Content, *, tenant_id: UUID, connection_id: UUID, now: datetime
) -> None:
    """Return where ``content`` is no reaction to a message that is known to be too old; of one that is not here Meta judges.

    Raises:
        InvalidRequest: it is too old.
    """
    if not isinstance(content, ReactionMessage):
        return
    said_at = await quotes.said_at(
        tx,
        tenant_id=tenant_id,
        connection_id=connection_id,
        provider_message_id=content.reaction.message_id,
    )
    if said_at is None or now - said_at < _TAKEN_FOR:
        return
    told = {"words": _TOO_OLD, "ways_out": _WRITE}
    raise InvalidRequest(f"{_TOO_OLD['en']}.", fix=_WRITE["en"], field="reaction.message_id", extra=told)

"""Files of the tenant's own in what is sent: whether they may be, and that the inbox shows them."""

from uuid import UUID

from curbe.domain.content import Content, Document, file_of, own_file, own_files
from curbe.infra.db import Transaction
from curbe.media import service as media
from curbe.media.kinds import MediaKind


async def check(tx: Transaction, content: Content, *, tenant_id: UUID) -> None:
    """Refuse a file of the tenant's own that Meta would not take as what it is sent as, or that is not there."""
    for file in own_files(content):
        await media.sendable(
            tx, tenant_id=tenant_id, media_id=file.id, kind=MediaKind(file.kind), field=file.field
        )


async def attach(
    tx: Transaction, content: Content, *, tenant_id: UUID, message_id: UUID, connection_id: UUID
) -> bool:
    """Hang a file of the tenant's own on its message, so that the inbox shows it; False where there is none."""
    sent = file_of(content)
    if sent is None or (ours := own_file(sent[1].id or "")) is None:
        return False
    kind, file = sent
    await media.attach(
        tx,
        tenant_id=tenant_id,
        message_id=message_id,
        connection_id=connection_id,
        media_id=ours,
        filename=file.filename if isinstance(file, Document) else None,
        voice=kind == "voice",
    )
    return True

"""The sample file of a template's header goes up to Meta, from where it broke off where it did [Graph: resumable upload]."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from curbe.channels.cloudapi.answers import Begun, Resumable, Uploaded
from curbe.channels.cloudapi.client import CloudApi, checked, decoded
from curbe.domain.errors import GraphUnreachable
from curbe.infra.crypto import Secret
from curbe.infra.http import Streamed

_SESSION: Final = re.compile(r"upload:[0-9A-Za-z+/=_:.\-]{1,1000}(\?[0-9A-Za-z=&_.\-]{1,500})?")
# Before each attempt but the first: somebody looks at the screen meanwhile.
_PAUSES: Final = (timedelta(milliseconds=200), timedelta(seconds=1), timedelta(seconds=3))


async def upload(
    api: CloudApi,
    app_id: str,
    token: Secret,
    *,
    size: int,
    chunks: Callable[[int], AsyncIterator[bytes]],
    filename: str,
    mime_type: str,
) -> str:
    """Return the handle that names the file at Meta.

    Args:
        api: where to.
        app_id: the Meta app that ``token`` was made for.
        token: of a number on the WABA that will have the template.
        size: in bytes.
        chunks: yields the file from an offset on; called once for each attempt.
        filename: what it is called.
        mime_type: what it is.

    Raises:
        AppError: as of every method of `CloudApi`; `GraphUnreachable` after the last attempt alone.
    """
    about = urlencode({"file_name": filename, "file_length": str(size), "file_type": mime_type})
    begun = await api.ask("POST", f"{checked(app_id, 'app_id')}/uploads?{about}", token, secrets=[token])
    session = decoded(Begun, begun).id
    if not _SESSION.fullmatch(session):
        raise GraphUnreachable("Meta's answer cannot be read.", fix="Try again.")

    async def send_rest(offset: int) -> str:
        rest = Streamed(size=size - offset, chunks=lambda: chunks(offset))
        answer = await api.ask(
            "POST", session, token, secrets=[token], file=rest, file_offset=offset, scheme="OAuth"
        )
        return decoded(Uploaded, answer).h

    try:
        return await send_rest(0)
    except GraphUnreachable as failure:
        cut = failure
    for pause in _PAUSES:
        await asyncio.sleep(pause.total_seconds())
        try:
            return await send_rest(await _offset(api, session, token, size=size))
        except GraphUnreachable as failure:
            cut = failure
    raise cut


async def _offset(api: CloudApi, session: str, token: Secret, *, size: int) -> int:
    """Return how much of the file Meta has; all of it, where only the answer was lost."""
    answer = await api.ask("GET", session, token, secrets=[token], scheme="OAuth")
    offset = decoded(Resumable, answer).file_offset
    if not 0 <= offset <= size:
        raise GraphUnreachable("Meta has another file than ours.", fix="Upload it again.")
    return offset

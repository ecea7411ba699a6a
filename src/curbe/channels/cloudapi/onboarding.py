"""Taking a number on at Meta, once its token is there.

Registering it, or asking for what the WhatsApp Business app knows, where it stays on that [Meta: registration, coexistence, Dec 2025].
"""

import msgspec

from curbe.channels.cloudapi.answers import AppDataRequested, Done
from curbe.channels.cloudapi.client import CloudApi, checked, decoded
from curbe.domain.errors import GraphRefused
from curbe.infra.crypto import Secret


async def register(api: CloudApi, phone_number_id: str, token: Secret, *, pin: Secret) -> None:
    """Let a number send, under the PIN of its two-step verification; one that has none has this one from now on.

    Doing it again with the same PIN changes nothing; ten tries are allowed in 72 hours.

    Args:
        api: to ask.
        phone_number_id: the number.
        token: of its connection.
        pin: six digits.

    Raises:
        WrongPin: the number has another one.
        NumberUnverified: Meta wants it verified first.
        AppError: as of every method of `CloudApi`.
    """
    body = {"messaging_product": "whatsapp", "pin": pin.reveal()}
    path = f"{checked(phone_number_id, 'phone_number_id')}/register"
    answer = await api.ask("POST", path, token, secrets=[token, pin], body=msgspec.json.encode(body))
    if not decoded(Done, answer).success:
        raise GraphRefused("Meta did not register the number.", graph_code=None, graph_title="No success")


async def request_app_data(
    api: CloudApi, phone_number_id: str, token: Secret, *, sync_type: str
) -> str | None:
    """Have Meta send what the WhatsApp Business app knows of a number, by webhooks; return Meta's id of the request.

    Each ``sync_type`` is taken once after a sign-up, and within 24 hours of it.

    Args:
        api: to ask.
        phone_number_id: a number that is on the app.
        token: of its connection.
        sync_type: Meta's word, ``smb_app_state_sync`` (contacts) or ``history``.

    Raises:
        AppError: as of every method of `CloudApi`.
    """
    body = {"messaging_product": "whatsapp", "sync_type": sync_type}
    path = f"{checked(phone_number_id, 'phone_number_id')}/smb_app_data"
    answer = await api.ask("POST", path, token, secrets=[token], body=msgspec.json.encode(body))
    return decoded(AppDataRequested, answer).request_id

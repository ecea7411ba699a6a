"""What every channel that sends can do; a channel may do more, and says so in its own module."""

from typing import Protocol

import msgspec

from curbe.domain.failures import SendFailure
from curbe.infra.crypto import Secret


class Accepted(msgspec.Struct, frozen=True):
    """The provider took the message and named it; it has not arrived yet.

    ``wa_id`` and ``bsuid`` are the recipient as the provider writes them, None where it does not say;
    ``message_status`` is Meta's word for templates (accepted, held_for_quality_assessment, paused).
    """

    provider_message_id: str
    wa_id: str | None = None
    bsuid: str | None = None
    message_status: str | None = None


# TODO: further channels (WhatsApp Web as a fallback, mail, SMS) would implement this; there are none, see docs/whatsapp.md.
class Sends(Protocol):
    """Hands one message to a provider."""

    async def send_message(self, phone_number_id: str, token: Secret, body: bytes) -> Accepted | SendFailure:
        """Return what the provider said to ``body``; asks once, and raises nothing for a no."""
        ...

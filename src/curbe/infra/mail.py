"""The one door for mail: plain-text letters by SMTP, encrypted wherever a password or the internet is involved."""

from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

import aiosmtplib
import msgspec

from curbe.infra.setting_values import SmtpServer, Tls

_PATIENCE: Final = 20.0  # seconds for each step of the conversation
_FIRST_REFUSAL_FOR_GOOD: Final = 500


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one person. Its text may hold a link that is a secret: it is never logged."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return "Letter(...)"


class NotSent(Exception):
    """The server did not take the letter now; later it may. The message names no address."""


class Refused(Exception):
    """The server will never take this letter: the address does not exist, or takes no mail of ours."""


class Mailer:
    """Sends letters. Each is a conversation of its own: there are few."""

    def __init__(self, server: SmtpServer, *, sender: str) -> None:
        self._server: Final = server
        self._sender: Final = sender

    async def send(self, letter: Letter) -> None:
        """Hand ``letter`` to the server.

        Raises:
            NotSent: it cannot be reached, does not let us in, or says to try later.
            Refused: it refuses this letter for good.
        """
        server, message = self._server, self._message(letter)
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password.reveal() if server.password else None,
                use_tls=server.tls is Tls.IMPLICIT,
                start_tls=server.tls is Tls.STARTTLS,
                timeout=_PATIENCE,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _verdict([each.code for each in refused.recipients]) from None
        except aiosmtplib.SMTPAuthenticationError as failure:
            raise NotSent(f"the server does not let us in ({failure.code})") from None
        except aiosmtplib.SMTPResponseException as refused:
            raise _verdict([refused.code]) from None
        except (aiosmtplib.SMTPException, OSError) as failure:
            raise NotSent(type(failure).__name__) from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())  # one line: it may hold a name somebody chose
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2].rstrip("> ") or None)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(letter.text)
        return message


def _verdict(codes: list[int]) -> NotSent | Refused:
    told = ", ".join(str(code) for code in codes)
    if codes and all(code >= _FIRST_REFUSAL_FOR_GOOD for code in codes):
        return Refused(f"the server refuses it ({told})")
    return NotSent(f"the server says later ({told})")

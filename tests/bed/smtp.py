"""A real mail server (aiosmtpd): it keeps what it takes, and refuses what it is told to."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "curbe", "s3cret/word"


class Postbox:
    """What a mail server took, and what it says to the next recipient."""

    def __init__(self) -> None:
        self.letters: Final[list[EmailMessage]] = []
        self.logins: Final[list[tuple[str, str]]] = []
        self.says = "250 OK"
        self.is_handed_one: Final = asyncio.Event()
        self.takes: Final = asyncio.Event()  # cleared: whoever hands it a letter waits
        self.takes.set()
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.says.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.says

    async def handle_DATA(self, _server: object, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.is_handed_one.set()
        await self.takes.wait()
        letter = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"

    def text(self) -> str:
        """The words of the last letter."""
        body = self.letters[-1].get_body()
        assert body is not None
        return body.get_content().replace("\r\n", "\n")

    def lets_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
        assert isinstance(login, LoginPassword)
        self.logins.append((login.login.decode(), login.password.decode()))
        return AuthResult(success=self.logins[-1] == (USER, PASSWORD), handled=False)


@asynccontextmanager
async def postbox(
    *, certificate: ssl.SSLContext | None = None, at_once: bool = False
) -> AsyncIterator[Postbox]:
    """Run a mail server on a free port; with a certificate it speaks TLS, at once or by STARTTLS, and asks for a password."""
    box = Postbox()
    starttls = certificate is not None and not at_once
    loop = asyncio.get_running_loop()
    conversations: list[SMTP] = []

    def speak() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it does not see that TLS came before it, and says so
            smtp = SMTP(
                box,
                hostname="mail.example.org",
                tls_context=certificate if starttls else None,
                require_starttls=starttls,
                authenticator=box.lets_in if certificate else None,
                auth_required=certificate is not None,
                auth_require_tls=starttls,
                loop=loop,
            )
        conversations.append(smtp)
        return smtp

    server = await loop.create_server(speak, "127.0.0.1", 0, ssl=certificate if at_once else None)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        for smtp in conversations:
            if smtp.transport is not None:
                smtp.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0.05)  # for the loop to let go of the sockets

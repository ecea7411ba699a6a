"""The words of the mail that Curbe sends about accounts, in each language. No I/O."""

from datetime import timedelta
from typing import Final

import msgspec

from curbe.tenants.rules import Language

_HOUR: Final = timedelta(hours=1)


class Words(msgspec.Struct, frozen=True):
    """A letter before its names are filled in."""

    subject: str
    text: str


_INVITATION: Final[dict[Language, Words]] = {
    "es": Words(
        "{inviter} te invita a {tenant}",
        "Hola:\n\n{inviter} te invita a atender los WhatsApp de {tenant}.\n\n"
        "Abre este enlace para aceptar (sirve una sola vez, durante {days} días):\n\n{link}\n\n"
        "Si no esperabas esta invitación, no hagas nada: sin el enlace no pasa nada.\n",
    ),
    "en": Words(
        "{inviter} invites you to {tenant}",
        "Hello,\n\n{inviter} invites you to answer the WhatsApp messages of {tenant}.\n\n"
        "Open this link to accept (it works once, for {days} days):\n\n{link}\n\n"
        "If you did not expect this, do nothing: without the link nothing happens.\n",
    ),
    "pt": Words(
        "{inviter} convida você para {tenant}",
        "Olá,\n\n{inviter} convida você para atender o WhatsApp de {tenant}.\n\n"
        "Abra este link para aceitar (funciona uma única vez, por {days} dias):\n\n{link}\n\n"
        "Se você não esperava este convite, não faça nada: sem o link nada acontece.\n",
    ),
}
_SOMEBODY: Final[dict[Language, str]] = {
    "es": "El administrador de Curbe",
    "en": "The administrator of Curbe",
    "pt": "O administrador do Curbe",
}
_RESET: Final[dict[Language, Words]] = {
    "es": Words(
        "Elige otra contraseña",
        "Hola:\n\nAlguien, seguramente tú, pidió elegir otra contraseña para tu cuenta en {host}.\n\n"
        "Abre este enlace para elegirla (sirve una sola vez, durante {hours} hora):\n\n{link}\n\n"
        "Si no lo pediste, no hagas nada: tu contraseña sigue siendo la misma.\n",
    ),
    "en": Words(
        "Choose another password",
        "Hello,\n\nSomebody, most likely you, asked to choose another password for your account at {host}.\n\n"
        "Open this link to choose it (it works once, for {hours} hour):\n\n{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n",
    ),
    "pt": Words(
        "Escolha outra senha",
        "Olá,\n\nAlguém, provavelmente você, pediu para escolher outra senha para a sua conta em {host}.\n\n"
        "Abra este link para escolhê-la (funciona uma única vez, por {hours} hora):\n\n{link}\n\n"
        "Se não foi você, não faça nada: a sua senha continua a mesma.\n",
    ),
}


def invitation(
    language: Language | None, *, inviter: str | None, tenant: str, link: str, lasts: timedelta
) -> Words:
    """Return the letter to somebody who is invited; ``inviter`` None is the operator, or a program."""
    spoken = language or "en"
    return _filled(
        _INVITATION[spoken],
        inviter=inviter or _SOMEBODY[spoken],
        tenant=tenant,
        link=link,
        days=str(lasts.days),
    )


def reset(language: Language | None, *, host: str, link: str, lasts: timedelta) -> Words:
    """Return the letter to somebody who forgot their password."""
    return _filled(_RESET[language or "en"], host=host, link=link, hours=str(lasts // _HOUR))


def _filled(words: Words, **names: str) -> Words:
    # One pass over our own words: a name that holds braces is a name.
    return Words(words.subject.format_map(names), words.text.format_map(names))

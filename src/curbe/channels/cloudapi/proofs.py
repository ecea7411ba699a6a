"""``appsecret_proof``: that a token is used by its own app. Meta asks for it where "Require app secret" is on [Meta: secure requests]."""

import hmac
from typing import Final

from curbe.infra.crypto import Secret

_MOST: Final = 10_000  # tokens: one a number


class Proofs:
    """The proofs of access tokens, each made once; none where there is no secret, or where Meta has refused it.

    A token of another app has no proof of ours: it is used without one, as it was before.
    """

    def __init__(self, app_secret: Secret | None) -> None:
        self._app_secret: Final = app_secret
        self._known: Final[dict[Secret, str | None]] = {}

    def of(self, token: Secret | None) -> str | None:
        """Return the proof of ``token``; None where it goes without one."""
        if token is None or self._app_secret is None:
            return None
        if token not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            key, text = self._app_secret.reveal().encode(), token.reveal().encode()
            self._known[token] = hmac.digest(key, text, "sha256").hex()
        return self._known[token]

    def withdraw(self, token: Secret) -> None:
        """Let ``token`` go without a proof from now on."""
        self._known[token] = None


def proven(url: str, proof: str | None) -> str:
    """Return ``url`` with ``proof`` in its query."""
    if proof is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}appsecret_proof={proof}"

"""``appsecret_proof``: that a token is used by its own app. Meta asks for it where "Require app secret" is on [Meta: secure requests]."""

import hmac
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from yarl import URL

from curbe.channels.cloudapi.errors import is_proof_refused
from curbe.infra.crypto import Secret
from curbe.infra.egress_errors import NotSent
from curbe.infra.http import Response, Timeouts

Send = Callable[[str, Timeouts], Awaitable[Response]]  # asks a URL, for so long

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

    async def ask(
        self, method: str, url: str, token: Secret | None, *, send: Send, timeouts: Timeouts
    ) -> Response:
        """Return the answer to a request of ours, with the proof of its token where it has one.

        A proof that Meta refuses is of another app's token, or of a secret that was changed at Meta's: the request was not looked
        at, and goes once more without. ``timeouts`` are for both together: who waits, and the lease of a message, know of one.

        Raises:
            EgressError: as ``send`` does; also where the refusal of the proof took too long to ask again.
        """
        proof, began = self.of(token), time.monotonic()
        answer = await send(proven(url, proof), timeouts)
        if token is None or proof is None or not is_proof_refused(answer.status, answer.body):
            return answer
        self.withdraw(token)
        left = timeouts.after(timedelta(seconds=time.monotonic() - began))
        if left is None:
            origin = str(URL(url, encoded=True).origin())
            raise NotSent(method, origin, "its proof was refused, and no time was left to ask without")
        return await send(url, left)


def proven(url: str, proof: str | None) -> str:
    """Return ``url`` with ``proof`` in its query."""
    if proof is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}appsecret_proof={proof}"

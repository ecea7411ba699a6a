"""What follows once somebody has given the right password: a session, or the question for a second factor."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response

from curbe.auth.cookies import device_of, site_of_request, transport_of, welcome
from curbe.auth.factor_rules import Method, Purpose
from curbe.auth.factors import Factors
from curbe.auth.passkeys import Passkeys
from curbe.auth.session_shapes import SecondFactor, Session
from curbe.auth.sign_in import Shown, SignIn
from curbe.infra.db import Pool
from curbe.infra.settings import Settings


class Welcoming:
    """Goes on with people who have shown their password."""

    def __init__(
        self, pool: Pool, settings: Settings, *, signing_in: SignIn, factors: Factors, passkeys: Passkeys
    ) -> None:
        self._pool: Final = pool
        self._settings: Final = settings
        self._signing_in: Final = signing_in
        self._factors: Final = factors
        self._passkeys: Final = passkeys

    async def go_on(
        self, request: Request[Any, Any, Any], shown: Shown, *, by: str, now: datetime
    ) -> Response[Session | SecondFactor]:
        """Begin a session and set its cookie, or say which second factor has to follow.

        Args:
            request: of whoever gave it.
            shown: who that is, and when the password was chosen.
            by: how they gave it, in one word for the audit log: ``password``.
            now: the moment, aware.
        """
        transport, user = transport_of(request, self._settings), shown.user
        if methods := await self._factors.methods(user.id):
            made = await self._factors.challenge(
                Purpose.SECOND_FACTOR, user_id=user.id, now=now, password_of=shown.password_of
            )
            options = None
            if Method.PASSKEY in methods:
                site = site_of_request(request, self._settings)
                options = await self._passkeys.request(made, site, user_id=user.id)
            return Response(SecondFactor(methods=methods, challenge=made.token, passkey=options))
        begun = await self._signing_in.begin(
            user, by=by, device=device_of(request), now=now, password_of=shown.password_of
        )
        return await welcome(self._pool, user, begun, transport=transport, settings=self._settings)

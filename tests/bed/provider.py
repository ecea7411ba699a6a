"""An OpenID provider that says and signs what a test wants: for faults and key rotations that a well-made one does not have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

from curbe.infra.clock import utc_now

CLIENT_ID: Final = "curbe-of-tests"


class Provider:
    """What it says next is in its fields; ``asked`` counts how often its keys were read."""

    def __init__(self) -> None:
        self.issuer = ""
        self.asked = 0
        self.key = fresh_key("first")
        self.key_set: Any = None  # None: the key it signs with
        self.description: dict[str, Any] | None = None  # None: a right one
        self.claims: dict[str, Any] = {}

    async def describe(self, _request: web.Request) -> web.Response:
        right = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return web.json_response(right if self.description is None else self.description)

    async def keys(self, _request: web.Request) -> web.Response:
        self.asked += 1
        right = {"keys": [self.key.as_dict(private=False)]}
        return web.json_response(right if self.key_set is None else self.key_set)

    async def token(self, _request: web.Request) -> web.Response:
        now = int(utc_now().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **self.claims}
        header = {"alg": "ES256", "kid": self.key.kid}
        return web.json_response({"id_token": jwt.encode(header, claims, self.key, algorithms=["ES256"])})

    def answer_to(self, question: str, **claims: Any) -> str:
        """Sign somebody in who was sent here with this address; return the one they are sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(question).query).items()}
        self.claims = {"nonce": asked["nonce"], **claims}
        return f"/api/auth/oidc/callback?state={asked['state']}&code=a-code"


def fresh_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


@asynccontextmanager
async def providing() -> AsyncIterator[Provider]:
    """Yield a provider that answers on a port of this machine."""
    provider, app = Provider(), web.Application()
    app.add_routes(
        [
            web.get("/.well-known/openid-configuration", provider.describe),
            web.get("/keys", provider.keys),
            web.post("/token", provider.token),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()

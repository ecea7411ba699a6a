"""Signing in at the installation's own identity provider (OpenID Connect, code flow with PKCE). `id_tokens` checks the tokens."""

import asyncio
import importlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlencode

import msgspec

from curbe.auth import identities
from curbe.auth import oidc_rules as rules
from curbe.auth.oidc_rules import Attempt, Discovered, Identity, Published
from curbe.domain.access import PLATFORM
from curbe.domain.errors import InvalidRequest, OidcFailed, Unavailable
from curbe.infra.crypto import CannotOpen, Keyring, Secret, binding, key_hash
from curbe.infra.db import Pool
from curbe.infra.egress_errors import EgressError
from curbe.infra.http import Egress, Timeouts
from curbe.infra.settings import Settings
from curbe.tenants import people
from curbe.tenants.person_rules import User, checked_email

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

_PLACE: Final = binding("oidc", "attempt")
_TIMEOUTS: Final = Timeouts(connect=timedelta(seconds=5), total=timedelta(seconds=10))
_LARGEST: Final = 512 * 1024
_KNOWN_FOR: Final = timedelta(hours=1)
# At most so often for the sake of one token, which anybody can send.
_ASKED_ANEW: Final = timedelta(minutes=1)
_OK: Final = 200
_LONGEST_NAME: Final = 200

T = TypeVar("T")


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """The provider as the operator configured it. ``creates``: whether who is unknown gets an account."""

    issuer: str
    client_id: str
    client_secret: Secret
    redirect_uri: str
    creates: bool


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str


class Oidc:
    """Sends people to the provider and believes what it says of who comes back."""

    def __init__(self, provider: Provider, *, egress: Egress, pool: Pool, keyring: Keyring) -> None:
        self._provider: Final = provider
        self._egress: Final = egress
        self._pool: Final = pool
        self._keyring: Final = keyring
        self._found: tuple[Discovered, KeySet, float] | None = None
        self._not_anew_before = 0.0
        self._asking: Final = asyncio.Lock()

    async def begin(self, *, next_page: str | None, now: datetime) -> tuple[str, str]:
        """Return where to send the browser, and what its cookie keeps until it comes back.

        Raises:
            OidcFailed: what the provider says of itself is of no use.
            Unavailable: it does not answer.
        """
        found, _ = await self._discovered()
        attempt = Attempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            next=rules.own_page(next_page),
            expires_at=(now + rules.ATTEMPT_LIVES).timestamp(),
        )
        sealed = self._keyring.seal(Secret(msgspec.json.encode(attempt).decode()), bound_to=_PLACE)
        url = rules.authorization_url(
            found,
            client_id=self._provider.client_id,
            redirect_uri=self._provider.redirect_uri,
            attempt=attempt,
        )
        return url, sealed

    async def finish(
        self, *, kept: str | None, state: str | None, code: str | None, now: datetime
    ) -> tuple[User, str]:
        """Return who came back and the page they wanted.

        Raises:
            OidcFailed: it is not the browser that left, or not in time; the provider's answer is not to be
                believed; or the person is unknown here, or disabled.
            Unavailable: the provider does not answer.
        """
        attempt = self._attempt(kept, now=now)
        if not state or not code or not secrets.compare_digest(state.encode(), attempt.state.encode()):
            raise _failed("the answer does not belong to this browser's question", reason="mismatch")
        found, keys = await self._discovered()
        token = await self._exchanged(found, code, attempt)
        identity = self._believed(token, found, keys, attempt)
        if identity is None:
            identity = await self._believed_anew(token, keys, attempt)
        return await self._user(identity, now=now), attempt.next

    def _attempt(self, kept: str | None, *, now: datetime) -> Attempt:
        try:
            attempt = msgspec.json.decode(
                self._keyring.open(kept or "", bound_to=_PLACE).reveal(), type=Attempt
            )
        except (CannotOpen, msgspec.DecodeError):
            raise _failed(
                "this browser did not begin to sign in, or took too long", reason="expired"
            ) from None
        if attempt.expires_at <= now.timestamp():
            raise _failed("it took too long", reason="expired")
        return attempt

    async def _discovered(self) -> "tuple[Discovered, KeySet]":
        async with self._asking:
            if self._found is None or self._found[2] <= asyncio.get_running_loop().time():
                self._found = await self._asked()
            return self._found[0], self._found[1]

    async def _believed_anew(self, token: str, known: "KeySet", attempt: Attempt) -> Identity:
        """Return whom a token names that none of the ``known`` keys signed, after asking the provider for its keys once more.

        A provider may change its keys at any time; how often it is asked for the sake of such tokens is limited.
        """
        now = asyncio.get_running_loop().time()
        async with self._asking:
            is_known = self._found is not None and self._found[1] is known
            if self._found is None or (is_known and self._not_anew_before <= now):
                self._not_anew_before = now + _ASKED_ANEW.total_seconds()
                self._found = await self._asked()
            found, keys, _ = self._found
        identity = self._believed(token, found, keys, attempt)
        if identity is None:
            raise _unverified()
        return identity

    async def _asked(self) -> "tuple[Discovered, KeySet, float]":
        """Ask the provider for its description and its keys; return both, and until when they are good (seconds of the loop's clock)."""
        issuer = self._provider.issuer
        found = await self._get(f"{issuer}/.well-known/openid-configuration", Discovered)
        if found.issuer.rstrip("/") != issuer:
            raise _failed("the provider names itself otherwise than it is configured", reason="issuer")
        published = await self._get(found.jwks_uri, Published)
        # In a thread, so that nobody else waits while the library is loaded.
        await asyncio.to_thread(importlib.import_module, "curbe.auth.id_tokens")
        from curbe.auth import id_tokens  # noqa: PLC0415 - it is loaded

        keys = id_tokens.keys_of(published)
        if keys is None:
            raise _failed("the provider publishes no key that can be read", reason="keys")
        return found, keys, asyncio.get_running_loop().time() + _KNOWN_FOR.total_seconds()

    async def _exchanged(self, found: Discovered, code: str, attempt: Attempt) -> str:
        body = urlencode(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._provider.redirect_uri,
                "client_id": self._provider.client_id,
                "client_secret": self._provider.client_secret.reveal(),
                "code_verifier": attempt.verifier,
            }
        )
        answer = await self._ask("POST", found.token_endpoint, body=body.encode())
        try:
            return msgspec.json.decode(answer, type=_Tokens).id_token
        except msgspec.DecodeError:
            raise _failed("the provider did not exchange the code", reason="exchange") from None

    def _believed(self, token: str, found: Discovered, keys: "KeySet", attempt: Attempt) -> Identity | None:
        """Return whom a token names; None where none of the keys signed it.

        Raises:
            OidcFailed: the token is not valid for this attempt to sign in, or does not name a verified address.
        """
        from curbe.auth import id_tokens  # noqa: PLC0415 - it read the keys

        try:
            claims = id_tokens.claims_of(
                token,
                keys,
                issuer=found.issuer,
                client_id=self._provider.client_id,
                nonce=attempt.nonce,
            )
        except id_tokens.OtherKey:
            return None
        except id_tokens.Unverified as error:
            raise _unverified() from error
        return rules.identity_of(claims, issuer=found.issuer)

    async def _user(self, identity: Identity, *, now: datetime) -> User:
        """Return the user of an identity: the one it is tied to, else the one with its verified address, else a new one."""
        hashed = key_hash(f"{identity.issuer}\n{identity.subject}")
        async with self._pool.transaction(context={"app.link": hashed.hex()}) as tx:
            known = await identities.known_identity(tx, hashed)
        if known is not None:
            async with self._pool.transaction(context=people.as_user(known.user_id)) as tx:
                user = await people.user_of_id(tx, known.user_id)
                if known.issuer is None:
                    await identities.write_issuer(
                        tx, user_id=known.user_id, identity_hash=hashed, issuer=identity.issuer
                    )
        else:
            user = await self._known_by_address(identity, hashed, now=now)
        if user is None or user.disabled_at is not None:
            raise OidcFailed(
                "Nobody with this e-mail address has an account here, or it is disabled.",
                fix="Ask an administrator for an invitation.",
                extra={"reason": "unknown"},
            )
        return user

    async def _known_by_address(self, identity: Identity, hashed: bytes, *, now: datetime) -> User | None:
        address, fresh = _address(identity), people.new_user_id()
        async with self._pool.transaction(
            PLATFORM, context={**people.as_named(address), **people.as_user(fresh)}
        ) as tx:
            user = await people.user_of_email(tx, address)
            if user is None and self._provider.creates:
                user = await people.insert_user(
                    tx,
                    user_id=fresh,
                    email=address,
                    name=identity.name[:_LONGEST_NAME],
                    language=None,
                    is_operator=False,
                    now=now,
                )
        if user is None:
            return None
        async with self._pool.transaction(PLATFORM, context=people.as_user(user.id)) as tx:
            tied = await identities.tie(
                tx, user_id=user.id, identity_hash=hashed, issuer=identity.issuer, now=now
            )
        if not tied:
            raise OidcFailed(
                "The account with this e-mail address belongs to another account at your identity provider.",
                fix="Ask an administrator: `curbe user untie EMAIL` gives it to whoever comes with the address next.",
                extra={"reason": "tied"},
            )
        return user

    async def _get(self, url: str, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(await self._ask("GET", url), type=kind)
        except msgspec.DecodeError:
            raise _failed("the provider's description of itself cannot be read", reason="discovery") from None

    async def _ask(self, method: str, url: str, *, body: bytes | None = None) -> bytes:
        """Ask the provider: at its own address wherever that is, elsewhere only over https at a public one."""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        own = url.startswith((self._provider.issuer + "/", _origin(self._provider.issuer) + "/"))
        try:
            answer = await self._egress.request(
                method,
                url,
                timeouts=_TIMEOUTS,
                max_bytes=_LARGEST,
                headers=headers,
                body=body,
                public_only=not own,
            )
        except EgressError as error:
            raise Unavailable(
                "The identity provider does not answer.",
                fix="Try again in a minute, or sign in with a password.",
                retry_after=timedelta(seconds=30),
            ) from error
        if answer.status != _OK:
            raise _failed(f"the provider answered {answer.status}", reason="refused")
        return answer.body


def oidc_of(settings: Settings, *, egress: Egress, pool: Pool, keyring: Keyring) -> Oidc | None:
    """Return the provider of the settings; None where none is configured."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.oidc_client_secret is None:
        return None
    provider = Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=f"{settings.public_base_url}/api/auth/oidc/callback",
        creates=settings.oidc_create,
    )
    return Oidc(provider, egress=egress, pool=pool, keyring=keyring)


def _address(identity: Identity) -> str:
    """Return the address as accounts have it."""
    try:
        return checked_email(identity.email)
    except InvalidRequest:
        raise _failed(
            "no account can have the e-mail address that it vouches for", reason="address"
        ) from None


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _unverified() -> OidcFailed:
    return _failed("the provider's word could not be verified", reason="token")


def _failed(why: str, *, reason: str) -> OidcFailed:
    return OidcFailed(
        f"Signing in at your identity provider did not work: {why}.",
        fix="Begin again; if it goes on, tell your administrator the reason.",
        extra={"reason": reason},
    )

"""Second factors over HTTP: what one has, an authenticator app, recovery codes, and the proof that it is still oneself."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec
import segno
from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth import factor_store as store
from curbe.auth.cookies import PROVED, WHO, address_of, site_of_request
from curbe.auth.factor_rules import Method, Purpose
from curbe.auth.factor_store import StoredPasskey
from curbe.auth.factors import Factors
from curbe.auth.passkeys import Passkeys
from curbe.auth.principal import Visit
from curbe.auth.sign_in import SignIn
from curbe.domain.errors import (
    Conflict,
    CsrfFailed,
    ForeignOrigin,
    InvalidRequest,
    NotFound,
    ProofRequired,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    WrongCredentials,
    WrongFactor,
)
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.infra.settings import Settings
from curbe.infra.web import refusals
from curbe.tenants import people
from curbe.tenants.person_rules import User

Code = Annotated[str, msgspec.Meta(max_length=100, description="Six digits, or a recovery code.")]
Credential: TypeAlias = dict[str, Any]


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey, by the name its owner gave it."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


class OwnFactors(msgspec.Struct, frozen=True, kw_only=True):
    """Which second factors one has; ``recovery_codes`` is how many are left."""

    totp: bool
    recovery_codes: int
    passkeys: list[Passkey]


class TotpShown(msgspec.Struct, frozen=True, kw_only=True):
    """A new secret, shown this once.

    ``secret`` is to be typed into the app, ``uri`` is what its QR code says, ``qr`` that code as an image (a data URI).
    """

    secret: str
    uri: str
    qr: str


class TotpCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the app shows now."""

    code: Code


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """New recovery codes, shown this once; empty where those one has go on."""

    recovery_codes: list[str]


class PasskeyAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge, and the ``options`` that ``navigator.credentials`` takes (in JSON, as WebAuthn spells it)."""

    challenge: str
    options: dict[str, Any]


class NewPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``navigator.credentials.create`` answered (``toJSON()``), and what the passkey is to be called."""

    challenge: str
    credential: Credential
    name: str


class PasskeyAdded(msgspec.Struct, frozen=True, kw_only=True):
    """The new passkey, and recovery codes where there were none."""

    passkey: Passkey
    recovery_codes: list[str]


class PasswordProof(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="password"
):
    """One's password."""

    password: Secret


class TotpProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="totp"):
    """What the authenticator app shows."""

    code: Code


class RecoveryProof(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="recovery"
):
    """A recovery code."""

    code: Code


class PasskeyProof(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="passkey"
):
    """What a passkey answered to a challenge."""

    challenge: str
    credential: Credential


Proof: TypeAlias = PasswordProof | TotpProof | RecoveryProof | PasskeyProof


class FactorController(Controller):
    """``/api/auth``: one's own second factors."""

    path = "/api/auth"
    tags = ("sessions",)

    @get(
        "/factors",
        opt=WHO,
        summary="See which second factors one has",
        operation_id="listSecondFactors",
        responses=refusals(Unauthorized),
    )
    async def own(self, visit: NamedDependency[Visit], web_pool: NamedDependency[Pool]) -> OwnFactors:
        """Return one's own second factors."""
        user_id = visit.held.user_id
        async with web_pool.transaction(context=people.as_user(user_id)) as tx:
            has = await store.factors_of_user(tx, user_id)
            passkeys = await store.passkeys_of_user(tx, user_id)
        return OwnFactors(
            totp=has.totp, recovery_codes=has.recovery_codes, passkeys=[_shown(one) for one in passkeys]
        )

    @post(
        "/proofs",
        opt=WHO,
        status_code=204,
        summary="Show that it is still oneself",
        operation_id="proveIdentity",
        responses=refusals(
            Unauthorized,
            WrongCredentials,
            WrongFactor,
            ForeignOrigin,
            CsrfFailed,
            InvalidRequest,
            TooManyRequests,
            Unavailable,
        ),
    )
    async def prove(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Proof],
        visit: NamedDependency[Visit],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
        factors: NamedDependency[Factors],
        passkeys: NamedDependency[Passkeys],
        signing_in: NamedDependency[SignIn],
    ) -> None:
        """Open for ten minutes what asks for a proof: changing second factors, making API keys, inviting people."""
        now, user_id = utc_now(), visit.held.user_id
        match data:
            case PasswordProof(password):
                user = await _user(web_pool, user_id)
                await signing_in.with_password(
                    email=user.email, password=password, address=address_of(request)
                )
            case TotpProof(code):
                await factors.check_code(user_id, Method.TOTP, code, by=visit.held.session_id, now=now)
            case RecoveryProof(code):
                await factors.check_code(user_id, Method.RECOVERY, code, by=visit.held.session_id, now=now)
            case PasskeyProof(challenge, credential):
                asked = await factors.asked(challenge, Purpose.PROOF, now=now)
                if asked.user_id != user_id:
                    raise WrongFactor("This challenge is another person's.", fix="Ask for a new one.")
                await passkeys.check(asked, credential, site_of_request(request, settings), now=now)
                await factors.answered(challenge)
        async with web_pool.transaction(context=people.as_user(user_id)) as tx:
            await store.prove_session(tx, session_id=visit.held.session_id, user_id=user_id, now=now)

    @post(
        "/proofs/passkey-options",
        opt=WHO,
        status_code=200,
        summary="Ask for what a passkey has to answer",
        operation_id="beginPasskeyProof",
        responses=refusals(Unauthorized, ForeignOrigin, CsrfFailed),
    )
    async def prove_by_passkey(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        settings: NamedDependency[Settings],
        factors: NamedDependency[Factors],
        passkeys: NamedDependency[Passkeys],
    ) -> PasskeyAsked:
        """Return a challenge for one of one's own passkeys, for ``proofs``."""
        user_id = visit.held.user_id
        made = await factors.challenge(Purpose.PROOF, user_id=user_id, now=utc_now())
        options = await passkeys.request(made, site_of_request(request, settings), user_id=user_id)
        return PasskeyAsked(challenge=made.token, options=options)

    @post(
        "/totp",
        opt=PROVED,
        status_code=200,
        summary="Begin to add an authenticator app",
        responses=refusals(Unauthorized, ProofRequired, ForeignOrigin, CsrfFailed, Conflict),
    )
    async def begin_totp(
        self,
        visit: NamedDependency[Visit],
        web_pool: NamedDependency[Pool],
        factors: NamedDependency[Factors],
    ) -> TotpShown:
        """Return a new secret. It is asked for once ``totp/confirm`` has seen a code of it."""
        made = await factors.begin_totp(await _user(web_pool, visit.held.user_id), now=utc_now())
        uri = made.uri.reveal()
        return TotpShown(
            secret=made.secret.reveal(), uri=uri, qr=segno.make(uri).svg_data_uri(scale=4, border=2)
        )

    @post(
        "/totp/confirm",
        opt=PROVED,
        status_code=200,
        summary="Add the authenticator app",
        responses=refusals(
            Unauthorized, ProofRequired, WrongFactor, ForeignOrigin, CsrfFailed, NotFound, Unavailable
        ),
    )
    async def confirm_totp(
        self, data: JSONBody[TotpCode], visit: NamedDependency[Visit], factors: NamedDependency[Factors]
    ) -> RecoveryCodes:
        """Ask for the app from the next sign-in on."""
        codes = await factors.confirm_totp(visit.held, data.code, now=utc_now())
        return RecoveryCodes(recovery_codes=[code.reveal() for code in codes])

    @delete(
        "/totp",
        opt=PROVED,
        summary="Remove the authenticator app",
        operation_id="removeTotp",
        responses=refusals(Unauthorized, ProofRequired, ForeignOrigin, CsrfFailed, NotFound),
    )
    async def drop_totp(self, visit: NamedDependency[Visit], factors: NamedDependency[Factors]) -> None:
        """Ask for the app no more."""
        await factors.drop_totp(visit.held.user_id)

    @post(
        "/recovery-codes",
        opt=PROVED,
        status_code=200,
        summary="Replace one's recovery codes",
        operation_id="replaceRecoveryCodes",
        responses=refusals(Unauthorized, ProofRequired, ForeignOrigin, CsrfFailed, Conflict),
    )
    async def new_recovery_codes(
        self, visit: NamedDependency[Visit], factors: NamedDependency[Factors]
    ) -> RecoveryCodes:
        """Return ten new codes, this once; the old ones open nothing any more."""
        codes = await factors.new_recovery_codes(visit.held, now=utc_now())
        return RecoveryCodes(recovery_codes=[code.reveal() for code in codes])

    @post(
        "/passkeys/options",
        opt=PROVED,
        status_code=200,
        summary="Begin to add a passkey",
        responses=refusals(Unauthorized, ProofRequired, ForeignOrigin, CsrfFailed),
    )
    async def begin_passkey(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
        passkeys: NamedDependency[Passkeys],
    ) -> PasskeyAsked:
        """Return what ``navigator.credentials.create`` takes."""
        user = await _user(web_pool, visit.held.user_id)
        challenge, options = await passkeys.registration(
            user, site_of_request(request, settings), now=utc_now()
        )
        return PasskeyAsked(challenge=challenge, options=options)

    @post(
        "/passkeys",
        opt=PROVED,
        status_code=201,
        summary="Add a passkey",
        responses=refusals(
            Unauthorized, ProofRequired, WrongFactor, ForeignOrigin, CsrfFailed, Conflict, InvalidRequest
        ),
    )
    async def add_passkey(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewPasskey],
        visit: NamedDependency[Visit],
        settings: NamedDependency[Settings],
        passkeys: NamedDependency[Passkeys],
    ) -> PasskeyAdded:
        """Keep a passkey: it signs in by itself, and follows a password."""
        kept, codes = await passkeys.register(
            visit.held,
            site_of_request(request, settings),
            challenge=data.challenge,
            credential=data.credential,
            name=data.name,
            now=utc_now(),
        )
        return PasskeyAdded(passkey=_shown(kept), recovery_codes=[code.reveal() for code in codes])

    @delete(
        "/passkeys/{passkey_id:uuid}",
        opt=PROVED,
        summary="Remove a passkey",
        operation_id="removePasskey",
        responses=refusals(Unauthorized, ProofRequired, ForeignOrigin, CsrfFailed, NotFound),
    )
    async def drop_passkey(
        self, passkey_id: FromPath[UUID], visit: NamedDependency[Visit], passkeys: NamedDependency[Passkeys]
    ) -> None:
        """Forget a passkey: it opens nothing any more."""
        await passkeys.drop(visit.held.user_id, passkey_id)


async def _user(pool: Pool, user_id: UUID) -> User:
    async with pool.transaction(context=people.as_user(user_id)) as tx:
        user = await people.user_of_id(tx, user_id)
    if user is None:
        raise RuntimeError("a session without its user")
    return user


def _shown(passkey: StoredPasskey) -> Passkey:
    return Passkey(
        id=passkey.id,
        name=passkey.name,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
    )

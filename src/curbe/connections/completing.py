"""Connecting a number: by its ids and a token, by the code of Embedded Signup, or by choosing one of several that a sign-up granted.

No transaction is open while Meta is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import app_data, choosing, prove, registration, service, signup
from curbe.connections.checks import Candidate
from curbe.connections.choosing import Choice
from curbe.connections.prove import Discovery, MetaApp
from curbe.connections.rules import Connection, ConnectionStatus
from curbe.connections.shapes import Choosing, Completion, Trial
from curbe.connections.signup import Granted
from curbe.domain.access import Principal
from curbe.domain.errors import AppError, InvalidRequest, JsonValue, SeveralNumbers
from curbe.domain.moments import rfc3339
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret
from curbe.infra.db import Pool
from curbe.infra.log import bind
from curbe.infra.settings import Settings

log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What these functions need: a pool of the web role, the Graph API, the keyring and the settings."""

    pool: Pool
    cloud_api: CloudApi
    keyring: Keyring
    settings: Settings


async def complete(means: Means, data: Completion, *, tenant_id: UUID, principal: Principal) -> Connection:
    """Connect the number that ``data`` names or that its sign-up granted, and register it where it comes from a sign-up.

    Raises:
        InvalidRequest: ``data`` names no number, or the sign-up granted none.
        SeveralNumbers: the sign-up granted several; :func:`choose` connects one of them.
        NumberTaken: another connection owns the number.
        AppError: as of `prove.prove`.
    """
    registration.require_pin(data.pin)
    if data.code is None:
        lent = means.settings.meta_system_user_token if principal.is_platform else None
        candidate, token = named(data, lent=lent)
    else:
        found, token = await _signed_up(means, data, tenant_id=tenant_id, user_id=principal.user_id)
        number, *more = found.numbers
        if more or found.refused:
            number = await _left(means, found, token, tenant_id=tenant_id, actor=principal.actor)
        candidate = _of(number)
    return await _connect(means, candidate, data, token=token, tenant_id=tenant_id, actor=principal.actor)


async def choose(means: Means, data: Choosing, *, tenant_id: UUID, principal: Principal) -> Connection:
    """Connect the number that was chosen among those of a sign-up, and register it. If this fails, the choice can be made again.

    Raises:
        ChoiceExpired: the choice has expired, was made before, or is somebody else's.
        InvalidRequest: the number is not among the choices.
        NumberTaken: another connection owns the number.
        AppError: as of `prove.prove`.
    """
    registration.require_pin(data.pin)
    async with means.pool.transaction(tenant_id) as tx:
        number, token = await choosing.chosen(
            tx,
            data.choice_id,
            tenant_id=tenant_id,
            phone_number_id=data.phone_number_id,
            keyring=means.keyring,
            actor=principal.actor,
        )
    return await _connect(means, _of(number), data, token=token, tenant_id=tenant_id, actor=principal.actor)


def named(data: Completion | Trial, *, lent: Secret | None = None) -> tuple[Candidate, Secret]:
    """Return the ids and the token that were sent together; ``lent`` is the token to use where none was sent.

    Raises:
        InvalidRequest: one of them is missing.
    """
    token = data.access_token or lent
    if data.waba_id is not None and data.phone_number_id is not None and token is not None:
        return Candidate(waba_id=data.waba_id, phone_number_id=data.phone_number_id), token
    missing = next(
        name for name in ("waba_id", "phone_number_id", "access_token") if getattr(data, name) is None
    )
    raise InvalidRequest(
        f"{missing} is missing.",
        fix="Send waba_id, phone_number_id and access_token together; connect/start says where to find them.",
        field=missing,
    )


def app_of(settings: Settings) -> MetaApp:
    """Return this installation's Meta app."""
    return MetaApp(id=settings.meta_app_id, secret=settings.meta_app_secret)


async def _connect(
    means: Means,
    candidate: Candidate,
    data: Completion | Choosing,
    *,
    token: Secret,
    tenant_id: UUID,
    actor: str,
) -> Connection:
    signed_up = isinstance(data, Choosing) or data.code is not None
    bind(phone_number_id=candidate.phone_number_id)
    proof = await prove.prove(
        means.cloud_api, candidate, token=token, app=app_of(means.settings), now=utc_now()
    )
    async with means.pool.transaction(tenant_id) as tx:
        if isinstance(data, Choosing):
            await choosing.end(tx, data.choice_id, tenant_id=tenant_id, actor=actor)
        connection = await service.connect(
            tx,
            proof,
            tenant_id=tenant_id,
            keyring=means.keyring,
            country_id=data.country_id.upper() if data.country_id else None,
            actor=actor,
            now=await tx.now(),
        )
        if signed_up and connection.coexistence:
            connection = await app_data.want(tx, connection, now=await tx.now())
    if not signed_up and data.pin is None:
        return connection
    return await registration.attempt(
        means.pool,
        connection,
        cloud_api=means.cloud_api,
        keyring=means.keyring,
        pin=data.pin,
        actor=actor,
    )


async def _signed_up(
    means: Means, data: Completion, *, tenant_id: UUID, user_id: UUID | None
) -> tuple[Discovery, Secret]:
    """Exchange the code of Embedded Signup for a token, and return the numbers that the customer granted, and the token."""
    keys = means.keyring.derive_each(signup.PURPOSE)
    if (
        means.settings.meta_embedded_signup_config_id is None
        or data.code is None
        or data.access_token is not None
    ):
        raise InvalidRequest(
            "A code is taken where Embedded Signup is configured, and without an access_token beside it.",
            fix="Send access_token, waba_id and phone_number_id, or have META_EMBEDDED_SIGNUP_CONFIG_ID set.",
            field="code",
        )
    if data.state is not None and not signup.is_state_of(
        data.state, tenant_id, user_id=user_id, keys=keys, now=utc_now()
    ):
        raise InvalidRequest(
            "This sign-up was begun for another tenant, by somebody else, or too long ago.",
            fix="Begin again with connect/start.",
            field="state",
        )
    app = app_of(means.settings)
    token = await means.cloud_api.exchange_code(data.code, app.id, app.secret, redirect_uri=data.redirect_uri)
    found = await prove.discover(
        means.cloud_api, token=token, app=app, waba_id=data.waba_id, phone_number_id=data.phone_number_id
    )
    return found, token


async def _left(means: Means, found: Discovery, token: Secret, *, tenant_id: UUID, actor: str) -> Granted:
    """Return the only number of a sign-up that can be meant: Meta does not tell which one the customer chose.

    Raises:
        SeveralNumbers: there are several, or Meta refused to list those of some WABA; the token is kept until one is chosen.
        AppError: every number that could be read is connected, so the one that is meant is on a WABA that Meta refused to list.
    """
    for waba_id, refusal in found.refused.items():
        log.warning("sign_up_waba_refused", tenant_id=str(tenant_id), waba_id=waba_id, code=refusal.code)
    async with means.pool.transaction(tenant_id) as tx:
        connections = await service.every(tx, tenant_id=tenant_id)
        sending = {one.phone_number_id for one in connections if one.status is ConnectionStatus.ACTIVE}
        left = signup.left_to_choose(found.numbers, connected=sending)
        if found.refused and left[0].phone_number_id in sending:
            raise next(iter(found.refused.values()))
        if (
            len(left) == 1 and not found.refused
        ):  # with a refused WABA, one of the numbers on that may be meant
            return left[0]
        choice = await choosing.keep(
            tx, left, token=token, tenant_id=tenant_id, keyring=means.keyring, actor=actor
        )
    raise _unclear(choice, found.refused)


def _unclear(choice: Choice, refused: Mapping[str, AppError]) -> SeveralNumbers:
    without: list[JsonValue] = [
        {"waba_id": waba_id, "code": refusal.code, "detail": refusal.detail}
        for waba_id, refusal in refused.items()
    ]
    many = "1 number" if len(choice.numbers) == 1 else f"{len(choice.numbers)} numbers"
    return SeveralNumbers(
        f"The customer granted {many} that could be meant.",
        fix="Send choice_id and the phone_number_id of one of the `choices` to connect/choose, or choice_id to connect/cancel.",
        field="phone_number_id",
        extra={
            "choice_id": str(choice.id),
            "expires_at": rfc3339(choice.expires_at.replace(microsecond=0)),
            "choices": [msgspec.structs.asdict(one) for one in choice.numbers],
            **({"refused": without} if without else {}),
        },
    )


def _of(number: Granted) -> Candidate:
    return Candidate(waba_id=number.waba_id, phone_number_id=number.phone_number_id)

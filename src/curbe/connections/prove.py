"""Asks Meta what a token proves. Stores nothing, and no transaction is open meanwhile."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from curbe.channels.cloudapi.answers import Number, TokenInfo
from curbe.channels.cloudapi.client import CloudApi
from curbe.connections.checks import (
    MANAGEMENT,
    MESSAGING,
    Candidate,
    Check,
    check_callback,
    check_health,
    check_membership,
    check_number,
    check_registered,
    check_subscription,
    check_token,
    no_number,
    no_waba,
    refused,
)
from curbe.connections.rules import e164_of
from curbe.connections.service import Proof
from curbe.connections.signup import Granted
from curbe.domain.errors import (
    AppError,
    GraphRefused,
    InvalidRequest,
    MissingPermission,
    NumberForeign,
    NumberNotOnWaba,
)
from curbe.domain.phone import spelled
from curbe.infra.crypto import Secret

T = TypeVar("T")
# Graph's error code for a field that this kind of object does not have: the id names something else than a number or WABA.
_NO_SUCH_FIELD: Final = 100
_MOST_WABAS: Final = 20  # each costs a request to Meta
# Refusals about a single WABA, for example one that is disabled or no longer shared; other WABAs of the same token may be fine.
_OF_THAT_WABA: Final = (GraphRefused, MissingPermission, NumberForeign)


@dataclass(frozen=True, slots=True)
class MetaApp:
    """This installation's Meta app, and the secret with which it may ask what a token is."""

    id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Examination:
    """The steps taken, in order, up to the first that failed. ``proof`` is there if all that is needed was shown.

    ``number`` and ``about_token``: what Meta answered, if it came to that step.
    """

    checks: list[Check]
    proof: Proof | None
    number: Number | None = None
    about_token: TokenInfo | None = None

    def require(self) -> Proof:
        """Return the proof.

        Raises:
            AppError: the first step that failed, with what to do about it.
        """
        if self.proof is None:
            raise next(check.refusal for check in self.checks if check.refusal is not None)
        return self.proof


@dataclass(frozen=True, slots=True)
class Discovery:
    """The numbers that a customer granted; ``refused``: the WABAs whose numbers Meta would not tell, each id with Meta's refusal."""

    numbers: list[Granted]
    refused: dict[str, AppError] = field(default_factory=dict[str, AppError])


async def prove(
    cloud_api: CloudApi, candidate: Candidate, *, token: Secret, app: MetaApp, now: datetime
) -> Proof:
    """Return the proof that ``token`` reads the number and its WABA, with the app subscribed to the WABA's webhooks.

    Raises:
        AppError: the first step that failed, with what to do about it: TokenRefused, WrongApp,
            MissingPermission, NumberForeign, NumberNotOnWaba, InvalidRequest, GraphUnreachable,
            GraphRefused, TooManyRequests.
    """
    examination = await examine(cloud_api, candidate, token=token, app=app, now=now)
    proof = examination.require()
    # Only if needed: subscribing again would clear the WABA's callback override [Meta: override, Dec 2025].
    if await cloud_api.subscription_of(candidate.waba_id, token, app_id=app.id) is None:
        await cloud_api.subscribe_app(candidate.waba_id, token)
    return proof


async def examine(
    cloud_api: CloudApi, candidate: Candidate, *, token: Secret, app: MetaApp, now: datetime
) -> Examination:
    """Return what ``token`` shows, step by step; changes nothing at Meta's."""
    checks: list[Check] = []
    about = await _step("token", cloud_api.debug_token(token, app.id, app.secret), checks)
    if about is None:
        return Examination(checks, None)
    checks += check_token(about, app_id=app.id, candidate=candidate, now=now)
    if _failed(checks):
        return Examination(checks, None)
    number = await _step("number", _read_number(cloud_api, candidate, token), checks)
    if number is None:
        return Examination(checks, None)
    checks.append(check_number(number, candidate=candidate))
    numbers = await _step("waba", _numbers_of(cloud_api, candidate, token), checks)
    if numbers is not None:
        checks.append(check_membership(numbers, candidate=candidate))
    checks += [check_registered(number), *check_health(number.health)]
    if _failed(checks):
        return Examination(checks, None, number, about)
    proof = Proof(waba_id=candidate.waba_id, number=number, token=token, about_token=about, app_id=app.id)
    return Examination(checks, proof, number, about)


async def subscription(cloud_api: CloudApi, proof: Proof, *, webhook_url: str) -> list[Check]:
    """Return the steps that tell whether the WABA's webhooks come to our app and the number's messages to ``webhook_url``."""
    checks: list[Check] = []
    asked = cloud_api.subscription_of(proof.waba_id, proof.token, app_id=proof.app_id)
    found = await _step("subscription", asked, checks)
    if not checks:
        checks.append(check_subscription(found))
    return [*checks, *check_callback(proof.number.callbacks, found, webhook_url=webhook_url)]


async def discover(
    cloud_api: CloudApi, *, token: Secret, app: MetaApp, waba_id: str | None, phone_number_id: str | None
) -> Discovery:
    """Return the numbers that a customer granted in Embedded Signup: of all WABAs or of ``waba_id``, or only ``phone_number_id``.

    Raises:
        InvalidRequest: nothing was granted, or more WABAs than are looked through.
        NumberNotOnWaba: the number that is named is on none of the WABAs.
        AppError: Meta refuses to tell the numbers of every WABA that could have it.
    """
    waba_ids = [waba_id] if waba_id is not None else await _granted_wabas(cloud_api, token=token, app=app)
    if phone_number_id is not None and len(waba_ids) == 1:
        return Discovery([Granted(waba_id=waba_ids[0], phone_number_id=phone_number_id)])
    found: list[Granted] = []
    refused: dict[str, AppError] = {}
    for one in waba_ids:
        try:
            found += [_granted(one, number) for number in await cloud_api.numbers_of(one, token)]
        except _OF_THAT_WABA as refusal:
            refused[one] = refusal
    meant = [one for one in found if phone_number_id in {None, one.phone_number_id}]
    if not meant and refused:
        raise next(iter(refused.values()))
    if not meant and phone_number_id is not None:
        raise NumberNotOnWaba(
            f"None of the {len(waba_ids)} WABAs that were granted has this number.",
            fix="Start again, and choose its account at Meta.",
            field="phone_number_id",
        )
    if not meant:
        raise _unclear("phone_number_id", [])
    meant.sort(key=lambda one: (one.waba_id, one.phone_number_id))
    return Discovery(meant, refused if phone_number_id is None else {})


async def _granted_wabas(cloud_api: CloudApi, *, token: Secret, app: MetaApp) -> list[str]:
    """Return the WABAs that a token is for; a customer's token names every WABA ever shared with the app, in no particular order."""
    about = await cloud_api.debug_token(token, app.id, app.secret)
    granted = {
        target
        for scope in about.granular_scopes
        if scope.scope in {MESSAGING, MANAGEMENT}
        for target in scope.target_ids
    }
    if not 0 < len(granted) <= _MOST_WABAS:
        raise _unclear("waba_id", sorted(granted))
    return sorted(granted)


def _granted(waba_id: str, number: Number) -> Granted:
    e164 = e164_of(number.display_phone_number or "")
    return Granted(
        waba_id=waba_id,
        phone_number_id=number.id,
        phone_number_e164=e164,
        phone_number_spelled=spelled(e164) if e164 else number.display_phone_number,
        display_name=number.verified_name,
        number_status=number.status,
    )


def _unclear(field: str, found: list[str]) -> InvalidRequest:
    return InvalidRequest(
        f"The customer granted {len(found)} that {field} could mean.",
        fix=f"Start again, and send the {field} that the sign-up's FINISH event names.",
        field=field,
        extra={"choices": found},
    )


async def _read_number(cloud_api: CloudApi, candidate: Candidate, token: Secret) -> Number:
    try:
        return await cloud_api.read_number(candidate.phone_number_id, token)
    except GraphRefused as refusal:
        if refusal.graph_code != _NO_SUCH_FIELD:
            raise
        raise no_number() from refusal


async def _numbers_of(cloud_api: CloudApi, candidate: Candidate, token: Secret) -> list[Number]:
    try:
        return await cloud_api.numbers_of(candidate.waba_id, token)
    except GraphRefused as refusal:
        if refusal.graph_code != _NO_SUCH_FIELD:
            raise
        raise no_waba() from refusal


async def _step(name: str, asked: Awaitable[T], checks: list[Check]) -> T | None:
    """Return Meta's answer; if Meta refused, add the failed step ``name`` to ``checks`` and return None."""
    try:
        return await asked
    except AppError as refusal:
        checks.append(refused(name, refusal))
        return None


def _failed(checks: list[Check]) -> bool:
    return any(check.refusal is not None for check in checks)

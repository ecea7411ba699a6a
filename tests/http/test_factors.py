"""Second factors: what was taken opens once, what was not shown opens nothing, and nobody answers for another."""

import asyncio
import math
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pyotp
import pytest

from bed.authenticator import Authenticator
from bed.tenants import Tenant
from bed.users import HERE, PASSWORD, Person, browser, insert_member, insert_user, signed_in, try_signing_in
from curbe.auth.factor_rules import ALPHABET
from curbe.domain.access import Role
from curbe.infra.clock import utc_now
from curbe.infra.crypto import key_hash

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
Json = dict[str, Any]


@pytest.fixture
async def ana(owner: Owner) -> Person:
    return await insert_user(owner)


@pytest.fixture
async def at(operator: httpx.AsyncClient, ana: Person) -> httpx.AsyncClient:
    """A browser at which Ana has signed in."""
    return await signed_in(operator, ana)


def code_of(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=30 * steps))


async def add_app(at: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Add an authenticator app; return its secret and the recovery codes."""
    shown = (await at.post("/api/auth/totp")).json()
    confirmed = await at.post("/api/auth/totp/confirm", json={"code": code_of(shown["secret"], steps=-1)})
    assert confirmed.status_code == 200, confirmed.text
    return shown["secret"], confirmed.json()["recovery_codes"]


async def add_passkey(at: httpx.AsyncClient, device: Authenticator) -> httpx.Response:
    asked = (await at.post("/api/auth/passkeys/options")).json()
    made = {
        "challenge": asked["challenge"],
        "credential": device.create(asked["options"]),
        "name": "Ana's phone",
    }
    return await at.post("/api/auth/passkeys", json=made)


async def second(at: httpx.AsyncClient, asked: Json, method: str, **answer: Any) -> httpx.Response:
    body = {"challenge": asked["challenge"], "method": method, **answer}
    return await at.post("/api/auth/sign-in/second-factor", json=body)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- an authenticator app


async def test_a_password_alone_opens_nothing_once_there_is_an_app(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    secret, _ = await add_app(at)
    elsewhere = browser(operator)

    asked = (await try_signing_in(elsewhere, ana)).json()
    before = await elsewhere.get("/api/auth/session")
    done = await second(elsewhere, asked, "totp", code=code_of(secret))

    assert (asked["state"], asked["methods"]) == ("second_factor", ["totp", "recovery"])
    assert before.status_code == 401
    assert done.json()["user"]["id"] == str(ana.id)
    assert (await elsewhere.get("/api/auth/session")).json()["user"]["totp"] is True


async def test_the_secret_is_shown_to_be_typed_and_to_be_photographed(at: httpx.AsyncClient) -> None:
    shown = (await at.post("/api/auth/totp")).json()

    assert shown["uri"].startswith("otpauth://totp/Curbe:")
    assert shown["secret"] in shown["uri"]
    assert shown["qr"].startswith("data:image/svg+xml")


async def test_an_app_that_was_never_confirmed_is_not_asked_for(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    await at.post("/api/auth/totp")
    refused = await at.post("/api/auth/totp/confirm", json={"code": "000000"})

    assert problem(refused) == (401, "wrong_factor")
    assert (await try_signing_in(browser(operator), ana)).json()["state"] == "signed_in"


async def test_a_code_opens_once(operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person) -> None:
    secret, _ = await add_app(at)
    code = code_of(secret)
    challenges = [(await try_signing_in(browser(operator), ana)).json() for _ in range(4)]

    answers = await asyncio.gather(
        *(second(browser(operator), asked, "totp", code=code) for asked in challenges)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_the_code_of_an_earlier_moment_is_over_once_a_later_one_was_taken(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    secret, _ = await add_app(at)
    first, then = [(await try_signing_in(browser(operator), ana)).json() for _ in range(2)]

    later = await second(browser(operator), first, "totp", code=code_of(secret, steps=1))
    earlier = await second(browser(operator), then, "totp", code=code_of(secret))

    assert later.status_code == 200
    assert problem(earlier) == (401, "wrong_factor")


@pytest.mark.parametrize("steps", [-3, 3])
async def test_a_code_of_another_time_opens_nothing(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person, steps: int
) -> None:
    secret, _ = await add_app(at)
    asked = (await try_signing_in(browser(operator), ana)).json()

    assert problem(await second(browser(operator), asked, "totp", code=code_of(secret, steps=steps))) == (
        401,
        "wrong_factor",
    )


async def test_a_challenge_takes_a_few_tries_and_then_is_over_for_the_right_code_too(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    secret, _ = await add_app(at)
    asked = (await try_signing_in(browser(operator), ana)).json()

    for _ in range(5):
        await second(browser(operator), asked, "totp", code="000000")
    late = await second(browser(operator), asked, "totp", code=code_of(secret))

    assert problem(late) == (401, "wrong_factor")


async def test_guessing_at_codes_is_slowed_even_for_who_knows_the_password(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    await add_app(at)
    answers = []
    for _ in range(3):
        asked = (await try_signing_in(browser(operator), ana)).json()
        answers += [await second(browser(operator), asked, "totp", code=f"{n:06}") for n in range(5)]

    assert problem(answers[-1]) == (429, "too_many_requests")
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_who_knows_the_password_and_guesses_at_codes_locks_nobody_out(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    secret, recovery = await add_app(at)
    for n in range(11):
        guesser = browser(operator, address=f"203.0.113.{n + 1}")
        asked = (await try_signing_in(guesser, ana)).json()
        guessed = await second(guesser, asked, "totp", code="000000")
    travelling, home = browser(operator, address="198.51.100.9"), browser(operator)

    there = (await try_signing_in(travelling, ana)).json()
    held_back = await second(travelling, there, "totp", code=code_of(secret))
    recovered = await second(travelling, there, "recovery", code=recovery[0])
    here = (await try_signing_in(home, ana)).json()
    opened = await second(home, here, "totp", code=code_of(secret))
    proved = await at.post("/api/auth/proofs", json={"method": "totp", "code": code_of(secret, steps=1)})

    assert problem(guessed) == (429, "too_many_requests"), "however many addresses they have"
    assert problem(held_back) == (429, "too_many_requests")
    assert recovered.status_code == 200, "what nobody guesses always opens"
    assert (opened.status_code, proved.status_code) == (200, 204), "and so does where one is known"


async def test_a_challenge_that_has_expired_opens_nothing(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person, owner: Owner
) -> None:
    secret, _ = await add_app(at)
    asked = (await try_signing_in(browser(operator), ana)).json()
    await owner.execute("UPDATE sign_in_challenges SET expires_at = now() - interval '1 second'")

    assert problem(await second(browser(operator), asked, "totp", code=code_of(secret))) == (
        401,
        "wrong_factor",
    )


async def test_a_recovery_code_opens_once_however_it_is_typed(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    _, codes = await add_app(at)
    typed = codes[0].upper().replace("-", " ")
    first, then = [(await try_signing_in(browser(operator), ana)).json() for _ in range(2)]

    once = await second(browser(operator), first, "recovery", code=typed)
    twice = await second(browser(operator), then, "recovery", code=codes[0])

    assert len(set(codes)) == 10
    assert once.status_code == 200
    assert problem(twice) == (401, "wrong_factor")
    assert (await at.get("/api/auth/factors")).json()["recovery_codes"] == 9


async def test_a_recovery_code_holds_more_than_112_random_bits(at: httpx.AsyncClient) -> None:
    _, codes = await add_app(at)

    lengths = {len(code.replace("-", "")) for code in codes}
    assert min(lengths) * math.log2(len(ALPHABET)) >= 112
    assert set("".join(codes)) <= {*ALPHABET, "-"}


async def test_a_recovery_code_from_when_they_were_shorter_still_opens(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person, owner: Owner
) -> None:
    await add_app(at)
    await owner.execute(
        "INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES ($1, $2, now())",
        ana.id,
        key_hash("abcd2345efgh6789"),
    )
    asked = (await try_signing_in(browser(operator), ana)).json()

    opened = await second(browser(operator), asked, "recovery", code="ABCD-2345-EFGH-6789")

    assert opened.status_code == 200, opened.text


async def test_new_recovery_codes_end_the_old_ones(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    _, old = await add_app(at)
    new = (await at.post("/api/auth/recovery-codes")).json()["recovery_codes"]
    first, then = [(await try_signing_in(browser(operator), ana)).json() for _ in range(2)]

    assert problem(await second(browser(operator), first, "recovery", code=old[3])) == (401, "wrong_factor")
    assert (await second(browser(operator), then, "recovery", code=new[3])).status_code == 200


async def test_no_secret_lies_open_in_the_database(at: httpx.AsyncClient, owner: Owner) -> None:
    secret, codes = await add_app(at)

    tables = ("totp_secrets", "recovery_codes", "sign_in_challenges", "audit_log")
    kept = "".join([str(await owner.fetchval(f"SELECT jsonb_agg(t) FROM {name} t")) for name in tables])
    assert secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


async def test_a_disabled_person_does_not_get_in_with_the_second_step_either(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person, owner: Owner
) -> None:
    secret, _ = await add_app(at)
    asked = (await try_signing_in(browser(operator), ana)).json()
    await owner.execute("UPDATE users SET disabled_at = now() WHERE id = $1", ana.id)

    assert problem(await second(browser(operator), asked, "totp", code=code_of(secret))) == (
        401,
        "wrong_credentials",
    )


# --- passkeys


async def test_a_passkey_signs_in_by_itself(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    device = Authenticator(HERE)
    added = await add_passkey(at, device)
    elsewhere = browser(operator)

    asked = (await elsewhere.post("/api/auth/passkeys/sign-in/options")).json()
    answer = {"challenge": asked["challenge"], "credential": device.get(asked["options"])}
    done = await elsewhere.post("/api/auth/passkeys/sign-in", json=answer)

    assert added.json()["passkey"]["name"] == "Ana's phone"
    assert len(added.json()["recovery_codes"]) == 10
    assert done.json()["user"]["id"] == str(ana.id)
    again = await browser(operator).post("/api/auth/passkeys/sign-in", json=answer)
    assert problem(again) == (401, "wrong_factor"), "an answer opens once"


async def test_a_passkey_follows_a_password(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    device = Authenticator(HERE)
    await add_passkey(at, device)
    elsewhere = browser(operator)

    asked = (await try_signing_in(elsewhere, ana)).json()
    done = await second(elsewhere, asked, "passkey", credential=device.get(asked["passkey"]))

    assert asked["methods"] == ["passkey", "recovery"]
    assert done.json()["user"]["passkeys"] == 1


@pytest.mark.parametrize(
    "changes", [{"origin": "https://curbe.example.net"}, {"unlocked": False}], ids=["phished", "locked"]
)
async def test_a_passkey_answers_for_nobody_at_another_site_or_locked(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, changes: Json
) -> None:
    device = Authenticator(HERE)
    await add_passkey(at, device)
    asked = (await browser(operator).post("/api/auth/passkeys/sign-in/options")).json()
    for name, value in changes.items():
        setattr(device, name, value)

    answer = {"challenge": asked["challenge"], "credential": device.get(asked["options"])}
    refused = await browser(operator).post("/api/auth/passkeys/sign-in", json=answer)

    assert problem(refused) == (401, "wrong_factor")


async def test_a_passkey_whose_counter_goes_back_was_copied(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    device = Authenticator(HERE)
    await add_passkey(at, device)
    device.counter = 9
    first, then = [(await try_signing_in(browser(operator), ana)).json() for _ in range(2)]
    used = await second(browser(operator), first, "passkey", credential=device.get(first["passkey"]))

    device.counter = 3
    copied = await second(browser(operator), then, "passkey", credential=device.get(then["passkey"]))

    assert used.status_code == 200
    assert problem(copied) == (401, "wrong_factor")


async def test_anothers_passkey_is_no_second_factor(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person, owner: Owner
) -> None:
    await add_passkey(at, Authenticator(HERE))
    eva = await insert_user(owner)
    device = Authenticator(HERE)
    await add_passkey(await signed_in(operator, eva), device)

    asked = (await try_signing_in(browser(operator), ana)).json()
    refused = await second(browser(operator), asked, "passkey", credential=device.get(asked["passkey"]))

    assert problem(refused) == (401, "wrong_factor")


@pytest.mark.parametrize("credential", [{}, {"id": 7}, {"id": "é"}, {"id": "AAAA", "response": []}])
async def test_what_is_no_credential_is_refused_and_breaks_nothing(
    operator: httpx.AsyncClient, credential: Json
) -> None:
    asked = (await browser(operator).post("/api/auth/passkeys/sign-in/options")).json()

    answer = {"challenge": asked["challenge"], "credential": credential}
    refused = await browser(operator).post("/api/auth/passkeys/sign-in", json=answer)

    assert problem(refused) == (401, "wrong_factor")


async def test_a_whole_office_begins_to_sign_in_within_a_minute_and_nobody_without_end(
    operator: httpx.AsyncClient,
) -> None:
    office = browser(operator, address="203.0.113.7")

    begun = 0
    while (
        answer := await office.post("/api/auth/passkeys/sign-in/options")
    ).status_code == 200 and begun < 500:
        begun += 1

    assert begun >= 120
    assert problem(answer) == (429, "too_many_requests")


async def test_a_passkey_that_was_removed_opens_nothing(
    operator: httpx.AsyncClient, at: httpx.AsyncClient, ana: Person
) -> None:
    device = Authenticator(HERE)
    passkey = (await add_passkey(at, device)).json()["passkey"]
    removed = await at.delete(f"/api/auth/passkeys/{passkey['id']}")
    asked = (await browser(operator).post("/api/auth/passkeys/sign-in/options")).json()

    answer = {"challenge": asked["challenge"], "credential": device.get(asked["options"])}
    refused = await browser(operator).post("/api/auth/passkeys/sign-in", json=answer)

    assert removed.status_code == 204
    assert problem(refused) == (401, "wrong_factor")
    assert (await try_signing_in(browser(operator), ana)).json()["state"] == "signed_in"


# --- proofs


async def test_what_guards_an_account_asks_for_a_proof_that_is_not_old(
    at: httpx.AsyncClient, owner: Owner
) -> None:
    await owner.execute("UPDATE sessions SET proved_at = now() - interval '11 minutes'")
    device = Authenticator(HERE)

    before = [
        await at.post("/api/auth/totp"),
        await at.post("/api/auth/recovery-codes"),
        await at.post("/api/auth/passkeys/options"),
        await at.delete("/api/auth/totp"),
    ]
    wrong = await at.post("/api/auth/proofs", json={"method": "password", "password": "not mine at all"})
    proved = await at.post("/api/auth/proofs", json={"method": "password", "password": PASSWORD})
    added = await add_passkey(at, device)

    assert {problem(answer) for answer in before} == {(403, "proof_required")}
    assert problem(wrong) == (401, "wrong_credentials")
    assert (proved.status_code, added.status_code) == (204, 201)
    await owner.execute("UPDATE sessions SET proved_at = now() - interval '11 minutes'")
    asked = (await at.post("/api/auth/proofs/passkey-options")).json()
    proof = {
        "method": "passkey",
        "challenge": asked["challenge"],
        "credential": device.get(asked["options"]),
    }
    assert (await at.post("/api/auth/proofs", json=proof)).status_code == 204
    assert (await at.post("/api/auth/totp")).status_code == 200


async def test_a_person_lets_others_in_only_with_a_proof_and_a_key_needs_none(
    operator: httpx.AsyncClient, acme: Tenant, owner: Owner
) -> None:
    """Whoever found a browser open would else let themselves in for good."""
    boss, agent = [await insert_member(owner, acme.id, role) for role in (Role.OWNER, Role.AGENT)]
    at = await signed_in(operator, boss)
    await owner.execute("UPDATE sessions SET proved_at = now() - interval '11 minutes'")
    people = f"/api/tenants/{acme.id}/people"
    invited = {"email": "friend@example.com", "role": "admin"}

    refused = [
        await at.post(f"{people}/invites", json=invited),
        await at.patch(f"{people}/{agent.id}", json={"role": "owner"}),
    ]
    by_key = await acme.client.post(f"{people}/invites", json=invited)
    taken_out = await at.delete(f"{people}/{agent.id}")

    assert {problem(answer) for answer in refused} == {(403, "proof_required")}
    assert (by_key.status_code, taken_out.status_code) == (201, 204)


async def test_a_person_makes_an_api_key_only_with_a_proof_and_a_key_is_its_own(
    operator: httpx.AsyncClient, acme: Tenant, owner: Owner
) -> None:
    boss = await insert_member(owner, acme.id, Role.OWNER)
    at = await signed_in(operator, boss)
    await owner.execute("UPDATE sessions SET proved_at = now() - interval '11 minutes'")
    wanted = {"scopes": ["inbox:read"]}

    refused = await at.post(f"/api/tenants/{acme.id}/keys", json=wanted)
    by_key = await acme.client.post(f"/api/tenants/{acme.id}/keys", json=wanted)

    assert problem(refused) == (403, "proof_required")
    assert by_key.status_code == 201

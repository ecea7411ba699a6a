"""Letters about accounts, handed to a real mail server: who gets one, what it says, and that its link works."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
import trustme

from bed.api import _ENVIRON, api
from bed.rows import insert_tenant
from bed.smtp import PASSWORD, USER, Postbox, postbox
from bed.tenants import Tenant, caller
from bed.users import Person, browser, insert_member, insert_user, session_at, try_signing_in
from curbe import worker as worker_process
from curbe.domain.access import Role
from curbe.infra import settings
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner
from curbe.infra.mail import Letter, Mailer, NotSent, Refused
from curbe.infra.setting_values import smtp_url

pytestmark = pytest.mark.anyio
CHOSEN = "a password of my own"
LETTER = Letter(
    to="ben@example.org", subject="¿Qué tal?", text="Hola, Ñandú:\n\nhttps://x/" + "y" * 90 + "\n"
)


@pytest.fixture
async def box() -> AsyncIterator[Postbox]:
    async with postbox() as box:
        yield box


@pytest.fixture
def environ(graph: object, box: Postbox) -> dict[str, str]:
    del graph
    return {
        "CURBE_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
        "CURBE_MAIL_FROM": "Curbe <curbe@example.org>",
        "CURBE_PUBLIC_BASE_URL": "http://localhost:8080",
    }


@pytest.fixture
def deliver(apply: Pool, worker: Pool, environ: dict[str, str]) -> Callable[[], object]:
    """Does the jobs that are due, as ``curbe work`` does; returns how many there were."""
    configured = settings.load({**_ENVIRON, **environ}, env_file=None)
    runner = Runner(
        everybody=apply,
        pool=worker,
        handlers=worker_process._mail_jobs(configured, worker),
        at_once=4,
        lease=timedelta(minutes=1),
    )
    return runner.run_due


@pytest.fixture
async def boss(acme: Tenant, owner: asyncpg.Connection) -> Person:
    return await insert_member(owner, acme.id, Role.OWNER, name="Olga Díaz")


async def invite(acme: Tenant, owner: asyncpg.Connection, boss: Person, email: str) -> httpx.Response:
    at = await session_at(owner, acme.client, boss)
    return await at.post(f"{acme.path}/people/invites", json={"email": email, "role": "agent"})


async def ask(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await browser(client).post("/api/auth/password-resets", json={"email": email})


def link_in(box: Postbox, before: str) -> str:
    [found] = re.findall(rf"http://localhost:8080/{before}([A-Za-z0-9_-]{{43}})$", box.text(), re.MULTILINE)
    return found


# --- invitations


async def test_an_invitation_comes_by_mail_and_nobody_else_sees_its_link(
    acme: Tenant, owner: asyncpg.Connection, boss: Person, box: Postbox, deliver: Callable
) -> None:
    answer = await invite(acme, owner, boss, "ben@example.org")
    assert answer.json()["link"] is None

    assert await deliver() == 1

    [letter] = box.letters
    assert (letter["To"], letter["From"]) == ("ben@example.org", "Curbe <curbe@example.org>")
    assert letter["Subject"] == "Olga Díaz invites you to Somebody"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@example.org>")
    accepted = await browser(acme.client).post(
        "/api/auth/invites/accept", json={"token": link_in(box, "invite/"), "password": CHOSEN}
    )
    assert accepted.status_code == 200, accepted.text
    assert await deliver() == 0


async def test_who_is_invited_again_while_the_first_letter_is_on_its_way_gets_another_whose_link_is_good(
    acme: Tenant, owner: asyncpg.Connection, boss: Person, box: Postbox, deliver: Callable
) -> None:
    """The link of the first has ended by the time it comes."""
    box.takes.clear()
    await invite(acme, owner, boss, "ben@example.org")
    on_its_way = asyncio.ensure_future(deliver())
    await asyncio.wait_for(box.is_handed_one.wait(), 30)

    await invite(acme, owner, boss, "ben@example.org")
    box.takes.set()
    await on_its_way
    first = link_in(box, "invite/")
    await deliver()

    assert len(box.letters) == 2
    answers = [
        await browser(acme.client).post("/api/auth/invites/accept", json={"token": token, "password": CHOSEN})
        for token in (first, link_in(box, "invite/"))
    ]
    assert [answer.status_code for answer in answers] == [410, 200]
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0


async def test_who_is_invited_again_gets_the_letter_that_could_not_be_sent_at_once(
    acme: Tenant, owner: asyncpg.Connection, boss: Person, box: Postbox, deliver: Callable
) -> None:
    box.says = "450 later"
    await invite(acme, owner, boss, "ben@example.org")
    await deliver()
    box.says = "250 OK"
    assert await deliver() == 0

    await invite(acme, owner, boss, "ben@example.org")

    assert await deliver() == 1
    assert len(box.letters) == 1


async def test_nobodys_box_is_filled_by_who_invites_them_again_and_again(
    acme: Tenant, owner: asyncpg.Connection, boss: Person, box: Postbox, deliver: Callable
) -> None:
    answers = []
    for _ in range(7):
        answers.append(await invite(acme, owner, boss, "Ben@example.org"))
        await deliver()
    other = await invite(acme, owner, boss, "eva@example.org")

    assert [answer.status_code for answer in answers] == [201] * 5 + [429] * 2
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 500 < int(answers[-1].headers["Retry-After"]) <= 600
    assert (len(box.letters), other.status_code) == (5, 201)
    # The link of the last letter is none of those that were ended.
    accepted = await browser(acme.client).post(
        "/api/auth/invites/accept", json={"token": link_in(box, "invite/"), "password": CHOSEN}
    )
    assert accepted.status_code == 200, accepted.text


async def test_a_letter_is_in_the_language_of_who_gets_it_else_of_the_tenant_else_of_who_invites(
    acme: Tenant, owner: asyncpg.Connection, boss: Person, box: Postbox, deliver: Callable
) -> None:
    await owner.execute("UPDATE users SET language = 'es' WHERE id = $1", boss.id)
    known = await insert_user(owner, email="known@example.org")
    await owner.execute("UPDATE users SET language = 'pt' WHERE id = $1", known.id)

    await invite(acme, owner, boss, "new@example.org")
    await deliver()
    await invite(acme, owner, boss, known.email)
    await deliver()
    await acme.client.patch(acme.path, json={"language": "en"})
    await invite(acme, owner, boss, "newer@example.org")
    await deliver()

    assert [letter["Subject"] for letter in box.letters] == [
        "Olga Díaz te invita a Somebody",
        "Olga Díaz convida você para Somebody",
        "Olga Díaz invites you to Somebody",
    ]


async def test_an_invitation_that_was_taken_back_is_not_sent(
    acme: Tenant, owner: asyncpg.Connection, boss: Person, box: Postbox, deliver: Callable
) -> None:
    invited = await invite(acme, owner, boss, "ben@example.org")
    await acme.client.delete(f"{acme.path}/people/{invited.json()['user_id']}")

    await deliver()

    assert box.letters == []
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0


async def test_names_put_nothing_into_a_letters_head(
    acme: Tenant, owner: asyncpg.Connection, box: Postbox, deliver: Callable
) -> None:
    evil = "Acme {link} \u2028Bcc: all@example.org"
    await owner.execute("UPDATE tenants SET name = $1 WHERE id = $2", evil, acme.id)
    boss = await insert_member(owner, acme.id, Role.OWNER, name="{tenant}\r\nBcc: all@example.org")

    await invite(acme, owner, boss, "ben@example.org")
    await deliver()

    [letter] = box.letters
    assert letter["Bcc"] is None
    assert "{tenant}" in letter["Subject"]
    assert "{link}" in letter["Subject"]


# --- a forgotten password


async def test_a_link_to_choose_another_password_comes_by_mail(
    acme: Tenant, boss: Person, box: Postbox, deliver: Callable
) -> None:
    await ask(acme.client, f" {boss.email.upper()}")
    await ask(acme.client, boss.email)

    assert await deliver() == 1, "asked for twice while it waits, it is sent once"

    assert box.letters[-1]["To"] == boss.email
    body = {"token": link_in(box, "reset#"), "password": CHOSEN}
    done = await browser(acme.client).post("/api/auth/password-resets/complete", json=body)
    assert done.status_code == 204, done.text
    assert (await try_signing_in(browser(acme.client), boss, CHOSEN)).status_code == 200


async def test_whoever_has_no_account_or_a_stopped_one_gets_no_letter(
    acme: Tenant, owner: asyncpg.Connection, box: Postbox, deliver: Callable
) -> None:
    gone = await insert_user(owner, disabled=True)

    for email in ("nobody@example.org", gone.email, "", "no address"):
        assert (await ask(acme.client, email)).status_code == 202
    assert await deliver() == 4

    assert box.letters == []
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0


async def test_nobodys_box_is_filled_by_who_types_their_address(
    acme: Tenant, boss: Person, box: Postbox, deliver: Callable
) -> None:
    for _ in range(5):
        await ask(acme.client, boss.email)
        await deliver()

    assert len(box.letters) == 3


async def test_no_address_that_somebody_typed_lies_in_the_database(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    await ask(acme.client, "canary@example.org")

    assert "canary" not in str(await owner.fetch("SELECT j::text FROM jobs j"))


# --- a server that does not take it


async def test_a_letter_that_cannot_be_sent_now_is_sent_later_and_both_links_would_work(
    acme: Tenant, owner: asyncpg.Connection, boss: Person, box: Postbox, deliver: Callable
) -> None:
    await invite(acme, owner, boss, "ben@example.org")
    box.says = "451 later"

    await deliver()
    job = await owner.fetchrow("SELECT last_error, available_at > now() AS waits FROM jobs")
    box.says = "250 OK"
    await owner.execute("UPDATE jobs SET available_at = now()")
    await deliver()

    assert tuple(job) == ("the server says later (451)", True)
    assert len(box.letters) == 1
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0
    assert await owner.fetchval("SELECT count(*) FROM invites") == 2


@pytest.mark.parametrize(("says", "age"), [("550 no such box", "0"), ("451 later", "25 hours")])
async def test_a_letter_that_nobody_will_take_is_given_up(
    acme: Tenant,
    owner: asyncpg.Connection,
    boss: Person,
    box: Postbox,
    deliver: Callable,
    says: str,
    age: str,
) -> None:
    await invite(acme, owner, boss, "ben@example.org")
    await owner.execute(f"UPDATE jobs SET created_at = now() - interval '{age}'")
    box.says = says

    await deliver()

    assert box.letters == []
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0


async def test_a_link_to_choose_a_password_comes_however_often_it_had_to_be_tried(
    acme: Tenant, owner: asyncpg.Connection, boss: Person, box: Postbox, deliver: Callable
) -> None:
    await ask(acme.client, boss.email)
    box.says = "451 later"
    for _ in range(5):
        await deliver()
        await owner.execute("UPDATE jobs SET available_at = now()")

    box.says = "250 OK"
    await deliver()

    body = {"token": link_in(box, "reset#"), "password": CHOSEN}
    done = await browser(acme.client).post("/api/auth/password-resets/complete", json=body)
    assert done.status_code == 204, done.text


@pytest.mark.parametrize(("says", "age"), [("550 no such box", "0"), ("451 later", "2 hours")])
async def test_a_letter_that_was_given_up_counts_for_none_of_those_that_follow(
    acme: Tenant,
    owner: asyncpg.Connection,
    boss: Person,
    box: Postbox,
    deliver: Callable,
    says: str,
    age: str,
) -> None:
    box.says = says
    for _ in range(3):
        await ask(acme.client, boss.email)
        await owner.execute(f"UPDATE jobs SET created_at = now() - interval '{age}'")
        await deliver()
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0

    box.says = "250 OK"
    await ask(acme.client, boss.email)
    await deliver()

    assert len(box.letters) == 1


# --- the door itself


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate, from an authority that this process believes."""
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


def mailer(url: str) -> Mailer:
    return Mailer(smtp_url(url), sender="Curbe <curbe@example.org>")


@pytest.mark.parametrize(("scheme", "at_once"), [("smtps", True), ("smtp", False)])
async def test_a_password_is_sent_only_over_tls(
    certificate: ssl.SSLContext, scheme: str, *, at_once: bool
) -> None:
    async with postbox(certificate=certificate, at_once=at_once) as box:
        await mailer(f"{scheme}://{USER}:s3cret%2Fword@localhost:{box.port}").send(LETTER)

        assert box.logins == [(USER, PASSWORD)]
        assert box.letters[0]["Subject"] == "¿Qué tal?"
        assert box.text() == LETTER.text


async def test_a_server_that_offers_no_tls_gets_no_password(box: Postbox) -> None:
    with pytest.raises(NotSent):
        await mailer(f"smtp://{USER}:{PASSWORD.replace('/', '%2F')}@localhost:{box.port}").send(LETTER)

    assert box.letters == []


async def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with postbox(certificate=certificate, at_once=True) as box:
        with pytest.raises(NotSent):
            await mailer(f"smtps://{USER}:{PASSWORD.replace('/', '%2F')}@localhost:{box.port}").send(LETTER)

        assert box.logins == []


@pytest.mark.parametrize(
    ("says", "fault"),
    [("550 no", Refused), ("553 no", Refused), ("450 later", NotSent), ("421 busy", NotSent)],
)
async def test_what_the_server_says_decides_whether_to_try_again(
    box: Postbox, says: str, fault: type[Exception]
) -> None:
    box.says = says

    with pytest.raises(fault) as refused:
        await mailer(f"smtp://127.0.0.1:{box.port}").send(LETTER)

    assert "ben@example.org" not in str(refused.value)


async def test_a_wrong_password_or_a_silent_port_is_tried_again(certificate: ssl.SSLContext) -> None:
    async with postbox(certificate=certificate, at_once=True) as box:
        with pytest.raises(NotSent):
            await mailer(f"smtps://{USER}:wrong-one@localhost:{box.port}").send(LETTER)
        port = box.port

    with pytest.raises(NotSent):
        await mailer(f"smtp://127.0.0.1:{port}").send(LETTER)


async def test_without_a_mail_server_nobody_is_asked_to_send(
    web: Pool, worker: Pool, owner: asyncpg.Connection
) -> None:
    tenant = await insert_tenant(owner)
    boss = await insert_member(owner, tenant, Role.OWNER)
    async with api(web, key="curbe_p_" + "A" * 43) as client:
        at = await session_at(owner, client, boss)
        made = await at.post(
            f"/api/tenants/{tenant}/people/invites", json={"email": "b@example.org", "role": "agent"}
        )
        await ask(caller(client, key=None), boss.email)

    assert made.json()["link"].startswith("http://127.0.0.1:8080/invite/")
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0
    assert worker_process._mail_jobs(settings.load(_ENVIRON, env_file=None), worker) == {}

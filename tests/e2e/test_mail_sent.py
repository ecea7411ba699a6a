"""``curbe work`` sends the letters that the web process asked for."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from bed.api import api
from bed.installation import SETTINGS, installed
from bed.smtp import postbox
from bed.users import insert_member, session_at
from curbe.domain.access import Role
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


async def test_an_invitation_is_in_the_box_within_seconds_and_its_link_in_no_log(
    dsn: str, web: Pool, tenant: UUID, owner: asyncpg.Connection
) -> None:
    boss = await insert_member(owner, tenant, Role.OWNER)
    async with postbox() as box:
        mail = {"CURBE_SMTP_URL": f"smtp://127.0.0.1:{box.port}"}
        with installed(**SETTINGS, **mail, DATABASE_URL=dsn, CURBE_LOG_LEVEL="debug") as here:
            working = here.start("work")
            await asyncio.to_thread(working.ready)
            async with api(web, key="curbe_p_" + "A" * 43, environ=mail) as client:
                at = await session_at(owner, client, boss)
                body = {"email": "ben@example.org", "role": "agent"}
                made = await at.post(f"/api/tenants/{tenant}/people/invites", json=body)
                assert made.json()["link"] is None
            async with asyncio.timeout(20):
                while not box.letters:  # noqa: ASYNC110 - the mail server tells nobody
                    await asyncio.sleep(0.1)

    [token] = [word.rpartition("/")[2] for word in box.text().split() if "/invite/" in word]
    said = "".join((*working.said, *working.logged))
    assert len(token) == 43
    assert token not in said
    assert "ben@example.org" not in said

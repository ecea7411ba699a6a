"""What finds its rows by their whole keys has one plan for all tenants; everything else is planned for the tenant that asks."""

import pytest

from curbe.infra.db import Pool, Transaction
from curbe.infra.roles import ONE_PLAN

pytestmark = pytest.mark.anyio


async def planning(tx: Transaction) -> dict[str, str]:
    return {name: await tx.connection.fetchval(f"SHOW {name}") for name in ONE_PLAN}


async def test_a_block_by_key_has_one_plan_and_what_comes_after_it_is_planned_for_its_tenant_again(
    web: Pool, worker: Pool
) -> None:
    for pool in (web, worker):
        async with pool.transaction() as tx:
            before = await planning(tx)
            async with tx.by_key():
                within = await planning(tx)
            after = await planning(tx)

        assert within == ONE_PLAN
        assert before["plan_cache_mode"] == "force_custom_plan"
        assert after == before


async def test_a_block_that_fails_leaves_nothing_behind_for_who_has_the_connection_next(web: Pool) -> None:
    async with web.transaction() as tx:
        before = await planning(tx)
    with pytest.raises(LookupError):
        async with web.transaction() as tx, tx.by_key():
            raise LookupError
    async with web.transaction() as tx:
        assert await planning(tx) == before

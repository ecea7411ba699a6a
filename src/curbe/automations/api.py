"""Automations over HTTP: kept, and tried out before they act."""

from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from curbe.auth.principal import Principal, Scope
from curbe.automations import service
from curbe.automations.rules import Deed, Rule
from curbe.automations.service import Automation, Draft, MessageTrial, Place
from curbe.domain.errors import InvalidRequest, LimitReached, NotFound
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals


class RuleTrial(MessageTrial, frozen=True, kw_only=True):
    """A message to be tried with a rule that is not kept yet."""

    rule: Rule


class TrialOutcome(msgspec.Struct, frozen=True):
    """What would be done: nothing, with its reason; a reply; an assignment; or a priority."""

    deed: Deed


class AutomationController(Controller):
    """What happens by itself when somebody writes."""

    path = "/api/tenants/{tenant_id:uuid}/automations"
    tags = ("automations",)

    @get(
        "/",
        opt={"scope": Scope.AUTOMATIONS_WRITE},
        summary="List the automations",
        responses=refusals(InvalidRequest),
    )
    async def list_automations(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Page[Automation]:
        """Return them in the order in which they are looked at."""
        after = None if cursor is None else decode_cursor(cursor, type=Place)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await service.page(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda one: one, position=lambda one: Place(one.place, one.id))

    @post(
        "/",
        opt={"scope": Scope.AUTOMATIONS_WRITE},
        summary="Make an automation",
        responses=refusals(InvalidRequest, LimitReached),
    )
    async def create_automation(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[Draft],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Automation:
        """Keep it and return it; it acts from the next message on."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.save(
                tx, data, tenant_id=tenant_id, automation_id=None, actor=principal.actor
            )

    @get(
        "/{automation_id:uuid}",
        opt={"scope": Scope.AUTOMATIONS_WRITE},
        summary="Read an automation",
        responses=refusals(NotFound),
    )
    async def read_automation(
        self, tenant_id: FromPath[UUID], automation_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Automation:
        """Return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.one(tx, tenant_id=tenant_id, automation_id=automation_id)

    @put(
        "/{automation_id:uuid}",
        opt={"scope": Scope.AUTOMATIONS_WRITE},
        summary="Change an automation",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def change_automation(
        self,
        tenant_id: FromPath[UUID],
        automation_id: FromPath[UUID],
        data: JSONBody[Draft],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Automation:
        """Put it in place of what it was; what it has done stays known."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.save(
                tx, data, tenant_id=tenant_id, automation_id=automation_id, actor=principal.actor
            )

    @delete(
        "/{automation_id:uuid}",
        opt={"scope": Scope.AUTOMATIONS_WRITE},
        summary="Delete an automation",
        responses=refusals(NotFound),
    )
    async def delete_automation(
        self,
        tenant_id: FromPath[UUID],
        automation_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Delete it."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.delete(tx, tenant_id=tenant_id, automation_id=automation_id, actor=principal.actor)

    @post(
        "/dry-run",
        status_code=HTTP_200_OK,
        opt={"scope": Scope.AUTOMATIONS_WRITE},
        summary="Try a rule that is not kept yet",
        operation_id="tryAutomationRule",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def try_rule(
        self, tenant_id: FromPath[UUID], data: JSONBody[RuleTrial], web_pool: NamedDependency[Pool]
    ) -> TrialOutcome:
        """Say what it would do about a message, and do nothing."""
        async with web_pool.transaction(tenant_id) as tx:
            done = await service.try_out(
                tx, data.rule, data, tenant_id=tenant_id, automation_id=None, now=utc_now()
            )
        return TrialOutcome(done)

    @post(
        "/{automation_id:uuid}/dry-run",
        status_code=HTTP_200_OK,
        opt={"scope": Scope.AUTOMATIONS_WRITE},
        summary="Try an automation",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def try_automation(
        self,
        tenant_id: FromPath[UUID],
        automation_id: FromPath[UUID],
        data: JSONBody[MessageTrial],
        web_pool: NamedDependency[Pool],
    ) -> TrialOutcome:
        """Say what it would do about a message, also where it is not enabled, and do nothing."""
        async with web_pool.transaction(tenant_id) as tx:
            kept = await service.one(tx, tenant_id=tenant_id, automation_id=automation_id)
            done = await service.try_out(
                tx, kept.rule, data, tenant_id=tenant_id, automation_id=automation_id, now=utc_now()
            )
        return TrialOutcome(done)

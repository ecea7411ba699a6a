"""A tenant that runs campaigns: fed by the worker's part, claimed and answered by hand, one step after the other."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from bed.rows import Number
from curbe.campaigns import audience, dry_run, progress, service, store
from curbe.campaigns.audience_shapes import Listed, ListedRecipient
from curbe.campaigns.dry_run import DryRun
from curbe.campaigns.progress import Progress
from curbe.campaigns.rules import Deed
from curbe.campaigns.shapes import Campaign, CampaignChange, NewCampaign
from curbe.campaigns.tending import Tender
from curbe.consent import service as consent
from curbe.consent.gate import Consent
from curbe.consent.rules import About, Source
from curbe.consent.service import Word
from curbe.domain.template import BodyComponent, Language, TemplateContent, TextParameter
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Settlement, Verdict
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.outbound import store as outbox
from curbe.outbound.rechecking import recheck

Owner = asyncpg.Connection
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
HELLO = TemplateContent(
    name="hello",
    language=Language(code="es"),
    components=[BodyComponent(parameters=[TextParameter(text="{{nombre|cliente}}")])],
)


class Desk:
    """A tenant with a number, an approved template, and the worker's part that carries campaigns on."""

    @classmethod
    async def open(cls, owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number) -> "Desk":
        """Approve the template, and return the desk."""
        await owner.execute(
            """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category)
               VALUES ($1, $2, $3, '1', 'hello', 'es', 'APPROVED', 'UTILITY')""",
            number.tenant_id,
            uuid7(),
            number.waba_id,
        )
        return cls(owner, web, worker, apply, number)

    def __init__(self, owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number) -> None:
        self.owner, self.web, self.worker, self.number = owner, web, worker, number
        self.tenant_id = number.tenant_id
        self.now = NOON
        self.tender = Tender(everybody=apply, pool=worker, now=lambda: self.now)

    async def campaign(self, people: int, **told: object) -> UUID:
        """Make a campaign for so many people nobody knows yet, looked over and ready."""
        async with self.web.transaction(self.tenant_id) as tx:
            new = NewCampaign(name="Navidad", template=HELLO, **told)  # type: ignore[arg-type]
            made = await service.create(tx, new, tenant_id=self.tenant_id, actor="cli")
            listed = [ListedRecipient(f"+346{n:08}", {"nombre": f"Ana {n}"}) for n in range(1, people + 1)]
            await audience.add_list(
                tx, Listed(recipients=listed), tenant_id=self.tenant_id, campaign_id=made.id
            )
            await self._do(tx, made.id, Deed.LOOK_OVER)
        return made.id

    async def look_over(self, campaign_id: UUID) -> DryRun:
        """Look over who would get it under the category that its template has now."""
        async with self.web.transaction(self.tenant_id) as tx:
            return await dry_run.look_over(
                tx, tenant_id=self.tenant_id, campaign_id=campaign_id, actor="cli", now=self.now
            )

    async def refit(self, campaign_id: UUID, text: str) -> Campaign:
        """Let the template say this from now on."""
        template = msgspec.structs.replace(
            HELLO, components=[BodyComponent(parameters=[TextParameter(text=text)])]
        )
        async with self.web.transaction(self.tenant_id) as tx:
            return await service.change(
                tx,
                CampaignChange(template=template),
                tenant_id=self.tenant_id,
                campaign_id=campaign_id,
                actor="cli",
            )

    async def treat(self, campaign_id: UUID, deed: Deed) -> Campaign:
        async with self.web.transaction(self.tenant_id) as tx:
            return await self._do(tx, campaign_id, deed)

    async def _do(self, tx, campaign_id: UUID, deed: Deed) -> Campaign:
        return await service.treat(
            tx, deed, tenant_id=self.tenant_id, campaign_id=campaign_id, actor="cli", now=self.now
        )

    async def read(self, campaign_id: UUID) -> Campaign:
        async with self.web.transaction(self.tenant_id) as tx:
            return (await store.read(tx, tenant_id=self.tenant_id, campaign_id=campaign_id)).shown()

    async def progress(self, campaign_id: UUID) -> Progress:
        """Return its figures, and see that the parts are the whole."""
        async with self.web.transaction(self.tenant_id) as tx:
            row = await store.read(tx, tenant_id=self.tenant_id, campaign_id=campaign_id)
            seen = await progress.of(tx, campaign=row, tenant_id=self.tenant_id)
        parts = {name: value for name, value in _parts(seen).items() if name not in {"recipients", "held"}}
        assert sum(parts.values()) == seen.recipients
        assert sum(seen.skipped_by.values()) == seen.skipped
        return seen

    async def claim(self, *, most: int = 1000) -> list[UUID]:
        """Claim as a sender does, up to the intent; return what would go out."""
        where = {"tenant_id": self.tenant_id, "connection_id": self.number.connection_id}
        async with self.worker.transaction(self.tenant_id) as tx:
            claims = await outbox.claim(tx, **where, most=most, lease=LEASE)
            may_go, _ = await recheck(tx, **where, claims=claims, now=self.now)
            ids = [one.message_id for one in may_go]
            marked = await outbound_messages.mark_sending(tx, tenant_id=self.tenant_id, ids=ids)
        return [one.id for one in marked]

    async def answer(
        self, ids: list[UUID], verdict: Verdict = Verdict.ACCEPTED, *, code: int | None = None
    ) -> None:
        """Let the provider have answered."""
        settlements = [
            Settlement(
                id=one,
                attempt=1,
                verdict=verdict,
                at=utc_now(),
                provider_message_id=f"wamid.{one}" if verdict is Verdict.ACCEPTED else None,
                failure_kind="recipient" if verdict is Verdict.FAILED else None,
                error_code=code,
            )
            for one in ids
        ]
        async with self.worker.transaction(self.tenant_id) as tx:
            await outbound_messages.settle(tx, tenant_id=self.tenant_id, settlements=settlements)
            await outbox.drop(tx, tenant_id=self.tenant_id, message_ids=ids)

    async def say_no(self, conversation_id: UUID) -> None:
        contact_id = await self.owner.fetchval(
            "SELECT contact_id FROM conversations WHERE id = $1", conversation_id
        )
        word = Word(
            tenant_id=self.tenant_id,
            contact_id=contact_id,
            about=About.ALL,
            state=Consent.OUT,
            source=Source.KEYWORD,
            actor=consent.PERSON,
            at=utc_now(),
            proof="BAJA",
        )
        async with self.web.transaction(self.tenant_id) as tx:
            await consent.record(tx, [word])

    def anew(self) -> None:
        """Let the worker have been restarted: what it looked at a moment ago is looked at again."""
        self.tender = Tender(everybody=self.tender._everybody, pool=self.worker, now=lambda: self.now)

    async def turns(self, most: int = 50) -> None:
        """Carry on until there is nothing to do at once."""
        for _ in range(most):
            if not await self.tender.turn():
                return


def _parts(seen: Progress) -> dict[str, int]:
    return {
        name: getattr(seen, name) for name in seen.__struct_fields__ if isinstance(getattr(seen, name), int)
    }

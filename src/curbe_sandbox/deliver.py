"""Webhooks out: batched, signed, delivered on a bounded pool, retried for as long as Meta would."""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from curbe_sandbox.post import NotDelivered, Poster
from curbe_sandbox.sign import php_json, signature_headers
from curbe_sandbox.state import App, Override, PhoneNumber, WebhookBehaviour, World
from curbe_sandbox.timeline import Timeline

# At once, then ever more rarely, for up to 7 days [webhooks overview, Sep 2026]; the steps between are ours.
_PAUSES_S: Final = (0, 10, 30, 60, 300, 900, 1800, 3600, 3 * 3600)
_KEEPS_TRYING: Final = timedelta(days=7)
_MOST_UPDATES: Final = 1000  # in one body [webhook endpoint, Apr 2026]
_REMEMBERED: Final = 10_000  # deliveries that are over
_REMEMBERED_BYTES: Final = 64 * 1024 * 1024  # of their bodies


@dataclass(slots=True)
class Delivery:
    """One body on its way to one callback."""

    id: int
    app_id: str
    url: str
    body: bytes
    headers: dict[str, str]
    updates: int
    created_at: datetime
    state: str = "pending"  # acked, failed
    attempts: int = 0
    last_status: int | None = None
    last_error: str = ""


@dataclass(slots=True)
class _Batch:
    changes: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)  # (entry id, field, value)
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class _Lane:
    """What waits for one callback, and how many connections serve it."""

    waiting: deque[Delivery] = field(default_factory=deque)
    running: int = 0


class Webhooks:
    """Everything on its way out. Nothing is dropped without being counted in ``counts``."""

    def __init__(self, world: World, timeline: Timeline, poster: Poster) -> None:
        self.poster: Final = poster
        self._timeline = timeline
        self._lanes: dict[str, _Lane] = {}
        self.restart(world)

    def restart(self, world: World) -> None:
        """Begin anew in another world; what was under way is abandoned."""
        self._world = world
        self.counts: Counter[str] = Counter()
        self.pending: dict[int, Delivery] = {}
        self.over: deque[Delivery] = deque()
        self._over_bytes = 0
        self._batches: dict[tuple[str, str], _Batch] = {}
        for lane in self._lanes.values():
            lane.waiting.clear()
        self._lanes = {}
        self._last_id = 0

    @property
    def in_batches(self) -> int:
        """How many updates wait in batches that are not full."""
        return sum(len(batch.changes) for batch in self._batches.values())

    def emit(
        self, number: PhoneNumber, value: dict[str, Any], *, field_name: str = "messages", entry_id: str = ""
    ) -> None:
        """Send one change about a number to every app that its WABA is subscribed to.

        ``entry_id`` stands in place of the WABA's id.
        """
        waba = self._world.wabas.get(number.waba_id)
        subscribed = waba.subscribed if waba else {}
        if not subscribed:
            self.counts["skipped_not_subscribed"] += 1
        for app_id, override in subscribed.items():
            app = self._world.apps[app_id]
            url = callback_of(app, override, number.overrides.get(app_id), field_name)
            behaviour = self._world.behaviour_of(number, app)
            self.change(app, url, entry_id or number.waba_id, field_name, value, behaviour)

    def change(
        self,
        app: App,
        url: str,
        entry_id: str,
        field_name: str,
        value: dict[str, Any],
        behaviour: WebhookBehaviour,
    ) -> None:
        """Send one change to a callback, in a batch where the behaviour asks for one."""
        self.counts["updates"] += 1
        if not url:
            self.counts["skipped_no_callback"] += 1
            return
        if behaviour.batch_size <= 1:
            self.deliver(app, url, envelope([(entry_id, field_name, value)]), updates=1, behaviour=behaviour)
            return
        batch = self._batches.setdefault((app.id, url), _Batch())
        batch.changes.append((entry_id, field_name, value))
        if len(batch.changes) >= min(behaviour.batch_size, _MOST_UPDATES):
            self._flush(app, url, behaviour)
        elif batch.timer is None:
            batch.timer = self._timeline.after(behaviour.flush_ms / 1000, self._flush, app, url, behaviour)

    def deliver(
        self,
        app: App,
        url: str,
        body: bytes,
        *,
        updates: int,
        behaviour: WebhookBehaviour,
        headers: dict[str, str] | None = None,
    ) -> Delivery:
        """Deliver a body, signed with the app's secret unless ``headers`` already say otherwise."""
        signed = signature_headers(body, app.secret) if headers is None else headers
        first = self._new(app.id, url, body, signed, updates)
        copies = [first]
        if behaviour.duplicate_probability and self._world.chance.random() < behaviour.duplicate_probability:
            self.counts["duplicates"] += 1
            copies.append(self._new(app.id, url, body, signed, updates))
        for delivery in copies:
            if behaviour.reorder_ms:
                self._timeline.after(
                    self._world.chance.random() * behaviour.reorder_ms / 1000, self._push, delivery
                )
            else:
                self._push(delivery)
        return first

    def _new(self, app_id: str, url: str, body: bytes, headers: dict[str, str], updates: int) -> Delivery:
        self._last_id += 1
        delivery = Delivery(
            id=self._last_id,
            app_id=app_id,
            url=url,
            body=body,
            headers={"Content-Type": "application/json", "User-Agent": "facebookexternalua", **headers},
            updates=updates,
            created_at=datetime.now(UTC),
        )
        self.pending[delivery.id] = delivery
        self.counts["deliveries"] += 1
        return delivery

    def _flush(self, app: App, url: str, behaviour: WebhookBehaviour) -> None:
        batch = self._batches.pop((app.id, url), None)
        if batch is None:
            return
        if batch.timer is not None:
            self._timeline.forget(batch.timer)
        self.deliver(app, url, envelope(batch.changes), updates=len(batch.changes), behaviour=behaviour)

    def _push(self, delivery: Delivery) -> None:
        lane = self._lanes.setdefault(delivery.url, _Lane())
        lane.waiting.append(delivery)
        if lane.running < self._world.settings.connections_per_callback:
            lane.running += 1
            self._timeline.start(self._serve(lane))

    async def _serve(self, lane: _Lane) -> None:
        try:
            while lane.waiting:
                await self._attempt(lane.waiting.popleft())
        finally:
            lane.running -= 1

    async def _attempt(self, delivery: Delivery) -> None:
        delivery.attempts += 1
        self.counts["attempts"] += 1
        timeout_s = self._world.settings.webhook_timeout_ms / 1000
        try:
            delivery.last_status = await self.poster.post(
                delivery.url, delivery.body, delivery.headers, timeout_s=timeout_s
            )
        except NotDelivered as error:
            delivery.last_status, delivery.last_error = None, str(error)
        if self.pending.get(delivery.id) is not delivery:  # a reset came between
            self.counts["abandoned_by_reset"] += 1
        elif delivery.last_status == 200:
            self._finish(delivery, "acked")
        else:
            self._retry(delivery)

    def _retry(self, delivery: Delivery) -> None:
        self.counts["refused_attempts"] += 1
        scale = self._world.settings.retry_scale
        if datetime.now(UTC) - delivery.created_at > _KEEPS_TRYING * scale:
            self._finish(delivery, "failed")
            return
        pause = _PAUSES_S[min(delivery.attempts, len(_PAUSES_S)) - 1]
        self._timeline.after(pause * scale, self._push, delivery)

    def _finish(self, delivery: Delivery, state: str) -> None:
        delivery.state = state
        self.counts[state] += 1
        self.counts[f"{state}_updates"] += delivery.updates
        del self.pending[delivery.id]
        self.over.append(delivery)
        self._over_bytes += len(delivery.body)
        while len(self.over) > _REMEMBERED or self._over_bytes > _REMEMBERED_BYTES:
            self._over_bytes -= len(self.over.popleft().body)


def envelope(changes: list[tuple[str, str, dict[str, Any]]]) -> bytes:
    """Return the body that carries these (entry id, field, value), neighbours of one WABA in one entry."""
    entries: list[dict[str, Any]] = []
    for entry_id, field_name, value in changes:
        timed = field_name != "messages"  # entry.time appears only for the other fields
        if not entries or entries[-1]["id"] != entry_id or ("time" in entries[-1]) != timed:
            entry: dict[str, Any] = {"id": entry_id}
            if timed:
                entry["time"] = int(datetime.now(UTC).timestamp())
            entry["changes"] = []
            entries.append(entry)
        entries[-1]["changes"].append({"value": value, "field": field_name})
    return php_json({"object": "whatsapp_business_account", "entry": entries})


def callback_of(app: App, of_waba: Override | None, of_number: Override | None, field_name: str) -> str:
    """Return where a change goes: number before WABA before app; overrides cover ``messages`` [Dec 2025]."""
    if field_name == "messages":
        for override in (of_number, of_waba):
            if override is not None:
                return override.callback_uri
    return app.callback_url

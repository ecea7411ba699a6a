"""The sandbox as a whole: the world, and the machinery that acts on it. One instance per process."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from curbe_sandbox.deliver import Webhooks
from curbe_sandbox.faults import Faults
from curbe_sandbox.pace import Pace
from curbe_sandbox.post import Poster
from curbe_sandbox.record import Record
from curbe_sandbox.start import StartApp, starting_world
from curbe_sandbox.state import Media, WebhookBehaviour
from curbe_sandbox.statuses import Sent, Step, status_value
from curbe_sandbox.timeline import Timeline

_LINK_KEY: Final = b"media links of the sandbox"


class Sandbox:
    """Everything one running sandbox holds. Made inside the event loop, closed with ``close``."""

    def __init__(self, *, start: StartApp, seed: int, record_path: Path | None, origin: str) -> None:
        self.start: Final = start
        self.seed: Final = seed
        self.origin = origin  # how others reach us, for the links in webhooks
        self.started_at: Final = datetime.now(UTC)
        self.timeline: Final = Timeline()
        self.record: Final = Record(record_path)
        self.world = starting_world(start, seed=seed)
        self.faults = Faults(self.world.chance)
        self.pace = Pace()
        self.webhooks: Final = Webhooks(self.world, self.timeline, Poster())
        self._last_wamid = ""
        self.timeline.start(self.record.keep_synced())

    def reset(self) -> None:
        """Go back to the world of the start: no faults, nothing under way, an empty record in memory."""
        self.timeline.clear()
        self.world = starting_world(self.start, seed=self.seed)
        self.faults = Faults(self.world.chance)
        self.pace = Pace()
        self.webhooks.restart(self.world)
        self.record.forget(at=datetime.now(UTC))

    async def close(self) -> None:
        """Stop everything under way and write the record to the disk."""
        await self.timeline.stop()
        await self.webhooks.poster.close()

    def quiet(self) -> bool:
        """Whether no status, answer, batch or delivery is under way; chatty people count as noise."""
        return not (self.timeline.scheduled or self.webhooks.pending or self.webhooks.in_batches)

    def report(self, sent: Sent, steps: Sequence[Step], behaviour: WebhookBehaviour) -> None:
        """Send the status webhooks of a message, each at its time."""
        for step in steps:
            if step.after <= 0:
                self._report_one(sent, step, behaviour)
            else:
                self.timeline.after(step.after, self._report_one, sent, step, behaviour)

    def repeated_wamid(self, wamid: str) -> str:
        """Return the wamid given out last for a ``repeat_wamid`` fault, or this one for the first."""
        self._last_wamid = self._last_wamid or wamid
        return self._last_wamid

    def media_url(self, media: Media, *, origin: str = "", now: datetime | None = None) -> str:
        """Return a link to a file, valid as long as the settings say (Meta: 5 minutes)."""
        lives = timedelta(seconds=self.world.settings.media_url_seconds)
        ext = int(((now or datetime.now(UTC)) + lives).timestamp())
        path = "/whatsapp_business/attachments/"
        return f"{origin or self.origin}{path}?mid={media.id}&ext={ext}&hash={link_hash(media.id, ext)}"

    def _report_one(self, sent: Sent, step: Step, behaviour: WebhookBehaviour) -> None:
        self.world.counts["statuses"] += 1
        self.webhooks.emit(sent.number, status_value(sent, step, behaviour, at=datetime.now(UTC)))


def link_hash(media_id: str, ext: int) -> str:
    """Return what makes a media link of ours unforgeable: a digest over the file and the moment it ends."""
    return hmac.new(_LINK_KEY, f"{media_id}:{ext}".encode(), hashlib.sha256).hexdigest()[:32]

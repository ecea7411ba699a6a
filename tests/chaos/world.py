"""Who takes part in a run: tenants with their numbers, people, numbers that nobody here owns, and how fast they all talk."""

from pathlib import Path
from typing import Final

import msgspec

APP_ID: Final = "100000000000001"
APP_SECRET: Final = "a-secret-of-this-run-only"
VERIFY_TOKEN: Final = "a-verify-token-of-this-run-only"
WEBHOOK_PATH: Final = "/webhooks/meta/whatsapp"


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """One tenant's number. ``mark`` begins every text that is written to it or sent from it, so that a leak shows."""

    mark: str
    tenant_id: str
    phone_number_id: str
    waba_id: str
    display_phone_number: str
    key: str
    people: tuple[str, ...]


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What the generator is told."""

    seed: int
    origin: str  # of the web process
    numbers: tuple[Number, ...]
    strangers: tuple[str, ...]  # phone_number_ids that nobody connected
    ledger: str  # path
    record: str  # path of what the sandbox accepted
    record_from: int  # bytes of it that belong to earlier runs
    webhooks_per_second: float
    sends_per_second: float
    late_statuses: bool  # no status of a message is delivered before the load has ended

    def number(self, phone_number_id: str) -> Number | None:
        """Return the number with this id, None for a stranger's."""
        return next((one for one in self.numbers if one.phone_number_id == phone_number_id), None)


def write_world(world: World, path: Path) -> None:
    """Leave the world where the generator finds it."""
    path.write_bytes(msgspec.json.encode(world))


def read_world(path: Path) -> World:
    """Return the world that was left at ``path``."""
    return msgspec.json.decode(path.read_bytes(), type=World)

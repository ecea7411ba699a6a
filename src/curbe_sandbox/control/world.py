"""Reading, resetting and tuning the whole sandbox."""

import asyncio
import time
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get, patch, post
from litestar.params import Parameter

from curbe_sandbox.control.refusals import bad_request, loose_object
from curbe_sandbox.control.views import number_view, person_view, template_view, token_view, waba_view
from curbe_sandbox.magic import NUMBERS
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Settings

_LOOK_EVERY_S: Final = 0.005
_RECENT: Final = 1000  # people, media and the like shown at most


@get("/sandbox/healthz")
async def healthz(box: Sandbox) -> dict[str, Any]:
    """Tell that the sandbox runs, and how much is under way."""
    return {
        "status": "ok",
        "scheduled": box.timeline.scheduled,
        "pending_deliveries": len(box.webhooks.pending),
        "in_batches": box.webhooks.in_batches,
        "bugs": box.timeline.broken,
    }


@get("/sandbox/state")
async def state(box: Sandbox) -> dict[str, Any]:
    """Show the whole world, secrets included: there is nothing here to protect."""
    world = box.world
    return {
        "graph_base_url": box.origin,
        "started_at": box.started_at,
        "settings": world.settings,
        "apps": list(world.apps.values()),
        "wabas": [waba_view(waba) for waba in world.wabas.values()],
        "numbers": [number_view(number) for number in world.numbers.values()],
        "tokens": [token_view(token) for token in world.tokens.values()],
        "people": [person_view(person) for person in list(world.people.values())[:_RECENT]],
        "people_count": len(world.people),
        "templates": [template_view(template) for template in list(world.templates.values())[:_RECENT]],
        "media_count": len(world.media),
        "open_windows": len(world.windows),
        "magic_recipients": {"+" + digits: magic for digits, magic in NUMBERS.items()},
        "counts": dict(world.counts),
        "webhook_counts": dict(box.webhooks.counts),
    }


@get("/sandbox/rates")
async def rates(box: Sandbox) -> list[dict[str, Any]]:
    """Show, per number, its limit and the most messages accepted within any one second."""
    return [
        {
            "phone_number_id": number.id,
            "limit_per_second": number.messages_per_second,
            "peak_per_second": reached.peak,
        }
        for number_id, reached in box.pace.reached.items()
        if (number := box.world.numbers.get(number_id)) is not None
    ]


@post("/sandbox/reset", status_code=200)
async def reset(box: Sandbox) -> dict[str, Any]:
    """Go back to the world of the start; the record's file keeps what it has."""
    box.reset()
    return {"reset": True}


@patch("/sandbox/settings")
async def change_settings(box: Sandbox, request: Request[Any, Any, Any]) -> Settings:
    """Change some settings; those not named stay."""
    changes = loose_object(await request.body())
    try:
        box.world.settings = msgspec.convert(msgspec.to_builtins(box.world.settings) | changes, Settings)
    except msgspec.ValidationError as error:
        raise bad_request(str(error)) from None
    return box.world.settings


@post("/sandbox/settle", status_code=200)
async def settle(box: Sandbox, timeout_s: Annotated[float, Parameter(ge=0, le=600)] = 10.0) -> dict[str, Any]:
    """Wait until nothing is under way; ``quiet`` tells whether that came in time."""
    end = time.monotonic() + timeout_s
    while not box.quiet() and time.monotonic() < end:  # noqa: ASYNC110 - many things end, none of them tells
        await asyncio.sleep(_LOOK_EVERY_S)
    return {
        "quiet": box.quiet(),
        "scheduled": box.timeline.scheduled,
        "pending_deliveries": len(box.webhooks.pending),
        "in_batches": box.webhooks.in_batches,
    }


HANDLERS: Final = [healthz, state, rates, reset, change_settings, settle]

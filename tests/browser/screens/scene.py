"""What a picture is of: who looks, and what they do to see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import expect

from browser.agent import Agent
from browser.screens.world import World
from browser.site import Account

_ALL: Final = ("light", "dark", "phone")


@dataclass(frozen=True)
class Scene:
    """One screen."""

    name: str
    title: str
    words: str
    arrange: Callable[[Agent, World], None]
    who: Callable[[World], Account] = lambda world: world.sara
    ways: tuple[str, ...] = _ALL
    language: str = "es-ES"
    signed_in: bool = True


def at(path: str) -> Callable[[Agent, World], None]:
    """Go to a page of the tenant's, and wait until what stands for what is to come has gone."""

    def go(agent: Agent, _world: World) -> None:
        agent.go(f"/t/{agent.tenant.id}/{path}")
        agent.page.get_by_role("main").locator(":scope > *").first.wait_for()
        expect(agent.page.locator(".mantine-Skeleton-root")).to_have_count(0)

    return go


def beside(wa_id: str) -> Callable[[Agent, World], None]:
    """Open somebody's conversation, beside everybody's list."""

    def open_it(agent: Agent, world: World) -> None:
        agent.go(f"/t/{agent.tenant.id}/inbox/{world.conversation(wa_id)['id']}?tab=all")
        agent.thread.locator("[data-message]").first.wait_for()

    return open_it


def owner(world: World) -> Account:
    """Return who owns the tenant."""
    return world.olga

"""The screens there are pictures of: who looks at them, and what they do to see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

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


def _sign_in_page(agent: Agent, _world: World) -> None:
    agent.go("/")


def _inbox(agent: Agent, _world: World) -> None:
    agent.go()


SCENES: Final = (
    Scene(
        "sign-in",
        "Signing in",
        "With a password, a second factor, a passkey, or the company's own sign-in.",
        _sign_in_page,
        signed_in=False,
    ),
    Scene(
        "inbox",
        "The inbox",
        "Mine, nobody's, all; unread, labels, who has it, how long the window stays open.",
        _inbox,
    ),
)

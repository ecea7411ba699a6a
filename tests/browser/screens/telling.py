"""The clinic's own servers: one that takes what it is told, one that does not, one that somebody switched off."""

from functools import cache
from typing import Any

from browser.agent import Agent
from browser.screens.scene import Scene, at, owner
from browser.screens.world import World
from browser.site import Hand, until


@cache
def _webhooks(world: World) -> str:
    """Let the servers be told something; returns the id of the one that takes it."""
    olga, base = Hand(world.site.url, world.olga), f"/api/tenants/{world.tenant.id}/outgoing-webhooks"

    def made(path: str, description: str, *types: str) -> str:
        body = {"url": f"{world.receiver.origin}{path}", "description": description, "types": types}
        return str(olga.ask("POST", base, body)["webhook"]["id"])

    def states(webhook: str) -> list[Any]:
        return [one["state"] for one in olga.ask("GET", f"{base}/{webhook}/deliveries")["items"]]

    crm, reports = made("/curbe", "CRM"), made("/refuses", "Informes", "message_received", "message_failed")
    old = made("/curbe", "Tienda antigua", "conversation_updated")
    olga.ask("PATCH", f"{base}/{old}", {"enabled": False})
    for webhook in (crm, reports):
        olga.ask("POST", f"{base}/{webhook}/test")
    world.site.writes("34611000001", "¡Gracias! Hasta mañana.")
    until(lambda: states(crm).count("delivered") > 1)
    until(lambda: any(one["attempts"] for one in olga.ask("GET", f"{base}/{reports}/deliveries")["items"]))
    return crm


def _list(agent: Agent, world: World) -> None:
    _webhooks(world)
    at("settings/webhooks")(agent, world)
    agent.page.get_by_role("list", name="Webhooks salientes").wait_for()


def _one(agent: Agent, world: World) -> None:
    at(f"settings/webhooks/{_webhooks(world)}")(agent, world)
    agent.page.get_by_role("button", name="Enviar una prueba").click()
    agent.page.get_by_text("La prueba llegó").wait_for()


def _new(agent: Agent, world: World) -> None:
    _list(agent, world)
    agent.page.get_by_role("button", name="Nuevo webhook").click()
    agent.page.get_by_role("radio", name="Solo estos").click()


TELLING = (
    Scene(
        "webhooks",
        "Outgoing webhooks",
        "Which servers are told what happens, and whether they take it.",
        _list,
        who=owner,
    ),
    Scene("webhook", "One outgoing webhook", "A test that arrived, and what was told.", _one, who=owner),
    Scene("webhook-new", "A new webhook", "Every event, or those that are chosen.", _new, who=owner),
)

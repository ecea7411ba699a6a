"""What happens by itself: rules about the events of the clinic's shop, what followed from some, and automations."""

from functools import cache
from typing import Any, Final

from browser.agent import Agent
from browser.screens.scene import Scene, at, owner
from browser.screens.world import World
from browser.site import SPAIN, Hand

_SHIPPED: Final = {
    "event": "order.shipped",
    "name": "El pedido ha salido",
    "template": "order_update",
    "language": "es",
    "recipient": "$.customer.phone",
    "variables": {
        "1": {"path": "$.customer.name", "default": "cliente"},
        "2": {"path": "$.order.number"},
    },
    "conditions": [{"path": "$.order.total", "test": "greater", "value": 20}],
}
_LATE: Final = {**_SHIPPED, "event": "order.late", "name": None, "conditions": [], "delay_seconds": 7200}
_RULES: Final = (_SHIPPED, _LATE, {**_LATE, "event": "order.cancelled", "enabled": False})
# What the shop told: of which event, its id, who it is about, and what it was worth.
_TOLD: Final = (
    ("order.shipped", "A-1040", {"phone": "+34611000001", "name": "Lucía"}, 45),
    ("order.shipped", "A-1041", {"phone": "+34611000009", "name": "Elena"}, 12),
    ("order.shipped", "A-1042", {"phone": "no tiene", "name": "Pilar"}, 60),
    ("order.shipped", "A-1043", {"name": "Sin teléfono"}, 60),
    ("order.late", "A-1044", {"phone": "+34611000005", "name": "Inés"}, 30),
    ("order.shipped", "A-1045", {"phone": "+34611000010", "name": "Bruno"}, 30),
)
_WEEK: Final = [{"day": day, "opens": "09:00", "closes": "20:00"} for day in range(5)]


@cache
def _events(world: World) -> None:
    """Let the shop's rules be made, and some of its events be told."""
    olga, base = Hand(world.site.url, world.olga), f"/api/tenants/{world.tenant.id}"
    connections = olga.ask("GET", f"{base}/whatsapp/status")["connections"]
    number = next(one["id"] for one in connections if one["phone_number_id"] == SPAIN)
    for rule in _RULES:
        olga.ask("POST", f"{base}/notifications/rules", {**rule, "connection_id": number})
    for event, number_of_order, customer, total in _TOLD:
        data = {"customer": customer, "order": {"number": number_of_order, "total": total}}
        told = {"event": event, "id": number_of_order, "data": data}
        olga.ask("POST", f"{base}/notifications/events", told)
    world.site.settle()


@cache
def _automations(world: World) -> None:
    olga, base = Hand(world.site.url, world.olga), f"/api/tenants/{world.tenant.id}"
    for place, rule in enumerate(_automated(world)):
        body = {"rule": rule, "place": place, "enabled": rule["kind"] != "welcome"}
        olga.ask("POST", f"{base}/automations", body)


def _automated(world: World) -> tuple[dict[str, Any], ...]:
    return (
        {
            "kind": "keyword_reply",
            "words": ["precio", "precios", "cuánto cuesta"],
            "match": "contains",
            "answer": "La primera visita es gratuita; una limpieza dental cuesta 60 €.",
        },
        {
            "kind": "keyword_reply",
            "words": ["dirección", "cómo llegar"],
            "match": "contains",
            "answer": "Estamos en la calle Mayor, 12. Metro Sol, salida Mayor.",
        },
        {
            "kind": "away",
            "time_zone": "Europe/Madrid",
            "hours": [*_WEEK, {"day": 5, "opens": "10:00", "closes": "14:00"}],
            "holidays": ["2026-12-25", "2027-01-01"],
            "message": "Gracias por escribir. Ahora está cerrado; te respondemos en cuanto abramos.",
        },
        {
            "kind": "welcome",
            "message": "¡Hola! Gracias por escribir a Clínica Sol. Enseguida te atendemos.",
            "again_after_days": 90,
        },
        {"kind": "assign", "user_ids": [world.sara.id, world.tomas.id]},
    )


def _rules(agent: Agent, world: World) -> None:
    _events(world)
    at("notifications")(agent, world)
    agent.page.get_by_role("list", name="Reglas").wait_for()


def _rule(agent: Agent, world: World) -> None:
    """Open a rule, and try it with its sample."""
    _rules(agent, world)
    agent.page.get_by_role("link", name="El pedido ha salido").click()
    agent.page.get_by_role("button", name="Probar con la muestra").click()
    agent.page.get_by_text("Iría a").wait_for()
    agent.page.get_by_role("heading", level=1).scroll_into_view_if_needed()


def _history(agent: Agent, world: World) -> None:
    _events(world)
    at("notifications/history")(agent, world)
    agent.page.get_by_role("list", name="Lo que siguió a los eventos").wait_for()


def _request(agent: Agent, world: World) -> None:
    _events(world)
    at("notifications/connect")(agent, world)
    agent.page.locator("pre").wait_for()


def _order(agent: Agent, world: World) -> None:
    _automations(world)
    at("automations")(agent, world)
    agent.page.get_by_role("list", name="Fuera de horario").wait_for()


def _away(agent: Agent, world: World) -> None:
    """Open the away message, and try it on an evening."""
    _order(agent, world)
    agent.page.get_by_role("link", name="Mensaje fuera de horario").click()
    agent.page.get_by_label("Lo que alguien escribe").fill("¿Tenéis hueco mañana?")
    agent.page.get_by_label("Cuándo", exact=True).fill("2026-11-25T21:30")
    agent.page.get_by_role("button", name="¿Qué pasaría?").click()
    agent.page.get_by_role("region", name="¿Qué pasaría?").wait_for()
    agent.page.get_by_role("heading", level=1).scroll_into_view_if_needed()


BY_ITSELF: Final = (
    Scene(
        "notifications",
        "Automatic notifications",
        "Events of one's own systems become messages: the rules, each on or off.",
        _rules,
        who=owner,
    ),
    Scene(
        "notification-rule",
        "A rule",
        "Written beside a sample of its event: values are picked from it, and the phone shows what comes of them.",
        _rule,
        who=owner,
    ),
    Scene("notification-history", "What followed", "What went to whom, and why not.", _history, who=owner),
    Scene(
        "notification-request",
        "From one's own system",
        "The request that tells of an event, ready to be copied.",
        _request,
        who=owner,
    ),
    Scene(
        "automations",
        "Automations",
        "What happens by itself, in the order in which it is looked at.",
        _order,
        who=owner,
    ),
    Scene(
        "automation",
        "An automation",
        "Its form, and beside it what it would do about a message at a time.",
        _away,
        who=owner,
    ),
)

"""The API as one Litestar application: every route, the gate before them, and what they are given."""

from collections.abc import Callable
from typing import Final

import msgspec
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from curbe import __version__
from curbe.auth.account import Account
from curbe.auth.browser import SECURE_COOKIE
from curbe.auth.describing import Describing
from curbe.auth.factors import Factors
from curbe.auth.gate import Connection, Gate
from curbe.auth.joining import Joining
from curbe.auth.members import Members
from curbe.auth.oidc import Oidc
from curbe.auth.passkeys import Passkeys
from curbe.auth.passwords import Passwords
from curbe.auth.principal import provide_principal, provide_visit
from curbe.auth.quotas import Quotas
from curbe.auth.sign_in import SignIn
from curbe.auth.welcoming import Welcoming
from curbe.campaigns.sheets import Sheets
from curbe.channels.cloudapi.client import CloudApi
from curbe.inbox.changes import let_go_of_colleague
from curbe.infra import db, web
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.document import DocumentConfig, operation_id
from curbe.infra.metrics import Metrics
from curbe.infra.settings import Settings
from curbe.media.keeping import Keeping
from curbe.outbound.receipts import Receipts
from curbe.realtime.announce import people_changed
from curbe.realtime.broadcast import Broadcast
from curbe.realtime.sockets import Sockets
from curbe.routes import ROUTES

_DESCRIPTION: Final = (
    "WhatsApp for the customers of a SaaS: connect numbers, send, receive, read the inbox, follow the events.\n\n"
    "Programs send `Authorization: Bearer <key>`. What is refused is `application/problem+json` with a `code` that does not change. "
    "Lists come in pages: `next_cursor` of one is the `cursor` of the next, null on the last. Times are RFC 3339 in UTC, phones E.164."
)


class Parts(msgspec.Struct, frozen=True):
    """What the API is wired from."""

    settings: Settings
    web_pool: Pool
    apply_pool: Pool  # only for the operator's routes, which are about no single tenant
    keyring: Keyring
    cloud_api: CloudApi
    broadcast: Broadcast
    metrics: Metrics
    keeping: Keeping
    oidc: Oidc | None  # None: no identity provider is configured
    quotas: Quotas
    sockets: Sockets


class Wiring:
    """The dependencies of the API's routes, by name, and the gate before them.

    They can be replaced while no request runs, so that tests can reuse the routes, which take a third of a second to build.
    """

    def __init__(self, parts: Parts) -> None:
        self.use(parts)

    def use(self, parts: Parts) -> None:
        """Give these from now on."""
        self._gate = Gate(parts.web_pool, parts.settings, parts.quotas)
        self._given: dict[str, object] = {
            "settings": parts.settings,
            "web_pool": parts.web_pool,
            "apply_pool": parts.apply_pool,
            "keyring": parts.keyring,
            "cloud_api": parts.cloud_api,
            "broadcast": parts.broadcast,
            "metrics": parts.metrics,
            "sockets": parts.sockets,
            "keeping": parts.keeping,
            "oidc": parts.oidc,
            "receipts": Receipts(parts.web_pool, cloud_api=parts.cloud_api, keyring=parts.keyring),
            "sheets": Sheets(),
            **_accounts(parts),
        }

    async def guard(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let the request pass, or raise as the gate does."""
        await self._gate(connection, handler)

    def dependencies(self) -> dict[str, Provide]:
        """Return how the routes get each, by its name."""
        return {name: Provide(self._giving(name), sync_to_thread=False) for name in self._given}

    def _giving(self, name: str) -> Callable[[], object]:
        return lambda: self._given[name]


def build_api(wiring: Wiring) -> Litestar:
    """Return the API: every route behind the gate, every refusal as problem+json."""
    dependencies = wiring.dependencies()
    dependencies["principal"] = Provide(provide_principal, sync_to_thread=False)
    dependencies["visit"] = Provide(provide_visit, sync_to_thread=False)
    return Litestar(
        route_handlers=ROUTES,
        dependencies=dependencies,
        guards=[wiring.guard],
        plugins=[web.Kit(passing_faults=(*db.Unreachable, *db.GaveWay)), Describing()],
        request_max_body_size=web.LARGEST_BODY,
        openapi_config=_openapi(),
    )


def _accounts(parts: Parts) -> dict[str, object]:
    """Return what the routes about people and their sessions work with, by the names of their dependencies."""
    pool = parts.web_pool
    passwords, members = Passwords(), Members(people_changed, let_go=let_go_of_colleague)
    signing_in = SignIn(pool, passwords)
    factors = Factors(pool, parts.keyring)
    passkeys = Passkeys(pool, factors)
    return {
        "signing_in": signing_in,
        "factors": factors,
        "passkeys": passkeys,
        "welcoming": Welcoming(
            pool, parts.settings, signing_in=signing_in, factors=factors, passkeys=passkeys
        ),
        "members": members,
        "joining": Joining(pool, members=members, passwords=passwords, signing_in=signing_in),
        "account": Account(pool, passwords=passwords, signing_in=signing_in, announce=people_changed),
    }


def _openapi() -> OpenAPIConfig:
    return DocumentConfig(
        title="Curbe",
        version=__version__,
        description=_DESCRIPTION,
        operation_id_creator=operation_id,
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
        openapi_router=Router(
            path="/schema",
            route_handlers=[],
            include_in_schema=False,
            opt={"public": "it describes the API and holds no data"},
        ),
        security=[{"key": []}, {"session": []}],
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="http", scheme="bearer", description="An API key of Curbe"),
                "session": SecurityScheme(
                    type="apiKey",
                    security_scheme_in="cookie",
                    name=SECURE_COOKIE,
                    description="The session of a person who signed in; requests that are no GET need X-CSRF-Token too",
                ),
            }
        ),
    )

"""A tenant as it meets the API: its id, and a client that holds its key."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx


@dataclass(frozen=True, slots=True)
class Tenant:
    """Somebody with a key to one tenant."""

    id: UUID
    client: httpx.AsyncClient
    key: str

    @property
    def path(self) -> str:
        """Where its things are."""
        return f"/api/tenants/{self.id}"

    async def get(self, path: str = "", **more: Any) -> httpx.Response:
        """Ask for something of its own."""
        return await self.client.get(self.path + path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        """Do something of its own."""
        return await self.client.post(self.path + path, json=json, **more)


def caller(client: httpx.AsyncClient, *, key: str | None, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Return another client of the same API, with this key (None: with none) and from this address."""
    app = client._transport.app  # type: ignore[attr-defined]
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url=client.base_url, headers=headers)


def told(answer: httpx.Response) -> dict[str, Any]:
    """Return a refusal without what differs from request to request."""
    return {name: value for name, value in answer.json().items() if name != "request_id"}

"""How soon open inboxes hear of a webhook: thousands of sockets, from the moment it was due until the whole frame is there.

Beside it: a server that stores nothing and hands each body on to its tenant's sockets.
"""

import asyncio
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from bench import stored, world
from bench.cluster import Cluster
from bench.generator import PATH, webhook_request
from bench.processes import running
from bench.product import serving, working
from bench.socket_clients import Delivery, Follower, Order, Told, path_of
from bench.watch import Watch
from bench.world import Number, Somebody
from curbe.auth import service as auth
from curbe.domain.access import Scope
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, Role

CURBE: Final = "curbe serve, curbe work"
BARE: Final = "handed on, nothing stored"
_DATABASE: Final = "bench_sockets"


class Crowd(msgspec.Struct, frozen=True):
    """Who follows: ``sockets`` of each tenant; ``rate``: webhooks a second, in turn to the tenants."""

    tenants: int
    sockets: int
    rate: float
    seconds: float


class Fanned(msgspec.Struct, frozen=True):
    """What one server did for one crowd."""

    server: str
    crowd: Crowd
    told: Told
    cores: dict[str, float]
    memory: dict[str, int]  # MiB

    @property
    def frames_per_second(self) -> float:
        """Frames that reached a socket, a second."""
        return self.told.frames / self.crowd.seconds

    @property
    def web_us(self) -> float:
        """Processor microseconds of the web process for one frame."""
        return self.cores["web"] * 1e6 / self.frames_per_second


def measure(cluster: Cluster, folder: Path, *, server: str, crowd: Crowd, seed: int) -> Fanned:
    """Open the sockets, deliver, and return what they saw."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the server's sockets and the clients'
    dsn = cluster.fresh(_DATABASE)
    numbers = world.numbers(tenants=crowd.tenants)
    everybody = world.people(numbers, each=200)
    keys = asyncio.run(_fill(dsn, numbers, everybody))
    order = folder / "sockets.json"
    order.write_bytes(msgspec.json.encode(_order(server, crowd, numbers, everybody, keys, seed=seed)))
    with ExitStack() as stack:
        processes = {}
        if server == CURBE:
            web = stack.enter_context(serving(cluster, folder, database=_DATABASE))
            processes["worker"] = stack.enter_context(working(cluster, folder, database=_DATABASE)).pid
        else:
            web = stack.enter_context(
                running(["-m", "bench.baseline_servers", "fan-out"], env={}, log=folder / "fan-out.log")
            )
        clients = stack.enter_context(_clients(folder, port=web.port, order=order))
        processes |= {"web": web.pid, "clients": clients.pid}
        watch = Watch(cluster, database=_DATABASE, processes=processes)
        assert clients.stdin is not None
        watch.started()
        clients.stdin.write("go\n")
        clients.stdin.flush()
        _heard(clients, folder)
        watch.spent()
        told = msgspec.json.decode(_heard(clients, folder), type=Told)
    cluster.drop(_DATABASE)
    return Fanned(server=server, crowd=crowd, told=told, cores=watch.cores, memory=watch.memory())


@contextmanager
def _clients(folder: Path, *, port: int, order: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.socket_clients", str(port), str(order)]
    with (
        (folder / "clients.log").open("ab") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as clients,
    ):
        try:
            _heard(clients, folder)
            yield clients
        finally:
            clients.terminate()


def _heard(clients: subprocess.Popen[str], folder: Path) -> str:
    assert clients.stdout is not None
    line = clients.stdout.readline()
    if not line:
        raise RuntimeError(f"the sockets broke off: {(folder / 'clients.log').read_text()[-2000:]}")
    return line


async def _fill(dsn: str, numbers: Sequence[Number], everybody: Sequence[Somebody]) -> list[str]:
    """Fill the database and return each tenant's key."""
    connection = await asyncpg.connect(dsn)
    try:
        await stored.insert_tenants(connection, numbers, token_of={})
        await stored.insert_people(connection, everybody, now=datetime.now(UTC))
        await connection.execute(
            "VACUUM ANALYZE tenants, channel_connections, contacts, contact_aliases, conversations"
        )
    finally:
        await connection.close()
    pool = await Pool.open(dsn, Role.WEB, size=1)
    keys = [await _key(pool, number) for number in numbers]
    await pool.close()
    return keys


async def _key(pool: Pool, number: Number) -> str:
    async with pool.transaction(number.tenant_id) as tx:
        made = await auth.make_key(
            tx,
            tenant_id=number.tenant_id,
            name="bench",
            scopes=[Scope.EVENTS_READ],
            creator=None,
            now=utc_now(),
        )
    return made.key.reveal()


def _order(
    server: str,
    crowd: Crowd,
    numbers: Sequence[Number],
    everybody: Sequence[Somebody],
    keys: Sequence[str],
    *,
    seed: int,
) -> Order:
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
    of_number = {
        number.tenant_id: [somebody for somebody in everybody if somebody.number == number]
        for number in numbers
    }
    deliveries = []
    for turn in range(int(crowd.rate * crowd.seconds)):
        writer = chance.choice(of_number[numbers[turn % crowd.tenants].tenant_id])
        name = uuid7().hex
        content: dict[str, object] = {"type": "text", "text": {"body": "¿Todavía lo tienen en la talla 42?"}}
        body = world.said(writer, content, name=f"wamid.{name}", at=int(time.time()))
        path = PATH if server == CURBE else path_of(writer.number.tenant_id)
        request = webhook_request(body, path=path)
        deliveries.append(Delivery(name=name, sockets=crowd.sockets, request=request))
    followers = [
        Follower(number.tenant_id, key, crowd.sockets) for number, key in zip(numbers, keys, strict=True)
    ]
    return Order(followers=followers, deliveries=deliveries, rate=crowd.rate)

"""Every kind of question, one after the other and then all together at a rate, of a database that is filled."""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench import machine
from bench.cluster import Cluster
from bench.machine import Machine
from bench.product import serving
from bench.reads import questions
from bench.reads.asked import Told, at_rate, one_by_one
from bench.reads.filled import Size
from bench.reads.report import Cost, Results


class Plan(msgspec.Struct, frozen=True):
    """How much is asked."""

    alone: int  # questions of each kind, one after the other
    together: int  # questions of all kinds, at the rate
    rate: float
    clients: int


def ask(
    postgres: Cluster,
    folder: Path,
    *,
    database: str,
    size: Size,
    plan: Plan,
    seed: int,
    described: Machine,
    say: Callable[[str], None],
) -> Results:
    """Ask ``curbe serve`` and return what was seen; ``say`` hears how far it is."""
    began = datetime.now(UTC)
    askers = questions.askers(postgres.database(database), seed=seed)
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
    neighbours = machine.Neighbours(postgres=postgres.pid)
    load = os.getloadavg()[0]
    with serving(postgres, folder, database=database) as web:

        def cost(answers: Callable[[], list[Told]]) -> tuple[list[Told], Cost]:
            meter = machine.Meter(app=web.pid, postgres=postgres.pid)
            told = answers()
            app, of_postgres = meter.spent()
            return told, Cost(app * 1000 / len(told), of_postgres * 1000 / len(told))

        warmup = questions.mixed(questions.KINDS, askers, count=plan.alone, chance=chance)
        one_by_one(web.port, warmup)
        alone: list[Told] = []
        costs: dict[str, Cost] = {}
        for kind in questions.KINDS:
            say(f"{kind.name} ...")
            asked = questions.of_kind(kind, askers, count=plan.alone, chance=chance)
            told, costs[kind.name] = cost(lambda asked=asked: one_by_one(web.port, asked))
            alone += told
        say("everything together ...")
        asked = questions.mixed(questions.KINDS, askers, count=plan.together, chance=chance)
        together, together_cost = cost(lambda: at_rate(web.port, asked, clients=plan.clients, rate=plan.rate))
    on_disk = postgres.run(f"SELECT pg_database_size('{database}') AS size")[0]["size"]
    return Results(
        date=f"{began:%Y-%m-%d %H:%M}",
        machine=msgspec.structs.replace(described, neighbours=neighbours.cores()),
        load=load,
        size=size,
        on_disk=on_disk,
        rate=plan.rate,
        clients=plan.clients,
        alone=alone,
        together=together,
        costs=costs,
        together_cost=together_cost,
    )

"""Requests made from the OpenAPI document, at a real ``curbe serve``: ``make security`` runs some 20,000, the tests a few hundred.

Schemathesis makes them: what the document allows and what it does not, the limits of every value, wrong types, methods nobody offers. Its
checks say whether an answer is one the document knows (status, type, headers, schema), whether a fault of ours answered (5xx), whether a
method that is not offered is refused as it should be, and whether a request without a right key got through.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from bed import graph as graphs
from bed import postgres
from bed.api import key_of, serving
from bed.everything import KINDS, everything_of
from bed.graph import Graph
from bed.tenants import Tenant
from bed.users import insert_member
from curbe.auth.browser import PLAIN_COOKIE, csrf_token
from curbe.auth.session_rules import PREFIX
from curbe.domain.access import Role, Scope
from curbe.infra import db
from curbe.infra.crypto import key_hash, random_token

CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
# The description itself is a megabyte an answer and holds no data; who signs out has no session for the cases to come.
_NOT_ASKED: Final = "^/(schema|api/auth/sign-out)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many cases were sent to how many operations, what was found, and all that the program said."""

    cases: int
    operations: int
    found: tuple[str, ...]
    said: str


async def run(
    dsn: str, graph: Graph, *, examples: int, phases: Sequence[str] = ("fuzzing",), seed: int = 1
) -> Outcome:
    """Send up to ``examples`` made-up cases to each operation, and with the phase ``coverage`` all limits of all values."""
    with tempfile.TemporaryFile("w+") as log, tempfile.NamedTemporaryFile("r", suffix=".json") as report:
        async with serving(dsn, stderr=log.fileno(), **graph.environ) as server:
            said = await _schemathesis(
                server.url,
                await _given(dsn, server.url),
                *("--phases", ",".join(phases), "--max-examples", str(examples), "--seed", str(seed)),
                *("--report", "json", "--report-json-path", report.name),
            )
        log.seek(0)
        faults = [line for line in log if '"info"' not in line]
        return _outcome(json.load(report), "\n".join([said, *faults]))


async def _given(dsn: str, url: str) -> dict[str, Any]:
    """Make a tenant with everything; return its key, the operator's, and the ids to ask for."""
    pool, owner = await db.Pool.open(dsn, db.Role.WEB), await asyncpg.connect(dsn)
    try:
        _, operator = await key_of(pool, None, scopes=Scope)
        async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {operator}"}) as client:
            tenant_id = UUID((await client.post("/api/tenants", json={"name": "Sol"})).json()["id"])
            _, key = await key_of(pool, tenant_id)
            client.headers["Authorization"] = f"Bearer {key}"
            things = await everything_of(Tenant(tenant_id, client=client, key=key), owner)
            session = await _session(owner, tenant_id, url)
    finally:
        await pool.close()
        await owner.close()
    return {
        "tenant": key,
        "operator": operator,
        "session": session,
        "ids": {name: str(things.ids[kind]) for name, kind in KINDS.items()},
    }


async def _session(owner: asyncpg.Connection, tenant_id: UUID, url: str) -> dict[str, str]:
    """Return what a browser sends at which somebody of the tenant has signed in."""
    token = random_token(PREFIX).reveal()
    who = await insert_member(owner, tenant_id, Role.OWNER)
    await owner.execute(
        """INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, proved_at, expires_at)
           VALUES (gen_random_uuid(), $1, $2, now(), now(), now(), now() + interval '1 day')""",
        who.id,
        key_hash(token),
    )
    return {"Cookie": f"{PLAIN_COOKIE}={token}", "X-CSRF-Token": csrf_token(token), "Origin": url}


async def _schemathesis(url: str, given: dict[str, Any], *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        *("run", f"{url}/schema/openapi.json", "--checks", ",".join(CHECKS)),
        *(
            "--exclude-path-regex",
            _NOT_ASKED,
            "--continue-on-failure",
            "--no-color",
            "--warnings",
            "off",
        ),
        # By its seed alone: what runs before have kept would be tried again, too.
        *("--request-timeout", "60", "--generation-database", "none"),
        *arguments,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "security.openapi_hooks",
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "CURBE_SCHEMA_CASES": json.dumps(given),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return said.decode()


def _outcome(report: dict[str, Any], said: str) -> Outcome:
    found = [
        f"{failure['code']} {failure['title']}: {', '.join(failure['operations'])}"
        for failure in report["failures"]
    ]
    return Outcome(
        cases=report["test_cases"]["generated"],
        operations=report["operations"]["tested"],
        found=tuple(found + [str(error) for error in report["errors"]]),
        said=said,
    )


def main() -> int:
    """Run the whole of it; 1 where something was found."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--examples", type=int, default=20, help="made-up cases for each operation")
    arguments.add_argument("--seed", type=int, default=1)
    wanted = arguments.parse_args()
    with postgres.running() as server, graphs.running() as graph, server.fresh() as dsn:
        outcome = asyncio.run(
            run(dsn, graph, examples=wanted.examples, phases=("coverage", "fuzzing"), seed=wanted.seed)
        )
    if outcome.found:
        print(outcome.said)
    print(
        f"{outcome.cases} cases at {outcome.operations} operations, seed {wanted.seed}: {len(outcome.found)} kinds of fault"
    )
    print(*outcome.found, sep="\n")
    return 1 if outcome.found else 0


if __name__ == "__main__":
    sys.exit(main())

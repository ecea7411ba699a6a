"""Another tenant named in every place of a request where no tenant belongs decides nothing.

Elsewhere a query, a body or a header once overrode the path, and anybody was everybody. So each route of a tenant is asked by its own key
with the other tenant's ids strewn about: in the query (also twice), in headers, in the body, beside it and inside it, in lists together
with one's own, under keys that stand twice. What `tests/http/test_matrix.py` tries is one wrong id in its right place.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from test_matrix import (
    BODIES,
    OF_TENANTS,
    PLACES,
    body_of,
    filled,
    operations,
    request,
    variants,
    without_names,
)

from bed.everything import KINDS, Things, everything_of
from bed.tables import of_tenants
from bed.tenants import Tenant

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]

NewTenant = Callable[[], Awaitable[Tenant]]
Asked = dict[str, Any]
# The names under which frameworks, proxies and earlier gateways have told a tenant.
NAMES = (
    "tenant_id",
    "tenantId",
    "tenant",
    "company_id",
    "account_id",
    "organization_id",
    "instanceName",
    "id",
)
HEADERS = (
    "X-Tenant-Id",
    "X-Tenant",
    "X-Company-Id",
    "X-Account-Id",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
)


def routes() -> list[tuple[str, str, str | None]]:
    """Every operation of a tenant, with the name of a body that would do; what deletes comes last."""
    found = []
    for method, path, operation in operations():
        if path.startswith(OF_TENANTS):
            body = body_of(operation)
            shapes = [name for name, _ in variants(body) if name] if body else []
            found.append((method, path, next((name for name in shapes if name in BODIES), None)))
    return sorted(found, key=lambda route: route[0] == "DELETE")


def polluted(body: Any, theirs: Things) -> Iterator[Asked]:
    """The same request with the other tenant named where it should not be, once for each way."""
    id_, path = str(theirs.tenant.id), theirs.tenant.path
    as_json = {"json": body} if body is not None else {}
    yield {**as_json, "params": dict.fromkeys(NAMES, id_)}
    yield {**as_json, "params": [(name, id_) for name in NAMES for _ in range(2)]}
    yield {
        **as_json,
        "params": {f"{name}[]": id_ for name in NAMES} | {f"filter[{name}]": id_ for name in NAMES},
    }
    yield {**as_json, "headers": {name: path if "URL" in name else id_ for name in HEADERS}}
    yield {**as_json, "headers": {"Cookie": "; ".join(f"{name}={id_}" for name in NAMES)}}
    everywhere = dict.fromkeys(NAMES, id_)
    yield {
        "json": {**(body if isinstance(body, dict) else {}), **everywhere},
        "headers": dict.fromkeys(HEADERS[:4], id_),
    }
    if body is None:
        yield {"json": everywhere}
    if isinstance(body, dict):
        yield {"json": {**body, **everywhere}}
        yield {"json": {**body, "tenant": {"id": id_}, "_tenant": {"tenant_id": id_}}}
        yield {"json": [{**body, "tenant_id": id_}, body]}
        yield _as_text("".join([json.dumps(body)[:-1], *(f', "{name}": "{id_}"' for name in NAMES), "}"]))
        yield _as_text("{" + f'"tenant_id": "{id_}", "tenant_id": "{id_}", ' + json.dumps(body)[1:])
        yield {"data": {**{key: str(value) for key, value in body.items()}, "tenant_id": id_}}


def _as_text(body: str) -> Asked:
    return {"content": body.encode(), "headers": {"Content-Type": "application/json"}}


def _told(answer: httpx.Response) -> tuple[int, bytes]:
    """What an answer says, without what is of the request or of the moment."""
    moment = rb'"(request_id|at|generated_at|as_of)":"[^"]*"'
    return answer.status_code, re.sub(moment, b"", answer.content)


async def test_another_tenant_named_anywhere_decides_nothing(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    mine, theirs = [await everything_of(await new_tenant(), owner) for _ in range(2)]
    before = await of_tenants(owner, theirs.tenant.id)
    never_told = [str(named) for kind, named in theirs.ids.items() if kind != "tenant"]
    told, differing, probes, done = [], [], 0, 0

    for method, path, body in routes():
        at = re.sub(r"\{(\w+)\}", lambda found: str(mine.ids[KINDS[found[1]]]), path)
        usual = await mine.tenant.client.get(at)
        for asked in polluted(filled(BODIES[body], mine.ids) if body else None, theirs):
            answer = await mine.tenant.client.request(method, at, **asked)
            probes += 1
            done += answer.is_success
            if any(named in answer.text for named in never_told):
                told.append(f"{method} {path} {asked}")
            if method == "GET" and _told(answer) != _told(usual) and answer.status_code != 422:
                differing.append(f"{method} {path} {asked}")

    assert told == []
    assert differing == []
    assert done > 300, "nearly everything was refused, so nothing was tried"
    assert await of_tenants(owner, theirs.tenant.id) == before
    assert probes > 1000


async def test_anothers_thing_in_a_list_beside_ones_own_is_as_good_as_none(
    new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    mine, theirs = [await everything_of(await new_tenant(), owner) for _ in range(2)]
    before = await of_tenants(owner, theirs.tenant.id)
    lists = [place for place in PLACES if place.many]
    differing = []

    for place in lists:
        own, stranger, nobody = mine.ids[KINDS[place.name]], theirs.ids[KINDS[place.name]], uuid4()
        for many in ([own, stranger], [stranger, own], [stranger, stranger, own]):
            with_theirs = await request(mine, place, *many)
            with_nobodys = await request(mine, place, *(nobody if one == stranger else one for one in many))
            if without_names(with_theirs, stranger) != without_names(with_nobodys, nobody):
                differing.append(str(place))

    assert differing == []
    assert await of_tenants(owner, theirs.tenant.id) == before
    assert len(lists) >= 8

"""The cross-tenant matrix, made from the OpenAPI document: wherever a request can name a thing, another tenant's is as good as none.

For each place of each route that takes an id (path, query, body), the id of another tenant's thing must be answered exactly as one that
never was, byte for byte but for the request's own id, and nothing may change; one's own is answered otherwise, which shows that the place
was reached. A route, a body or a kind of id that this file does not know fails: say here what it is.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.api import description
from bed.everything import KINDS, Things, everything_of
from bed.tables import of_tenants
from bed.tenants import Tenant

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
NewTenant = Callable[[], Awaitable[Tenant]]

DOCUMENT: Json = description()
OF_TENANTS = "/api/tenants/{tenant_id}"
# A body that would do, by the name of its schema; "{conversation}" is the asker's own one.
BODIES: dict[str, Json] = {
    "BulkChange": {"ids": ["{conversation}"], "change": {"state": "resolved"}},
    "CampaignChange": {"name": "Autumn"},
    "CannedReplyChange": {"title": "Hello"},
    "ConsentRules": {},
    "TakenBack": {"id": "0"},
    "Told": {"event": "e", "id": "1"},
    "Rule": {
        "event": "e",
        "template": "hello",
        "language": "es",
        "recipient": "$.phone",
        "connection_id": "{connection}",
    },
    "EventTrial": {
        "rule": {
            "event": "e",
            "template": "order",
            "language": "es",
            "recipient": "$.phone",
            "connection_id": "{connection}",
        }
    },
    "Draft": {"rule": {"kind": "assign", "user_ids": ["{user}"]}},
    "RuleTrial": {"rule": {"kind": "assign", "user_ids": ["{user}"]}},
    "MessageTrial": {},
    "NewConsent": {"category": "all", "state": "out", "proof": "They said so."},
    "Choosing": {"choice_id": "{sign-up choice}", "phone_number_id": "2"},
    "WhichChoice": {"choice_id": "{sign-up choice}"},
    "Completion": {"waba_id": "1", "phone_number_id": "2", "access_token": "EAA"},
    "ConnectionChange": {"country_id": "ES"},
    "ContactChange": {"name": "Ana"},
    "ConversationChange": {"state": "resolved"},
    "FileMapping": {"audience_id": "{audience}", "phone": "phone"},
    "Filter": {"label_ids": ["{label}"]},
    "LabelChange": {"name": "Late"},
    "Listed": {"recipients": [{"phone": "+34600000009"}]},
    "MentionsRead": {},
    "EmbedRequest": {"user_id": "{user}"},
    "MergeRequest": {"contact_id": "{another contact}"},
    "NewCampaign": {
        "name": "Sale",
        "template": {"name": "sale", "language": {"code": "es"}},
        "connection_id": "{connection}",
    },
    "NewCannedReply": {"shortcut": "bye", "title": "Bye", "body": "Goodbye"},
    "NewInvite": {"email": "ben@example.org", "role": "agent"},
    "NewKey": {"scopes": ["inbox:read"]},
    "NewLabel": {"name": "New", "color": "#1a73e8"},
    "NewNote": {"body": "look"},
    "NewSavedView": {"name": "Late", "filter": {}, "shared": True},
    "NewTeam": {"name": "New"},
    "NewOutgoingWebhook": {"url": "https://crm.example.org/other"},
    "OutgoingWebhookChange": {"description": "The other one"},
    "PersonChange": {"role": "supervisor"},
    "SavedViewChange": {"filter": {}},
    "Schedule": {"at": "2099-12-24T10:00"},
    "SendText": {"type": "text", "text": "hola", "to": "+34600000001"},
    "Reading": {"seen_message_id": "{message}"},
    "Registration": {},
    "Start": {},
    "TeamChange": {"name": "Support"},
    "Cover": {},
    "SendByTemplate": {"to": "+34600000001", "name": "order", "language": "es"},
    "TemplateChange": {"category": "UTILITY"},
    "TemplateDraft": {
        "name": "order",
        "language": "es",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Hola."}],
    },
    "TemplateSample": {"media_id": "{media}", "format": "IMAGE"},
    "TestSend": {"to": ["+34600000001"]},
    "TemplateValues": {},
    "TenantChanges": {"name": "Acme"},
    "Trial": {},
    "Which": {},
}
OF_ACCOUNTS = "/api/auth/"  # about whoever asks, or before anybody is known; who may is in test_roles.py
OWN = "/api/tenants/{tenant_id}/push-subscriptions"  # a person's, and a key is refused; whose they are is in test_push.py
OUTSIDE = {
    "/api/operator/users": "the operator's: every account, and a tenant's key is refused",
    "/api/operator/users/{user_id}": "the operator's: every account, and a tenant's key is refused",
    "/api/tenants": "the operator's: no tenant is in the path, and a tenant's key is refused",
    "/api/operator/audit": "the operator's: what was done to the installation",
    "/api/operator/quarantine": "the operator's: what no tenant has",
    "/api/operator/quarantine/{item_id}": "the operator's: what no tenant has",
    "/api/operator/replay": "the operator's: it reads the log of all",
    "/api/operator/unrouted": "the operator's: what no tenant has",
    "/send_template_direct": "of the key's tenant alone: company_id may name no other (test_direct.py)",
    "/send_text_direct": "of the key's tenant alone: company_id may name no other (test_direct.py)",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request can name a thing: a path's or query's parameter, or a member of the body."""

    method: str
    path: str
    where: str
    at: tuple[str, ...]  # of a body, the members that lead to it
    many: bool  # it takes a list
    needs: tuple[str, ...]  # the ids that the query must name
    body: str | None  # the schema whose example is sent

    @property
    def name(self) -> str:
        return self.at[-1]

    @property
    def about(self) -> str:
        """The feature: what follows the tenant in the path."""
        return self.path.removeprefix(OF_TENANTS).lstrip("/").partition("/")[0] or "the tenant"

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix(OF_TENANTS)} {self.where} {'.'.join(self.at)}"


def operations() -> Iterator[tuple[str, str, Json]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def resolved(schema: Json) -> tuple[str | None, Json]:
    reference = schema.get("$ref")
    if reference is None:
        return None, schema
    name = reference.rpartition("/")[2]
    return name, DOCUMENT["components"]["schemas"][name]


def variants(schema: Json) -> Iterator[tuple[str | None, Json]]:
    """Each shape that a schema allows, with its name."""
    name, known = resolved(schema)
    if "oneOf" in known:
        for one in known["oneOf"]:
            yield from variants(one)
    else:
        yield name, known


def is_id(schema: Json) -> bool:
    return any(known.get("format") == "uuid" for _, known in variants(schema))


def is_list_of_ids(schema: Json) -> bool:
    return any("items" in known and is_id(known["items"]) for _, known in variants(schema))


def ids_within(schema: Json, seen: frozenset[str] = frozenset()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The members at any depth that hold ids, as the way to them, and whether they hold several."""
    for name, known in variants(schema):
        if name in seen:
            continue
        below = seen | {name} if name else seen
        for member, inner in known.get("properties", {}).items():
            if is_id(inner) or is_list_of_ids(inner):
                yield (member,), not is_id(inner)
            for way, many in ids_within(inner, below):
                yield (member, *way), many
        if "items" in known:
            yield from ids_within(known["items"], below)


def body_of(operation: Json) -> Json | None:
    content = operation.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("schema")


def places() -> Iterator[Place]:
    for method, path, operation in operations():
        if not path.startswith(OF_TENANTS):
            continue
        if path.startswith(OWN):
            yield Place(method, path, "path", ("tenant_id",), many=False, needs=(), body=None)
            continue
        body = body_of(operation)
        shapes = [name for name, _ in variants(body) if name] if body else []
        sent = next((name for name in shapes if name in BODIES), None)
        needs = tuple(
            parameter["name"]
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query" and parameter.get("required") and is_id(parameter["schema"])
        )
        for parameter in operation.get("parameters", []):
            schema, name = parameter["schema"], parameter["name"]
            if is_id(schema) or is_list_of_ids(schema):
                yield Place(method, path, parameter["in"], (name,), not is_id(schema), needs, sent)
        for way, many in sorted(set(ids_within(body))) if body else ():
            yield Place(method, path, "body", way, many, needs, sent)


PLACES = list(places())


def test_every_route_is_a_tenants_or_named_here() -> None:
    found = {path for _, path, _ in operations() if not path.startswith((OF_TENANTS, OF_ACCOUNTS))}

    assert found == OUTSIDE.keys()


def test_every_route_of_a_tenant_has_the_tenant_in_its_path_as_an_id() -> None:
    routes = {(method, path) for method, path, _ in operations() if path.startswith(OF_TENANTS)}

    assert {(place.method, place.path) for place in PLACES if place.name == "tenant_id"} == routes
    assert len(routes) >= 18


def test_a_client_made_from_the_document_has_short_names_that_tell_nothing_of_our_modules() -> None:
    operations = [told for item in DOCUMENT["paths"].values() for told in item.values()]
    names = [told["operationId"] for told in operations]
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+){0,3}", name)] == []
    assert len(set(names)) == len(names)
    schemas = DOCUMENT["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z]*", name)] == []
    # Generators name their classes by it: of two alike one is left out, and every operation that needs it.
    assert [name for name, schema in schemas.items() if schema["title"] != name] == []


def test_the_document_explains_every_header_and_every_cursor() -> None:
    told = [
        (f"{operation['operationId']} {parameter['name']}", parameter.get("description"))
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "header" or parameter["name"] == "cursor"
    ]
    assert [what for what, words in told if not words] == []
    assert {what.split()[-1] for what, _ in told} >= {"Idempotency-Key", "Prefer", "cursor"}


def test_every_id_is_of_a_known_kind() -> None:
    assert {place.name for place in PLACES} - KINDS.keys() == set()


def test_every_route_with_a_body_has_an_example() -> None:
    unknown = [
        f"{method} {path}"
        for method, path, operation in operations()
        if path.startswith(OF_TENANTS)
        and not path.startswith(OWN)
        and (body := body_of(operation)) is not None
        and not any(name in BODIES for name, _ in variants(body))
    ]

    assert unknown == []


def test_no_way_to_an_id_in_a_body_leads_through_a_list() -> None:
    """Such ones are found and not yet filled in: teach `request` to, when the first one comes."""
    through = [
        str(place)
        for place in PLACES
        if place.where == "body" and place.body is not None and not leads(place.body, place.at[:-1])
    ]

    assert through == []


def leads(body: str, way: tuple[str, ...]) -> bool:
    schema = {"$ref": f"#/components/schemas/{body}"}
    for member in way:
        inside = [known["properties"] for _, known in variants(schema) if "properties" in known]
        schema = next((members[member] for members in inside if member in members), {})
    return any("properties" in known for _, known in variants(schema))


async def test_every_route_refuses_a_parameter_that_it_does_not_take(new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    refused, others = 0, []
    for method, path, _ in operations():
        if path.startswith(OF_TENANTS):
            at = re.sub(
                r"\{(\w+)\}", lambda name: str(tenant.id if name[1] == "tenant_id" else uuid4()), path
            )
            answer = await tenant.client.request(method, at, params={"nonsense": "1"})
            told = answer.json() if answer.is_error else {}
            if (answer.status_code, told.get("field")) == (422, "nonsense"):
                refused += 1
            elif answer.status_code != 403:  # the operator's
                others.append(f"{method} {path}: {answer.text}")

    assert others == []
    assert refused >= 140


@pytest.fixture
def with_everything(new_tenant: NewTenant, owner: asyncpg.Connection) -> Callable[[], Awaitable[Things]]:
    async def make() -> Things:
        return await everything_of(await new_tenant(), owner)

    return make


async def request(me: Things, place: Place, *named: UUID) -> httpx.Response:
    """Ask as ``me``, with everything my own but the id in that place (or the ids, where it takes a list)."""
    path = place.path
    for name in re.findall(r"\{(\w+)\}", path):
        mine = me.ids[KINDS[name]]
        path = path.replace(
            f"{{{name}}}", str(named[0] if (place.where, place.name) == ("path", name) else mine)
        )
    value = [str(one) for one in named] if place.many else str(named[0])
    query: dict[str, Any] = {name: str(me.ids[KINDS[name]]) for name in place.needs}
    if place.where == "query":
        query[place.name] = value
    body = filled(BODIES[place.body], me.ids) if place.body else None
    if place.where == "body":
        inner = body = body or {}
        for member in place.at[:-1]:
            inner = inner.setdefault(member, {})
        inner[place.name] = value
    return await me.tenant.client.request(place.method, path, params=query, json=body)


def filled(example: Any, ids: dict[str, UUID | str]) -> Any:
    """The example with the asker's own things in the places that name them."""
    match example:
        case dict():
            return {name: filled(value, ids) for name, value in example.items()}
        case list():
            return [filled(value, ids) for value in example]
        case str() if example.startswith("{"):
            return str(ids[example.strip("{}")])
        case _:
            return example


def without_names(answer: httpx.Response, named: UUID) -> tuple[int, bytes, set[str]]:
    """All of an answer but the request's own id, and the id asked for, which may be repeated to who sent it."""
    content = answer.content.replace(str(named).encode(), b"(the id)")
    content = re.sub(rb'"request_id":"[^"]*"', b'"request_id":""', content)
    return answer.status_code, content, set(answer.headers)


@pytest.mark.parametrize("about", sorted({place.about for place in PLACES}))
async def test_anothers_is_as_good_as_none(
    with_everything: Callable[[], Awaitable[Things]], owner: asyncpg.Connection, about: str
) -> None:
    me, they = await with_everything(), await with_everything()
    for place in (place for place in PLACES if place.about == about):
        if not await is_reached(me, they, place, owner):
            me = await with_everything()  # a place before may have taken away what this one needs
            assert await is_reached(me, they, place, owner), place


async def is_reached(me: Things, they: Things, place: Place, owner: asyncpg.Connection) -> bool:
    """Hold theirs in that place to be as good as none; say whether mine, in the same request, is more than that."""
    mine, theirs, nobodys = me.ids[KINDS[place.name]], they.ids[KINDS[place.name]], uuid4()
    before = await of_tenants(owner)

    to_theirs = await request(me, place, theirs)
    to_nobodys = await request(me, place, nobodys)

    assert without_names(to_theirs, theirs) == without_names(to_nobodys, nobodys), place
    if place.where == "path":
        assert to_theirs.status_code == 404, place
    assert await of_tenants(owner) == before, place
    to_mine = await request(me, place, mine)
    return without_names(to_mine, mine) != without_names(to_nobodys, nobodys)


async def test_a_tenant_named_anywhere_but_in_the_path_decides_nothing(
    with_everything: Callable[[], Awaitable[Things]], owner: asyncpg.Connection
) -> None:
    """Elsewhere parameters of the query or the body once overrode the path, and anybody was everybody."""
    me, they = await with_everything(), await with_everything()
    of_theirs = await of_tenants(owner, they.tenant.id)
    for place in (place for place in PLACES if place.name == "tenant_id"):
        path = re.sub(r"\{(\w+)\}", lambda found, ids=me.ids: str(ids[KINDS[found[1]]]), place.path)
        named = str(they.tenant.id)

        in_the_query = await me.tenant.client.request(
            place.method, path, params={"tenant_id": named, "tenant": named}
        )
        answer = await me.tenant.client.request(
            place.method,
            path,
            headers={"X-Tenant-Id": named},
            json={**filled(BODIES[place.body], me.ids), "tenant_id": named} if place.body else None,
        )

        refused = (in_the_query.status_code, in_the_query.json().get("field"))
        assert refused in {(422, "tenant_id"), (403, None)}, place  # 403: the operator's
        assert not any(str(one) in answer.text for one in they.ids.values()), place
        assert await of_tenants(owner, they.tenant.id) == of_theirs, place
        if place.method != "GET" and answer.is_success:
            me = await with_everything()  # as above

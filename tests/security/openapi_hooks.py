"""What Schemathesis is told beside the OpenAPI document: whose key asks for what, and ids of things that are there.

Its command line loads this (``SCHEMATHESIS_HOOKS``). Without it nearly every case would end at an id that nobody has.
"""

import json
import os
from typing import Any, Final
from uuid import UUID

import schemathesis
from schemathesis import AuthContext, Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import IgnoredAuth

_GIVEN: Final[dict[str, Any]] = json.loads(os.environ["CURBE_SCHEMA_CASES"])
_IDS: Final[dict[str, str]] = _GIVEN["ids"]
_OF_TENANTS: Final = ("/api/tenants/{tenant_id}", "/send_")
_OF_PEOPLE: Final = "/api/auth/"
_DISCONNECT: Final = "/whatsapp/disconnect"


@schemathesis.auth(refresh_interval=None)  # not the one of the first case for all others
class Keys:
    """A tenant's key for what is a tenant's, a person's session for what is theirs, the operator's key for the rest."""

    def get(self, case: Case, _context: AuthContext) -> dict[str, str]:
        if case.operation.path.startswith(_OF_PEOPLE):
            return dict(_GIVEN["session"])
        key = _GIVEN["tenant" if case.operation.path.startswith(_OF_TENANTS) else "operator"]
        return {"Authorization": f"Bearer {key}"}

    def set(self, case: Case, data: dict[str, str], _context: AuthContext) -> None:
        case.headers = case.headers or {}
        case.headers.update(data)


@schemathesis.hook
def map_path_parameters(context: HookContext, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Ask for what is there wherever the case names any id; but do not do away with it."""
    operation = context.operation
    if not path_parameters or operation is None:
        return path_parameters
    last = operation.path.rpartition("/")[2].strip("{}")
    return {
        name: value if operation.method.upper() == "DELETE" and name == last else _IDS.get(name, value)
        for name, value in path_parameters.items()
    }


@schemathesis.hook
def map_query(_context: HookContext, query: dict[str, Any]) -> dict[str, Any]:
    """The same in a query."""
    return _with_ids(query)


@schemathesis.hook
def map_body(context: HookContext, body: Any) -> Any:
    """The same in a body, except where it would cut the tenant's only number off for all cases to come."""
    if context.operation is not None and context.operation.path.endswith(_DISCONNECT):
        return body
    return _with_ids(body)


@schemathesis.hook
def filter_case(_context: HookContext, case: Case) -> bool:
    """Leave the tenant its number: without a body, that one is meant."""
    body = case.body
    return not case.operation.path.endswith(_DISCONNECT) or bool(
        isinstance(body, dict) and any(body.values())
    )


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:  # noqa: ARG001
    """Leave two things to other tests: that who fails too often is slowed before anything is looked at, and sessions.

    The check of ignored authentication takes keys away; `tests/http/test_roles.py` asks every route without a session.
    """
    in_session = case.operation.path.startswith(_OF_PEOPLE)
    return not (isinstance(failure, IgnoredAuth) and (in_session or "429" in failure.message))


def _with_ids(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            return {key: _with_ids(inner, str(key)) for key, inner in value.items()}
        case list():
            return [_with_ids(inner, name) for inner in value]
        case str() if name in _IDS and _is_uuid(value):
            return _IDS[name]
        case _:
            return value


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True

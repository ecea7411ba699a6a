"""Ordering faults."""

from typing import Any, Final

from litestar import delete, get, post

from curbe_sandbox.control.refusals import bad_request, not_found
from curbe_sandbox.errors import META_ERRORS
from curbe_sandbox.faults import Fault, FaultOrder
from curbe_sandbox.sandbox import Sandbox


@post("/sandbox/faults")
async def order_fault(box: Sandbox, data: FaultOrder) -> dict[str, Any]:
    """Make the next requests that fit fail in some way."""
    if data.kind == "error" and data.code not in META_ERRORS:
        raise bad_request(f"{data.code} is not in Meta's table of errors")
    return _view(box.faults.add(data))


@get("/sandbox/faults")
async def list_faults(box: Sandbox) -> list[dict[str, Any]]:
    """List the orders, those used up too."""
    return [_view(fault) for fault in box.faults.orders]


@delete("/sandbox/faults", status_code=200)
async def clear_faults(box: Sandbox) -> dict[str, Any]:
    """Delete every order."""
    count = len(box.faults.orders)
    box.faults.orders.clear()
    return {"deleted": count}


@delete("/sandbox/faults/{fault_id:str}", status_code=200)
async def delete_fault(box: Sandbox, fault_id: str) -> dict[str, Any]:
    """Delete one order."""
    if not box.faults.remove(fault_id):
        raise not_found("fault", fault_id)
    return {"deleted": 1}


HANDLERS: Final = [order_fault, list_faults, clear_faults, delete_fault]


def _view(fault: Fault) -> dict[str, Any]:
    return {"id": fault.id, "remaining": fault.remaining, "hits": fault.hits, "order": fault.order}

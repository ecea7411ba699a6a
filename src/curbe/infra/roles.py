"""The database roles a process works as, and what each connection of theirs begins with."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The database roles a process works as; what each may touch is in the migrations."""

    WEB = "app_web"
    WORKER = "app_worker"
    INTAKE = "app_intake"
    APPLY = "app_apply"


# The batch role joins arrays to tables by key, and reads the log in its index's order: there is one right plan for each, whatever the
# statistics say at the moment. Left to itself the planner takes an empty table's plan into its growth (foreign-key checks included), and
# reads a whole day's partition to find the next 500 webhooks (docs/explanation/performance.md).
ONE_PLAN: Final = {
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
}
# A tenant's statements are planned for that tenant: a plan kept from a small one walks through a large one's rows, as row-level security
# lets it use nothing but the tenant. Planning costs 0.03 ms a statement, and half a millisecond where it joins a few tables: a transaction
# that looks up by whole keys alone (``by_key``), as sending a message does, takes the one plan instead.
_PLAN_EACH: Final = {"plan_cache_mode": "force_custom_plan"}
_PLANNING: Final = {
    Role.APPLY: ONE_PLAN,
    Role.WORKER: _PLAN_EACH,
    Role.WEB: _PLAN_EACH,
    Role.INTAKE: {},
}


def connection_name(role: Role) -> str:
    """Return what PostgreSQL shows of a role's connections (``application_name``)."""
    return f"curbe {role.value}"


def begins_with(role: Role, *, statement_timeout_ms: int) -> dict[str, str]:
    """Return the settings that a role's connection begins with, by name; values as ``SHOW`` gives them back, but for times."""
    return {
        "role": role.value,
        "application_name": connection_name(role),
        "search_path": "public",
        "timezone": "UTC",
        "jit": "off",
        "statement_timeout": str(statement_timeout_ms),
        "idle_in_transaction_session_timeout": "60000",
        **_PLANNING[role],
    }

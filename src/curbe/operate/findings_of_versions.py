"""What the doctor makes of the version of the Graph API that is spoken: until when Meta answers it. No I/O."""

from datetime import date, timedelta
from typing import Final

from curbe.operate.findings import Finding, State

_NAME: Final = "graph version"
_SOON: Final = timedelta(days=90)
_AFTERWARDS: Final = "Meta answers in a later version than the one asked for"


def graph_version(
    version: str, *, usable_until: date | None, own: str, own_until: date | None, today: date
) -> Finding:
    """Say until when Meta knows the ``version`` that is set.

    Args:
        version: as it is set, such as ``v25.0``.
        usable_until: when Meta takes it away; None: it has not said.
        own: the one that this build speaks where none is set.
        own_until: the same of that one.
        today: by UTC.
    """
    if usable_until is None:
        return Finding(_NAME, State.OK, f"{version}; Meta has named no end of it")
    if usable_until - today > _SOON:
        return Finding(_NAME, State.OK, f"{version}, usable until {usable_until}")
    helps = own != version and (own_until is None or own_until - today > _SOON)
    fix = (
        f"take META_GRAPH_VERSION out of the settings: this Curbe speaks {own} by itself; then restart it"
        if helps
        else "upgrade Curbe: a newer one speaks a later version by itself; or set META_GRAPH_VERSION to a later one"
    )
    if usable_until <= today:
        ended = f"{version} has ended on {usable_until}: {_AFTERWARDS}, and may refuse what it does not know"
        return Finding(_NAME, State.FAIL, ended, fix)
    ends = f"{version} ends on {usable_until}, in {(usable_until - today) // timedelta(days=1)} days"
    return Finding(_NAME, State.WARN, f"{ends}; then {_AFTERWARDS}", fix)

"""Loads structlog as where rich is not installed: whoever shall begin soon loads this before anything that logs.

Where rich is, as it is with Litestar, structlog loads all of it to show tracebacks in colour, and that is a sixth of what a command takes
to begin. Curbe's log has tracebacks of its own (`curbe.infra.log`).
"""

import sys

if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment] - so Python refuses to import it
    import structlog  # noqa: F401 - whoever imports it from now on gets this one

    del sys.modules["rich"]

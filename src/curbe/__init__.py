"""Curbe: a self-hosted, multi-tenant WhatsApp platform."""

import sys
from typing import Final

__version__: Final = "0.1.0"

# Where rich is installed, as it is with Litestar, structlog loads all of it to show tracebacks in colour: a sixth of what a command takes
# to begin. Curbe's log has tracebacks of its own (infra.log), so structlog is loaded as where rich is not installed.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment] - so Python refuses an import
    import structlog  # noqa: F401 - whoever imports it from now on gets this one

    del sys.modules["rich"]

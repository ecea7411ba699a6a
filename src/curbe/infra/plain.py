"""Importing this module loads structlog without rich, so that commands start faster. Import it before anything that logs.

Where rich is installed, as it is with Litestar, structlog loads all of it to show tracebacks in colour. That takes a sixth of the time in
which a command starts, and Curbe formats tracebacks itself (`curbe.infra.log`).
"""

import sys

if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment] - so Python refuses to import it
    import structlog  # noqa: F401 - whoever imports it from now on gets this one

    del sys.modules["rich"]

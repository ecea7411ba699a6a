"""`make sandbox`: the sandbox as the Meta app of this folder's settings.

It takes the app's id, its secret and the verify token from the environment or `.env`, so that Curbe and it believe each other, listens
where META_GRAPH_BASE_URL says if that is this machine, and delivers webhooks to the port that Curbe serves on.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

HERE = {"127.0.0.1", "localhost", "::1"}


def main() -> None:
    """Become `curbe-sandbox`."""
    told = {**_written(Path(".env")), **os.environ}
    graph = urlsplit(told.get("META_GRAPH_BASE_URL", ""))
    port = graph.port if graph.hostname in HERE and graph.port else 8090
    callback = f"http://127.0.0.1:{told.get('CURBE_PORT') or 8080}/webhooks/meta/whatsapp"
    app = {
        name: told[name] for name in ("META_APP_ID", "META_APP_SECRET", "META_VERIFY_TOKEN") if told.get(name)
    }
    if graph.hostname not in HERE:
        print(
            f"Curbe asks Meta itself: set META_GRAPH_BASE_URL=http://127.0.0.1:{port} in .env first.",
            file=sys.stderr,
        )
    program = str(Path(sys.executable).with_name("curbe-sandbox"))
    os.execve(  # noqa: S606 - our own program
        program,
        [program, "--port", str(port), "--callback-url", callback, *sys.argv[1:]],
        {**os.environ, **app},
    )


def _written(file: Path) -> dict[str, str]:
    """Return what the file sets, as `curbe init` writes it."""
    if not file.exists():
        return {}
    pairs = (
        line.partition("=")
        for line in file.read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


if __name__ == "__main__":
    main()

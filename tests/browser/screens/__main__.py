"""``python -m browser.screens`` (`make screenshots`): take docs/screens anew, and docs/screens.md that shows them.

--only NAMES  some of the scenes; the page shows every scene that a picture is there of
--to FOLDER   in place of docs/screens (the page is written for docs/screens alone)
"""

import argparse
import io
import sys
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from browser.agent import Agent
from browser.chromium import CHROMIUM, MISSING, launched
from browser.receiver import receiving
from browser.screens.scenes import SCENES, Scene
from browser.screens.world import World, begun
from browser.site import running_site
from browser.watched import watched

_DOCS: Final = Path(__file__).parents[3] / "docs"
_SCREENS: Final = _DOCS / "screens"
_DESK: Final = {"viewport": {"width": 1440, "height": 900}}
_PHONE: Final = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
_WAYS: Final = {
    "light": {**_DESK, "color_scheme": "light"},
    "dark": {**_DESK, "color_scheme": "dark"},
    "phone": {**_PHONE, "color_scheme": "light"},
}
_COLOURS: Final = 256


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="make screenshots", description="Pictures of every screen.")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--to", type=Path, default=_SCREENS)
    told = parser.parse_args()
    if CHROMIUM is None:
        sys.exit(MISSING)
    told.to.mkdir(parents=True, exist_ok=True)
    scenes = [scene for scene in SCENES if not told.only or scene.name in told.only]
    with (
        receiving() as receiver,
        running_site(CURBE_OUTGOING_WEBHOOK_ORIGINS=receiver.origin) as site,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        world = begun(site, receiver)
        for scene in scenes:
            for way in scene.ways:
                print(f"{scene.name}, {way} ...", flush=True)
                _take(browser, world, scene, way, told.to)
    if told.to == _SCREENS:
        (_DOCS / "screens.md").write_text(_page(), encoding="utf-8")


def _take(browser: Browser, world: World, scene: Scene, way: str, folder: Path) -> None:
    options = {
        "locale": scene.language,
        "reduced_motion": "reduce",
        "timezone_id": "Europe/Madrid",
        **_WAYS[way],
    }
    with watched(browser, **options) as (context, watch):
        agent = Agent(context.new_page(), world.site, scene.who(world), world.tenant, watch)
        if scene.signed_in:
            agent.comes_in()
        scene.arrange(agent, world)
        agent.page.wait_for_timeout(700)  # pictures that load, fonts, the last transition
        picture = Image.open(io.BytesIO(agent.page.screenshot()))
        small = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        small.save(folder / f"{scene.name}-{way}.png", optimize=True)


def _page() -> str:
    lines = [
        "# What it looks like",
        "",
        "`make screenshots` takes these pictures anew: a real installation with a sandbox in Meta's place, in headless Chromium.",
        "",
    ]
    for scene in SCENES:
        taken = [way for way in scene.ways if (_SCREENS / f"{scene.name}-{way}.png").is_file()]
        if taken:
            lines += [f"## {scene.title}", "", scene.words, "", *(_shown(scene, way) for way in taken), ""]
    return "\n".join(lines)


def _shown(scene: Scene, way: str) -> str:
    width = 260 if way == "phone" else 720
    return f'<img src="screens/{scene.name}-{way}.png" width="{width}" alt="{scene.title}, {way}">'


if __name__ == "__main__":
    main()

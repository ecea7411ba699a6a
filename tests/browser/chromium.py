"""Chromium, Debian's or another's, driven by Playwright; and the words for where there is none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Playwright

CHROMIUM: Final = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
MISSING: Final = (
    "Chromium is not installed: `make browser` installs it (as root, with apt-get), or name one in CHROMIUM"
)
# What no test looks at: the browser's own toolbar and the menu under its address bar are pages too, made anew with every window. To draw
# them takes as long as all that Chromium does for an empty page of ours.
_NOT_LOOKED_AT: Final = (
    *("InitialWebUI", "PreloadTopChromeWebUI", "WebUIToolbar"),
    *("WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxPopup"),
)
# Chromium heeds the last list alone: what Playwright leaves out of it is told again.
_NOT_OF_PLAYWRIGHT: Final = (
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"),
    *("MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    "ThirdPartyStoragePartitioning",
)
_OPTIONS: Final = (
    f"--disable-features={','.join((*_NOT_OF_PLAYWRIGHT, *_NOT_LOOKED_AT))}",
    "--no-sandbox",  # the tests may run as root; every page is our own
    "--disable-dev-shm-usage",
    "--mute-audio",
    "--force-color-profile=srgb",
    "--autoplay-policy=no-user-gesture-required",
    # A voice to record where the machine has no microphone.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@contextmanager
def launched(playwright: Playwright, *options: str) -> Iterator[Browser]:
    """Start a Chromium of its own and end it with the block."""
    assert CHROMIUM, MISSING
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_OPTIONS, *options])
    try:
        yield browser
    finally:
        browser.close()

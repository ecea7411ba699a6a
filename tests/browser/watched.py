"""Pages that notice what a person with the browser's tools open would: errors, violations of the policy, requests that failed."""

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

# The browser's own line for an answer that is no 2xx: the answer itself is judged.
_OF_AN_ANSWER: Final = re.compile(r"^Failed to load resource: the server responded with a status of")
_OF_THE_NETWORK: Final = re.compile(
    r"ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_CONNECTION_REFUSED|WebSocket connection to"
)
_VIOLATIONS: Final = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (told) => {
  window.__violations.push(`${told.effectiveDirective} ${told.blockedURI} ${told.sourceFile}:${told.lineNumber} ${told.sample}`);
});
"""
# What a page is made of; a voice note that is not played may stay half loaded for ever.
_OF_THE_PAGE: Final = {"document", "script", "stylesheet", "font", "image", "fetch", "xhr"}
_MOVES: Final = """
() => document.getAnimations().some((one) => one.playState === 'running' && Number.isFinite(one.effect.getComputedTiming().endTime))
"""
_PATIENCE: Final = 15.0  # seconds
_LOOK: Final = 40.0  # milliseconds from one look at a page to the next


@dataclass
class Watch:
    """What was complained of, on any page of a context, and what each page still waits for."""

    complaints: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)
    offline: bool = False  # while it is, failures of the network are nobody's fault
    awaited: dict[Page, set[Request]] = field(default_factory=lambda: defaultdict(set))

    def expect(self, *patterns: str) -> None:
        """Name complaints that belong to the test, such as the refusal it is about."""
        self.expected += [re.compile(pattern) for pattern in patterns]

    def judge(self, *pages: Page) -> None:
        """Fail where something was complained of that nobody expected, or was forbidden on one of the pages; then begin anew."""
        self.complaints += [f"policy: {told}" for page in pages for told in violations(page)]
        unexpected = [
            one for one in self.complaints if not any(pattern.search(one) for pattern in self.expected)
        ]
        self.complaints.clear()
        if unexpected:
            raise AssertionError("the browser complained:\n" + "\n".join(unexpected))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _OF_AN_ANSWER.search(message.text):
            if self.offline and _OF_THE_NETWORK.search(message.text):
                return
            self.complaints.append(
                f"console {message.type}: {message.text} {message.location.get('url', '')}"
            )

    def _failed(self, request: Request) -> None:
        why = request.failure or ""
        # Chromium says so of what a page that is left, or a component that is gone, no longer wants.
        if "ERR_ABORTED" not in why and not self.offline:
            self.complaints.append(f"request failed: {request.method} {request.url} {why}")

    def _answered(self, response: Response) -> None:
        asks_who = response.status == 401 and response.url.endswith("/api/auth/session")
        if response.status >= 400 and not asks_who:
            self.complaints.append(f"answer {response.status}: {response.request.method} {response.url}")

    def rest(self, page: Page) -> None:
        """Wait until everything has come that a page asked for, and nothing on it moves but what never stops."""
        end = time.monotonic() + _PATIENCE
        calm = 0
        while calm < 2:  # what has just come is drawn with the next turn, and may ask for more
            page.wait_for_timeout(_LOOK)
            calm = 0 if self.awaited[page] or page.evaluate(_MOVES) else calm + 1
            assert time.monotonic() < end, (
                f"the page does not come to rest: {[one.url for one in self.awaited[page]]}"
            )

    def follow(self, page: Page) -> None:
        """Watch one page."""
        awaited = self.awaited[page]

        def came(told: Request) -> None:
            awaited.discard(told)

        page.on("request", lambda told: awaited.add(told) if told.resource_type in _OF_THE_PAGE else None)
        page.on("requestfinished", came)
        page.on("requestfailed", came)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)


def violations(page: Page) -> list[str]:
    """Return what the page's Content-Security-Policy forbade since it was loaded."""
    told: list[str] = page.evaluate("window.__violations ?? []")
    return told


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[tuple[BrowserContext, Watch]]:
    """Yield a context of its own (cookies, storage) whose pages are watched; fail at its end where something was wrong."""
    watch = Watch()
    context = browser.new_context(**options)
    context.add_init_script(_VIOLATIONS)
    context.on("page", watch.follow)
    try:
        yield context, watch
        watch.judge(*context.pages)
    finally:
        context.close()
    watch.judge()  # what is only told at the end

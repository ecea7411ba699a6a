"""What is measured, each on a page of its own."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, StorageState

from browser.agent import Agent
from browser.budgets.figures import Figure, at_share
from browser.budgets.large import Large
from browser.site import SPAIN, Account
from browser.watched import watched

PROBE: Final = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
_LIST: Final = "document.querySelector('[role=listbox]')"
_THREAD: Final = "document.querySelector('[role=log]')"
_LOADS: Final = 5
_EVERY_STATE: Final = "".join(
    f"&state={state}" for state in ("open", "waiting", "snoozed", "resolved", "archived", "blocked")
)
_SWITCHES: Final = 12
_ENTERS: Final = 12
_ARRIVALS: Final = 40
_FLOOD: Final = 200  # messages a second
_FLOOD_SECONDS: Final = 10


Measure = Callable[[], Iterator[Figure]]


class Bench:
    """A browser, a large installation, somebody who is signed in."""

    def __init__(self, browser: Browser, large: Large, account: Account) -> None:
        self._browser: Final = browser
        self._large: Final = large
        self._account: Final = account
        with watched(browser, locale="en-US") as (context, watch):
            agent = Agent(context.new_page(), large.site, account, large.tenant, watch)
            agent.sign_in()
            self._state: Final[StorageState] = context.storage_state()

    def everything(self, *, only: Sequence[str] | None = None) -> Iterator[Figure]:
        """Measure everything, or what is named, one after the other."""
        measures: list[Measure] = [self.loading, self.list_scrolling, self.thread_scrolling, self.switching]
        measures += [self.sending, self.arriving, self.typing]
        for measure in measures:
            if not only or measure.__name__ in only:
                print(f"{measure.__name__.replace('_', ' ')} ...", flush=True)
                for figure in measure():
                    print(f"  {figure.told()}", flush=True)
                    yield figure

    @contextmanager
    def _page(self) -> Iterator[Page]:
        options = {
            "locale": "en-US",
            "viewport": {"width": 1280, "height": 800},
            "storage_state": self._state,
        }
        with watched(self._browser, **options) as (context, watch):
            watch.expect("answer 500: GET .*/media/")  # the filled messages' files are nowhere
            context.add_init_script(PROBE)
            yield context.new_page()

    @contextmanager
    def _inbox(self, conversation: str | None = None, *, states: str = "") -> Iterator[Page]:
        with self._page() as page:
            base = f"{self._large.site.url}/t/{self._large.tenant.id}/inbox"
            page.goto(f"{base}/{conversation or ''}".rstrip("/") + f"?tab=all{states}")
            page.locator("[role=option]").first.wait_for()
            if conversation:
                page.locator("[role=log] [data-message]").first.wait_for()
            page.wait_for_timeout(700)
            yield page

    def loading(self) -> Iterator[Figure]:
        """Load the inbox from nothing, in a context without a cache."""
        seen: list[dict[str, float]] = []
        for _ in range(_LOADS):
            with self._page() as page:
                page.goto(f"{self._large.site.url}/t/{self._large.tenant.id}/inbox")
                page.evaluate("__probe.firstRowCame")
                page.wait_for_timeout(500)
                told = page.evaluate(_LOADED)
                told["blocked"] = sum(max(0.0, task - 50) for task in told["tasks"])
                seen.append(told)

        def middle(name: str) -> float:
            return at_share([one[name] for one in seen], 0.5)

        yield Figure("JavaScript on the wire before the first row", middle("js"), "kB", 190, 220)
        yield Figure("CSS on the wire before the first row", middle("css"), "kB", 25, 25)
        yield Figure("first contentful paint", middle("fcp"), "ms", 600, 2500)
        yield Figure("largest contentful paint", middle("lcp"), "ms", 1000, 4000)
        yield Figure("rows on the screen", middle("row"), "ms", 1000, 4000)
        yield Figure("main thread blocked while loading", middle("blocked"), "ms", 200, 1500)
        yield Figure("layout shift while loading", middle("shifts"), "", 0.02, 0.1)

    def list_scrolling(self) -> Iterator[Figure]:
        """Scroll the list, then have all of it in memory."""
        with self._inbox(states=_EVERY_STATE) as page:
            told = page.evaluate(f"__probe.scroll({_LIST}, 60000, 6000)")
            yield from _scrolled("list of 100,000", told)
            began = time.monotonic()
            rows = _to_the_end(page)
            yield Figure(f"the list of {rows:,} read to its end", time.monotonic() - began, "s", 60, 240)
            yield Figure("heap with all of it", _heap(page), "MB", 80, 120)
            told = page.evaluate(f"__probe.scroll({_LIST}, -60000, 6000)")
            yield from _scrolled("list of 100,000 in memory", told)

    def thread_scrolling(self) -> Iterator[Figure]:
        """Scroll up through the longest conversation."""
        with self._inbox(self._large.longest) as page:
            told = page.evaluate(f"__probe.scroll({_THREAD}, -40000, 5000)")
            yield from _scrolled("thread of 10,000", told)
            yield Figure("heap with a long thread", _heap(page), "MB", 80, 120)

    def switching(self) -> Iterator[Figure]:
        """Go from one conversation to the next and back."""
        with self._inbox() as page:
            options = page.locator("[role=option]")
            first = [_opened(page, options.nth(place % 6)) for place in range(_SWITCHES)]
            cached = [_opened(page, options.nth(place % 6)) for place in range(_SWITCHES)]
            yield Figure("open a conversation, p50", at_share(first[:6], 0.5), "ms", 150, 800)
            yield Figure("open one that was open before, p95", at_share(cached, 0.95), "ms", 100, 500)

    def sending(self) -> Iterator[Figure]:
        """Press Enter and wait for the bubble."""
        self._window_opens()
        with self._inbox(self._large.longest) as page:
            box = page.locator("section textarea")
            took = []
            for number in range(_ENTERS):
                words = f"respuesta {time.time_ns()} {number}"
                box.fill(words)
                page.evaluate(_BEFORE_KEY, ["Enter", words])
                box.press("Enter")
                took.append(page.evaluate("window.__took"))
                page.wait_for_timeout(150)
            yield Figure("Enter to bubble, p95", at_share(took, 0.95), "ms", 50, 250)

    def arriving(self) -> Iterator[Figure]:
        """See in a second tab what one sends, and what a customer writes."""
        self._window_opens()
        with self._inbox(self._large.longest) as page, self._inbox(self._large.longest) as other:
            box = page.locator("section textarea")
            sent, written = [], []
            for number in range(_ARRIVALS):
                words = f"otra {time.time_ns()} {number}"
                box.fill(words)
                other.evaluate(_ARRIVES, words)
                page.evaluate(
                    "() => addEventListener('keydown', () => { window.__pressed = Date.now(); }, { once: true, capture: true })"
                )
                box.press("Enter")
                sent.append(other.evaluate("window.__arrived") - page.evaluate("window.__pressed"))
            for number in range(_ARRIVALS):
                words = f"cliente {time.time_ns()} {number}"
                other.evaluate(_ARRIVES, words)
                at = time.time() * 1000
                self._writes(words, number)
                written.append(other.evaluate("window.__arrived") - at)
            yield Figure(
                "sent in one tab, on the screen of another, p95", at_share(sent, 0.95), "ms", 500, 2000
            )
            yield Figure("webhook to screen, p95", at_share(written, 0.95), "ms", 500, 2000)

    def typing(self) -> Iterator[Figure]:
        """Type while two hundred messages a second come in."""
        self._window_opens()
        with self._inbox(self._large.longest) as page:
            box = page.locator("section textarea")
            box.click()
            page.evaluate("__probe.events.length = 0; __probe.longTasks.length = 0")
            flood = _Flood(self._large)
            flood.start()
            while flood.is_alive():
                page.keyboard.type("quince letras. ", delay=60)
            flood.join()
            last = page.get_by_role("log").get_by_text(flood.last).first
            last.wait_for()
            events = page.evaluate("__probe.events") or [0]
            yield Figure("typing at 200 messages a second, INP p98", at_share(events, 0.98), "ms", 200, 800)
            yield Figure("messages a second that came", flood.sent / _FLOOD_SECONDS, "", _FLOOD, 10**6)
            shown = self._large.site.messages_of(self._large.tenant, self._large.longest)
            yield Figure("messages lost on the way", float(shown[0]["text"] != flood.last), "", 0, 0)

    def _window_opens(self) -> None:
        self._writes(f"hola {time.time_ns()}", 0)
        time.sleep(1)

    def _writes(self, text: str, number: int) -> None:
        self._large.site.webhook(_message(self._large.longest_wa_id, text, number))


class _Flood(threading.Thread):
    """Messages from many people, a fifth of them in the conversation that is open."""

    def __init__(self, large: Large) -> None:
        super().__init__()
        self._large: Final = large
        self.sent = 0
        self.last = f"el último {time.time_ns()}"

    def run(self) -> None:
        began = time.monotonic()
        while (gone := time.monotonic() - began) < _FLOOD_SECONDS:
            due = int(gone * _FLOOD) - self.sent
            if due > 0:
                self._large.site.webhook(*(self._one(self.sent + number) for number in range(due)))
                self.sent += due
            time.sleep(0.02)
        self._large.site.webhook(_message(self._large.longest_wa_id, self.last, 0))

    def _one(self, number: int) -> dict[str, Any]:
        wa_id = self._large.longest_wa_id if number % 5 == 0 else f"346{1 + number * 37 % 90_000:08d}"
        return _message(wa_id, f"mensaje {number}", number)


_LOADED: Final = """
() => {
  const before = performance.getEntriesByType('resource').filter((one) => one.startTime < __probe.firstRow);
  const size = (of) => before.filter((one) => new URL(one.name).pathname.endsWith(of))
    .reduce((sum, one) => sum + one.encodedBodySize, 0) / 1000;
  return {
    row: __probe.firstRow, lcp: __probe.lcp, shifts: __probe.shifts, tasks: __probe.longTasks, js: size('.js'), css: size('.css'),
    fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  };
}
"""
_BEFORE_KEY: Final = """
([key, words]) => {
  window.__took = new Promise((done) => {
    addEventListener('keydown', (event) => {
      if (event.key !== key) return;
      const pressed = performance.now();
      __probe.when(() => document.querySelector('[role=log]')?.textContent.includes(words)).then((at) => done(at - pressed));
    }, { once: true, capture: true });
  });
}
"""
_ARRIVES: Final = """
(words) => {
  window.__arrived = __probe.when(() => document.querySelector('[role=log]')?.textContent.includes(words)).then(() => Date.now());
}
"""


def _message(wa_id: str, text: str, number: int) -> dict[str, Any]:
    metadata = {"display_phone_number": "34600000001", "phone_number_id": SPAIN}
    message = {
        "from": wa_id,
        "id": f"wamid.budget.{time.time_ns()}.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    return {
        "field": "messages",
        "value": {"messaging_product": "whatsapp", "metadata": metadata, "messages": [message]},
    }


def _opened(page: Page, option: Any) -> float:
    """Click a row and return the milliseconds until another conversation's lines are painted."""
    page.evaluate(
        """() => {
          const before = location.pathname;
          const lines = document.querySelector('[role=log] [data-message]');
          window.__took = new Promise((done) => {
            addEventListener('pointerdown', () => {
              const pressed = performance.now();
              __probe.when(() => location.pathname !== before && document.querySelector('[role=log] [data-message]')
                && document.querySelector('[role=log] [data-message]') !== lines).then((at) => done(at - pressed));
            }, { once: true, capture: true });
          });
        }"""
    )
    option.click()
    took: float = page.evaluate("window.__took")
    page.wait_for_timeout(250)
    return took


def _scrolled(what: str, told: dict[str, Any]) -> Iterator[Figure]:
    yield Figure(f"{what}: frames while scrolling, p95", at_share(told["frames"], 0.95), "ms", 20, 50)
    yield Figure(f"{what}: tasks over 50 ms", float(len(told["longTasks"])), "", 0, 20)
    yield Figure(f"{what}: rows in the page", float(told["rows"]), "", 60, 60)


def _to_the_end(page: Page) -> int:
    """Scroll the list to its end, page by page, and return how many rows it has."""
    script = f"""async () => {{
      const list = {_LIST};
      let still = 0;
      let before = -1;
      while (still < 8) {{
        list.scrollTop = list.scrollHeight;
        await new Promise((done) => setTimeout(done, 60));
        still = list.scrollHeight === before && list.getAttribute('aria-busy') !== 'true' ? still + 1 : 0;
        before = list.scrollHeight;
      }}
      const rows = [...list.querySelectorAll('[role=option]')];
      return Math.max(...rows.map((row) => Number(row.getAttribute('aria-posinset'))));
    }}"""
    return int(page.evaluate(script))


def _heap(page: Page) -> float:
    """Return the megabytes of the page's heap when everything that can go has gone."""
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.enable")
    client.send("HeapProfiler.collectGarbage")
    return float(client.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

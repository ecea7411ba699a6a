"""The watch that every other test here trusts: it sees what goes wrong on a page, and says nothing of a page that is well."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route

from .watched import watched

ORIGIN = "http://shop.test"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


def serving(page: Page, script: str, *, body: str = "") -> None:
    """A site of two files under a strict policy; everything else of it is 404, and other hosts are not there."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path == "/":
            html = f"<!doctype html><title>shop</title><body>{body}<script src='/app.js'></script>"
            route.fulfill(body=html, headers={"Content-Security-Policy": POLICY, "Content-Type": "text/html"})
        elif path == "/app.js":
            route.fulfill(body=script, headers={"Content-Type": "text/javascript"})
        elif path == "/cut":
            route.abort("connectionreset")
        else:
            route.fulfill(status=404, body="")

    page.route(f"{ORIGIN}/**", answer)


@pytest.mark.parametrize(
    ("script", "body", "complaint"),
    [
        ("console.error('lost');", "", "console error: lost"),
        ("setTimeout(() => { throw new Error('fell over'); });", "", "page error: fell over"),
        ("Promise.reject(new Error('nobody caught it'));", "", "page error: nobody caught it"),
        ("fetch('/absent');", "", "answer 404: GET http://shop.test/absent"),
        ("fetch('/cut').catch(() => undefined);", "", "request failed: GET http://shop.test/cut"),
        ("", "<script>window.ran = true</script>", "policy: script-src-elem inline"),
        ("", "<p onclick='x()'>", "policy: script-src-attr inline"),
        ("new Function('1')();", "", "policy: script-src eval"),
    ],
)
def test_what_goes_wrong_on_a_page_is_seen(chromium: Browser, script: str, body: str, complaint: str) -> None:
    def visit() -> None:
        with watched(chromium) as (context, _):
            page = context.new_page()
            serving(page, script, body=body)
            page.goto(f"{ORIGIN}/")
            page.wait_for_timeout(150)

    assert complaint in complained(visit)


def complained(visit: Callable[[], None]) -> str:
    with pytest.raises(AssertionError) as told:
        visit()
    return str(told.value)


def test_of_a_page_that_is_well_nothing_is_said(chromium: Browser) -> None:
    with watched(chromium) as (context, _):
        page = context.new_page()
        serving(page, "document.title = 'open'")
        page.goto(f"{ORIGIN}/")
        assert page.title() == "open"


def test_what_a_test_expects_is_not_held_against_it(chromium: Browser) -> None:
    with watched(chromium) as (context, watch):
        watch.expect(r"answer 404: GET .*/absent")
        page = context.new_page()
        serving(page, "fetch('/absent').then(() => { document.title = 'answered'; });")
        page.goto(f"{ORIGIN}/")
        page.wait_for_function("document.title === 'answered'")

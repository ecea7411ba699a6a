"""An agent at the inbox: what somebody does there, in the words on the screen."""

import re

from playwright.sync_api import Locator, Page, expect

from .site import Account, Site, Tenant
from .watched import Watch


def press(where: Page | Locator, name: str) -> None:
    """Press the button of that name."""
    where.get_by_role("button", name=name, exact=True).click()


class Agent:
    """Somebody with a page open."""

    def __init__(self, page: Page, site: Site, account: Account, tenant: Tenant, watch: Watch) -> None:
        self.page = page
        self.site = site
        self.account = account
        self.tenant = tenant
        self.watch = watch

    @property
    def inbox(self) -> str:
        """The address of their inbox."""
        return f"{self.site.url}/t/{self.tenant.id}/inbox"

    def go(self, path: str | None = None) -> None:
        """Open their inbox, or another page of the site by its path."""
        self.page.goto(self.inbox if path is None else self.site.url + path)

    def fill_in(self, password: str | None = None) -> None:
        """Fill in the sign-in page and send it."""
        self.page.get_by_label("E-mail").fill(self.account.email)
        self.page.get_by_label("Password", exact=True).fill(password or self.account.password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_in(self) -> None:
        """Sign in at the front door and arrive in the inbox."""
        self.go("/")
        self.fill_in()
        expect(self.page).to_have_url(self.inbox)

    def comes_in(self) -> None:
        """Begin a session without the sign-in page, as somebody who was here yesterday."""
        told = {"email": self.account.email, "password": self.account.password}
        answer = self.page.context.request.post(
            f"{self.site.url}/api/auth/sign-in", data=told, headers={"Origin": self.site.url}
        )
        assert answer.ok, answer.text()

    @property
    def rows(self) -> Locator:
        """The conversations in the list."""
        return self.page.get_by_role("listbox", name="Conversations").get_by_role("option")

    def row(self, name: str) -> Locator:
        """Somebody's conversation in the list."""
        return self.rows.filter(has_text=name)

    def shows(self, tab: str) -> None:
        """Choose one of the lists: Mine, Unassigned or All."""
        lists = self.page.get_by_role("navigation", name="Lists")
        lists.get_by_role("button", name=re.compile(rf"^{tab}\b")).click()

    def opens(self, name: str) -> None:
        """Open somebody's conversation from the list."""
        self.row(name).click()
        expect(self.thread).to_have_attribute("aria-label", f"Conversation with {name}")

    @property
    def thread(self) -> Locator:
        """The messages of the open conversation."""
        return self.page.get_by_role("log")

    def bubble(self, words: str) -> Locator:
        """The message with these words."""
        return self.thread.locator("[data-message]").filter(has_text=words)

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("region", name="Write", exact=True)

    @property
    def field(self) -> Locator:
        """The text that is being written."""
        return self.composer.locator("textarea").first

    @property
    def note_field(self) -> Locator:
        """The note that is being written."""
        return self.composer.get_by_role("combobox", name="Internal note")

    def replies(self, words: str) -> None:
        """Write an answer and send it with Enter."""
        self.field.fill(words)
        self.field.press("Enter")

    def notes(self, words: str) -> None:
        """Leave a note for colleagues."""
        self.page.keyboard.press("Alt+KeyP")
        self.note_field.fill(words)
        self.composer.get_by_role("button", name="Add note").click()

    def shows_tick(self, words: str, tick: str) -> None:
        """Wait until a message's mark says so."""
        expect(self.bubble(words).get_by_role("img", name=tick)).to_be_visible()

    def searches(self, text: str) -> None:
        """Look for a text in all conversations."""
        field = self.page.get_by_role("combobox", name="Search messages, people, numbers")
        if not field.is_visible():
            self.page.get_by_role("button", name="Search").click()
        field.fill(text)

    @property
    def found(self) -> Locator:
        """What a search found."""
        return self.page.get_by_role("listbox", name="Results").get_by_role("option")

    def sign_out(self) -> None:
        """Sign out by the menu."""
        self.page.get_by_role("button", name=f"Your account: {self.account.name}").click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        expect(self.page.get_by_label("E-mail")).to_be_visible()

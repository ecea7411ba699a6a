import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Route } from "wouter";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import type { Conversation } from "@/shared/store/types";
import { INBOX, renderInbox } from "@/testing/inbox";
import { InboxPage } from "./inbox-page";

test("a link to a conversation that was merged leads to what it is part of, with all that can be done there", async () => {
  // Nothing has a size without a screen, and a list without a height has no rows.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
  const server = new TestServer();
  server.put(conversationOf(1));
  server.say(messageOf(1, uuid(1), { text: "Words of one." }));
  server.conversation = async () => server.conversationMap.get(uuid(1)) as Conversation;
  await renderInbox(
    <Route path="/t/:tenant/inbox/:conversation?">
      <InboxPage />
    </Route>,
    { server, path: `${INBOX}/${uuid(2)}` },
  );
  await screen.findByText("Words of one.");
  const thread = within(screen.getByRole("region", { name: "Conversation" }));
  await thread.findByRole("button", { name: "Resolve" });
  await waitFor(async () =>
    expect((await screen.findByRole("option")).getAttribute("aria-current")).toBe("true"),
  );
});

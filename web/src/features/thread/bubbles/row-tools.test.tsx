/** Reactions, by mouse, finger and keyboard; and what a menu offers of a message that waits. */

import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { ThreadPane } from "../thread-pane";

beforeEach(() => {
  localStorage.clear();
  // What floats is hidden where what it belongs to has no place, and nothing has one without a screen.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
});

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();

async function opened(conversation = {}, message = {}) {
  const server = new TestServer();
  server.put(conversationOf(1, { window_closes_at: "2999-01-01T00:00:00Z", ...conversation }));
  server.say(messageOf(1, uuid(1), { text: "Thank you!", created_at: ago(0), ...message }));
  const { store } = await renderInbox(<ThreadPane conversationId={uuid(1)} messageId={null} />, { server });
  const row = (await screen.findByText("Thank you!")).closest<HTMLElement>("[data-message]") as HTMLElement;
  const field = screen.queryByRole("combobox", { name: /write to person 1/i }) as HTMLElement;
  const given = () => [...store.outbox.all()].map(({ type, text }) => [type, text]);
  const quoted = () => store.drafts.quote(uuid(1))?.id ?? null;
  return { row, field, given, quoted };
}

test("a reaction is given from the menu by the keyboard alone, which then is where it was", async () => {
  const { row, given } = await opened();
  act(() => row.focus());
  await userEvent.keyboard("{Enter}");
  const heart = await screen.findByRole("menuitem", { name: "❤️" });
  act(() => heart.focus());
  await userEvent.keyboard("{Enter}");
  expect(given()).toEqual([["reaction", "❤️"]]);
  await waitFor(() => expect(document.activeElement).toBe(row));
});

test("a long press opens the same", async () => {
  const { row } = await opened();
  fireEvent.touchStart(row, { touches: [{ clientX: 10, clientY: 10 }] });
  await screen.findByRole("menuitem", { name: "👍" });
});

function swipe(row: HTMLElement): void {
  const at = (clientX: number) => [{ clientX, clientY: 10 }];
  fireEvent.touchStart(row, { touches: at(10) });
  fireEvent.touchMove(row, { touches: at(90) });
  fireEvent.touchEnd(row, { changedTouches: at(90) });
}

test("a swipe quotes a message", async () => {
  const { row, quoted } = await opened();
  swipe(row);
  expect(quoted()).toBe(messageOf(1, uuid(1)).id);
});

test.each([
  ["while the window is closed", { window_closes_at: "2020-01-01T00:00:00Z" }, {}],
  ["in a conversation that is archived", { state: "archived" }, {}],
  ["that Meta never got", {}, { direction: "outbound", status: "failed", provider_message_id: null }],
])("a swipe quotes nothing %s: the next answer would carry it unasked", async (_, conversation, message) => {
  const { row, quoted } = await opened(conversation, message);
  swipe(row);
  expect(quoted()).toBeNull();
});

test("it may be any emoji", async () => {
  const { row, given } = await opened();
  act(() => row.focus());
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByRole("menuitem", { name: "React with another emoji" }));
  const search = await screen.findByPlaceholderText("Search emoji");
  fireEvent.change(search, { target: { value: "party popper" } });
  await waitFor(() => expect(screen.queryByText("😀")).toBeNull());
  await userEvent.type(search, "{Enter}");
  expect(given()).toEqual([["reaction", "🎉"]]);
});

test("whoever reacts while they write goes on writing", async () => {
  const { field, given } = await opened();
  await userEvent.type(field, "You are");
  await userEvent.click(screen.getByRole("button", { name: "React" }));
  await userEvent.click(await screen.findByRole("button", { name: "🙏" }));
  expect(given()).toEqual([["reaction", "🙏"]]);
  await waitFor(() => expect(document.activeElement).toBe(field));
});

test("one that is older than Meta takes reactions to is answered, and not reacted to; nor is a reaction taken back from it", async () => {
  const reactions = [{ who: "us", emoji: "🎉", at: ago(0) }];
  const { row } = await opened({}, { created_at: ago(30 * 86_400_000 + 1000), reactions });
  expect(screen.getByRole("button", { name: "Reply" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "React" })).toBeNull();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "🎉 You" }).disabled).toBe(true);
  act(() => row.focus());
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByRole("menuitem", { name: "Reply" })).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: "👍" })).toBeNull();
});

test("a message that still waits is taken back from its menu, and one that was sent is not", async () => {
  const server = new TestServer();
  server.put(conversationOf(1, { window_closes_at: "2999-01-01T00:00:00Z" }));
  const ours = { direction: "outbound", provider_message_id: null } as const;
  server.say(messageOf(1, uuid(1), { ...ours, status: "sent", text: "Gone" }));
  const waiting = messageOf(2, uuid(1), { ...ours, status: "queued", text: "To the wrong one" });
  server.say(waiting);
  const cancel = `POST /api/tenants/${TENANT}/whatsapp/messages/${waiting.id}/cancel`;
  const api = { [cancel]: () => ok({ id: waiting.id, status: "failed", conversation_id: uuid(1) }) };
  const { asked } = await renderInbox(<ThreadPane conversationId={uuid(1)} messageId={null} />, {
    server,
    api,
  });
  const menuOf = async (words: string) => {
    const row = (await screen.findByText(words)).closest<HTMLElement>("[data-message]") as HTMLElement;
    act(() => row.focus());
    await userEvent.keyboard("{Enter}");
    await screen.findByRole("menuitem", { name: "Message info" });
  };

  await menuOf("Gone");
  expect(screen.queryByRole("menuitem", { name: /Take back/ })).toBeNull();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  await menuOf("To the wrong one");
  await userEvent.click(screen.getByRole("menuitem", { name: /Take back/ }));

  await waitFor(() => expect(asked.map(({ method, path }) => `${method} ${path}`)).toContain(cancel));
});

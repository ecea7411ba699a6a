/** A message goes on to somebody else by way of their field: whoever forwards sees it before it goes. */

import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import type { Message } from "@/shared/store/types";
import { ok, problem } from "@/testing/fake-api";
import { INBOX, renderInbox, TENANT } from "@/testing/inbox";
import { ThreadPane } from "../thread-pane";

const SEARCH = `GET /api/tenants/${TENANT}/inbox/search`;
const FILE = `/api/tenants/${TENANT}/media/one`;
const PLAN: Partial<Message> = {
  type: "document",
  text: null,
  payload: { document: { caption: "The plan", filename: "plan.pdf" } },
  media: { state: "stored", url: FILE, filename: "plan.pdf", mime_type: "application/pdf" },
};

beforeEach(() => {
  localStorage.clear();
  // What floats is hidden where what it belongs to has no place, and nothing has one without a screen.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
});

async function forwarding(message: Partial<Message> = { text: "We open at nine." }, api = {}) {
  const server = new TestServer();
  server.pageSize = 50;
  for (const number of [1, 2])
    server.put(conversationOf(number, { window_closes_at: "2999-01-01T00:00:00Z" }));
  server.say(messageOf(1, uuid(1), message));
  const pane = <ThreadPane conversationId={uuid(1)} messageId={null} />;
  const shown = await renderInbox(pane, { server, api });
  const row = await waitFor(() => {
    const drawn = document.querySelector<HTMLElement>("[data-message]");
    if (drawn === null) throw new Error("no message is drawn yet");
    return drawn;
  });
  act(() => row.focus());
  await userEvent.keyboard("{Enter}");
  const choose = async (name: string) => {
    await userEvent.click(await screen.findByRole("menuitem", { name: "Forward" }));
    await userEvent.click(await screen.findByRole("button", { name }));
  };
  return { ...shown, choose };
}

test("words stand in the field of who was chosen, behind what was written there, and are not sent", async () => {
  const { store, history, choose } = await forwarding();
  act(() => store.drafts.set(uuid(2), "reply", "As you asked:"));
  await choose("Person 2");
  await waitFor(() => expect(history.at(-1)).toBe(`${INBOX}/${uuid(2)}`));
  expect(store.drafts.get(uuid(2), "reply")).toBe("As you asked:\nWe open at nine.");
  expect([...store.outbox.all()]).toEqual([]);
});

test("a file waits there with its caption", async () => {
  const { store, history, choose } = await forwarding(PLAN, { [`GET ${FILE}`]: () => new Response("bytes") });
  await choose("Person 2");
  await waitFor(() => expect(history.at(-1)).toBe(`${INBOX}/${uuid(2)}`));
  const [held] = store.held.of(uuid(2));
  expect(held).toMatchObject({ type: "application/pdf", kind: "document", caption: "The plan" });
  expect([held?.file.name, await held?.file.text()]).toEqual(["plan.pdf", "bytes"]);
});

test("a file that cannot be had is told of where it was asked for", async () => {
  const { store, choose } = await forwarding(PLAN, { [`GET ${FILE}`]: () => problem(404, "not_found") });
  await choose("Person 2");
  await screen.findByRole("alert");
  expect(store.held.any()).toBe(false);
});

test("it goes to anybody who is found by name or number, not only to those who wrote last", async () => {
  const found = { items: [{ kind: "contact", conversation: conversationOf(9) }], next_cursor: null };
  const { store, history } = await forwarding(undefined, { [SEARCH]: () => ok(found) });
  await userEvent.click(await screen.findByRole("menuitem", { name: "Forward" }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Name or number" }), "person 9");
  await userEvent.click(await screen.findByRole("button", { name: "Person 9" }));
  await waitFor(() => expect(history.at(-1)).toBe(`${INBOX}/${uuid(9)}`));
  expect(store.drafts.get(uuid(9), "reply")).toBe("We open at nine.");
});

test("whoever closes it while the file comes has changed their mind: nothing is held, and nobody is led away", async () => {
  let arrive: (file: Response) => void = () => undefined;
  const coming = new Promise<Response>((resolve) => {
    arrive = resolve;
  });
  const { store, history, choose } = await forwarding(PLAN, { [`GET ${FILE}`]: () => coming });
  const before = history.length;
  await choose("Person 2");
  expect(screen.getByRole("button", { name: "Person 1" })).toHaveProperty("disabled", true);
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  await act(async () => arrive(new Response("bytes")));
  expect(store.held.any()).toBe(false);
  expect(history.length).toBe(before);
});

test("a search that failed is told of, and does not look like nobody", async () => {
  await forwarding(undefined, { [SEARCH]: () => problem(403, "forbidden") });
  await userEvent.click(await screen.findByRole("menuitem", { name: "Forward" }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Name or number" }), "p");
  expect(screen.queryByText(/nobody/i)).toBeNull();
  await screen.findByRole("alert");
  expect(screen.queryByText(/nobody/i)).toBeNull();
});
